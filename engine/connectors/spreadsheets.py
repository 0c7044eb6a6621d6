"""Tables for Excel, written and read. What a person typed never becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice
from typing import IO

import python_calamine
import xlsxwriter

Cell = str | int | float | bool | date | datetime | None

_MOST_CHARACTERS = 32767
_SHEET_NAME_LENGTH = 31
_WIDEST = 40


def write_xlsx(
    to: IO[bytes], title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> int:
    """Write a sheet row by row, so that its size does not matter; return the number of rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(to, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        head = book.add_format({"bold": True, "bg_color": "#EFEFEF", "border": 1})
        for at, caption in enumerate(columns):
            sheet.set_column(at, at, min(_WIDEST, max(10, 2 * len(caption) + 2)))
            sheet.write_string(0, at, caption, head)
        sheet.freeze_panes(1, 0)
        for count, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                _write(sheet, count, at, value)
    return count


class UnreadableSheet(Exception):
    """A file is no spreadsheet."""


def read_table(content: bytes, most: int) -> list[list[str]]:
    """Return the first sheet as texts, head line first; of more than ``most`` lines one more.

    Raises:
        UnreadableSheet: it is no Excel file, or a broken one.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        lines = book.get_sheet_by_index(0).iter_rows() if book.sheet_names else ()
        return [[_read(cell) for cell in line] for line in islice(lines, most + 1)]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableSheet from error


def _read(cell: object) -> str:
    if isinstance(cell, bool):
        return "是" if cell else ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else _text(cell)
    return _text(cell).strip() if isinstance(cell, date | str) else str(cell)


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Cell) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        # Dates too are text: they arrive as they are read, whatever the machine's settings.
        sheet.write_string(row, column, _text(value)[:_MOST_CHARACTERS])


def _text(value: str | bool | date | datetime) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def _sheet_name(title: str) -> str:
    """Leave out what Excel refuses in the name of a sheet."""
    allowed = "".join(character for character in title if character not in "[]:*?/\\")
    return allowed.strip("'")[:_SHEET_NAME_LENGTH] or "Sheet1"
