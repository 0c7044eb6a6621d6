"""Copies of cases: what somebody may read because a colleague named them (抄送我的)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.domain.actor import Actor
from engine.domain.errors import NotFound
from engine.forms.surroundings import Lookup
from engine.services.casework import Casework
from engine.services.sentences import Sentences
from engine.services.statuses import status_title
from engine.services.views import Views
from engine.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Copy:
    """A case as the list of copies shows it."""

    uid: str
    title: str
    number: str | None
    initiator: str
    status: str
    sender: str
    at: datetime
    read: bool


class Copies:
    """Lists copies and notes that they were read."""

    def __init__(
        self,
        work: Casework,
        views: Views,
        sentences: Sentences,
        lookup: Callable[[UnitOfWork], Lookup],
    ) -> None:
        self._work = work
        self._views = views
        self._sentences = sentences
        self._lookup = lookup

    def received(self, actor: Actor, *, before: datetime | None = None) -> list[Copy]:
        """The latest cases the actor was named for, those sent before a moment."""
        with self._work.store.read() as unit:
            lookup = self._lookup(unit)
            found = []
            for copy in unit.copies.page(actor.person, before=before):
                loaded = self._work.load(unit, copy.uid)
                row = loaded.row
                started = row.initiator or ""
                sender = copy.from_person or ""
                found.append(
                    Copy(
                        uid=copy.uid,
                        title=loaded.compiled.process.title,
                        number=row.number,
                        initiator=lookup.label("people", started) or started,
                        status=status_title(self._work.definitions.current, row.status),
                        sender=lookup.label("people", sender) or sender,
                        at=copy.at,
                        read=copy.read_at is not None,
                    )
                )
            return found

    def unread(self, actor: Actor) -> int:
        """How many of them the actor has not opened."""
        with self._work.store.read() as unit:
            return unit.copies.unread(actor.person)

    def open(self, actor: Actor, uid: str) -> None:
        """Note that the actor has read a case they were named for.

        Raises:
            NotFound: nobody named them for it.
        """
        with self._sentences.saying(), self._work.store.write() as unit:
            row = unit.cases.load(uid)
            if row is None or not unit.copies.has(row.id, actor.person):
                raise NotFound("no_such_case", uid=uid)
            unit.copies.read(row.id, actor.person, self._work.clock.now())
