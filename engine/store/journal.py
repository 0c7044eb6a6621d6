"""The journal: append-only, hash-chained for each case."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from engine.store.cases import CaseRow
from engine.store.chain import Broken, Event, canonical, link, verify
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import journal

_APPEND = Statement(insert(journal))
_OF = Statement(
    sa.select(*(journal.c[name] for name in Event._fields))
    .where(journal.c.case_id == given(journal.c.case_id))
    .order_by(journal.c.seq)
)
_SINCE = Statement(
    sa.select(*(journal.c[name] for name in Event._fields))
    .where(journal.c.case_id == given(journal.c.case_id), journal.c.seq > given(journal.c.seq))
    .order_by(journal.c.seq)
)


class Journal:
    """The events of cases. There is no way to change or remove one."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(
        self,
        case: CaseRow,
        *,
        at: datetime,
        kind: str,
        person: str | None,
        organisation: str | None,
        body: object,
        on_behalf: str | None = None,
        data_hash: str | None = None,
    ) -> Event:
        """Add the event that follows the head in ``case``.

        ``body`` is a JSON value. The caller saves ``seq`` and ``hash`` of the result as the new
        head (``journal_seq``, ``journal_hash``) in the same unit of work.
        """
        event = self.next(
            case,
            at=at,
            kind=kind,
            person=person,
            organisation=organisation,
            body=body,
            on_behalf=on_behalf,
            data_hash=data_hash,
        )
        self.add(case, event)
        return event

    @staticmethod
    def next(
        case: CaseRow,
        *,
        at: datetime,
        kind: str,
        person: str | None,
        organisation: str | None,
        body: object,
        on_behalf: str | None = None,
        data_hash: str | None = None,
    ) -> Event:
        """Make the event that follows the head in ``case``, without storing it."""
        seq, text = case.journal_seq + 1, canonical(body).decode()
        hashed = link(
            case.journal_hash,
            uid=case.uid,
            seq=seq,
            at=at,
            kind=kind,
            person=person,
            organisation=organisation,
            on_behalf=on_behalf,
            body=text,
            data_hash=data_hash,
        )
        return Event(
            seq,
            at,
            kind,
            person,
            organisation,
            on_behalf,
            text,
            data_hash,
            case.journal_hash,
            hashed,
        )

    def add(self, case: CaseRow, event: Event) -> None:
        """Store an event made by :meth:`next`."""
        self._session.run(
            _APPEND, case_id=case.id, jurisdiction=case.jurisdiction, **event._asdict()
        )

    def of(self, case_id: int, *, since: int = 0) -> list[Event]:
        """Return the events of a case in order, those after number ``since``."""
        if since:
            return [
                Event._make(row) for row in self._session.all(_SINCE, case_id=case_id, seq=since)
            ]
        return [Event._make(row) for row in self._session.all(_OF, case_id=case_id)]

    def verify(self, case: CaseRow) -> Broken | None:
        """Check the whole chain of a case; None if it holds."""
        return verify(case.uid, self.of(case.id), (case.journal_seq, case.journal_hash))
