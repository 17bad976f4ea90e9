"""Texts made at run time: messages of errors and what print says.

A text is a compound of the numbers and arrays in it; its `info` are pieces that become one Python expression over them:
("text", literal), ("value", source, conversion, format) as in an f-string, ("expression", source). A source is a tuple of
Python's text and positions of values. The expression is evaluated by Python, where the error is raised or the line printed.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from difflang.ir import NONE, Node, const
from difflang.types import Array, Scalar

from .builtins import builtin
from .dicts import is_dict, items_of
from .frame import Frame, handles
from .object_texts import object_text, tells
from .values import Compound, Value, denote, is_static, is_undefined, known, python_value

Source = tuple[str | int, ...]
Piece = tuple[Any, ...]
CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
BRACKETS = {"tuple": ("(", ")"), "list": ("[", "]"), "set": ("{", "}")}


def text_of(items: Sequence[Value], pieces: Sequence[Piece]) -> Value:
    """A text of these pieces: plain where nothing of the run is in it."""
    if all(piece[0] == "text" for piece in pieces):
        return denote("".join(piece[1] for piece in pieces))
    return Compound("text", tuple(items), tuple(pieces))


def is_text(value: Value) -> bool:
    """Whether a value is a text, known or made at run time."""
    if isinstance(value, Compound):
        return value.kind == "text"
    return is_static(value) and isinstance(python_value(value), str)


def joined(texts: Sequence[Value]) -> Value:
    """Texts one after another."""
    items: list[Value] = []
    pieces: list[Piece] = []
    for text in texts:
        if isinstance(text, Compound):
            pieces += [_moved_piece(piece, len(items)) for piece in text.info]
            items += text.items
        else:
            pieces.append(("text", python_value(text)))
    return text_of(items, pieces)


def _moved_piece(piece: Piece, by: int) -> Piece:
    return piece if piece[0] == "text" else (piece[0], _moved(piece[1], by), *piece[2:])


def _moved(source: Source, by: int) -> Source:
    return tuple(part + by if isinstance(part, int) else part for part in source)


def spelled(frame: Frame, value: Value) -> tuple[list[Value], Source]:
    """A value as Python's text: the numbers and arrays of the run, and the expression over them."""
    if isinstance(value, Compound):
        return _spelled_compound(frame, value)
    if is_undefined(value):
        return [], ("None",)
    if known(value) and not isinstance(value.type, (Scalar, Array)):
        found = python_value(value)
        if found is None or isinstance(found, (str, bytes)) or found is Ellipsis:
            return [], (repr(found),)
        name = found.__name__ if isinstance(found, type) else ""
        if name and getattr(builtins, name, None) is found:
            return [], (name,)
        frame.fail("DL044", f"{found!r} cannot stand here", "put it into the message with str() or an f-string")
    if known(value) and isinstance(value.type, Scalar) and value.type.weak and value.value == value.value and abs(value.value) < 1e300:  # type: ignore[union-attr]
        return [], (repr(python_value(value)),)
    return [value], (0,)


def _spelled_compound(frame: Frame, value: Compound) -> tuple[list[Value], Source]:
    if value.kind == "text":
        return list(value.items), expression(value)
    if value.kind == "choice":
        return _spelled_choice(frame, value)
    if value.kind in ("exception", "caught") or tells(value):
        return spelled(frame, formatted(frame, value, "s", ""))
    if is_dict(value):
        entries = items_of(frame, value)
        value = Compound("dict", tuple(entries.values()), tuple(entries))
    if value.kind == "grown" and isinstance(value.info, (Scalar, Array)):
        pythons = isinstance(value.info, Scalar) and value.info.weak
        return [frame.atom(value)], (0, ".tolist()") if pythons else ("list(", 0, ")")
    if value.kind == "bound" or value.kind not in (*BRACKETS, "range", "dict"):
        what = {"grown": "a list of tuples, lists or objects that grows", "object": "an object", "closure": "a function"}.get(value.kind)
        frame.fail("DL044", f"{what or f'a {value}'} cannot be put into a text", "put the numbers in it into the text")
    items: list[Value] = []
    parts: list[str | int] = []
    for k, item in enumerate(value.items):
        more, source = _spelled_inside(frame, item)
        key = f"{value.info[k]!r}: " if value.kind == "dict" else ""
        parts += [", " * bool(k) + key, *_moved(source, len(items))]
        items += more
    if value.kind == "dict":
        return items, ("{", *parts, "}")
    opening, closing = BRACKETS.get(value.kind, ("range(", ")"))
    return items, (opening, *parts, "," if value.kind == "tuple" and len(value.items) == 1 else "", closing)


def _spelled_inside(frame: Frame, item: Value) -> tuple[list[Value], Source]:
    """An item of a container: of an object of a class of the program what stands for its `repr`."""
    if not tells(item):
        return spelled(frame, item)
    items, source = spelled(frame, object_text(frame, item))
    return items, ("type('', (), {'__repr__': lambda self, text=", *source, ": text})()")


def _spelled_choice(frame: Frame, value: Compound) -> tuple[list[Value], Source]:
    """`one if condition else other`."""
    condition, one, other = value.items
    first, source = spelled(frame, one)
    second, more = spelled(frame, other)
    moved = (*_moved(source, 1), " if ", 0, " else ", *_moved(more, 1 + len(first)))
    return [condition, *first, *second], ("(", *moved, ")")


def expression(text: Compound) -> Source:
    """One Python expression for a text."""
    terms: list[Source] = []
    run: list[str | int] = []

    def close() -> None:
        if run:
            plain = not any(part == "{" for part in run)
            terms.append(("" if plain else "f", "'", *(str(p).replace("{{", "{").replace("}}", "}") if plain else p for p in run), "'"))
            run.clear()

    for piece in text.info:
        if piece[0] == "text":
            run.append(_escaped(piece[1]))
        elif piece[0] == "value" and not any(isinstance(part, str) and set(part) & set("'\"{}\\") for part in piece[1]):
            conversion, form = piece[2:]
            run += ["{", *piece[1], f"!{conversion}" if conversion else "", f":{form}" if form else "", "}"]
        else:
            close()
            terms.append(_formatted(piece))
    close()
    source: list[str | int] = []
    for k, term in enumerate(terms):
        source += [" + " * bool(k), *term]
    return (*(("(",) if len(terms) > 1 else ()), *source, *((")",) if len(terms) > 1 else ()))


def _formatted(piece: Piece) -> Source:
    if piece[0] == "expression":
        return tuple(piece[1])
    inner, conversion, form = piece[1:]
    if conversion:
        inner = ({"r": "repr(", "s": "str(", "a": "ascii("}[conversion], *inner, ")")
    return ("format(", *inner, f", {form!r})" if form else ")")


def _escaped(text: str) -> str:
    quoted = repr("'\"" + text)[1:-1]  # with both quotes in it, repr escapes the single one
    return quoted.removeprefix("\\'\"").replace("{", "{{").replace("}", "}}")


def formatted(frame: Frame, value: Value, conversion: str | None, form: str) -> Value:
    """One `{value!conversion:form}` of an f-string."""
    if isinstance(value, Compound) and value.kind in ("exception", "caught") and conversion == "r":
        from .failing import shown

        return formatted(frame, shown(frame, value), None, form)
    if tells(value):
        return object_text(frame, value, conversion, form)
    if isinstance(value, Compound) and value.kind == "caught":
        from .failing import words

        return formatted(frame, words(frame, value), conversion, form)
    if isinstance(value, Compound) and value.kind == "exception":
        from .failing import check_plain

        check_plain(frame, value.info[0])
        if len(value.items) > 1:
            return formatted(frame, Compound("tuple", value.items), "s", form)
        said = value.items[0] if value.items else denote("")
        return formatted(frame, said, "r" if value.items and issubclass(value.info[0], KeyError) else "s", form)
    if known(value):
        found = python_value(value)
        with frame.fitting():
            return denote(format(CONVERSIONS[conversion](found) if conversion else found, form))
    if is_text(value) and conversion in (None, "s") and not form:
        return value
    items, source = spelled(frame, value)
    return text_of(items, [("value", source, conversion, form)])


@handles("text")
def _text(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    """An f-string."""
    return (joined([_part(frame, part, values) for part in node.attrs["parts"]]),)


def _part(frame: Frame, part: Any, values: Sequence[Value]) -> Value:
    if isinstance(part, str):
        return denote(part)
    position, conversion, spec = part
    form = joined([_part(frame, inner, values) for inner in spec]) if spec else denote("")
    if not known(form):
        frame.fail("DL044", "a format computed at run time is outside the language", "write the format out")
    return formatted(frame, values[position], conversion, python_value(form))


def call_text(frame: Frame, head: str, args: Sequence[Value], kwargs: Mapping[str, Value], tail: str = ")") -> Value:
    """The text that a call gives, `head(args)`, made where it is needed."""
    items, parts = listed(frame, args, kwargs)
    return text_of(items, [("expression", (head, *parts, tail))])


def listed(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> tuple[list[Value], Source]:
    """Arguments as Python's text."""
    items: list[Value] = []
    parts: list[str | int] = []
    for k, (name, value) in enumerate([*((None, a) for a in args), *kwargs.items()]):
        more, source = spelled(frame, value)
        parts += [", " * bool(k), f"{name}=" if name else "", *_moved(source, len(items))]
        items += more
    return items, tuple(part for part in parts if part != "")


def percent(frame: Frame, text: Value, value: Value) -> Value:
    """`text % values`."""
    if known(text) and known(value):
        with frame.fitting():
            return denote(python_value(text) % python_value(value))
    if "%r" not in python_value(text):
        value = Compound(value.kind, tuple(map(printable, value.items))) if is_tuple(value) else printable(value)  # type: ignore[union-attr]
    return call_text(frame, f"({python_value(text)!r} % ", [value], {})


def is_tuple(value: Value) -> bool:
    return isinstance(value, Compound) and value.kind == "tuple"


def method(frame: Frame, text: str, name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """A method of a known text that is given values of the run."""
    if name == "format":
        args = args if "!r" in text else list(map(printable, args))
        return call_text(frame, f"{text!r}.format(", args, kwargs)
    if name == "join" and len(args) == 1 and isinstance(args[0], Compound) and args[0].is_sequence:
        between = [denote(text)] if text else []
        return joined([part for k, item in enumerate(args[0].items) for part in (*(between if k else []), item)])
    frame.fail("DL044", f"what .{name}() of a text is given must be known while compiling", "use a fixed text")


def told(parts: Source) -> str:
    """The expression as the check keeps it: positions stand between control characters."""
    return "".join(part if isinstance(part, str) else f"\x01{part}\x01" for part in parts)


def static_part(frame: Frame, args: Sequence[Value]) -> str:
    """What a library without Python says: the text with its values left open."""
    if not args or not is_text(args[0]):
        return ""
    first = args[0]
    if isinstance(first, Compound):
        return "".join(piece[1] if piece[0] == "text" else "..." for piece in first.info)
    return str(python_value(first))


def _spoken(conversion: str) -> Any:
    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        return formatted(frame, args[0], conversion, "") if args else denote("")

    return handler


builtin(str, high=1)(_spoken("s"))
builtin(repr, low=1, high=1)(_spoken("r"))
builtin(ascii, low=1, high=1)(_spoken("a"))


@builtin(format, low=1, high=2)
def _format(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    form = frame.constant(args[1], "a format") if len(args) > 1 else ""
    return formatted(frame, args[0], None, form)


@builtin(print, names=("sep", "end", "flush", "file"))
def _print(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """print: a line of the primal, said once, by Python."""
    named = dict(kwargs)
    streams = {id(sys.stdout): "sys.stdout", id(sys.stderr): "sys.stderr"}
    file = named.pop("file", NONE)
    stream = python_value(file) if known(file) else frame
    if stream is not None and id(stream) not in streams:
        frame.fail("DL004", "print to a file is outside the language", "print to the terminal, or where the function is called")
    items, parts = listed(frame, list(map(printable, args)), named)
    if stream is not None:
        parts = (*parts, ", " * bool(parts) + f"file={streams[id(stream)]}")
    frame.emit("check", const(False), *items, error=SystemError, message="", kind="print", told=told(parts) or " ")
    return NONE


def printable(value: Value) -> Value:
    """A static object is printed as what it says of itself while compiling."""
    if is_static(value) and not isinstance(python_value(value), str):
        return denote(str(python_value(value)))
    return value
