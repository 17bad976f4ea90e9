import sys; sys.path.insert(0,'/work/main')
import numpy as np, math, traceback
import difflang as dl
from functools import partial
def t(name, f):
    try:
        r=f(); print("ok  ",name, r)
    except BaseException as e:
        print("FAIL",name, type(e).__name__, str(e)[:700].replace("\n","\n       "))
def fa(*args): 
    s=0.0
    for a in args: s = s + a*a
    return s
def fk(x, **kw): return x*kw["a"] + kw.get("b", 1.0)
def ko(x, *, y, z=2.0): return x*y*z
t("args0", lambda: dl.grad(fa)(1.0,2.0,3.0))
t("args1", lambda: dl.grad(fa, argnums=1)(1.0,2.0,3.0))
t("args02", lambda: dl.grad(fa, argnums=(0,2))(1.0,2.0,3.0))
t("argsneg", lambda: dl.grad(fa, argnums=-1)(1.0,2.0,3.0))
t("kw", lambda: dl.grad(fk)(1.0,a=3.0,b=2.0))
t("kwname", lambda: dl.grad(fk, argnums="a")(1.0,a=3.0,b=2.0))
t("ko", lambda: dl.grad(ko)(1.0,y=3.0))
t("koname", lambda: dl.grad(ko, argnums="y")(1.0,y=3.0))
t("koname2", lambda: dl.grad(ko, argnums=("x","y"))(1.0,y=3.0))
t("wrt", lambda: dl.grad(ko, wrt="y")(1.0,y=3.0))
def tree(p, q, n): return sum(v*v for v in p["w"])*q[0] + np.sum(p["b"])*n
t("pytree", lambda: dl.grad(tree, argnums=(0,1))({"w":[1.0,2.0],"b":np.ones(2)},(2.0,3.0),2))
t("pytree1", lambda: dl.value_and_grad(tree)({"w":[1.0,2.0],"b":np.ones(2)},(2.0,3.0),2))
a=np.arange(6.).reshape(1,2,3)
t("moveaxis", lambda: dl.vjp(lambda a: np.moveaxis(a,0,-1), a)[0].shape)
t("moveaxis2", lambda: dl.vjp(np.moveaxis, a, 0, -1)[1](np.ones((2,3,1))))
t("moveaxis3", lambda: dl.jacobian(np.moveaxis)(a, 0, -1).shape)
t("gradsum", lambda: dl.grad(np.sum)(a))
t("gradsumaxis", lambda: dl.jacobian(np.sum)(a, 2).shape)
t("gradsumaxiskw", lambda: dl.jacobian(np.sum)(a, axis=2).shape)
t("clip", lambda: dl.differentiable(np.clip)(a, 1.0, 3.0))
t("gradlinalgnorm", lambda: dl.grad(np.linalg.norm)(a))
t("gradlinalgnorm2", lambda: dl.grad(np.linalg.norm)(a[0,0], 2))
t("roll", lambda: dl.jacobian(np.roll)(a[0,0], 1))
t("reshape", lambda: dl.jacobian(np.reshape)(a[0,0], (3,1)).shape)
t("tile", lambda: dl.jacobian(np.tile)(a[0,0], 2).shape)
t("einsum", lambda: dl.jacobian(np.einsum, argnums=1)("ij->i", a[0]).shape)
t("concat", lambda: dl.jacobian(np.concatenate)((a[0,0],a[0,1])))
t("stack", lambda: dl.jacobian(np.stack)([a[0,0],a[0,1]], axis=1))
def two(x): return [x*x, 2*x]
def vj():
    v, pb = dl.vjp(two, 3.0)
    return v, pb([1.0, 2.0])
t("vjplist", vj)
def vj2():
    v, pb = dl.vjp(lambda x: (x*x, {"a": x}), 3.0)
    return v, pb((1.0, {"a":2.0}))
t("vjpdict", vj2)
def shared(v):
    parts=[v, v*2, v]
    s=0.0
    for p in parts: s += np.sum(p*p)
    return s
t("sharedread", lambda: dl.grad(shared)(np.ones(3)))
def shared2(ps):
    s=0.0
    for p in ps: s += np.sum(p*p)
    return s
v=np.ones(3)
t("sharedlist", lambda: dl.grad(shared2)([v,v]))
t("sharedlistrun", lambda: dl.differentiable(shared2)([v,v,2*v]))
def hist(v, n):
    xs=[v]
    for k in range(n):
        xs.append(xs[-1]*2)
        xs.append(v)
    return sum(np.sum(x) for x in xs)
t("hist", lambda: dl.grad(hist)(v, 3))
def hist2(v, n):
    xs=[]
    for k in range(n):
        v = v + 1
        xs.append(v)
    return np.sum(np.array(xs)) + np.sum(v)
t("hist2", lambda: dl.grad(hist2)(v, 3))
def hist3(v, n):
    xs=[v.copy()]
    for k in range(n):
        v[k] = 2*v[k-1]
        xs.append(v.copy())
    return np.sum(np.stack(xs)) + np.sum(v)
t("hist3", lambda: dl.grad(hist3)(v, 3))
class M:
    def __init__(s): s.w=np.ones(3); s.b=2.0
    def __call__(s, x): return np.sum(s.w*x)+s.b
    def loss(s, x): return s(x)**2
m=M()
t("method", lambda: dl.grad(m.loss)(np.ones(3)))
t("callobj", lambda: dl.grad(m)(np.ones(3)))
t("gradwrtmodel", lambda: dl.grad(lambda m,x: m.loss(x))(m,np.ones(3)).w)
t("M.loss", lambda: dl.grad(M.loss)(m,np.ones(3)).w)
t("partial", lambda: dl.grad(partial(ko, y=2.0))(3.0))
def opt(x, w=None): return x if w is None else x*w
t("optNone", lambda: dl.grad(opt)(3.0))
t("optNone2", lambda: dl.grad(opt)(3.0, None))
t("optNone3", lambda: dl.grad(opt)(3.0, 2.0))
def st(x, mode): return x if mode=="lin" else x*x
t("str", lambda: dl.grad(st)(3.0,"sq"))
t("hess", lambda: dl.hessian(lambda *a: fa(*a))(3.0, 2.0))
t("np.func", lambda: dl.grad(lambda x: np.sum(np.apply_along_axis(lambda r: r*r, 0, x)))(v))
def mod(x):
    CONF["n"] = 3
    return x
CONF={"n":1.0}
t("mutate captured", lambda: dl.differentiable(mod)(2.0))
LST=[1.0]
def mod2(x):
    LST.append(x)
    return x
t("mutate captured list", lambda: dl.differentiable(mod2)(2.0))
def mod3(x):
    LST[0] += x
    return x
t("mutate captured list3", lambda: dl.differentiable(mod3)(2.0))
def glob(x):
    global COUNT
    COUNT += 1
    return x*2
COUNT=0
t("global", lambda: dl.differentiable(glob)(2.0))
def readfresh(x): return x*CONF["n"]
f=dl.differentiable(readfresh)
t("fresh1", lambda: f(2.0)); CONF["n"]=5.0; t("fresh2", lambda: f(2.0)); CONF["n"]=np.ones(2); t("fresh3", lambda: f(2.0))
def ret_none_or(x):
    if x > 0: return x
    return None
t("Optional result", lambda: dl.differentiable(ret_none_or)(2.0))
