"""Compiled expressions: checked once, evaluated often."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.authoring.node import Node
from engine.authoring.problem import Phrase, Position
from engine.authoring.problems import Problems
from engine.domain import errors
from engine.domain.types import ANY, ListOf, Record, Reference, Type
from engine.expressions import machine, syntax
from engine.expressions.check import Checker
from engine.expressions.functions import Calendar, counting_on
from engine.expressions.names import type_words
from engine.expressions.scope import Path, Scope
from engine.expressions.terms import Refused, Term, Variable
from engine.expressions.values import (
    Reader,
    WrongType,
    day_of,
    filled,
    ids_of,
    look_up,
    reader,
    result,
)

Want = Type | tuple[Type, ...] | None

_FORMS: Mapping[str, Reader] = {"filled": filled, "day": day_of, "ids": ids_of}


class ExpressionError(errors.Refused):
    """An expression has no value for these data: what needs it is not done.

    It is never about something absent, which counts as nothing. ``code`` is "value_type" (a stored
    value is not of its declared type; ``path`` names it), "value_budget" (a loop over too many
    items) or "value_function" (a function was given what it cannot compute with, such as a million
    days).
    """

    def __init__(self, code: str, text: str, path: Path = ()) -> None:
        """Hold what failed, in which expression, at which path."""
        super().__init__(code, expression=text, path=".".join(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class _Binding:
    name: str
    path: Path
    read: Reader


class Expression:
    """A checked expression.

    Attributes:
        text: as the author wrote it.
        type: what it gives; None for a written ``null``.
        paths: what it reads, aliases written out, in order of first use. A list is read whole; a
            reference that is only compared or returned is read as its ``id``.
        below: for each list or record read whole, its path, its type, and what is read below it.
        constant: whether it reads nothing and calls no function of the calendar.
    """

    __slots__ = (
        "_bindings", "_direct", "_program", "_root", "_uses_calendar", "below", "constant", "paths",
        "text", "type",
    )  # fmt: skip

    def __init__(
        self,
        text: str,
        type_: Type | None,
        root: syntax.Expr,
        variables: tuple[Variable, ...],
        scope: Scope,
        direct: Path | None,
        uses_calendar: bool,
    ) -> None:
        """Prepare an expression; use ``compile``."""
        self.text = text
        self.type = type_
        self.paths = tuple(dict.fromkeys(variable.path for variable in variables))
        self.below = tuple(
            (variable.path, variable.type, variable.shape)
            for variable in variables
            if isinstance(variable.type, ListOf | Record) and variable.form == "plain"
        )
        self._root = root
        self._bindings = tuple(
            _Binding(variable.name, variable.path, _reader(variable, scope))
            for variable in variables
        )
        self._direct = direct
        self._program: machine.Program | None = None
        self._uses_calendar = uses_calendar
        self.constant = not variables and not self._uses_calendar

    @property
    def direct(self) -> Path | None:
        """The path it is, if it is nothing more than that."""
        return self._direct

    def __repr__(self) -> str:
        """Show the text."""
        return f"Expression({self.text!r})"

    def evaluate(self, values: Mapping[str, Any], *, calendar: Calendar | None = None) -> Any:
        """Return the value for these data, as JSON values.

        Nothing (None) comes out where something absent was computed with; a condition is always
        true or false. A reference comes out as ``{"id": …}``.

        Args:
            values: nested mappings by name; only ``paths`` are looked at. A reference is a
                mapping with its ``id`` and the fields read, or the bare id.
            calendar: the working days of the jurisdiction; Monday to Friday without.

        Raises:
            ExpressionError: a value is of the wrong type, or the budget is exceeded.
        """
        if self._direct is not None:
            return self._read_directly(values)
        data = {}
        for binding in self._bindings:
            try:
                data[binding.name] = binding.read(look_up(values, binding.path))
            except WrongType as error:
                raise ExpressionError("value_type", self.text, binding.path) from error
        if self._program is None:
            self._program = machine.Program(self._root)
        try:
            if self._uses_calendar:
                with counting_on(calendar):
                    found = self._program.run(data)
            else:
                found = self._program.run(data)
        except machine.BudgetExceeded as error:
            raise ExpressionError("value_budget", self.text) from error
        except machine.Failed as error:
            raise ExpressionError("value_function", self.text) from error
        return result(found, self.type) if self.type is not None else None

    def _read_directly(self, values: Mapping[str, Any]) -> Any:
        """Read a plain path without CEL."""
        path = self._direct or ()
        found = look_up(values, path)
        if isinstance(self.type, Record) or self.type == ANY or self.type is None:
            return found
        try:
            read = self._bindings[0].read(found)
        except WrongType as error:
            raise ExpressionError("value_type", self.text, path) from error
        return result(read, self.type)


def compile(
    text: str,
    scope: Scope,
    *,
    want: Want = None,
    node: Node | Position,
    problems: Problems,
) -> Expression | None:
    """Check an expression and prepare it.

    Args:
        text: the expression.
        scope: the names it can read.
        want: the type it must give, or several of which it must give one; a list of anything is
            ``ListOf(ANY)``, a row of any register ``Reference("")``. None accepts all.
        node: the scalar it stands in; problems point at the place inside.
        problems: receives everything that is wrong.

    Returns:
        The expression, or None when anything was reported.
    """
    report = reporter(text, node, problems)
    parsed = parsed_or_none(text, report)
    if parsed is None:
        return None
    checker = Checker(scope, text, dict(parsed.offsets), report)
    try:
        term = checker.visit(parsed.root)
        term = _as_wanted(term, want, checker)
        return finished(term, checker)
    except Refused:
        return None


def finished(term: Term, checker: Checker) -> Expression:
    """Prepare what a walk found.

    Raises:
        Refused: it has grown too large to run, which is reported.
    """
    direct = term.path if term.expr is None else None
    term = checker.value(term)
    if term.shape is not None:
        term.shape.of_all()
    root = checker.guarded(term)
    if not machine.is_runnable(root):
        checker.refuse("DEF407", term.node, limit=machine.MAX_LENGTH)
    if direct is not None and isinstance(term.type, Reference):
        direct = (*direct, "id")
    variables = tuple(checker.variables.values())
    return Expression(
        checker.text, term.type, root, variables, checker.scope, direct, checker.uses_calendar
    )


def plain_path(text: str) -> Path | None:
    """Return the names of an expression that is only a path, such as ``data.settings.unit``.

    Such a fact is an alias; any other expression, or text that is none, gives None.
    """
    try:
        node = machine.parse(text).root
    except (machine.Unreadable, machine.TooDeep):
        return None
    names: list[str] = []
    while isinstance(node, syntax.Select) and not node.test:
        names.insert(0, node.field)
        node = node.operand
    return (node.name, *names) if isinstance(node, syntax.Ident) else None


def reporter(text: str, node: Node | Position, problems: Problems) -> Callable[..., None]:
    """Return a function that adds a problem at an offset of an expression."""

    def report(code: str, offset: int, length: int, **params: Any) -> None:
        if isinstance(node, Node):
            at = node.place(offset) if node.text == text else node.at
        else:
            at = node
        problems.add(code, at, length=max(1, length), **params)

    return report


def parsed_or_none(text: str, report: Callable[..., None]) -> syntax.Parsed | None:
    """Read an expression, reporting what makes it unreadable."""
    try:
        return machine.parse(text)
    except machine.TooDeep:
        report("DEF407", 0, 1, limit=machine.MAX_LENGTH)
    except machine.Unreadable as error:
        report("DEF401", error.offset, 1, reason=_reason(error, text))
    return None


def _as_wanted(term: Term, want: Want, checker: Checker) -> Term:
    if want is None or term.type is None:
        return term
    wanted = want if isinstance(want, tuple) else (want,)
    for kind in wanted:
        term = checker.as_day(term, Term(kind))
        if term.type is not None and checker.alike(term.type, kind):
            return term
    words = [type_words(kind) for kind in wanted]
    expected = Phrase("或".join(w.zh for w in words), " or ".join(w.en for w in words))
    return checker.refuse("DEF404", term.node, expected=expected, found=checker.words(term))


def _reader(variable: Variable, scope: Scope) -> Reader:
    form = _FORMS.get(variable.form)
    return form or reader(variable.type, variable.shape, scope)


_REASONS: tuple[tuple[str, Phrase], ...] = (
    ("input '<EOF>'", Phrase("没有写完", "it is not complete")),
    ("at: '= ", Phrase("相等写作 ==", "equality is written ==")),
    ("at: '='", Phrase("相等写作 ==", "equality is written ==")),
    ("at: '& ", Phrase("并且写作 &&", '"and" is written &&')),
    ("at: '| ", Phrase("或者写作 ||", '"or" is written ||')),
    ("at: '&'", Phrase("并且写作 &&", '"and" is written &&')),
    ("at: '|'", Phrase("或者写作 ||", '"or" is written ||')),
    ("input 'and'", Phrase("并且写作 &&", '"and" is written &&')),
    ("input 'or'", Phrase("或者写作 ||", '"or" is written ||')),
    ("at: ''", Phrase("引号没有结束", "a quotation mark is not closed")),
    ("at: '\"", Phrase("引号没有结束", "a quotation mark is not closed")),
    ("variable name must be", Phrase("循环的第一个参数应是一个名称", "a loop begins with a name")),
    ("has() argument", Phrase(
        "has 要写某个字段，例如 has(data.note)；整个值请与 null 比较",
        "has takes a field, such as has(data.note); compare a whole value with null",
    )),
    ("token recognition", Phrase("不认识这个字符", "this character is not known")),
    ("unsupported", Phrase("不支持这种写法", "this is not supported")),
)  # fmt: skip


def _reason(error: machine.Unreadable, text: str) -> Phrase:
    if not text.strip():
        return Phrase("内容为空", "it is empty")
    for part, phrase in _REASONS:
        if part in error.message:
            return phrase
    found = re.search(r"input '([^']*)'", error.message)
    if found:
        return Phrase(f'不应出现 "{found[1]}"', f'"{found[1]}" is not expected here')
    return Phrase("此处无法理解", "this part is not understood")
