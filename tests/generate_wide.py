"""Random programs of the whole language: what `tests/generate.py` grows, and integers, tuples, lists, objects, closures, matches,
masks, gathers, slices, sorts, comprehensions, loops with `else`, errors raised and caught, and NumPy's larger functions.

`grow_wide(choose)` writes a module with the same `program(x, y, a, b, m)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.generate import SIZE, Choose, Grower, Scope

CLASSES = """@dataclass
class Pair:
    left: float
    right: np.ndarray

    def mix(self, s):
        return self.left * s + np.sum(self.right)

    @property
    def size(self):
        return math.tanh(self.left)


class Point(NamedTuple):
    u: float
    v: float


"""
HEADER = "import math\nfrom dataclasses import dataclass\nfrom typing import NamedTuple\n\nimport numpy as np\n\n\n"


@dataclass
class WideScope(Scope):
    """Also: integers, truths, growing lists of numbers, pairs (objects), points (named tuples), functions of one number."""

    ints: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    pairs: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)

    def inner(self, loop: bool = False) -> WideScope:
        return WideScope(
            list(self.numbers), list(self.vectors), list(self.matrices), list(self.indices), self.in_loop or loop,
            list(self.ints), list(self.lists), list(self.pairs), list(self.points), list(self.functions),
        )  # fmt: skip


class Wide(Grower):
    """Chooses between the plain grammar and the additions; `features` names what may be used."""

    def __init__(self, choose: Choose, features: frozenset[str]) -> None:
        super().__init__(choose)
        self.features = features
        self.recursive: list[str] = []

    def can(self, *names: str) -> bool:
        return all(name in self.features for name in names)

    # ------------------------------------------------------------------ expressions

    def integer(self, scope: WideScope) -> str:
        known = scope.ints + scope.indices
        if not known or not self.choose(4):
            return self.pick("2", "3", "-1", f"len({self.pick(*scope.vectors)})", f"int(np.argmax({self.pick(*scope.vectors)}))")
        k, n = self.pick(*known), self.pick(*known, "2", "3")
        return self.pick(
            f"{k} + {n}", f"{k} * 2 - {n}", f"{k} // 2", f"{k} % 3", f"-{k}", f"abs({k} - {n})", f"min({k}, {n})", f"({k} & 3)",
            f"({k} if {self.condition(scope)} else {n})", f"divmod({k}, 2)[1]",
        )  # fmt: skip

    def index(self, scope: Scope) -> str:
        assert isinstance(scope, WideScope)
        if scope.ints and not self.choose(3):
            return f"({self.pick(*scope.ints)}) % {SIZE}"
        return super().index(scope)

    def number(self, scope: Scope, depth: int = 2) -> str:
        assert isinstance(scope, WideScope)
        if depth == 0 or self.choose(3):
            return super().number(scope, depth)
        options = [self.number_of_numbers]
        options += [self.number_of_objects] if scope.pairs or scope.points else []
        options += [self.number_of_lists] if scope.lists else []
        options += [self.number_of_calls] if scope.functions or self.recursive else []
        return self.pick(*options)(scope, depth - 1)

    def number_of_numbers(self, scope: WideScope, depth: int) -> str:
        e, v = self.number(scope, depth), self.vector(scope, 0)
        return self.pick(
            f"(0.1 * ({self.integer(scope)}))",
            f"sum(s * 0.5 for s in {v})",
            f"max(q * q for q in {v})",
            f"np.linalg.norm({v} + 2.0)" if self.can("linalg") else f"np.sqrt(1.0 + np.sum({v} ** 2))",
            f"np.dot({v}, {self.vector(scope, 0)})",
            f"np.median({v})" if self.can("sorting") else f"np.prod(np.tanh({v}))",
            f"np.sort({v})[{self.index(scope)}]" if self.can("sorting") else f"np.var({v})",
            f"float(np.where({e} > 0.0, {e}, -0.5))",
            f"({e} or 0.25)",
            f"(1.0 if 0.0 < {e} < 2.0 else {self.number(scope, 0)})",
            f"math.atan2({e}, 1.5)", f"math.hypot({e}, 1.0)", f"np.log1p(({e}) ** 2)", f"round({e}, 1)", f"({e} % 1.7)",
        )  # fmt: skip

    def number_of_objects(self, scope: WideScope, depth: int) -> str:
        if scope.pairs and (not scope.points or self.choose(2)):
            p = self.pick(*scope.pairs)
            return self.pick(f"{p}.left", f"{p}.right[{self.index(scope)}]", f"{p}.mix({self.number(scope, depth)})", f"{p}.size")
        p = self.pick(*scope.points)
        return self.pick(f"{p}.u", f"{p}[1]", f"{p}._replace(u={self.number(scope, 0)}).u", f"sum({p})")

    def number_of_lists(self, scope: WideScope, depth: int) -> str:
        known = self.pick(*scope.lists)
        return self.pick(f"sum({known})", f"(0.1 * len({known}))", f"({known}[-1] if {known} else 0.3)", f"sum(t * t for t in {known})")

    def number_of_calls(self, scope: WideScope, depth: int) -> str:
        e = self.number(scope, depth)
        if self.recursive and not scope.in_loop and (not scope.functions or self.choose(2)):
            return f"{self.pick(*self.recursive)}({e}, {self.pick('2', '3')})"
        return f"{self.pick(*scope.functions)}({e})" if scope.functions else e

    def vector(self, scope: Scope, depth: int = 2) -> str:
        assert isinstance(scope, WideScope)
        if depth == 0 or self.choose(3):
            return super().vector(scope, depth)
        v, w = self.vector(scope, depth - 1), self.vector(scope, 0)
        options = [
            f"np.array([{self.number(scope, 0)}, {self.number(scope, 0)}, {self.number(scope, 0)}])",
            f"np.array([math.sin(s) for s in {v}])",
            f"({v})[np.array([{self.index(scope)}, {self.index(scope)}, {self.index(scope)}])]",
            f"np.clip({v}, -0.8, {self.pick('0.9', w)})",
            f"np.roll({v}, {self.pick('1', '-1')})",
            f"np.concatenate([({v})[1:], {w}[:1]])",
            f"np.minimum({v}, {w})", f"np.diff({v}, append=0.5)", f"np.outer({v}, {w})[{self.index(scope)}]",
            f"np.where({v} > {w}, {v}, {self.number(scope, 0)})",
        ]  # fmt: skip
        options += [f"np.sort({v})", f"({v})[np.argsort({w})]"] if self.can("sorting") else []
        if scope.matrices:
            m = self.pick(*scope.matrices)
            options += [
                f"np.diag({m})",
                f"{m}.max(axis={self.pick('0', '1')})",
                f"{m}[[0, 2, 1], [1, 1, 0]]",
                f"np.einsum('ij,j->i', {m}, {v})",
            ]
            options += [f"np.linalg.solve({m} * 0.1 + 2.0 * np.eye({SIZE}), {v})"] if self.can("linalg") else []
        options += [f"{self.pick(*scope.pairs)}.right"] if scope.pairs else []
        return self.pick(*options)

    # ------------------------------------------------------------------ statements

    def statement(self, scope: Scope, depth: int) -> None:
        assert isinstance(scope, WideScope)
        if self.choose(5) < 3:
            return super().statement(scope, depth)
        self.budget -= 1
        simple = [self.assign_int, self.write_at, self.assign_tuple]
        simple += [self.use_list] * 2 if self.can("lists") else []
        simple += [self.use_object] * 2 if self.can("objects") else []
        compound = [self.loop_else, self.matched, self.closure, self.zipped, self.nested_loops]
        compound += [self.caught] if self.can("try") else []
        if depth < 4 and self.budget > 0 and self.choose(2):
            return self.pick(*compound)(scope, depth)
        return self.pick(*simple)(scope, depth)

    def assign_int(self, scope: WideScope, depth: int) -> None:
        e = self.integer(scope)
        if scope.ints and self.choose(2):
            self.say(depth, f"{self.pick(*scope.ints)} = ({e}) % 7")
            return
        fresh = self.name("n")
        self.say(depth, f"{fresh} = {e}")
        scope.ints.append(fresh)

    def write_at(self, scope: WideScope, depth: int) -> None:
        """Through masks, gathers, views of views; by functions that write."""
        v, e = self.pick(*scope.vectors), self.number(scope, 1)
        options = [
            f"{v}[{v} > {self.constant()}] = {e}", f"{v}[{v} < 0.0] *= 0.5", f"{v}[[0, {self.index(scope)}]] += {e}",
            f"np.add.at({v}, np.array([{self.index(scope)}, 1, 1]), {e})", f"{v}[1:][::-1][0] = {e}", f"{v}[::-1][:2] += {e}",
            f"{v}[...] = {self.vector(scope, 1)} * 1.0", f"{v}.fill({e})",
        ]  # fmt: skip
        if scope.matrices:
            m = self.pick(*scope.matrices)
            options += [
                f"{m}[1:, :2] = {m}[:2, 1:] * 0.5", f"{m}[{m} > 0.5] -= {e}", f"{m}[{self.index(scope)}][{self.index(scope)}] = {e}",
                f"{m}.reshape(-1)[{self.choose(9)}] = {e}", f"{m}[:, [0, 2]] = {m}[:, [2, 0]]", f"{m}[::2, 1] *= {e}",
                f"np.fill_diagonal({m}, {e})" if self.can("sorting") else f"{m}[0, 0] = {e}",
            ]  # fmt: skip
        self.say(depth, self.pick(*options))

    def assign_tuple(self, scope: WideScope, depth: int) -> None:
        e, f = self.number(scope, 1), self.number(scope, 1)
        first, second = self.name("p"), self.name("p")
        line = self.pick(
            f"{first}, {second} = {e}, {f}", f"({first}, {second}), _ = ({e}, {f}), 0", f"{first}, *_, {second} = {self.vector(scope, 0)}",
            f"{first} = {second} = {e}", f"{first} = ({second} := {e}) * 0.5",
        )  # fmt: skip
        self.say(depth, line)
        scope.numbers += [first, second]

    def use_list(self, scope: WideScope, depth: int) -> None:
        if not scope.lists or not self.choose(3):
            fresh = self.name("xs")
            self.say(
                depth,
                self.pick(f"{fresh} = []", f"{fresh} = [{self.number(scope, 1)}]", f"{fresh} = [0.5 * s for s in {self.vector(scope, 0)}]"),
            )
            self.say(depth, f"{fresh}.append({self.number(scope, 1)})")
            scope.lists.append(fresh)
            return
        known = self.pick(*scope.lists)
        self.say(
            depth,
            self.pick(
                f"{known}.append({self.number(scope, 1)})", f"{known}.append({self.number(scope, 1)})",
                f"{known}[-1] = {self.number(scope, 1)}" if not scope.in_loop else f"{known}.append(0.5)",
                f"{self.pick(*scope.numbers)} += {known}.pop() if {known} else 0.1",
                f"{known}.extend([{self.number(scope, 0)}, 0.5])", f"{known}.insert(0, {self.number(scope, 0)})",
            ),
        )  # fmt: skip

    def use_object(self, scope: WideScope, depth: int) -> None:
        kind = self.choose(4)
        if kind == 0 or not scope.pairs:
            fresh = self.name("o")
            self.say(depth, f"{fresh} = Pair({self.number(scope, 1)}, {self.fresh_vector(scope)})")
            scope.pairs.append(fresh)
        elif kind == 1:
            fresh = self.name("z")
            self.say(depth, f"{fresh} = Point({self.number(scope, 1)}, {self.number(scope, 1)})")
            scope.points.append(fresh)
        else:
            p = self.pick(*scope.pairs)
            self.say(
                depth,
                self.pick(
                    f"{p}.left = {self.number(scope, 1)}",
                    f"{p}.left += {self.number(scope, 0)}",
                    f"{p}.right[{self.index(scope)}] = {self.number(scope, 0)}",
                ),
            )

    def loop_else(self, scope: WideScope, depth: int) -> None:
        i = self.name("i")
        self.say(depth, f"for {i} in range({self.pick('3', '1, 3', '2, -1, -1')}):")
        inner = scope.inner(loop=True)
        inner.indices.append(i)
        self.block(inner, depth + 1, 2)
        self.say(depth + 1, f"if {self.condition(inner)}:")
        self.say(depth + 2, "break")
        self.say(depth, "else:")
        self.block(scope.inner(), depth + 1, 2)

    def nested_loops(self, scope: WideScope, depth: int) -> None:
        i, j = self.name("i"), self.name("j")
        self.say(depth, f"for {i} in range({SIZE}):")
        self.say(depth + 1, f"for {j} in range({self.pick(i, f'{i} + 1', str(SIZE), f'{i}, {SIZE}')}):")
        inner = scope.inner(loop=True)
        inner.indices += [i, j]
        self.block(inner, depth + 2, 2)
        v, s = self.pick(*scope.vectors), self.pick(*scope.numbers)
        self.say(depth + 2, f"{v}[{j}] += 0.1 * {s} * {self.pick(*scope.vectors)}[{i}]")

    def matched(self, scope: WideScope, depth: int) -> None:
        self.say(depth, f"match ({self.integer(scope)}) % 3:")
        for pattern in ("0", self.pick("1", "1 | 2"), "_"):
            self.say(depth + 1, f"case {pattern}:")
            self.block(scope.inner(), depth + 2, 1)

    def closure(self, scope: WideScope, depth: int) -> None:
        """A function of one number that reads what is around it."""
        fresh, t = self.name("f"), self.name("t")
        inner = scope.inner()
        inner.numbers.append(t)
        if self.choose(2):
            self.say(depth, f"{fresh} = lambda {t}: math.tanh({self.number(inner, 1)})")
        else:
            self.say(depth, f"def {fresh}({t}, w={self.constant()}):")
            self.say(depth + 1, f"return math.tanh({self.number(inner, 1)}) * w + {t}")
        scope.functions.append(fresh)

    def zipped(self, scope: WideScope, depth: int) -> None:
        p, q, i = self.name("e"), self.name("e"), self.name("i")
        v, w = self.pick(*scope.vectors), self.pick(*scope.vectors)
        self.say(
            depth,
            self.pick(
                f"for {i}, ({p}, {q}) in enumerate(zip({v}, {w})):", f"for {i}, ({p}, {q}) in enumerate(zip({v}.copy(), reversed({w}))):"
            ),
        )
        inner = scope.inner(loop=True)
        inner.numbers += [p, q]
        inner.indices.append(i)
        self.block(inner, depth + 1, 2)

    def caught(self, scope: WideScope, depth: int) -> None:
        self.say(depth, "try:")
        self.say(depth + 1, f"if {self.condition(scope)}:")
        self.say(depth + 2, 'raise ValueError("too large")')
        self.block(scope.inner(), depth + 1, 1)
        self.say(depth, "except ValueError:")
        self.block(scope.inner(), depth + 1, 1)

    # ------------------------------------------------------------------ functions

    def recursion(self) -> None:
        name = self.name("again")
        e = self.pick("math.sin(s)", "0.5 * s", "s - 0.3", "math.tanh(s + 0.1)")
        self.say(0, f"def {name}(s, depth):")
        self.say(1, "if depth == 0:")
        self.say(2, "return s")
        self.say(1, f"return {self.pick('0.5 * ', '', 's * ')}{name}({e}, depth - 1){self.pick('', ' + s')}")
        self.lines += ["", ""]
        self.recursive.append(name)

    def program(self) -> str:
        if self.choose(3) == 0:
            self.recursion()
        for _ in range(self.choose(2)):
            self.helper()
        self.say(0, "def program(x, y, a, b, m):")
        scope = WideScope(["x", "y"], ["a", "b"], ["m"])
        self.budget = 8
        for _ in range(2 + self.choose(5)):
            self.statement(scope, 1)
        self.say(1, f"return {self.result(scope)}")
        return HEADER + (CLASSES if self.can("objects") else "") + "\n".join(self.lines) + "\n"

    def helper(self) -> None:
        """As in the plain grammar, with a scope that knows the additions."""
        name = self.name("helper")
        self.say(0, f"def {name}(s, v):")
        scope = WideScope(["s"], ["v"])
        self.budget = 3
        self.block(scope, 1, 2)
        self.say(1, f"return math.tanh({self.pick(*scope.numbers)}) + {self.pick(*scope.vectors)}[{self.index(scope)}]")
        self.lines += ["", ""]
        self.helpers.append(name)


ALL = frozenset({"linalg", "sorting", "lists", "objects", "try"})


def grow_wide(choose: Choose, features: frozenset[str] = ALL) -> str:
    """The text of a random module."""
    return Wide(choose, features).program()
