"""All cases of a jurisdiction for those who oversee it: lists, a spreadsheet, and figures (QRY-09).

A page costs the same however many cases there are. Where so many were looked at without filling it,
it says so and goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from io import BytesIO

import orjson

from engine.connectors.spreadsheets import write_xlsx
from engine.definitions.process import Process
from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.services.definitions import Definitions
from engine.services.exports import note_export
from engine.services.oversight import MONITOR, Oversight
from engine.services.pages import Cursor, Moments, Row, cursor_from
from engine.services.record_index import LABEL
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.services.statuses import STATUSES
from engine.services.upcoming import moments_of
from engine.store.access import Access
from engine.store.monitoring import ORDERS, AtStep, Monitored, MonitoredCase, State
from engine.store.record_pages import Selection
from engine.store.unit import UnitOfWork

#: how many cases are exported at once, and read at a time for it
EXPORTED, BATCH = 100_000, 1000
#: people and organisations one search may mean
MOST_MEANT = 200
#: weeks shown on the dashboard, the present one among them
WEEKS = 12
#: what a row tells, in order; ``since`` is the moment the cases are ordered by
FIELDS = (
    "number", "process", "initiator", "step", "organisation", "status", "since", "due", "version",
)  # fmt: skip
#: marks of a row
INCIDENT, OVERDUE, RETURNED, SUSPENDED = "incident", "overdue", "returned", "suspended"
#: what the access log calls a search by a private value, a look at a case, and writing it down
SEARCH, LOOK, RECORDED = "monitor search", "monitor", "recorded as a sample"


@dataclass(frozen=True, slots=True)
class MonitorPage:
    """A page of cases, cells in the order of :data:`FIELDS`.

    ``complete`` is false when more must be looked at to fill it; the choices are what the list can
    be narrowed to: (value, caption).
    """

    rows: Sequence[Row]
    next_cursor: str
    complete: bool
    state: State
    jurisdiction: str
    jurisdictions: Sequence[tuple[str, str]]
    processes: Sequence[tuple[str, str]]
    #: of the process chosen
    steps: Sequence[tuple[str, str]]
    statuses: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StepFigure:
    """What is at one step of a process."""

    process: str
    process_title: str
    step: str
    step_title: str
    cases: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Week:
    """How many cases were started and ended in a week, which begins on a Monday."""

    begins: date
    ends: date
    started: int
    ended: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the dashboard shows; each figure equals the number of rows of its list."""

    jurisdiction: str
    steps: tuple[StepFigure, ...]
    open: int
    overdue: int
    overdue_returns: int
    incidents: int
    weeks: tuple[Week, ...]


class Monitor:
    """Lists and counts the cases of a jurisdiction."""

    def __init__(
        self,
        definitions: Definitions,
        records: Records,
        oversight: Oversight,
        sentences: Sentences,
    ) -> None:
        self._definitions = definitions
        self._records = records
        self._oversight = oversight
        self._sentences = sentences
        self._store = records.store

    @property
    def _release(self) -> Release:
        return self._records.release

    def jurisdiction(self, actor: Actor, wanted: str = "") -> str:
        """The jurisdiction to look at: the one asked for, or the actor's own.

        Raises:
            NotAllowed: the actor does not oversee it.
        """
        with self._sentences.saying():
            jurisdiction = wanted or actor.jurisdiction or ""
            self._oversight.demand(actor, MONITOR, jurisdiction)
        return jurisdiction

    # ------------------------------------------------------------ lists

    def page(
        self,
        actor: Actor,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
        cursor: str = "",
        limit: int = 50,
    ) -> MonitorPage:
        """A page of cases: of those going on what waits longest first, else the latest first.

        Raises:
            Refused: no right, or the search means too many people.
        """
        filters = filters or {}
        jurisdiction = self.jurisdiction(actor, filters.get("jurisdiction", ""))
        with self._sentences.saying(), self._store.read() as unit:
            after = cursor_from(cursor)
            wanted, looked = self._wanted(unit, jurisdiction, filters, search)
            found = unit.monitoring.page(wanted, after=_place(after), limit=limit)
            rows = self._rows(unit, found.cases)
        self._looked(actor, looked)
        processes = self._processes(jurisdiction)
        chosen = next((one for one in processes if one.id == wanted.process), None)
        codes = self._release.codes.get(STATUSES)
        known = self._oversight.jurisdictions(actor, MONITOR)
        return MonitorPage(
            rows=rows,
            next_cursor=Cursor(*found.after).text() if found.after is not None else "",
            complete=found.complete,
            state=wanted.state,
            jurisdiction=jurisdiction,
            jurisdictions=[(one.id, one.title) for one in known],
            processes=[(one.id, one.title) for one in processes],
            steps=[(step.name, step.title) for step in chosen.steps.values()] if chosen else (),
            statuses=[(one.code, one.title) for one in codes.values.values()] if codes else (),
        )

    def keys(
        self, actor: Actor, *, filters: Mapping[str, str], search: str, most: int
    ) -> list[str]:
        """The first cases of a list, over all its pages.

        Raises:
            Refused: as for :meth:`page`.
        """
        jurisdiction = self.jurisdiction(actor, filters.get("jurisdiction", ""))
        keys: list[str] = []
        with self._sentences.saying(), self._store.read() as unit:
            wanted, looked = self._wanted(unit, jurisdiction, filters, search)
            found = unit.monitoring.page(wanted, limit=BATCH)
            keys += [one.uid for one in found.cases]
            while found.after is not None and len(keys) < most:
                found = unit.monitoring.page(wanted, after=found.after, limit=BATCH)
                keys += [one.uid for one in found.cases]
        self._looked(actor, looked)
        return keys[:most]

    def export(
        self,
        actor: Actor,
        title: str,
        captions: Mapping[str, str],
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> bytes:
        """All cases of a list as a spreadsheet; ``captions`` of :data:`FIELDS` and marks.

        Raises:
            Refused: as for :meth:`page`.
        """
        filters = filters or {}
        jurisdiction = self.jurisdiction(actor, filters.get("jurisdiction", ""))
        lines: list[Sequence[str]] = []
        taken: list[tuple[str, str]] = []
        with self._sentences.saying(), self._store.read() as unit:
            wanted, looked = self._wanted(unit, jurisdiction, filters, search)
            found = unit.monitoring.page(wanted, limit=BATCH)
            while True:
                taken += [(one.initiator, one.uid) for one in found.cases if one.initiator]
                for row in self._rows(unit, found.cases):
                    lines.append([*row.cells, "、".join(captions[flag] for flag in row.flags)])
                if found.after is None or len(lines) >= EXPORTED:
                    break
                found = unit.monitoring.page(wanted, after=found.after, limit=BATCH)
        self._looked(actor, looked)
        note_export(self._store, self._now(jurisdiction), actor, LOOK, (), taken)
        content = BytesIO()
        heads = [*(captions[name] for name in FIELDS), captions["flags"]]
        write_xlsx(content, title, heads, lines)
        return content.getvalue()

    def _wanted(
        self, unit: UnitOfWork, jurisdiction: str, filters: Mapping[str, str], search: str
    ) -> tuple[Monitored, list[str]]:
        """What is asked for, and whose private values were searched for."""
        state: State = next((one for one in ORDERS if one == filters.get("state")), "all")
        organisations = self._organisations(unit, jurisdiction, filters.get("organisation", ""))
        if filters.get("out_of_use"):
            # What has ended there waits for nobody.
            state, gone = "open", self._out_of_use(unit, jurisdiction)
            organisations = [one for one in gone if organisations is None or one in organisations]
        begin, end = (self._day(jurisdiction, filters.get(name, "")) for name in ("from", "to"))
        wanted = Monitored(
            jurisdiction,
            state=state,
            process=filters.get("process", ""),
            step=filters.get("step", ""),
            status=filters.get("status", ""),
            organisations=organisations,
            pins=self._pins() if filters.get("version") else None,
            other_pins=filters.get("version") == "older",
            overdue_at=self._now(jurisdiction) if filters.get("overdue") else None,
            returned=bool(filters.get("returned")),
            with_incident=bool(filters.get("incident")),
            between=(begin, end + timedelta(days=1) if end is not None else None),
            falls=self._falls(jurisdiction, filters),
        )
        search = search.strip()
        if not search:
            return wanted, []
        named, identified = self._people(unit, jurisdiction, search)
        return replace(wanted, number=search, initiators=[*named, *identified]), identified

    def _falls(
        self, jurisdiction: str, filters: Mapping[str, str]
    ) -> tuple[str, datetime, datetime] | None:
        """What falls due on a day; see :mod:`engine.services.upcoming`."""
        kind, day = filters.get("falls", ""), self._day(jurisdiction, filters.get("falls_on", ""))
        return (kind, *moments_of(kind, day)) if kind and day is not None else None

    def _people(
        self, unit: UnitOfWork, jurisdiction: str, text: str
    ) -> tuple[list[str], list[str]]:
        """The people a text names, and those whose private value it is."""
        register, index = self._release.registers[PEOPLE], self._records.index
        private = index.private(register)
        exact = [
            (path, index.blind(PEOPLE, path, text))
            for path in register.search
            if path in private and path != register.label
        ]
        by_name = Selection(PEOPLE, words=text, jurisdiction=jurisdiction)
        named = unit.record_pages.keys(by_name, limit=MOST_MEANT + 1)
        if len(named) > MOST_MEANT:
            raise Refused("search_too_wide", most=MOST_MEANT)
        both = unit.record_pages.keys(replace(by_name, exact=exact), limit=2 * MOST_MEANT)
        return named, [key for key in both if key not in named]

    def _out_of_use(self, unit: UnitOfWork, jurisdiction: str) -> Sequence[str]:
        """The organisations that were closed: what waits there has to be put elsewhere (BUR-19)."""
        closed = self._release.registers[ORGANISATIONS].closed_states
        gone = Selection(ORGANISATIONS, equal={"state": closed}, jurisdiction=jurisdiction)
        return unit.record_pages.keys(gone) if closed else ()

    def _organisations(self, unit: UnitOfWork, jurisdiction: str, text: str) -> list[str] | None:
        if not text.strip():
            return None
        if unit.records.load(ORGANISATIONS, text) is not None:
            return [text]
        meant = Selection(ORGANISATIONS, words=text, jurisdiction=jurisdiction)
        found = unit.record_pages.keys(meant, limit=MOST_MEANT + 1)
        if len(found) > MOST_MEANT:
            raise Refused("search_too_wide", most=MOST_MEANT)
        return found

    def _looked(self, actor: Actor, subjects: Sequence[str]) -> None:
        """Note whose identity was searched for."""
        if not subjects:
            return
        at = self._records.now(actor.jurisdiction)
        with self._store.write() as unit:
            for subject in subjects:
                unit.access_log.add(Access(at, actor.person, actor.organisation, subject, SEARCH))

    def _pins(self) -> list[str]:
        """The versions that new cases get."""
        return [self._release.closure(process) for process in self._release.processes]

    def _now(self, jurisdiction: str) -> datetime:
        return self._records.now(jurisdiction)

    def _day(self, jurisdiction: str, text: str) -> datetime | None:
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise Refused("no_such_day", day=text) from error
        return datetime.combine(day, time(), self._records.zone(jurisdiction))

    # ------------------------------------------------------------ words

    def _rows(self, unit: UnitOfWork, cases: Sequence[MonitoredCase]) -> list[Row]:
        people = sorted({one.initiator for one in cases if one.initiator})
        places = sorted({one.organisation for one in cases if one.organisation})
        names = unit.record_pages.texts(PEOPLE, people, LABEL)
        titles = unit.record_pages.texts(ORGANISATIONS, places, LABEL)
        stopped = unit.monitoring.stopped([one.id for one in cases])
        return [self._row(unit, one, names, titles, stopped) for one in cases]

    def _row(
        self,
        unit: UnitOfWork,
        case: MonitoredCase,
        names: Mapping[str, str],
        titles: Mapping[str, str],
        stopped: frozenset[int],
    ) -> Row:
        now = self._now(case.jurisdiction)
        moments = Moments(self._records.zone(case.jurisdiction), now)
        process = self._process(unit, case)
        step = process.steps[case.step]
        late = case.closed_at is None and case.due is not None and case.due <= now
        codes = self._release.codes.get(STATUSES)
        status = codes.title_of(case.status) if codes is not None and case.status else ""
        flags = {
            INCIDENT: case.id in stopped,
            OVERDUE: late,
            RETURNED: case.returned,
            SUSPENDED: bool(orjson.loads(case.state).get("suspended")),
        }
        name = names.get(case.initiator or "", case.initiator or "")
        number = case.number or ""
        return Row(
            key=case.uid,
            name=" ".join(part for part in (name, number) if part) or case.uid,
            # In the order of FIELDS; the version only where it is not the present one.
            cells=[
                number,
                process.title,
                name,
                step.title,
                titles.get(case.organisation or "", case.organisation or ""),
                status,
                moments.moment(case.order),
                moments.deadline(case.due),
                "" if case.pin in self._pins() else case.pin[:8],
            ],
            status=status,
            flags=[title for title, holds in flags.items() if holds],
            late=late,
        )

    def _process(self, unit: UnitOfWork, case: MonitoredCase) -> Process:
        return self._definitions.compiled(case.process, case.pin, unit).process

    def _processes(self, jurisdiction: str) -> list[Process]:
        known = self._release.jurisdictions[jurisdiction]
        return [
            bound.process for name, bound in self._release.processes.items() if known.runs(name)
        ]

    # ------------------------------------------------------------ figures

    def figures(self, actor: Actor, jurisdiction: str = "") -> Figures:
        """What the dashboard shows.

        Raises:
            NotAllowed: the actor does not oversee the jurisdiction.
        """
        jurisdiction = self.jurisdiction(actor, jurisdiction)
        now = self._now(jurisdiction)
        weeks = self._weeks(jurisdiction, now)
        with self._store.read() as unit:
            counted = unit.monitoring.at_steps(jurisdiction, now)
            started = unit.monitoring.count_between(jurisdiction, "started_at", weeks)
            ended = unit.monitoring.count_between(jurisdiction, "closed_at", weeks)
            return Figures(
                jurisdiction=jurisdiction,
                steps=self._step_figures(jurisdiction, counted),
                open=sum(one.cases for one in counted),
                overdue=sum(one.overdue for one in counted),
                overdue_returns=unit.monitoring.count_overdue_returns(jurisdiction, now),
                incidents=unit.monitoring.count_incidents(jurisdiction),
                weeks=tuple(
                    Week(at.date(), at.date() + timedelta(days=6), begun, over)
                    for at, begun, over in zip(weeks, started, ended, strict=False)
                ),
            )

    def _weeks(self, jurisdiction: str, now: datetime) -> list[datetime]:
        """When each of the last weeks began, and when the present one ends."""
        zone = self._records.zone(jurisdiction)
        today = now.astimezone(zone).date()
        monday = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
        days = (monday + timedelta(days=7 * n) for n in range(WEEKS + 1))
        return [datetime.combine(day, time(), zone) for day in days]

    def _step_figures(self, jurisdiction: str, counted: Sequence[AtStep]) -> tuple[StepFigure, ...]:
        """In the order of the processes and their steps; steps of older versions come last."""
        known = {(one.process, one.step): one for one in counted}
        found = []
        for process in self._processes(jurisdiction):
            for step in process.steps.values():
                one = known.pop((process.id, step.name), None)
                if one is not None:
                    found.append(
                        StepFigure(
                            process.id, process.title, step.name, step.title, one.cases,
                            one.overdue,
                        )
                    )  # fmt: skip
        titles = {one.id: one.title for one in self._processes(jurisdiction)}
        for one in known.values():
            title = titles.get(one.process, one.process)
            found.append(StepFigure(one.process, title, one.step, one.step, one.cases, one.overdue))
        return tuple(found)


def _place(cursor: Cursor | None) -> tuple[datetime, int] | None:
    if cursor is None or not isinstance(cursor.order, datetime):
        return None
    return cursor.order, cursor.id
