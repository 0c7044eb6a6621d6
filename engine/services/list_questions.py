"""What a list of cases asks, for one actor: whose cases, of which processes, where.

The rows of a list, what it counts and whether it shows a case come from the same question.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.listing import CASES, Listing, Relation
from engine.definitions.process import Process
from engine.definitions.release import Release
from engine.definitions.renaming import names_before
from engine.domain.actor import Actor
from engine.services.directory import Directory
from engine.services.records import Records
from engine.store.cases import CaseRow
from engine.store.unit import UnitOfWork
from engine.store.where import Where
from engine.store.worklists import Represented, Viewer, Worklist


class ListQuestions:
    """Puts the lists of the content as questions to the store."""

    def __init__(self, records: Records, directory: Directory) -> None:
        self._records = records
        self._directory = directory

    @property
    def _release(self) -> Release:
        return self._records.release

    def is_offered(self, actor: Actor, listing: Listing) -> bool:
        """Whether the actor's jurisdiction has a list, whatever the actor may do."""
        known = self._release.jurisdictions.get(actor.jurisdiction or "")
        return known is None or listing.set in known.sets

    def processes(self, actor: Actor, listing: Listing) -> list[Process]:
        """The processes a list is about: those it names, or all of the jurisdiction."""
        bound = self._release.processes
        if listing.processes:
            return [bound[name].process for name in listing.processes]
        known = self._release.jurisdictions.get(actor.jurisdiction or "")
        return [found.process for name, found in bound.items() if known is None or known.runs(name)]

    def viewer(self, actor: Actor) -> Viewer:
        """The actor as the store knows who looks."""
        return Viewer(
            actor.person,
            actor.organisation,
            self._directory.path(actor.organisation),
            self._directory.permissions(actor),
            tuple(Represented(*one) for one in self._directory.lent(actor).items()),
        )

    def of(
        self, unit: UnitOfWork, actor: Actor, listing: Listing, processes: Sequence[Process]
    ) -> Worklist:
        """The cases of some processes that a list shows to the actor."""
        return Worklist(
            relation=self._relation(actor, listing),
            viewer=self.viewer(actor),
            jurisdiction=actor.jurisdiction,
            processes=[process.id for process in processes],
            permissions=listing.permissions,
            steps=listing.steps,
            stages=listing.stages,
            before=tuple(names_before(processes)),
            statuses=listing.statuses,
            handled=_handled(listing, processes),
            closed={"no": False, "yes": True, "any": None}[listing.closed],
            started_here=bool(listing.permissions),
            where=self._where(unit, actor, listing),
            now=self._records.now(actor.jurisdiction or ""),
        )

    def _relation(self, actor: Actor, listing: Listing) -> Relation:
        """What a list asks for; only its head sees all cases of a jurisdiction."""
        if listing.relation == "all" and not self._directory.leads(actor):
            return "below"
        return listing.relation

    def shown(self, unit: UnitOfWork, actor: Actor, case: CaseRow) -> bool:
        """Whether a list from which cases are opened, and which the actor may open, shows a case.

        Lists of what waits are left out: who holds the work sees the case by it.
        """
        bound = self._release.processes.get(case.process)
        held = self._directory.permissions(actor)
        if bound is None or not held:
            return False
        known = self._release.jurisdictions.get(actor.jurisdiction or "")
        asked = [
            self.of(unit, actor, listing, [bound.process])
            for listing in self._release.lists.values()
            if listing.of == CASES
            and listing.opens
            and listing.relation != "waiting"
            and held & set(listing.permissions)
            and self.is_offered(actor, listing)
            and case.process in (listing.processes or [case.process])
            and (listing.processes or known is None or known.runs(case.process))
        ]
        return unit.worklists.any_shows(asked, case.id)

    def _where(self, unit: UnitOfWork, actor: Actor, listing: Listing) -> Where | None:
        if listing.where is None:
            return None
        values = self._records.names(unit, actor)
        where = self._release.bound.wheres[listing.where]
        condition = where.bind(values, calendar=self._records.calendar(actor.jurisdiction))
        return Where.over(condition, CASES, self._records.catalogue(actor.jurisdiction))


def _handled(listing: Listing, processes: Sequence[Process]) -> tuple[str, ...]:
    """The actions whose verb the list asks for."""
    if not listing.handled:
        return ()
    names = {
        name
        for process in processes
        for actions in (process.actions, *(step.actions for step in process.steps.values()))
        for name, action in actions.items()
        if action.verb in listing.handled
    }
    return tuple(sorted(names)) or ("",)
