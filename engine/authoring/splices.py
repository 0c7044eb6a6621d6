"""Edits of a text as replacements of pieces of it, computed from the places of nodes.

Nothing but the pieces changes: comments, quotes, order and blank lines stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.authoring.emitting import (
    after_dash,
    after_key,
    fits_block,
    literal,
    on_one_line,
    scalar,
)
from engine.authoring.node import Entry, Node

Splice = tuple[int, int, str]


class NotPossible(Exception):
    """A piece cannot be cut out or put in without rewriting more than it."""


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """Apply replacements that do not overlap."""
    for start, stop, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[stop:]
    return text


@dataclass(frozen=True, slots=True)
class Text:
    """The text being edited."""

    text: str

    def line_start(self, index: int) -> int:
        """Return where the line of an offset begins."""
        return self.text.rfind("\n", 0, index) + 1

    def column(self, index: int) -> int:
        """Return the column of an offset, counted from 0."""
        return index - self.line_start(index)

    def line_end(self, index: int) -> int:
        """Return the offset behind the line break that ends the line of an offset."""
        if index and self.text[index - 1 : index] == "\n":
            return index
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1

    def colon(self, key: Node) -> int:
        """Return the offset behind the colon of a key."""
        return self.text.index(":", key.stop) + 1

    def entry_stop(self, entry: Entry) -> int:
        """Return where an entry ends, its value empty or not."""
        return max(entry.value.stop, self.colon(entry.key))

    def dash(self, item: Node) -> int:
        """Return the offset of the dash of a block list's item."""
        return self.text.rindex("-", 0, item.outer)

    def starts_line(self, index: int) -> bool:
        """Tell whether nothing but blanks stands before an offset on its line."""
        return not self.text[self.line_start(index) : index].strip()

    def eol(self) -> str:
        """Return a line break when the text does not end with one."""
        return "" if self.text.endswith("\n") or not self.text else "\n"

    # Scalars and values ------------------------------------------------------------------------

    def set_scalar(self, entry: Entry | None, node: Node, value: object, flow: bool) -> Splice:
        """Replace one scalar by another, keeping the way it is written."""
        if node.start == node.stop and not node.quoted:
            if entry is None:
                return node.start, node.stop, " " + scalar(value, flow=flow)
            colon = self.colon(entry.key)
            return colon, colon, " " + scalar(value, flow=flow)
        if node.quoted in ("|", ">"):
            return self._set_block(node, value)
        return node.start, node.stop, scalar(value, flow=flow, style=node.quoted)

    def _set_block(self, node: Node, value: object) -> Splice:
        body = node.raw.split("\n", 1)[1] if "\n" in node.raw else ""
        first = next((line for line in body.splitlines() if line.strip()), "  ")
        indent = len(first) - len(first.lstrip(" "))
        end = "\n" if node.raw.endswith("\n") else ""
        if isinstance(value, str) and fits_block(value) and not value.startswith(" "):
            new = literal(value, indent)
            return node.start, node.stop, new if end else new.rstrip("\n")
        return node.start, node.stop, scalar(value) + end

    def replace(self, entry: Entry, value: object, flow: bool) -> Splice:
        """Replace the whole value of a key."""
        colon = self.colon(entry.key)
        indent = self.column(entry.key.start)
        anchor = f" &{entry.value.anchor}" if entry.value.anchor else ""
        stop = max(colon, entry.value.stop)
        # A block ends with its line break, which belongs to what follows.
        stop -= self.text[colon:stop].endswith("\n")
        return colon, stop, anchor + after_key(value, indent, flow=flow)

    def replace_item(self, item: Node, value: object, flow: bool) -> Splice:
        """Replace a whole item of a list."""
        new = on_one_line(value) if flow else after_dash(value, self.column(self.dash(item)))
        stop = item.stop - self.text[item.start : item.stop].endswith("\n")
        return item.start, stop, new

    # Mappings ----------------------------------------------------------------------------------

    def insert_entry(
        self, node: Node, key: str, value: object, place: int, flow: bool, *, behind: bool = False
    ) -> Splice:
        """Put a new entry at a place among a mapping's entries.

        A comment that stands directly above an entry stays with it, and what follows on the lines
        of an entry stays there too. Entries that blank lines part stay parted.

        Args:
            node: the mapping, which has entries.
            key: the new name.
            value: plain data.
            place: how many entries stand before it.
            flow: whether something around is written in braces or brackets.
            behind: whether it belongs to the entry before it rather than to the one after it.
        """
        entries = list(node.entries.values())
        spans = [(e.key.outer, self.entry_stop(e)) for e in entries]
        if node.flow:
            written = f"{scalar(key, flow=True)}:{after_key(value, 0, flow=True)}"
            return self._into_flow(node, spans, written, place)
        indent = self.column(entries[0].key.outer)
        written = f"{scalar(key)}:{after_key(value, indent, flow=flow)}\n"
        gap = "\n" if self._parted(spans, place) else ""
        if place and (behind or place == len(entries)):
            at = self.block_end(*spans[place - 1])
            return at, at, self._lead(at) + gap + " " * indent + written
        if not self.starts_line(spans[place][0]):
            # The first key behind a dash.
            at = spans[place][0]
            return at, at, written + " " * indent
        at = self.lead(spans, place)
        return at, at, " " * indent + written + gap

    def remove_entry(self, node: Node, name: str) -> Splice:
        """Cut an entry out of a mapping that keeps others, with the comment directly above it."""
        entries = list(node.entries.values())
        place = list(node.entries).index(name)
        spans = [(e.key.outer, self.entry_stop(e)) for e in entries]
        if node.flow:
            return self._out_of_flow(spans, place)
        return self._out_of_block(spans, place, leads=True)

    # Comments and blank lines ------------------------------------------------------------------

    def lead(self, spans: Sequence[tuple[int, int]], place: int) -> int:
        """Return where the comment directly above an entry begins, else where its line begins.

        What stands above the first key of a file is about the file.
        """
        start = self.line_start(spans[place][0])
        indent = spans[place][0] - start
        if not place and not indent:
            return start
        while start:
            above = self.line_start(start - 1)
            line = self.text[above:start]
            if not line.startswith(" " * indent + "#"):
                break
            start = above
        return start

    def block_end(self, start: int, stop: int) -> int:
        """Return the end of an entry's lines, with the comments below that are indented deeper."""
        column = self.column(start)
        end = ahead = self.line_end(stop)
        while ahead < len(self.text):
            after = self.line_end(ahead + 1)
            line = self.text[ahead:after]
            content = line.strip()
            if content and not (content[0] == "#" and len(line) - len(line.lstrip(" ")) > column):
                break
            ahead = after
            if content:
                end = ahead
        return end

    def _parted(self, spans: Sequence[tuple[int, int]], place: int) -> bool:
        """Tell whether a blank line stands between the entries around a place."""
        first = place - 1 if 0 < place < len(spans) else max(0, place - 2)
        if first + 1 >= len(spans):
            return False
        between = self.text[spans[first][1] : spans[first + 1][0]].split("\n")
        return any(not line.strip() for line in between[1:-1])

    def _blank_line(self, at: int) -> bool:
        end = self.text.find("\n", at)
        return end >= 0 and not self.text[at:end].strip()

    def _block(self, spans: Sequence[tuple[int, int]], place: int) -> tuple[int, int, int, int]:
        """Return the lines of an entry, and the same with the blank lines that part it."""
        start = self.lead(spans, place)
        stop = self.block_end(*spans[place])
        first, last = start, stop
        above = self.line_start(start - 1) if start else 0
        if (not place or self._blank_line(above)) and self._blank_line(stop):
            while self._blank_line(last):
                last = self.line_end(last + 1)
        elif place == len(spans) - 1 and start:
            while first and self._blank_line(self.line_start(first - 1)):
                first = self.line_start(first - 1)
        return start, stop, first, last

    # Lists -------------------------------------------------------------------------------------

    def insert_item(self, node: Node, value: object, place: int) -> Splice:
        """Put a new item at a place in a list."""
        if node.flow:
            spans = [(item.outer, item.stop) for item in node.items]
            return self._into_flow(node, spans, on_one_line(value), place)
        indent = self.column(self.dash(node.items[0]))
        written = f"- {after_dash(value, indent)}\n"
        if place < len(node.items):
            at = self.dash(node.items[place])
            return at, at, written + " " * indent
        at = self.line_end(node.items[-1].stop)
        return at, at, self._lead(at) + " " * indent + written

    def remove_item(self, node: Node, place: int) -> Splice:
        """Cut an item out of a list that keeps others."""
        if node.flow:
            return self._out_of_flow([(item.outer, item.stop) for item in node.items], place)
        return self._out_of_block([(self.dash(item), item.stop) for item in node.items], place)

    # Moving ------------------------------------------------------------------------------------

    def move(self, node: Node, source: int, target: int) -> list[Splice]:
        """Move an entry or item so that it stands at ``target`` among the remaining ones."""
        if node.kind == "mapping":
            spans = [(e.key.outer, self.entry_stop(e)) for e in node.entries.values()]
        elif node.flow:
            spans = [(item.outer, item.stop) for item in node.items]
        else:
            spans = [(self.dash(item), item.stop) for item in node.items]
        rest = [span for place, span in enumerate(spans) if place != source]
        start, stop = spans[source]
        if node.flow:
            written = self.text[start:stop]
            return [self._out_of_flow(spans, source), self._into_flow(node, rest, written, target)]
        if not all(self.starts_line(begin) for begin, _ in spans):
            raise NotPossible
        start, stop, first, last = self._block(spans, source)
        chunk = self.text[start:stop]
        chunk += "" if chunk.endswith("\n") else "\n"
        gap = "\n" if (first, last) != (start, stop) else ""
        if target < len(rest):
            place = target if target < source else target + 1
            at = self.lead(spans, place)
            return [(first, last, ""), (at, at, chunk + gap)]
        at = self.block_end(*rest[-1])
        return [(first, last, ""), (at, at, self._lead(at) + gap + chunk)]

    # Pieces ------------------------------------------------------------------------------------

    def _lead(self, at: int) -> str:
        return self.eol() if at == len(self.text) else ""

    def _into_flow(
        self, node: Node, spans: Sequence[tuple[int, int]], written: str, place: int
    ) -> Splice:
        if not spans:
            return node.start + 1, node.start + 1, written
        if place < len(spans):
            at = spans[place][0]
            return at, at, f"{written}, "
        at = spans[-1][1]
        return at, at, f", {written}"

    def _out_of_flow(self, spans: Sequence[tuple[int, int]], place: int) -> Splice:
        start, stop = spans[place]
        if place:
            return spans[place - 1][1], stop, ""
        return start, spans[1][0] if len(spans) > 1 else stop, ""

    def _out_of_block(
        self, spans: Sequence[tuple[int, int]], place: int, *, leads: bool = False
    ) -> Splice:
        start, stop = spans[place]
        if self.starts_line(start) and leads:
            _, _, first, last = self._block(spans, place)
            return first, last, ""
        if self.starts_line(start):
            return self.line_start(start), self.line_end(stop), ""
        # The first key behind a dash: what follows moves up to the dash.
        return start, spans[place + 1][0], ""
