"""Loops: what the body assigns is carried from turn to turn and out of the loop.

Everything assigned is carried; `prune` removes later what nobody reads. A name without a certain value before
the loop carries the truth "?x" along. A `break` or `return` makes the body yield an exit truth first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import libcst as cst

from ..hints import chosen
from ..ir import UNDEF, Atom, Place, Region, Var, const, free_vars
from ..parallel import prange
from ..records import dataclass
from .attempts import attempted_test, tested
from .boxes import may_assign
from .expressions import condition, expression, is_builtin, positional, static_object
from .frame import CALL_IT_LATER, FALSE, FOLDED, LEAVE, RETURN, RETURNED, SKIP, TRUE, Binding, Env, Frame, Late, Refused
from .keeping import turning
from .frame import bound_in, key_hint, value_in
from .paths import BREAK, DEAD, FALL, FALLS, RETURNS, Arm, Ends, build_arm, clear_jump, fork, inherit, settled
from .scope import Statement, assigned, else_block, is_true, statements, target_names, walrus_names
from .targets import bind_target
from .walked import check_turns

Block = Callable[[Frame, Sequence[Statement]], Ends]


@dataclass
class _Carried:
    """The values that a loop carries: keys of the frame's names, each with its value before the loop."""

    keys: list[str]
    inits: list[Atom]
    refused: dict[str, Refused]

    def params(self) -> list[Var]:
        return [Var(key_hint(key)) for key in self.keys]


def read_for(frame: Frame, node: cst.For, block: Block) -> Ends:
    """`for` over a range is a `for` node, over anything else an `each`."""
    if node.asynchronous is not None:
        raise frame.refuse(node, "async for is outside the language", "collect the values before and pass an array")
    check_turns(frame, node)
    place = frame.place(node, node.iter)
    names = dict.fromkeys([*target_names(node.target), *assigned(statements(node.body))])
    body, results = iterate(frame, node.target, node.iter, names, lambda: block(frame, statements(node.body)), place)
    return _after(frame, else_block(node), body, results, block, place)


def iterate(
    frame: Frame,
    target: cst.BaseExpression,
    iterable: cst.BaseExpression,
    names: Iterable[str],
    run: Callable[[], Ends],
    place: Place,
    own: frozenset[str] = frozenset(),
) -> tuple[Arm, dict[str, Var]]:
    """A loop over a range or anything else: its body and its results.

    `names` are those that a turn binds for what follows; `own` are a comprehension's, which nobody else sees.
    """
    bounds, attrs = _range_of(frame, iterable)
    op, heads = ("each", [expression(frame, iterable)]) if bounds is None else ("for", bounds)
    carried = _carry(frame, names)
    params = carried.params()
    item = Var(chosen(target.value) if isinstance(target, cst.Name) else "item")

    def turn() -> Ends:
        around = frame.local
        frame.local = around | own
        bind_target(frame, target, item)
        with turning(frame, (*names, *own)):
            ends = run()
        frame.local = around
        return ends

    body = _body(frame, carried, params, turn)
    region = _body_region(frame, carried, [item, *params], body, place)
    outs = _close(frame, op, heads, carried, [region], params, body, place, attrs)
    certain = bounds is not None and _turns_at_least_once(bounds)
    _bind_results(frame, carried, outs, body if certain else None)
    return body, dict(zip(carried.keys, outs, strict=True))


def walk_once(
    frame: Frame, iterable: cst.BaseExpression, names: Iterable[str], bind: Callable[[Var], None], run: Callable[[], Ends], place: Place
) -> Ends:
    """What is inside of `with`, where a generator is walked that yields once: a jump out of it is one after the walk."""
    head = expression(frame, iterable)
    carried = _carry(frame, names)
    carried.keys.append(SKIP)
    carried.inits.append(FALSE)
    params, item = carried.params(), Var("item")

    def turn() -> Ends:
        bind(item)
        return run()

    body = _body(frame, carried, params, turn)
    region = body.region([item, *params], [_final(frame, carried, body, key) for key in carried.keys])
    outs = carried.params()
    frame.structured("each", [head, *carried.inits], outs, [region], place)
    for out, init, final in zip(outs, carried.inits, region.yields, strict=True):
        inherit(frame, out, [init, final])
    _bind_results(frame, carried, outs, body)
    results = dict(zip(carried.keys, outs, strict=True))
    if body.ends <= FALLS:
        clear_jump(frame)
        return body.ends
    frame.env.update({key: results[key] for key in (SKIP, LEAVE, RETURNED, RETURN)})
    return body.ends


def read_while(frame: Frame, node: cst.While, block: Block) -> Ends:
    place = frame.place(node, node.test)
    tested_names = list(walrus_names(node.test))
    inner_test = bool(tested_names) or tested(frame, node) or may_assign(frame, node.test)
    inside = [*statements(node.body), *(else_block(node) if inner_test else [])]
    carried = _carry(frame, dict.fromkeys([*tested_names, *assigned(inside)]))
    params = carried.params()
    endless = is_true(node.test) or inner_test

    def turn() -> Ends:
        with turning(frame, carried.keys):
            return _tested_turn(frame, node, block) if inner_test else block(frame, statements(node.body))

    test_params = carried.params()
    asked: list[Atom] = []

    def test() -> Ends:
        asked.append(TRUE if endless else condition(frame, node.test))
        return FALLS

    head = build_arm(frame, test, _turn_env(frame, carried, test_params))
    body = _body(frame, carried, params, turn)
    regions = [head.region(test_params, asked), _body_region(frame, carried, params, body, place)]
    outs = _close(frame, "while", [], carried, regions, params, body, place, {})
    _bind_results(frame, carried, outs, body if endless else None)
    results = dict(zip(carried.keys, outs, strict=True))
    if endless and BREAK not in body.ends:
        return _endless(frame, body.ends, results)
    return _after(frame, [] if inner_test else else_block(node), body, results, block, place)


def _tested_turn(frame: Frame, node: cst.While, block: Block) -> Ends:
    """A condition that assigns (`:=`, a function with `nonlocal`) is read in the body, where its names live: `if not condition: break`."""

    def stop() -> Ends:
        ends = block(frame, else_block(node))
        if ends == FALLS:
            frame.env.update({SKIP: TRUE, LEAVE: TRUE, RETURNED: FALSE})
            return frozenset({BREAK})
        if not ends <= {RETURNS}:
            reason = "a jump in the else of a while whose condition assigns with := is outside the language"
            raise frame.refuse(node.orelse or node, reason, "assign in the body")
        return ends

    def follow(test: Atom) -> Ends:
        return fork(frame, test, lambda: block(frame, statements(node.body)), stop, frame.place(node, node.test))

    return attempted_test(frame, node, follow) if tested(frame, node) else follow(condition(frame, node.test))


def _range_of(frame: Frame, node: cst.BaseExpression) -> tuple[list[Atom] | None, dict[str, bool]]:
    """The bounds of `range(...)`, `prange(...)` or `reversed(range(...))`, written out, and what the loop says of it; None for any other
    iterable."""
    if not isinstance(node, cst.Call) or id(node) in frame.given:
        return None, {}
    parallel = isinstance(node.func, (cst.Name, cst.Attribute)) and static_object(frame, node.func) is prange
    if is_builtin(frame, node.func, reversed) and len(node.args) == 1 and positional(node.args):
        inner = node.args[0].value
        if isinstance(inner, cst.Call) and is_builtin(frame, inner.func, range):
            bounds, _ = _range_of(frame, inner)
            return bounds, {"reverse": True} if bounds is not None else {}
        return None, {}
    known = parallel or is_builtin(frame, node.func, range)
    if not known or not positional(node.args) or not 1 <= len(node.args) <= 3:
        return None, {}
    values = [expression(frame, argument.value) for argument in node.args]
    if len(values) == 1:
        values.insert(0, const(0))
    if len(values) == 2:
        values.append(const(1))
    return values, {"parallel": True} if parallel else {}


def _turns_at_least_once(bounds: Sequence[Atom]) -> bool:
    numbers = [getattr(bound, "value", None) for bound in bounds]
    return all(type(number) is int for number in numbers) and numbers[2] != 0 and len(range(*numbers)) > 0  # type: ignore[arg-type]


def _carry(frame: Frame, names: Iterable[str]) -> _Carried:
    """The keys that the loop carries and what they stand for before it."""
    carried = _Carried([], [], {})
    for name in dict.fromkeys((*names, *frame.shared)):
        if name not in frame.local:
            continue
        arm = Arm(frame.nodes, frame.env, FALLS)
        value = settled(frame, arm, name, value_in(frame.env, name))
        if isinstance(value, Refused):
            carried.refused[name] = value
            value = UNDEF
        assert not isinstance(value, Late)
        carried.keys.append(name)
        carried.inits.append(value)
        flag = bound_in(frame.env, name)
        if flag is not TRUE or name in frame.deleted:
            carried.keys.append("?" + name)
            carried.inits.append(flag)
    for key, folded in frame.env.items():
        if key.startswith(FOLDED):
            assert not isinstance(folded, (Late, Refused))
            carried.keys.append(key)
            carried.inits.append(folded)
    carried.keys += [RETURN, RETURNED, LEAVE]
    carried.inits += [UNDEF, FALSE, FALSE]
    for attempt in frame.tries:
        carried.keys += [attempt.key, attempt.error]
        carried.inits += [const(0), UNDEF]
    return carried


def _turn_env(frame: Frame, carried: _Carried, params: Sequence[Var]) -> Env:
    """The names at the beginning of a turn. No jump has happened yet, else there were no such turn."""
    env = dict(frame.env)
    for key, init, param in zip(carried.keys, carried.inits, params, strict=True):
        env[key] = carried.refused.get(key, param)
        inherit(frame, param, [init])
    env.update({RETURN: UNDEF, RETURNED: FALSE, LEAVE: FALSE, SKIP: FALSE})
    env.update({attempt.key: const(0) for attempt in frame.tries})
    return env


def _body(frame: Frame, carried: _Carried, params: Sequence[Var], turn: Callable[[], Ends]) -> Arm:
    return build_arm(frame, turn, _turn_env(frame, carried, params))


def _final(frame: Frame, carried: _Carried, body: Arm, key: str) -> Atom:
    """What a carried key stands for at the end of a turn."""
    if not body.ends:
        return FALSE if key in (LEAVE, RETURNED) else TRUE if key.startswith("?") else UNDEF
    if key.startswith("?"):
        return bound_in(body.env, key[1:])
    value = settled(frame, body, key, value_in(body.env, key))
    if isinstance(value, Refused):
        carried.refused[key] = value
        return UNDEF
    assert not isinstance(value, Late)
    return value


def _body_region(frame: Frame, carried: _Carried, params: Sequence[Var], body: Arm, place: Place) -> Region:
    yields = [_final(frame, carried, body, key) for key in carried.keys]
    if body.ends & {BREAK, RETURNS}:
        yields.insert(0, _final(frame, carried, body, LEAVE))
    region = body.region(params, yields)
    finals = yields[len(yields) - len(carried.keys) :]
    for key, param, final in zip(carried.keys, params[len(params) - len(carried.keys) :], finals, strict=True):
        # A closure of this turn that the next one reads: what it captured may have been assigned by then.
        if isinstance(final, Var) and final is not param and frame.holds.get(final) and _reads(region, param):
            raise frame.refuse(place, f"the function {key!r} made in one turn of the loop is called in the next", CALL_IT_LATER)
    return region


def _reads(region: Region, var: Var) -> bool:
    return var in free_vars(Region((), region.nodes, ()))


def _close(
    frame: Frame, op: str, heads: Sequence[Atom], carried: _Carried, regions: list[Region], params: Sequence[Var], body: Arm, place: Place,
    attrs: Mapping[str, object],
) -> list[Var]:  # fmt: skip
    """Append the loop. Its results."""
    exits = bool(body.ends & {BREAK, RETURNS})
    outs = carried.params()
    frame.structured(op, [*heads, *carried.inits], outs, regions, place, **attrs, **({"exits": True} if exits else {}))
    finals = regions[-1].yields[exits:]
    for out, init, final in zip(outs, carried.inits, finals, strict=True):
        inherit(frame, out, [init, final])
    return outs


def _bind_results(frame: Frame, carried: _Carried, outs: Sequence[Var], certain: Arm | None) -> None:
    """Names stand for the loop's results now. With `certain`, a body that runs at least once, what it binds is bound."""
    for key, out in zip(carried.keys, outs, strict=True):
        if key in (RETURN, RETURNED, LEAVE):
            continue
        if key.startswith("?") and certain is not None and certain.ends and bound_in(certain.env, key[1:]) is TRUE:
            frame.env.pop(key, None)
        else:
            frame.env[key] = carried.refused.get(key, out)


def _endless(frame: Frame, ends: Ends, results: dict[str, Var]) -> Ends:
    """After a loop that only `return` leaves."""
    if RETURNS not in ends:
        return DEAD
    frame.env.update({RETURN: results[RETURN], SKIP: TRUE, LEAVE: TRUE, RETURNED: TRUE})
    return frozenset({RETURNS})


def after_walk(frame: Frame, body: Arm, results: dict[str, Var], block: Block, place: Place) -> Ends:
    """What follows a loop without an else."""
    return _after(frame, [], body, results, block, place)


def _after(frame: Frame, orelse: Sequence[Statement], body: Arm, results: dict[str, Var], block: Block, place: Place) -> Ends:
    """What follows the loop's last turn: its `else`, unless it was left by break or return."""
    returned: Binding = FALSE
    ends = body.ends
    if RETURNS in ends:
        returned = results[RETURNED] if BREAK in ends or not orelse else TRUE
        frame.env[RETURN] = results[RETURN]
    left = frozenset({RETURNS} & ends)

    def skip_else() -> Ends:
        if orelse:  # left early: there was a turn, and what each turn binds is bound
            for key in [key for key in frame.env if key.startswith("?") and bound_in(body.env, key[1:]) is TRUE]:
                del frame.env[key]
        frame.env.update(dict.fromkeys((SKIP, LEAVE, RETURNED), returned))
        return left | ({FALL} if BREAK in ends or not orelse else set())

    def run_else() -> Ends:
        clear_jump(frame)
        return block(frame, orelse)

    if not orelse:
        return skip_else()
    if not ends & {BREAK, RETURNS}:
        return run_else()
    return fork(frame, results[LEAVE], skip_else, run_else, place)
