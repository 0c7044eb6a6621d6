"""Records added from a spreadsheet: checked first, created when somebody says so (IMP-04).

Checking adds the records in a transaction that is taken back, so that it finds what adding them
finds: rights, the form, unique values taken by other records and by other lines of the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.definitions.register import Register
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, NotFound, Refused
from engine.forms.effective import EffectiveForm
from engine.forms.form import Form
from engine.forms.model import Element
from engine.forms.posting import put, value_of
from engine.services.kept import kept
from engine.services.named import Named
from engine.services.records import Records
from engine.services.registers import Added, Registers
from engine.services.sentences import Sentences
from engine.services.sheet_lines import Failed, Line, failed_sheet, lines_of, sheet
from engine.services.staff import Admitted
from engine.store.search import fold
from engine.store.unit import UnitOfWork

#: what a cell of a sheet can hold
_IN_CELLS = frozenset(
    {
        "text", "number", "integer", "boolean", "choice", "reference", "date", "datetime", "year",
        "month", "many",
    }
)  # fmt: skip
_YES_OR_NO = {"是": "true", "否": "false", "yes": "true", "no": "false"}
#: between several values in one cell
_BETWEEN = "、"
_BETWEEN_SENTENCES = "；"


@dataclass(frozen=True, slots=True)
class Staged:
    """A record that would be added: the number of its line, and its data."""

    number: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the lines of a sheet."""

    good: Sequence[Staged]
    failed: Sequence[Failed]


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of the lines that were submitted.

    ``late`` are the numbers of the lines that cannot be added any more, with reasons; ``admitted``
    whoever was given an account.
    """

    added: int
    late: Sequence[tuple[int, str]]
    admitted: Sequence[Admitted]


class _Undo(Exception):
    """What was only tried is taken back."""


class RegisterSheets:
    """Imports records of the registers that say so."""

    def __init__(self, registers: Registers, records: Records, sentences: Sentences) -> None:
        self._registers = registers
        self._records = records
        self._sentences = sentences
        self._store = records.store

    def why_not(self, actor: Actor, register: str) -> Refused | None:
        """Why an actor may not import records of a register; None when they may."""
        known = self._records.release.registers.get(register)
        if known is None or known.import_ is None:
            return self._sentences.worded(NotFound("no_such_page"))
        return self._registers.why_not(actor, register, "create")

    def asked(self, actor: Actor, register: str, data: Mapping[str, Any]) -> EffectiveForm:
        """The form of what is given once for all lines, with what is filled in."""
        form = self._asked(self._known(actor, register))
        with self._store.read() as unit:
            return form.effective(data, self._registers.surroundings(unit, actor))

    def template(self, actor: Actor, register: str) -> tuple[str, bytes]:
        """An empty sheet with the columns of the register, those every line needs marked."""
        known = self._known(actor, register)
        required = [one.title for one in self._columns(known) if one.required]
        return sheet(known.title, self._captions(known), required=required)

    def failed_sheet(
        self, actor: Actor, register: str, failed: Sequence[Failed]
    ) -> tuple[str, bytes]:
        """The lines of a sheet that failed, to be mended."""
        known = self._known(actor, register)
        return failed_sheet(known.title, self._captions(known), failed)

    def check(
        self, actor: Actor, register: str, given: Mapping[str, Any], content: bytes
    ) -> Checked:
        """Find out what would become of the lines of a sheet; nothing is added.

        Raises:
            InvalidSubmission: what is given for all lines is not complete.
            Refused: no right, or it is not the template.
        """
        known = self._known(actor, register)
        form, captions = self._form(known), self._captions(known)
        good: list[Staged] = []
        failed: list[Failed] = []
        try:
            with self._sentences.saying(), self._store.write() as unit:
                errors = self._asked(known).validate(
                    given, self._registers.surroundings(unit, actor)
                )
                if errors:
                    raise InvalidSubmission(errors)
                reader = _Reader(unit, self._records, actor, self._columns(known))
                for line in lines_of(content, captions):
                    try:
                        data = {**form.initial(), **given, **reader.read(line)}
                        self._add(unit, actor, register, data, trial=True)
                    except Refused as refusal:
                        cells = [line.cells[caption] for caption in captions]
                        failed.append(Failed(line.number, self._why(refusal), cells))
                    else:
                        good.append(Staged(line.number, data))
                raise _Undo
        except _Undo:
            return Checked(good, failed)

    @kept
    def submit(self, actor: Actor, register: str, staged: Sequence[Staged]) -> Submitted:
        """Add the records that were checked."""
        self._known(actor, register)
        late: list[tuple[int, str]] = []
        admitted: list[Admitted] = []
        with self._store.write() as unit:
            for one in staged:
                try:
                    admitted += self._add(unit, actor, register, one.data).staff
                except Refused as refusal:
                    late.append((one.number, self._why(refusal)))
        return Submitted(len(staged) - len(late), late, admitted)

    # ------------------------------------------------------------ inside

    def _known(self, actor: Actor, register: str) -> Register:
        refusal = self.why_not(actor, register)
        if refusal is not None:
            raise refusal
        return self._records.release.registers[register]

    def _form(self, register: Register) -> Form:
        return self._records.release.forms[register.form]

    def _asked(self, register: Register) -> Form:
        return self._form(register).fields(register.import_.ask if register.import_ else ())

    def _columns(self, register: Register) -> list[Element]:
        """The fields that are columns of the sheet."""
        asked = self._asked(register).sections
        return [
            one
            for one in self._form(register).walk()
            if one.kind in _IN_CELLS
            and one.shows is None
            and not one.locked
            and "*" not in one.path
            and one.path[0] not in asked
        ]

    def _captions(self, register: Register) -> list[str]:
        return [one.title for one in self._columns(register)]

    def _add(
        self,
        unit: UnitOfWork,
        actor: Actor,
        register: str,
        data: Mapping[str, Any],
        *,
        trial: bool = False,
    ) -> Added:
        with unit.part():
            return self._registers.added(unit, actor, register, data, trial=trial)

    def _why(self, refusal: Refused) -> str:
        if not isinstance(refusal, InvalidSubmission):
            return self._sentences.worded(refusal).sentence
        return _BETWEEN_SENTENCES.join(one.sentence for one in refusal.errors)


class _Reader:
    """Reads lines as the data of records: words for codes, names for references."""

    def __init__(
        self, unit: UnitOfWork, records: Records, actor: Actor, columns: Sequence[Element]
    ) -> None:
        self._unit = unit
        self._records = records
        self._actor = actor
        self._columns = columns
        self._names: dict[str, Named] = {}

    def read(self, line: Line) -> dict[str, Any]:
        """The data a line means.

        Raises:
            Refused: a cell names what does not exist, or what several things are called.
        """
        data: dict[str, Any] = {}
        for column in self._columns:
            text = line.cells[column.title]
            if text:
                put(data, column.path, self._value(column, text))
        return data

    def _value(self, column: Element, text: str) -> Any:
        if column.kind == "many":
            return [self._one(column, part.strip()) for part in text.split(_BETWEEN)]
        return self._one(column, text)

    def _one(self, column: Element, text: str) -> Any:
        if column.codes:
            return self._code(column, text)
        if column.reference:
            return self._key(column, text)
        return value_of(column, _YES_OR_NO.get(text, text) if column.kind == "boolean" else text)

    def _code(self, column: Element, text: str) -> str:
        known = self._records.release.codes[column.codes].values
        if text in known:
            return text
        meant = fold(text)
        return _only(column, text, [one.code for one in known.values() if fold(one.title) == meant])

    def _key(self, column: Element, text: str) -> str:
        register = column.reference
        if register not in self._names:
            self._names[register] = Named(
                self._unit, self._records, register, self._actor.jurisdiction
            )
        named = self._names[register]
        found = named.keys(text)
        near = None if found else named.nearest(text)
        if near is not None:
            raise Refused("sheet_near_value", column=column.title, value=text, near=near)
        return _only(column, text, found)


def _only(column: Element, text: str, found: Sequence[str]) -> str:
    if len(found) != 1:
        code = "sheet_several" if found else "sheet_no_such_value"
        raise Refused(code, column=column.title, value=text)
    return found[0]
