"""Form data as expressions read them: references followed into their registers when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.domain.types import Field, ListOf, Record, Reference, Type

Records = Callable[[str, str], Mapping[str, object] | None]


class View(Mapping[str, Any]):
    """The fields of a record; a reference becomes the record it leads to when it is read."""

    __slots__ = ("_fields", "_records", "_registers", "_seen", "_value")

    def __init__(
        self,
        value: Mapping[str, object],
        fields: Mapping[str, Field],
        registers: Mapping[str, Record],
        records: Records,
    ) -> None:
        """Look at a record; ``records`` finds the record of a register by its key."""
        self._value = value
        self._fields = fields
        self._registers = registers
        self._records = records
        self._seen: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return a field's value, followed if it is a reference."""
        if name in self._seen:
            return self._seen[name]
        value = self._value[name]
        field = self._fields.get(name)
        found = value if field is None else self._followed(value, field.type)
        self._seen[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the fields that have a value."""
        return iter(self._value)

    def __len__(self) -> int:
        """Count the fields that have a value."""
        return len(self._value)

    def _followed(self, value: object, type_: Type) -> Any:
        if isinstance(type_, Reference) and isinstance(value, str):
            record = self._registers.get(type_.register)
            if not value or record is None:
                return value or None
            found = self._records(type_.register, value)
            if found is None:
                return {"id": value}
            # Not copied: working out every field of a record costs more than the one asked for.
            known = found if "id" in found else {**found, "id": value}
            return View(known, record.fields, self._registers, self._records)
        if isinstance(type_, Record) and isinstance(value, Mapping):
            return View(value, type_.fields, self._registers, self._records)
        if isinstance(type_, ListOf) and isinstance(value, list | tuple):
            return [self._followed(item, type_.item) for item in value]
        return value
