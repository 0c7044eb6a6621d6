"""Spreadsheets that people fill in: a template, its lines read back, and those that failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from engine.connectors.spreadsheets import UnreadableSheet, read_table, write_xlsx
from engine.domain.errors import Refused

#: how many lines a sheet may have
MOST_LINES = 5000
#: stands behind the caption of a column that every line must fill in
MUST = "*"
#: how else a head is ended by who writes it anew
_ENDS = f"{MUST}＊ "


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a sheet: its number as the sheet shows it, and its cells by their captions."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failed:
    """A line that cannot be taken over, and why."""

    number: int
    reason: str
    cells: Sequence[str]


def sheet(
    title: str,
    captions: Sequence[str],
    lines: Sequence[Sequence[str]] = (),
    required: Collection[str] = (),
) -> tuple[str, bytes]:
    """A sheet that :func:`lines_of` reads: its file name and content; without lines a template."""
    heads = [f"{one}{MUST}" if one in required else one for one in captions]
    content = BytesIO()
    write_xlsx(content, title, heads, lines)
    return f"{title}.xlsx", content.getvalue()


def lines_of(content: bytes, captions: Sequence[str]) -> list[Line]:
    """The lines of a sheet with these columns, in any order; empty lines are left out.

    Raises:
        Refused: it is no spreadsheet, has other columns, no lines or too many.
    """
    try:
        table = read_table(content, MOST_LINES + 1)
    except UnreadableSheet:
        raise Refused("sheet_unreadable") from None
    heads = [head.rstrip(_ENDS) for head in table[0]] if table else []
    if not set(captions) <= set(heads):
        raise Refused("sheet_other_columns", columns="、".join(captions))
    if len(table) > MOST_LINES + 1:
        raise Refused("sheet_too_long", most=MOST_LINES)
    lines = [
        Line(number, dict(zip(heads, cells, strict=True)))
        for number, cells in enumerate(table[1:], 2)
        if any(cells)
    ]
    if not lines:
        raise Refused("sheet_without_lines")
    return lines


def failed_sheet(
    title: str, captions: Sequence[str], failed: Sequence[Failed]
) -> tuple[str, bytes]:
    """The lines that failed as they were written, each with its number and the reason.

    The columns of the template are among its own, so that it can be mended and imported again.
    """
    lines = [[*one.cells, str(one.number), one.reason] for one in failed]
    return sheet(title, [*captions, "行号", "原因"], lines)
