"""Files that people attach. Their bytes are blobs, sealed with the key of the subject."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.people import attachments


class AttachmentRow(NamedTuple):
    """A file. ``owner`` put it in; ``blob`` is the hash its bytes are stored under."""

    uid: str
    jurisdiction: str | None
    subject: str
    owner: str
    case_uid: str | None
    field: str
    name: str
    type: str
    size: int
    sha256: str
    blob: str
    created_at: datetime


_c = attachments.c
_ADD = Statement(insert(attachments))
_LOAD = Statement(sa.select(attachments).where(_c.uid == given(_c.uid)))
_OF = Statement(
    sa.select(attachments).where(_c.case_uid == given(_c.case_uid)).order_by(_c.created_at, _c.uid)
)
_PLACE = Statement(
    sa.update(attachments)
    .where(_c.uid == given(_c.uid, "file"), _c.case_uid.is_(None))
    .values({_c.case_uid: given(_c.case_uid, "new_case"), _c.jurisdiction: given(_c.jurisdiction)})
)
_REMOVE = Statement(sa.delete(attachments).where(_c.uid == given(_c.uid)))


class Attachments:
    """The rows of ``attachments``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: AttachmentRow) -> None:
        """Add a file whose bytes are stored."""
        self._session.run(_ADD, **row._asdict())

    def load(self, uid: str) -> AttachmentRow | None:
        """Return what is known of a file."""
        row = self._session.one(_LOAD, uid=uid)
        return None if row is None else AttachmentRow._make(row)

    def of(self, case_uid: str) -> list[AttachmentRow]:
        """Return the files of a case."""
        return [AttachmentRow._make(row) for row in self._session.all(_OF, case_uid=case_uid)]

    def place(self, uid: str, case_uid: str, jurisdiction: str) -> bool:
        """Say which case a file belongs to that was put in before the case was; False if known."""
        values = {"new_case": case_uid, "jurisdiction": jurisdiction}
        return self._session.run(_PLACE, file=uid, **values) == 1

    def remove(self, uid: str) -> None:
        """Forget a file. Its bytes stay until the subject is erased: a case may refer to them."""
        self._session.run(_REMOVE, uid=uid)
