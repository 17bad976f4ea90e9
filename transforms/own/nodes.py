"""The straight-line nodes: views, copies, items, writes and calls, turned into values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from difflang.errors import TypeMismatch
from difflang.ir import Atom, Node, Var
from difflang.ops.index import expand
from difflang.types import DTYPES, MANY, Array, Scalar, Stack, Unknown, promote, rank

from .frame import Frame, Summary, is_reference, is_view
from .lists import content_written, hold, item, pop, push, relate, set_item, shares_items
from .references import REFERENCES, Ref, Reference, Step, Value, disjoint
from .slices import through


def straight(frame: Frame, node: Node) -> None:
    """One node without regions."""
    if node.op == "getitem":
        _getitem(frame, node)
    elif node.op == "setitem":
        _setitem(frame, node)
    elif node.op == "inplace":
        _inplace(frame, node)
    elif node.op == "call":
        _call(frame, node)
    elif node.op == "push" and not node.outs:
        push(frame, node)
    elif node.op == "pop" and len(node.outs) == 1:
        pop(frame, node)
    else:
        _op(frame, node)


def _op(frame: Frame, node: Node) -> None:
    """A row of the table: its operands' values now, its result a view or an array of its own."""
    operand = frame.get(node.args[0]) if node.args else None
    reference = bool(node.outs) and is_reference(node.outs[0].type)
    copies = node.op == "index" and "a" in node.attrs["pattern"]
    if reference and isinstance(operand, REFERENCES) and is_view(node) and not copies:
        others = tuple(frame.read(a) for a in node.args[1:])
        out = node.out
        view = _is_view(node, operand)
        if view:
            step = Step(node.op, others, tuple(sorted(node.attrs.items())), out.type, operand.type, out.hint)
            frame.env[out] = operand.then(step)
            frame.read_now(operand.then(step), out)
            return
        value = frame.emit(node.op, frame.derive(operand), *others, type=out.type, hint=out.hint, **node.attrs)
        frame.env[out] = frame.new_base(out.hint, out.type, value, () if view is False else frame.partners(operand))
        return
    args = [frame.read(a) for a in node.args]
    outs = tuple(Var(out.hint, out.type) for out in node.outs)
    attrs = {name: value for name, value in node.attrs.items() if name != "shares"}
    frame.builder.node(node.op, args, outs, **attrs)
    shares = isinstance(operand, REFERENCES) and bool(node.attrs.get("shares"))
    partners = frame.partners(operand) if shares else ()  # type: ignore[arg-type]
    for old, new in zip(node.outs, outs, strict=True):
        if not is_reference(old.type):
            frame.env[old] = new
            continue
        made = frame.new_base(old.hint, old.type, new, partners)
        made.base.shared = shares
        frame.env[old] = made


def _is_view(node: Node, operand: Reference) -> bool | None:
    """Whether NumPy gives a view (True), a copy (False) or, as the memory may have it, the one or the other (None)."""
    if node.op == "stop_gradient" or not isinstance(operand.type, Array):
        return None
    if node.op != "reshape" or operand.type.layout == "C" or operand.type.rank == 1:
        return True
    last = operand.steps[-1] if isinstance(operand, Ref) and operand.steps else None
    if last is not None and last.op == "transpose" and isinstance(last.parent, Array) and last.parent.layout == "C":
        lies_flat = not isinstance(node.out.type, Array) or node.out.type.rank == 1
        if lies_flat and set(last.parent.dims) == {MANY}:
            return False  # the elements of a transposed matrix do not lie in order (and none do where there are none)
    return None


def _getitem(frame: Frame, node: Node) -> None:
    target, operands = frame.get(node.args[0]), tuple(frame.read(a) for a in node.args[1:])
    pattern, out = tuple(node.attrs["pattern"]), node.out
    if isinstance(target, REFERENCES) and isinstance(target.type, Stack):
        item(frame, node, target)
        return
    if not isinstance(target, REFERENCES):
        frame.env[out] = frame.emit("index", target, *operands, type=out.type, hint=out.hint, pattern=pattern)
        return
    if isinstance(target.type, Array):
        pattern = expand(pattern, target.type.rank)
    view = target.then(Step("index", operands, (("pattern", pattern),), out.type, target.type, out.hint))
    copies = "a" in pattern or any(isinstance(o.type, (Array, Unknown)) for o in operands)
    if copies or not is_reference(out.type):
        frame.env[out] = _element(frame, node, target, view)
        return
    if isinstance(out.type, Unknown) and isinstance(view, Ref):
        view = Ref(view.base, view.steps, frame.version(view.base))
    frame.env[out] = view
    frame.read_now(view, out)


def _element(frame: Frame, node: Node, target: Reference, view: Reference) -> Ref | Atom:
    """A number read now, or a copy of what an array of indices picks."""
    out = node.out
    if isinstance(view, Ref):
        view = _through_slice(frame, node, target, view)
        last = view.steps[-1]
        parent = frame.derive(Ref(view.base, view.steps[:-1], view.at))
        value = frame.emit("index", parent, *last.operands, type=out.type, hint=out.hint, **dict(last.attrs))
    else:
        operands = [frame.read(a) for a in node.args[1:]]
        value = frame.emit("index", frame.derive(target), *operands, type=out.type, hint=out.hint, **node.attrs)
    if not is_reference(out.type):
        return value
    return frame.new_base(out.hint, out.type, value)


def _through_slice(frame: Frame, node: Node, target: Reference, view: Ref) -> Ref:
    """An element of a slice of an array that is written meanwhile is read from the array."""
    if not isinstance(target, Ref) or len(view.steps) == len(target.steps) or frame.is_derived(target):
        return view
    last = view.steps[-1]
    found = through(frame, target, last.pattern, last.operands)
    if found is None:
        return view
    parent, pattern, operands = found
    step = Step("index", operands, (("pattern", pattern),), node.out.type, target.steps[-1].parent, node.out.hint)
    return Ref(parent.base, (*parent.steps, step), parent.at)


def _setitem(frame: Frame, node: Node) -> None:
    target, given = frame.get(node.args[0]), frame.get(node.args[1])
    assert isinstance(target, REFERENCES)
    if isinstance(target.type, Stack):
        set_item(frame, node, target)
        return
    operands = tuple(frame.read(a) for a in node.args[2:])
    pattern = tuple(node.attrs["pattern"])
    if isinstance(target.type, Array):
        pattern = expand(pattern, target.type.rank)
    adds = bool(node.attrs.get("accumulate"))
    if isinstance(given, REFERENCES) and "a" not in pattern and not adds:
        place = target.then(Step("index", operands, (("pattern", pattern),), given.type, target.type))
        if _same_view(place, given):
            return  # `x[i] += v` on a row: written already, through the row
    if any(isinstance(o.type, Unknown) for o in operands) and not (isinstance(target, Ref) and not target.steps):
        frame.fail("DL019", "what this index means depends on types that are not known", "give the function's argument types")
    value = frame.derive(given) if isinstance(given, REFERENCES) else given
    frame.store(target, frame.fitted(value, target.type), operands, pattern, "accumulate" if adds else "store")


def _same_view(one: Reference, other: Reference) -> bool:
    if isinstance(one, Ref) and isinstance(other, Ref):
        return (one.base, one.steps) == (other.base, other.steps)
    return one == other


def _inplace(frame: Frame, node: Node) -> None:
    """x op= v on an array: computed, brought to the array's dtype, written back over the whole view."""
    target = frame.get(node.args[0])
    assert isinstance(target, REFERENCES)
    op = node.attrs["fn"]
    if isinstance(target.type, Unknown):
        frame.env[node.out] = _inplace_unknown(frame, node, target)
        return
    current, value = frame.derive(target), frame.read(node.args[1])
    result = frame.emit(op, current, value, hint=_name(target))
    axes = frame.rank(target.type)
    if (rank(result.type) or 0) > axes:
        frame.fail("DL041", f"{op} in place gives {result.type}, which does not fit into {target.type}", kind=TypeMismatch)
    common = promote(result.type)
    assert isinstance(target.type, Array)
    if isinstance(common, Scalar) and common.dtype != target.type.dtype:
        if not np.can_cast(DTYPES[common.dtype], DTYPES[target.type.dtype], "same_kind"):
            frame.fail("DL041", f"{op} in place gives {common.dtype}, the array holds {target.type.dtype}", kind=TypeMismatch)
        result = frame.emit("cast", result, dtype=target.type.dtype, weak=False)
    frame.store(target, result, (), (":",) * axes)


def _inplace_unknown(frame: Frame, node: Node, target: Reference) -> Ref:
    """A number is made anew, an array is written: as long as no other name is read that may be this array, both are the same."""
    seen = not frame.unseen and any(base.param is not None for base in frame.partners(target))
    if not isinstance(target, Ref) or seen:
        frame.fail(
            "DL019",
            "whether this writes into an array that others see depends on a type that is not known",
            "give the function's argument types, or write x = x + v",
        )
    hint = _name(target)
    value = frame.emit(node.attrs["fn"], frame.derive(target), frame.read(node.args[1]), hint=hint)
    for base in frame.partners(target):
        frame.state.stale.setdefault(base, node.place)
    return frame.new_base(hint, node.out.type, value)


def _name(target: Reference) -> str:
    if isinstance(target, Ref):
        return target.steps[-1].hint if target.steps else target.base.hint
    return _name(target.one)


def _call(frame: Frame, node: Node) -> None:
    key = node.attrs["callee"]
    summary = frame.summaries[key]
    refs = [frame.get(a) for a in node.args]
    if _overlap(frame, refs, summary) or frame.through and _gives_views(frame, key, refs, summary):
        _inline(frame, node, refs)
        return
    args = [frame.read(a) for a in node.args]
    results = tuple(Var(out.hint, out.type) for out in node.outs)
    finals = tuple(_final(frame, args[k]) for k in summary.writes)
    frame.builder.node("call", args, (*results, *finals), **node.attrs)
    for k, final in zip(summary.writes, finals, strict=True):
        written = refs[k]
        if isinstance(written, REFERENCES):
            frame.write_back(written, final)
            if k in summary.contents:
                content_written(frame, written)
    for holder, held in summary.puts:
        hold(frame, refs[holder], refs[held])  # type: ignore[arg-type]
    _bind_results(frame, node, results, refs, summary)


def _bind_results(frame: Frame, node: Node, results: Sequence[Var], refs: Sequence[object], summary: Summary) -> None:
    """Result leaves are the caller's own arrays again, or arrays that may share memory with them."""
    bound: list[Reference | None] = []
    for k, (out, result) in enumerate(zip(node.outs, results, strict=True)):
        if not is_reference(out.type):
            frame.env[out] = result
            bound.append(None)
            continue
        if not summary.known:
            frame.env[out] = frame.unknown_result(out, result)
            bound.append(None)
            continue
        alias = summary.alias[k]
        given = refs[alias] if alias is not None else None
        if isinstance(given, REFERENCES):
            frame.env[out] = given
            bound.append(given)
            continue
        partners = set()
        for position in summary.shares[k]:
            shared = bound[~position] if position < 0 else refs[position]
            if isinstance(shared, REFERENCES):
                partners |= frame.partners(shared)
        made = frame.new_base(out.hint, out.type, result)
        relate(frame, made.base, partners)
        frame.lineage[made.base] = set(partners)
        frame.env[out] = made
        bound.append(made)


def _final(frame: Frame, arg: Atom) -> Var:
    return Var(arg.hint if isinstance(arg, Var) else "t", arg.type)


def _overlap(frame: Frame, refs: Sequence[object], summary: Summary) -> bool:
    """Whether an argument that the callee writes may share memory with another one."""
    for k in summary.writes:
        written = refs[k]
        if isinstance(written, REFERENCES) and frame.holds and shares_items(frame, k, refs, summary):
            return True
        for j, other in enumerate(refs):
            if j == k or not isinstance(written, REFERENCES) or not isinstance(other, REFERENCES):
                continue
            if not disjoint(written, other) and frame.partners(written) & other.bases():
                return True
    return False


def _gives_views(frame: Frame, key: str, refs: Sequence[object], summary: Summary) -> bool:
    """Whether a result may be a part of an argument, and the callee can be walked in place."""
    callee = frame.functions[key]
    if key in frame.inlined or callee.level != "typed" or callee is frame.function:
        return False
    pairs = zip(summary.alias, summary.shares, strict=True)
    return any(alias is None and any(p >= 0 and isinstance(refs[p], REFERENCES) for p in shares) for alias, shares in pairs)


def _inline(frame: Frame, node: Node, refs: Sequence[Value]) -> None:
    """Walk the callee here, where it is known which of its arguments are the same memory."""
    key = node.attrs["callee"]
    callee = frame.functions[key]
    if key in frame.inlined or callee.level != "typed" or callee is frame.function:
        frame.fail("DL012", "this call writes an argument that shares memory with another one", "pass a copy of one of them", TypeMismatch)
    caller = frame.function
    frame.inlined.append(key)
    frame.function = callee
    frame.env.update(zip(callee.body.params, refs, strict=True))
    frame.run(frame, callee.body)
    frame.function = caller
    frame.inlined.pop()
    for out, atom in zip(node.outs, callee.body.yields, strict=True):
        frame.env[out] = frame.get(atom)
