"""Numbers that a loop keeps in memory from turn to turn, kept in registers: what LLVM's passes would do, for nests that have none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .nest import LOAD, STORE, VALUE, Loop, entries

_MOVES = ("getelementptr", "add ", "sub ", "mul ", "and ", "shl ")
"""What computes an address, and may be done before it is known whether there is a turn."""


class _Kept:
    """A number that is read and written at one place in each turn."""

    def __init__(self, type: str, pointer: str, read: str, written: str) -> None:
        self.type, self.pointer, self.read, self.written = type, pointer, read, written


def carried(lines: Sequence[str], loop: Loop, roots: Mapping[str, str], private: Collection[str]) -> list[str]:
    """The nest with the loop's numbers in registers; as it stood where there are none."""
    found = _kept(loop, roots, private)
    exit_ = lines.index(f"{loop.exit}:")
    ahead = _addresses(loop, [kept.pointer for kept in found])
    if not found or ahead is None or " = phi " in lines[exit_ + 1] or entries(lines, loop.exit) != 1:
        return list(lines)
    door, made = f"{loop.header}.door", dict(ahead)
    header, body = lines.index(f"{loop.header}:"), lines.index(f"{loop.block}:") + 1
    place = {kept.pointer: _outside(kept.pointer, made) for kept in found}
    entering = [f"{door}:", *(line for _, line in ahead)]
    phis, leaving = [], []
    for kept in found:
        entering.append(f"  {kept.read}.first = load {kept.type}, ptr {place[kept.pointer]}")
        back = f"[ {kept.written}, %{loop.block} ]"
        phis.append(f"  {kept.read} = phi {kept.type} [ {kept.read}.first, %{door} ], {back}")
        leaving.append(f"  store {kept.type} {kept.read}, ptr {place[kept.pointer]}")
    gone = {f"  {kept.read} = load {kept.type}, ptr {kept.pointer}" for kept in found}
    gone |= {f"  store {kept.type} {kept.written}, ptr {kept.pointer}" for kept in found}
    out: list[str] = []
    for k, line in enumerate(lines):
        if k == loop.before:
            out.append(f"  br label %{door}")
        elif k == header:
            out += [*entering, f"  br label %{loop.header}", line]
        elif k == header + 1:
            out += [_from(line, door), *phis]
        elif k == exit_:
            out += [line, *leaving]
        elif not (body <= k < body + len(loop.body) and line in gone):
            out.append(line)
    return out


def _from(phi: str, door: str) -> str:
    """The loop's index, entered through another block."""
    head, _, tail = phi.partition("[ 0, %")
    return f"{head}[ 0, %{door} ]{tail[tail.index(' ]') + 2 :]}"


def _kept(loop: Loop, roots: Mapping[str, str], private: Collection[str]) -> list[_Kept]:
    """Numbers in private memory that nothing else in the loop touches, read once and then written once."""
    reads: dict[str, list[tuple[str, str, str]]] = {}
    writes: dict[str, list[tuple[str, str, str]]] = {}
    for line in loop.body:
        name, _, code = line.strip().partition(" = ")
        read, stored = LOAD.match(code), STORE.match(line)
        if read:
            reads.setdefault(roots.get(read[2], read[2]), []).append((name, read[1], read[2]))
        elif stored:
            writes.setdefault(roots.get(stored[3], stored[3]), []).append((stored[2], stored[1], stored[3]))
    found = []
    for memory, written in writes.items():
        read_here = reads.get(memory, [])
        if memory in private and len(written) == len(read_here) == 1 and written[0][1:] == read_here[0][1:]:
            (value, type, pointer), (name, _, _) = written[0], read_here[0]
            if value.startswith("%") and loop.body.index(f"  {name} = load {type}, ptr {pointer}") < loop.body.index(
                f"  store {type} {value}, ptr {pointer}"
            ):
                found.append(_Kept(type, pointer, name, value))
    return found


def _addresses(loop: Loop, pointers: Sequence[str]) -> list[tuple[str, str]] | None:
    """What computes these addresses, to be done before the loop; None where they are others from turn to turn."""
    local = {line.strip().partition(" = ")[0]: line.strip().partition(" = ")[2] for line in loop.body if " = " in line}
    wanted, asking = set(), [pointer for pointer in pointers if pointer in local]
    while asking:
        name = asking.pop()
        if name in wanted:
            continue
        wanted.add(name)
        if not local[name].startswith(_MOVES) or loop.index in VALUE.findall(local[name]):
            return None
        asking += [value for value in VALUE.findall(local[name]) if value in local]
    chosen = {name: local[name] for name in local if name in wanted}
    return [(name, f"  {name}.ahead = " + VALUE.sub(lambda v: _outside(v[0], chosen), code)) for name, code in chosen.items()]


def _outside(name: str, made: Mapping[str, str]) -> str:
    return f"{name}.ahead" if name in made else name
