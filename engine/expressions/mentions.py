"""Texts that an expression compares a value with, or asks a record for: names of other things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from engine.expressions import machine
from engine.expressions.scope import Path
from engine.expressions.syntax import Call, Const, Expr, Ident, Items, Select, children

_COMPARED = ("_==_", "_!=_")


@dataclass(frozen=True, slots=True)
class Mention:
    """A quoted text of an expression.

    Attributes:
        of: what it is compared with, ``case.step``, or asked of, ``case.visits``.
        value: the text.
        start, stop: where it stands in the expression, quotes included.
    """

    of: Path
    value: str
    start: int
    stop: int


def mentions(text: str) -> list[Mention]:
    """Return the quoted texts of an expression in order; none of one that cannot be read."""
    try:
        parsed = machine.parse(text)
    except (machine.Unreadable, machine.TooDeep):
        return []
    found = []
    for of, const in _named(parsed.root):
        start = parsed.offsets.get(const.id, -1)
        value = str(const.value)
        stop = start + len(value) + 2
        if start >= 0 and text[start:stop] in (f"'{value}'", f'"{value}"'):
            found.append(Mention(of, value, start, stop))
    return sorted(found, key=lambda one: one.start)


def constants(text: str) -> list[str]:
    """Return the quoted texts that an expression may come out as."""
    try:
        parsed = machine.parse(text)
    except (machine.Unreadable, machine.TooDeep):
        return []
    return list(_results(parsed.root))


def _results(node: Expr) -> Iterator[str]:
    if _is_text(node):
        yield str(node.value)
    elif isinstance(node, Call) and node.function == "_?_:_":
        for part in node.args[1:]:
            yield from _results(part)


def renamed(text: str, wanted: list[Mention], name: str) -> str:
    """Return an expression with other names in the place of some of its texts."""
    for mention in sorted(wanted, key=lambda one: one.start, reverse=True):
        quote = text[mention.start]
        text = f"{text[: mention.start]}{quote}{name}{quote}{text[mention.stop :]}"
    return text


def _named(node: Expr) -> Iterator[tuple[Path, Const]]:
    if isinstance(node, Call):
        yield from _of_call(node)
    for part in children(node):
        yield from _named(part)


def _of_call(node: Call) -> Iterator[tuple[Path, Const]]:
    if node.target is not None:
        of = (*_path(node.target), node.function)
        yield from ((of, arg) for arg in node.args if _is_text(arg))
    elif node.function in _COMPARED:
        for one, other in (node.args, node.args[::-1]):
            if _is_text(one):
                yield _path(other), one
    elif node.function == "@in" and isinstance(node.args[1], Items):
        yield from ((_path(node.args[0]), item) for item in node.args[1].items if _is_text(item))


def _is_text(node: Expr) -> TypeGuard[Const]:
    return isinstance(node, Const) and isinstance(node.value, str)


def _path(node: Expr) -> Path:
    """Return the names that lead to a value; calls on the way count by their names."""
    if isinstance(node, Ident):
        return (node.name,)
    if isinstance(node, Select):
        return (*_path(node.operand), node.field)
    if isinstance(node, Call) and node.target is not None:
        return (*_path(node.target), node.function)
    return ()
