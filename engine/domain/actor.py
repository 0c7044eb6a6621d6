"""Who acts: one person, at one moment for at most one organisation (ACC-18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Rights(Protocol):
    """What a person may do; the one function that decides (design: rights in services)."""

    def holds(self, person: str, permission: str, organisation: str | None) -> bool:
        """Whether ``person`` holds ``permission`` at exactly ``organisation`` now."""
        ...

    def plays(self, person: str, role: str, organisation: str | None) -> bool:
        """Whether ``person`` has ``role`` at exactly ``organisation`` now."""
        ...

    def covers(
        self, person: str, permission: str, organisation: str | None, other: str | None
    ) -> bool:
        """Whether ``person`` holds it at ``organisation``, which is ``other`` or above it."""
        ...

    def stands_in(self, person: str, whom: str, organisation: str | None) -> bool:
        """Whether ``person`` is the substitute of ``whom`` at this organisation now."""
        ...


@dataclass(frozen=True, slots=True)
class Actor:
    """The person acting and the organisation the person acts for.

    ``person`` and ``organisation`` are record keys; ``organisation`` is None for a private person.
    """

    person: str
    organisation: str | None = None
    jurisdiction: str | None = None
    #: whom the person acts for as a substitute
    on_behalf: str | None = None
    #: those at the organisation whose substitute the person is now (代理)
    represents: tuple[str, ...] = ()

    @property
    def is_system(self) -> bool:
        """The platform itself: timers, releases, imports."""
        return self.person == "system"


SYSTEM = Actor("system")
