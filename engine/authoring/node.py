"""A value of a file together with where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.authoring.offsets import place_in_scalar
from engine.authoring.problem import Position

Style = Literal["", "'", '"', "|", ">"]
Plain = str | int | float | bool | None

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)\Z")
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value."""

    key: Node
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A mapping, a sequence or a scalar of a file.

    Attributes:
        kind: what it is.
        at, end: its first character and the place behind its last one.
        start, stop: the same as offsets into the text.
        text: a scalar's characters, quotes and escapes undone; empty for the other kinds.
        quoted: how a scalar is written: plain (empty), quoted, or a block (``|``, ``>``).
        entries: a mapping's keys in order of writing.
        items: a sequence's members.
        flow: whether it is written with braces or brackets.
        anchor: the name given with ``&``, if any.
        alias_of: for ``*name``, the node it stands for; the position is that of ``*name``,
            everything else is the same as in that node.
        outer: the offset where the anchor begins; the same as start without one.
        raw: a scalar as written, quotes included.
    """

    kind: Literal["mapping", "sequence", "scalar"]
    at: Position
    end: Position
    start: int
    stop: int
    text: str = ""
    quoted: Style = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)
    items: Sequence[Node] = ()
    flow: bool = False
    anchor: str = ""
    alias_of: Node | None = None
    outer: int = -1
    raw: str = ""

    @property
    def value(self) -> object:
        """The plain Python value: dict, list, str, int, float, bool or None.

        Dates stay text. Only ``true``, ``false``, ``null`` (or nothing) and decimal numbers
        without leading zeros are anything but text.
        """
        if self.kind == "mapping":
            return {name: entry.value.value for name, entry in self.entries.items()}
        if self.kind == "sequence":
            return [item.value for item in self.items]
        return self.scalar

    @property
    def scalar(self) -> Plain:
        """The value of a scalar; None for the other kinds."""
        if self.kind != "scalar":
            return None
        return self.text if self.quoted else plain_value(self.text)

    @property
    def origin(self) -> Node:
        """The node that holds the text: itself, or what an alias stands for."""
        return self.alias_of or self

    @property
    def shown_length(self) -> int:
        """How many characters a caret under this node underlines: its first line at most."""
        if self.end.line == self.at.line:
            return max(1, self.end.column - self.at.column)
        return 1

    def place(self, offset: int) -> Position:
        """Return where a character of a scalar's text stands in the file."""
        node = self.origin
        return place_in_scalar(node.raw, node.quoted, node.at, offset)

    def get(self, name: str) -> Node | None:
        """Return the value of a key, or None when the key is missing."""
        entry = self.entries.get(name)
        return entry.value if entry else None

    def key(self, name: str) -> Node:
        """Return the key itself, or this node when the key is missing."""
        entry = self.entries.get(name)
        return entry.key if entry else self

    def at_path(self, path: Sequence[str | int]) -> Node:
        """Return the node at a path, or the deepest one there is on the way.

        A missing key is so reported at its parent.
        """
        node = self
        for step in path:
            found = node.child(step)
            if found is None:
                return node
            node = found
        return node

    def child(self, step: str | int) -> Node | None:
        """Return one member of a mapping or a sequence."""
        if isinstance(step, int):
            return self.items[step] if 0 <= step < len(self.items) else None
        return self.get(step)

    def walk(self) -> Iterator[Node]:
        """Go through this node and everything below it, keys excluded."""
        yield self
        for entry in self.entries.values():
            yield from entry.value.walk()
        for item in self.items:
            yield from item.walk()

    def walk_written(self) -> Iterator[Node]:
        """Go through what is written below this node: aliases, but not what they stand for."""
        yield self
        if self.alias_of is not None:
            return
        for entry in self.entries.values():
            yield from entry.value.walk_written()
        for item in self.items:
            yield from item.walk_written()

    def as_alias(self, at: Position, end: Position, start: int, stop: int) -> Node:
        """Return this node as it is seen through ``*name``."""
        return replace(
            self,
            at=at,
            end=end,
            start=start,
            stop=stop,
            anchor="",
            alias_of=self.origin,
            outer=start,
        )


def plain_value(text: str) -> Plain:
    """Read a scalar written without quotes."""
    if text in ("", "null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.match(text):
        number = int(text) if len(text) < 21 else _LARGEST + 1
        # What does not fit 64 bits is a code, not a quantity: it stays text.
        return number if abs(number) <= _LARGEST else text
    if _DECIMAL.match(text):
        return float(text)
    return text
