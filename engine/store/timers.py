"""Timers: what is to happen to a case at a time. Rows, never messages to a broker."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.cases import CaseKey
from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import cases, timers


class TimerRow(NamedTuple):
    """A timer that is set. ``kind`` is unique within its case."""

    id: int
    case_id: int
    uid: str
    kind: str
    at: datetime
    payload: Any


_SELECT = sa.select(
    timers.c.id, timers.c.case_id, cases.c.uid, timers.c.kind, timers.c.at, timers.c.payload
).join(cases, cases.c.id == timers.c.case_id)
_SET = Statement(insert(timers, without=("id",)))
_CLEAR = Statement(
    sa.delete(timers).where(
        timers.c.case_id == given(timers.c.case_id), timers.c.kind == given(timers.c.kind)
    )
)
_CLEAR_ALL = Statement(sa.delete(timers).where(timers.c.case_id == given(timers.c.case_id)))
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
        """Remove the timer of a kind, or all of a case; return how many there were."""
        if kind is None:
            return self._session.run(_CLEAR_ALL, case_id=case_id)
        return self._session.run(_CLEAR, case_id=case_id, kind=kind)

    def of(self, case_id: int) -> list[TimerRow]:
        """Return the timers of a case, the next first."""
        return [_timer(row) for row in self._session.all(_OF, case_id=case_id)]

    def due(self, now: datetime, limit: int = 100) -> list[TimerRow]:
        """Return timers whose time has come, the oldest first."""
        return [_timer(row) for row in self._session.all(_DUE, now=now, most=limit)]

    def next(self) -> datetime | None:
        """Return when the next timer of any case is due."""
        row = self._session.one(_NEXT)
        return None if row is None else row[0]


def _timer(row: tuple[Any, ...]) -> TimerRow:
    found = TimerRow._make(row)
    return found._replace(payload=orjson.loads(found.payload))
