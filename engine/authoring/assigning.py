"""A value of a file made equal to plain data, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.authoring.node import Entry, Node
from engine.authoring.writing import Choice, Document, Path, same_bytes


def assign(document: Document, path: Path, value: object, *, alias: Choice | None = None) -> None:
    """Make the value at a path equal to plain data by the smallest edits that do it.

    What is the same already is not touched, so that its comments and quotes stay.

    Raises:
        AliasedNode: the text is shared; give ``alias``.
        EditRefused: there is no such place.
    """
    node = document.find(path)
    if node is None:
        document.set(path, value, alias=alias)
    elif same_bytes(node.value) == same_bytes(value):
        return
    elif node.entries and isinstance(value, Mapping) and value:
        _entries(document, path, node, value, alias)
    elif node.items and isinstance(value, list | tuple) and value:
        _items(document, path, node, value, alias)
    else:
        document.set(path, value, alias=alias)


def _entries(
    document: Document, path: Path, node: Node, value: Mapping[str, object], alias: Choice | None
) -> None:
    kept = [name for name in node.entries if name in value]
    if not kept:
        document.set(path, value, alias=alias)
        return
    for name in node.entries:
        if name not in value:
            document.remove((*path, name), alias=alias)
    before: str | None = None
    for name, item in value.items():
        if name in kept:
            assign(document, (*path, name), item, alias=alias)
        else:
            first = next(iter(_entries_at(document, path))) if before is None else None
            document.insert(path, name, item, before=first, after=before, alias=alias)
        before = name
    order = list(_entries_at(document, path))
    for place, name in enumerate(value):
        if order[place] != name:
            document.move((*path, name), before=order[place], alias=alias)
            order.remove(name)
            order.insert(place, name)


def _items(
    document: Document, path: Path, node: Node, value: Sequence[object], alias: Choice | None
) -> None:
    old = [same_bytes(item.value) for item in node.items]
    new = [same_bytes(item) for item in value]
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    common = min(len(old), len(new)) - head - tail
    for place in range(head, head + common):
        assign(document, (*path, place), value[place], alias=alias)
    for place in range(len(old) - tail - 1, head + common - 1, -1):
        document.remove((*path, place), alias=alias)
    for place in range(head + common, len(new) - tail):
        document.insert(path, place, value[place], alias=alias)


def _entries_at(document: Document, path: Path) -> Mapping[str, Entry]:
    node = document.find(path)
    return node.entries if node is not None else {}
