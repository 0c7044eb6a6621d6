"""What is certain about an expression when only some of its names have values.

For checks that ask whether something can happen at all: nothing is computed, only the logic of the
expression and comparisons of known values with constants are followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.expressions import machine
from engine.expressions.scope import Path
from engine.expressions.syntax import Call, Const, Expr, Ident, Items, Loop, Select, children

_UNKNOWN = object()


def decided(text: str, known: Mapping[Path, object]) -> bool | None:
    """Tell what a condition comes to, whatever the names are that are not known.

    Args:
        text: the condition; it is well formed.
        known: values by path.

    Returns:
        None if it depends on what is not known.
    """
    found = _value(machine.parse(text).root, known)
    return found if isinstance(found, bool) else None


def restricted(text: str, path: Path) -> Iterator[int | Path]:
    """Go through the numbers of values that a path may have for a condition to hold.

    Yields:
        How many it is compared with, or the path of the list that it must be in.
    """
    for part in _conjuncts(machine.parse(text).root):
        if not isinstance(part, Call):
            continue
        if part.function == "_==_" and path in (_path(one) for one in part.args):
            yield 1
        if part.function == "@in" and _path(part.args[0]) == path:
            among = part.args[1]
            named = _path(among)
            if isinstance(among, Items):
                yield len(among.items)
            elif named is not None:
                yield named


def is_among(text: str, people: str, aliases: Mapping[str, str]) -> bool:
    """Tell whether a value is surely in a list: it is an item, a part, or the list itself.

    Args:
        text: the expression of the value.
        people: the expression of the list.
        aliases: names that stand for paths.
    """
    sought = _bare(machine.parse(text).root, aliases)
    return any(sought == _bare(part, aliases) for part in _parts(machine.parse(people).root))


def _parts(root: Expr) -> Iterator[Expr]:
    if isinstance(root, Call) and root.function == "_+_":
        for part in root.args:
            yield from _parts(part)
        return
    yield root
    if isinstance(root, Items):
        yield from root.items


def _conjuncts(root: Expr) -> Iterator[Expr]:
    if isinstance(root, Call) and root.function == "_&&_":
        for part in root.args:
            yield from _conjuncts(part)
        return
    yield root


def _path(node: Expr) -> Path | None:
    names: list[str] = []
    while isinstance(node, Select) and not node.test:
        names.insert(0, node.field)
        node = node.operand
    return (node.name, *names) if isinstance(node, Ident) else None


def _bare(node: Expr, aliases: Mapping[str, str]) -> Any:
    """Return a tree without the numbers of its nodes, names that stand for paths written out."""
    if isinstance(node, Ident):
        if node.name in aliases:
            return _bare(machine.parse(aliases[node.name]).root, {})
        return ("name", node.name)
    if isinstance(node, Const):
        return ("value", type(node.value).__name__, node.value)
    if isinstance(node, Select):
        return ("field", node.field, node.test, _bare(node.operand, aliases))
    if isinstance(node, Loop):
        # Never taken for the same as another.
        return ("loop", id(node))
    function = node.function if isinstance(node, Call) else ""
    return (function, *(_bare(child, aliases) for child in children(node)))


def _value(node: Expr, known: Mapping[Path, object]) -> object:
    path = _path(node)
    if path is not None:
        return known.get(path, _UNKNOWN)
    if isinstance(node, Const):
        return node.value
    if not isinstance(node, Call):
        return _UNKNOWN
    if node.function in ("_&&_", "_||_"):
        deciding = node.function == "_||_"
        values = [_value(one, known) for one in node.args]
        if deciding in [one for one in values if isinstance(one, bool)]:
            return deciding
        return _UNKNOWN if _UNKNOWN in values else not deciding
    if node.function == "!_":
        value = _value(node.args[0], known)
        return not value if isinstance(value, bool) else _UNKNOWN
    if node.function in ("_==_", "_!=_"):
        first, second = (_value(one, known) for one in node.args)
        if _UNKNOWN in (first, second):
            return _UNKNOWN
        return (first == second) == (node.function == "_==_")
    if node.function == "@in" and isinstance(node.args[1], Items):
        return _within(_value(node.args[0], known),
                       [_value(one, known) for one in node.args[1].items])  # fmt: skip
    return _UNKNOWN


def _within(value: object, among: list[object]) -> object:
    if value is _UNKNOWN:
        return _UNKNOWN
    if value in [one for one in among if one is not _UNKNOWN]:
        return True
    return _UNKNOWN if _UNKNOWN in among else False
