"""Answers to commands: whoever repeats a command with the same key gets the first answer."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import commands


class Answer(NamedTuple):
    """The case a command was about and its result, as the service wrote it."""

    uid: str
    result: str


_SEEN = Statement(
    sa.select(commands.c.uid, commands.c.result).where(commands.c.key == given(commands.c.key))
)
_REMEMBER = Statement(insert(commands))
_FORGET = Statement(sa.delete(commands).where(commands.c.at < given(commands.c.at, "before")))


class Commands:
    """The rows of ``commands``. A key should name its user: two users may choose the same."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def seen(self, key: str) -> Answer | None:
        """Return the answer given to this key before."""
        row = self._session.one(_SEEN, key=key)
        return None if row is None else Answer._make(row)

    def remember(self, key: str, uid: str, result: str, at: datetime) -> None:
        """Keep the answer. Raises Duplicate if there is one already."""
        self._session.run(_REMEMBER, key=key, uid=uid, result=result, at=at)

    def forget(self, before: datetime) -> int:
        """Remove answers given before a time; return how many."""
        return self._session.run(_FORGET, before=before)
