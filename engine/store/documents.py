"""Documents that were issued: what was printed, for whom, and whether it still holds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.people import issued


class IssuedRow(NamedTuple):
    """A document. ``file_blob`` is None until it has been printed."""

    uid: str
    key: str
    jurisdiction: str
    case_uid: str
    template: str
    holder: str | None
    number: str | None
    verify_code: str
    state: Literal["valid", "revoked"]
    subject: str
    data_blob: str
    file_blob: str | None
    issued_at: datetime


_c = issued.c
_ADD = Statement(insert(issued))
_LOAD = Statement(sa.select(issued).where(_c.uid == given(_c.uid)))
_BY_KEY = Statement(sa.select(issued).where(_c.key == given(_c.key)))
_BY_CODE = Statement(sa.select(issued).where(_c.verify_code == given(_c.verify_code)))
_OF_CASE = Statement(
    sa.select(issued).where(_c.case_uid == given(_c.case_uid)).order_by(_c.issued_at, _c.uid)
)
_OF_HOLDER = Statement(
    sa.select(issued).where(_c.holder == given(_c.holder)).order_by(_c.issued_at.desc(), _c.uid)
)
_PRINTED = Statement(
    sa.update(issued)
    .where(_c.uid == given(_c.uid, "document"))
    .values({_c.file_blob: given(_c.file_blob, "file")})
)
_SET_STATE = Statement(
    sa.update(issued)
    .where(_c.uid == given(_c.uid, "document"))
    .values({_c.state: given(_c.state, "new_state")})
)

_REVOKE = Statement(
    sa.update(issued)
    .where(
        _c.number == given(_c.number, "revoked"), _c.jurisdiction == given(_c.jurisdiction, "place")
    )
    .values({_c.state: "revoked"})
)


class Documents:
    """The rows of ``issued``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: IssuedRow) -> IssuedRow:
        """Issue a document; if one with its key was issued before, return that."""
        before = self._session.one(_BY_KEY, key=row.key)
        if before is not None:
            return IssuedRow._make(before)
        self._session.run(_ADD, **row._asdict())
        return row

    def load(self, uid: str) -> IssuedRow | None:
        """Return a document."""
        row = self._session.one(_LOAD, uid=uid)
        return None if row is None else IssuedRow._make(row)

    def by_code(self, verify_code: str) -> IssuedRow | None:
        """Return the document with a verification code."""
        row = self._session.one(_BY_CODE, verify_code=verify_code)
        return None if row is None else IssuedRow._make(row)

    def of_case(self, case_uid: str) -> list[IssuedRow]:
        """Return the documents of a case, the first issued first."""
        rows = self._session.all(_OF_CASE, case_uid=case_uid)
        return [IssuedRow._make(row) for row in rows]

    def of_holder(self, holder: str) -> list[IssuedRow]:
        """Return the documents of a person, the latest first."""
        return [IssuedRow._make(row) for row in self._session.all(_OF_HOLDER, holder=holder)]

    def printed(self, uid: str, file_blob: str) -> None:
        """Note where the file is."""
        self._session.run(_PRINTED, document=uid, file=file_blob)

    def revoke(self, jurisdiction: str, number: str) -> None:
        """Let the documents of a number in a jurisdiction hold no longer."""
        self._session.run(_REVOKE, revoked=number, place=jurisdiction)

    def set_state(self, uid: str, state: Literal["valid", "revoked"]) -> None:
        """Revoke a document, or let it hold again."""
        self._session.run(_SET_STATE, document=uid, new_state=state)
