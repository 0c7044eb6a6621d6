"""``where``: the part of the expression language that selects rows of an indexed store.

A ``where`` is a condition over ``it``, the row under test. It is taken apart here into a small tree
of comparisons, which the store turns into SQL. Rows are never loaded to be filtered, so every field
of ``it`` in it must be a declared index.

Each comparison is true or false, never unknown: a row that lacks the field does not fulfil it, and
``!`` turns that into true. What does not read ``it`` is computed once, before the search.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NoReturn

from engine.authoring.node import Node
from engine.authoring.problem import Position
from engine.authoring.problems import Problems
from engine.domain.types import (
    ANY,
    DATE,
    DATETIME,
    Field,
    Kind,
    ListOf,
    Record,
    Reference,
    Scalar,
    Type,
)
from engine.expressions.check import Checker
from engine.expressions.condition import (
    And,
    Compare,
    Condition,
    Constant,
    Exists,
    Filled,
    In,
    Not,
    Operator,
    Or,
    matches,
)
from engine.expressions.expression import Expression, finished, parsed_or_none, reporter
from engine.expressions.functions import Calendar
from engine.expressions.scope import Path, Scope
from engine.expressions.syntax import (
    Call,
    Const,
    Expr,
    Ident,
    Items,
    Loop,
    Select,
    children,
)
from engine.expressions.terms import Refused, Term
from engine.expressions.values import Shape, id_of

__all__ = [
    "And",
    "Compare",
    "Condition",
    "Constant",
    "Exists",
    "Filled",
    "In",
    "Not",
    "Or",
    "Where",
    "compile_where",
    "matches",
]

Values = Mapping[str, Any]


_Bind = Callable[[Values, Calendar | None], Condition]


@dataclass(frozen=True, slots=True)
class Where:
    """A checked ``where``.

    Attributes:
        text: as the author wrote it.
        paths: what it reads beside ``it``.
        below: as for an expression.
        indexes: the fields of ``it`` it reads.
    """

    text: str
    paths: tuple[Path, ...]
    below: tuple[tuple[Path, Type, Shape], ...]
    indexes: tuple[Path, ...]
    _bind: _Bind

    def bind(self, values: Values, *, calendar: Calendar | None = None) -> Condition:
        """Compute everything that does not read ``it`` and return the condition to search with.

        Raises:
            ExpressionError: as for any expression.
        """
        return self._bind(values, calendar)

    def matches(
        self, row: Mapping[str, Any], values: Values, *, calendar: Calendar | None = None
    ) -> bool:
        """Tell whether one row fulfils it. The store does the same in SQL."""
        return matches(self.bind(values, calendar=calendar), row)


def compile_where(
    text: str,
    scope: Scope,
    row: Record | Reference,
    indexes: Collection[Path],
    *,
    node: Node | Position,
    problems: Problems,
) -> Where | None:
    """Check a ``where`` and take it apart.

    Args:
        text: the condition.
        scope: the names it can read beside ``it``.
        row: what ``it`` is.
        indexes: the paths below ``it`` that the store can search; ``id`` always is one. A field
            of the items of a list is written behind the list: ``("members", "unit")``.
        node: the scalar it stands in.
        problems: receives everything that is wrong.
    """
    report = reporter(text, node, problems)
    parsed = parsed_or_none(text, report)
    if parsed is None:
        return None
    full = scope.child(it=Field(row))
    walk = _Walk(full, text, dict(parsed.offsets), report, {("id",), *indexes})
    # The ordinary check first: it reports names and types as in every other expression.
    checker = walk.checker()
    try:
        checker.condition(parsed.root, "where")
    except Refused:
        return None
    try:
        bind = walk.visit(parsed.root, _Row("it", (), row))
    except Refused:
        return None
    return Where(text, tuple(walk.paths), tuple(walk.below), tuple(walk.used), bind)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a condition is about: ``it``, or the item of a list of ``it``."""

    name: str
    prefix: Path
    type: Type


class _Walk:
    def __init__(
        self,
        scope: Scope,
        text: str,
        offsets: dict[int, int],
        report: Callable[..., None],
        indexes: set[Path],
    ) -> None:
        self.scope = scope
        self.text = text
        self.offsets = offsets
        self.report = report
        self.indexes = indexes
        self.paths: dict[Path, None] = {}
        self.below: list[tuple[Path, Type, Shape]] = []
        self.used: dict[Path, None] = {}
        self.rows: list[str] = ["it"]

    def checker(self, row: _Row | None = None) -> Checker:
        scope = self.scope
        if row is not None and row.name != "it":
            scope = scope.child(**{row.name: Field(row.type)})
        return Checker(scope, self.text, self.offsets, self.report)

    def visit(self, node: Expr, row: _Row) -> _Bind:
        if not self.reads_rows(node):
            return self.given(node, row)
        match node:
            case Call(function="_&&_", args=args):
                return _joined(And, [self.visit(arg, row) for arg in args])
            case Call(function="_||_", args=args):
                return _joined(Or, [self.visit(arg, row) for arg in args])
            case Call(function="!_", args=(arg,)):
                return _negated(self.visit(arg, row))
            case Call(function="_!=_", args=(left, right)):
                return _negated(self.compare(node, "==", left, right, row))
            case Call(function=function, args=(left, right)) if function in _COMPARISONS:
                return self.compare(node, _COMPARISONS[function], left, right, row)
            case Call(function="@in", args=(left, right)):
                return self.membership(node, left, right, row)
            case Select(test=True):
                path = self.index(replace(node, test=False), row, node)
                return lambda values, calendar: Filled(path)
            case Ident() | Select():
                path = self.index(node, row, node)
                return lambda values, calendar: Compare(path, "==", True, "boolean")
            case Loop() if isinstance(node.start, Const) and node.start.value is False:
                return self.exists(node, row)
        return self.not_allowed(node)

    def given(self, node: Expr, row: _Row) -> _Bind:
        """A part that does not read the row is computed before the search."""
        checker = self.checker(row)
        expression = self.expression(checker.visit(node), checker)
        return lambda values, calendar: Constant(
            expression.evaluate(values, calendar=calendar) is True
        )

    def compare(self, node: Call, operator: Operator, left: Expr, right: Expr, row: _Row) -> _Bind:
        if self.reads_rows(right):
            if self.reads_rows(left):
                self.refuse("DEF423", node)
            left, right, operator = right, left, _MIRRORED[operator]
        path = self.index(left, row, node)
        if isinstance(right, Const) and right.value is None:
            return lambda values, calendar: Not(Filled(path))
        kind = self.type_of(left, row)
        expression = self.operand(right, kind, row)
        mixed = _mixed(kind, expression.type)

        def bind(values: Values, calendar: Calendar | None) -> Condition:
            value = _plain(expression.evaluate(values, calendar=calendar))
            if value is None:
                return Constant(False)
            if mixed == "days":
                return _within_day(path, operator, str(value))
            if mixed == "day":
                value = str(value)[:10]
            return Compare(path, operator, value, _kind(kind))

        return bind

    def membership(self, node: Call, left: Expr, right: Expr, row: _Row) -> _Bind:
        if self.reads_rows(right):
            if self.reads_rows(left):
                self.refuse("DEF423", node)
            return self.contains(node, left, right, row)
        path = self.index(left, row, node)
        kind = self.type_of(left, row)
        expression = self.operand(right, ListOf(kind), row)

        def bind(values: Values, calendar: Calendar | None) -> Condition:
            found = expression.evaluate(values, calendar=calendar) or ()
            members = tuple(_plain(item) for item in found if item is not None)
            return In(path, members, _kind(kind))

        return bind

    def contains(self, node: Call, left: Expr, right: Expr, row: _Row) -> _Bind:
        path = self.index(right, row, node)
        many = self.type_of(right, row)
        kind = many.item if isinstance(many, ListOf) else ANY
        expression = self.operand(left, kind, row)

        def bind(values: Values, calendar: Calendar | None) -> Condition:
            value = _plain(expression.evaluate(values, calendar=calendar))
            if value is None:
                return Constant(False)
            return Exists(path, Compare((), "==", value, _kind(kind)))

        return bind

    def exists(self, node: Loop, row: _Row) -> _Bind:
        path = self.path_of(node.over, row, node)
        many = self.type_of(node.over, row)
        item = many.item if isinstance(many, ListOf) else ANY
        assert isinstance(node.step, Call)
        inner = _Row(node.variable, (*row.prefix, *path), item)
        self.rows.append(node.variable)
        part = self.visit(node.step.args[1], inner)
        self.rows.pop()
        return lambda values, calendar: Exists(path, part(values, calendar))

    # Parts -------------------------------------------------------------------------------------

    def reads_rows(self, node: Expr) -> bool:
        if isinstance(node, Ident):
            return node.name in self.rows
        return any(self.reads_rows(child) for child in children(node))

    def path_of(self, node: Expr, row: _Row, within: Expr) -> Path:
        names: list[str] = []
        inner = node
        while isinstance(inner, Select) and not inner.test:
            names.insert(0, inner.field)
            inner = inner.operand
        if not isinstance(inner, Ident):
            self.not_allowed(node if self.reads_rows(node) else within)
        if inner.name != row.name:
            self.refuse("DEF423", within)
        return tuple(names)

    def index(self, node: Expr, row: _Row, within: Expr) -> Path:
        """Return the path of a field of the row, which must be a declared index."""
        path = self.path_of(node, row, within)
        if isinstance(self.type_of(node, row), Record):
            self.refuse("DEF408", node, name=".".join((row.name, *path)))
        whole = (*row.prefix, *path)
        if whole not in self.indexes and whole[-1:] == ("id",) and whole[:-1] in self.indexes:
            # The id of a reference is what the index of the reference holds.
            whole, path = whole[:-1], path[:-1]
        if whole not in self.indexes:
            written = ".".join((row.name, *path))
            known = [
                ".".join((row.name, *known[len(row.prefix) :]))
                for known in self.indexes
                if known[: len(row.prefix)] == row.prefix
            ]
            self.refuse("DEF422", node, path=written, given=written, choices=known)
        self.used[whole] = None
        return path

    def type_of(self, node: Expr, row: _Row) -> Type:
        found = self.checker(row).visit(node).type
        return ANY if found is None else found

    def operand(self, node: Expr, beside: Type, row: _Row) -> Expression:
        """Compile the side of a comparison that does not read the row."""
        checker = self.checker(row)
        if isinstance(beside, ListOf) and isinstance(node, Items):
            term = checker.items(node, beside.item)
        else:
            term = checker.as_day(checker.visit(node), Term(beside))
        return self.expression(term, checker)

    def expression(self, term: Term, checker: Checker) -> Expression:
        expression = finished(term, checker)
        self.paths.update(dict.fromkeys(expression.paths))
        self.below += expression.below
        return expression

    def not_allowed(self, node: Expr) -> NoReturn:
        found = "…"
        while isinstance(node, Select):
            node = node.operand
        if isinstance(node, Call):
            found = node.function.strip("_@").replace("_", " ") or node.function
        elif isinstance(node, Loop):
            found = "all, filter, map"
        self.refuse("DEF421", node, found=found)

    def refuse(self, code: str, node: Expr, **params: Any) -> NoReturn:
        self.checker().refuse(code, node, **params)


_COMPARISONS: Mapping[str, Operator] = {
    "_==_": "==",
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
}
_MIRRORED: Mapping[Operator, Operator] = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _joined(kind: type[And] | type[Or], parts: Sequence[_Bind]) -> _Bind:
    def bind(values: Values, calendar: Calendar | None) -> Condition:
        bound: list[Condition] = []
        for part in parts:
            condition = part(values, calendar)
            if isinstance(condition, Constant):
                if condition.holds is (kind is Or):
                    return condition
                continue
            bound += condition.parts if isinstance(condition, kind) else [condition]
        if not bound:
            return Constant(kind is And)
        return bound[0] if len(bound) == 1 else kind(tuple(bound))

    return bind


def _negated(part: _Bind) -> _Bind:
    def bind(values: Values, calendar: Calendar | None) -> Condition:
        condition = part(values, calendar)
        if isinstance(condition, Constant):
            return Constant(not condition.holds)
        return condition.part if isinstance(condition, Not) else Not(condition)

    return bind


def _plain(value: Any) -> Any:
    return id_of(value) if isinstance(value, Mapping) else value


def _kind(type_: Type) -> Kind:
    return type_.kind if isinstance(type_, Scalar) else "text"


def _mixed(field: Type, operand: Type | None) -> str:
    """Tell how a moment and a date are compared: by day, on one side or the other."""
    if field == DATETIME and operand == DATE:
        return "days"
    return "day" if field == DATE and operand == DATETIME else ""


def _within_day(path: Path, operator: Operator, day: str) -> Condition:
    start = f"{day}T00:00:00"
    after = f"{(date.fromisoformat(day) + timedelta(1)).isoformat()}T00:00:00"
    match operator:
        case "<":
            return Compare(path, "<", start, "datetime")
        case "<=":
            return Compare(path, "<", after, "datetime")
        case ">":
            return Compare(path, ">=", after, "datetime")
        case ">=":
            return Compare(path, ">=", start, "datetime")
    return And((Compare(path, ">=", start, "datetime"), Compare(path, "<", after, "datetime")))
