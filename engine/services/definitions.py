"""The content in force and every older version that a running case is pinned to.

A process version is compiled once for each node and kept by the hash of everything it refers to;
a case carries that hash, and nothing else of its definition.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from engine.definitions import release as releases
from engine.definitions.release import Release
from engine.domain.errors import EngineError, NotFound
from engine.forms.form import Form
from engine.runtime.compiled import Compiled
from engine.store.database import Store
from engine.store.unit import UnitOfWork

#: forms made from others that are kept; each activity of the content makes a few
MOST_FORMS = 1_000


class BrokenContent(EngineError):
    """Stored content cannot be loaded; ``problems`` say why."""

    def __init__(self, problems: object) -> None:
        super().__init__("stored content has problems")
        self.problems = problems


class Definitions:
    """Gives processes ready to run, the current ones and the pinned ones."""

    def __init__(self, store: Store, current: Release, *, now: datetime) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._releases: dict[str, Release] = {current.hash: current}
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._forms: dict[tuple[object, ...], Form] = {}
        self.current = current
        with store.write() as unit:
            unit.releases.add(current.hash, current.files, now)
            in_force = unit.releases.current()
            if in_force != current.hash:
                unit.releases.publish(current.hash, expected=in_force)
            for process in current.processes:
                unit.releases.pin(process, current.closure(process), current.hash)

    def over(self, store: Store) -> Definitions:
        """The same content over a copy of the database; what was compiled is shared."""
        other = object.__new__(Definitions)
        other.__dict__ = {**self.__dict__, "_store": store}
        return other

    def form(self, key: tuple[object, ...], make: Callable[[], Form]) -> Form:
        """A form made from others (a part, or one with items merged in), made once for its key."""
        known = self._forms.get(key)
        if known is None:
            made = make()
            with self._lock:
                if len(self._forms) >= MOST_FORMS:
                    self._forms.clear()
                known = self._forms.setdefault(key, made)
        return known

    def pin(self, process: str) -> str:
        """The hash a new case of a process is pinned to.

        Raises:
            NotFound: there is no such process.
        """
        if process not in self.current.processes:
            raise NotFound("no_such_process", process=process)
        return self.current.closure(process)

    def compiled(self, process: str, pin: str, unit: UnitOfWork | None = None) -> Compiled:
        """The process version a case is pinned to, compiled once."""
        known = self._compiled.get((process, pin))
        if known is not None:
            return known
        release = self.release_of(process, pin, unit)
        made = Compiled(release.processes[process])
        with self._lock:
            return self._compiled.setdefault((process, pin), made)

    def release_of(self, process: str, pin: str, unit: UnitOfWork | None = None) -> Release:
        """A release that holds the version a case is pinned to."""
        if process in self.current.processes and self.current.closure(process) == pin:
            return self.current
        if unit is None:
            with self._store.read() as opened:
                return self.release_of(process, pin, opened)
        found = unit.releases.pinned(process, pin)
        if found is None:
            raise NotFound("no_such_process", process=process)
        if found not in self._releases:
            self._releases[found] = _load(unit.releases.files(found) or {})
        return self._releases[found]


def _load(files: Mapping[str, str]) -> Release:
    loaded = releases.load(files)
    if loaded.release is None:
        raise BrokenContent(loaded.problems)
    return loaded.release
