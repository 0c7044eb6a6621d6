"""What was posted by the grid beside the text of a rule table, as edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.editing import (
    AddRow,
    MoveRow,
    RemoveRow,
    RuleOutline,
    SetCell,
    SetNote,
    SetOutput,
)
from engine.domain.errors import NotFound

Posted = Mapping[str, str]


def rule_edits(outline: RuleOutline, name: str, posted: Posted) -> list[Any]:
    """The edits of a rule table a press of the button ``name`` asks for."""
    written = posted.get("row", "")
    place = int(written) if written.isdigit() and len(written) < 5 else None
    if name == "add_row":
        return [AddRow(place)]
    if place is None or place >= len(outline.rows):
        raise NotFound("edit_nothing_there", place=written or name)
    match name:
        case "row":
            return list(_row(outline, place, posted))
        case "move_up":
            return [MoveRow(place, -1)]
        case "move_down":
            return [MoveRow(place, 1)]
        case "remove_row":
            return [RemoveRow(place)]
    raise NotFound("edit_nothing_there", place=name)


def _row(outline: RuleOutline, place: int, posted: Posted) -> Iterator[Any]:
    """Only what differs from the text becomes an edit."""
    row = outline.rows[place]
    for column in outline.inputs:
        cell = row.when.get(column.name)
        given = posted.get(f"when-{column.name}")
        if given is not None and given.strip() != (cell.text if cell is not None else ""):
            yield SetCell(place, column.name, given)
    for column in outline.outputs:
        cell = row.then.get(column.name)
        given = posted.get(f"then-{column.name}")
        if given is not None and given != (cell.text if cell is not None else ""):
            yield SetOutput(place, column.name, given)
    note = posted.get("note")
    if note is not None and note.strip() != row.note:
        yield SetNote(place, note.strip())
