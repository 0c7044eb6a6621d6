"""One command on one case: read, decide with no lock held, write in one short transaction.

Everything a command leads to (snapshot, journal, work items, timers, effects on our own data and
the outbox) is committed together or not at all. Who comes second reads that it has been dealt with.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import orjson

from engine.domain.actor import SYSTEM, Actor, Rights
from engine.domain.case import (
    DATES,
    Advance,
    Command,
    Place,
    State,
    places_of,
)
from engine.domain.errors import NotFound, Refused, Stale
from engine.runtime.advance import advance, beginning, start
from engine.runtime.branches import find, state_at
from engine.runtime.compiled import Compiled
from engine.runtime.facts import Recording
from engine.runtime.run import Run
from engine.services.case_facts import CaseFacts, Lookups, NeedsTransaction
from engine.services.case_rows import CaseRows, applied, new_work, sealed_parts
from engine.services.definitions import Definitions
from engine.services.loaded import Ground, LazyData, Loaded
from engine.services.outcome import Done, Origin, Outcome
from engine.services.ranges import unused
from engine.store.cases import CaseRow, NewCase
from engine.store.chain import GENESIS, Event
from engine.store.database import Store
from engine.store.errors import Conflict, Duplicate
from engine.store.unit import UnitOfWork
from engine.store.work import WorkRow

if TYPE_CHECKING:
    from engine.domain.clock import Clock

#: without the letters and digits that people confuse: 32 are left, so each is as likely
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_uid() -> str:
    """An unguessable public id."""
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(12))


#: how often a command is tried again because somebody acted at another place of the case
RACES = 8


class _Beside(Stale):
    """The case was written meanwhile, perhaps at another of its places."""

    def __init__(self, place: Place) -> None:
        super().__init__("already_handled")
        self.place = place


_T = TypeVar("_T")


def until_kept(transact: Callable[[], _T]) -> _T:
    """Do what is one transaction; again where the database broke it off because of another one.

    Raises:
        Conflict: it was broken off again and again.
    """
    for _ in range(RACES - 1):
        with suppress(Conflict):
            return transact()
    return transact()


#: carries out an effect on our own data in the transaction of the command; returns outbox keys
Effects = Callable[[UnitOfWork, Outcome, datetime], list[str]]


class Casework:
    """Reads cases, lets the runtime decide, writes what came out."""

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        lookups: Lookups,
        clock: Clock,
        rights: Rights,
    ) -> None:
        self.store = store
        self.definitions = definitions
        self.lookups = lookups
        self.clock = clock
        self.rights = rights
        #: gives the seed of a drawing; a replay sets one that gives the same seeds every time
        self.seeds: Callable[[], int] = lambda: secrets.randbits(48)
        #: set by the effects service, which itself needs this one
        self.effects: Effects = lambda unit, outcome, now: []
        self.rows = CaseRows(definitions)
        self._overrides: dict[str, dict[str, Any]] = {}
        self._grounds: dict[str, Ground] = {}

    def override(self, process: str, policy: Mapping[str, Any]) -> None:
        """Set switches as a jurisdiction would, for a replay (``given: {policy: …}``)."""
        self._overrides.setdefault(process, {}).update(policy)
        self._grounds.pop(process, None)

    # ------------------------------------------------------------ reading

    def zone(self, jurisdiction: str) -> ZoneInfo:
        """The time zone of a jurisdiction."""
        known = self.definitions.current.jurisdictions.get(jurisdiction)
        return ZoneInfo(known.zone if known is not None else "Asia/Shanghai")

    def now(self, jurisdiction: str) -> datetime:
        """The present moment in a jurisdiction's zone."""
        return self.clock.now().astimezone(self.zone(jurisdiction))

    def calendar(self, jurisdiction: str) -> Any:
        """The working days of a jurisdiction."""
        release = self.definitions.current
        known = release.jurisdictions.get(jurisdiction)
        if known is None or known.calendar is None:
            return None
        return release.calendars.get(known.calendar)

    def load(self, unit: UnitOfWork, uid: str, version: int | None = None) -> Loaded:
        """Read a case.

        Raises:
            NotFound: there is none.
            Stale: it is not at ``version`` any more.
        """
        row = unit.cases.load(uid)
        if row is None:
            raise NotFound("no_such_case", uid=uid)
        if version is not None and row.version != version:
            raise Stale("already_handled")
        return self.loaded(unit, row)

    def held(self, unit: UnitOfWork, uid: str) -> Loaded:
        """Read a case that nobody else writes until the transaction ends.

        Raises:
            NotFound: there is none.
        """
        row = unit.cases.hold(uid)
        if row is None:
            raise NotFound("no_such_case", uid=uid)
        return self.loaded(unit, row)

    def loaded(self, unit: UnitOfWork, row: CaseRow) -> Loaded:
        """A row with its state, process and data."""
        compiled = self.definitions.compiled(row.process, row.pin, unit)
        state = State.from_json(orjson.loads(row.state))
        hashed = row.data_hash
        data = LazyData(lambda: unit.blobs.get(hashed) if hashed is not None else {})
        return Loaded(row, state, compiled, data)

    def facts(
        self,
        unit: UnitOfWork,
        compiled: Compiled,
        row: CaseRow | None,
        data: Mapping[str, Any],
        now: datetime,
        *,
        writing: bool = False,
        seed: int = 0,
        found: dict[tuple[str, Any, int | None], Sequence[str]] | None = None,
        numbers: Callable[[UnitOfWork, str, str | None], Sequence[str]] | None = None,
        creator: str | None = None,
    ) -> Recording:
        """The world as one command sees it; ``numbers`` instead of those of the pools."""
        process = compiled.process
        ground = self._ground(process.id, process.jurisdiction)
        facts = CaseFacts(
            unit,
            self.lookups,
            compiled,
            row,
            data=data,
            policy=ground.policy,
            today=now.date().isoformat(),
            writing=writing,
            seed=seed,
            jurisdiction=ground.jurisdiction,
            calendar=ground.calendar,
            found=found,
            numbers=numbers
            or (lambda unit, pool, of: self.number(unit, process.jurisdiction, pool, of, now)),
            creator=creator,
        )
        return Recording(facts)

    def _ground(self, process: str, jurisdiction: str) -> Ground:
        release = self.definitions.current
        ground = self._grounds.get(process)
        if ground is None or ground.release is not release:
            ground = Ground.of(release, process, jurisdiction, self._overrides.get(process, {}))
            self._grounds[process] = ground
        return ground

    def number(
        self, unit: UnitOfWork, jurisdiction: str, pool: str, of: str | None, now: datetime
    ) -> Sequence[str]:
        """The next number of a pool, in its format; ``of`` is whom it belongs to.

        Behind it come the first and the last that were passed over, because they are in use.

        Raises:
            Refused: the pool has no number left.
        """
        known = self.definitions.current.jurisdictions[jurisdiction]
        declared = known.pools[pool]
        if declared.ranges is not None:
            return self.lookups.take_number(unit, declared, of, now.year)
        name = f"{jurisdiction}/{pool}"
        if declared.per_year:
            name = f"{name}/{now.year}"
        taken = unit.pools.take(name, first=declared.first)
        numbers = ((one, declared.number(one, now.year)) for one in declared.up_from(taken))
        free = next(unused(unit, declared, numbers), None)
        if free is None:
            raise Refused("pool_empty", pool=declared.title)
        if free[0] == taken:
            return [free[1]]
        unit.pools.pass_over(name, free[0] + 1)
        return [free[1], *(declared.number(one, now.year) for one in (taken, free[0] - 1))]

    def demand_numbers(
        self, unit: UnitOfWork, jurisdiction: str, pool: str, of: str | None, wanted: int
    ) -> None:
        """Refuse to begin what needs more numbers of a pool than are free; counters have enough."""
        declared = self.definitions.current.jurisdictions[jurisdiction].pools[pool]
        if declared.ranges is not None:
            year = self.now(jurisdiction).year
            self.lookups.demand_numbers(unit, declared, of, year, wanted)

    def look(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        actor: Actor,
        *,
        data: Mapping[str, Any] | None = None,
        at: str | None = None,
    ) -> Run:
        """A run that is only asked questions (what could be done here?).

        Args:
            unit: an open unit of work.
            loaded: the case.
            actor: who asks.
            data: form data as typed; None = as stored.
            at: in a parallel step the step of the place that is asked about; None = where
                something waits for the actor, else the parallel step itself.

        Raises:
            Stale: the case is not at that place any more.
        """
        now = self.now(loaded.row.jurisdiction)
        if actor.represents and actor.on_behalf is None:
            actor = self.acting(unit, loaded, actor, at)
        command = Command("look", actor.person, actor.organisation, actor.on_behalf)
        run = self._run(unit, loaded, command, now, data if data is not None else loaded.data)
        if loaded.state.branches:
            step = at if at is not None else self._waiting_at(unit, loaded, actor)
            found = find(loaded.state, step, ended=True) if step else ()
            if found is None:
                raise Stale("already_handled")
            run.focus(found)
        return run

    def acting(
        self, unit: UnitOfWork, loaded: Loaded, actor: Actor, at: str | None = None
    ) -> Actor:
        """The actor, as a substitute where the task is not theirs but that of whom they represent.

        Where nothing waits, what somebody passed is theirs to take back.
        """
        waiting = [item for item in unit.work.of(loaded.row.id) if not at or item.step == at]
        if any(self.concerns(loaded.row, item, actor, actor.person) for item in waiting):
            return actor
        for whom in actor.represents:
            if any(self.concerns(loaded.row, item, actor, whom) for item in waiting):
                return replace(actor, on_behalf=whom)
        paths = [one.path for _, one in places_of(loaded.state, ended=True)]
        passed = {path[-1].person for path in paths if path}
        if actor.person not in passed:
            for whom in actor.represents:
                if whom in passed:
                    return replace(actor, on_behalf=whom)
        return actor

    def concerns(self, row: CaseRow, item: WorkRow, actor: Actor, holder: str) -> bool:
        """Whether something waits for the actor, or for ``holder`` whose substitute they are.

        What a substitute takes over belongs to the organisation: what waits for one of its people
        or for a right there, and a case begun for it, never a seat or a case of one's own.
        """
        if item.person is not None:
            if holder == actor.person or item.person != holder:
                return item.person == holder
            begun = row.initiator == holder and row.initiator_organisation is not None
            return actor.organisation == (
                row.initiator_organisation
                if begun and item.organisation is None
                else item.organisation
            )
        here = item.permission is not None and item.organisation == actor.organisation
        if not here or item.claimed_by not in (None, holder):
            return False
        return self.rights.holds(holder, item.permission or "", item.organisation)

    def _waiting_at(self, unit: UnitOfWork, loaded: Loaded, actor: Actor) -> str:
        """The step at which something waits for the actor, or that they passed last; else ""."""
        if actor.on_behalf is not None:
            for item in unit.work.of(loaded.row.id):
                if self.concerns(loaded.row, item, actor, actor.on_behalf):
                    return item.step
        waiting = unit.work.of(loaded.row.id)
        for item in waiting:
            if self.concerns(loaded.row, item, actor, actor.person):
                return item.step
        for item in waiting:
            for_person = item.person is not None and item.person == actor.person
            here = item.organisation is not None and item.organisation == actor.organisation
            if for_person or (item.person is None and here):
                return item.step
        for at, one in places_of(loaded.state):
            if at and actor.person in one.voters:
                return one.place.step  # Their ballot is in, and the vote is still open.
        for at, one in places_of(loaded.state, ended=True):
            last = one.path[-1] if at and one.path else None
            own = last is not None and last.place.organisation == actor.organisation
            if last is not None and (own or last.person in (actor.person, actor.on_behalf)):
                return one.place.step
        return ""

    def _run(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        command: Command,
        now: datetime,
        data: Mapping[str, Any],
    ) -> Run:
        recording = self.facts(unit, loaded.compiled, loaded.row, data, now, found=loaded.found)
        return Run(
            loaded.compiled,
            recording,
            command,
            now,
            loaded.ident,
            state=loaded.state,
            data=data,
            seq=loaded.row.journal_seq + 1,
        )

    # ------------------------------------------------------------ carrying out

    def decide(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        command: Command,
        now: datetime,
        *,
        writing: bool = False,
    ) -> tuple[Advance, Mapping[str, Any]]:
        """Let the runtime decide; returns its result and what was read."""
        row = loaded.row
        seed = self.seeds()
        data = command.data if command.data is not None else loaded.data
        recording = self.facts(
            unit, loaded.compiled, row, data, now, writing=writing, seed=seed, found=loaded.found
        )
        result = advance(
            loaded.compiled,
            loaded.state,
            recording,
            command,
            now,
            loaded.ident,
            data=data,
            seq=row.journal_seq + 1,
        )
        return result, recording.read

    def execute(
        self,
        actor: Actor,
        uid: str,
        make: Callable[[UnitOfWork, Loaded], Command],
        *,
        version: int | None = None,
        key: str | None = None,
        then: Callable[[UnitOfWork, Outcome], None] | None = None,
    ) -> Outcome | Done:
        """Carry out one command.

        Args:
            actor: who acts.
            uid: the case.
            make: checks rights and input against the case as read, and gives the command.
            version: what the actor saw; None = whatever is there.
            key: repeated with the same key, the command is answered with its first result.
            then: more to be written in the same transaction.

        Raises:
            Refused: a rule says no; nothing was changed.
        """
        known = f"{actor.person}:{key}" if key else None
        tries = RACES
        while True:
            tries -= 1
            try:
                with self.store.connected():
                    return self._attempt(uid, make, version, known, then)
            except _Beside as error:
                # Somebody acted at another place of the case at the same instant, or waited for
                # what this one holds: once more.
                if not tries or not self._is_still_at(uid, error.place):
                    raise Stale("already_handled") from error
            except (Duplicate, Stale) as error:
                # The same press may have come through twice: then the first answer is the answer.
                with self.store.read() as unit:
                    if known is not None and (seen := unit.commands.seen(known)) is not None:
                        return Done.from_json(seen.result)
                raise Stale("already_handled") from error

    def _attempt(
        self,
        uid: str,
        make: Callable[[UnitOfWork, Loaded], Command],
        version: int | None,
        key: str | None,
        then: Callable[[UnitOfWork, Outcome], None] | None,
    ) -> Outcome | Done:
        try:
            with self.store.read() as unit:
                if key is not None and (seen := unit.commands.seen(key)) is not None:
                    return Done.from_json(seen.result)
                loaded, command = self._made(unit, uid, make, version)
                now = self.now(loaded.row.jurisdiction)
                result, read = self.decide(unit, loaded, command, now)
            try:
                with self.store.write() as unit:
                    return self._write(unit, loaded, command, result, read, now, key, then)
            except Conflict as error:
                raise _Beside(_place(loaded.state, command)) from error
        except NeedsTransaction:
            with self.store.write() as unit:
                loaded, command = self._made(unit, uid, make, version)
                now = self.now(loaded.row.jurisdiction)
                result, read = self.decide(unit, loaded, command, now, writing=True)
                try:
                    return self._write(unit, loaded, command, result, read, now, key, then)
                except Conflict as error:
                    raise _Beside(_place(loaded.state, command)) from error

    def _made(
        self,
        unit: UnitOfWork,
        uid: str,
        make: Callable[[UnitOfWork, Loaded], Command],
        version: int | None,
    ) -> tuple[Loaded, Command]:
        """The case as it is and the command on it.

        Raises:
            Stale: the place the command is about has changed since ``version``.
        """
        loaded = self.load(unit, uid)
        old = version is not None and loaded.row.version != version
        if old and not loaded.state.branches:
            raise Stale("already_handled")
        command = make(unit, loaded)
        if old and version is not None:
            # What happens in one branch does not make a page about another one old.
            at = find(loaded.state, command.at, ended=True) if command.at else None
            if not at or state_at(loaded.state, at).since >= version:
                raise Stale("already_handled")
        return loaded, command

    def _is_still_at(self, uid: str, place: Place) -> bool:
        with self.store.read() as unit:
            state = self.load(unit, uid).state
        return any(one.place == place for _, one in places_of(state))

    def within(self, unit: UnitOfWork, uid: str, command: Command, now: datetime) -> Outcome:
        """Carry out a command of the platform inside a transaction that is open already.

        Nobody presses it again: it waits for whoever writes the case, and then decides.
        """
        loaded = self.held(unit, uid)
        result, read = self.decide(unit, loaded, command, now, writing=True)
        return self._write(unit, loaded, command, result, read, now, None, None)

    def look_again(self, unit: UnitOfWork, row: CaseRow, now: datetime) -> Outcome | None:
        """Find the dates of a case anew, as what they are read from was changed.

        Returns None where they are as they were: then nothing is journalled.
        """
        loaded = self.loaded(unit, row)
        command = Command(DATES, SYSTEM.person)
        result, read = self.decide(unit, loaded, command, now, writing=True)
        if result.state == loaded.state:
            return None
        return self._write(unit, loaded, command, result, read, now, None, None)

    def _write(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        command: Command,
        result: Advance,
        read: Mapping[str, Any],
        now: datetime,
        key: str | None,
        then: Callable[[UnitOfWork, Outcome], None] | None,
    ) -> Outcome:
        row, before = loaded.row, loaded.state
        written, event = self._row(unit, row, command, result, read, now)
        # First of all: whoever comes second learns it here, before anything else is written.
        if not unit.cases.save(written, row):
            raise _raced(before, command)
        for recheck in loaded.rechecks:
            recheck(unit)
        unit.journal.add(row, event)
        written = written._replace(version=row.version + 1)
        self.rows.work(unit, row, before, command, result, now)
        self.rows.timers(unit, row, before, result, now)
        if result.data is not None:
            self.rows.index(unit, written, loaded.compiled, result.data)
        self.rows.incident(unit, written, before, command, result, now)
        outcome = Outcome(written, result, command, loaded.compiled, before)
        outcome.sent += self.effects(unit, outcome, now)
        if then is not None:
            then(unit, outcome)
        if key is not None:
            unit.commands.remember(key, row.uid, outcome.done.to_json(), now)
        return outcome

    def _row(
        self,
        unit: UnitOfWork,
        row: CaseRow,
        command: Command,
        result: Advance,
        read: Mapping[str, Any],
        now: datetime,
    ) -> tuple[CaseRow, Event]:
        """The row after the command and its journal event; neither is written yet."""
        subject = row.initiator or f"case:{row.uid}"
        data_hash = row.data_hash
        if result.data is not None:
            data_hash = unit.blobs.put(subject, dict(result.data))
        sealed, events = sealed_parts(command, result, read)
        body: dict[str, Any] = {"name": command.name, "events": events}
        if command.at:
            body["at"] = command.at
        if result.data is not None:
            body["data"] = data_hash
        if command.data is not None:
            # What was typed, before the process added to it: a rebuild begins with it again.
            body["typed"] = unit.blobs.put(subject, dict(command.data))
        sealed_hash = unit.blobs.put(subject, sealed) if sealed else None
        event = unit.journal.next(
            row,
            at=now,
            kind=command.kind,
            person=command.person,
            organisation=command.organisation,
            on_behalf=command.on_behalf,
            body=body,
            data_hash=sealed_hash,
        )
        after = applied(row, result.state, now)._replace(
            public_status=self.rows.public_status(result.state.status, row.public_status),
            data_hash=data_hash,
            journal_seq=event.seq,
            journal_hash=event.hash,
        )
        return after, event

    # ------------------------------------------------------------ starting

    def begin(
        self,
        unit: UnitOfWork,
        actor: Actor,
        process: str,
        data: Mapping[str, Any],
        now: datetime,
        *,
        key: str | None = None,
        check: Callable[[Run], None] | None = None,
        origin: Origin | None = None,
    ) -> Outcome:
        """Start a case inside an open transaction; with an ``origin`` another one creates it.

        Raises:
            Stale: the case was changed while it was being started.
        """
        pin = self.definitions.pin(process)
        compiled = self.definitions.compiled(process, pin, unit)
        uid = new_uid()
        command = Command(
            "start", actor.person, actor.organisation, actor.on_behalf, input=_born(origin),
            data=data,
        )  # fmt: skip
        ident = {"id": uid, "number": None, "year": now.year}
        recording = self.facts(
            unit, compiled, None, data, now, writing=True, seed=self.seeds(),
            creator=origin.owner.uid if origin is not None else None,
        )  # fmt: skip
        asking = self._asking(compiled, recording, command, now, ident, data)
        if check is not None:
            check(asking)
        first = asking.state
        result = start(compiled, recording, command, now, ident, data=data)
        row = self._insert(unit, uid, pin, compiled, actor, now, origin)
        written, event = self._row(unit, row, command, result, recording.read, now)
        if not unit.cases.save(written, row):
            raise Stale("already_handled")
        unit.journal.add(row, event)
        written = written._replace(version=row.version + 1)
        unit.work.open(row, [new_work(item, now) for item in result.work])
        self.rows.set_timers(unit, row, result, now)
        self.rows.index(unit, written, compiled, result.data or {})
        self.rows.incident(unit, written, first, command, result, now)
        depth = origin.depth if origin is not None else 0
        outcome = Outcome(written, result, command, compiled, depth=depth)
        outcome.sent += self.effects(unit, outcome, now)
        if key is not None:
            unit.commands.remember(key, uid, outcome.done.to_json(), now)
        return outcome

    def before(self, unit: UnitOfWork, actor: Actor, process: str) -> Run:
        """The step before a case: what is known when nothing has been entered."""
        now = self.now(process.split("/", 1)[0])
        compiled = self.definitions.compiled(process, self.definitions.pin(process), unit)
        recording = self.facts(unit, compiled, None, {}, now, writing=False, seed=0)
        command = Command("start", actor.person, actor.organisation, actor.on_behalf, data={})
        ident = {"id": "", "number": None, "year": now.year}
        return self._asking(compiled, recording, command, now, ident, {})

    def _asking(
        self,
        compiled: Compiled,
        recording: Recording,
        command: Command,
        now: datetime,
        ident: Mapping[str, Any],
        data: Mapping[str, Any],
    ) -> Run:
        return Run(
            compiled, recording, command, now, ident, state=beginning(command, now), data=data,
            seq=1,
        )  # fmt: skip

    def _insert(
        self,
        unit: UnitOfWork,
        uid: str,
        pin: str,
        compiled: Compiled,
        actor: Actor,
        now: datetime,
        origin: Origin | None,
    ) -> CaseRow:
        process = compiled.process
        sequence = unit.pools.take(f"{process.id}/{now.year}")
        owner = origin.owner if origin is not None else None
        row = unit.cases.insert(
            NewCase(
                uid=uid,
                process=process.id,
                pin=pin,
                jurisdiction=process.jurisdiction,
                year=now.year,
                initiator=owner.initiator if owner is not None else actor.person,
                initiator_organisation=owner.initiator_organisation
                if owner is not None
                else actor.organisation,
                number=f"{now.year}-{sequence:06}",
                status=None,
                step=process.first.name,
                stage=None,
                organisation=None,
                version=1,
                state=b"{}",
                data_hash=None,
                flags="[]",
                journal_seq=0,
                journal_hash=GENESIS,
                outcome=None,
                started_at=now,
                arrived_at=now,
                due=None,
                updated_at=now,
                closed_at=None,
            )
        )
        if origin is not None:
            unit.links.add(
                origin.owner, row.id, key=origin.key, name=origin.link, process=process.id, at=now
            )
        return row


def _born(origin: Origin | None) -> Mapping[str, Any]:
    """What the journal says about who a case is created by and for."""
    if origin is None:
        return {}
    return {"creator": origin.owner.uid, "initiator": origin.owner.initiator}


def _place(state: State, command: Command) -> Place:
    """The place a command is about."""
    return state_at(state, find(state, command.at, ended=True) or ()).place


def _raced(state: State, command: Command) -> Stale:
    """What to tell who came second, or that nobody came first at this place."""
    at = find(state, command.at) if command.at else ()
    if at is not None and (at or state_at(state, at).voters):
        return _Beside(state_at(state, at).place)
    return Stale("already_handled")
