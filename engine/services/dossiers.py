"""Everything the platform knows of one case, for those who oversee it (CON-09).

Where it is and whom it waits for, its version, timers, what left by the outbox, its groups and
documents, and its journal with the proof that nobody changed it. Personal data are masked, and
whoever looks is noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.definitions.flow import Flow
from engine.definitions.links import created_by
from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.domain.actor import Actor
from engine.domain.case import places_of
from engine.domain.errors import NotFound, Refused
from engine.domain.paths import at_path
from engine.forms.effective import EffectiveForm
from engine.forms.formats import masked
from engine.forms.surroundings import Lookup, Rights
from engine.runtime.run import Run
from engine.services.case_rows import MOVED_ON
from engine.services.casework import Casework
from engine.services.changed import Change, changes_of
from engine.services.courses import Entry
from engine.services.directory import Directory
from engine.services.entries import Entries
from engine.services.interventions import reroutable
from engine.services.loaded import Loaded
from engine.services.monitor import LOOK, RECORDED
from engine.services.oversight import MONITOR, Oversight
from engine.services.recording import Recorder
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.services.statuses import status_title
from engine.services.views import DeadlineView, Issued, Views, deadline_views
from engine.store.access import Access
from engine.store.chain import Event
from engine.store.errors import Erased
from engine.store.unit import UnitOfWork

#: events of the journal on one page
EVENTS = 100
#: changed fields told of one event
CHANGES = 40


@dataclass(frozen=True, slots=True)
class Waiting:
    """A work item that is open: where, for whom, and who has taken it on."""

    step: str
    organisation: str
    permission: str
    person: str
    holders: tuple[str, ...]
    claimed_by: str
    since: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Timed:
    """A timer: ``kind`` is due, wait or remind."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the outbox: ``kind`` is message, document or release."""

    kind: str
    name: str
    state: str
    attempts: int
    run_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Linked:
    """Another case that has to do with this one.

    ``relation`` is group, member, creator or created; ``state`` of the last two open or closed.
    """

    uid: str
    relation: str
    title: str
    number: str
    state: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """An incident of the case, resolved or not."""

    id: int
    sentence: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case as its overseer sees it."""

    uid: str
    number: str
    process: str
    title: str
    jurisdiction: str
    initiator: str
    #: caption and masked value of what identifies the initiator
    identity: tuple[tuple[str, str], ...]
    status: str
    place: str
    step: str
    suspended: bool
    returned: bool
    closed: str | None
    started_at: datetime
    arrived_at: datetime
    closed_at: datetime | None
    due: str | None
    overdue: bool
    deadlines: tuple[DeadlineView, ...]
    pin: str
    #: what a new case would be pinned to; None when there is no such process any more
    current_pin: str | None
    version: int
    waiting: tuple[Waiting, ...]
    timers: tuple[Timed, ...]
    outbox: tuple[Sent, ...]
    incidents: tuple[Stopped, ...]
    documents: tuple[Issued, ...]
    linked: tuple[Linked, ...]
    flow: Flow
    visited: frozenset[str]
    #: the steps it is at: in a parallel step several
    current: frozenset[str]
    #: where it may be put by hand: name and caption
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the journal."""

    seq: int
    entry: Entry
    on_behalf: str
    changes: tuple[Change, ...]
    #: more fields changed than are told
    more: bool
    hash: str


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Some events; ``broken`` says where the chain does not hold, None when all of it does."""

    lines: tuple[Line, ...]
    total: int
    after: int | None
    broken: int | None


class Dossiers:
    """Shows cases to those who oversee their jurisdiction."""

    def __init__(
        self,
        work: Casework,
        records: Records,
        directory: Directory,
        oversight: Oversight,
        views: Views,
        entries: Entries,
        sentences: Sentences,
    ) -> None:
        self._work = work
        self._records = records
        self._directory = directory
        self._oversight = oversight
        self._views = views
        self._entries = entries
        self._sentences = sentences

    # ------------------------------------------------------------ the case

    def open(self, actor: Actor, uid: str) -> Dossier:
        """A case; the look is noted.

        Raises:
            NotFound: there is none, or the actor does not oversee its jurisdiction.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._loaded(unit, actor, uid)
            found = self._dossier(unit, loaded, run)
        subject = loaded.row.initiator
        if subject is not None and subject != actor.person:
            at = self._work.clock.now()
            with self._work.store.write() as unit:
                unit.access_log.add(
                    Access(at, actor.person, actor.organisation, subject, LOOK, uid)
                )
        return found

    def recorded(self, actor: Actor, uid: str) -> str:
        """A case as a recorded sample that names nobody; that it was taken out is noted.

        Raises:
            NotFound: there is none, or the actor does not oversee its jurisdiction.
            Refused: it was moved to another version, or does not come out as it did.
        """
        with self._sentences.saying():
            with self._work.store.read() as unit:
                loaded, _ = self._loaded(unit, actor, uid)
            text = Recorder(self._work).file(uid)
        subject = loaded.row.initiator or f"case:{uid}"
        at = self._work.clock.now()
        with self._work.store.write() as unit:
            unit.access_log.add(
                Access(at, actor.person, actor.organisation, subject, RECORDED, uid)
            )
        return text

    def steps_of(self, actor: Actor, uids: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """The steps that several cases may be put at, where they are of one process."""
        with self._sentences.saying(), self._work.store.read() as unit:
            found = {reroutable(self._loaded(unit, actor, uid)[0].compiled.process) for uid in uids}
        return found.pop() if len(found) == 1 else ()

    def _loaded(self, unit: UnitOfWork, actor: Actor, uid: str) -> tuple[Loaded, Run]:
        loaded = self._work.load(unit, uid)
        if self._oversight.why_not(actor, MONITOR, loaded.row.jurisdiction) is not None:
            raise NotFound("no_such_case", uid=uid)
        return loaded, self._work.look(unit, loaded, actor)

    def _dossier(self, unit: UnitOfWork, loaded: Loaded, run: Run) -> Dossier:
        row, state, process = loaded.row, loaded.state, loaded.compiled.process
        current = self._work.definitions.current
        known = row.process in current.processes
        lookup = self._records.lookup(unit)
        return Dossier(
            uid=row.uid,
            number=row.number or "",
            process=process.id,
            title=process.title,
            jurisdiction=row.jurisdiction,
            initiator=self._person(lookup, row.initiator),
            identity=tuple(self._identity(lookup, row.initiator)),
            status=status_title(self._work.definitions.current, row.status),
            place=self._views.places_words(unit, run, state),
            step=state.place.step,
            suspended=state.suspended,
            returned=state.returned,
            closed=state.closed,
            started_at=row.started_at,
            arrived_at=row.arrived_at,
            closed_at=row.closed_at,
            due=state.due,
            overdue=state.overdue,
            deadlines=deadline_views(run),
            pin=row.pin,
            current_pin=current.closure(row.process) if known else None,
            version=row.version,
            waiting=tuple(self._waiting(unit, loaded, lookup)),
            timers=tuple(
                Timed(one.kind.partition("@")[0].partition(":")[0], one.at)
                for one in unit.timers.of(row.id)
            ),
            outbox=tuple(_sent(unit, row.id)),
            incidents=tuple(self._incidents(unit, row.id, lookup)),
            documents=self._views.documents(unit, row.uid),
            linked=tuple(self._linked(unit, loaded)),
            flow=loaded.compiled.bound.flow,
            visited=frozenset(state.visits),
            current=frozenset(one.place.step for _, one in places_of(state)),
            steps=reroutable(process),
        )

    @staticmethod
    def _person(lookup: Lookup, person: str | None) -> str:
        return (lookup.label(PEOPLE, person) or person) if person else ""

    def _identity(self, lookup: Any, person: str | None) -> Iterator[tuple[str, str]]:
        """The private values that tell people apart, masked."""
        release = self._work.definitions.current
        register = release.registers[PEOPLE]
        record = lookup.record(PEOPLE, person) if person else None
        if record is None:
            return
        private = self._records.index.private(register)
        form = release.forms[register.form]
        for path in dict.fromkeys(path for paths in register.unique for path in paths):
            value = at_path(record, path) if path in private else None
            element = form.element(path)
            if value and element is not None:
                yield element.title, masked(value)

    def _waiting(self, unit: UnitOfWork, loaded: Loaded, lookup: Lookup) -> Iterator[Waiting]:
        steps = loaded.compiled.process.steps
        permissions = self._work.definitions.current.permissions
        for item in unit.work.of(loaded.row.id):
            step = steps[item.step]
            stage = step.stages.get(item.stage or "")
            known = permissions.get(item.permission or "")
            holders: Sequence[str] = ()
            if item.person is None and item.permission and item.organisation:
                holders = self._directory.holders(item.permission, item.organisation)
            caption = self._sentences.captions()
            yield Waiting(
                step=" ".join(caption(one.title) for one in (step, stage) if one is not None),
                organisation=self._organisation(lookup, item.organisation),
                permission=caption(known.title) if known is not None else item.permission or "",
                person=self._person(lookup, item.person),
                holders=tuple(self._person(lookup, one) for one in holders),
                claimed_by=self._person(lookup, item.claimed_by),
                since=item.opened_at,
                due=item.due,
            )

    @staticmethod
    def _organisation(lookup: Lookup, key: str | None) -> str:
        return (lookup.label(ORGANISATIONS, key) or key) if key else ""

    def _incidents(self, unit: UnitOfWork, case_id: int, lookup: Lookup) -> Iterator[Stopped]:
        for one in unit.incidents.of(case_id):
            said = self._sentences.worded(Refused(one.code, **(one.params or {}))).sentence
            by = one.resolved_by
            yield Stopped(
                one.id,
                said,
                one.opened_at,
                one.resolved_at,
                "" if by in (None, "system") else self._person(lookup, by),
                "" if one.reason in (None, MOVED_ON) else str(one.reason),
            )

    def _linked(self, unit: UnitOfWork, loaded: Loaded) -> Iterator[Linked]:
        for group in unit.members.groups_of(loaded.row.id):
            other = unit.cases.load(group.uid)
            if other is not None:
                title = self._work.loaded(unit, other).compiled.process.title
                yield Linked(
                    group.uid, "group", title, other.number or "", group.state, group.outcome or ""
                )
        yield from self._links(unit, loaded)
        if loaded.compiled.process.members is None:
            return
        for member in unit.members.of(loaded.row.id):
            other = unit.cases.load(member.uid)
            if other is not None:
                title = self._work.loaded(unit, other).compiled.process.title
                yield Linked(
                    member.uid, "member", title, other.number or "", member.state,
                    member.outcome or "",
                )  # fmt: skip

    def _links(self, unit: UnitOfWork, loaded: Loaded) -> Iterator[Linked]:
        related = []
        if loaded.state.creator is not None:
            related.append((loaded.state.creator, "creator"))
        if created_by(loaded.compiled.process):
            related += [(link.uid, "created") for link in unit.links.of(loaded.row.id)]
        for uid, relation in related:
            other = self._work.load(unit, uid)
            row = other.row
            state = "open" if row.closed_at is None else "closed"
            title = other.compiled.process.title
            yield Linked(uid, relation, title, row.number or "", state, row.outcome or "")

    # ------------------------------------------------------------ the journal

    def journal(self, actor: Actor, uid: str, *, since: int = 0) -> JournalPage:
        """The events after number ``since``, with what each changed, and whether the chain holds.

        Raises:
            NotFound: as for :meth:`open`.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._loaded(unit, actor, uid)
            events = unit.journal.of(loaded.row.id)
            broken = unit.journal.verify(loaded.row)
            lines = []
            before: Mapping[str, Any] = {}
            each = self._views.courses.at_each(unit, loaded, events)
            for event, then in zip(events, each, strict=True):
                after = self._data(unit, event, before)
                if since < event.seq <= since + EVENTS:
                    lines.append(self._line(unit, then, run, event, before, after))
                before = after
            return JournalPage(
                tuple(lines),
                len(events),
                since + EVENTS if since + EVENTS < len(events) else None,
                broken.seq if broken is not None else None,
            )

    def _line(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        event: Event,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> Line:
        words = self._views.place_words
        lookup = self._records.lookup(unit)
        changes = list(_moved(event))
        if after is not before:
            changes += self._changes(unit, loaded, run, before, after)
        return Line(
            event.seq,
            self._views.courses.entry(unit, loaded, run, event, words),
            self._person(lookup, event.on_behalf),
            tuple(changes[:CHANGES]),
            len(changes) > CHANGES,
            event.hash,
        )

    @staticmethod
    def _data(unit: UnitOfWork, event: Event, before: Mapping[str, Any]) -> Mapping[str, Any]:
        """The form data after an event; those before where it changed none, or they are erased."""
        hashed = orjson.loads(event.body).get("data")
        if hashed is None:
            return before
        try:
            found: Mapping[str, Any] = unit.blobs.get(hashed)
        except Erased:
            return before
        return found

    def _changes(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> Iterator[Change]:
        """The fields that differ, in the order of the form."""
        form = self._entries.form_of(unit, loaded.compiled, loaded.row.pin, after)
        if form is None:
            return
        surroundings = self._entries.surroundings(unit, run, after)

        def shown(data: Mapping[str, Any]) -> EffectiveForm:
            return form.effective(data, surroundings, Rights(edit=()))

        yield from changes_of(shown(before) if before else None, shown(after))


def _moved(event: Event) -> Iterator[Change]:
    """What an event says of itself: a deadline that was moved."""
    for one in orjson.loads(event.body)["events"]:
        if one.get("event") in ("extended", "rescheduled"):
            title = str(one.get("title") or "")
            yield Change(title, str(one.get("from") or ""), str(one.get("to") or ""))


def _sent(unit: UnitOfWork, case_id: int) -> Iterator[Sent]:
    for message, state in unit.outbox.of(case_id):
        name = str(message.payload.get("template") or message.payload.get("outcome") or "")
        yield Sent(message.kind, name, state, message.attempts, message.run_at, message.error or "")
