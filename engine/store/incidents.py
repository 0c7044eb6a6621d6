"""Incidents: cases that cannot go on by themselves, each until a person resolves it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.cases import CaseKey
from engine.store.chain import canonical
from engine.store.session import Session
from engine.store.statement import Statement, given
from engine.store.tables.cases import cases, incidents


class IncidentRow(NamedTuple):
    """What stopped a case: a code with its parameters."""

    id: int
    case_id: int
    uid: str
    jurisdiction: str
    code: str
    params: Any
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    reason: str | None


_c = incidents.c
_SELECT = sa.select(
    _c.id,
    _c.case_id,
    cases.c.uid,
    _c.jurisdiction,
    _c.code,
    _c.params,
    _c.opened_at,
    _c.resolved_at,
    _c.resolved_by,
    _c.reason,
).join(cases, cases.c.id == _c.case_id)
_OPEN = Statement(
    sa.insert(incidents)
    .values(
        {
            _c[name]: given(_c[name])
            for name in ("case_id", "jurisdiction", "code", "params", "opened_at")
        }
    )
    .returning(_c.id)
)
_RESOLVE = Statement(
    sa.update(incidents)
    .where(_c.id == given(_c.id, "row"), _c.resolved_at.is_(None))
    .values(
        {
            _c.resolved_at: given(_c.resolved_at, "at"),
            _c.resolved_by: given(_c.resolved_by, "person"),
            _c.reason: given(_c.reason, "why"),
        }
    )
)
_OF = Statement(_SELECT.where(_c.case_id == given(_c.case_id)).order_by(_c.id))
_UNRESOLVED = Statement(_SELECT.where(_c.resolved_at.is_(None)).order_by(_c.id))


class Incidents:
    """The rows of ``incidents``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, case: CaseKey, code: str, params: object, at: datetime) -> int:
        """Record that a case stopped; return the incident's key."""
        (incident_id,) = self._session.added(
            _OPEN,
            case_id=case.id,
            jurisdiction=case.jurisdiction,
            code=code,
            params=canonical(params).decode(),
            opened_at=at,
        )
        return int(incident_id)

    def resolve(self, incident_id: int, *, person: str | None, reason: str, at: datetime) -> bool:
        """Record how it was resolved; False if it is resolved already."""
        return self._session.run(_RESOLVE, row=incident_id, person=person, why=reason, at=at) == 1

    def of(self, case_id: int) -> list[IncidentRow]:
        """Return the incidents of a case, resolved ones too."""
        return [_incident(row) for row in self._session.all(_OF, case_id=case_id)]

    def unresolved(self) -> list[IncidentRow]:
        """Return what waits for a person, the oldest first."""
        return [_incident(row) for row in self._session.all(_UNRESOLVED)]


def _incident(row: tuple[Any, ...]) -> IncidentRow:
    found = IncidentRow._make(row)
    return found._replace(params=orjson.loads(found.params))
