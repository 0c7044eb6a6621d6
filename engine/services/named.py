"""Records by what people write for them on sheets: a name, in any width or case, or the key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from engine.services.record_index import LABEL
from engine.services.records import Records
from engine.store.record_pages import Selection
from engine.store.search import fold
from engine.store.unit import UnitOfWork


class Named:
    """The records of one register that are in use, inside one reading of the store."""

    def __init__(
        self, unit: UnitOfWork, records: Records, register: str, jurisdiction: str | None
    ) -> None:
        self._unit = unit
        self._records = records
        self._register = register
        self._jurisdiction = jurisdiction

    def keys(self, written: str) -> Sequence[str]:
        """The keys of all that are called so; without one, the text itself where it is a key."""
        found = self._keys.get(fold(written), ())
        if not found and self._records.views(self._unit).row(self._register, written) is not None:
            return (written,)
        return found

    def nearest(self, written: str) -> str | None:
        """The only name that says more or less than what was written; None for several or none."""
        meant = fold(written)
        near = [keys for name, keys in self._keys.items() if meant in name or name in meant]
        if len(near) != 1 or len(near[0]) != 1:
            return None
        return self._unit.record_pages.text(self._register, near[0][0], LABEL)

    @cached_property
    def _keys(self) -> dict[str, list[str]]:
        closed = self._records.release.registers[self._register].closed_states
        in_use = Selection(self._register, not_states=closed, jurisdiction=self._jurisdiction)
        keys = self._unit.record_pages.keys(in_use)
        found: dict[str, list[str]] = {}
        for key, name in self._unit.record_pages.texts(self._register, keys, LABEL).items():
            found.setdefault(fold(name), []).append(key)
        return found
