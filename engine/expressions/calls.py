"""Checks calls: functions, text methods, and records asked for an entry by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from engine.authoring.problem import Phrase
from engine.domain.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    ListOf,
    Record,
    Scalar,
    Type,
)
from engine.expressions import machine
from engine.expressions.functions import BY_NAME, CALENDAR, LOOPS, Function
from engine.expressions.syntax import Call, Const, Expr
from engine.expressions.terms import Term, any_of, expr_of, is_null, rounded

if TYPE_CHECKING:
    from engine.expressions.check import Checker


def call(check: Checker, node: Call) -> Term:
    """Check a call that is no operator."""
    if node.target is not None:
        found = entry(check, node)
        if found is not None:
            return found
    return function(check, node)


def entry(check: Checker, node: Call) -> Term | None:
    """Read ``case.visits('fill')``: a record asked for one of its entries by a text."""
    assert node.target is not None
    if BY_NAME.get(node.function) and BY_NAME[node.function].method:
        return None
    of = check.visit(node.target)
    fields = check.scope.fields_of(of.type) if of.type is not None else None
    declared = fields.get(node.function) if fields else None
    if declared is None or not isinstance(declared.type, Record) or of.path is None:
        if fields and node.function not in BY_NAME:
            check.no_field(of, node.function, node, tuple(fields))
        return None
    if len(node.args) != 1 or not isinstance(node.args[0], Const):
        check.refuse(
            "DEF416",
            node,
            name=node.function,
            takes=Phrase("一个带引号的名称", "one quoted name"),
        )
    asked = node.args[0]
    table = check.step(of, node.function, node)
    name = str(asked.value)
    if name not in declared.type.fields:
        check.refuse(
            "DEF417", asked, length=len(name) + 2, call=node.function, name=name, given=name,
            choices=tuple(declared.type.fields),
        )  # fmt: skip
    return check.step(table, name, node)


def function(check: Checker, node: Call) -> Term:
    """Check a call of one of the functions."""
    function = BY_NAME.get(node.function)
    if function is None:
        unknown_function(check, node)
    written = node.args if node.target is None else (node.target, *node.args)
    if len(written) != len(function.takes) or (
        function.method != (node.target is not None) and function.name != "size"
    ):
        wrong_use(check, node, function)
    terms = [check.value(term) for term in check.visit_all(written)]
    if function.name == "size":
        return size(check, node, terms[0])
    checked = [
        argument(check, term, kind, function, node)
        for term, kind in zip(terms, function.takes, strict=True)
    ]
    undefined = tuple(part for term in checked for part in term.undefined)
    check.uses_calendar |= function.name in CALENDAR
    if function.name == "matches":
        pattern(check, checked[1])
    kind = checked[0].type if function.gives == "same" else Scalar(function.gives)  # type: ignore[arg-type]
    expr = called(check, function, checked)
    if function.partial:
        undefined = (*undefined, is_null(expr))
    return Term(kind, expr, undefined=undefined, node=node)


def called(check: Checker, function: Function, terms: list[Term]) -> Expr:
    """Return the tree of a call."""
    args = tuple(rounded(term) for term in terms)
    if function.takes == ("numbers",):
        return Call(function.name, (check.guarded(terms[0]),))
    if function.name == "int":
        return Call("double", (Call("int", args),))
    if function.method:
        return Call(function.name, args[1:], args[0])
    return Call(function.name, args)


def argument(check: Checker, term: Term, kind: str, function: Function, node: Call) -> Term:
    """Check one argument against what the function takes."""
    allowed: dict[str, tuple[Type, ...]] = {
        "day": (DATE, DATETIME),
        "moment": (DATETIME,),
        "number": (NUMBER,),
        "numbers": (ListOf(NUMBER), ListOf(ANY)),
        "text": (TEXT,),
        "value": (TEXT, NUMBER, DATE, DATETIME, BOOLEAN),
    }
    if kind in ("day", "moment"):
        term = check.as_day(term, Term(DATE))
    if term.type in allowed[kind] or term.type == ANY:
        return term
    return check.refuse("DEF405", term.node, operator=function.name, found=check.words(term))


def size(check: Checker, node: Call, term: Term) -> Term:
    """Check ``size(a)``."""
    if isinstance(term.type, ListOf):
        return Term(NUMBER, Call("double", (Call("size", (check.guarded(term),)),)), node=node)
    if term.type not in (TEXT, ANY):
        check.refuse("DEF405", term.node, operator="size", found=check.words(term))
    expr: Expr = Call("double", (Call("size", (expr_of(term),)),))
    if term.undefined:
        expr = Call("_?_:_", (any_of(term.undefined), Const(0.0), expr))
    return Term(NUMBER, expr, node=node)


def pattern(check: Checker, term: Term) -> None:
    """Refuse a pattern that is not a regular expression."""
    if term.constant is None:
        return
    written = str(term.constant.value)
    if not machine.pattern_is_valid(written):
        check.refuse("DEF410", term.node, length=len(written) + 2, pattern=written)


def unknown_function(check: Checker, node: Call) -> NoReturn:
    """Refuse a function that does not exist."""
    loops = [call.split("(")[0] for call, _, _ in LOOPS]
    start = max(0, check.offsets.get(node.id, 0) - len(node.function))
    check.refuse(
        "DEF406", node, at=start, length=len(node.function), name=node.function,
        given=node.function, choices=[*BY_NAME, *loops],
    )  # fmt: skip


def wrong_use(check: Checker, node: Call, function: Function) -> NoReturn:
    """Refuse a wrong number of arguments."""
    count = len(function.takes) - function.method
    takes = Phrase(f"{count} 个参数", f"{count} argument" + "s" * (count != 1))
    if function.method:
        takes = Phrase(f"{takes.zh}，写在文本之后", f"{takes.en} and is written after a text")
    start = max(0, check.offsets.get(node.id, 0) - len(function.name))
    check.refuse(
        "DEF416", node, at=start, length=len(function.name), name=function.name, takes=takes
    )
