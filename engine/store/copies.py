"""Copies: who may read a case because somebody named them (抄送)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.cases import CaseKey
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import cases, copies


class CopyRow(NamedTuple):
    """A copy as its reader sees it: the case, who sent it and whether it was read."""

    uid: str
    from_person: str | None
    from_organisation: str | None
    at: datetime
    read_at: datetime | None


_c = copies.c
_ADD = Statement(insert(copies, without=("read_at",)))
_OF = Statement(sa.select(_c.person).where(_c.case_id == given(_c.case_id)))
_HAS = Statement(
    sa.select(_c.person).where(_c.case_id == given(_c.case_id), _c.person == given(_c.person))
)
_READ = Statement(
    sa.update(copies)
    .where(
        _c.case_id == given(_c.case_id, "key"),
        _c.person == given(_c.person, "reader"),
        _c.read_at.is_(None),
    )
    .values({_c.read_at: given(_c.read_at, "now")})
)
_UNREAD = Statement(
    sa.select(sa.func.count())
    .select_from(copies)
    .where(_c.person == given(_c.person), _c.read_at.is_(None))
)


class Copies:
    """The rows of ``copies``. Whoever was named once may read the case from then on."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        case: CaseKey,
        people: Iterable[str],
        *,
        by: str,
        organisation: str | None,
        at: datetime,
    ) -> None:
        """Let people read a case; those who may already are left as they are."""
        known = {str(person) for (person,) in self._session.all(_OF, case_id=case.id)}
        for person in dict.fromkeys(people):
            if person not in known:
                self._session.run(
                    _ADD, case_id=case.id, person=person, jurisdiction=case.jurisdiction,
                    from_person=by, from_organisation=organisation, at=at,
                )  # fmt: skip

    def has(self, case_id: int, person: str) -> bool:
        """Whether a person was named for a case."""
        return self._session.one(_HAS, case_id=case_id, person=person) is not None

    def read(self, case_id: int, person: str, at: datetime) -> bool:
        """Note that a person has read a case; False if they had, or were not named."""
        return self._session.run(_READ, key=case_id, reader=person, now=at) == 1

    def unread(self, person: str) -> int:
        """Count what a person has not read."""
        row = self._session.one(_UNREAD, person=person)
        return int(row[0]) if row is not None else 0

    def page(
        self, person: str, *, before: datetime | None = None, limit: int = 50
    ) -> list[CopyRow]:
        """Return a person's latest copies, those sent before a moment."""
        query = (
            sa.select(cases.c.uid, _c.from_person, _c.from_organisation, _c.at, _c.read_at)
            .join(cases, cases.c.id == _c.case_id)
            .where(_c.person == person)
            .order_by(_c.at.desc(), _c.case_id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(_c.at < before)
        return [CopyRow._make(row) for row in self._session.rows(query)]
