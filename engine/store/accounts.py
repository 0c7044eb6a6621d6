"""Accounts, sessions and the log of sign-ins. What a password is checked with is decided above."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import sqlalchemy as sa

from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.people import accounts, sessions, sign_ins


class AccountRow(NamedTuple):
    """A way to sign in. ``password`` is a hash, None if there is none yet."""

    login: str
    person: str
    password: str | None
    state: Literal["active", "closed"]
    must_change_password: bool
    failures: int
    locked_until: datetime | None
    created_at: datetime
    password_changed_at: datetime | None = None
    signed_in_at: datetime | None = None


class SessionRow(NamedTuple):
    """Somebody who is signed in. ``organisation`` is the one acted for, None for none."""

    token_hash: str
    login: str
    organisation: str | None
    address: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    connector: str | None = None
    limited_to: Literal["people", "organisations"] | None = None


class SignIn(NamedTuple):
    """One attempt. ``reason`` says why it failed."""

    login: str
    person: str | None
    at: datetime
    address: str | None
    succeeded: bool
    reason: str | None
    connector: str | None = None


_a, _s, _l = accounts.c, sessions.c, sign_ins.c
_THIS = _a.login == given(_a.login, "account")
_LOAD = Statement(sa.select(accounts).where(_a.login == given(_a.login)))
_OF_PERSON = Statement(sa.select(accounts).where(_a.person == given(_a.person)).order_by(_a.login))
_ALL = Statement(sa.select(accounts).order_by(_a.login))
_INSERT = Statement(insert(accounts))
_SET_PASSWORD = Statement(
    sa.update(accounts)
    .where(_THIS)
    .values(
        {
            _a.password: given(_a.password, "new_password"),
            _a.must_change_password: given(_a.must_change_password, "must_change"),
            _a.password_changed_at: given(_a.password_changed_at, "at"),
            _a.failures: sa.literal_column("0"),
            _a.locked_until: sa.null(),
        }
    )
)
_FAILED = Statement(
    sa.update(accounts)
    .where(_THIS)
    .values({_a.failures: _a.failures + 1, _a.locked_until: given(_a.locked_until, "until")})
)
_SUCCEEDED = Statement(
    sa.update(accounts)
    .where(_THIS)
    .values(
        {
            _a.failures: sa.literal_column("0"),
            _a.locked_until: sa.null(),
            _a.signed_in_at: given(_a.signed_in_at, "at"),
        }
    )
)
_SET_STATE = Statement(
    sa.update(accounts).where(_THIS).values({_a.state: given(_a.state, "new_state")})
)
_OPEN = Statement(insert(sessions))
_SESSION = Statement(sa.select(sessions).where(_s.token_hash == given(_s.token_hash)))
_SEEN = Statement(
    sa.update(sessions)
    .where(_s.token_hash == given(_s.token_hash, "token"))
    .values({_s.seen_at: given(_s.seen_at, "at"), _s.expires_at: given(_s.expires_at, "until")})
)
_ACT_FOR = Statement(
    sa.update(sessions)
    .where(_s.token_hash == given(_s.token_hash, "token"))
    .values({_s.organisation: given(_s.organisation, "new_organisation")})
)
_END = Statement(sa.delete(sessions).where(_s.token_hash == given(_s.token_hash)))
_END_OF = Statement(
    sa.delete(sessions).where(
        _s.login == given(_s.login), _s.token_hash != given(_s.token_hash, "but")
    )
)
_EXPIRE = Statement(sa.delete(sessions).where(_s.expires_at <= given(_s.expires_at, "now")))
_LOG = Statement(insert(sign_ins, without=("id",)))
_LOGGED = Statement(
    sa.select(*(_l[name] for name in SignIn._fields))
    .where(_l.login == given(_l.login))
    .order_by(_l.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_FAILURES_FROM = Statement(
    sa.select(sa.func.count())
    .select_from(sign_ins)
    .where(
        _l.address == given(_l.address),
        _l.at >= given(_l.at, "since"),
        _l.succeeded == sa.false(),
        # That a platform fails says nothing about guessed passwords.
        _l.connector.is_(None),
    )
)


class Accounts:
    """The rows of ``accounts`` and ``sign_ins``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self, login: str) -> AccountRow | None:
        """Return an account."""
        row = self._session.one(_LOAD, login=login)
        return None if row is None else AccountRow._make(row)

    def of_person(self, person: str) -> list[AccountRow]:
        """Return the accounts of a person."""
        return [AccountRow._make(row) for row in self._session.all(_OF_PERSON, person=person)]

    def all(self) -> list[AccountRow]:
        """Return every account."""
        return [AccountRow._make(row) for row in self._session.all(_ALL)]

    def insert(self, account: AccountRow) -> None:
        """Add an account. Raises Duplicate if the login is taken."""
        self._session.run(_INSERT, **account._asdict())

    def set_password(self, login: str, password: str, *, must_change: bool, at: datetime) -> None:
        """Set the hash of a new password, which unlocks the account."""
        self._session.run(
            _SET_PASSWORD, account=login, new_password=password, must_change=must_change, at=at
        )

    def failed(self, login: str, *, locked_until: datetime | None) -> None:
        """Count a wrong password, and lock the account for a while or not."""
        self._session.run(_FAILED, account=login, until=locked_until)

    def succeeded(self, login: str, at: datetime) -> None:
        """Begin to count from nought again."""
        self._session.run(_SUCCEEDED, account=login, at=at)

    def set_state(self, login: str, state: Literal["active", "closed"]) -> None:
        """Close an account or open it again."""
        self._session.run(_SET_STATE, account=login, new_state=state)

    def log(self, attempt: SignIn) -> None:
        """Note an attempt to sign in."""
        self._session.run(_LOG, **attempt._asdict())

    def attempts(self, login: str, limit: int = 20) -> list[SignIn]:
        """Return the latest attempts with a login."""
        rows = self._session.all(_LOGGED, login=login, most=limit)
        return [SignIn._make(row) for row in rows]

    def failures_from(self, address: str, since: datetime) -> int:
        """Count the failed attempts from a network address."""
        row = self._session.one(_FAILURES_FROM, address=address, since=since)
        return 0 if row is None else int(row[0])


class Sessions:
    """The rows of ``sessions``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, row: SessionRow) -> None:
        """Begin a session."""
        self._session.run(_OPEN, **row._asdict())

    def load(self, token_hash: str) -> SessionRow | None:
        """Return a session, expired or not."""
        row = self._session.one(_SESSION, token_hash=token_hash)
        return None if row is None else SessionRow._make(row)

    def seen(self, token_hash: str, at: datetime, expires_at: datetime) -> None:
        """Let a session last longer."""
        self._session.run(_SEEN, token=token_hash, at=at, until=expires_at)

    def act_for(self, token_hash: str, organisation: str | None) -> None:
        """Change the organisation acted for."""
        self._session.run(_ACT_FOR, token=token_hash, new_organisation=organisation)

    def end(self, token_hash: str) -> None:
        """End a session."""
        self._session.run(_END, token_hash=token_hash)

    def end_of(self, login: str, *, but: str = "") -> int:
        """End the sessions of an account, one of them excepted; return how many."""
        return self._session.run(_END_OF, login=login, but=but)

    def expire(self, now: datetime) -> int:
        """Remove the sessions whose time is over; return how many."""
        return self._session.run(_EXPIRE, now=now)
