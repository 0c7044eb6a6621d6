"""What people do with cases: one method, one command, one transaction.

Every method takes the actor, checks rights against the case as it is, and answers with
:class:`Done` or raises :class:`Refused` having changed nothing. Rights, rules and sentences come
from the same functions that list what could be done (:mod:`engine.services.offering`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Step
from engine.domain.actor import SYSTEM, Actor
from engine.domain.case import DATES, Command, places_of
from engine.domain.errors import EngineError, NotAllowed, NotFound, Refused, Stale
from engine.runtime.advance import guard, no_such_action, offered
from engine.runtime.branches import find
from engine.runtime.offers import may_act, may_operate, operation_here, why_not_take
from engine.runtime.run import Run
from engine.services.casework import Casework, until_kept
from engine.services.kept import kept
from engine.services.loaded import Loaded
from engine.services.outcome import Done, Outcome, why
from engine.store.errors import Conflict
from engine.store.unit import UnitOfWork
from engine.store.work import WorkRow

if TYPE_CHECKING:
    from engine.services.entries import Entries
    from engine.services.groups import Groups
    from engine.services.linking import Linking
    from engine.services.outgoing import Outgoing
    from engine.services.panels import Panels
    from engine.services.seeing import Seeing
    from engine.services.sentences import Sentences
    from engine.services.somebody import Permissions


class Cases:
    """The commands on cases."""

    def __init__(
        self,
        work: Casework,
        rights: Permissions,
        entries: Entries,
        groups: Groups,
        panels: Panels,
        linking: Linking,
        outgoing: Outgoing,
        sentences: Sentences,
        seeing: Seeing,
    ) -> None:
        self._work = work
        self._rights = rights
        self._entries = entries
        self._groups = groups
        self._panels = panels
        self._linking = linking
        self._outgoing = outgoing
        self._sentences = sentences
        self._seeing = seeing

    # ------------------------------------------------------------ starting

    def start(
        self,
        actor: Actor,
        process: str,
        data: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        complete: bool = False,
    ) -> Done:
        """Start a case of ``process`` with what was entered before it (APP-07).

        With ``complete`` all that the process asks first must be there; otherwise it may be
        filled in later, like the rest of a draft.

        Raises:
            Refused: the actor may not, or a start guard does not hold.
        """
        with self._said():
            outcome = until_kept(lambda: self._begun(actor, process, data, key, complete=complete))
        if isinstance(outcome, Done):
            return outcome
        self._outgoing.work_off(outcome.sent)
        return outcome.done

    def _begun(
        self,
        actor: Actor,
        process: str,
        data: Mapping[str, Any] | None,
        key: str | None,
        *,
        complete: bool,
    ) -> Outcome | Done:
        known = f"{actor.person}:{key}" if key else None
        with self._work.store.write() as unit:
            if known is not None and (seen := unit.commands.seen(known)) is not None:
                return Done.from_json(seen.result)
            now = self._work.now(process.split("/", 1)[0])
            pin = self._work.definitions.pin(process)
            compiled = self._work.definitions.compiled(process, pin, unit)
            given = data or {}
            first = self._entries.first_data(unit, compiled, actor, given, now)
            untouched = self._entries.first_data(unit, compiled, actor, {}, now) if given else first

            def check(run: Run) -> None:
                self._ready_to_start(unit, run, actor, first, untouched, complete=complete)

            outcome = self._work.begin(unit, actor, process, first, now, key=known, check=check)
            self._groups.fill(unit, outcome, now)
            return outcome

    def may_start(self, actor: Actor, process: str) -> Refused | None:
        """Why the actor cannot start cases of a process at all; None when that is possible.

        Guards that ask about what is entered first are left to :meth:`start`.
        """
        refusal = self._no_right_to_start(actor, process)
        if refusal is not None:
            return refusal
        try:
            with self._said(), self._work.store.read() as unit:
                run = self._work.before(unit, actor, process)
                guard(run, run.compiled.early_guards)
        except Refused as found:
            return found
        return None

    def _no_right_to_start(self, actor: Actor, process: str) -> Refused | None:
        compiled = self._work.definitions.compiled(process, self._work.definitions.pin(process))
        jurisdiction = self._work.definitions.current.jurisdictions.get(actor.jurisdiction or "")
        if jurisdiction is not None and not jurisdiction.runs(process):
            return self._sentences.worded(NotFound("no_such_process", process=process))
        start = compiled.process.start
        if start is None or start.who == "person" or start.who.kind == "initiator":
            return None
        who = start.who
        if who.permission is None:
            # Nobody is meant of whom nothing is known before there is a case.
            return self._sentences.worded(NotAllowed("not_for_people", action=""))
        if self._rights.holds(actor.person, who.permission, actor.organisation):
            return None
        return self._sentences.worded(
            NotAllowed("no_permission", permission=who.permission, organisation=actor.organisation)
        )

    def _ready_to_start(
        self,
        unit: UnitOfWork,
        run: Run,
        actor: Actor,
        data: dict[str, Any],
        untouched: Mapping[str, Any],
        *,
        complete: bool,
    ) -> None:
        refusal = self._no_right_to_start(actor, run.process.id)
        if refusal is not None:
            raise refusal
        self._entries.protect(unit, run, data, untouched)
        if complete:
            # Somebody who has not chosen anything yet is told what to choose, not a rule about it.
            self._entries.check_start(unit, run, data, complete=True)
        guard(run)
        if not complete:
            self._entries.check_start(unit, run, data, complete=False)
        self._entries.pin_form(unit, run, data, actor.person)

    # ------------------------------------------------------------ acting

    def act(
        self,
        actor: Actor,
        uid: str,
        action: str,
        *,
        input: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Take one of the author's actions.

        Args:
            actor: who acts, and for which organisation.
            uid: the case.
            action: its name in the process.
            input: what was asked.
            data: the form data of the case as typed, where they may be edited here.
            version: what the actor saw; somebody faster makes it stale.
            key: makes a repeated press harmless (SEC-07).
            at: in a parallel step the step meant; None = where the actor may take the action.

        Raises:
            Refused: a right, a rule, a deadline or an entry says no.
        """

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._look(unit, loaded, actor, action, data=data, at=at)
            known = run.compiled.actions[run.step.name].get(action)
            if known is None:
                raise no_such_action(run, action)
            forbidden = may_act(run, known, self._rights)
            if forbidden is not None:
                raise forbidden
            self._groups.free(unit, loaded, run, known)
            closed = self._linking.why_not(unit, loaded, run, known)
            if closed is not None:
                raise closed
            if run.is_of_holder(known):
                self.demand_unclaimed(unit, loaded, run, actor)
            offered(run, action)
            entered = self._entries.check_input(unit, loaded, run, known, input or {})
            typed = self._entries.check_data(unit, loaded, run, known, data)
            return command_of(actor, run, "act", action, entered, typed)

        def then(unit: UnitOfWork, outcome: Outcome) -> None:
            # Who is present may have changed: the vote may be complete now.
            here = outcome.result.here
            if here is not None and here.voters:
                self._tally(unit, outcome, self._work.now(outcome.row.jurisdiction))

        return self.carry_out(actor, uid, make, version=version, key=key, then=then)

    def save(
        self,
        actor: Actor,
        uid: str,
        data: Mapping[str, Any],
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Keep what was typed so far (暂存): incomplete is fine, ill-typed is not (APP-19)."""

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._work.look(unit, loaded, actor, data=data, at=at)
            refusal = may_operate(run, "save", self._rights)
            if refusal is not None:
                raise refusal
            self._groups.free(unit, loaded, run, None)
            typed = self._entries.check_draft(unit, loaded, run, data)
            return command_of(actor, run, "save", "save", {}, typed)

        return self.carry_out(actor, uid, make, version=version, key=key)

    def withdraw(
        self,
        actor: Actor,
        uid: str,
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Take back the last pass while nobody has acted on it (撤回)."""
        return self._operate(actor, uid, "withdraw", {}, version=version, key=key, at=at)

    def open(self, actor: Actor, uid: str, *, at: str | None = None) -> None:
        """Note that whoever a case waits for has opened it (``withdraw: until_next_opens``)."""

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._work.look(unit, loaded, actor, at=at)
            if not self.unseen(unit, loaded, run, actor):
                raise Stale("already_handled")
            return command_of(actor, run, "open", "open", {})

        with self._work.store.read() as unit:
            loaded = self._work.load(unit, uid)
            if not self.unseen(unit, loaded, self._work.look(unit, loaded, actor, at=at), actor):
                return
        # Where it was taken back or opened at this instant there is nothing to note any more.
        with suppress(Stale):
            self.carry_out(actor, uid, make, version=None, key=None)

    def unseen(self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor) -> bool:
        """Whether opening the case takes something from whoever passed it on to the actor."""
        paths = (run.state.path, *(level.state.path for level in reversed(run.around)))
        last = next((path[-1] for path in paths if path), None)
        if last is None or last.kept != "once_opened" or run.state.opened or run.state.closed:
            return False
        return self.waits_for(unit, loaded, actor)

    def waits_for(self, unit: UnitOfWork, loaded: Loaded, actor: Actor) -> bool:
        """Whether something waits for the actor, or for somebody they stand in for."""
        return any(True for _ in self._waiting(unit, loaded, actor))

    def extend(
        self,
        actor: Actor,
        uid: str,
        until: str,
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
        deadline: str | None = None,
    ) -> Done:
        """Move the deadline of the present step, or one of the process (修改提交截止时间)."""
        entered = {"until": until}
        if deadline is None:
            return self._operate(actor, uid, "extend", entered, version=version, key=key, at=at)

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._work.look(unit, loaded, actor, at="")
            known = run.process.deadlines
            if deadline not in known:
                raise run.refuse("no_such_deadline", deadline=deadline)
            refusal = may_operate(run, f"extend:{deadline}", self._rights)
            if refusal is not None:
                raise refusal
            self._groups.free(unit, loaded, run, None)
            return command_of(actor, run, "extend", "extend", {**entered, "deadline": deadline})

        return self.carry_out(actor, uid, make, version=version, key=key)

    def transfer(
        self,
        actor: Actor,
        uid: str,
        person: str,
        reason: str = "",
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Hand the task to a colleague, who alone deals with it from now on (转办).

        Raises:
            Refused: the actor does not hold the task, or the colleague could not deal with it.
        """

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self.operating(unit, loaded, actor, "transfer", at)
            refusal = may_operate(run, "transfer", self._rights)
            if refusal is not None:
                raise refusal
            self.demand_unclaimed(unit, loaded, run, actor)
            if person not in self.colleagues_at(run) and person != actor.person:
                raise run.refuse("transfer_to_stranger", person=person)
            entered = {"person": person, "opinion": reason}
            return command_of(actor, run, "transfer", "transfer", entered)

        return self.carry_out(actor, uid, make, version=version, key=key)

    def colleagues(self, actor: Actor, uid: str, *, at: str | None = None) -> list[str]:
        """To whom the actor could hand the task over."""
        with self._work.store.read() as unit:
            loaded, _ = self._seeing.known(unit, actor, uid)
            run = self.operating(unit, loaded, actor, "transfer", at)
            if may_operate(run, "transfer", self._rights) is not None:
                return []
            return self.colleagues_at(run)

    def colleagues_at(self, run: Run) -> list[str]:
        """Who else could deal with the task of the present place."""
        known = self.able(run)
        return [one for one in known if one not in (run.command.person, run.command.holder)]

    def able(self, run: Run) -> list[str]:
        """Who could deal with the task of the present place."""
        who, place = run.step.who, run.state.place
        stage = run.step.stages.get(place.stage or "")
        permission = stage.permission if stage and stage.permission else None
        if permission is None and who is not None:
            permission = who.permission
        if who is None or permission is None or place.organisation is None:
            return []
        known = self._rights.holders(permission, place.organisation)
        return [one for one in known if not run.is_kept_out(who, one)]

    def _operate(
        self,
        actor: Actor,
        uid: str,
        operation: str,
        entered: Mapping[str, Any],
        *,
        version: int | None,
        key: str | None,
        at: str | None,
    ) -> Done:
        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self.operating(unit, loaded, actor, operation, at)
            refusal = may_operate(run, operation, self._rights)
            if refusal is not None:
                raise refusal
            self._groups.free(unit, loaded, run, None)
            return command_of(actor, run, operation, operation, entered)

        return self.carry_out(actor, uid, make, version=version, key=key)

    def _look(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        actor: Actor,
        action: str,
        *,
        data: Mapping[str, Any] | None,
        at: str | None,
    ) -> Run:
        """The place at which an action is meant, and for whom: where the actor may take it."""
        run = self._work.look(unit, loaded, actor, data=data, at=at)
        if not actor.represents and (at is not None or not loaded.state.branches):
            return run

        def possible(other: Run) -> bool:
            known = other.compiled.actions[other.step.name].get(action)
            return known is not None and may_act(other, known, self._rights) is None

        if possible(run):
            return run
        places = [] if at is not None else [one.place.step for _, one in places_of(loaded.state)]
        places = places if loaded.state.branches else []
        others = (
            self._work.look(unit, loaded, who, data=data, at=place)
            for who in selves(actor)
            for place in (at, *places)
        )
        return next((other for other in others if possible(other)), run)

    def operating(
        self, unit: UnitOfWork, loaded: Loaded, actor: Actor, operation: str, at: str | None
    ) -> Run:
        """The place at which an operation is meant, and for whom: where it is possible.

        Where it is possible nowhere, one at which it concerns the actor: that one says why.
        """
        run = self._work.look(unit, loaded, actor, at=at)
        settled = at is not None and not actor.represents
        first = operation_here(run, operation, self._rights)
        if settled or first.allowed:
            return run
        concerned = run if first.mine else None
        places: list[str | None] = [at]
        if at is None:
            known = places_of(loaded.state, ended=True)
            places += [one.place.step for _, one in known if one.place.step]
        for who in selves(actor):
            for place in places:
                other = self._work.look(unit, loaded, who, at=place)
                found = operation_here(other, operation, self._rights)
                if found.allowed:
                    return other
                concerned = concerned or (other if found.mine else None)
        return concerned or run

    def carry_out(
        self,
        actor: Actor,
        uid: str,
        make: Callable[[UnitOfWork, Loaded], Command],
        *,
        version: int | None,
        key: str | None,
        then: Callable[[UnitOfWork, Outcome], None] | None = None,
    ) -> Done:
        """Carry out the command that ``make`` gives, and work off what it sends."""
        with self._reaching(actor, uid):
            outcome = self._work.execute(actor, uid, make, version=version, key=key, then=then)
        if isinstance(outcome, Done):
            return outcome
        self._outgoing.work_off(outcome.sent)
        return outcome.done

    def _said(self) -> Any:
        return self._sentences.saying()

    @contextmanager
    def _reaching(self, actor: Actor, uid: str) -> Iterator[None]:
        """Refuse in words; whoever may not know of the case, as if there were none."""
        with self._said(), self._seeing.hiding(actor, uid):
            yield

    # ------------------------------------------------------------ claiming

    @kept
    def claim(self, actor: Actor, uid: str, *, at: str | None = None) -> None:
        """Take a waiting task for oneself: colleagues see who deals with it.

        Args:
            actor: who takes it on.
            uid: the case.
            at: in a parallel step the step meant; None = the first that can be taken on.

        Raises:
            Refused: nothing waits, or it is not for the actor, or a colleague has it.
        """
        with self._reaching(actor, uid), self._work.store.write() as unit:
            loaded = self._work.held(unit, uid)
            refusal: Refused = NotAllowed("nothing_waits_for_you")
            for number, (item, holder) in enumerate(self._waiting(unit, loaded, actor, at)):
                found = self._why_not_claim(unit, loaded, actor, item, holder)
                if found is None and unit.work.claim(item.id, holder, expected=None):
                    return
                refusal = refusal if number else found or Stale("already_handled")
            raise refusal

    def _why_not_claim(
        self, unit: UnitOfWork, loaded: Loaded, actor: Actor, item: WorkRow, holder: str
    ) -> Refused | None:
        """Why a task is not taken on: it cannot be, is not for the actor, or is a colleague's."""
        step = loaded.compiled.process.steps[item.step]
        who = actor if holder == actor.person else replace(actor, on_behalf=holder)
        run = self._work.look(unit, loaded, who, at=item.step)
        if not is_claimable(step) or item.permission is None:
            return run.refuse("no_claim", step=step.title)
        if loaded.state.suspended:
            return run.refuse("case_suspended")
        forbidden = why_not_take(run, self._rights)
        if forbidden is not None:
            return forbidden
        if item.person is not None:
            return run.refuse("waits_for_you")
        if item.claimed_by is not None:
            return Stale("claimed_by_other", person=item.claimed_by)
        return None

    @kept
    def give_back(self, actor: Actor, uid: str, *, at: str | None = None) -> None:
        """Give a claimed task back to everybody who may deal with it.

        Raises:
            NotAllowed: nothing waits for the actor, or somebody else has claimed it.
        """
        with self._reaching(actor, uid), self._work.store.write() as unit:
            loaded = self._work.load(unit, uid)
            if not any(True for _ in self._waiting(unit, loaded, actor, at)):
                raise NotAllowed("nothing_waits_for_you")
            for item, holder in self._waiting(unit, loaded, actor, at):
                if item.claimed_by == holder and unit.work.claim(item.id, None, expected=holder):
                    return
            raise NotAllowed("not_claimed_by_you")

    def _waiting(
        self, unit: UnitOfWork, loaded: Loaded, actor: Actor, at: str | None = None
    ) -> Iterator[tuple[WorkRow, str]]:
        """What waits for the actor, and whose it is: theirs, or of whom they are a substitute."""
        waiting = [item for item in unit.work.of(loaded.row.id) if not at or item.step == at]
        for item in waiting:
            by_name = item.person is not None and item.person == actor.person
            if by_name or (
                item.permission is not None
                and item.organisation == actor.organisation
                and self._rights.holds(actor.person, item.permission, item.organisation)
            ):
                yield item, actor.person
        for whom in actor.represents:
            for item in waiting:
                if self._work.concerns(loaded.row, item, actor, whom):
                    yield item, whom

    def demand_unclaimed(self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor) -> None:
        """Refuse what a colleague has taken on, until the command is written."""
        if not is_claimable(run.step):
            return

        def demand(unit: UnitOfWork) -> None:
            for step, person in unit.work.claims(loaded.row.id, actor.organisation):
                if run.at in ("", step) and person not in (actor.person, *actor.represents):
                    raise NotAllowed("claimed_by_other", person=person)

        demand(unit)
        # A claim is no command, so a case that has been claimed meanwhile is as it was.
        loaded.rechecks.append(demand)

    # ------------------------------------------------------------ groups and panels

    def add(
        self, actor: Actor, uid: str, members: Sequence[str], *, key: str | None = None
    ) -> Done:
        """Put cases into a group."""
        return self._members(actor, uid, "add", members, key)

    def remove(
        self, actor: Actor, uid: str, members: Sequence[str], *, key: str | None = None
    ) -> Done:
        """Take cases out of a group; they wait again."""
        return self._members(actor, uid, "remove", members, key)

    def _members(
        self, actor: Actor, uid: str, kind: str, members: Sequence[str], key: str | None
    ) -> Done:
        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._work.look(unit, loaded, actor)
            self._groups.may_change(run, kind, self._rights)
            self._groups.check(unit, loaded, run, kind, members)
            entered = {"members": list(members)}
            return command_of(actor, run, kind, kind, entered)

        def then(unit: UnitOfWork, outcome: Outcome) -> None:
            self._groups.change(unit, outcome, kind, members)

        return self.carry_out(actor, uid, make, version=None, key=key, then=then)

    def vote(
        self,
        actor: Actor,
        uid: str,
        papers: Mapping[str, Any],
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Hand in a ballot: ``papers`` by member, or under ``""`` for the case itself."""

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self.operating(unit, loaded, actor, "vote", at)
            refusal = may_operate(run, "vote", self._rights)
            if refusal is not None and set(actor.represents) & set(run.state.voters):
                raise run.refuse("vote_is_personal")
            if refusal is not None:
                raise refusal
            self._panels.check(unit, loaded, run, papers)
            secret = run.step.panel is not None and run.step.panel.secret
            entered = {} if secret else {"papers": dict(papers)}
            return command_of(actor, run, "vote", "vote", entered)

        def then(unit: UnitOfWork, outcome: Outcome) -> None:
            now = self._work.now(outcome.row.jurisdiction)
            loaded = self._work.loaded(unit, outcome.row)
            self._panels.cast(unit, loaded, outcome.command, papers, now)
            self._tally(unit, outcome, now, loaded)

        return self.carry_out(actor, uid, make, version=version, key=key, then=then)

    def papers(self, actor: Actor, uid: str, *, at: str | None = None) -> list[str]:
        """What the actor may vote on: each member, or the case itself as ``""``."""
        with self._work.store.read() as unit:
            loaded, _ = self._seeing.known(unit, actor, uid)
            run = self.operating(unit, loaded, actor, "vote", at)
            panel = run.step.panel
            if panel is None or may_operate(run, "vote", self._rights) is not None:
                return []
            return self._panels.papers(unit, run, loaded.row, panel)

    def decline(
        self,
        actor: Actor,
        uid: str,
        reason: str,
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Decline to vote (谢绝): somebody else is drawn, or named by who leads the panel.

        Raises:
            Refused: the panel does not let voters decline, there is no reason, or it is too late.
        """

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._seats(unit, loaded, actor, "decline", reason, at)
            return command_of(actor, run, "decline", "decline", {"reason": reason})

        return self.carry_out(actor, uid, make, version=version, key=key)

    def replace(
        self,
        actor: Actor,
        uid: str,
        instead: str,
        person: str,
        reason: str,
        *,
        version: int | None = None,
        key: str | None = None,
        at: str | None = None,
    ) -> Done:
        """Name somebody for the seat of a voter who declined or cannot vote.

        Raises:
            Refused: the actor does not lead the panel, there is no reason, or the one named could
                not be drawn, or is no known person.
        """

        def make(unit: UnitOfWork, loaded: Loaded) -> Command:
            run = self._seats(unit, loaded, actor, "replace", reason, at)
            entered = self._panels.named(unit, run, instead, person, reason)
            return command_of(actor, run, "replace", "replace", entered)

        return self.carry_out(actor, uid, make, version=version, key=key)

    def _seats(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        actor: Actor,
        operation: str,
        reason: str,
        at: str | None,
    ) -> Run:
        run = self.operating(unit, loaded, actor, operation, at)
        refusal = may_operate(run, operation, self._rights)
        if refusal is not None:
            raise refusal
        if not reason.strip():
            raise run.refuse("reason_needed")
        return run

    def _tally(
        self, unit: UnitOfWork, outcome: Outcome, now: datetime, loaded: Loaded | None = None
    ) -> None:
        """Let the case go on if its vote is over; ``loaded`` is the case where it is at hand."""
        here = outcome.result.here or outcome.result.state
        # The command may have led here from another place of the case.
        at = here.place.step if find(outcome.result.state, here.place.step) else ""
        case = loaded if loaded is not None else self._work.loaded(unit, outcome.row)
        ended = self._panels.result(unit, case, at)
        if ended is not None:
            kind = "outcome" if ended.outcome else "round"
            name = ended.outcome or kind
            command = Command(kind, SYSTEM.person, name=name, input=ended.said, at=at)
            further = self._work.within(unit, outcome.row.uid, command, now)
            outcome.sent += further.sent

    # ------------------------------------------------------------ time

    def tick(self, limit: int = 100) -> int:
        """Fire the timers whose time has come; returns how many."""
        now = self._work.clock.now()
        with self._work.store.read() as unit:
            due = unit.timers.due(now, limit)
        for timer in due:
            self._fire(timer.uid, timer.case_id, timer.kind)
        return len(due)

    def _fire(self, uid: str, case_id: int, kind: str) -> None:
        name, _, step = kind.partition("@")
        what, *named = name.split(":")
        # A reminder is numbered, for there may be several of one deadline.
        named = named[:-1] if what == "remind" else named
        name = ":".join([what, *named])
        try:
            outcome = until_kept(lambda: self._woken(uid, case_id, kind, name, step))
        except Conflict:
            # Others were faster each time. Nothing has changed: its time has come still.
            return
        except EngineError as error:
            self._stopped(uid, case_id, kind, error)
            return
        if outcome is not None:
            self._outgoing.work_off(outcome.sent)

    def _woken(self, uid: str, case_id: int, kind: str, name: str, step: str) -> Outcome | None:
        """What a timer does; None where somebody was faster, or nothing has changed."""
        with self._work.store.write() as unit:
            # The case before the timer, as everybody does: else two would wait for each other.
            row = unit.cases.hold(uid)
            if row is None or not unit.timers.clear(case_id, kind):
                return None
            now = self._work.now(row.jurisdiction)
            if kind == DATES:
                outcome = self._work.look_again(unit, row, now) if not row.closed_at else None
            else:
                command = Command("time", SYSTEM.person, name=name, at=step)
                outcome = self._work.within(unit, uid, command, now)
            here = outcome.result.here if outcome is not None else None
            if outcome is not None and here is not None and here.voters:
                self._tally(unit, outcome, now)
            return outcome

    def _stopped(self, uid: str, case_id: int, kind: str, error: EngineError) -> None:
        """A timer could not do its work: an incident, never a lost case."""
        with self._work.store.write() as unit:
            row = unit.cases.load(uid)
            if row is not None:
                unit.timers.clear(case_id, kind)
                said = why(error) if isinstance(error, Refused) else str(error)
                params = {"timer": kind, "why": said}
                unit.incidents.open(row, "timer_failed", params, self._work.clock.now())


def command_of(
    actor: Actor,
    run: Run,
    kind: str,
    name: str,
    entered: Mapping[str, Any],
    typed: Mapping[str, Any] | None = None,
) -> Command:
    """What an actor wants done at the place that was looked at."""
    return Command(
        kind, actor.person, actor.organisation, run.command.on_behalf, name, entered, typed, run.at
    )


def selves(actor: Actor) -> Iterator[Actor]:
    """An actor as themselves, then as the substitute of each they stand in for."""
    yield replace(actor, represents=()) if actor.represents else actor
    for whom in actor.represents:
        yield replace(actor, on_behalf=whom)


def is_claimable(step: Step) -> bool:
    """Whether one of several people may take the tasks of a step on."""
    return step.who is not None and step.who.kind == "permission" and "claim" in step.allow


__all__ = ["Cases", "Done", "NotFound"]
