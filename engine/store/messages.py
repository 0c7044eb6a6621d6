"""Messages to people and to organisations, and the sentences a reviewer uses often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.people import message_reads, messages, opinions


class NewMessage(NamedTuple):
    """A message. One with a ``key`` is sent once, however often it is added."""

    jurisdiction: str
    to_person: str | None
    to_organisation: str | None
    kind: str
    title: str
    body: str
    created_at: datetime
    key: str | None = None
    from_person: str | None = None
    from_organisation: str | None = None
    template: str | None = None
    case_uid: str | None = None


class MessageRow(NamedTuple):
    """A message as one person sees it: ``read_at`` is when this person read it."""

    id: int
    kind: str
    title: str
    body: str
    to_person: str | None
    to_organisation: str | None
    from_person: str | None
    from_organisation: str | None
    template: str | None
    case_uid: str | None
    created_at: datetime
    read_at: datetime | None


class Opinion(NamedTuple):
    """A sentence kept for use in reviews."""

    id: int
    person: str
    organisation: str | None
    shared: bool
    text: str
    position: int


_c, _r, _o = messages.c, message_reads.c, opinions.c
_SEEN = Statement(sa.select(_c.id).where(_c.key == given(_c.key)))
_ADD = Statement(insert(messages, without=("id",)).returning(_c.id))
_READ = Statement(insert(message_reads))
_LAST = Statement(sa.select(sa.func.max(_c.id)))
_WAS_READ = Statement(
    sa.select(_r.at).where(_r.message_id == given(_r.message_id), _r.person == given(_r.person))
)
_LOAD = Statement(
    sa.select(*(_c[name] for name in MessageRow._fields[:-1]), _r.at)
    .outerjoin(message_reads, sa.and_(_r.message_id == _c.id, _r.person == given(_r.person)))
    .where(_c.id == given(_c.id))
)
_OPINIONS = Statement(
    sa.select(opinions)
    .where(
        sa.or_(
            _o.person == given(_o.person),
            sa.and_(_o.shared == sa.true(), _o.organisation == given(_o.organisation)),
        )
    )
    .order_by(_o.position, _o.id)
)
_ADD_OPINION = Statement(insert(opinions, without=("id",)).returning(_o.id))
_CHANGE_OPINION = Statement(
    sa.update(opinions)
    .where(_o.id == given(_o.id, "row"), _o.person == given(_o.person, "own"))
    .values(
        {
            _o.text: given(_o.text, "new_text"),
            _o.position: given(_o.position, "new_position"),
            _o.shared: given(_o.shared, "new_shared"),
        }
    )
)
_REMOVE_OPINION = Statement(
    sa.delete(opinions).where(_o.id == given(_o.id), _o.person == given(_o.person))
)


class Messages:
    """The rows of ``messages`` and ``message_reads``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, message: NewMessage) -> int | None:
        """Send a message; return its key, or None if its ``key`` was used before."""
        if message.key is not None and self._session.one(_SEEN, key=message.key) is not None:
            return None
        (message_id,) = self._session.added(_ADD, **message._asdict())
        return int(message_id)

    def load(self, message_id: int, person: str) -> MessageRow | None:
        """Return a message as a person sees it; whether the person may is decided above."""
        row = self._session.one(_LOAD, id=message_id, person=person)
        return None if row is None else MessageRow._make(row)

    def page(
        self,
        person: str,
        organisations: Sequence[str] = (),
        *,
        before: int | None = None,
        unread: bool = False,
        limit: int = 20,
    ) -> list[MessageRow]:
        """Return the latest messages to a person or organisation, those older than ``before``."""
        query = (
            sa.select(*(_c[name] for name in MessageRow._fields[:-1]), _r.at)
            .outerjoin(message_reads, sa.and_(_r.message_id == _c.id, _r.person == person))
            .where(_to(person, organisations))
            .order_by(_c.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(_c.id < before)
        if unread:
            query = query.where(_r.at.is_(None))
        return [MessageRow._make(row) for row in self._session.rows(query)]

    def unread(self, person: str, organisations: Sequence[str] = ()) -> int:
        """Count what a person has not read."""
        query = (
            sa.select(sa.func.count())
            .select_from(messages)
            .outerjoin(message_reads, sa.and_(_r.message_id == _c.id, _r.person == person))
            .where(_to(person, organisations), _r.at.is_(None))
        )
        return int(self._session.rows(query)[0][0])

    def last(self) -> int:
        """Return the key of the latest message; 0 when there is none."""
        row = self._session.one(_LAST)
        return int(row[0] or 0) if row is not None else 0

    def since(self, message_id: int) -> list[MessageRow]:
        """Return the messages sent after one, in order; as nobody has read them."""
        query = (
            sa.select(*(_c[name] for name in MessageRow._fields[:-1]))
            .where(_c.id > message_id)
            .order_by(_c.id)
        )
        return [MessageRow._make((*row, None)) for row in self._session.rows(query)]

    def read(self, message_id: int, person: str, at: datetime) -> None:
        """Note that a person has read a message; the first time counts."""
        if self._session.one(_WAS_READ, message_id=message_id, person=person) is None:
            self._session.run(_READ, message_id=message_id, person=person, at=at)


class Opinions:
    """The rows of ``opinions``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, person: str, organisation: str | None) -> list[Opinion]:
        """Return a person's own sentences and those shared in the organisation acted for."""
        rows = self._session.all(_OPINIONS, person=person, organisation=organisation)
        return [Opinion._make(row) for row in rows]

    def add(
        self, person: str, text: str, *, organisation: str | None, shared: bool, position: int
    ) -> int:
        """Keep a sentence; return its key."""
        (opinion_id,) = self._session.added(
            _ADD_OPINION,
            person=person,
            text=text,
            organisation=organisation,
            shared=shared,
            position=position,
        )
        return int(opinion_id)

    def change(
        self, opinion_id: int, person: str, text: str, *, shared: bool, position: int
    ) -> bool:
        """Change one of the person's own sentences; False if it is not."""
        values = {"new_text": text, "new_shared": shared, "new_position": position}
        return self._session.run(_CHANGE_OPINION, row=opinion_id, own=person, **values) == 1

    def remove(self, opinion_id: int, person: str) -> bool:
        """Remove one of the person's own sentences; False if it is not."""
        return self._session.run(_REMOVE_OPINION, id=opinion_id, person=person) == 1


def _to(person: str, organisations: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.or_(_c.to_person == person, _c.to_organisation.in_(organisations))
