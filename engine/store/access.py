"""Who looked at whose personal data. Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.people import access_log

#: later than whatever was noted
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


class Access(NamedTuple):
    """One look: who, for which organisation, at whom, at what."""

    at: datetime
    person: str
    organisation: str | None
    subject: str
    what: str
    case_uid: str | None = None


_ADD = Statement(insert(access_log, without=("id",)))
_a = access_log.c
_OF = Statement(
    sa.select(*(_a[name] for name in Access._fields))
    .where(_a.subject == given(_a.subject))
    .order_by(_a.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


_LAST = Statement(
    sa.select(sa.func.max(_a.at)).where(_a.person == given(_a.person), _a.at < given(_a.at))
)
_TOGETHER = Statement(
    sa.select(
        _a.at,
        _a.organisation,
        _a.what,
        sa.func.count(sa.distinct(_a.subject)),
        sa.func.min(_a.subject),
        sa.func.count(sa.distinct(_a.case_uid)),
        sa.func.min(_a.case_uid),
    )
    .where(_a.person == given(_a.person), _a.at == given(_a.at))
    .group_by(_a.at, _a.organisation, _a.what)
    .order_by(_a.what)
)


class Occasion(NamedTuple):
    """What somebody looked at or took out at one moment; an export is of many at once."""

    at: datetime
    organisation: str | None
    what: str
    subjects: int
    #: one of those whose data it was
    subject: str
    cases: int
    case_uid: str | None


class AccessLog:
    """The rows of ``access_log``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, access: Access) -> None:
        """Note a look."""
        self._session.run(_ADD, **access._asdict())

    def add_all(self, looks: Sequence[Access]) -> None:
        """Note many looks at once."""
        self._session.run_all(_ADD, [one._asdict() for one in looks])

    def of(self, subject: str, limit: int = 100) -> list[Access]:
        """Return who looked at a person's data, the latest first."""
        rows = self._session.all(_OF, subject=subject, most=limit)
        return [Access._make(row) for row in rows]

    def by(self, person: str, limit: int) -> list[Occasion]:
        """Return what somebody looked at, the latest first.

        One moment after the other: an export of all counts as one however many it was of.
        """
        found: list[Occasion] = []
        before = NEVER
        while len(found) < limit:
            row = self._session.one(_LAST, person=person, at=before)
            if row is None or row[0] is None:
                break
            before = row[0]
            found += map(Occasion._make, self._session.all(_TOGETHER, person=person, at=before))
        return found
