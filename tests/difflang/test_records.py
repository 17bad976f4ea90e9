"""Records are the standard library's dataclasses in all that we use of them."""

import copy
import dataclasses
import pickle

import pytest

from difflang.records import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Point:
    """Frozen, in slots."""

    x: int
    name: str = "a"
    seen: list = field(default_factory=list, compare=False)


@dataclass
class Base:
    a: int
    b: dict = field(default_factory=dict)

    def __post_init__(self):
        self.after = self.a + 1


@dataclass
class Derived(Base):
    c: int = 4


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    op: str


def test_frozen_with_slots():
    one, same, other = Point(1), Point(1, "a"), Point(x=2)
    assert one == same and hash(one) == hash(same) and one != other and one != (1, "a")
    assert one.seen == [] and one.seen is not same.seen and repr(one) == "Point(x=1, name='a', seen=[])"
    assert not hasattr(one, "__dict__") and Point.__doc__ == "Frozen, in slots." and Point.__match_args__ == ("x", "name", "seen")
    for change in (lambda: setattr(one, "x", 3), lambda: setattr(one, "new", 3), lambda: delattr(one, "x")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    assert replace(one, x=3) == Point(3) and copy.copy(one) == one == copy.deepcopy(one) == pickle.loads(pickle.dumps(one))


def test_the_standard_library_knows_them():
    assert dataclasses.is_dataclass(Point) and [f.name for f in dataclasses.fields(Point(1))] == ["x", "name", "seen"]
    assert dataclasses.replace(Point(1), name="b") == Point(1, "b") and dataclasses.asdict(Derived(1))["c"] == 4


def test_inheritance_and_identity():
    one = Derived(1, c=5)
    one.b[1] = 2
    assert one == Derived(1, {1: 2}, 5) != Base(1, {1: 2}) and one.after == 2
    with pytest.raises(TypeError):
        hash(one)
    assert Node("add") != Node("add") and len({Node("add"), Node("add")}) == 2
    with pytest.raises(TypeError, match="required positional argument"):
        Point()
    with pytest.raises(TypeError, match="standard library"):

        @dataclass
        class Mixed(dataclasses.make_dataclass("Theirs", ["x"])):
            y: int = 0
