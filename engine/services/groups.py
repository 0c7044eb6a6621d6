"""Groups: cases that are decided together (language 1.4).

A group case locks its members while it is decided and releases them by outcome. Its decision is one
command; each member is bound by it at once and moves on in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from engine.definitions.process import Action, Members
from engine.domain.actor import SYSTEM, Rights
from engine.domain.case import Command, State
from engine.domain.errors import Refused, Stale
from engine.domain.paths import with_path
from engine.expressions.condition import And, Condition, In
from engine.runtime.offers import may_act
from engine.runtime.run import Run
from engine.services.casework import Casework, until_kept
from engine.services.loaded import Loaded
from engine.services.outcome import NotDone, Outcome
from engine.store.cases import CaseRow
from engine.store.outbox import OutboxRow
from engine.store.unit import UnitOfWork


class Groups:
    """Which cases are in which group, and whether that may change."""

    def __init__(self, work: Casework) -> None:
        self._work = work

    # ------------------------------------------------------------ the member's side

    def holding(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, *, overseen: bool = False
    ) -> Refused | None:
        """Why a case cannot act for itself: the group that is deciding on it.

        What was decided and cannot be carried out binds all but whoever oversees the case.
        """
        if loaded.compiled.process.steps[loaded.row.step].wait is None:
            return None
        for group in unit.members.groups_of(loaded.row.id):
            if group.state == "released" and self._unapplied(unit, loaded, group.uid, overseen):
                return run.refuse("decided_by_group", group=group.uid)
            if group.state != "in":
                continue
            held = self._work.load(unit, group.uid)
            if self.locked(held):
                title = held.compiled.process.title
                return run.refuse("in_group", group=title, number=held.row.number)
        return None

    def _unapplied(self, unit: UnitOfWork, loaded: Loaded, group: str, overseen: bool) -> bool:
        # A released member that still waits for exactly this group has its decision on the way.
        wait = loaded.compiled.process.steps[loaded.row.step].wait
        row = unit.cases.load(group)
        assert wait is not None
        if row is None or wait.group != row.process:
            return False
        on_the_way = ("waiting", "taken", "held") + (() if overseen else ("failed",))
        found = self._releases(unit, group, loaded.row.uid)
        return any(state in on_the_way and _is_waited_for(one, loaded) for one, state in found)

    @staticmethod
    def _releases(unit: UnitOfWork, group: str, member: str) -> list[tuple[OutboxRow, str]]:
        row = unit.cases.load(group)
        return [
            (message, state)
            for message, state in (unit.outbox.of(row.id) if row is not None else ())
            if message.kind == "release" and message.payload.get("member") == member
        ]

    def free(self, unit: UnitOfWork, loaded: Loaded, run: Run, action: Action | None) -> None:
        """Refuse when a group holds the case.

        Raises:
            Refused: naming the group.
        """
        held = self.holding(unit, loaded, run)
        if held is not None:
            raise held

    def outside(self, unit: UnitOfWork, loaded: Loaded, run: Run) -> None:
        """Refuse what would take a case away from under a group it is in, locked or not.

        Raises:
            Refused: naming the group.
        """
        deciding = self.holding(unit, loaded, run, overseen=True)
        if deciding is not None:
            raise deciding
        for group in unit.members.groups_of(loaded.row.id):
            if group.state == "in":
                held = self._work.load(unit, group.uid)
                title = held.compiled.process.title
                raise run.refuse("in_group", group=title, number=held.row.number)

    def settle(self, unit: UnitOfWork, outcome: Outcome, now: datetime) -> list[str]:
        """See to it that groups and members follow from what was done; returns outbox keys.

        Raises:
            Stale: the group has begun to decide at the moment in which somebody took a member away.
        """
        self._leave(unit, outcome, now)
        ended = outcome.result.state.closed and not (outcome.before and outcome.before.closed)
        if ended and outcome.compiled.process.members is not None:
            self._dissolve(unit, outcome.row)
        return self._let_go(unit, outcome, now) if outcome.command.kind == "resume" else []

    def _let_go(self, unit: UnitOfWork, outcome: Outcome, now: datetime) -> list[str]:
        """Deliver what was decided about a case while it was suspended."""
        keys = []
        for group in unit.members.groups_of(outcome.row.id):
            if group.state == "released":
                for message, state in self._releases(unit, group.uid, outcome.row.uid):
                    if state == "held" and unit.outbox.let_go(message.id, now):
                        keys.append(message.key)
        return keys

    def _leave(self, unit: UnitOfWork, outcome: Outcome, now: datetime) -> None:
        """Let a case that does not wait any more go out of the group it was in.

        Raises:
            Stale: the group has begun to decide at the moment in which somebody took it away.
        """
        before, here = outcome.before, outcome.result.state.place
        # Nothing is moved to another version while it is in a group.
        step = outcome.compiled.process.steps.get(before.place.step) if before else None
        wait = step.wait if step is not None else None
        if before is None or wait is None or wait.group is None:
            return
        if (before.place.step, before.place.visit) == (here.step, here.visit):
            return
        for group in unit.members.groups_of(outcome.row.id):
            if group.state != "in" or group.process != wait.group:
                continue
            held = self._work.held(unit, group.uid)
            if outcome.command.kind == "act" and self.locked(held):
                raise Stale("already_handled")
            entered = {"members": [outcome.row.uid]}
            command = Command("remove", SYSTEM.person, name="remove", input=entered)
            self._work.within(unit, group.uid, command, now)
            unit.members.remove(held.row.id, outcome.row.id)

    # ------------------------------------------------------------ the group's side

    @staticmethod
    def locked(group: Loaded) -> bool:
        """Whether the list of members is closed at the group's present step."""
        members = group.compiled.process.members
        if members is None:
            return True
        step = group.row.step
        if group.compiled.process.steps[step].end is not None:
            return True
        if members.lock is None:
            return step != group.compiled.process.first.name
        return step in members.lock

    def may_change(self, run: Run, kind: str, rights: Rights) -> None:
        """Refuse unless the actor holds the group's present task and the list is open.

        Raises:
            Refused: a right is missing or the list is locked.
        """
        members = run.process.members
        if members is None:
            raise run.refuse("not_a_group")
        lock = members.lock
        locked = run.step.name in lock if lock is not None else run.step is not run.process.first
        first = next(iter(run.step.actions.values()), None)
        if locked or run.step.end is not None or first is None:
            raise run.refuse("group_locked", step=run.step.title)
        forbidden = may_act(run, first, rights)
        if forbidden is not None:
            raise forbidden

    def check(
        self, unit: UnitOfWork, group: Loaded, run: Run, kind: str, members: Sequence[str]
    ) -> None:
        """Refuse members that cannot be added or removed.

        Raises:
            Refused: naming the first of them.
        """
        if not members:
            raise run.refuse("no_members_chosen")
        inside = {m.uid for m in unit.members.of(group.row.id) if m.state == "in"}
        possible = set(self.candidates(unit, group, run)) if kind == "add" else inside
        for uid in members:
            if kind == "add" and uid in inside:
                raise run.refuse("already_member", member=uid)
            if uid not in possible:
                code = "cannot_be_member" if kind == "add" else "not_a_member"
                raise run.refuse(code, member=uid)

    def candidates(self, unit: UnitOfWork, group: Loaded, run: Run) -> list[str]:
        """The cases that may be added: waiting here for this kind of group, and in none."""
        members = group.compiled.process.members
        if members is None:
            return []
        steps, alike = self._waiting_at(unit, members, group.row.process)
        where: list[Condition] = [
            In(("process",), members.processes, "text"),
            In(("step",), steps, "text"),
        ]
        if members.where is not None:
            where.append(run.context.search(members.where))
        waiting = self._work.lookups.find(
            unit, "cases", And(tuple(where)), jurisdiction=run.process.jurisdiction
        )
        taken = unit.members.taken(group.row.process) if waiting else frozenset()
        free = [uid for uid in waiting if uid not in taken]
        if alike:
            return free
        rows = ((uid, unit.cases.load(uid)) for uid in free)
        return [uid for uid, row in rows if row and self._waits(unit, members, group.row, row)]

    def _waiting_at(
        self, unit: UnitOfWork, members: Members, group: str
    ) -> tuple[tuple[str, ...], bool]:
        """Where cases wait for such a group in the versions that are in use.

        Whether that is one step of the same name in all of them, too.
        """
        found: set[str] = set()
        alike = True
        for process, pin in unit.cases.pins():
            if process not in members.processes:
                continue
            known = self._work.definitions.compiled(process, pin, unit).process
            steps = {name for name in known.steps if members.takes(group, known, name)}
            found |= steps
            alike = alike and steps == {members.waiting_at}
        return tuple(sorted(found | {members.waiting_at})), alike

    def _waits(self, unit: UnitOfWork, members: Members, group: CaseRow, row: CaseRow) -> bool:
        """Whether a case, in the version it has, waits where such a group takes cases in."""
        if row.process not in members.processes:
            return False
        process = self._work.definitions.compiled(row.process, row.pin, unit).process
        return members.takes(group.process, process, row.step)

    def change(self, unit: UnitOfWork, outcome: Outcome, kind: str, members: Sequence[str]) -> None:
        """Write who is in the group now.

        Raises:
            Stale: a case that is put in waits for such a group no longer.
        """
        for uid in members:
            row = unit.cases.hold(uid)
            assert row is not None  # checked before
            if kind == "add":
                self._demand_waiting(unit, outcome, row)
                unit.members.add(
                    outcome.row, row.id, process=outcome.row.process, row={},
                    at=outcome.row.updated_at,
                )  # fmt: skip
            else:
                unit.members.remove(outcome.row.id, row.id)

    def _demand_waiting(self, unit: UnitOfWork, outcome: Outcome, row: CaseRow) -> None:
        members = outcome.compiled.process.members
        if members is None or not self._waits(unit, members, outcome.row, row):
            # It was looked for before nobody else could write it.
            raise Stale("already_handled")

    def fill(self, unit: UnitOfWork, outcome: Outcome, now: datetime) -> None:
        """Take in all candidates of a group that is filled by itself (``fill: all``)."""
        loaded = self._work.loaded(unit, outcome.row)
        members = loaded.compiled.process.members
        if members is None or members.fill != "all":
            return
        run = self._work.look(unit, loaded, SYSTEM)
        found = self.candidates(unit, loaded, run)
        if not found:
            return
        command = Command("add", SYSTEM.person, name="add", input={"members": found})
        further = self._work.within(unit, outcome.row.uid, command, now)
        self.change(unit, further, "add", found)
        outcome.row = further.row
        outcome.result = further.result

    @staticmethod
    def _dissolve(unit: UnitOfWork, group: CaseRow) -> None:
        """Let go whoever is still in a group that has ended or was broken off: they wait again."""
        for member in unit.members.of(group.id):
            if member.state == "in":
                unit.members.remove(group.id, member.case_id)

    # ------------------------------------------------------------ releasing

    def bind(
        self, unit: UnitOfWork, group: CaseRow, values: Mapping[str, Any], key: str, now: datetime
    ) -> list[str]:
        """Record the outcome of each member and let it be delivered; returns outbox keys."""
        keys = []
        outcome = str(values["as"])
        for uid in values["cases"]:
            row = unit.cases.load(uid)
            if row is None:
                continue
            if outcome == "removed":
                unit.members.remove(group.id, row.id)
                continue
            unit.members.release(group.id, row.id, outcome)
            own = f"{group.uid}:{key}:{uid}"
            payload = {
                "member": uid, "outcome": outcome, "group": group.uid, "into": values.get("into"),
                "asked": State.from_json(orjson.loads(row.state)).asking,
            }  # fmt: skip
            if unit.outbox.add(own, "release", payload, at=now, case=group):
                keys.append(own)
        return keys

    def deliver(self, message: OutboxRow) -> bool:
        """Move one released member on; done already if it does not wait any more.

        With ``into``, what the group's list says about the member is kept in its data. False if
        the message is held: a suspended member goes on when it is resumed.
        """
        return until_kept(lambda: self._deliver(message))

    def _deliver(self, message: OutboxRow) -> bool:
        member, outcome = message.payload["member"], message.payload["outcome"]
        group, into = message.payload["group"], message.payload["into"]
        with self._work.store.write() as unit:
            loaded = self._work.held(unit, member)
            if unit.commands.seen(message.key) is not None or not _is_waited_for(message, loaded):
                # Where it waits again meanwhile the next decision on it is another one.
                return True
            row = loaded.row
            step = loaded.compiled.process.steps[row.step]
            if outcome not in step.outcomes:
                self._demand_gone(unit, loaded, group, outcome)
                return True
            if loaded.state.suspended:
                unit.outbox.hold(message.id)
                return False
            now = self._work.now(row.jurisdiction)
            data = None
            if into is not None:
                data = with_path(loaded.data, into, self._row(unit, group, member))
            command = Command("outcome", SYSTEM.person, name=outcome, data=data)
            try:
                done = self._work.within(unit, member, command, now).done
            except Stale:
                raise
            except Refused as refused:
                raise NotDone.of(row.number, refused) from refused
            unit.commands.remember(message.key, member, done.to_json(), now)
            return True

    @staticmethod
    def _demand_gone(unit: UnitOfWork, loaded: Loaded, group: str, outcome: str) -> None:
        """Refuse to pass over a member that waits for this group and does not know the outcome.

        The versions of the two differ then: the group's has an outcome that the member's has not.
        """
        wait = loaded.compiled.process.steps[loaded.row.step].wait
        held = unit.cases.load(group)
        if wait is None or held is None or wait.group != held.process:
            return
        groups = unit.members.groups_of(loaded.row.id)
        if any(one.uid == group and one.state == "released" for one in groups):
            raise NotDone("outcome_unknown", number=loaded.row.number, outcome=outcome)

    @staticmethod
    def _row(unit: UnitOfWork, group: str, member: str) -> Any:
        held = unit.cases.load(group)
        rows = unit.members.of(held.id) if held is not None else ()
        return next((row.row for row in rows if row.uid == member), {})


def _is_waited_for(release: OutboxRow, member: Loaded) -> bool:
    """Whether a member is still where it was when the group decided on it."""
    return bool(release.payload["asked"] == member.state.asking)
