"""Events of YAML to nodes with positions.

Composes the events of a library itself: so every node, alias and key has its own place, and what
YAML would silently change (tags, lost halves of an expression, second keys, merge keys) is reported
instead. What is made holds plain data; nothing in a file can be executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from engine.authoring import traps
from engine.authoring.events import (
    ALIAS,
    DOCUMENT,
    MAPPING_END,
    SCALAR,
    SEQUENCE,
    SEQUENCE_END,
    Read,
)
from engine.authoring.node import Entry, Node
from engine.authoring.problem import Position
from engine.authoring.problems import Problems

MAX_DEPTH = 64
# Values a file may have with its aliases written out.
MAX_VALUES = 100_000

QUOTED = ("'", '"', "|", ">")
_BLANK = re.compile(r"(?:[ \t\r\n]+(?:#[^\n]*)?)*")


class Stop(Exception):
    """Reading cannot go on; the reason is reported already."""


def place_behind(file: str, before: str) -> Position:
    """Return the place behind a text."""
    line_start = before.rfind("\n") + 1
    return Position(file, before.count("\n") + 1, len(before) - line_start + 1)


@dataclass
class Composer:
    """Makes nodes from the events of one text."""

    text: str
    file: str
    problems: Problems
    read: Read
    anchors: dict[str, Node] = field(default_factory=dict)
    # Values below each anchor with its own aliases written out: what makes an alias bomb.
    weights: dict[str, int] = field(default_factory=dict)
    open_anchors: set[str] = field(default_factory=set)
    brackets: list[int] = field(default_factory=list)
    values: int = 0
    depth: int = 0
    broken: bool = False

    def documents(self) -> Iterator[Node]:
        """Make the node of each document; what is wrong is reported."""
        events = self._events()
        for event in events:
            if isinstance(event, DOCUMENT):
                self.anchors, self.weights = {}, {}
                node = self._node(next(events), events, flow=False)
                # A file of comments alone is one document with nothing in it.
                if node.kind != "scalar" or node.start != node.stop or node.quoted:
                    yield node

    def _events(self) -> Iterator[Any]:
        try:
            yield from self.read(self.text)
        except ReaderError as error:
            character = f"U+{ord(self.text[error.position]):04X}"
            place = place_behind(self.file, self.text[: error.position])
            self.problems.add("SRC112", place, character=character)
            raise Stop from error
        except MarkedYAMLError as error:
            bracket = self.brackets[-1] if self.brackets else None
            traps.report_syntax(error, self.text, self.file, self.problems, bracket=bracket)
            raise Stop from error

    def _node(self, event: Any, events: Iterator[Any], *, flow: bool) -> Node:
        self.values += 1
        if self.values > MAX_VALUES:
            self.problems.add("SRC110", self._at(event), limit=MAX_VALUES)
            raise Stop
        if isinstance(event, ALIAS):
            return self._alias(event)
        if getattr(event, "tag", None) is not None:
            self._tagged(event)
        anchor = event.anchor or ""
        if traps.strange_anchor(anchor or "a"):
            self._tagged(event)
        before = self.values
        self.open_anchors.add(anchor)
        if isinstance(event, SCALAR):
            node = self._scalar(event, anchor, flow)
        else:
            node = self._nested(event, events, anchor)
        self.open_anchors.discard(anchor)
        if anchor:
            self.anchors[anchor] = node
            self.weights[anchor] = self.values - before
        return node

    def _nested(
        self,
        event: Any,
        events: Iterator[Any],
        anchor: str,
    ) -> Node:
        if self.depth >= MAX_DEPTH:
            self.problems.add("SRC111", self._at(event), limit=MAX_DEPTH)
            raise Stop
        self.depth += 1
        if event.flow_style:
            self.brackets.append(event.start_mark.index)
        if isinstance(event, SEQUENCE):
            node = self._sequence(event, events, anchor)
        else:
            node = self._mapping(event, events, anchor)
        self.depth -= 1
        if event.flow_style:
            self.brackets.pop()
        return node

    def _alias(self, event: Any) -> Node:
        start, stop = event.start_mark.index, event.end_mark.index
        target = self.anchors.get(event.anchor)
        if target is None or event.anchor in self.open_anchors:
            self.broken = True
            self.problems.add(
                "SRC109",
                self._at(event),
                length=stop - start,
                name=event.anchor,
                given=event.anchor,
                choices=self.anchors,
            )
            at, end = self._at(event), self._end(event)
            return Node("scalar", at, end, start, stop)
        self.values += self.weights[event.anchor]
        return target.as_alias(self._at(event), self._end(event), start, stop)

    def _scalar(self, event: Any, anchor: str, flow: bool) -> Node:
        outer, stop = event.start_mark.index, event.end_mark.index
        start = min(stop, self._behind_anchor(outer, anchor))
        if event.style in ("|", ">"):
            stop = self._block_stop(start, stop)
        node = Node(
            "scalar",
            self._at(event) if start == outer else place_behind(self.file, self.text[:start]),
            self._end(event),
            start,
            stop,
            text=event.value,
            quoted=event.style if event.style in QUOTED else "",
            anchor=anchor,
            outer=outer,
            raw=self.text[start:stop],
        )
        if not node.quoted:
            self._check_plain(node, flow)
        return node

    def _block_stop(self, start: int, stop: int) -> int:
        """Return where a block scalar ends, the blank lines behind it left out."""
        raw = self.text[start:stop]
        if "+" in raw.split("\n", 1)[0]:
            return stop
        content = len(raw.rstrip())
        break_at = raw.find("\n", content)
        return start + (break_at + 1 if break_at >= 0 else len(raw))

    def _behind_anchor(self, index: int, anchor: str) -> int:
        """Return where the content begins behind ``&name``, white space and comments."""
        if not anchor:
            return index
        match = _BLANK.match(self.text, index + 1 + len(anchor))
        return match.end() if match else index

    def _check_plain(self, node: Node, flow: bool) -> None:
        span = traps.lost_part(self.text, node, flow)
        if node.anchor and node.start == node.stop:
            span = traps.value_span(self.text, node.start)
        if span is not None:
            self.broken = True
            traps.report(span, self.text, self.file, self.problems)

    def _tagged(self, event: Any) -> None:
        self.broken = True
        span = traps.value_span(self.text, event.start_mark.index)
        traps.report(span, self.text, self.file, self.problems)

    def _sequence(self, start: Any, events: Iterator[Any], anchor: str) -> Node:
        flow = bool(start.flow_style)
        items: list[Node] = []
        for event in events:
            if isinstance(event, SEQUENCE_END):
                break
            items.append(self._node(event, events, flow=flow))
        return self._collection("sequence", start, event, anchor, items=tuple(items))

    def _mapping(self, start: Any, events: Iterator[Any], anchor: str) -> Node:
        flow = bool(start.flow_style)
        entries: dict[str, Entry] = {}
        last: Entry | None = None
        for event in events:
            if isinstance(event, MAPPING_END):
                break
            key = self._node(event, events, flow=flow)
            value = self._node(next(events), events, flow=flow)
            if flow and self._keyless(key, value, last):
                continue
            last = Entry(key, value)
            self._take(last, entries)
        return self._collection("mapping", start, event, anchor, entries=entries)

    def _keyless(self, key: Node, value: Node, last: Entry | None) -> bool:
        """Report ``45)`` of ``{by: days(x, 45)}``: a flow key without a colon."""
        if key.kind != "scalar" or value.start != value.stop:
            return False
        if ":" in self.text[key.stop : value.start]:
            return False
        self.broken = True
        start = last.value.start if last else key.start
        span = start, traps.flow_end(self.text, start, key.stop)
        traps.report(span, self.text, self.file, self.problems)
        return True

    def _take(self, entry: Entry, entries: dict[str, Entry]) -> None:
        key = entry.key
        if key.kind != "scalar" or not key.text:
            self.broken = True
            self.problems.add("SRC114", key)
        elif key.text == "<<" and not key.quoted:
            self.broken = True
            self.problems.add("SRC108", key)
        elif key.text in entries:
            first = entries[key.text].key
            self.problems.add("SRC103", key, key=key.text, line=first.at.line)
        else:
            entries[key.text] = entry

    def _collection(
        self,
        kind: Literal["mapping", "sequence"],
        first: Any,
        last: Any,
        anchor: str,
        *,
        entries: dict[str, Entry] | None = None,
        items: tuple[Node, ...] = (),
    ) -> Node:
        outer = first.start_mark.index
        start = self._behind_anchor(outer, anchor)
        flow = bool(first.flow_style)
        end, stop = self._end(last), last.end_mark.index
        if not flow:
            # The mark of a block's end is that of the next thing, comments in between included.
            children = [entry.value for entry in entries.values()] if entries else list(items)
            if children:
                end, stop = children[-1].end, children[-1].stop
        return Node(
            kind,
            self._at(first) if start == outer else place_behind(self.file, self.text[:start]),
            end,
            start,
            stop,
            entries=entries or {},
            items=items,
            flow=flow,
            anchor=anchor,
            outer=outer,
        )

    def _at(self, event: Any) -> Position:
        mark = event.start_mark
        return Position(self.file, mark.line + 1, mark.column + 1)

    def _end(self, event: Any) -> Position:
        mark = event.end_mark
        return Position(self.file, mark.line + 1, mark.column + 1)
