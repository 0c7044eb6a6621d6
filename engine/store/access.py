"""Who looked at whose personal data. Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.people import access_log


class Access(NamedTuple):
    """One look: who, for which organisation, at whom, at what."""

    at: datetime
    person: str
    organisation: str | None
    subject: str
    what: str
    case_uid: str | None = None


_ADD = Statement(insert(access_log, without=("id",)))
_OF = Statement(
    sa.select(*(access_log.c[name] for name in Access._fields))
    .where(access_log.c.subject == given(access_log.c.subject))
    .order_by(access_log.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


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
