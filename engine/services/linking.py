"""Cases that create each other, and wait for each other's end (language 1.2, 1.4).

A case is created in the transaction of what creates it: neither is ever there without the other.
An end that is waited for is told through the outbox, which is written with it: what the waiting
case does then is a command of its own and cannot keep the other from ending.

What one does to the other:

- leaving a call otherwise than by its outcome (return, cancelling, rerouting, expiry, a branch that
  is broken off) cancels the called case if it is open; a case that was only created lives on;
- a pass that has created a case, or has left a call, cannot be withdrawn;
- how a case ended is taken by the one that waits, and after that the case cannot be reopened;
- suspending either leaves the other alone; who waits goes on when it is resumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from engine.definitions.links import SEVERAL, created_by
from engine.definitions.process import Action, Step, actions_of
from engine.domain.actor import SYSTEM, Actor
from engine.domain.case import Command, DueEffect, State, places_of
from engine.domain.errors import Refused, Stale
from engine.domain.paths import with_paths
from engine.runtime.run import Run, call_key
from engine.services.casework import Casework, until_kept
from engine.services.loaded import Loaded
from engine.services.outcome import NotDone, Origin, Outcome, why
from engine.store.cases import CaseRow
from engine.store.links import LinkRow, Waited
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.entries import Entries
    from engine.services.groups import Groups

#: how many cases may create each other in one transaction
DEEPEST = 8


class _End(NamedTuple):
    """How what a place waits for has ended.

    ``uid`` is the case where it is one, ``taken`` what the waiting case goes on with: the outcome
    of each case by its internal key, "" for one that goes on.
    """

    step: str
    uid: str
    outcome: str
    taken: Mapping[int, str]


class Linking:
    """Creates cases, and tells those that wait how theirs have ended."""

    def __init__(self, work: Casework, entries: Entries, groups: Groups) -> None:
        self._work = work
        self._entries = entries
        self._groups = groups

    # ------------------------------------------------------------ creating

    def create(
        self, unit: UnitOfWork, outcome: Outcome, effect: DueEffect, now: datetime
    ) -> list[str]:
        """Create a case with the command that asks for it; returns outbox keys.

        Raises:
            Refused: a start guard of its process does not hold, or cases create each other.
        """
        owner, link = outcome.row, str(effect.values["link"])
        if effect.values["once"] and unit.links.latest(owner.id, link) is not None:
            return []
        if outcome.depth >= DEEPEST:
            raise Refused("created_too_deep", process=effect.name)
        compiled = self._work.definitions.compiled(
            effect.name, self._work.definitions.pin(effect.name), unit
        )
        subject = owner.initiator or outcome.command.person
        given = with_paths({}, effect.values["with"])
        whose = Actor(subject, owner.initiator_organisation)
        data = self._entries.first_data(unit, compiled, whose, given, now)
        command = outcome.command
        made = self._work.begin(
            unit,
            Actor(command.person, command.organisation, on_behalf=command.on_behalf),
            effect.name,
            data,
            now,
            check=lambda run: self._entries.pin_form(unit, run, data, subject),
            origin=Origin(owner, effect.key, link, outcome.depth + 1),
        )
        self._groups.fill(unit, made, now)
        return made.sent

    # ------------------------------------------------------------ actions in linked cases

    def send(
        self, unit: UnitOfWork, outcome: Outcome, effect: DueEffect, now: datetime
    ) -> list[str]:
        """Let an action be done in linked cases after the commit; returns outbox keys."""
        row, link = outcome.row, str(effect.values["to"])
        keys = []
        for uid in self._linked(unit, outcome, link):
            key = f"{row.uid}:{effect.key}:{uid}"
            payload = {"case": uid, "action": effect.name}
            if unit.outbox.add(key, "send", payload, at=now, case=row):
                keys.append(key)
        return keys

    @staticmethod
    def _linked(unit: UnitOfWork, outcome: Outcome, link: str) -> list[str]:
        """The cases of a name, in the order they were created; the creator where it is that."""
        if link in created_by(outcome.compiled.process):
            return [one.uid for one in unit.links.of(outcome.row.id) if one.name == link]
        creator = outcome.result.state.creator
        return [creator] if creator is not None else []

    def act(self, key: str, uid: str, action: str) -> None:
        """Do an action in a linked case, once for a key.

        Raises:
            NotDone: it is refused.
        """
        try:
            until_kept(lambda: self._act(key, uid, action))
        except Stale:
            raise
        except Refused as refused:
            raise self._not_done(uid, action, refused) from refused

    def _act(self, key: str, uid: str, action: str) -> None:
        with self._work.store.write() as unit:
            loaded = self._work.held(unit, uid)
            if unit.commands.seen(key) is not None:
                return
            run = self._work.look(unit, loaded, SYSTEM)
            self._groups.free(unit, loaded, run, None)
            refusal = self.why_not(unit, loaded, run, _titled(loaded, action))
            if refusal is not None:
                raise refusal
            now = self._work.now(loaded.row.jurisdiction)
            command = Command("act", SYSTEM.person, name=action, at=_where(loaded, action))
            done = self._work.within(unit, uid, command, now).done
            unit.commands.remember(key, uid, done.to_json(), now)

    def _not_done(self, uid: str, action: str, refused: Refused) -> NotDone:
        with self._work.store.read() as unit:
            loaded = self._work.load(unit, uid)
        known = _titled(loaded, action)
        title = known.title if known is not None else action
        return NotDone("send_refused", number=loaded.row.number, action=title, why=why(refused))

    # ------------------------------------------------------------ ends that are waited for

    def settle(self, unit: UnitOfWork, outcome: Outcome, now: datetime) -> list[str]:
        """See to it that calls that were left are broken off and ends are told; outbox keys."""
        state, before = outcome.result.state, outcome.before
        sent: list[str] = []
        if state.creator is not None and state.closed and (before is None or not before.closed):
            sent += self._tell_creator(unit, outcome.row, now)
        # The version a case was moved from may have called where this one knows no call.
        moved = outcome.command.kind == "migrate"
        if not outcome.compiled.awaited and not moved:
            return sent
        if before is not None and outcome.result.moved:
            sent += self._break_off(unit, outcome, before, now)
        if outcome.result.moved or moved or outcome.command.kind == "resume":
            for end in self._ended(unit, outcome, state):
                key = f"{end.uid}:{outcome.row.uid}:{outcome.row.journal_seq}:{end.step}"
                sent += self._tell(unit, outcome.row, end.uid, key, now)
        return sent

    def _tell_creator(self, unit: UnitOfWork, row: CaseRow, now: datetime) -> list[str]:
        link = unit.links.to(row.id)
        owner = unit.cases.load_by_id(link.owner_id) if link is not None else None
        if link is None or owner is None:
            return []
        compiled = self._work.definitions.compiled(owner.process, owner.pin, unit)
        if link.name not in compiled.awaited:
            return []
        return self._tell(unit, owner, row.uid, f"{row.uid}:{row.journal_seq}:ended", now)

    @staticmethod
    def _tell(unit: UnitOfWork, owner: CaseRow, uid: str, key: str, now: datetime) -> list[str]:
        payload = {"owner": owner.uid, "case": uid}
        return [key] if unit.outbox.add(key, "ended", payload, at=now, case=owner) else []

    def _ended(self, unit: UnitOfWork, outcome: Outcome, state: State) -> list[_End]:
        """The ends the case waits for although they have come already."""
        steps = outcome.compiled.process.steps
        ends = (
            self._end(unit, outcome.row.id, steps[one.place.step], one)
            for _, one in places_of(state)
        )
        return [end for end in ends if end is not None]

    def _end(self, unit: UnitOfWork, owner_id: int, step: Step, at: State) -> _End | None:
        """How what is waited for at a place has ended; None where it goes on, or nothing is."""
        if step.joins is None:
            link = self._awaited(unit, owner_id, step, at)
            row = unit.cases.load(link.uid) if link is not None else None
            if row is None or row.closed_at is None:
                return None
            return _End(step.name, row.uid, str(row.outcome), {row.id: str(row.outcome)})
        several = self._several(unit, owner_id, step, at)
        over = [one for one in several if one.closed_at is not None]
        wanted = {"all": len(several), "any": 1}.get(str(step.joins), step.joins)
        if len(over) < min(int(wanted), len(several)):
            return None
        taken = {one.case_id: str(one.outcome) if one.closed_at else "" for one in several}
        return _End(step.name, "", SEVERAL, taken)

    @staticmethod
    def _several(unit: UnitOfWork, owner_id: int, step: Step, at: State) -> Sequence[Waited]:
        """The cases that a place waits for: those it has called, or all not waited for before."""
        if step.call is not None:
            return unit.links.called(owner_id, call_key(at))
        assert step.awaits is not None  # it waits for several
        return unit.links.not_taken(owner_id, step.awaits)

    @staticmethod
    def _awaited(unit: UnitOfWork, owner_id: int, step: Step, at: State) -> LinkRow | None:
        """The case that is waited for at a place."""
        if step.call is not None:
            return unit.links.by_key(owner_id, call_key(at))
        if step.awaits is not None:
            return unit.links.latest(owner_id, step.awaits)
        return None

    def deliver(self, owner: str, uid: str) -> Outcome | None:
        """Let a case go on from where it waits for one that has ended; else do nothing.

        Raises:
            NotDone: what it should go on to refuses.
        """
        return until_kept(lambda: self._deliver(owner, uid))

    def _deliver(self, owner: str, uid: str) -> Outcome | None:
        with self._work.store.write() as unit:
            row, ended = unit.cases.hold(owner), unit.cases.load(uid) if uid else None
            if row is None or (uid and (ended is None or ended.closed_at is None)):
                # Opened again meanwhile: its next end is told.
                return None
            loaded = self._work.loaded(unit, row)
            if loaded.state.suspended:
                # Told again when it is resumed.
                return None
            for at, one in places_of(loaded.state):
                step = loaded.compiled.process.steps[one.place.step]
                end = self._end(unit, row.id, step, one) if step.awaits is not None else None
                if end is None or (step.joins is None and end.uid != uid):
                    continue
                for case_id, outcome in end.taken.items():
                    unit.links.take(case_id, outcome, row.journal_seq + 1)
                command = Command(
                    "outcome", SYSTEM.person, name=end.outcome, at=step.name if at else ""
                )
                try:
                    return self._work.within(unit, owner, command, self._work.now(row.jurisdiction))
                except Stale:
                    raise
                except Refused as refused:
                    raise NotDone.of(row.number, refused) from refused
        return None

    # ------------------------------------------------------------ calls that are left

    def _break_off(
        self, unit: UnitOfWork, outcome: Outcome, before: State, now: datetime
    ) -> list[str]:
        """Cancel the cases of calls that nobody waits for any more."""
        steps = outcome.compiled.process.steps
        standing = {one.asking for _, one in places_of(outcome.result.state)}
        sent: list[str] = []
        for _, one in places_of(before):
            step = steps.get(one.place.step)
            calls = step is not None and step.call is not None
            if one.asking in standing or not (calls or outcome.command.kind == "migrate"):
                continue
            for called in unit.links.called(outcome.row.id, call_key(one)):
                sent += self._cancel(unit, called.uid, outcome, now)
        return sent

    def _cancel(self, unit: UnitOfWork, uid: str, by: Outcome, now: datetime) -> list[str]:
        loaded = self._work.load(unit, uid)
        if loaded.state.closed:
            # It has ended, and nobody waits for it any more: it stays closed.
            event = by.row.journal_seq
            unit.links.take(loaded.row.id, str(loaded.state.outcome), event)
            return []
        self._groups.outside(unit, loaded, self._work.look(unit, loaded, SYSTEM))
        unit.links.take(loaded.row.id, "", by.row.journal_seq)
        reason = f"{by.compiled.process.title} {by.row.number}"
        command = Command("cancel", SYSTEM.person, name="cancel", input={"reason": reason})
        return self._work.within(unit, uid, command, now).sent

    # ------------------------------------------------------------ asking

    @staticmethod
    def why_not(
        unit: UnitOfWork, loaded: Loaded, run: Run, action: Action | None
    ) -> Refused | None:
        """Why a case that has ended stays so: the one that waited for it has gone on."""
        stays = action is None or action.verb in ("save", "record")
        if stays or loaded.state.creator is None or not loaded.state.closed:
            return None
        link = unit.links.to(loaded.row.id)
        if link is None or link.taken is None:
            return None
        return run.refuse("creator_went_on")


def _where(loaded: Loaded, action: str) -> str:
    """The step of a branch at which an action is possible; "" for the place of the case itself."""
    for at, one in places_of(loaded.state):
        if at and action in loaded.compiled.actions[one.place.step]:
            return one.place.step
    return ""


def _titled(loaded: Loaded, action: str) -> Action | None:
    """An action of the case's process, wherever it is offered."""
    return next((one for one in actions_of(loaded.compiled.process) if one.name == action), None)
