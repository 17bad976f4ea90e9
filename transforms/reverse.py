"""Reverse: the adjoint of a function of the language, itself a function of the language.

Two forms are made. The *joint* form runs forward and back in one function: gradients. The *pair* splits them, for
calls: `f_fwd(args) -> (results, tape)` and `f_bwd(args needed, tape, result_bars, array_bars) -> bars`. The adjoints of
arrays are passed in and updated in place, so a callee that reads one element costs O(1). In a recursion all that is kept
goes to slots that are handed from call to call.
"""

from __future__ import annotations

from collections.abc import Mapping

from difflang.hints import shown
from difflang.ir import Atom, Function, Param, Program, Region, Var, free_vars, walk
from difflang.records import dataclass, replace
from difflang.types import Type

from .activity import Activity, Mask
from .custom import Halves, linked, rule_of
from .custom import halves as rule_halves
from .frame import Frame, array_params, bar_type, hint_of
from .link import free_key
from .mirror import Mirror
from .recursion import handed_down, recursive
from .tape import Slot
from .thread import state_type, thread
from .together import Both, calls_together, together
from .transport import again, renamed


@dataclass(eq=False)
class Pair:
    """The two halves of a called function's reverse mode, for one activity."""

    forward: str
    backward: str
    needs: tuple[int, ...] = ()  # arguments that the backward half reads
    tape: tuple[Type, ...] = ()
    names: tuple[str, ...] = ()  # what the parts of the tape are called
    partial: tuple[bool, ...] = ()  # whether a path may leave that part of the tape undefined


@dataclass(eq=False)
class _Halves:
    """A pair of bodies before its slots are threaded."""

    pair: Pair
    function: Function
    forward: Region
    backward: Region
    arrays: int  # the last parameters and yields of the backward half: adjoints of arrays
    slots: list[Slot]


class Reverse:
    """Reverse mode for the functions of one program; `made` collects the functions it writes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.activity = Activity(program)
        self.made: dict[str, Function] = {}
        self.pairs: dict[tuple[str, Mask, Mask], Pair] = {}
        self.rules: dict[str, Halves | None] = {}
        self.recursive = recursive(program)
        self.shared: dict[str, tuple[Slot, ...]] = {}
        self.open = 0  # recursive pairs under construction
        self.waiting: list[_Halves] = []
        self.both: list[Both] = []  # recursions that need no tape where the adjoint is known before the call

    def joint(self, key: str, wrt: Mask, name: str, seeds: Mapping[int, Atom | None]) -> str:
        """One function: (leaves, seeds that are None) -> (result leaves, adjoints of the wanted leaves). Its key.

        `seeds`: the adjoints of the result leaves to differentiate; None makes one a parameter (before the captures).
        """
        function = self.program.functions[key]
        results = len(function.body.yields) - len(function.writes)
        yields = function.body.yields[:results]
        numbers = [yields[k] for k, given in seeds.items() if given is not None]
        mirror = Mirror(self, key, wrt, tuple(k in seeds for k in range(len(function.body.yields))), numbers=numbers)
        bars: dict[int, Atom] = {}
        params: list[Var] = []
        for k, given in seeds.items():
            if given is None:
                given = Var(f"{hint_of(yields[k], 'result')}_bar", bar_type(yields[k].type))
                params.append(given)
            bars[k] = given
        frame = mirror.walk(bars)
        adjoints = [frame.full(p) for p, active in zip(function.body.params, wrt, strict=True) if active]
        cut = len(function.body.params) - len(function.captures)
        forward = Region((*function.body.params[:cut], *params, *function.body.params[cut:]), frame.forward(), yields)
        region = self._joined(forward, Region((), tuple(frame.builder.nodes), tuple(adjoints)))
        region, _ = thread(region, {}, self.shared, self.made)
        made = self._key(name)
        self.made[made] = replace(
            function,
            name=made,
            body=region,
            params=(*function.params, *(Param(shown(p.hint)) for p in params)),
            result=("*",) * len(region.yields),
            writes=(),
            alias=(),
        )
        return made

    def _joined(self, forward: Region, backward: Region) -> Region:
        """Both sweeps, one after the other; together where that spares a recursion its tape."""
        halves = {half.forward for half in self.both}
        if any(node.op == "call" and node.attrs["callee"] in halves for node in walk(forward)):
            whole = together(forward, backward, self.both)
            if whole is not None:
                return whole
            nodes = calls_together(forward.nodes, backward.nodes, self.both)
        else:
            nodes = (*forward.nodes, *backward.nodes)
        return Region(forward.params, nodes, (*forward.yields, *backward.yields))

    def pair(self, key: str, wrt: Mask, given: Mask) -> Pair:
        """The halves for a call with these active arguments and these result adjoints at hand."""
        signature = (key, wrt, given)
        if signature not in self.pairs:
            function = self.program.functions[key]
            pair = Pair(self._key(f"{function.name}_fwd"), self._key(f"{function.name}_bwd"))
            self.pairs[signature] = pair
            if key in self.recursive:
                pair.needs = handed_down(self.program, key, self.recursive)
            self.made[pair.forward] = self.made[pair.backward] = function  # the names are taken; `writes` is asked by callers
            self._build(key, wrt, given, pair)
        return self.pairs[signature]

    def ruled(self, key: str) -> Halves | None:
        """The user's own reverse rule for a function, read for its types and linked in."""
        if key not in self.rules:
            function = self.program.functions[key]
            rule = rule_of(function.python, "reverse")
            self.rules[key] = None if rule is None else linked(self.made, rule_halves(function, rule, "reverse"), self.program.functions)
        return self.rules[key]

    def _build(self, key: str, wrt: Mask, given: Mask, pair: Pair) -> None:
        cyclic = key in self.recursive
        self.open += cyclic
        function = self.program.functions[key]
        yields = function.body.yields
        results = len(yields) - len(function.writes)
        finals = tuple(wrt[k] for k in function.writes)
        mirror = Mirror(self, key, wrt, (*given[:results], *finals), shared=cyclic)
        seeds: dict[int, Atom] = {
            k: Var(f"{hint_of(yields[k], 'result')}_bar", bar_type(yields[k].type)) for k in range(results) if given[k]
        }
        bars = list(seeds.values())
        arrays = array_params(function, wrt)
        incoming: dict[Var, Atom] = {}
        held: list[Var] = []
        for k in arrays:
            param = function.body.params[k]
            bar = Var(f"{param.hint}_bar", bar_type(param.type))
            held.append(bar)
            if k in function.writes:
                seeds[results + function.writes.index(k)] = bar
            else:
                incoming[param] = bar
        frame = mirror.walk(seeds, incoming)
        scalars = [frame.full(p) for k, p in enumerate(function.body.params) if wrt[k] and k not in arrays]
        ends = [frame.full(function.body.params[k]) for k in arrays]
        backward = Region((), tuple(frame.builder.nodes), (*scalars, *ends))
        needed, record, backward = self._split(mirror, frame, backward, pair)
        pair.needs = tuple(function.body.params.index(v) for v in needed)
        tape = [Var(mirror.transport.name_of(v), v.type) for v in record]
        pair.tape, pair.names = tuple(v.type for v in tape), tuple(v.hint for v in tape)
        pair.partial = tuple(v in mirror.transport.partial for v in record)
        backward = renamed(backward, dict(zip(record, tape, strict=True)))
        backward = replace(backward, params=(*needed, *tape, *bars, *held))
        forward = Region(function.body.params, frame.forward(), (*yields[:results], *record, *yields[results:]))
        halves = _Halves(pair, function, forward, backward, len(arrays), mirror.transport.slots)
        self.open -= cyclic
        if cyclic:
            self.waiting.append(halves)
            self.made[pair.forward] = function
            self.made[pair.backward] = replace(function, writes=(0,) * len(arrays))
            if not self.open:
                self._close_recursion()
        else:
            self._thread_halves(halves)

    def _split(self, mirror: Mirror, frame: Frame, backward: Region, pair: Pair) -> tuple[list[Var], list[Var], Region]:
        """(parameters that the backward half reads, values the forward half hands over, the half completed)."""
        transport = mirror.transport
        if transport.shared:
            needed = [frame.region.params[k] for k in pair.needs]
            return needed, [], transport.by_tape(frame, backward, needed)
        params = set(frame.region.params)
        backward, choice = transport.choose(frame, backward, params)
        asked = [*free_vars(backward), *(a for node in choice.again for a in node.args if isinstance(a, Var))]
        mapping: dict[Var, Atom] = {}
        nodes = again(choice.again, mapping)
        backward = renamed(backward, mapping)
        return [v for v in dict.fromkeys(asked) if v in params], list(choice.record), replace(backward, nodes=(*nodes, *backward.nodes))

    def _thread_halves(self, halves: _Halves) -> None:
        """Slots of one call: created in the forward half, handed over as further values of the tape."""
        function, pair = halves.function, halves.pair
        forward, state = thread(halves.forward, {}, self.shared, self.made)
        handed = {slot: Var(slot.name, state_type(slot)) for slot in state}
        cut = len(forward.yields) - len(function.writes)
        forward = replace(forward, yields=(*forward.yields[:cut], *state.values(), *forward.yields[cut:]))
        backward, _ = thread(halves.backward, handed, self.shared, self.made)
        keep = len(pair.needs) + len(pair.tape)
        backward = replace(backward, params=(*backward.params[:keep], *handed.values(), *backward.params[keep:]))
        pair.tape += tuple(v.type for v in handed.values())
        pair.names += tuple(slot.name for slot in handed)
        pair.partial += (False,) * len(handed)
        self._enter(halves, forward, backward)

    def _close_recursion(self) -> None:
        """All pairs of a recursion are written: one set of slots goes in and out of each of them."""
        group, self.waiting = self.waiting, []
        self._enter_both(group)
        slots = tuple(slot for halves in group for slot in halves.slots)
        inner = {slot for halves in group for slot in self._inherited(halves)}
        slots += tuple(slot for slot in inner if slot not in slots)
        for halves in group:
            self.shared[halves.pair.forward] = self.shared[halves.pair.backward] = slots
        for halves in group:
            regions = []
            for region, finals in ((halves.forward, len(halves.function.writes)), (halves.backward, halves.arrays)):
                given = {slot: Var(slot.name, state_type(slot)) for slot in slots}
                threaded, state = thread(region, given, self.shared, self.made)
                cut = len(threaded.yields) - finals
                yields = (*threaded.yields[:cut], *(state[slot] for slot in slots), *threaded.yields[cut:])
                regions.append(replace(threaded, params=(*threaded.params, *given.values()), yields=yields))
            self._enter(halves, regions[0], regions[1], len(slots))

    def _enter_both(self, group: list[_Halves]) -> None:
        """The functions that are both halves of these pairs at once, if all of them can be."""
        both = []
        for halves in group:
            pair, writes = halves.pair, len(halves.function.writes)
            key = self._key(f"{halves.function.name}_both")
            self.made[key] = halves.function
            both.append(Both(pair.forward, pair.backward, key, len(pair.needs), writes, halves.arrays))
        bodies = [together(halves.forward, halves.backward, [*self.both, *both]) for halves in group]
        for halves, half, body in zip(group, both, bodies, strict=True):
            del self.made[half.key]
            if body is not None and None not in bodies:
                self.made[half.key] = _both(halves, half, body)
                self.both.append(half)

    def _inherited(self, halves: _Halves) -> list[Slot]:
        """Slots of recursions closed earlier that these halves call."""
        return [
            s for r in (halves.forward, halves.backward) for n in walk(r) if n.op == "call" for s in self.shared.get(n.attrs["callee"], ())
        ]

    def _enter(self, halves: _Halves, forward: Region, backward: Region, states: int = 0) -> None:
        function, pair = halves.function, halves.pair
        plain = replace(function, captures=(), alias=(), doc=None)
        self.made[pair.forward] = replace(
            plain,
            name=pair.forward,
            body=forward,
            params=tuple(Param(shown(p.hint)) for p in forward.params),
            result=("*",) * (len(forward.yields) - len(function.writes)),
        )
        end = len(backward.params) - states
        self.made[pair.backward] = replace(
            plain,
            name=pair.backward,
            body=backward,
            params=tuple(Param(shown(p.hint)) for p in backward.params),
            result=("*",) * (len(backward.yields) - halves.arrays),
            writes=tuple(range(end - halves.arrays, end)),
        )

    def _key(self, name: str) -> str:
        return free_key(name, {*self.program.functions, *self.made})


def _both(halves: _Halves, half: Both, body: Region) -> Function:
    """(arguments, adjoints of results, adjoints of arrays) -> (results, adjoints of numbers), both kinds of arrays written."""
    function, given = halves.function, halves.backward.params[half.needs :]
    first = len(halves.forward.yields) - half.finals
    end = len(body.yields) - half.arrays
    yields = (*body.yields[:first], *body.yields[first + half.finals : end], *body.yields[first : first + half.finals], *body.yields[end:])
    params = (*body.params, *given)
    return replace(
        function,
        name=half.key,
        captures=(),
        alias=(),
        doc=None,
        body=Region(params, body.nodes, yields),
        params=tuple(Param(shown(p.hint)) for p in params),
        result=("*",) * (len(yields) - half.finals - half.arrays),
        writes=(*function.writes, *range(len(params) - half.arrays, len(params))),
    )
