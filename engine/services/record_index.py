"""What a record is found by: its typed index values, searched text, unique values and scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from engine.definitions.register import PEOPLE, Register
from engine.definitions.release import Release
from engine.domain.paths import at_path
from engine.domain.types import ListOf, Reference, Scalar, Type
from engine.services.record_views import RecordView, Views, plain
from engine.store.records import NO_NUMBER, Findable, IndexValue
from engine.store.sealing import Sealer
from engine.store.search import joined
from engine.store.where import CASES, Catalogue, Searchable

NUMBERS = ("number", "boolean")
#: the index that holds what a record is shown as; no field can have this name
LABEL = "$label"


class RecordIndex:
    """Works out how the records of one release are found."""

    def __init__(self, release: Release, sealer: Sealer) -> None:
        self.release = release
        self._sealer = sealer
        self._searchable: dict[str, Searchable] = {}
        self._catalogues: dict[ZoneInfo, Catalogue] = {}

    def private(self, register: Register) -> frozenset[str]:
        """Return the paths that hold personal data."""
        form = self.release.forms.get(register.form)
        return frozenset(form.private_paths) if form is not None else frozenset()

    def subject(self, register: Register, key: str) -> str | None:
        """Return whose key seals a record; None for a record without personal data."""
        if not self.private(register):
            return None
        return key if register.id == PEOPLE else f"{register.id}:{key}"

    def blind(self, register: str, path: str, value: object) -> str:
        """Return what stands for a private value in an index: it can be matched, not read."""
        return self._sealer.blind(str(value), f"{register}.{path}")

    def exact(self, register: Register, paths: Sequence[str], text: str) -> list[tuple[str, str]]:
        """Return the private values among ``paths`` that a typed text may be, as a whole."""
        hidden = self.private(register) - {register.label}
        return [
            (path, self.blind(register.id, path, text.strip())) for path in paths if path in hidden
        ]

    def type_at(self, register: Register, path: str) -> Type | None:
        """Return the type at a path of a register's records."""
        type_: Type | None = self.release.bound.records[register.id]
        for name in path.split("."):
            fields = getattr(type_, "fields", {})
            if name not in fields:
                return None
            type_ = fields[name].type
        return type_

    def is_number(self, register: Register, path: str) -> bool:
        """Tell whether an index holds numbers (yes and no are 1 and 0)."""
        type_ = self.type_at(register, path)
        return isinstance(type_, Scalar) and type_.kind in NUMBERS

    def own_paths(self, register: Register) -> tuple[str, ...]:
        """Return the indexes that are values of the record itself."""
        return tuple(
            path for path in register.index_paths if self.type_at(register, path) is not None
        )

    def findable(self, register: Register, record: RecordView, views: Views) -> Findable:
        """Return everything a record is found by."""
        private = self.private(register)
        fields: dict[str, Sequence[IndexValue]] = {}
        for path in self.own_paths(register):
            values = _values(at_path(record, path), self.is_number(register, path))
            hidden = path in private and path != register.label
            fields[path] = [self.blind(register.id, path, v) for v in values] if hidden else values
        fields[LABEL] = [self.label(register, record, views)]
        shown = [
            self._words(register, record, path, views)
            for path in register.search
            if path not in private or path == register.label
        ]
        unique = (
            {} if record.row.state in register.closed_states else self._unique(register, record)
        )
        return Findable(fields, joined(shown), unique)

    def label(self, register: Register, record: RecordView, views: Views) -> str:
        """Return the text a record is shown as where it is referred to."""
        return self._words(register, record, register.label, views) or record.row.key

    def _words(self, register: Register, record: RecordView, path: str, views: Views) -> str:
        value = at_path(record, path)
        if isinstance(value, RecordView):
            other = self.release.registers[value.row.register]
            return self.label(other, value, views)
        return "" if value is None else str(plain(value))

    def _unique(self, register: Register, record: RecordView) -> dict[str, str]:
        found: dict[str, str] = {}
        for paths in register.unique:
            values = [plain(at_path(record, path)) for path in paths]
            if all(value not in (None, "") for value in values):
                joined_paths = ",".join(paths)
                # Jurisdictions do not know of each other's records.
                value = "\n".join((record.row.jurisdiction, *(str(value) for value in values)))
                hidden = any(path in self.private(register) for path in paths)
                found[joined_paths] = (
                    self.blind(register.id, joined_paths, value) if hidden else value
                )
        return found

    def scope(self, register: Register, record: RecordView) -> str | None:
        """Return the organisation a record belongs to; None when it is the jurisdiction's."""
        if register.scope is None:
            return None
        if register.scope == "id":
            return record.row.key
        value = plain(at_path(record, register.scope))
        return str(value) if value else None

    def searchable(self, register: Register) -> Searchable:
        """Return what ``where`` may read of a register."""
        if register.id not in self._searchable:
            paths = self.own_paths(register)
            found = {path: referred(self.type_at(register, path)) for path in paths}
            references = {path: target for path, target in found.items() if target is not None}
            private = {
                path: partial(self.blind, register.id, path)
                for path in self.private(register).intersection(paths) - {register.label}
            }
            self._searchable[register.id] = Searchable(frozenset(paths), references, private)
        return self._searchable[register.id]

    def catalogue(self, zone: ZoneInfo) -> Catalogue:
        """Return what ``where`` may search, with dates of cases in a zone."""
        if zone not in self._catalogues:
            registers = self.release.registers
            tables = {name: self.searchable(register) for name, register in registers.items()}
            tables[CASES] = self.searchable_cases()
            self._catalogues[zone] = Catalogue(tables, zone)
        return self._catalogues[zone]

    def searchable_cases(self) -> Searchable:
        """Return what ``where`` may read of cases, of whatever process."""
        if CASES not in self._searchable:
            forms = {bound.process.form for bound in self.release.processes.values()}
            fields = {
                f"data.{path.replace('.*', '')}": element.reference
                for name in sorted(form for form in forms if form is not None)
                for path, element in self.release.forms[name].index_paths.items()
            }
            references = {path: target for path, target in fields.items() if target}
            self._searchable[CASES] = Searchable(frozenset(fields), references)
        return self._searchable[CASES]

    def references_to(self, target: str) -> list[tuple[str, str]]:
        """Return the (register, path) of every index that refers to a register."""
        return [
            (register.id, path)
            for register in self.release.registers.values()
            for path, found in self.searchable(register).references.items()
            if found == target
        ]


def referred(type_: Type | None) -> str | None:
    """Return the register that a value, or each of a list of values, refers to."""
    one = type_.item if isinstance(type_, ListOf) else type_
    return one.register if isinstance(one, Reference) else None


def tree_parent(register: Register, data: Mapping[str, Any]) -> str | None:
    """Return the key of the parent in a tree."""
    value = at_path(data, register.tree) if register.tree is not None else None
    return str(plain(value)) if value not in (None, "") else None


def _values(value: Any, number: bool) -> list[IndexValue]:
    values = value if isinstance(value, list) else [value]
    if number:
        found: list[IndexValue] = [float(one) for one in values if isinstance(one, int | float)]
        return found or [NO_NUMBER]
    texts: list[IndexValue] = [str(plain(one)) for one in values if one not in (None, "")]
    return texts or [""]
