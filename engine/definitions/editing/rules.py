"""Rule tables as a grid: rows added, moved and taken out, cells written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.authoring.assigning import assign
from engine.authoring.node import Node, plain_value
from engine.authoring.problem import Position
from engine.authoring.writing import Choice
from engine.definitions.codes import CodeList
from engine.definitions.editing.draft import Draft, Files
from engine.definitions.rules.cells import ANYTHING, split
from engine.definitions.rules.table import FOLDER
from engine.domain.errors import NotFound, Refused


@dataclass(frozen=True, slots=True)
class ColumnOutline:
    """An input or output: its caption, its type, and the words it can have with their captions."""

    name: str
    title: str
    type: str
    words: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True, slots=True)
class CellOutline:
    """A cell as one line of text, and where it is written; nowhere if it is left out."""

    text: str
    at: Position | None = None
    #: the place behind it
    end: Position | None = None

    def holds(self, line: int, column: int) -> bool:
        """Tell whether a place of the file lies in the cell."""
        if self.at is None or self.end is None:
            return False
        place = (line, column)
        return (self.at.line, self.at.column) <= place < (self.end.line, self.end.column)


@dataclass(frozen=True, slots=True)
class RowOutline:
    """A row as it is written."""

    #: whether it has ``when``; the last row may do without
    asks: bool
    when: Mapping[str, CellOutline]
    then: Mapping[str, CellOutline]
    note: str
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class RuleOutline:
    """A rule table as an editor shows it."""

    inputs: Sequence[ColumnOutline]
    outputs: Sequence[ColumnOutline]
    rows: Sequence[RowOutline]
    hit: str


class RuleDraft(Draft):
    """The edit of one rule table."""

    def __init__(self, files: Files, rule: str, alias: Choice | None = None) -> None:
        """Begin an edit."""
        super().__init__(files, f"definitions/{FOLDER}/{rule}.yaml", alias)

    @property
    def rows(self) -> Sequence[Node]:
        """The rows as they stand."""
        return self.own.root.at_path(["rows"]).items

    def check(self, place: int) -> None:
        """Raise NotFound if there is no such row."""
        if not 0 <= place < len(self.rows):
            raise NotFound("edit_nothing_there", place=place + 1)

    def is_text(self, part: str, name: str) -> bool:
        """Tell whether the values of a column are texts."""
        type_ = self.own.root.at_path([part, name]).get("type")
        return type_ is None or type_.text == "text"


def rule_outline_of(draft: RuleDraft, codes: Mapping[str, CodeList]) -> RuleOutline:
    """Return the columns and rows of a table, whatever is wrong with their cells."""
    root = draft.own.root
    inputs = list(_columns(root.at_path(["inputs"]), codes))
    outputs = list(_columns(root.at_path(["outputs"]), codes))
    only = outputs[0].name if outputs else ""
    hit = root.get("hit")
    rows = [_row(row, only) for row in root.at_path(["rows"]).items if row.kind == "mapping"]
    return RuleOutline(inputs, outputs, rows, hit.text if hit is not None else "first")


def _columns(node: Node, codes: Mapping[str, CodeList]) -> Iterator[ColumnOutline]:
    for name, entry in node.entries.items():
        title, type_ = entry.value.get("title"), entry.value.get("type")
        listed = entry.value.get("codes")
        found = codes.get(listed.text) if listed is not None else None
        words = {item.text: "" for item in entry.value.at_path(["values"]).items}
        words |= {one.code: one.title for one in found.values.values()} if found else {}
        optional = entry.value.get("optional")
        yield ColumnOutline(
            name,
            title.text if title is not None else name,
            type_.text if type_ is not None else "text",
            words,
            optional is not None and optional.scalar is True,
        )


def _row(node: Node, only: str) -> RowOutline:
    when, then, note = node.get("when"), node.get("then"), node.get("note")
    outs: Mapping[str, CellOutline] = {}
    if then is not None:
        outs = _cells(then) if then.kind == "mapping" else {only: _cell(then)}
    return RowOutline(
        when is not None,
        _cells(when) if when is not None else {},
        outs,
        note.text if note is not None else "",
        (node.at.line, node.end.line),
    )


def _cells(node: Node) -> Mapping[str, CellOutline]:
    return {name: _cell(entry.value) for name, entry in node.entries.items()}


def _cell(node: Node) -> CellOutline:
    text = ", ".join(_quoted(item.text) for item in node.items) if node.items else node.text
    return CellOutline(text, node.at, node.end)


def _quoted(text: str) -> str:
    return f"'{text}'" if "," in text else text


@dataclass(frozen=True, slots=True)
class AddRow:
    """Put a new row behind another, written like it; the first one without any."""

    after: int | None = None

    def apply(self, draft: RuleDraft) -> None:
        """Make the edit."""
        value: object = {"when": {}, "then": _first_value(draft)}
        place = 0
        if self.after is not None:
            draft.check(self.after)
            value = draft.rows[self.after].value
            place = self.after + 1
            if isinstance(value, dict) and "when" not in value:
                # Behind the last row nothing is asked: the new one goes before it.
                value, place = {"when": {}, **value}, self.after
        draft.own.insert(("rows",), place, value, alias=draft.alias)


def _first_value(draft: RuleDraft) -> object:
    names = list(draft.own.root.at_path(["outputs"]).entries)
    values = {name: "" if draft.is_text("outputs", name) else 0 for name in names}
    return values[names[0]] if len(names) == 1 else values


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Move a row up (-1) or down (1)."""

    place: int
    by: int

    def apply(self, draft: RuleDraft) -> None:
        """Make the edit."""
        beside = self.place + self.by
        draft.check(self.place)
        draft.check(beside)
        if self.by < 0:
            draft.own.move(("rows", self.place), before=beside, alias=draft.alias)
        else:
            draft.own.move(("rows", self.place), after=beside, alias=draft.alias)


@dataclass(frozen=True, slots=True)
class RemoveRow:
    """Take a row out."""

    place: int

    def apply(self, draft: RuleDraft) -> None:
        """Make the edit."""
        draft.check(self.place)
        draft.own.remove(("rows", self.place), alias=draft.alias)


@dataclass(frozen=True, slots=True)
class SetCell:
    """Write what a row asks of an input; nothing or ``-`` for any value."""

    place: int
    name: str
    text: str

    def apply(self, draft: RuleDraft) -> None:
        """Make the edit."""
        draft.check(self.place)
        path = ("rows", self.place, "when", self.name)
        text = self.text.strip()
        if text in ("", ANYTHING):
            if draft.own.find(path) is not None:
                draft.own.remove(path, alias=draft.alias)
            return
        assign(draft.own, path, self._value(draft, text), alias=draft.alias)

    def _value(self, draft: RuleDraft, text: str) -> object:
        """Read several cells between commas as a list of them."""
        items = split(text, ",")
        if not all(items):
            raise Refused("edit_bad_cell", cell=text)
        as_text = draft.is_text("inputs", self.name)
        values = [item if as_text else plain_value(item) for item in items]
        return values[0] if len(values) == 1 else values


@dataclass(frozen=True, slots=True)
class SetOutput:
    """Write what comes out of a row."""

    place: int
    name: str
    text: str

    def apply(self, draft: RuleDraft) -> None:
        """Make the edit."""
        draft.check(self.place)
        then = draft.rows[self.place].get("then")
        path: tuple[str | int, ...] = ("rows", self.place, "then")
        if then is not None and then.kind == "mapping":
            path = (*path, self.name)
        value: object = self.text
        if not draft.is_text("outputs", self.name):
            value = plain_value(self.text.strip())
            if value is None:
                raise Refused("edit_bad_cell", cell=self.text)
        assign(draft.own, path, value, alias=draft.alias)


@dataclass(frozen=True, slots=True)
class SetNote:
    """Write the remark of a row."""

    place: int
    text: str

    def apply(self, draft: RuleDraft) -> None:
        """Make the edit."""
        draft.check(self.place)
        path = ("rows", self.place, "note")
        if self.text:
            assign(draft.own, path, self.text, alias=draft.alias)
        elif draft.own.find(path) is not None:
            draft.own.remove(path, alias=draft.alias)
