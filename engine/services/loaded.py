"""A case as it was read, and the ground a command on it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.definitions.release import Release
from engine.domain.case import State
from engine.runtime.compiled import Compiled
from engine.store.cases import CaseRow
from engine.store.once import once
from engine.store.unit import UnitOfWork


class LazyData(Mapping[str, Any]):
    """Form data that is only read and decrypted when an expression looks at it."""

    def __init__(self, load: Callable[[], Mapping[str, Any]]) -> None:
        self._load = load

    @once
    def _values(self) -> Mapping[str, Any]:
        return self._load()

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(slots=True)
class Loaded:
    """A case as it was read, with what is needed to decide."""

    row: CaseRow
    state: State
    compiled: Compiled
    data: Mapping[str, Any]
    #: what was searched for while deciding on this case
    found: dict[tuple[str, Any, int | None], Sequence[str]] = field(default_factory=dict)
    #: what has to hold still when nobody else can write the case any more, and is no part of it
    rechecks: list[Callable[[UnitOfWork], None]] = field(default_factory=list)

    @property
    def ident(self) -> dict[str, Any]:
        """Id, number and year, as expressions read them."""
        return {"id": self.row.uid, "number": self.row.number, "year": self.row.year}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a jurisdiction says to one of its processes while a release is in force."""

    release: Release
    #: what conditions read of it
    jurisdiction: Mapping[str, Any]
    policy: Mapping[str, Any]
    calendar: Any

    @classmethod
    def of(
        cls, release: Release, process: str, jurisdiction: str, overrides: Mapping[str, Any]
    ) -> Ground:
        """As the content says, but for the switches that are set otherwise."""
        said: dict[str, Any] = {"id": jurisdiction}
        policy: Mapping[str, Any] = {}
        calendar = None
        known = release.jurisdictions.get(jurisdiction)
        if known is not None:
            said |= {"title": known.title, "bureau": known.bureau}
            policy = known.policy.get(process, {})
            calendar = release.calendars.get(known.calendar) if known.calendar else None
        return cls(release, said, {**policy, **overrides}, calendar)
