"""Which rows of a route table somebody sees and changes (BUR-14, BUR-42).

Who acts for the head of the jurisdiction keeps all rows. A bureau further down keeps those of the
institutions below it and leads them to itself or to one below it; its own way upwards and the ends
of routes are set above it.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.definitions.register import ORGANISATIONS
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed
from engine.services.directory import Directory
from engine.services.route_rows import Change, Row
from engine.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows within the reach of an organisation; of all of them where there is no ``own``."""

    own: str | None = None
    below: frozenset[str] = frozenset()

    def sees(self, organisation: str | None) -> bool:
        """Whether what comes behind an organisation is shown."""
        return self.own is None or organisation == self.own or organisation in self.below

    def demand(self, change: Change) -> None:
        """Refuse what is set elsewhere.

        Raises:
            NotAllowed: the row is not of an institution below, or leads out of what is below.
        """
        if self.own is None:
            return
        before = change.of.row if change.of is not None else None
        of_below = all(row.start in self.below for row in (before, change.row) if row is not None)
        led_anew = _aim(change.row) != _aim(before)
        if not of_below or (led_anew and not self._leads_inside(change.row)):
            raise NotAllowed("route_not_below")

    def _leads_inside(self, row: Row) -> bool:
        return not row.final and self.sees(row.to)


def reach_of(unit: UnitOfWork, directory: Directory, actor: Actor) -> Reach:
    """Return what an actor reaches of the route tables of the jurisdiction."""
    if actor.organisation is None or directory.leads(actor):
        return Reach()
    below = unit.records.keys_below(ORGANISATIONS, actor.organisation)
    return Reach(actor.organisation, frozenset(below))


def _aim(row: Row | None) -> tuple[str | None, bool] | None:
    return (row.to, row.final) if row is not None else None
