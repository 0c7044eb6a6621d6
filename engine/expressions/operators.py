"""Checks operators: what each takes, what it gives, and what it does with nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

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
)
from engine.expressions.syntax import Call, Const, Expr, Ident, Items
from engine.expressions.terms import (
    FALSE,
    Refused,
    Term,
    any_of,
    either,
    exists_loop,
    expr_of,
    is_null,
    rounded,
    unless,
)

if TYPE_CHECKING:
    from engine.expressions.check import Checker


ORDER = ("_<_", "_<=_", "_>_", "_>=_")
ARITHMETIC = ("_+_", "_-_", "_*_", "_/_", "_%_")
DAYS = (DATE, DATETIME)


def logic(check: Checker, node: Call) -> Term:
    """Check ``a && b`` and ``a || b``."""
    operator = node.function.strip("_")
    parts, refused = [], None
    for arg in node.args:
        try:
            parts.append(check.condition(arg, operator))
        except Refused as error:
            refused = error
    if refused is not None:
        raise refused
    return Term(BOOLEAN, Call(node.function, tuple(parts)), node=node)


def negation(check: Checker, node: Call) -> Term:
    """Check ``!a``."""
    return Term(BOOLEAN, Call("!_", (check.condition(node.args[0], "!"),)), node=node)


def equality(check: Checker, node: Call) -> Term:
    """Check ``a == b`` and ``a != b``."""
    left, right = check.visit_all(node.args)
    operator = node.function.strip("_")
    same = equal(check, left, right, node, operator)
    if node.function == "_!=_":
        same = Call("!_", (same,))
    return Term(BOOLEAN, same, node=node)


def equal(check: Checker, left: Term, right: Term, node: Expr, operator: str) -> Expr:
    """Return the tree that tells whether two values are the same."""
    if left.type is None or right.type is None:
        other = right if left.type is None else left
        return is_nothing(check, other)
    for term in (left, right):
        kind = term.type.item if isinstance(term.type, ListOf) else term.type
        if isinstance(kind, Record):
            check.refuse("DEF408", term.node, name=check.written(term))
    left, right = compared(check, left, right, node, operator)
    check_choice(check, left, right)
    check_choice(check, right, left)
    both = (*left.undefined, *right.undefined)
    same = Call("_==_", (rounded(left), rounded(right)))
    if not both or null_safe(left, right) or null_safe(right, left):
        return same
    return Call("_?_:_", (any_of(both), FALSE, same))


def null_safe(one: Term, other: Term) -> bool:
    """Tell whether comparing nothing with the other value is false without a guard."""
    return not other.undefined and one.undefined == (is_null(expr_of(one)),) and not one.computed


def is_nothing(check: Checker, term: Term) -> Expr:
    """Return the tree of ``a == null``."""
    if term.type is None:
        return Const(True)
    if isinstance(term.type, ListOf):
        return Call("_==_", (Call("size", (check.guarded(term),)), Const(0)))
    if term.path is not None and term.expr is None:
        return Call("!_", (expr_of(check.value(term, "filled")),))
    return any_of(term.undefined) if term.undefined else FALSE


def order(check: Checker, node: Call) -> Term:
    """Check ``a < b`` and its like."""
    left, right = check.visit_all(node.args)
    operator = node.function.strip("_")
    left, right = compared(check, left, right, node, operator)
    for term in (left, right):
        if term.type not in (NUMBER, TEXT, DATE, DATETIME, ANY):
            check.refuse("DEF405", term.node, operator=operator, found=check.words(term))
    both = (*left.undefined, *right.undefined)
    ordered: Expr = Call(node.function, (rounded(left), rounded(right)))
    if both:
        ordered = Call("_?_:_", (any_of(both), FALSE, ordered))
    return Term(BOOLEAN, ordered, node=node)


def compared(
    check: Checker, left: Term, right: Term, node: Expr, operator: str
) -> tuple[Term, Term]:
    """Bring two values to a kind in which they can be compared."""
    if left.type in DAYS or right.type in DAYS:
        left, right = check.as_day(left, right), check.as_day(right, left)
    left_type, right_type = left.type, right.type
    if left_type == DATETIME and right_type == DATE:
        left = day(check, left)
    elif left_type == DATE and right_type == DATETIME:
        right = day(check, right)
    elif left_type is None or right_type is None or not check.alike(left_type, right_type):
        found = Phrase(
            f"{check.words(left).zh}与{check.words(right).zh}",
            f"{check.words(left).en} and {check.words(right).en}",
        )
        check.refuse("DEF405", node, operator=operator, found=found)
    return check.plain(left), check.plain(right)


def day(check: Checker, term: Term) -> Term:
    """Return the day of a moment."""
    if term.path is not None and term.expr is None:
        return check.value(term, "day")
    return replace(term, expr=Call("@day", (expr_of(term),)))


def check_choice(check: Checker, term: Term, other: Term) -> None:
    """Refuse comparing a field with a text it cannot hold."""
    if not term.choices or other.constant is None or not isinstance(other.constant.value, str):
        return
    written = other.constant.value
    if written not in term.choices:
        check.refuse(
            "DEF415", other.node, length=len(written) + 2, of=check.written(term),
            value=written, given=written, choices=term.choices,
        )  # fmt: skip


def membership(check: Checker, node: Call) -> Term:
    """Check ``a in list``."""
    written = node.args[1]
    if isinstance(written, Items):
        item = check.visit(node.args[0])
        many = check.items(written, item.type)
    else:
        item, many = check.visit_all(node.args)
        many = check.ids(many)
    if many.type == ANY:
        expr = Call("@in", (check.guarded(item), check.guarded(many)))
        return Term(BOOLEAN, unless(many.undefined, expr), node=node)
    if not isinstance(many.type, ListOf):
        check.refuse("DEF405", node, operator="in", found=check.words(many))
    kind = many.type.item
    if isinstance(kind, Record):
        check.refuse("DEF408", many.node, name=check.written(many))
    sample = Term(kind, Ident("@item"), node=many.node)
    item, sample = compared(check, item, sample, node, "in")
    check_members(check, item, many)
    if sample.expr != Ident("@item"):
        # A date among moments, or a moment among dates: each item is compared by its day.
        equal = Call("_==_", (rounded(item), expr_of(sample)))
        over = check.guarded(many)
        found: Expr = exists_loop("@item", over, equal)
    else:
        found = Call("@in", (rounded(item), check.guarded(many)))
    return Term(BOOLEAN, unless(item.undefined, found), node=node)


def check_members(check: Checker, item: Term, many: Term) -> None:
    """Refuse texts that a field cannot hold in a list written out."""
    if not isinstance(many.node, Items):
        return
    for written in many.node.items:
        if isinstance(written, Const):
            check_choice(check, item, Term(TEXT, written, constant=written, node=written))


def arithmetic(check: Checker, node: Call) -> Term:
    """Check ``+ - * / %``."""
    left, right = (check.ids(term) for term in check.visit_all(node.args))
    operator = node.function.strip("_")
    undefined = (*left.undefined, *right.undefined)
    if operator == "+" and left.type == TEXT and right.type == TEXT:
        expr = Call("_+_", (expr_of(left), expr_of(right)))
        return Term(TEXT, expr, undefined=undefined, node=node)
    if operator == "+" and isinstance(left.type, ListOf) and isinstance(right.type, ListOf):
        if not check.alike(left.type, right.type):
            check.refuse("DEF405", node, operator=operator, found=check.words(right))
        expr = Call("_+_", (check.guarded(left), check.guarded(right)))
        shape = either(left.shape, right.shape)
        return Term(left.type, expr, shape=shape, as_map=left.as_map, node=node)
    for term in (left, right):
        if term.type not in (NUMBER, ANY):
            check.refuse("DEF405", node, operator=operator, found=check.words(term))
    if operator in "/%":
        if right.constant is not None and right.constant.value == 0:
            check.refuse("DEF411", right.node)
        undefined = (*undefined, Call("_==_", (expr_of(right), Const(0.0))))
    if operator == "%":
        whole = tuple(Call("int", (expr_of(term),)) for term in (left, right))
        expr = Call("double", (Call("_%_", whole),))
    else:
        expr = Call(node.function, (expr_of(left), expr_of(right)))
    return Term(NUMBER, expr, undefined=undefined, computed=True, node=node)


def minus(check: Checker, node: Call) -> Term:
    """Check ``-a``."""
    term = check.value(check.visit(node.args[0]))
    if term.type not in (NUMBER, ANY):
        check.refuse("DEF405", node, operator="-", found=check.words(term))
    if term.constant is not None and isinstance(term.expr, Const):
        negative = -float(str(term.expr.value))
        constant = Const(negative)
        return Term(NUMBER, constant, constant=constant, node=node)
    return replace(term, type=NUMBER, path=None, expr=Call("-_", (expr_of(term),)), node=node)


def choice(check: Checker, node: Call) -> Term:
    """Check ``a ? b : c``."""
    test = check.condition(node.args[0], "? :")
    left, right = (check.ids(term) for term in check.visit_all(node.args[1:]))
    left, right = check.as_day(left, right), check.as_day(right, left)
    kind = left.type if left.type is not None else right.type
    types = {left.type, right.type}
    if types == {DATE, DATETIME}:
        check.refuse("DEF405", node, operator="? :", found=check.words(right))
    if left.type is not None and right.type is not None:
        if not check.alike(left.type, right.type):
            check.refuse("DEF405", node, operator="? :", found=check.words(right))
        if left.as_map != right.as_map:
            left, right = check.plain(left), check.plain(right)
    expr = Call("_?_:_", (test, check.guarded(left), check.guarded(right)))
    maybe = bool(left.undefined or right.undefined) and kind != BOOLEAN
    undefined = (is_null(expr),) if maybe and not isinstance(kind, ListOf) else ()
    return Term(
        kind, expr, undefined=undefined, shape=either(left.shape, right.shape),
        as_map=left.as_map or right.as_map, node=node,
    )  # fmt: skip


def index(check: Checker, node: Call) -> Term:
    """Check ``list[0]``."""
    of, at = (check.value(term) for term in check.visit_all(node.args))
    if of.type == ANY:
        found = Call("@item", (expr_of(of), expr_of(at)))
        undefined = (*of.undefined, *at.undefined, is_null(found))
        return Term(ANY, found, undefined=undefined, node=node)
    if not isinstance(of.type, ListOf) or at.type not in (NUMBER, ANY):
        wrong = at if isinstance(of.type, ListOf) else of
        check.refuse("DEF405", wrong.node, operator="[ ]", found=check.words(wrong))
    expr = Call("@item", (check.guarded(of), expr_of(at)))
    shape = of.shape.of_items() if of.shape else None
    undefined = (*at.undefined, is_null(expr))
    return Term(of.type.item, expr, undefined=undefined, shape=shape, as_map=of.as_map, node=node)


OPERATORS: dict[str, Callable[[Checker, Call], Term]] = {
    "_&&_": logic,
    "_||_": logic,
    "!_": negation,
    "_==_": equality,
    "_!=_": equality,
    "@in": membership,
    "-_": minus,
    "_?_:_": choice,
    "_[_]": index,
    **dict.fromkeys(ORDER, order),
    **dict.fromkeys(ARITHMETIC, arithmetic),
}
