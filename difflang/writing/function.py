"""Printing one function: its statements with names, comments and layout."""

from __future__ import annotations

import re

from ..ir import Const, Function, Param, Var, leaves
from ..types import Scalar
from .document import INDENT, WIDTH
from .expressions import Phrases, is_unspeakable, negated, quoted
from .gathered import appended, gathered
from .layout import call_header, statement, target_lines
from .names import Names
from .quotation import quoted_once
from .statements import NO_MARK, Assign, Block, Break, Check, Do, For, If, Mark, Move, Return, Statement, While, Write
from .statements import ends
from .unbound import unbound_names
from .walks import walk_of
from .syntax import Apply, Attribute, Expr, Infix, Item, Pack, Ref, Word, flat, flat_items, parts, refs, requoted, rewrite

REVERSE = "# Reverse sweep"
DIRECTIVES = ("noqa", "type:", "pragma", "fmt:", "ruff:", "pylint:", "mypy:", "nosec", "isort:")
"""Comments for tools speak of the user's own line, not of what is made of it."""
SHORTEST = 16
"""A quotation shorter than this says nothing: the line's number alone then."""


class Printing:
    """The lines of one function."""

    def __init__(self, function: Function, name: str, block: Block, names: Names, phrases: Phrases, entry: bool) -> None:
        self.entry = entry
        self.function, self.name, self.names, self.phrases = function, name, names, phrases
        self.lines: list[str] = []
        self.said: set[int] = set()  # lines whose comments are written
        self.printed: dict[tuple[int, int], tuple[Statement, list[str]]] = {}
        self.header()
        starts = unbound_names(block, names, function.body.params, phrases.numpy)
        if any("(" in start for start in starts.values()):
            phrases.modules.add("numpy")
        body = quoted_once(self.block(block, 1, top=True))
        words = set(re.findall(r"\w+", "\n".join(body)))  # not all that is handed on is written
        body = [*(f"{INDENT}{unbound} = {start}" for unbound, start in starts.items() if unbound in words), *body]
        self.lines += phrases.heads.lines(body, INDENT) + body
        if not body and not function.doc:
            self.lines.append(f"{INDENT}pass")

    # Names

    def named(self, expr: Expr) -> Expr:
        return rewrite(expr, lambda ref: Word(self.names[ref.var]))

    # Header

    def header(self) -> None:
        params = [text for text in map(self.param, self.function.params) if text]
        hidden = len(self.asked)
        required = [k for k, text in enumerate(params) if "=" not in text]
        if hidden or required:  # a default before a parameter without one is not Python
            last = len(params) if hidden else required[-1]
            params = [text.partition("=")[0] if k < last else text for k, text in enumerate(params)]
        if any(p.kind == "keyword_only" for p in self.function.params):
            first = next(k for k, p in enumerate(self.function.params) if p.kind == "keyword_only")
            params.insert(first, "*") if not any(p.kind == "var_positional" for p in self.function.params) else None
        params += self.asked
        self.lines += call_header(f"def {self.name}", params, ":")
        self.docstring()

    def param(self, param: Param) -> str:
        text = ("*" if param.kind == "var_positional" else "") + self.param_name(param)
        if isinstance(param.tree, Const) and is_unspeakable(param.tree) and not self.entry:
            return ""
        if param.default is not ... and (param.default is None or isinstance(param.default, (bool, int, float, str))):
            return f"{text}={flat(self.phrases.number(param.default))}"
        return text

    def param_name(self, param: Param) -> str:
        if param.tree != "*":
            return param.name
        return self.names[self.leaf_of(param)]

    def leaf_of(self, wanted: Param) -> Var:
        position = 0
        for param in self.function.params:
            if param is wanted:
                break
            position += leaves(param.tree)
        return self.function.body.params[position]

    @property
    def asked(self) -> list[str]:
        """The captured values that the text cannot state itself: its caller hands them over."""
        leaves = self.function.body.params[len(self.function.body.params) - len(self.function.captures) :]
        return [self.names[leaf] for leaf in leaves if leaf not in self.phrases.constants] if self.function.captures else []

    def docstring(self) -> None:
        doc = self.function.doc or ""
        if self.entry and doc and self.asked:
            are, them = ("are", "these names") if len(self.asked) > 1 else ("is", "this name")
            doc += f"\n\n{' and '.join(self.asked)} {are} what the function found around it under {them}."
        if not doc:
            return
        first, *rest = doc.strip().splitlines()
        lines = [f'"""{first.strip()}', *(line.rstrip() for line in rest)]
        lines = [*lines, '"""'] if rest else [lines[0] + '"""']
        self.lines += [INDENT + line if line else "" for line in lines]

    # Statements

    def block(self, block: Block, depth: int, top: bool = False) -> list[str]:
        found: list[str] = []
        forward = False
        for stmt in block:
            lines = self.statement(stmt, depth)
            if isinstance(stmt, For) and found and found[-1].endswith(" = []"):
                whole = self.gather(found[-1].strip().removesuffix(" = []"), stmt, depth)
                found, lines = (found[:-1], whole) if whole else (found, lines)
            if top and lines:
                adjoint = any(mark.role == "adjoint" for mark in self.marks(stmt))
                if adjoint and forward:
                    found += ["", INDENT * depth + REVERSE]
                    forward = False
                    top = False
                forward = forward or not adjoint
            found += lines
        return found

    def marks(self, stmt: Statement) -> tuple[Mark, ...]:
        if isinstance(stmt, Move):
            return tuple(m for k, m in enumerate(stmt.marks) if self.names.is_live(stmt, k))
        mark = getattr(stmt, "mark", NO_MARK)
        return (mark,)

    def statement(self, stmt: Statement, depth: int) -> list[str]:
        """The lines of a statement; kept, for branches ask again and again what their arms say."""
        key = (id(stmt), depth)
        if key not in self.printed:
            self.printed[key] = (stmt, self.print(stmt, depth))
        return self.printed[key][1]

    def print(self, stmt: Statement, depth: int) -> list[str]:
        match stmt:
            case Assign(target, value, mark):
                return self.assign(target, value, mark, depth)
            case Write(target, op, value, mark):
                return self.line(f"{flat(self.named(target))} {op} ", self.named(value), "", mark, depth)
            case Do(value, mark):
                return self.line("", self.named(value), "", mark, depth)
            case Move():
                return self.move(stmt, depth)
            case If():
                return self.if_(stmt, depth)
            case For():
                return self.for_(stmt, depth)
            case While():
                return self.while_(stmt, depth)
            case Break():
                return [INDENT * depth + "break"]
            case Return(value):
                if value is None:
                    return [INDENT * depth + "return"] if depth > 1 else []
                return self.line("return ", self.named(value), "", NO_MARK, depth)
            case Check():
                return self.check(stmt, depth)

    def compound(self, head: list[str], body: Block, depth: int) -> list[str]:
        return head + (self.block(body, depth + 1) or [INDENT * (depth + 1) + "pass"])

    def assign(self, target: Expr, value: Expr, mark: Mark, depth: int) -> list[str]:
        if isinstance(target, Pack):
            target = rewrite(target, lambda ref: ref if ref.var in self.names.live_targets else Word("_"))
            named = self.named(target)
            assert isinstance(named, Pack)
            if is_blank(named) and not self.has_effect(value):
                return []
            return self.unpack(named, self.named(value), mark, depth)
        assert isinstance(target, (Ref, Word))
        if isinstance(target, Ref) and target.var not in self.names.live_targets and not self.has_effect(value):
            return []
        return self.bind(target, value, mark, depth)

    def has_effect(self, value: Expr) -> bool:
        """Whether evaluating it may do more than give a value: calls of the text's own functions, and pop."""
        if isinstance(value, Apply):
            function = value.function
            own = isinstance(function, Word) and function.text in self.phrases.functions.values()
            if own or (isinstance(function, Attribute) and function.name == "pop"):
                return True
        return any(map(self.has_effect, parts(value)))

    def unpack(self, target: Pack, value: Expr, mark: Mark, depth: int) -> list[str]:
        """`a, b = value`; many targets stand below each other."""
        head = f"{flat_items(target.items)} = "
        room = WIDTH - len(INDENT) * depth - len(head)
        opening = len(flat(value.function)) + 1 if isinstance(value, Apply) else 0
        if len(flat(value)) <= room or (len(target.items) < 4 and opening <= room):
            return self.line(head, value, "", mark, depth)
        *lines, last = target_lines(target, depth)
        return lines + self.line(f"{last.strip()[:-1]} = ", value, "", mark, depth)

    def bind(self, target: Ref | Word, value: Expr, mark: Mark, depth: int) -> list[str]:
        """`x = value`, or `x += ...` for numbers."""
        name, named = flat(self.named(target)), self.named(value)
        number = isinstance(target, Ref) and isinstance(target.var.type, Scalar)
        if number and isinstance(named, Infix) and named.left == Word(name) and named.op in ("+", "-", "*", "/"):
            return self.line(f"{name} {named.op}= ", named.right, "", mark, depth)
        if number and isinstance(named, Infix) and named.right == Word(name) and named.op == "*":
            return self.line(f"{name} *= ", named.left, "", mark, depth)
        return self.line(f"{name} = ", named, "", mark, depth)

    def move(self, move: Move, depth: int) -> list[str]:
        """The moves that somebody waits for, in an order in which none overwrites what another still reads."""
        pending: list[tuple[str, Ref, Expr, Mark]] = []
        for k, (var, value) in enumerate(move.pairs):
            name = self.names[var]
            if self.names.is_live(move, k) and self.named(value) != Word(name):
                pending.append((name, Ref(var), value, move.marks[k] if move.marks else NO_MARK))
        lines: list[str] = []
        while pending:
            free = next((p for p in pending if not any(p[0] in self.read(q[2]) for q in pending if q is not p)), None)
            if free is None:
                left = ", ".join(p[0] for p in pending)
                return lines + self.line(f"{left} = ", Pack(tuple(self.named(p[2]) for p in pending)), "", pending[0][3], depth)
            pending.remove(free)
            lines += self.bind(free[1], free[2], free[3], depth)
        return lines

    def read(self, value: Expr) -> set[str]:
        return {self.names[var] for var in refs(value)}

    # Branches

    def if_(self, stmt: If, depth: int) -> list[str]:
        then, other = self.block(stmt.then, depth + 1), self.block(stmt.other, depth + 1)
        if not then or not other:
            return self.one_armed(stmt, depth)
        test = self.named(stmt.test)
        head = self.line("if ", test, ":", stmt.mark, depth)
        if ends(stmt.then):
            return head + then + self.block(stmt.other, depth)
        if ends(stmt.other):
            return self.line("if ", negated(test), ":", stmt.mark, depth) + other + self.block(stmt.then, depth)
        nested = [s for s in stmt.other if self.statement(s, depth)]
        if len(nested) == 1 and isinstance(nested[0], If):
            if self.block(nested[0].then, depth + 1) == then:
                either = Infix(stmt.test, "or", nested[0].test)
                return self.if_(If(either, stmt.then, nested[0].other, stmt.mark), depth)
            chain = self.block(nested, depth)
            if self.is_one_branch(chain, depth) and len(chain[0]) + len("el") <= WIDTH:
                return head + then + [chain[0].replace("if ", "elif ", 1), *chain[1:]]
        return [*head, *then, INDENT * depth + "else:", *other]

    def only_arm(self, stmt: If, depth: int) -> tuple[Expr, Block] | None:
        """The condition and the statements of a branch of which one arm says nothing."""
        then, other = self.block(stmt.then, depth), self.block(stmt.other, depth)
        if then and other or not (then or other):
            return None
        return (stmt.test, stmt.then) if then else (negated(stmt.test), stmt.other)

    def one_armed(self, stmt: If, depth: int) -> list[str]:
        """`if` without else: a larger or smaller value taken is max or min, a second `if` alone inside joins with `and`."""
        arm = self.only_arm(stmt, depth)
        if arm is None:
            return []
        condition, block = arm
        test, lines = self.named(condition), self.block(block, depth + 1)
        best = self.extreme(test, lines)
        if best is not None:
            return self.line(f"{best[0]} = ", best[1], "", stmt.mark, depth)
        inner = [s for s in block if self.statement(s, depth)]
        if len(inner) == 1 and isinstance(inner[0], If) and inner[0].mark.role == stmt.mark.role:
            second = self.only_arm(inner[0], depth)
            if second is not None and self.extreme(self.named(second[0]), self.block(second[1], depth)) is None:
                return self.one_armed(If(Infix(condition, "and", second[0]), second[1], [], inner[0].mark), depth)
        return self.line("if ", test, ":", stmt.mark, depth) + lines

    def extreme(self, test: Expr, then: list[str]) -> tuple[str, Expr] | None:
        """`if b > a: a = b` is `a = max(a, b)`, ties and nan included."""
        if len(then) != 1 or not isinstance(test, Infix) or test.op not in ("<", ">"):
            return None
        for kept, taken, op in ((test.right, test.left, test.op), (test.left, test.right, "<" if test.op == ">" else ">")):
            if isinstance(kept, (Word, Item)) and then[0].partition("  #")[0].strip() == f"{flat(kept)} = {flat(taken)}":
                return flat(kept), Apply(Word("max" if op == ">" else "min"), (kept, taken))
        return None

    def is_one_branch(self, lines: list[str], depth: int) -> bool:
        """Whether these lines are a single `if` with its branches."""
        own = INDENT * depth
        heads = [line[len(own) :] for line in lines if line.startswith(own) and not line.startswith(own + " ")]
        return heads[0].startswith("if ") and all(head.startswith(("elif ", "else:", ")")) for head in heads[1:])

    def for_(self, stmt: For, depth: int) -> list[str]:
        target, over, body = self.walk(stmt)
        return self.compound(self.line(f"for {target} in ", over, ":", stmt.mark, depth), body, depth)

    def gather(self, empty: str, stmt: For, depth: int) -> list[str]:
        """The list that the loop fills, in a line of its own, if it does no more and the line is short enough."""
        target, over, body = self.walk(stmt)
        filled = appended(body, [s for s in body if self.statement(s, depth + 1)], self.names)
        value = gathered(empty, target, self.named(over), self.named(filled[1])) if filled and filled[0] == empty else None
        lines = self.line(f"{empty} = ", value, "", stmt.mark, depth) if value is not None else []
        return lines if len(lines) == 1 and len(lines[0]) <= WIDTH else []

    def walk(self, stmt: For) -> tuple[str, Expr, Block]:
        """A loop's target, what it goes over and its body."""
        walk = walk_of(stmt, self.names, self.named, self.function.origin)
        return walk or (self.names.index_name(stmt.index), self.named(stmt.iterable), stmt.body)

    def while_(self, stmt: While, depth: int) -> list[str]:
        head = self.block(stmt.head, depth + 1)
        test = self.named(stmt.test)
        if not head:
            return self.compound(self.line("while ", test, ":", stmt.mark, depth), stmt.body, depth)
        lines = self.line("while ", Word("True"), ":", stmt.mark, depth) + head
        lines += self.line("if ", negated(test), ":", NO_MARK, depth + 1) + [INDENT * (depth + 2) + "break"]
        return lines + self.block(stmt.body, depth + 1)

    def check(self, stmt: Check, depth: int) -> list[str]:
        test = self.named(stmt.test)
        says = Word(quoted(stmt.message)) if stmt.message and stmt.kind != "print" else None
        told = requoted(self.named(stmt.told)) if stmt.told is not None else says
        if stmt.kind == "print":
            return self.line("", Apply(Word(stmt.message or "print"), (told,) if told is not None else ()), "", stmt.mark, depth)
        if stmt.kind == "assert":
            value: Expr = Pack((test, told)) if told is not None else test
            if isinstance(value, Pack):
                return [f"{INDENT * depth}assert {flat_items(value.items)}"]
            return self.line("assert ", value, "", stmt.mark, depth)
        error = Apply(Word(stmt.error), (told,) if told is not None else ())
        if test == Word("False"):
            return self.line("raise ", error, "", stmt.mark, depth)
        head = self.line("if ", negated(test), ":", stmt.mark, depth)
        return head + self.line("raise ", error, "", NO_MARK, depth + 1)

    # Lines

    def line(self, head: str, value: Expr, tail: str, mark: Mark, depth: int) -> list[str]:
        """The lines of a statement, its comment shortened to what fits; the user's own comments on its line stay with it."""
        above = [INDENT * depth + text for text in self.comments_above(mark)]
        own = self.comment_beside(mark)
        if own:
            return above + statement(head, value, tail, depth, own)
        bare = f"{head}{flat_items(value.items) if isinstance(value, Pack) and value.items and not tail else flat(value)}{tail}"
        room = WIDTH - len(INDENT) * depth - len(bare) - len("  # ")
        least = self.comment(mark, 0)
        if room < len(least):  # the statement breaks: its last line has room
            room = WIDTH - len(statement(head, value, tail, depth, least)[-1]) + len(least)
        return above + statement(head, value, tail, depth, self.comment(mark, room))

    def comments_above(self, mark: Mark) -> list[str]:
        """The user's comments on lines of their own above a primal statement, each said once."""
        origin = self.function.origin
        if mark.role or mark.place is None or origin is None:
            return []
        found: list[str] = []
        line = mark.place.line - 1
        while line in origin.comments and line not in self.said and origin.line(line).strip().startswith("#"):
            self.said.add(line)
            found.insert(0, origin.comments[line])
            line -= 1
        return found

    def comment_beside(self, mark: Mark) -> str:
        """The user's comment at the end of a primal statement's line, said once."""
        origin = self.function.origin
        if mark.role or mark.place is None or origin is None or mark.place.line in self.said:
            return ""
        line = mark.place.line
        if line not in origin.comments or origin.line(line).strip().startswith("#"):
            return ""
        self.said.add(line)
        own = origin.comments[line].lstrip("#").strip()
        return "" if own.lower().startswith(DIRECTIVES) else own

    def comment(self, mark: Mark, room: int) -> str:
        """The primal line, shortened to the room; its number at least."""
        if not mark.role or mark.place is None:
            return ""
        number = f"line {mark.place.line}"
        origin = self.function.origin
        text = origin.line(mark.place.line).strip() if origin else ""
        text = text.partition("  #")[0].rstrip()
        whole = f"{number}: {text}" if text else number
        if len(whole) <= room:
            return whole
        cut = whole[: max(0, room - 3)].rstrip()
        return f"{cut}..." if len(cut) >= SHORTEST else number


def is_blank(target: Expr) -> bool:
    """Whether nothing that a value is taken apart to has a name."""
    return all(map(is_blank, target.items)) if isinstance(target, Pack) else target == Word("_")
