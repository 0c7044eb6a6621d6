"""Signing in: accounts, sessions kept on the server, lock-out, whom one acts for."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.connectors.identity import IdentityProvider, LocalAccounts
from engine.definitions.register import PEOPLE
from engine.domain.actor import Actor
from engine.domain.clock import Clock
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.directory import GRANT_ROLES, Directory, Post
from engine.services.identities import Identities, Whom
from engine.services.kept import kept
from engine.services.sentences import Sentences
from engine.store.accounts import AccountRow, SessionRow, SignIn
from engine.store.database import Store
from engine.store.unit import UnitOfWork

#: wrong passwords in a row before an account is locked, and for how long: longer each time
LOCKOUTS: tuple[tuple[int, timedelta], ...] = (
    (5, timedelta(minutes=1)),
    (8, timedelta(minutes=15)),
    (12, timedelta(hours=1)),
)
#: attempts from one network address that fail within an hour before it has to wait
ADDRESS_FAILURES = 50
#: how long a session lasts without a request, and at most
IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
#: how often a request is noted
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_PASSWORD = 10
#: how many digits the name has that a new account signs in with
LOGIN_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in, acting for one organisation or for themselves (ACC-18).

    ``organisations`` are the choices: (key or None for oneself, name, roles in words).
    """

    token: str
    person: str
    name: str
    login: str
    organisation: str | None
    organisation_name: str
    organisations: Sequence[tuple[str | None, str, str]]
    must_change_password: bool
    actor: Actor
    #: the identity platform that was signed in with; None: with an account of the installation
    connector: str | None = None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account on the console."""

    login: str
    person: str
    name: str
    roles: str
    active: bool


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of a sample world, as the sign-in page of a demonstration shows it."""

    login: str
    name: str
    jurisdiction: str
    #: organisations with the roles there; empty for a private person
    roles: str
    password: str


class Accounts:
    """Accounts and sessions."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        sentences: Sentences,
        clock: Clock,
        identity: IdentityProvider | None = None,
        identities: Identities | None = None,
    ) -> None:
        self._store = store
        self._directory = directory
        self._sentences = sentences
        self._clock = clock
        self._identity = identity or LocalAccounts()
        self._identities = identities
        self._demo: list[tuple[str, str]] = []

    # ------------------------------------------------------------ signing in

    @kept
    def sign_in(self, login: str, password: str, *, address: str | None = None) -> Session:
        """Begin a session.

        Raises:
            Refused: the name or password is wrong, or the account is locked or closed. A wrong name
                and a wrong password read the same.
        """
        now = self._clock.now()
        with self._sentences.saying():
            with self._store.read() as unit:
                account = unit.accounts.load(login) or unit.accounts.load(_typed(login))
                login = account.login if account is not None else login
                failures = unit.accounts.failures_from(address, now - timedelta(hours=1)) \
                    if address else 0  # fmt: skip
            reason = self._why_not(account, failures, now)
            # The password is checked in any case, so that the time taken says nothing.
            known = account.password if account is not None else None
            right = self._identity.verify(known, password)
            if reason is None and not right:
                reason = "wrong_credentials"
            token = ""
            with self._store.write() as unit:
                limited_to: Whom | None = None
                if reason is None and account is not None:
                    limited_to = self._limit(unit, account)
                    if limited_to is not None and not self._directory.posts(account.person):
                        reason = "sign_in_elsewhere"
                if reason is not None:
                    self._note(unit, login, account, address, reason, now)
                else:
                    assert account is not None  # whoever has no account was refused
                    token = self.open(unit, account, address, limited_to=limited_to)
            if reason is not None:
                raise NotAllowed(reason, **self._waiting(account, reason))
            session = self.session(token)
        assert session is not None  # it was begun a moment ago
        return session

    def session(self, token: str) -> Session | None:
        """Who a token belongs to; None when the session is over."""
        now = self._clock.now()
        hashed = _hash(token)
        with self._store.read() as unit:
            row = unit.sessions.load(hashed)
            account = unit.accounts.load(row.login) if row is not None else None
        if row is None or account is None or row.expires_at <= now or account.state != "active":
            return None
        if now - row.seen_at >= SEEN_EVERY and not self._store.is_busy:
            expires = min(now + IDLE, row.created_at + LONGEST)
            with self._store.write() as unit:
                unit.sessions.seen(hashed, now, expires)
        return self._session(token, row, account)

    @kept
    def act_for(self, token: str, organisation: str | None) -> Session:
        """Choose the organisation to act for, or oneself.

        Raises:
            Refused: the person has no role there, or the session is over.
        """
        with self._sentences.saying():
            before = self.session(token)
            if before is None:
                raise NotAllowed("session_over")
            if organisation is not None:
                self._directory.actor_for(before.actor.person, organisation)
            offered = [key for key, _, _ in before.organisations]
            with self._store.write() as unit:
                row = unit.sessions.load(_hash(token))
                if row is not None and row.limited_to is not None and organisation not in offered:
                    # The person may act so, but not after having signed in this way.
                    raise NotAllowed("sign_in_elsewhere")
                unit.sessions.act_for(_hash(token), organisation)
            session = self.session(token)
            if session is None:  # ended meanwhile
                raise NotAllowed("session_over")
        return session

    @kept
    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._store.write() as unit:
            unit.sessions.end(_hash(token))

    @kept
    def change_password(self, token: str, old: str, new: str) -> None:
        """Set one's own password; all other sessions of the account end.

        Raises:
            Refused: the old one is wrong, or the new one is too weak.
        """
        with self._sentences.saying():
            with self._store.read() as unit:
                row = unit.sessions.load(_hash(token))
                account = unit.accounts.load(row.login) if row is not None else None
            if account is None or self.session(token) is None:
                raise NotAllowed("session_over")
            if not self._identity.verify(account.password, old):
                raise NotAllowed("wrong_password")
            self.demand_strength(account.login, new, old)
            hashed = self._identity.hash(new)
            with self._store.write() as unit:
                now = self._clock.now()
                unit.accounts.set_password(account.login, hashed, must_change=False, at=now)
                unit.sessions.end_of(account.login, but=_hash(token))

    @staticmethod
    def demand_strength(login: str, new: str, old: str | None = None) -> None:
        """Refuse a password that is too weak, or the old one.

        Raises:
            Refused: with what is wrong.
        """
        if len(new) < SHORTEST_PASSWORD:
            raise Refused("password_too_short", least=SHORTEST_PASSWORD)
        if new == old:
            raise Refused("password_not_new")
        if (login and login.casefold() in new.casefold()) or len(set(new)) < 4:
            raise Refused("password_too_simple")

    # ------------------------------------------------------------ managing

    def open(
        self,
        unit: UnitOfWork,
        account: AccountRow,
        address: str | None,
        *,
        connector: str | None = None,
        organisation: str | None = None,
        limited_to: Whom | None = None,
    ) -> str:
        """Begin a session inside a unit of work and return its token.

        ``connector`` is the identity platform that was signed in with, ``organisation`` whom it
        was signed in for; ``limited_to`` what alone it opens.
        """
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        self._note(unit, account.login, account, address, None, now, connector)
        posts = self._directory.posts(account.person)
        # Whoever works for one organisation acts for it; the others choose.
        if organisation is None and posts and connector is None:
            choice = limited_to is None and len(posts) > 1
            organisation = None if choice else posts[0].organisation
        unit.sessions.expire(now)
        unit.sessions.open(
            SessionRow(
                _hash(token), account.login, organisation, address, now, now, now + IDLE,
                connector, limited_to,
            )
        )  # fmt: skip
        return token

    @staticmethod
    def free_login(unit: UnitOfWork) -> str:
        """A name to sign in with that is free and says nothing about anybody."""
        while True:
            first = 10 ** (LOGIN_DIGITS - 1)
            login = str(secrets.randbelow(9 * first) + first)
            if unit.accounts.load(login) is None:
                return login

    def hash(self, password: str) -> str:
        """The hash a password is kept as."""
        return self._identity.hash(password)

    def add_in(
        self,
        unit: UnitOfWork,
        login: str,
        person: str,
        hashed: str | None,
        at: datetime,
        *,
        must_change: bool = False,
    ) -> None:
        """Add an account inside a unit of work.

        Raises:
            Duplicate: the login is taken.
        """
        unit.accounts.insert(
            AccountRow(login, person, hashed, "active", must_change, 0, None, at, None, None)
        )

    def search(self, actor: Actor, text: str = "") -> list[AccountLine]:
        """The accounts of the people who have a role where the actor acts, or below.

        Raises:
            NotAllowed: the actor may not manage accounts.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._demand(actor)
            accounts = unit.accounts.all()
            names = self._directory.names(PEOPLE, [account.person for account in accounts])
            captions = self._sentences.captions()
            found = []
            for account in accounts:
                if not self._is_in_scope(unit, actor, account.person):
                    continue
                name = names.get(account.person, account.person)
                if text and text not in account.login and text not in name:
                    continue
                roles = "；".join(
                    f"{held.organisation}：{captions(held.role)}"
                    for held in self._directory.grants_of(actor, account.person)
                )
                active = account.state == "active"
                found.append(AccountLine(account.login, account.person, name, roles, active))
            return found

    @kept
    def reset_password(self, actor: Actor, login: str) -> str:
        """Give an account a new password, shown once, which must be changed at first use.

        Raises:
            Refused: the actor may not, there is no such account, or its holder signs in with an
                identity platform.
        """
        with self._sentences.saying(), self._store.write() as unit:
            self._demand(actor)
            self._demand_own(unit, self._account(unit, actor, login))
            password = secrets.token_urlsafe(9)
            hashed = self._identity.hash(password)
            unit.accounts.set_password(login, hashed, must_change=True, at=self._clock.now())
            unit.sessions.end_of(login)
        return password

    @kept
    def set_active(self, actor: Actor, login: str, active: bool) -> None:
        """Open or close an account; a closed one is signed out everywhere.

        Raises:
            Refused: the actor may not, it is the actor's own, or there is no such account.
        """
        with self._sentences.saying(), self._store.write() as unit:
            self._settable(unit, actor, login, active)
            unit.accounts.set_state(login, "active" if active else "closed")
            if not active:
                unit.sessions.end_of(login)

    def closable(self, actor: Actor, login: str) -> str:
        """The person of an account that the actor may close.

        Raises:
            Refused: as for :meth:`set_active`.
        """
        with self._sentences.saying(), self._store.read() as unit:
            return self._settable(unit, actor, login, active=False).person

    def managed(self, actor: Actor, login: str) -> str:
        """The person of an account that the actor manages.

        Raises:
            Refused: the actor manages no accounts, or there is no such one.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._demand(actor)
            return self._account(unit, actor, login).person

    def _settable(self, unit: UnitOfWork, actor: Actor, login: str, active: bool) -> AccountRow:
        self._demand(actor)
        account = self._account(unit, actor, login)
        if account.person == actor.person:
            raise Refused("not_your_own_account")
        if not active and not _has_another(unit, account):
            for grant in unit.grants.of(account.person):
                self._directory.demand_another(unit, grant)
        return account

    def offer_demo(self, accounts: Sequence[tuple[str, str]]) -> None:
        """Let the sign-in page of a sample world show these (login, password)."""
        self._demo = list(accounts)

    def demo(self) -> list[DemoAccount]:
        """The accounts of the sample worlds."""
        found = []
        captions = self._sentences.captions()
        with self._store.read() as unit:
            for login, password in self._demo:
                account = unit.accounts.load(login)
                if account is None:
                    continue
                posts = self._directory.posts(account.person)
                roles = "；".join(f"{post.name}：{post.titles(captions)}" for post in posts)
                row = unit.records.load(PEOPLE, account.person)
                place = row.jurisdiction if row is not None else ""
                title = self._directory.jurisdiction_title(place)
                name = self._directory.name(PEOPLE, account.person)
                found.append(DemoAccount(login, name, title, roles, password))
        return found

    # ------------------------------------------------------------ inside

    def _why_not(self, account: AccountRow | None, failures: int, now: datetime) -> str | None:
        if failures >= ADDRESS_FAILURES:
            return "too_many_attempts"
        if account is None:
            return "wrong_credentials"
        if account.locked_until is not None and account.locked_until > now:
            return "account_locked"
        return None if account.state == "active" else "account_closed"

    def _note(
        self,
        unit: UnitOfWork,
        login: str,
        account: AccountRow | None,
        address: str | None,
        reason: str | None,
        now: datetime,
        connector: str | None = None,
    ) -> None:
        person = account.person if account is not None else None
        unit.accounts.log(SignIn(login, person, now, address, reason is None, reason, connector))
        if account is None:
            return
        if reason is None:
            unit.accounts.succeeded(login, now)
        elif reason == "wrong_credentials":
            unit.accounts.failed(login, locked_until=_locked_until(account.failures + 1, now))

    def _limit(self, unit: UnitOfWork, account: AccountRow) -> Whom | None:
        """What alone a password opens: not the page of a person whom a platform has to verify."""
        if self._identities is None or not self._identities.are_used:
            return None
        row = unit.records.load(PEOPLE, account.person)
        platform = self._identities.of(row.jurisdiction if row is not None else None, "people")
        if platform is None or self._identities.is_known(unit, account.login, platform):
            return None
        return "organisations"

    def _session(self, token: str, row: SessionRow, account: AccountRow) -> Session | None:
        name = self._directory.name(PEOPLE, account.person)
        posts: list[Post] = []
        if row.limited_to != "people":
            posts = self._directory.posts(account.person)
        if row.limited_to == "organisations" and not posts:
            return None
        held = {post.organisation: post for post in posts}
        # A role that was taken back meanwhile counts no more.
        organisation = row.organisation if row.organisation in held else None
        if organisation is None and row.limited_to == "organisations":
            organisation = posts[0].organisation
        return Session(
            token=token,
            person=account.person,
            name=name,
            login=account.login,
            organisation=organisation,
            organisation_name=held[organisation].name if organisation else "",
            organisations=[
                *(
                    (post.organisation, post.name, post.titles(self._sentences.captions()))
                    for post in posts
                ),
                *([(None, name, "")] if row.limited_to != "organisations" else []),
            ],
            must_change_password=account.must_change_password,
            actor=self._directory.actor_for(account.person, organisation),
            connector=row.connector,
        )

    def _waiting(self, account: AccountRow | None, reason: str) -> dict[str, Any]:
        if reason != "account_locked" or account is None or account.locked_until is None:
            return {}
        left = account.locked_until - self._clock.now()
        return {"minutes": max(1, -(-int(left.total_seconds()) // 60))}

    def _account(self, unit: UnitOfWork, actor: Actor, login: str) -> AccountRow:
        account = unit.accounts.load(login)
        if account is None or not self._is_in_scope(unit, actor, account.person):
            raise NotFound("no_such_account")
        return account

    def _demand_own(self, unit: UnitOfWork, account: AccountRow) -> None:
        """Refuse a password for an account that was prepared for an identity platform."""
        if account.password is not None or self._identities is None:
            return
        row = unit.records.load(PEOPLE, account.person)
        platform = self._identities.of(
            row.jurisdiction if row is not None else None, "organisations"
        )
        if platform is not None:
            raise Refused("password_elsewhere", platform=platform.title)

    def _is_in_scope(self, unit: UnitOfWork, actor: Actor, person: str) -> bool:
        """Tell whether everything a person holds lies where the actor acts, or below.

        A new password opens all of it. Whoever holds nothing is managed by the jurisdiction's head.
        """
        held = self._directory.organisations_of(person)
        if held:
            here = actor.organisation
            return here is not None and all(self._directory.is_within(one, here) for one in held)
        row = unit.records.load(PEOPLE, person)
        same = row is not None and row.jurisdiction == actor.jurisdiction
        return same and self._directory.leads(actor)

    def _demand(self, actor: Actor) -> None:
        refusal = self._directory.why_not(actor, GRANT_ROLES)
        if refusal is not None:
            raise refusal


def _has_another(unit: UnitOfWork, account: AccountRow) -> bool:
    """Whether the person can still sign in without an account."""
    return any(
        one.login != account.login and one.state == "active"
        for one in unit.accounts.of_person(account.person)
    )


def _locked_until(failures: int, now: datetime) -> datetime | None:
    """Return how long an account is locked after so many wrong passwords in a row."""
    spans = [span for count, span in LOCKOUTS if failures >= count]
    return now + spans[-1] if spans else None


def _typed(login: str) -> str:
    """A name to sign in with, where an input method wrote it in full width."""
    return unicodedata.normalize("NFKC", login).strip()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
