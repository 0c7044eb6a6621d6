"""Where a character of a scalar's value stands in the file.

Quotes, escapes, folded lines and block indentation make the two differ.
"""

from __future__ import annotations

import re

from engine.authoring.problem import Position

_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)", re.DOTALL
)
_FOLD = re.compile(r"[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*")
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:#[^\n]*)?\r?\n")


def place_in_scalar(raw: str, style: str, at: Position, offset: int) -> Position:
    """Return the place of a character.

    Args:
        raw: the scalar as written, quotes included.
        style: how it is written: "" or one of ``' " | >``.
        at: where it begins.
        offset: the character, counted in the value.
    """
    index = _raw_index(raw, style, offset)
    before = raw[:index]
    lines = before.count("\n")
    if not lines:
        return Position(at.file, at.line, at.column + index)
    return Position(at.file, at.line + lines, index - before.rfind("\n"))


def _raw_index(raw: str, style: str, offset: int) -> int:
    if style in ("|", ">"):
        return _in_block(raw, offset)
    index = 1 if style else 0
    while offset > 0 and index < len(raw):
        width, made = _step(raw, style, index)
        # A run of line breaks stands for one blank, or for one break less than written.
        offset -= made
        index += width
    return min(index, len(raw))


def _step(raw: str, style: str, index: int) -> tuple[int, int]:
    """Return how many written characters the next piece takes and how many it stands for."""
    if style == '"' and raw[index] == "\\":
        match = _ESCAPE.match(raw, index)
        width = match.end() - index if match else 1
        return width, 0 if raw[index + 1 : index + 3].lstrip("\r").startswith("\n") else 1
    if style == "'" and raw.startswith("''", index):
        return 2, 1
    match = _FOLD.match(raw, index)
    if match:
        return match.end() - index, max(1, match[0].count("\n") - 1)
    return 1, 1


def _in_block(raw: str, offset: int) -> int:
    header = _HEADER.match(raw)
    index = header.end() if header else 0
    indent = _indent(raw[index:])
    for line in raw[index:].splitlines(keepends=True):
        content = max(0, len(line) - indent)
        if offset < content:
            return index + indent + offset
        offset -= content if line.strip() else 1
        index += len(line)
    return len(raw)


def _indent(body: str) -> int:
    for line in body.splitlines():
        if line.strip():
            return len(line) - len(line.lstrip(" "))
    return 0
