"""What somebody may do with a case here and now, and why not the rest: one call for everybody.

Pages, interface, console and sample cases ask it. Each answer comes from the function that refuses
the command, with the same sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, Refused
from engine.runtime.offers import Offer, may_take, offers
from engine.runtime.run import Run
from engine.services.cases import Cases, is_claimable, selves
from engine.services.casework import Casework
from engine.services.loaded import Loaded
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.groups import Groups
    from engine.services.interventions import Interventions
    from engine.services.linking import Linking
    from engine.services.seeing import Seeing
    from engine.services.sentences import Sentences
    from engine.services.somebody import Permissions

#: operations that other cases do not keep from being used
UNHELD = frozenset({"claim", "release", "add", "remove"})
#: operations that are, like the author's actions, for nobody else once somebody has claimed a task
OF_WHO_CLAIMED = frozenset({"transfer", "delegate", "add_signer", "remove_signer"})


class Offering:
    """Answers what may be done."""

    def __init__(
        self,
        work: Casework,
        cases: Cases,
        rights: Permissions,
        groups: Groups,
        linking: Linking,
        interventions: Interventions,
        seeing: Seeing,
        sentences: Sentences,
    ) -> None:
        self._work = work
        self._cases = cases
        self._rights = rights
        self._groups = groups
        self._linking = linking
        self._interventions = interventions
        self._seeing = seeing
        self._sentences = sentences

    def offers(self, actor: Actor, uid: str, *, at: str | None = None) -> list[Offer]:
        """Everything that could be done, each with its sentence where it cannot.

        First the author's actions and the operations of the engine at the place ``at`` (None: where
        something waits for the actor), then the interventions, which are about the whole case.

        Raises:
            NotFound: there is no such case, or the actor neither may know of it nor oversees it.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._seeing.known(unit, actor, uid, at)
            return [
                *self.here(unit, loaded, run, actor),
                *map(self._worded, self._interventions.offered(unit, loaded, actor)),
            ]

    def here(self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor) -> list[Offer]:
        """What the actor may do where they look, themselves or as the substitute of somebody."""
        found = list(offers(run, self._rights))
        for who in selves(actor) if actor.represents else ():
            other = self._work.look(unit, loaded, who, at=run.at)
            if other.command.on_behalf == run.command.on_behalf:
                continue
            beside = offers(other, self._rights)
            found = [
                new if new.mine and new.allowed and not (old.mine and old.allowed) else old
                for old, new in zip(found, beside, strict=True)
            ]
        found += [*self._claiming(unit, loaded, run, actor), *self._listing(run)]
        taken = self._taken_on(unit, loaded, run, actor)
        return [self._worded(self._held(unit, loaded, run, actor, one, taken)) for one in found]

    def _taken_on(self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor) -> Refused | None:
        """Why the task is a colleague's now: they have claimed it."""
        try:
            self._cases.demand_unclaimed(unit, loaded, run, actor)
        except Refused as refused:
            return refused
        return None

    def _listing(self, run: Run) -> Iterator[Offer]:
        """Putting cases into a group and taking them out."""
        if run.process.members is None:
            return
        refusal: Refused | None = None
        try:
            self._groups.may_change(run, "add", self._rights)
        except Refused as refused:
            refusal = refused
        mine = refusal is None or refusal.code == "group_locked"
        yield Offer("add", None, mine, refusal)
        yield Offer("remove", None, mine, refusal)

    def _claiming(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor
    ) -> Iterator[Offer]:
        """Taking a waiting task for oneself, and giving it back."""
        step = run.step
        open_ = is_claimable(step) and not run.state.closed
        rows = unit.work.of(loaded.row.id) if open_ else []
        for item in rows:
            if item.step != step.name or item.person is not None:
                continue
            own = item.claimed_by in (actor.person, *actor.represents)
            here = item.organisation == actor.organisation and item.permission is not None
            if not here or not (own or may_take(run, self._rights)):
                continue
            refusal: Refused | None = None
            if run.state.suspended:
                refusal = run.refuse("case_suspended")
            elif item.claimed_by is not None:
                refusal = NotAllowed("claimed_by_other", person=item.claimed_by)
            if own:
                yield Offer("release", None, mine=True, refusal=None)
            else:
                yield Offer("claim", None, mine=True, refusal=refusal)

    def _held(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        actor: Actor,
        offer: Offer,
        taken: Refused | None,
    ) -> Offer:
        """What keeps something from being done beside right and rule: a colleague, other cases."""
        if not offer.mine or not offer.allowed or offer.name in UNHELD:
            return offer
        held = self._groups.holding(unit, loaded, run) or self._linking.why_not(
            unit, loaded, run, offer.action
        )
        if held is None and offer.name == "transfer" and offer.action is None:
            meant = self._cases.operating(unit, loaded, actor, "transfer", run.at)
            if not self._cases.colleagues_at(meant):
                return Offer(offer.name, None, False, run.refuse("nobody_else_here"))
        of_holder = offer.name in OF_WHO_CLAIMED
        if offer.action is not None:
            of_holder = run.is_of_holder(offer.action)
        if held is None and of_holder:
            held = taken
        return offer if held is None else Offer(offer.name, offer.action, offer.mine, held)

    def _worded(self, offer: Offer) -> Offer:
        if offer.refusal is None:
            return offer
        worded = self._sentences.worded(offer.refusal)
        return Offer(offer.name, offer.action, offer.mine, worded, offer.stepping_in)
