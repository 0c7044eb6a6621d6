"""Handing everything somebody holds at an organisation to colleagues (离职转办).

Each case is a command of its own with its reason in the journal. What is still to be done is what
the person still holds: a run that was cut off, or stopped after :data:`BATCH`, is taken up by
running it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.definitions.register import PEOPLE
from engine.domain.actor import Actor
from engine.domain.case import Command
from engine.domain.errors import NotAllowed, Refused, Stale
from engine.runtime.handing_over import CLAIM, SIGNER, TASK, held, why_not_hand_over
from engine.runtime.offers import may_operate
from engine.runtime.operations import waiting_signers
from engine.runtime.panels import why_not_replace
from engine.runtime.run import Run
from engine.services.directory import GRANT_ROLES, Directory
from engine.services.oversight import INTERVENE, Oversight
from engine.store.unit import UnitOfWork
from engine.store.work import WorkRow

if TYPE_CHECKING:
    from engine.services.cases import Cases
    from engine.services.casework import Casework
    from engine.services.interventions import Interventions
    from engine.services.loaded import Loaded
    from engine.services.outcome import Outcome
    from engine.services.panels import Panels
    from engine.services.sentences import Sentences
    from engine.services.substitutes import Substitutes, Substitution
    from engine.services.views import Views

#: how many things are handed over in one go
BATCH = 200
#: further things somebody holds: a seat at a panel, a case begun for the organisation, a colleague
#: they are the substitute of
SEAT, BEGUN, SUBSTITUTE = "seat", "begun", "substitute"


@dataclass(frozen=True, slots=True)
class Held:
    """Something a person holds, and to whom it goes or why to nobody."""

    what: tuple[str, ...]
    #: the case and where it stands in words; for a substitute whom they stand in for
    title: str
    place: str = ""
    number: str = ""
    uid: str = ""
    #: the step of the place in a branch; "" for the place of the case
    at: str = ""
    #: the key of a substitution
    key: int = 0
    to: str = ""
    to_name: str = ""
    #: why nobody can have it
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What came of a run: what went to whom, what could not, and how much is left for the next."""

    done: tuple[Held, ...]
    left: tuple[Held, ...]
    more: int


class HandingOver:
    """Looks at what somebody holds, and hands it over."""

    def __init__(
        self,
        work: Casework,
        cases: Cases,
        views: Views,
        panels: Panels,
        interventions: Interventions,
        substitutes: Substitutes,
        directory: Directory,
        oversight: Oversight,
        sentences: Sentences,
    ) -> None:
        self._work = work
        self._cases = cases
        self._views = views
        self._panels = panels
        self._interventions = interventions
        self._substitutes = substitutes
        self._directory = directory
        self._oversight = oversight
        self._sentences = sentences

    # ------------------------------------------------------------ looking

    def plan(
        self, actor: Actor, person: str, to: Sequence[str] = (), *, at: str | None = None
    ) -> list[Held]:
        """What somebody holds where the actor acts, and to which of some colleagues it would go.

        ``at`` is an organisation below, whose accounts the actor manages. Whoever may deal with it
        gets it, who has least of it first.

        Raises:
            Refused: the actor does not manage accounts, or a colleague does not work there.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            actor = replace(actor, represents=())
            organisation = self._demand(actor, person, to, at)
            above, actor = actor, replace(actor, organisation=organisation)
            names = self._directory.names(PEOPLE, to)
            load = dict.fromkeys(to, 0)
            found: list[Held] = []
            for uid, items in self._waiting(unit, person, organisation).items():
                found += self._of_case(unit, actor, uid, items, person, load)
            theirs = self._substitutes.all(actor) if above.organisation == organisation else ()
            for one in theirs:
                if one.substitute == person:
                    found.append(self._of_substitute(actor, one, load))
            return [replace(one, to_name=names.get(one.to, one.to)) for one in found]

    def _demand(self, actor: Actor, person: str, to: Sequence[str], at: str | None) -> str:
        refusal = self._directory.why_not(actor, GRANT_ROLES, at)
        organisation = at or actor.organisation
        if refusal is not None or organisation is None:
            raise refusal or NotAllowed("not_for_people", action="")
        if person == actor.person:
            raise Refused("not_your_own_account")
        staff = self._directory.grants_at(organisation)
        for one in to:
            if one not in staff:
                raise Refused("substitute_stranger", person=one)
            if one == person:
                raise Refused("transfer_to_oneself")
        return organisation

    @staticmethod
    def _waiting(
        unit: UnitOfWork, person: str, organisation: str
    ) -> dict[str, dict[str, list[WorkRow]]]:
        """What somebody holds by name, by case and step."""
        found: dict[str, dict[str, list[WorkRow]]] = {}
        for uid, item in unit.work.held(person, organisation):
            found.setdefault(uid, {}).setdefault(item.step, []).append(item)
        return found

    def _of_case(
        self,
        unit: UnitOfWork,
        actor: Actor,
        uid: str,
        items: dict[str, list[WorkRow]],
        person: str,
        load: dict[str, int],
    ) -> list[Held]:
        loaded = self._work.load(unit, uid)
        found = []
        for step, rows in items.items():
            at = step if loaded.state.branches else ""
            run = self._work.look(unit, loaded, actor, at=at)
            what = self._what(actor, loaded, run, rows, person)
            if not what:
                continue
            one = Held(
                what,
                run.process.title,
                self._views.place_words(unit, run, run.state.place),
                loaded.row.number or "",
                uid,
                at,
            )
            found.append(self._given(unit, actor, loaded, run, one, person, load))
        return found

    def _what(
        self, actor: Actor, loaded: Loaded, run: Run, rows: Sequence[WorkRow], person: str
    ) -> tuple[str, ...]:
        if run.step.panel is not None:
            # Who votes is nobody else's business, and in a secret vote who has not voted yet.
            if run.step.panel.secret:
                return ()
            return (SEAT,) if self._leads(actor, loaded, run) else ()
        if run.step.who is not None and run.step.who.kind == "initiator":
            row = loaded.row
            ours = row.initiator == person and row.initiator_organisation == actor.organisation
            return (BEGUN,) if ours else ()
        if run.state.place.organisation != actor.organisation:
            return ()
        claimed = (CLAIM,) if any(one.claimed_by == person for one in rows) else ()
        return held(run, person) or claimed

    def _leads(self, actor: Actor, loaded: Loaded, run: Run) -> bool:
        refusal = may_operate(run, "replace", self._directory)
        if refusal is None or refusal.code in ("no_declining", "all_have_voted"):
            return refusal is None
        jurisdiction = loaded.row.jurisdiction
        return self._oversight.why_not(actor, INTERVENE, jurisdiction) is None

    def _given(
        self,
        unit: UnitOfWork,
        actor: Actor,
        loaded: Loaded,
        run: Run,
        one: Held,
        person: str,
        load: dict[str, int],
    ) -> Held:
        """Choose who gets it, or say why nobody does."""
        process = run.process
        if actor.person == loaded.row.initiator:
            own = NotAllowed("own_case_untouched", noun=process.noun or process.title)
            return replace(one, sentence=self._sentences.worded(own).sentence)
        if BEGUN in one.what:
            begun = run.refuse("begun_by_them", person=person)
            return replace(one, sentence=self._sentences.worded(begun).sentence)
        refusal: Refused | None = None
        for to in sorted(load, key=lambda each: load[each]):
            why = self._why_not(unit, run, one.what, person, to)
            if why is None:
                load[to] += 1
                return replace(one, to=to)
            refusal = refusal or why
        if refusal is None:
            return one
        return replace(one, sentence=self._sentences.worded(refusal).sentence)

    def _why_not(
        self, unit: UnitOfWork, run: Run, what: Sequence[str], person: str, to: str
    ) -> Refused | None:
        if SEAT in what:
            return self._why_no_seat(unit, run, person, to)
        refusal = why_not_hand_over(run, person, to)
        if refusal is not None:
            return refusal
        modes = {one.mode for one in waiting_signers(run.state) if one.person == person}
        needed = TASK in what or CLAIM in what or modes & {"after", "delegate"}
        if needed and to not in self._cases.able(run):
            return run.refuse("transfer_to_stranger", person=to)
        return None

    def _why_no_seat(self, unit: UnitOfWork, run: Run, person: str, to: str) -> Refused | None:
        refusal = why_not_replace(run)
        if refusal is not None:
            return refusal
        if to in run.state.voters or to in run.state.declined:
            return run.refuse("seated_already", person=to)
        try:
            self._panels.named(unit, run, person, to, "")
        except Refused as refused:
            return refused
        return None

    def _of_substitute(self, actor: Actor, one: Substitution, load: dict[str, int]) -> Held:
        line = Held((SUBSTITUTE,), one.person_name, key=one.id)
        refusal: Refused | None = None
        for to in sorted(load, key=lambda each: load[each]):
            why = self._substitutes.why_not_instead(actor, one.id, to)
            if why is None:
                load[to] += 1
                return replace(line, to=to)
            refusal = refusal or why
        if refusal is None:
            return line
        return replace(line, sentence=self._sentences.worded(refusal).sentence)

    # ------------------------------------------------------------ doing it

    def run(
        self,
        actor: Actor,
        person: str,
        to: Sequence[str],
        reason: str,
        *,
        at: str | None = None,
    ) -> HandedOver:
        """Hand over what :meth:`plan` says, each thing by itself; what cannot be is left.

        Raises:
            Refused: as for :meth:`plan`; nobody or no reason was given.
        """
        with self._sentences.saying():
            if not to:
                raise Refused("nobody_chosen")
            if not reason.strip():
                raise Refused("reason_needed")
        planned = self.plan(actor, person, to, at=at)
        if not planned:
            raise self._sentences.worded(Refused("nothing_to_hand_over", person=person))
        going = [one for one in planned if one.to]
        left = [one for one in planned if not one.to]
        done: list[Held] = []
        for one in going[:BATCH]:
            try:
                self._hand_over(actor, one, person, reason, at)
            except Refused as refused:
                left.append(replace(one, to="", to_name="", sentence=refused.sentence))
            else:
                done.append(one)
        return HandedOver(tuple(done), tuple(left), len(going) - len(going[:BATCH]))

    def _hand_over(self, actor: Actor, one: Held, person: str, reason: str, at: str | None) -> None:
        if SUBSTITUTE in one.what:
            self._substitutes.instead(actor, one.key, one.to)
            return
        if SEAT in one.what:
            self._reseat(actor, one, person, reason)
            return

        here = replace(actor, represents=(), organisation=at or actor.organisation)

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._work.look(unit, loaded, here, at=one.at)
            rows = [item for item in unit.work.of(loaded.row.id) if item.step == run.step.name]
            what = self._what(here, loaded, run, rows, person)
            if not set(what) & {TASK, SIGNER, CLAIM}:
                raise Stale("already_handled")
            refusal = self._why_not(unit, run, what, person, one.to)
            if refusal is not None:
                raise refusal
            entered = {"from": person, "to": one.to, "reason": reason}
            return Command(
                "hand_over", actor.person, actor.organisation, None, "hand_over", entered,
                at=run.at,
            )  # fmt: skip

        def then(unit: UnitOfWork, outcome: Outcome) -> None:
            for item in unit.work.of(outcome.row.id):
                if item.claimed_by == person and item.organisation == here.organisation:
                    unit.work.claim(item.id, one.to, expected=person)

        self._cases.carry_out(actor, one.uid, make, version=None, key=None, then=then)

    def _reseat(self, actor: Actor, one: Held, person: str, reason: str) -> None:
        with self._work.store.read() as unit:
            loaded = self._work.load(unit, one.uid)
            run = self._work.look(unit, loaded, replace(actor, represents=()), at=one.at)
            leads = may_operate(run, "replace", self._directory) is None
        if leads:
            self._cases.replace(actor, one.uid, person, one.to, reason, at=one.at or None)
        else:
            entered = {"instead": person, "person": one.to, "reason": reason}
            self._interventions.do(actor, one.uid, "replace", entered)
