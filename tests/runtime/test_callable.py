"""The vectorcall type: subclasses, the slow path, binding, references."""

import gc
import weakref

import pytest

from difflang.runtime.callable import ENTRY, HEADER, Native, fast, install, uninstall


@fast
class Echo(Native):
    def __init__(self):
        self.calls = 0

    def __call__(self, *args, **kwargs):
        self.calls += 1
        return args, kwargs

    def __get__(self, instance, owner=None):
        from types import MethodType

        return self if instance is None else MethodType(self, instance)


def test_without_machine_code_python_answers():
    echo = Echo()
    assert echo(1, 2, k=3) == ((1, 2), {"k": 3})
    assert echo(*[1], **{}) == ((1,), {})
    assert list(map(echo, [1])) == [((1,), {})] and echo.calls == 3
    assert echo._entry == 0 and ENTRY == HEADER


def test_an_error_of_the_slow_path_is_pythons():
    @fast
    class Broken(Native):
        def __call__(self, x):
            raise KeyError(x)

    with pytest.raises(KeyError):
        Broken()(1)
    with pytest.raises(TypeError):
        Broken()()
    with pytest.raises(TypeError):
        Native()(1)


def test_methods_and_weak_references():
    class Holder:
        method = Echo()

    holder = Holder()
    assert holder.method(5) == ((holder, 5), {}) and Holder.method is Holder.__dict__["method"]
    echo = Echo()
    seen = weakref.ref(echo)
    del echo
    gc.collect()
    assert seen() is None


def test_uninstall_brings_python_back():
    echo = Echo()
    install(echo, 0, 1234, echo.__call__)
    assert echo._record == 1234 and echo._slow == id(echo.__dict__["_slow_reference"])
    uninstall(echo)
    assert echo._record == 0 and echo(1) == ((1,), {})


def test_words_must_not_be_hidden():
    with pytest.raises(TypeError, match="hides"):

        @fast
        class Hiding(Native):
            def _slow(self):
                return None
