"""The journal is the truth: state and work items again from nothing but it (ENG-12).

Each event holds the command, what was typed and what was read; carrying the commands out once more
on an empty state must give the stored bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.domain.case import DATES, Advance, Command, State, dates_of
from engine.domain.errors import NotFound
from engine.runtime.advance import advance, start
from engine.runtime.facts import recorded
from engine.runtime.moments import earliest
from engine.services.case_rows import EVERYWHERE, applied, dues, new_work, timers_of
from engine.services.casework import Casework
from engine.store.ballots import Round
from engine.store.cases import CaseRow, field_rows
from engine.store.chain import Broken, Event, canonical
from engine.store.unit import UnitOfWork
from engine.store.work import NewWork

#: by voter what stands on each paper; None where the vote is secret
_Votes = dict[str, dict[str, Any] | None]
#: commands that put a case on another version of its process
MOVES = ("migrate", "unmigrate")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A case as its journal tells it."""

    uid: str
    state: bytes
    work: tuple[NewWork, ...]
    #: whether this is what is stored
    same_state: bool
    same_work: bool
    #: and so are what lists show and find a case by, what it wants to be woken for, and the votes
    same_row: bool
    same_timers: bool
    same_votes: bool

    @property
    def same(self) -> bool:
        """Whether everything is what is stored."""
        rest = self.same_row and self.same_timers and self.same_votes
        return self.same_state and self.same_work and rest


class Rebuilding:
    """Rebuilds cases and verifies journals."""

    def __init__(self, work: Casework) -> None:
        self._work = work

    def rebuild(self, uid: str) -> Rebuilt:
        """Rebuild one case and compare it with what is stored; changes nothing.

        Raises:
            NotFound: there is no such case.
            UnreadableFact: the journal does not hold a value that was needed.
        """
        with self._work.store.read() as unit:
            row = unit.cases.load(uid)
            if row is None:
                raise NotFound("no_such_case", uid=uid)
            return self._rebuilt(unit, row)

    def all(self) -> list[Rebuilt]:
        """Rebuild every case."""
        with self._work.store.read() as unit:
            return [self._rebuilt(unit, row) for row in unit.cases.every()]

    def verify(self) -> list[tuple[str, Broken]]:
        """Check the hash chain of every case; returns those that do not hold."""
        found = []
        with self._work.store.read() as unit:
            for row in unit.cases.every():
                broken = unit.journal.verify(row)
                if broken is not None:
                    found.append((row.uid, broken))
        return found

    def _rebuilt(self, unit: UnitOfWork, row: CaseRow) -> Rebuilt:
        events = unit.journal.of(row.id)
        pins = pins_of(row, events)
        zone = self._work.zone(row.jurisdiction)
        result: Advance | None = None
        data: Mapping[str, Any] = {}
        work: tuple[NewWork, ...] = ()
        shown = row._replace(closed_at=None)
        votes: dict[Round, _Votes] = {}
        for event, pin in zip(events, pins, strict=True):
            typed, kept = self._data(unit, event)
            data = typed if typed is not None else data
            before = result.state if result is not None else None
            result = self._again(unit, row._replace(pin=pin), event, result, data)
            data = kept if kept is not None else data
            work = self._waits(row, event, result, work, before)
            if event.kind == "vote":
                self._voted(unit, event, result, votes)
            shown = applied(shown, result.state, event.at.astimezone(zone))
        assert result is not None  # a case has at least its start
        state = canonical(result.state.to_json())
        stored = tuple(
            NewWork(
                item.visit, item.step, item.stage, item.organisation, item.permission,
                item.person, item.status, item.opened_at, item.due,
            )
            for item in unit.work.of(row.id)
        )  # fmt: skip
        return Rebuilt(
            row.uid,
            state,
            work,
            state == row.state,
            _same(work, stored),
            _listed(shown) == _listed(row) and self._same_index(unit, row, data),
            self._same_timers(unit, row, result),
            _same_votes(unit, row, votes, is_group=self._is_group(unit, row)),
        )

    def _is_group(self, unit: UnitOfWork, row: CaseRow) -> bool:
        compiled = self._work.definitions.compiled(row.process, row.pin, unit)
        return compiled.process.members is not None

    @staticmethod
    def _voted(unit: UnitOfWork, event: Event, result: Advance, votes: dict[Round, _Votes]) -> None:
        """Keep what somebody voted; a secret ballot is in no journal."""
        here = result.here or result.state
        sealed = unit.blobs.get(event.data_hash) if event.data_hash is not None else {}
        papers = sealed.get("input", {}).get("papers")
        place = Round(here.place.step, here.place.visit, here.round)
        votes.setdefault(place, {})[event.person or ""] = papers

    def _same_index(self, unit: UnitOfWork, row: CaseRow, data: Mapping[str, Any]) -> bool:
        """Whether lists find the case by what its data say."""
        compiled = self._work.definitions.compiled(row.process, row.pin, unit)
        found = self._work.rows.found_by(unit, row, compiled, data)
        wanted: dict[str, list[str | float]] = {}
        for path, value in found.items():
            rows = field_rows(path, value)
            wanted[path] = [one["text_value"] or one["number_value"] or 0.0 for one in rows]
        return _in_order(wanted) == _in_order(unit.cases.fields(row.id))

    def _same_timers(self, unit: UnitOfWork, row: CaseRow, result: Advance) -> bool:
        """Whether the case is woken for what it wants, what has passed meanwhile apart."""
        now = self._work.now(row.jurisdiction)
        wanted = {(_unnumbered(kind), at) for kind, at in timers_of(result, now)}
        # That a case is to look at its dates again comes from elsewhere, not from its journal.
        known = (one for one in unit.timers.of(row.id) if one.kind != DATES)
        stored = {(_unnumbered(one.kind), one.at) for one in known}
        return stored <= wanted and all(at <= now for _, at in wanted - stored)

    def _again(
        self,
        unit: UnitOfWork,
        row: CaseRow,
        event: Event,
        before: Advance | None,
        data: Mapping[str, Any],
    ) -> Advance:
        compiled = self._work.definitions.compiled(row.process, row.pin, unit)
        body = orjson.loads(event.body)
        sealed = unit.blobs.get(event.data_hash) if event.data_hash is not None else {}
        command = Command(
            event.kind,
            event.person or "",
            event.organisation,
            event.on_behalf,
            body["name"],
            sealed.get("input", {}),
            data if "typed" in body else None,
            body.get("at", ""),
        )
        now = event.at.astimezone(self._work.zone(row.jurisdiction))
        ident = {"id": row.uid, "number": row.number, "year": row.year}
        facts = recorded(sealed.get("facts", {}))
        if before is None:
            ident["number"] = None
            return start(compiled, facts, command, now, ident, data=data)
        return advance(
            compiled,
            before.state,
            facts,
            command,
            now,
            ident,
            data=data,
            seq=event.seq,
        )

    @staticmethod
    def _data(
        unit: UnitOfWork, event: Event
    ) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
        body = orjson.loads(event.body)
        typed = unit.blobs.get(body["typed"]) if "typed" in body else None
        kept = unit.blobs.get(body["data"]) if "data" in body else None
        return typed, kept

    def _waits(
        self,
        row: CaseRow,
        event: Event,
        result: Advance,
        work: tuple[NewWork, ...],
        before: State | None,
    ) -> tuple[NewWork, ...]:
        now = event.at.astimezone(self._work.zone(row.jurisdiction))
        found = self._own_waits(event, result, work, now, moved=result.moved or before is None)
        state = result.state
        if before is None or not state.branches:
            return found
        if state.deadlines == before.deadlines and event.kind not in EVERYWHERE:
            return found
        shown = {step: (status, due) for step, status, due in dues(state, now)}
        return tuple(
            item._replace(status=shown[item.step][0], due=shown[item.step][1])
            if item.step in shown
            else item
            for item in found
        )

    @staticmethod
    def _own_waits(
        event: Event,
        result: Advance,
        before: tuple[NewWork, ...],
        now: datetime,
        *,
        moved: bool,
    ) -> tuple[NewWork, ...]:
        if moved:
            kept = [item for item in before if (item.step, item.visit) in result.kept]
            return (*kept, *(new_work(item, now) for item in result.work))
        here = result.here or result.state
        if event.kind == "vote":
            own = (here.place.step, event.person)
            before = tuple(item for item in before if (item.step, item.person) != own)
        due = earliest(dates_of(here), now.tzinfo)
        return tuple(
            item._replace(status=here.status, due=due)
            if item.step == here.place.step or not result.kept
            else item
            for item in before
        )


def pins_of(row: CaseRow, events: Sequence[Event]) -> list[str]:
    """The version a case was carried out under at each of its events."""
    moves = [
        orjson.loads(event.body)["events"][0] if event.kind in MOVES else None for event in events
    ]
    pin = next((move["from"] for move in moves if move is not None), row.pin)
    pins = []
    for move in moves:
        pin = move["to"] if move is not None else pin
        pins.append(pin)
    return pins


def _listed(row: CaseRow) -> tuple[Any, ...]:
    """What lists show of a case, as far as its journal alone says it."""
    return (
        row.status, row.step, row.stage, row.organisation, row.flags, row.outcome, row.arrived_at,
        row.due, row.returned, row.closed_at,
    )  # fmt: skip


def _in_order(found: Mapping[str, list[str | float]]) -> dict[str, list[str]]:
    return {
        path: sorted(str(one or 0.0) for one in values) for path, values in found.items() if values
    }


def _unnumbered(kind: str) -> str:
    """A reminder is numbered among those that were set with it, not among those that are left."""
    return re.sub(r"(remind[^@]*):\d+", r"\1", kind)


def _same_votes(
    unit: UnitOfWork, row: CaseRow, votes: Mapping[Round, _Votes], *, is_group: bool
) -> bool:
    """Whether the ballots are those that were journalled; of a secret one only that it is there."""
    members = unit.members.of(row.id) if is_group and votes else []
    for here, voted in votes.items():
        papers: dict[str, dict[str, Any]] = {}
        for one in unit.ballots.of(row, here):
            papers[one.voter] = {**papers.get(one.voter, {}), one.paper: one.ballot}
        if not papers and is_group and all(one.state == "removed" for one in members):
            continue  # They were about nobody: everybody has voted, and there was no paper.
        if len(papers) != len(voted):
            return False
        if None in voted.values():
            continue
        # What was handed in beside what is voted on is journalled, and no ballot.
        for voter, ballots in papers.items():
            written = voted.get(voter) or {}
            if any(written.get(paper) != ballot for paper, ballot in ballots.items()):
                return False
    return True


def _same(one: tuple[NewWork, ...], other: tuple[NewWork, ...]) -> bool:
    def key(item: NewWork) -> tuple[Any, ...]:
        due = item.due.timestamp() if item.due else None
        return (*(str(value) for value in item[:-2]), item.opened_at.timestamp(), due)

    return sorted(map(key, one), key=str) == sorted(map(key, other), key=str)
