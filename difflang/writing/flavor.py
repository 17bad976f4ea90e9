"""Which values typed as NumPy's numbers may be Python's own in the written text.

The text says `0.0` where the program has np.float64(0.0), and `x + y` of two Python numbers is one again. That makes no
difference until a division or power by zero, which Python refuses and NumPy answers: those are then written as functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Atom, Const, Function, Node, Region, Var, walk
from ..op import TABLE, row
from ..types import Array, Scalar, Stack, Unknown
from .forms import is_lazy

SHAPED = ("unbroadcast", "masked", "expand_dims", "matmul_left", "matmul_right", "dot_left", "dot_right")
REAL = ("index", "sum", "mean", "prod", "var", "std", "max", "min", "dot", "inner", "matmul", "cast", *SHAPED)
"""Ops whose numbers are NumPy's own whatever they are given."""
TRUTHS = ("add", "sub", "mul", "invert", "neg", "pos")
"""Operators that take Python's truths for the ints 0 and 1."""


class Flavors:
    """Asks whether a value of one function may be a Python number."""

    def __init__(self, function: Function, entry: bool) -> None:
        self.plain: set[Var] = set()
        self.raised = raised_by_the_primal(function.body)
        self.divisors = divisors_of_the_primal(function.body)
        self.powers = powers_of_the_primal(function.body)
        self.safe = {*divided_again(function.body, frozenset(), {}), *shared_by_size(function.body)}
        self.handed = any(isinstance(p.type, Stack) for p in function.body.params)  # what others push may be Python's
        self.plain.update(p for p in function.body.params if is_strong(p) and not entry or isinstance(p.type, Unknown))
        while True:
            before = (len(self.plain), self.handed)
            self.region(function.body)
            if (len(self.plain), self.handed) == before:
                break

    def may_be_python(self, atom: Atom) -> bool:
        if isinstance(atom.type, Unknown):
            return atom in self.plain
        if not isinstance(atom.type, Scalar):
            return False
        return atom.type.weak or isinstance(atom, Const) or atom in self.plain

    def region(self, region: Region) -> None:
        for node in region.nodes:
            for inner in node.regions:
                self.region(inner)
            self.node(node)

    def node(self, node: Node) -> None:
        if node.op == "if":
            for arm in node.regions:
                self.meet(node.outs, arm.yields)
        elif node.op in ("for", "while"):
            lead = 3 if node.op == "for" else 0
            body = node.regions[-1]
            finals = body.yields[len(body.yields) - len(node.outs) :]
            for region in node.regions:
                carried = region.params[len(region.params) - len(node.outs) :]
                self.meet(carried, node.args[lead:])
                self.meet(carried, finals)
            self.meet(node.outs, node.args[lead:])
            self.meet(node.outs, finals)
        elif node.op == "push":
            self.handed = self.handed or self.may_be_python(node.args[1])
        elif node.op == "pop" and not self.handed:
            pass  # NumPy's numbers, as they were pushed
        elif node.op in ("call", "pop"):
            self.handed = self.handed or any(isinstance(out.type, Stack) for out in node.outs if node.op == "call")
            self.plain.update(out for out in node.outs if is_strong(out))
        elif node.outs and is_strong(node.outs[0]) and node.op not in REAL and not self.is_numpy(node):
            self.plain.add(node.outs[0])

    def meet(self, outs: tuple[Var, ...], values: tuple[Atom, ...]) -> None:
        self.plain.update(out for out, value in zip(outs, values, strict=True) if is_strong(out) and self.may_be_python(value))

    def is_numpy(self, node: Node) -> bool:
        """Whether the text's form of the op gives a NumPy number."""
        op = row(node.op)
        if node.op == "where" and is_lazy(node):
            return not any(map(self.may_be_python, node.args[1:]))
        if node.op == "square" and node.role:  # written x * x
            return not self.may_be_python(node.args[0])
        if not op.infix:
            return bool(op.numpy)
        if self.is_product(node):
            return False
        return self.is_written_out(node) or not all(map(self.may_be_python, node.args))

    def is_written_out(self, node: Node) -> bool:
        """Whether an operator must be written as NumPy's function."""
        op = row(node.op)
        type = node.outs[0].type
        strong = not (isinstance(type, Scalar) and type.weak)
        truth = isinstance(type, Scalar) and type.dtype == "bool" and op.name in TRUTHS
        if isinstance(type, Unknown) and not node.role:
            return False  # the user's operator, whatever it is given
        return strong and (truth or bool(op.faults)) and all(map(self.may_be_python, node.args)) and not self.is_harmless(node)

    def is_product(self, node: Node) -> bool:
        """Whether a square is written x * x, which Python's numbers never refuse."""
        return node.op == "pow" and bool(node.role) and _whole(node.args[1]) == 2 and self.is_written_out(node)

    def is_harmless(self, node: Node) -> bool:
        """Whether Python's operator in an adjoint raises only where the primal has raised before."""
        divisor = node.args[-1]
        if node.op == "div" and isinstance(divisor, Const):
            return bool(divisor.value)
        if not node.role:
            return False
        if node.op == "div":
            return node.out in self.safe or self.raised.get(line_of(node), False) or (line_of(node), divisor) in self.divisors
        exponent = _whole(node.args[-1])
        if node.op != "pow" or exponent is None or exponent < 0:
            return False
        return isinstance(node.outs[0].type, Unknown) or exponent < self.powers.get(line_of(node), 0)


def raised_by_the_primal(body: Region) -> dict[int, bool]:
    """The lines where all that may divide by zero raises as Python does: an adjoint that divides by the same may do it so too."""
    found: dict[int, bool] = {}
    for node in walk(body):
        if not node.role and not node.regions and node.op in TABLE and TABLE[node.op].singular:
            type = node.outs[0].type
            weak = isinstance(type, Scalar) and type.weak and TABLE[node.op].pole_raises
            line = line_of(node)
            found[line] = found.get(line, True) and (weak or (node.op == "div" and isinstance(type, Unknown)))
    return found


def divisors_of_the_primal(body: Region) -> set[tuple[int, Atom]]:
    """What Python's division of the primal has divided by, or math.log has taken the logarithm of, with its line."""
    found: set[tuple[int, Atom]] = set()
    products: dict[Atom, Node] = {}
    for node in walk(body):
        if node.op == "mul":
            products[node.out] = node
        type = node.outs[0].type if node.op in ("div", "log") and not node.role else None
        if not (isinstance(type, Scalar) and type.weak) and not (isinstance(type, Unknown) and node.op == "div"):
            continue
        divisor = node.args[-1]
        found.add((line_of(node), divisor))
        if divisor in products:  # nothing is refused by log(2 * x) that 1 / x would refuse
            found.update((line_of(node), factor) for factor in products[divisor].args)
    return found


def divided_again(region: Region, divisors: frozenset[object], sizes: dict[Atom, object]) -> Iterator[Var]:
    """The quotients of adjoints whose divisor is not zero wherever they are computed.

    The primal divides by it too there, and Python refuses a zero; or a loop makes as many turns, and this is one of them.
    """
    for node in region.nodes:
        if node.op == "dim" or (node.op == "size" and isinstance(node.args[0].type, Array) and node.args[0].type.rank == 1):
            sizes[node.out] = (node.args[0], node.attrs.get("axis", 0))
    primal = [n for n in region.nodes if n.op == "div" and not n.role and isinstance(n.out.type, Scalar) and n.out.type.weak]
    divisors |= {node.args[1] for node in primal}
    for node in region.nodes:
        if node.op == "div" and node.role and (node.args[1] in divisors or sizes.get(node.args[1]) in divisors):
            yield node.out
        turns = {node.args[1], sizes.get(node.args[1])} - {None} if node.op == "for" and _counts_up(node) else set()
        for inner in node.regions:
            yield from divided_again(inner, divisors | turns, sizes)


def shared_by_size(body: Region) -> Iterator[Var]:
    """The quotients of multiples of what is counted by its own size: of no elements where that is zero, and no Python number."""
    made = {node.out: node for node in walk(body) if node.op in ("size", "mul", "div")}
    for out, node in made.items():
        size = made.get(node.args[1]) if node.op == "div" and node.role and isinstance(node.args[1], Var) else None
        over = made.get(node.args[0]) if isinstance(node.args[0], Var) else None
        if size is not None and size.op == "size" and size.args[0] in (node.args[0], *(over.args if over is not None else ())):
            yield out


def _counts_up(loop: Node) -> bool:
    """Whether a loop over a range begins at zero or above, so that there is a turn only where its end is above."""
    start, _, step = (_whole(a) for a in loop.args[:3])
    return start is not None and start >= 0 and step is not None and step > 0


def powers_of_the_primal(body: Region) -> dict[int, int]:
    """The lines where the primal raises Python's numbers to whole powers: a smaller power overflows no sooner."""
    found: dict[int, int] = {}
    for node in walk(body):
        if node.op == "pow" and not node.role and isinstance(node.outs[0].type, Scalar) and node.outs[0].type.weak:
            exponent = _whole(node.args[1])
            line = line_of(node)
            found[line] = min(found.get(line, 2**31), exponent if exponent is not None else 0)
    return found


def line_of(node: Node) -> int:
    return node.place.line if node.place is not None else 0


def _whole(atom: Atom) -> int | None:
    value = atom.value if isinstance(atom, Const) else None
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value) else None


def is_strong(var: Var) -> bool:
    return isinstance(var.type, Unknown) or (isinstance(var.type, Scalar) and not var.type.weak)
