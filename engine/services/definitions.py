"""The content in force and every older version that a running case is pinned to.

A process version is compiled once for each node and kept by the hash of everything it refers to;
a case carries that hash, and nothing else of its definition.

Any node may publish. The others see it by :meth:`Definitions.refresh`, which asks the database for
one value; what a request began with it sees to its end.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from engine.content import Files, below
from engine.definitions import release as releases
from engine.definitions.release import Release
from engine.domain.errors import EngineError, NotFound
from engine.forms.form import Form
from engine.runtime.compiled import Compiled
from engine.store.database import Store
from engine.store.releases import Signature, tree_of
from engine.store.unit import UnitOfWork

_log = logging.getLogger(__name__)

#: forms made from others that are kept; each activity of the content makes a few
MOST_FORMS = 1_000


class BrokenContent(EngineError):
    """Stored content cannot be loaded; ``problems`` say why."""

    def __init__(self, problems: object) -> None:
        super().__init__("stored content has problems")
        self.problems = problems


class InForce(NamedTuple):
    """The content in force and the commit it was loaded from."""

    commit: str
    release: Release


class _Held(threading.local):
    """What a thread holds on to; see :meth:`Definitions.held`."""

    in_force: InForce | None = None


class Definitions:
    """Gives processes ready to run, the current ones and the pinned ones.

    Args:
        store: where the content is.
        commit: the commit in force.
        release: what was loaded from it.
    """

    def __init__(self, store: Store, commit: str, release: Release) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._held = _Held()
        self._newest = InForce(commit, release)
        self._releases: dict[str, Release] = {commit: release}
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._forms: dict[tuple[object, ...], Form] = {}

    @classmethod
    def of(cls, store: Store, release: Release, now: datetime) -> Definitions:
        """Put a release into force without asking anybody: for replays and tests."""
        files = {path: text.encode() for path, text in release.files.items()}
        with store.write() as unit:
            head = unit.releases.current()
            if head is None or unit.releases.load(head).tree != tree_of(files):
                by = Signature("system", "system", now)
                made = unit.releases.commit(files, "content given\n", by, expected=head)
                assert made is not None  # nobody else writes inside this transaction
                head = made
            pin_all(unit, release, head)
        return cls(store, head, release)

    def over(self, store: Store) -> Definitions:
        """The same content over a copy of the database; what was compiled is shared."""
        other = object.__new__(Definitions)
        other.__dict__ = {**self.__dict__, "_store": store, "_held": _Held()}
        return other

    # ------------------------------------------------------------ what is in force

    @property
    def in_force(self) -> InForce:
        """The content in force, for this thread: see :meth:`held`."""
        return self._held.in_force or self._newest

    @property
    def current(self) -> Release:
        """The release in force."""
        return (self._held.in_force or self._newest).release

    @property
    def commit(self) -> str:
        """The commit that the release in force was loaded from."""
        return self.in_force.commit

    def files(self) -> dict[str, bytes]:
        """All files of the commit in force, sample cases and worlds too."""
        with self._store.read() as unit:
            return unit.releases.files(self.commit)

    @contextmanager
    def held(self) -> Iterator[None]:
        """See the same content until the end, whoever publishes meanwhile, but oneself."""
        self.refresh()
        self._held.in_force = self._newest
        try:
            yield
        finally:
            self._held.in_force = None

    def refresh(self) -> None:
        """Take what was published by another process.

        One thread loads it; the others go on with what they have until it is ready. Content that
        cannot be loaded here (made for a newer version of the platform) is left alone.
        """
        with self._store.read() as unit:
            newest = unit.releases.current()
        if newest is None or newest == self._newest.commit:
            return
        if not self._refreshing.acquire(blocking=False):
            return
        try:
            with self._store.read() as unit:
                files = unit.releases.files(newest)
            self.take(newest, load(files))
        except BrokenContent:
            _log.exception("the commit %s cannot be loaded", newest)
        finally:
            self._refreshing.release()

    def at(self, unit: UnitOfWork, commit: str) -> Release | None:
        """The release of a commit; None if it cannot be loaded here."""
        if commit not in self._releases:
            try:
                return load(unit.releases.files(commit))
            except BrokenContent:
                return None
        return self._releases[commit]

    def take(self, commit: str, release: Release) -> None:
        """Use a release that is in force from now on for whatever begins."""
        with self._lock:
            self._releases[commit] = release
            self._newest = InForce(commit, release)
        if getattr(self._held, "in_force", None) is not None:
            self._held.in_force = self._newest

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
        """A release that holds the version a case is pinned to.

        Raises:
            NotFound: no version holds the process.
        """
        if process in self.current.processes and self.current.closure(process) == pin:
            return self.current
        if unit is None:
            with self._store.read() as opened:
                return self.release_of(process, pin, opened)
        commit = unit.releases.pinned(process, pin)
        if commit is None:
            raise NotFound("no_such_process", process=process)
        if commit not in self._releases:
            self._releases[commit] = load(unit.releases.files(commit))
        return self._releases[commit]


def load(files: Files) -> Release:
    """Read and bind content that was checked before it was stored.

    Raises:
        BrokenContent: it has problems all the same.
    """
    loaded = releases.load(below(files))
    if loaded.release is None:
        raise BrokenContent(loaded.problems)
    return loaded.release


def pin_all(unit: UnitOfWork, release: Release, commit: str) -> None:
    """Note for each process that its closure is found in a commit."""
    for process in release.processes:
        unit.releases.pin(process, release.closure(process), commit)
