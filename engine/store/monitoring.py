"""Every case of a jurisdiction, however many there are: pages of them, and figures about them.

A page reads a bounded number of rows. Where a condition alone leaves few cases, those are sorted;
else the cases are walked along an index in their order, at most :data:`WALKED` at a time. What
fits among them is the page, which may be short and still have a next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from engine.domain.case import DATES
from engine.store.session import Session
from engine.store.tables.cases import cases, incidents, timers, work_items
from engine.store.where import Clause

#: so many cases are sorted rather than looked for in order
FEW = 2000
#: so many cases are looked at for one page
WALKED = 2000

#: the kind of timer of a reminder
REMIND = "remind"

State = Literal["open", "closed", "all"]
#: what the cases of each state are ordered by, and whether the latest comes first
ORDERS: dict[State, tuple[str, bool]] = {
    "open": ("arrived_at", False),
    "closed": ("closed_at", True),
    "all": ("started_at", True),
}
_c = cases.c
_open: Clause = _c.closed_at.is_(None)
#: the columns of the table, or of some rows of it taken before
Columns = Any
COLUMNS = (
    "id", "uid", "process", "pin", "number", "initiator", "step", "organisation", "status",
    "state", "returned", "started_at", "arrived_at", "closed_at", "due", "jurisdiction",
)  # fmt: skip
_COLUMNS = tuple(_c[name] for name in COLUMNS)


class MonitoredCase(NamedTuple):
    """A case of a page. ``state`` is the engine's; ``order`` what it is ordered by."""

    id: int
    uid: str
    process: str
    pin: str
    number: str | None
    initiator: str | None
    step: str
    organisation: str | None
    status: str | None
    state: bytes
    returned: bool
    started_at: datetime
    arrived_at: datetime
    closed_at: datetime | None
    due: datetime | None
    jurisdiction: str
    order: datetime


class Found(NamedTuple):
    """A page; ``after`` is where the next one begins, None at the end.

    ``complete`` is false when the page is short because so many cases were looked at.
    """

    cases: list[MonitoredCase]
    after: tuple[datetime, int] | None
    complete: bool


class AtStep(NamedTuple):
    """How many cases are at a step, and how many of them are overdue."""

    process: str
    step: str
    cases: int
    overdue: int


@dataclass(frozen=True)
class Monitored:
    """Which cases of a jurisdiction.

    Attributes:
        state: going on, ended, or both; it decides the order.
        number: what the number begins with; this or an initiator is enough.
        initiators: who started them.
        organisations: where they wait, or ended.
        pins: the versions they are pinned to; ``other_pins`` turns it round.
        overdue_at: past their deadline at that moment.
        between: from and to, of what they are ordered by.
        falls: what falls due with them, and from and to of when.
    """

    jurisdiction: str
    state: State = "open"
    process: str = ""
    step: str = ""
    status: str = ""
    number: str = ""
    initiators: Sequence[str] | None = None
    organisations: Sequence[str] | None = None
    pins: Sequence[str] | None = None
    other_pins: bool = False
    overdue_at: datetime | None = None
    returned: bool = False
    with_incident: bool = False
    between: tuple[datetime | None, datetime | None] = (None, None)
    #: a kind of timer (its reminders together), and between which moments it fires
    falls: tuple[str, datetime, datetime] | None = None


class FallsDue(NamedTuple):
    """How many cases of a version, at a step, have a timer of a kind at a moment."""

    at: datetime
    kind: str
    process: str
    pin: str
    step: str
    cases: int


class Monitoring:
    """Questions about all cases of a jurisdiction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self,
        wanted: Monitored,
        *,
        after: tuple[datetime, int] | None = None,
        limit: int = 50,
        walked: int = WALKED,
    ) -> Found:
        """Return the cases after the one that ``after`` names by its order and internal key."""
        few = self._few(wanted)
        if few is not None:
            chosen = sa.select(*_COLUMNS).where(_c.id.in_(few)).limit(FEW).subquery("looked")
            query = _page(wanted, chosen.c, [*_base(wanted, chosen.c), *_asked(wanted, chosen.c)])
            rows = self._session.rows(_after(wanted, chosen.c, query, after).limit(limit + 1))
            return _found(rows, limit)
        walk = _after(wanted, _c, _page(wanted, _c, _base(wanted, _c)), after)
        if not _asked(wanted, _c):
            return _found(self._session.rows(walk.limit(limit + 1)), limit)
        looked = walk.limit(walked).subquery("looked")
        query = _page(wanted, looked.c, _asked(wanted, looked.c))
        found = _found(self._session.rows(query.limit(limit + 1)), limit)
        if found.after is not None:
            return found
        order = _c[ORDERS[wanted.state][0]]
        last = self._session.rows(walk.with_only_columns(order, _c.id).offset(walked - 1).limit(1))
        return Found(found.cases, (last[0][0], int(last[0][1])), False) if last else found

    def _few(self, wanted: Monitored) -> list[int] | None:
        """The keys of the cases that one condition alone leaves, if they are few."""
        for probe in _probes(wanted):
            keys = [int(key) for (key,) in self._session.rows(probe.limit(FEW + 1))]
            if len(keys) <= FEW:
                return keys
        return None

    def stopped(self, case_ids: Sequence[int]) -> frozenset[int]:
        """Return those of some cases that something unresolved has stopped."""
        query = sa.select(incidents.c.case_id).where(
            incidents.c.case_id.in_(list(case_ids)), incidents.c.resolved_at.is_(None)
        )
        return frozenset(int(key) for (key,) in self._session.rows(query))

    # ------------------------------------------------------------ figures

    def at_steps(self, jurisdiction: str, now: datetime) -> list[AtStep]:
        """Count the cases going on at each step of each process."""
        here = (_c.jurisdiction == jurisdiction, _open)
        where = (_c.process, _c.step)
        count = sa.func.count()
        counted = sa.select(*where, count).where(*here).group_by(*where).order_by(*where)
        late = sa.select(*where, count).where(*here, _c.due <= now).group_by(*where)
        overdue = {(row[0], row[1]): int(row[2]) for row in self._session.rows(late)}
        return [
            AtStep(process, step, int(number), overdue.get((process, step), 0))
            for process, step, number in self._session.rows(counted)
        ]

    def falling_due(
        self, jurisdiction: str, begin: datetime, end: datetime, *, most: int
    ) -> tuple[list[FallsDue], bool]:
        """Count what falls due in a time, by moment, kind and step, the next first.

        So many timers are looked at; the second value tells whether these were all.
        """
        looked = (
            sa.select(timers.c.at, timers.c.kind, timers.c.case_id)
            .where(
                timers.c.jurisdiction == jurisdiction,
                timers.c.at >= begin,
                timers.c.at < end,
                timers.c.kind != DATES,
            )
            .order_by(timers.c.at)
            .limit(most)
            .subquery("looked")
        )
        by = (looked.c.at, looked.c.kind, _c.process, _c.pin, _c.step)
        query = (
            sa.select(*by, sa.func.count())
            .join_from(looked, cases, _c.id == looked.c.case_id)
            .group_by(*by)
            .order_by(looked.c.at, _c.process, _c.step, looked.c.kind)
        )
        found = [FallsDue(*row) for row in self._session.rows(query)]
        return found, sum(one.cases for one in found) < most

    def count_overdue_returns(self, jurisdiction: str, now: datetime) -> int:
        """Count what was sent back to be mended and is past its deadline."""
        query = sa.select(sa.func.count()).where(
            _c.jurisdiction == jurisdiction, _open, _c.due <= now, _c.returned
        )
        return int(self._session.rows(query)[0][0])

    def count_incidents(self, jurisdiction: str) -> int:
        """Count the cases that something unresolved has stopped."""
        query = sa.select(sa.func.count(incidents.c.case_id.distinct())).where(
            incidents.c.jurisdiction == jurisdiction,
            incidents.c.resolved_at.is_(None),
        )
        return int(self._session.rows(query)[0][0])

    def count_between(
        self, jurisdiction: str, moment: Literal["started_at", "closed_at"], at: Sequence[datetime]
    ) -> list[int]:
        """Count the cases started or ended between each moment and the one after it."""
        column = _c[moment]
        found = []
        for begin, end in pairwise(at):
            query = sa.select(sa.func.count()).where(
                _c.jurisdiction == jurisdiction, column >= begin, column < end
            )
            found.append(int(self._session.rows(query)[0][0]))
        return found


def _page(wanted: Monitored, c: Columns, conditions: Sequence[Clause]) -> sa.Select[Any]:
    """Cases in their order; what they are ordered by is the last column.

    From a subquery with a limit, the databases take exactly its rows: they can neither look for the
    conditions elsewhere nor walk along another index.
    """
    name, descending = ORDERS[wanted.state]
    direction = sa.desc if descending else sa.asc
    columns = [c[each] for each in COLUMNS]
    return (
        sa.select(*columns, c[name].label("ordered"))
        .where(*conditions)
        .order_by(direction(c[name]), direction(c.id))
    )


def _after(
    wanted: Monitored, c: Columns, query: sa.Select[Any], after: tuple[datetime, int] | None
) -> sa.Select[Any]:
    if after is None:
        return query
    name, descending = ORDERS[wanted.state]
    here = sa.tuple_(c[name], c.id)
    there = sa.tuple_(sa.literal(after[0], c[name].type), sa.literal(after[1]))
    return query.where(here < there if descending else here > there)


def _base(wanted: Monitored, c: Columns) -> list[Clause]:
    """What the index that is walked along answers by itself."""
    column = c[ORDERS[wanted.state][0]]
    found: list[Clause] = [c.jurisdiction == wanted.jurisdiction]
    if wanted.state != "all":
        found.append(c.closed_at.is_(None) if wanted.state == "open" else c.closed_at.is_not(None))
    if _is_by_step(wanted):
        found += [c.process == wanted.process, c.step == wanted.step]
    begin, end = wanted.between
    if begin is not None:
        found.append(column >= begin)
    if end is not None:
        found.append(column < end)
    return found


def _is_by_step(wanted: Monitored) -> bool:
    return bool(wanted.state == "open" and wanted.process and wanted.step)


def _asked(wanted: Monitored, c: Columns) -> list[Clause]:
    """What is asked of each case beside that."""
    found: list[Clause] = []
    for name in ("status",) if _is_by_step(wanted) else ("process", "step", "status"):
        value = getattr(wanted, name)
        if value:
            found.append(c[name] == value)
    if wanted.number or wanted.initiators is not None:
        found.append(sa.or_(*_named(wanted, c)))
    if wanted.organisations is not None:
        found.append(_at(wanted, c))
    if wanted.pins is not None:
        inside = c.pin.in_(list(wanted.pins))
        found.append(sa.not_(inside) if wanted.other_pins else inside)
    if wanted.overdue_at is not None:
        found += [c.closed_at.is_(None), c.due <= wanted.overdue_at]
    if wanted.returned:
        found.append(c.returned)
    if wanted.falls is not None:
        falling = _falling(wanted).where(timers.c.case_id == c.id)
        found.append(falling.correlate_except(timers).exists())
    if wanted.with_incident:
        # Asked case by case, as all stopped ones may be many.
        stopped = _stopped(wanted).where(incidents.c.case_id == c.id)
        found.append(stopped.correlate_except(incidents).exists())
    return found


def _named(wanted: Monitored, c: Columns) -> list[Clause]:
    either: list[Clause] = []
    if wanted.number:
        # A range, which an index answers on both databases.
        last = wanted.number + "\U0010ffff"
        either.append(sa.and_(c.number >= wanted.number, c.number < last))
    if wanted.initiators is not None:
        either.append(c.initiator.in_(list(wanted.initiators)))
    return either


def _at(wanted: Monitored, c: Columns) -> Clause:
    places = list(wanted.organisations or ())
    waiting = _waiting_at(places).where(work_items.c.case_id == c.id)
    at: Clause = waiting.correlate_except(work_items).exists()
    return at if wanted.state == "open" else sa.and_(c.organisation.in_(places))


def _waiting_at(places: Sequence[str]) -> sa.Select[Any]:
    # Written out, as the partial index is.
    is_open: sa.ColumnElement[str] = sa.literal_column("'open'")
    return sa.select(work_items.c.case_id).where(
        work_items.c.state == is_open, work_items.c.organisation.in_(list(places))
    )


def _falling(wanted: Monitored) -> sa.Select[Any]:
    assert wanted.falls is not None  # asked for only then
    kind, begin, end = wanted.falls
    return sa.select(timers.c.case_id).where(
        timers.c.jurisdiction == wanted.jurisdiction,
        timers.c.at >= begin,
        timers.c.at < end,
        _of_kind(kind),
    )


def _of_kind(kind: str) -> Clause:
    """A kind of timer; the reminders of one deadline are numbered, and are one kind."""
    name, at, step = kind.partition("@")
    if not name.startswith(REMIND):
        return timers.c.kind == kind
    numbered: Clause = timers.c.kind.startswith(f"{name}:", autoescape=True)
    if name == REMIND:
        numbered = sa.and_(numbered, ~timers.c.kind.like(f"{REMIND}:%:%"))
    here = timers.c.kind.endswith(f"@{step}", autoescape=True)
    return sa.and_(numbered, here if at else ~timers.c.kind.contains("@"))


def _stopped(wanted: Monitored) -> sa.Select[Any]:
    return sa.select(incidents.c.case_id).where(
        incidents.c.jurisdiction == wanted.jurisdiction, incidents.c.resolved_at.is_(None)
    )


def _probes(wanted: Monitored) -> list[sa.Select[Any]]:
    """Conditions that an index answers and that may leave few cases, the narrowest first."""
    found: list[sa.Select[Any]] = []
    named = _named(wanted, _c)
    if named:
        # Each alone by its index; both databases are better at a union than at an "or".
        parts = [sa.select(_c.id).where(one) for one in named]
        both = sa.union(*parts).subquery() if len(parts) > 1 else parts[0].subquery()
        found.append(sa.select(both.c.id))
    if wanted.with_incident:
        found.append(_stopped(wanted).distinct())
    if wanted.falls is not None:
        found.append(_falling(wanted).distinct())
    if wanted.organisations is not None and wanted.state == "open":
        found.append(_waiting_at(list(wanted.organisations)).distinct())
    if wanted.overdue_at is not None:
        found.append(
            sa.select(_c.id).where(
                _c.jurisdiction == wanted.jurisdiction, _open, _c.due <= wanted.overdue_at
            )
        )
    return found


def _found(rows: Sequence[Any], limit: int) -> Found:
    lines = [MonitoredCase(*row) for row in rows[:limit]]
    last = lines[-1] if len(rows) > limit else None
    return Found(lines, (last.order, last.id) if last is not None else None, complete=True)
