"""Checks loops: ``exists``, ``exists_one``, ``all``, ``filter`` and ``map`` over a list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.domain.types import (
    ANY,
    BOOLEAN,
    ListOf,
    Type,
)
from engine.expressions.names import NOTHING
from engine.expressions.syntax import Call, Const, Expr, Ident, Items, Loop
from engine.expressions.terms import Term, expr_of, is_null, list_of

if TYPE_CHECKING:
    from engine.expressions.check import Checker


def loop(check: Checker, node: Loop) -> Term:
    """Check ``list.exists(x, …)`` and its like."""
    many = check.value(check.visit(node.over))
    if many.type == ANY:
        kind: Type = ANY
    elif isinstance(many.type, ListOf):
        kind = many.type.item
    else:
        check.refuse("DEF405", node, operator="exists", found=check.words(many))
    shape = many.shape.of_items() if many.shape else None
    item = Ident(node.variable)
    never = kind == ANY or (many.path is not None and not isinstance(many.node, Items))
    undefined = () if never else (is_null(item),)
    as_map = many.as_map
    local = Term(kind, item, undefined=undefined, shape=shape, as_map=as_map)
    hidden = check.locals.get(node.variable)
    check.locals[node.variable] = local
    try:
        return looped(check, node, many, local)
    finally:
        if hidden is None:
            del check.locals[node.variable]
        else:
            check.locals[node.variable] = hidden


def looped(check: Checker, node: Loop, many: Term, local: Term) -> Term:
    """Rebuild the loop with its parts checked."""
    over = check.guarded(many)
    start, step = node.start, node.step
    assert isinstance(step, Call)
    if isinstance(start, Const) and isinstance(start.value, bool):
        test = check.condition(step.args[1], "exists")
        new = replace(node, over=over, step=Call(step.function, (step.args[0], test)))
        return Term(BOOLEAN, new, node=node)
    if isinstance(start, Const):
        test = check.condition(step.args[0], "exists_one")
        new = replace(node, over=over, step=replace(step, args=(test, *step.args[1:])))
        return Term(BOOLEAN, new, node=node)
    added: Expr = step
    test_node: Expr | None = None
    if step.function == "_?_:_":
        test_node, added = step.args[0], step.args[1]
    assert isinstance(added, Call)
    accumulated, single = added.args
    assert isinstance(single, Items)
    only = check.condition(test_node, "filter") if test_node is not None else None
    element = single.items[0]
    kept = test_node is not None and element == Ident(node.variable, element.id)
    term = local if kept else check.value(check.visit(element))
    if term.type is None:
        check.refuse("DEF405", element, operator="map", found=NOTHING)
    value: Expr = expr_of(local) if kept else check.guarded(term)
    grown = Call("_+_", (accumulated, Items((value,))))
    new_step: Expr = grown
    if only is not None:
        new_step = Call("_?_:_", (only, grown, accumulated))
    new = replace(node, over=over, step=new_step)
    shape = many.shape if kept else list_of(term.shape)
    return Term(ListOf(term.type), new, shape=shape, as_map=term.as_map, node=node)
