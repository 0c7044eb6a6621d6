"""The checked parts of an expression, and the small trees they are joined with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.domain.types import Type
from engine.expressions.scope import Path
from engine.expressions.syntax import Call, Const, Expr, Ident, Items, Loop, Select
from engine.expressions.values import EitherShape, Shape

NULL = Const(None)
FALSE = Const(False)


class Refused(Exception):
    """The expression is wrong and reported; the walk goes on at the next independent part."""


@dataclass(slots=True, eq=False)
class Variable:
    """One value an expression reads: what CEL calls it, its path, and how it is handed over.

    ``form`` is "plain", "filled" (whether it is filled in), "day" (the day of a moment)
    or "ids" (references as ids).
    """

    name: str
    path: Path
    type: Type
    form: str
    shape: Shape = field(default_factory=Shape)


@dataclass(frozen=True, slots=True)
class Term:
    """A checked part of an expression.

    Attributes:
        type: what it gives; None for a written null.
        expr: what CEL runs; None for a path that nobody has asked the value of.
        path: for a path from the context, the names, aliases written out.
        undefined: conditions, each on its own means that there is nothing.
        shape: for records and lists, what is read below them.
        constant: the written value of a constant.
        computed: whether arithmetic made it, so that it needs rounding.
        choices: the only texts it can be, when known.
        as_map: for a reference (or a list of them), whether CEL sees records or bare ids.
        node: the node it was written as.
    """

    type: Type | None
    expr: Expr | None = None
    path: Path | None = None
    undefined: tuple[Expr, ...] = ()
    shape: Shape | None = None
    constant: Const | None = None
    computed: bool = False
    choices: tuple[str, ...] = ()
    as_map: bool = False
    node: Expr = NULL


def rounded(term: Term) -> Expr:
    """Return the value to compare or hand over: computed numbers are rounded to twelve digits."""
    return Call("@exact", (expr_of(term),)) if term.computed else expr_of(term)


def expr_of(term: Term) -> Expr:
    """Return what CEL runs for a term whose value was asked for."""
    if term.expr is None:
        raise AssertionError("The value of this path was not asked for")
    return term.expr


def is_null(expr: Expr) -> Expr:
    """Tell whether a value is nothing."""
    return Call("_==_", (expr, NULL))


def any_of(tests: Sequence[Expr]) -> Expr:
    """Join conditions of which one suffices."""
    return _balanced("_||_", _distinct(tests))


def all_of(tests: Sequence[Expr]) -> Expr:
    """Join conditions that must all hold."""
    return _balanced("_&&_", _distinct(tests)) if tests else Const(True)


def _distinct(tests: Sequence[Expr]) -> list[Expr]:
    """Leave out tests of a value that is tested already.

    Trees share parts, and written out they can be far larger than in memory: they are told apart
    without looking into them.
    """
    found: dict[object, Expr] = {}
    for test in tests:
        part, rest = (test.args[0], test.args[1:]) if isinstance(test, Call) else (test, ())
        found.setdefault((part.name if isinstance(part, Ident) else id(part), rest), test)
    return list(found.values())


def _balanced(operator: str, parts: Sequence[Expr]) -> Expr:
    """Join parts without making the tree deeper than it must be."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return Call(operator, (_balanced(operator, parts[:half]), _balanced(operator, parts[half:])))


def unless(undefined: Sequence[Expr], expr: Expr) -> Expr:
    """Make a comparison false where something in it is undefined."""
    return Call("_?_:_", (any_of(undefined), FALSE, expr)) if undefined else expr


def exists_loop(variable: str, over: Expr, test: Expr) -> Loop:
    """Return the loop that tells whether an item fulfils a test."""
    result = Ident("@result")
    going = Call("@not_strictly_false", (Call("!_", (result,)),))
    return Loop(variable, over, "@result", FALSE, going, Call("_||_", (result, test)), result)


def ids_loop(over: Expr) -> Loop:
    """Return the loop that turns rows into their ids."""
    result = Ident("@result")
    row = Ident("@row")
    one = Items((Call("_?_:_", (is_null(row), NULL, Select(row, "id"))),))
    return Loop("@row", over, "@result", Items(()), Const(True), Call("_+_", (result, one)), result)


def list_of(item: Shape | None) -> Shape | None:
    """Return what is read below a list with such items."""
    return None if item is None else Shape(item=item)


def either(one: Shape | None, other: Shape | None) -> Shape | None:
    """Return what is read below a value that is one of two."""
    if one is None or other is None:
        return one or other
    return one if one is other else EitherShape(one, other)
