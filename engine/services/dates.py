"""Dates of records that running cases follow: who looks at them again when one is changed.

Which fields the dates of a process are read from is known from its expressions, at every version
that cases are pinned to. Where the data of a case name the record, an index leads to its cases;
else all open ones of the process look again, and those whose dates stay as they are write nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from engine.definitions.register import Register
from engine.definitions.release import Release
from engine.definitions.sources import INITIATOR, Source, sources_of
from engine.services.definitions import Definitions
from engine.store.timers import Following
from engine.store.unit import UnitOfWork

#: by register what dates are read from, and by which process at which version
_Readers = Mapping[str, list[tuple[Source, str, str]]]


class FollowedDates:
    """Finds the cases whose dates follow a record."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._known: dict[str, _Readers] = {}

    def count(self, unit: UnitOfWork, register: Register, key: str, names: Collection[str]) -> int:
        """How many running cases look at their dates again if these fields of a record change."""
        return unit.timers.count_following(list(self._following(unit, register, key, names)))

    def changed(
        self,
        unit: UnitOfWork,
        register: Register,
        key: str,
        names: Collection[str] | None,
        at: datetime,
    ) -> None:
        """Let cases look at their dates again: fields changed, or (None) a record came or went."""
        unit.timers.look_again(list(self._following(unit, register, key, names)), at)

    def _following(
        self, unit: UnitOfWork, register: Register, key: str, names: Collection[str] | None
    ) -> Iterator[Following]:
        release = self._definitions.current
        found: dict[tuple[str, str | None], set[str]] = {}
        for source, process, pin in self._readers(unit, release).get(register.id, ()):
            if _reads(source, register, names):
                path = _indexed(release, process, source)
                found.setdefault((process, path), set()).add(pin)
        for (process, path), pins in found.items():
            jurisdiction = process.split("/", 1)[0]
            yield Following(jurisdiction, process, sorted(pins), path, key)

    def _readers(self, unit: UnitOfWork, release: Release) -> _Readers:
        """Looked up once for a release: while it is in force, cases get no other versions."""
        if release.hash not in self._known:
            pins = {(process, release.closure(process)) for process in release.processes}
            found: dict[str, list[tuple[Source, str, str]]] = {}
            for process, pin in sorted(pins.union(unit.cases.pins())):
                bound = self._definitions.release_of(process, pin, unit).processes[process]
                for source in sources_of(bound):
                    found.setdefault(source.register, []).append((source, process, pin))
            self._known = {release.hash: found}
        return self._known[release.hash]


def _reads(source: Source, register: Register, names: Collection[str] | None) -> bool:
    if source.field is None or names is None:
        return source.field is None
    return source.field in names or source.field in register.computed


def _indexed(release: Release, process: str, source: Source) -> str | None:
    """The path of the data that the store finds cases by; None where it has no index."""
    if source.path is None or source.path == INITIATOR:
        return source.path
    known = release.processes.get(process)
    form = release.forms.get(known.process.form or "") if known is not None else None
    return source.path if form is not None and source.path in form.index_paths else None
