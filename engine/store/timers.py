"""Timers: what is to happen to a case at a time. Rows, never messages to a broker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.domain.case import DATES
from engine.store.cases import CaseKey
from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import case_fields, timers
from engine.store.tables.cases import cases as _cases


class TimerRow(NamedTuple):
    """A timer that is set. ``kind`` is unique within its case."""

    id: int
    case_id: int
    uid: str
    kind: str
    at: datetime
    payload: Any


class Following(NamedTuple):
    """The open cases of a process, at some versions of it, whose dates follow a record.

    ``path`` is where their data name the record by its ``key``; "": it is whoever started them;
    None: any of them may follow it.
    """

    jurisdiction: str
    process: str
    pins: Sequence[str]
    path: str | None
    key: str


_SELECT = sa.select(
    timers.c.id, timers.c.case_id, _cases.c.uid, timers.c.kind, timers.c.at, timers.c.payload
).join(_cases, _cases.c.id == timers.c.case_id)
_SET = Statement(insert(timers, without=("id",)))
_CLEAR = Statement(
    sa.delete(timers).where(
        timers.c.case_id == given(timers.c.case_id), timers.c.kind == given(timers.c.kind)
    )
)
# A case that is to look at its dates again is to do so whatever else has happened to it.
_CLEAR_ALL = Statement(
    sa.delete(timers).where(timers.c.case_id == given(timers.c.case_id), timers.c.kind != DATES)
)
_OF = Statement(
    _SELECT.where(timers.c.case_id == given(timers.c.case_id)).order_by(timers.c.at, timers.c.id)
)
_DUE = Statement(
    _SELECT.where(timers.c.at <= given(timers.c.at, "now"))
    .order_by(timers.c.at, timers.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_NEXT = Statement(sa.select(sa.func.min(timers.c.at, type_=timers.c.at.type)))


class Timers:
    """The rows of ``timers``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def set(self, case: CaseKey, kind: str, at: datetime, payload: object = None) -> None:
        """Set a timer; one of the same kind is replaced."""
        self.clear(case.id, kind)
        self._session.run(
            _SET,
            case_id=case.id,
            jurisdiction=case.jurisdiction,
            kind=kind,
            at=at,
            payload=canonical(payload).decode(),
        )

    def clear(self, case_id: int, kind: str | None = None) -> int:
        """Remove the timer of a kind, or all that the state asks for; return how many it was."""
        if kind is None:
            return self._session.run(_CLEAR_ALL, case_id=case_id)
        return self._session.run(_CLEAR, case_id=case_id, kind=kind)

    def of(self, case_id: int) -> list[TimerRow]:
        """Return the timers of a case, the next first."""
        return [_timer(row) for row in self._session.all(_OF, case_id=case_id)]

    def due(self, now: datetime, limit: int = 100) -> list[TimerRow]:
        """Return timers whose time has come, the oldest first."""
        return [_timer(row) for row in self._session.all(_DUE, now=now, most=limit)]

    def count_following(self, cases: Sequence[Following]) -> int:
        """Count the cases that follow something."""
        if not cases:
            return 0
        found = sa.union(*(_following(one) for one in cases)).subquery()
        return int(self._session.rows(sa.select(sa.func.count()).select_from(found))[0][0])

    def look_again(self, cases: Sequence[Following], at: datetime) -> None:
        """Let the cases that follow something look at their dates again."""
        for one in cases:
            known = sa.select(timers.c.id).where(
                timers.c.case_id == _cases.c.id, timers.c.kind == DATES
            )
            wanted = _following(one).where(~known.exists())
            values = (sa.literal(DATES), sa.literal(at, timers.c.at.type), sa.literal("null"))
            self._session.connection.execute(
                sa.insert(timers).from_select(
                    ["case_id", "jurisdiction", "kind", "at", "payload"],
                    wanted.add_columns(_cases.c.jurisdiction, *values),
                )
            )

    def next(self) -> datetime | None:
        """Return when the next timer of any case is due."""
        row = self._session.one(_NEXT)
        return None if row is None else row[0]


def _following(which: Following) -> sa.Select[Any]:
    """The keys of the cases that follow something, ended ones left out."""
    found = sa.select(_cases.c.id).where(
        _cases.c.jurisdiction == which.jurisdiction,
        _cases.c.process == which.process,
        _cases.c.pin.in_(list(which.pins)),
        _cases.c.closed_at.is_(None),
    )
    if which.path is None:
        return found
    if which.path == "":
        return found.where(_cases.c.initiator == which.key)
    named = sa.select(case_fields.c.case_id).where(
        case_fields.c.path == which.path, case_fields.c.text_value == which.key
    )
    return found.where(_cases.c.id.in_(named))


def _timer(row: tuple[Any, ...]) -> TimerRow:
    found = TimerRow._make(row)
    return found._replace(payload=orjson.loads(found.payload))
