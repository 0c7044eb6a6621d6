"""The rows written with a command: what waits, timers, indexed values and incidents of a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from engine.domain.case import DATES, Advance, Command, Place, State, WorkItem, dates_of, places_of
from engine.runtime import moments
from engine.runtime.branches import find, state_at
from engine.runtime.compiled import Compiled
from engine.services.definitions import Definitions
from engine.store.cases import CaseRow
from engine.store.chain import canonical
from engine.store.unit import UnitOfWork
from engine.store.work import NewWork

#: index path of the files a case refers to: it decides who may read them
FILES = "_files"
#: commands that may change the deadline of every place
EVERYWHERE = ("resume", DATES)
#: why an incident is resolved when the case went on without anybody's reason
MOVED_ON = "moved on"


class CaseRows:
    """Writes what follows from a command beside snapshot and journal."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def public_status(self, status: str | None, before: str | None) -> str | None:
        """The status the public sees; ``keep`` leaves the last one."""
        codes = self._definitions.current.codes.get("statuses")
        code = codes.values.get(status) if codes is not None and status is not None else None
        if code is None or code.public is None:
            return code.title if code is not None else before
        return before if code.public == "keep" else code.public

    def work(
        self,
        unit: UnitOfWork,
        row: CaseRow,
        before: State,
        command: Command,
        result: Advance,
        now: datetime,
    ) -> None:
        """What waits after a command: closed where the case has left, opened where it came to."""
        here = result.here or result.state
        if result.moved:
            self._close(unit, row, before, command, result, now)
            unit.work.open(row, [new_work(item, now) for item in result.work])
        elif command.kind == "vote":
            unit.work.done_by(row.id, here.place.step, command.person, at=now)
        if not result.moved:
            self._show(unit, row, before, command, result, now)
        changed = result.state.deadlines != before.deadlines
        if result.state.branches and (changed or command.kind in EVERYWHERE):
            for step, status, due in dues(result.state, now):
                unit.work.update_open(row.id, due=due, status=status, step=step)

    @staticmethod
    def _show(
        unit: UnitOfWork,
        row: CaseRow,
        before: State,
        command: Command,
        result: Advance,
        now: datetime,
    ) -> None:
        """Let work items that stay say what their place says now."""
        here = result.here or result.state
        at = find(before, command.at) if command.at else ()
        earlier = state_at(before, at) if at is not None else None
        shown = (here.status, dates_of(here))
        if earlier is not None and shown == (earlier.status, dates_of(earlier)):
            return
        in_branch = here is not result.state or result.kept
        unit.work.update_open(
            row.id,
            due=moments.earliest(dates_of(here), now.tzinfo),
            status=here.status,
            step=here.place.step if in_branch else None,
        )

    @staticmethod
    def _close(
        unit: UnitOfWork,
        row: CaseRow,
        before: State,
        command: Command,
        result: Advance,
        now: datetime,
    ) -> None:
        """Take away what waits no more: done where somebody acted, gone where it was broken off."""

        def close(ids: Sequence[int] | None, *, done: bool) -> None:
            unit.work.close(
                row.id,
                ids,
                at=now,
                closed_by=command.person,
                organisation=command.organisation,
                action=command.name or command.kind,
                state="done" if done else "gone",
            )

        acted = command.kind in ("act", "vote")
        if command.kind == "sign":
            own = (item for item in unit.work.of(row.id) if item.person == command.holder)
            step = command.at or before.place.step
            close([item.id for item in own if item.step == step], done=True)
        if not before.branches:
            close(None, done=acted)
            return
        left = [item for item in unit.work.of(row.id) if (item.step, item.visit) not in result.kept]
        step = command.at or before.place.step
        close([item.id for item in left if item.step == step], done=acted)
        close([item.id for item in left if item.step != step], done=False)

    def timers(
        self, unit: UnitOfWork, row: CaseRow, before: State, result: Advance, now: datetime
    ) -> None:
        """Set the timers anew where a command has changed what they follow from."""
        known = [*_dates(before)]
        ended = result.state.closed and not before.closed
        same = known == [*_dates(result.state)] and not ended
        if same and (not result.moved or not result.timers):
            return
        if any(due or wait or deadlines for due, _, wait, _, deadlines in known):
            unit.timers.clear(row.id)
        self.set_timers(unit, row, result, now)

    @staticmethod
    def set_timers(unit: UnitOfWork, row: CaseRow, result: Advance, now: datetime) -> None:
        """Write the timers that a command asks for."""
        for kind, at in timers_of(result, now):
            unit.timers.set(row, kind, at)

    def index(
        self, unit: UnitOfWork, row: CaseRow, compiled: Compiled, data: Mapping[str, Any]
    ) -> None:
        """Write what lists find a case by, and the files in it."""
        unit.cases.set_fields(row.id, self.found_by(unit, row, compiled, data))

    def found_by(
        self, unit: UnitOfWork, row: CaseRow, compiled: Compiled, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What lists find a case by, by index path."""
        name = compiled.process.form or ""
        form = self._definitions.current.forms.get(name)
        values: dict[str, Any] = {}
        if form is not None:
            values = {path: _value(data, path) for path in form.index_paths}
        if name:
            # Its files are where its own form has them; lists ask for what is in force.
            own = self._definitions.release_of(row.process, row.pin, unit).forms[name]
            values[FILES] = sorted(_files(data, own.file_paths))
        return values

    def incident(
        self,
        unit: UnitOfWork,
        row: CaseRow,
        before: State,
        command: Command,
        result: Advance,
        now: datetime,
    ) -> None:
        """Open what stops the case, and resolve what stops it no more."""
        stopped = _stopped(before)
        stops = _stopped(result.state)
        for place, code in stops.items():
            if place not in stopped:
                unit.incidents.open(row, code, {"place": str(place)}, now)
        over = {code for place, code in stopped.items() if place not in stops}
        if not over - set(stops.values()):
            return
        by_hand = command.kind in ("reroute", "cancel")
        reason = str(command.input["reason"]) if by_hand else MOVED_ON
        for incident in unit.incidents.of(row.id):
            if incident.resolved_at is None and incident.code in over - set(stops.values()):
                unit.incidents.resolve(incident.id, person=command.person, reason=reason, at=now)


def sealed_parts(
    command: Command, result: Advance, read: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Mapping[str, Any]]]:
    """What of an event is personal and goes into a sealed blob, and the events without it."""
    sealed: dict[str, Any] = {}
    if command.input:
        sealed["input"] = dict(command.input)
    if read:
        sealed["facts"] = dict(read)
    events = []
    for event in result.events:
        if event.get("event") == "overwritten":
            sealed["overwritten"] = event["values"]
        else:
            events.append(event)
    return sealed, events


def applied(row: CaseRow, state: State, now: datetime) -> CaseRow:
    """The row's columns that follow from the state."""
    place = state.place
    closed = now if state.closed and row.closed_at is None else row.closed_at
    return row._replace(
        status=state.status,
        step=place.step,
        stage=place.stage,
        organisation=place.organisation,
        state=canonical(state.to_json()),
        flags=orjson.dumps(list(state.flags)).decode(),
        outcome=state.outcome,
        arrived_at=datetime.fromisoformat(state.arrived_at).replace(tzinfo=now.tzinfo),
        # A date that is waited for is shown to people like a deadline: until then it stands here.
        due=moments.earliest(dates_of(state) or _waits(state), now.tzinfo),
        updated_at=now,
        closed_at=closed if state.closed else None,
        returned=state.returned,
    )


def _dates(state: State) -> Iterator[tuple[Any, ...]]:
    """What timers follow from, of every place."""
    for _, one in places_of(state):
        yield one.due, one.overdue, one.wait_until, state.suspended, one.deadlines


def _stopped(state: State) -> dict[Place, str]:
    """The places at which nobody was found, and why."""
    return {one.place: one.stuck for _, one in places_of(state) if one.stuck is not None}


def timers_of(result: Advance, now: datetime) -> Iterator[tuple[str, datetime]]:
    """What a case wants to be woken for after a command, and when."""
    for number, timer in enumerate(result.timers):
        name = f"{timer.kind}:{timer.name}" if timer.name else timer.kind
        name = f"{name}:{number}" if timer.kind == "remind" else name
        kind = f"{name}@{timer.step}" if timer.step else name
        yield kind, moments.instant(timer.at, now.tzinfo)


def new_work(item: WorkItem, now: datetime) -> NewWork:
    """A work item as the store writes it."""
    return NewWork(
        visit=item.visit,
        step=item.step,
        stage=item.stage,
        organisation=item.organisation,
        permission=item.permission,
        person=item.person,
        status=item.status,
        opened_at=now,
        due=instant(item.due, now),
    )


def _files(data: Any, paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        value = _value(data, path)
        found.update(str(item) for item in _flat(value) if item)
    return found


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    elif value is not None:
        yield value


def _value(data: Any, path: str) -> Any:
    """The value at a dotted path; below rows (``*``) a list of them."""
    name, _, rest = path.partition(".")
    if name == "*":
        found = [_value(item, rest) if rest else item for item in data or ()]
        return [item for item in found if item is not None]
    value = data.get(name) if isinstance(data, Mapping) else None
    return _value(value, rest) if rest else value


def _waits(state: State) -> list[str]:
    return [state.wait_until] if state.wait_until is not None else []


def dues(state: State, now: datetime) -> Iterator[tuple[str, str | None, datetime | None]]:
    """What work items show of each place: its step, status and deadline."""
    for at, _ in list(places_of(state)):
        one = state_at(state, at)
        yield one.place.step, one.status, moments.earliest(dates_of(one), now.tzinfo)


def instant(due: str | None, now: datetime) -> datetime | None:
    """A date or moment of a state as a point in time."""
    return None if due is None else moments.instant(due, now.tzinfo)
