"""Who may see a case: the applicant, those at whose place it is or was, and whom a list shows it.

Also those who decide a group it is in, who vote on it or watch, and who received a copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.domain.actor import Actor
from engine.domain.actor import Rights as Permissions
from engine.domain.errors import NotFound, Refused
from engine.runtime.branches import find
from engine.runtime.offers import may_lead, offers
from engine.runtime.run import Run
from engine.services.casework import Casework
from engine.services.list_questions import ListQuestions
from engine.services.loaded import Loaded
from engine.services.oversight import Oversight
from engine.store.unit import UnitOfWork


class Seeing:
    """Opens cases for those who may know of them."""

    def __init__(
        self, work: Casework, rights: Permissions, oversight: Oversight, questions: ListQuestions
    ) -> None:
        self._work = work
        self._rights = rights
        self._oversight = oversight
        self._questions = questions

    def open(
        self, unit: UnitOfWork, actor: Actor, uid: str, at: str | None = None
    ) -> tuple[Loaded, Run]:
        """A case with what the actor may do in it; ``at`` is the place meant.

        Raises:
            NotFound: there is none, or the actor may not see it.
        """
        loaded, run = self._look(unit, actor, uid, at)
        if not self.sees(unit, loaded, run, actor):
            raise NotFound("no_such_case", uid=uid)
        return loaded, run

    def known(
        self, unit: UnitOfWork, actor: Actor, uid: str, at: str | None = None
    ) -> tuple[Loaded, Run]:
        """The same for whoever may know of the case: who sees it, or oversees its jurisdiction.

        Raises:
            NotFound: there is none, or the actor may not know of it.
        """
        loaded, run = self._look(unit, actor, uid, at)
        if not (
            self._oversight.oversees(actor, loaded.row.jurisdiction)
            or self.sees(unit, loaded, run, actor)
        ):
            raise NotFound("no_such_case", uid=uid)
        return loaded, run

    def _look(self, unit: UnitOfWork, actor: Actor, uid: str, at: str | None) -> tuple[Loaded, Run]:
        loaded = self._work.load(unit, uid)
        if at and loaded.state.branches and find(loaded.state, at, ended=True) is None:
            # The page is older than the place it was about: show where the case is now.
            at = None
        return loaded, self._work.look(unit, loaded, actor, at=at)

    @contextmanager
    def hiding(self, actor: Actor, uid: str) -> Iterator[None]:
        """Answer whoever may not know of a case as if there were none, whatever refuses them."""
        try:
            yield
        except Refused:
            with self._work.store.read() as unit:
                self.known(unit, actor, uid)
            raise

    def sees(self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor) -> bool:
        """Whether the actor may know of a case (REV-22)."""
        if actor.is_system or actor.person in (loaded.row.initiator, *run.state.voters):
            return True
        if self._observes(run, actor):
            return True
        items = unit.work.of(loaded.row.id, open_only=False)
        # Each once: a case that was returned often has been at the same place often.
        places = {(item.person, item.organisation, item.permission) for item in items}
        if any(self.concerns(actor, *place) for place in places):
            return True
        if any(
            self._work.concerns(loaded.row, item, actor, whom)
            for whom in actor.represents
            for item in items
        ):
            return True
        if any(offer.mine for offer in offers(run, self._rights)):
            return True
        if self._questions.shown(unit, actor, loaded.row):
            return True
        if unit.copies.has(loaded.row.id, actor.person):
            return True
        return any(
            self._sees_group(unit, group.uid, actor)
            for group in unit.members.groups_of(loaded.row.id)
        )

    def concerns(
        self, actor: Actor, person: str | None, organisation: str | None, permission: str | None
    ) -> bool:
        """Whether what waits for a person or for a right somewhere waits for the actor."""
        if person is not None:
            return person == actor.person
        if organisation is None or organisation != actor.organisation or permission is None:
            return False
        return self._rights.holds(actor.person, permission, organisation)

    def _sees_group(self, unit: UnitOfWork, uid: str, actor: Actor) -> bool:
        loaded = self._work.load(unit, uid)
        run = self._work.look(unit, loaded, actor)
        return self.sees(unit, loaded, run, actor)

    def is_at_panel(self, run: Run, actor: Actor) -> bool:
        """Whether the actor votes at the panel, leads it or watches."""
        panel = run.step.panel
        if panel is None:
            return False
        return actor.person in run.state.voters or self._observes(run, actor) or self.leads(run)

    def leads(self, run: Run) -> bool:
        """Whether who looks leads the panel and may name its voters."""
        return may_lead(run, self._rights) is None

    @staticmethod
    def _observes(run: Run, actor: Actor) -> bool:
        observers = run.step.panel.observers if run.step.panel is not None else None
        return observers is not None and actor.person in run.context.keys(observers)

    def votes_at(self, unit: UnitOfWork, loaded: Loaded, actor: Actor, step: str) -> bool:
        """Whether a step is a vote in which the actor takes part."""
        if loaded.compiled.process.steps[step].panel is None:
            return False
        return self.is_at_panel(self._work.look(unit, loaded, actor, at=step), actor)
