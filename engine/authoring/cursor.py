"""What is being written at a place of a text that cannot be read yet.

While somebody types, a bracket is open, a quote has no end, a key no colon. The word at the place
is put aside, the rest of its line closed in the ways that may be meant, and the first text that can
be read tells what the word would be: a key, a value, or a part of a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml

#: stands for the word being written; no file says it
MARK = "zzcursorzz"
_WORD = re.compile(r"[\w./-]*\Z")
_REST = re.compile(r"[\w./-]*")
_CLOSING = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a text.

    Attributes:
        text: the whole text, made readable; where the word stands is ``MARK``.
        root: what was read from it.
        path: the keys that lead to what is being written; for a key, to its mapping.
        kind: a new key, a whole value, or a part of a longer text.
        node: the scalar that holds the mark.
        before: what stands before the word in the value.
        word: what is written of it so far.
    """

    text: str
    root: Node
    path: tuple[str | int, ...]
    kind: Literal["key", "value", "part"]
    node: Node
    before: str
    word: str


def cursor_at(text: str, line: int, column: int, file: str = "") -> Cursor | None:
    """Return what is being written at a place; None if the lines above cannot be read.

    Args:
        text: the text as it stands in the editor.
        line: counted from 1.
        column: counted from 1, that of the character behind the place.
        file: the name positions shall carry.
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        return None
    written = lines[line - 1]
    before, behind = written[: column - 1], written[column - 1 :]
    match = _WORD.search(before)
    word = match[0] if match else ""
    head = before[: len(before) - len(word)]
    rest = _REST.match(behind)
    tail = behind[rest.end() :] if rest else behind
    for follows in (lines[line:], []):
        for mended in _mended(head, tail):
            whole = "\n".join([*lines[: line - 1], mended, *follows]) + ("" if follows else "\n")
            root = read_yaml(whole, file, Problems())
            found = _located(root, ()) if root is not None else None
            if root is not None and found is not None:
                path, kind, node = found
                start = node.text.find(MARK)
                return Cursor(whole, root, path, kind, node, node.text[:start], word)
    return None


def _mended(head: str, tail: str) -> Iterator[str]:
    """Go through the ways the line may be meant, the nearest to what is written first."""
    closers = _closers(head)
    for end in dict.fromkeys((tail, closers, "")):
        yield f"{head}{MARK}{end}"
        yield f"{head}{MARK}: 0{end}"
    if head.rstrip().endswith(("{", "[", ",")) or not head.strip(" -"):
        yield f"{head}{MARK}: 0{closers}"


def _closers(head: str) -> str:
    """Return what closes the quotes and brackets that a line opens."""
    opened: list[str] = []
    quote = ""
    for character in head:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in _CLOSING:
            opened.append(_CLOSING[character])
        elif opened and character == opened[-1]:
            opened.pop()
    return quote + "".join(reversed(opened))


_Found = tuple[tuple[str | int, ...], Literal["key", "value", "part"], Node]


def _located(node: Node, path: tuple[str | int, ...]) -> _Found | None:
    """Return where the mark stands below a node."""
    if node.alias_of is not None:
        return None
    if node.kind == "scalar" and MARK in node.text:
        return path, "value" if node.text == MARK else "part", node
    if MARK in node.entries:
        return path, "key", node.entries[MARK].key
    children: list[tuple[str | int, Node]] = [(n, e.value) for n, e in node.entries.items()]
    for name, child in [*children, *enumerate(node.items)]:
        found = _located(child, (*path, name))
        if found is not None:
            return found
    return None
