"""Ops with a form of their own in Python's text: methods, attributes, calls that NumPy spells otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import DifflangError
from ..ir import Const, Node
from ..op import row
from ..types import PYTHON, Array, Scalar, Stack, Unknown, is_complex
from .syntax import Apply, Attribute, Choice, Display, Expr, Infix, Item, Keyword, Pack, Prefix, Ref, Slice, Word, negated

if TYPE_CHECKING:
    from .expressions import Phrases

Special = Callable[["Phrases", Node, list[Expr]], Expr]


def _method(value: Expr, name: str, *args: Expr) -> Expr:
    return Apply(Attribute(value, name), args)


def _is_array(node: Node, k: int = 0) -> bool:
    return isinstance(node.args[k].type, Array)


def _dim(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    """`len(x)` or `x.shape[0]`, as the user says it on this line, or elsewhere."""
    if node.attrs["axis"] == 0 and _is_array(node) and p.origin is not None:
        line = p.origin.line(node.place.line) if node.place is not None else ""
        if "len(" in line or ("shape" not in line and not any("shape" in text for text in p.origin.lines)):
            return Apply(Word("len"), (args[0],))
    shape = Attribute(args[0], "shape") if _is_array(node) else Apply(p.np("shape"), (args[0],))
    return Item(shape, (p.number(node.attrs["axis"]),))


def _size(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return Attribute(args[0], "size") if _is_array(node) else Apply(p.np("size"), (args[0],))


def _shape(items: list[Expr]) -> Expr:
    """A shape; `x.shape` where the sizes are all those of x."""
    last = items[-1].value if items and isinstance(items[-1], Item) else None
    array = last.value if isinstance(last, Attribute) and last.name == "shape" else None
    if last is not None and isinstance(array, Ref) and isinstance(array.var.type, Array) and array.var.type.rank == len(items) > 1:
        sizes = [Item(last, (Word(str(k)),)) for k in range(len(items))]
        if items == sizes or items == [Apply(Word("len"), (array,)), *sizes[1:]]:
            return last
    return items[0] if len(items) == 1 else Pack(tuple(items))


def _reshape(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    value, *shape = args
    if _is_array(node) and shape:
        return _method(value, "reshape", *shape)
    return Apply(p.np("reshape"), (value, _shape(shape)))


def _transpose(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    axes = node.attrs.get("axes")
    rank = node.args[0].type.rank if isinstance(node.args[0].type, Array) else None
    if axes is None or (rank is not None and tuple(axes) == tuple(reversed(range(rank)))):
        return Attribute(args[0], "T") if rank is not None else Apply(p.np("transpose"), (args[0],))
    return Apply(p.np("transpose"), (args[0], Pack(tuple(map(p.number, axes)))))


def _broadcast_to(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    value, type = node.args[0], node.args[0].type
    if isinstance(value, Const) and node.role and isinstance(type, Scalar) and type.dtype == "f64":
        shape, one = _shape(args[1:]), value.value == 1 and value.said is None
        like = shape.value if isinstance(shape, Attribute) else None
        if isinstance(like, Ref) and isinstance(like.var.type, Array) and like.var.type.dtype == "f64":
            return Apply(p.np("ones_like"), (like,)) if one else Apply(p.np("full_like"), (like, args[0]))
        return Apply(p.np("ones"), (shape,)) if one else Apply(p.np("full"), (shape, args[0]))
    return Apply(p.np("broadcast_to"), (args[0], _shape(args[1:])))


def _to_shape_of(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    """One value brought to the shape of another."""
    shape = Attribute(args[1], "shape") if _is_array(node, 1) else Apply(p.np("shape"), (args[1],))
    return Apply(p.np("reshape" if node.op == "reshape_like" else "broadcast_to"), (args[0], shape))


def _axis_function(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    axis = node.attrs.get("axis")
    return Apply(p.np(node.op), (args[0],) if axis is None else (args[0], Keyword("axis", p.axes(axis))))


def _joined(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    axis = node.attrs.get("axis", 0)
    if node.op == "stack" and axis == 0 and all(isinstance(a.type, Scalar) for a in node.args):
        return Apply(p.np("array"), (Display("[", tuple(args)),))
    return Apply(p.np(node.op), (Pack(tuple(args)), *([Keyword("axis", p.number(axis))] if axis else [])))


def _dtype_of(p: Phrases, node: Node, default: str | None) -> list[Expr]:
    dtype = node.attrs.get("dtype")
    return [] if dtype is None or dtype == default else [Keyword("dtype", p.dtype(dtype))]


def _filled(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return Apply(p.np(node.op), (_shape(args), *_dtype_of(p, node, "f64")))


def _full(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    value, *shape = args
    atom = node.args[0]
    default = atom.type.dtype if isinstance(atom.type, (Scalar, Array)) else None
    return Apply(p.np("full"), (_shape(shape), value, *_dtype_of(p, node, default)))


def _like(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    type = node.args[0].type
    return Apply(p.np(node.op), (*args, *_dtype_of(p, node, type.dtype if isinstance(type, (Array, Scalar)) else None)))


def _arange(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    start, stop, step = args
    bounds = [start, stop, step]
    if step == Word("1"):
        bounds = [stop] if start == Word("0") else [start, stop]
    result = node.out.type
    plain = {True: "i64", False: "f64"}[all(isinstance(a.type, Scalar) and a.type.dtype == "i64" for a in node.args)]
    wanted = result.dtype if isinstance(result, Array) else None
    return Apply(p.np("arange"), (*bounds, *([Keyword("dtype", p.dtype(wanted))] if wanted not in (plain, None) else [])))


def _eye(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    shape = args[:1] if len(args) == 2 and args[0] == args[1] else args
    return Apply(p.np("eye"), (*shape, *_dtype_of(p, node, "f64")))


def _cast(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    dtype = node.attrs["dtype"]
    if node.attrs.get("weak"):
        return Apply(Word(PYTHON[dtype].__name__), (args[0],))
    if _is_array(node):
        return _method(args[0], "astype", p.dtype(dtype))
    return Apply(p.dtype(dtype), (args[0],))


def _copy(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    if isinstance(node.args[0].type, Unknown):
        return Apply(p.np("copy"), (args[0],))
    return args[0] if isinstance(node.args[0].type, Scalar) else _method(args[0], "copy")


def _not(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    result = node.out.type
    return negated(args[0]) if isinstance(result, Scalar) and result.weak else Apply(p.np("logical_not"), (args[0],))


def _index(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return p.subscript(args[0], node.attrs["pattern"], args[1:])


def _where(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    """Of numbers, in a derivative, a conditional expression: the other arm is not computed then."""
    if not is_lazy(node):
        return Apply(p.np("where"), tuple(args))
    test, yes, no = args
    return Choice(test, yes, assuming_not(test, no))


def is_lazy(node: Node) -> bool:
    """Whether a choice between numbers is written as a conditional expression."""
    return bool(node.role) and all(isinstance(a.type, Scalar) for a in (*node.args, node.out))


def assuming_not(test: Expr, expr: Expr) -> Expr:
    """The expression where the test has failed: choices by the same test are made."""
    if isinstance(expr, Choice) and expr.test == test:
        return assuming_not(test, expr.no)
    if isinstance(expr, Infix):
        return Infix(assuming_not(test, expr.left), expr.op, assuming_not(test, expr.right))
    if isinstance(expr, Apply):
        return Apply(expr.function, tuple(assuming_not(test, arg) for arg in expr.args))
    return expr


def _masked(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    x, y = args
    result = node.out.type
    if isinstance(result, Scalar) and result.weak and isinstance(x, Ref):
        return Choice(Infix(x, "!=", Word("0")), Infix(x, "*", y), Word("0.0"))
    return Apply(p.helper("masked"), (x, y))


def _stop_gradient(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    """Said in the text too, so that whoever differentiates the text holds the value constant."""
    return Apply(p.helper("stop_gradient"), (args[0],))


def _is_definite(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return Apply(p.helper("is_definite"), (args[0],))


def _stack_new(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return Word("[]")


def _item(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return Item(args[0], (args[1],))


def _count(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return Apply(Word("len"), (args[0],))


def _zero_items(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    assert isinstance(node.out.type, Stack)
    if isinstance(node.out.type.element, Scalar):
        return Infix(Word("[0.0]"), "*", Apply(Word("len"), (args[0],)))
    return Apply(p.helper("zero_items"), (args[0],))


def _square(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    """In a derivative as one writes it by hand; np.square where the user wrote it."""
    value = args[0]
    if isinstance(value, Prefix) and value.op == "-" and node.role:
        value = value.operand
    if node.role and _is_array(node):
        return Infix(value, "**", Word("2"))
    return Infix(value, "*", value) if node.role and isinstance(value, Ref) else Apply(p.np("square"), (value,))


def error_name(error: type[BaseException]) -> str:
    """The class that the text raises: Python's own in place of one of ours."""
    if not issubclass(error, DifflangError):
        return error.__name__
    own = (base.__name__ for base in error.__mro__ if base.__module__ == "builtins" and base not in (Exception, BaseException, object))
    return next(own, "TypeError")


def slice_object(item: Expr) -> Expr:
    """An item of an index as it stands outside of brackets."""
    if not isinstance(item, Slice):
        return item
    bounds = [Word("None") if bound is None else bound for bound in (item.start, item.stop, item.step)]
    plain = bounds[1:2] if item.start is item.step is None else bounds[:2] if item.step is None else bounds
    return Apply(Word("slice"), tuple(plain))


def _intdiv(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return Apply(Word("int"), (Infix(args[0], "/", args[1]),))


def _slide(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    if is_complex(node.args[1].type):  # np.correlate takes the conjugate
        return Apply(p.np("correlate"), (args[0], Apply(p.np("conjugate"), (args[1],))))
    return Apply(p.np("correlate"), tuple(args))


def _part(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    return Attribute(args[0], node.op) if not isinstance(node.args[0].type, Unknown) else Apply(p.np(node.op), (args[0],))


def _conjugate(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    type = node.out.type
    weak = isinstance(type, Scalar) and type.weak
    return _method(args[0], "conjugate") if weak else Apply(p.np("conjugate"), (args[0],))


def _pair(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    type = node.out.type
    return Apply(Word("complex") if isinstance(type, Scalar) and type.weak else p.helper("pair"), tuple(args))


def _order(p: Phrases, node: Node, args: list[Expr]) -> Expr:
    statics = p.keywords(row("order"), node)
    return Apply(p.np("argsort"), (args[0], *statics, Keyword("kind", Word('"stable"'))))


SPECIAL: dict[str, Special] = {
    "dim": _dim, "size": _size, "reshape": _reshape, "transpose": _transpose, "broadcast_to": _broadcast_to,
    "reshape_like": _to_shape_of, "broadcast_like": _to_shape_of,
    "expand_dims": _axis_function, "squeeze": _axis_function, "flip": _axis_function, "concatenate": _joined, "stack": _joined,
    "zeros": _filled, "ones": _filled, "empty": _filled, "full": _full, "zeros_like": _like, "ones_like": _like,
    "empty_like": _like, "full_like": _like, "arange": _arange, "eye": _eye, "cast": _cast, "copy": _copy, "not_": _not, "index": _index,
    "masked": _masked, "where": _where, "stop_gradient": _stop_gradient, "is_definite": _is_definite, "stack_new": _stack_new,
    "item": _item, "count": _count, "zero_items": _zero_items, "intdiv": _intdiv, "order": _order, "square": _square, "slide": _slide,
    "real": _part, "imag": _part, "conjugate": _conjugate, "pair": _pair,
}  # fmt: skip
