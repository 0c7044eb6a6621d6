"""Identities at platforms outside, and browsers on the way there and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.chain import canonical
from engine.store.sealing import Sealer
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.people import identities, journeys


class IdentityRow(NamedTuple):
    """Who the holder of an account is at a platform."""

    jurisdiction: str
    connector: str
    issuer: str
    subject: str
    login: str
    linked_at: datetime


_i, _j = identities.c, journeys.c
_LOAD = Statement(
    sa.select(identities).where(
        _i.jurisdiction == given(_i.jurisdiction),
        _i.connector == given(_i.connector),
        _i.issuer == given(_i.issuer),
        _i.subject == given(_i.subject),
    )
)
_OF_ACCOUNT = Statement(
    sa.select(identities).where(_i.login == given(_i.login)).order_by(_i.connector, _i.subject)
)
_LINK = Statement(insert(identities))
_KEEP = Statement(insert(journeys))
_THIS = _j.token_hash == given(_j.token_hash)
_JOURNEY = Statement(sa.select(journeys).where(_THIS))
_END = Statement(sa.delete(journeys).where(_THIS))
_EXPIRE = Statement(sa.delete(journeys).where(_j.expires_at <= given(_j.expires_at, "now")))


class Identities:
    """The rows of ``identities``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(
        self, jurisdiction: str, connector: str, issuer: str, subject: str
    ) -> IdentityRow | None:
        """Return whose account an identity belongs to."""
        row = self._session.one(
            _LOAD, jurisdiction=jurisdiction, connector=connector, issuer=issuer, subject=subject
        )
        return None if row is None else IdentityRow._make(row)

    def of_account(self, login: str) -> list[IdentityRow]:
        """Return the identities of the holder of an account."""
        return [IdentityRow._make(row) for row in self._session.all(_OF_ACCOUNT, login=login)]

    def link(self, row: IdentityRow) -> None:
        """Add an identity. Raises Duplicate if it belongs to an account already."""
        self._session.run(_LINK, **row._asdict())


class Journeys:
    """The rows of ``journeys``: sealed, since they carry what a platform says about a person."""

    def __init__(self, session: Session, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer

    def keep(self, token: str, content: Mapping[str, Any], expires_at: datetime) -> None:
        """Keep something for whoever has the token."""
        hashed = _hash(token)
        wrapped, cipher = self._sealer.new_key(f"journey:{hashed}")
        self._session.run(
            _KEEP, token_hash=hashed, wrapped=wrapped, expires_at=expires_at,
            ciphertext=cipher.seal(canonical(content), hashed),
        )  # fmt: skip

    def look(self, token: str, now: datetime) -> Mapping[str, Any] | None:
        """Return what is kept under a token; None when there is nothing, or not any more."""
        hashed = _hash(token)
        row = self._session.one(_JOURNEY, token_hash=hashed)
        if row is None:
            return None
        _, wrapped, ciphertext, expires_at = row
        if expires_at <= now:
            return None
        cipher = self._sealer.cipher(f"journey:{hashed}", wrapped)
        content: Mapping[str, Any] = orjson.loads(cipher.open(ciphertext, hashed))
        return content

    def take(self, token: str, now: datetime) -> Mapping[str, Any] | None:
        """Return what is kept under a token, once: whoever comes later finds nothing."""
        found = self.look(token, now)
        taken = self._session.run(_END, token_hash=_hash(token))
        return found if taken == 1 else None

    def expire(self, now: datetime) -> int:
        """Remove what nobody has come back for; return how many."""
        return self._session.run(_EXPIRE, now=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
