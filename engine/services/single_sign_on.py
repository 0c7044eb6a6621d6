"""Signing in with an identity platform: the way there, and what its answer opens here.

An answer opens the account of the person with the identity number, or of the organisation with the
code, that the platform has verified; from then on it is linked with who they are there. Whoever
was not verified, and whatever cannot be believed, opens nothing, and the attempt is noted.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.connectors.http import NotConfigured, Rejected, Unavailable
from engine.connectors.openid import Answer, Departure, Untrusted, claim_of
from engine.definitions.connector import Connector
from engine.definitions.identity import Claims, Identity
from engine.definitions.jurisdiction import Jurisdiction
from engine.definitions.register import ORGANISATIONS, PEOPLE, Register
from engine.domain.clock import Clock
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.domain.paths import at_path, with_paths
from engine.forms.surroundings import Surroundings
from engine.runtime.moments import now_and_today
from engine.services.accounts import Accounts, Session
from engine.services.directory import Directory
from engine.services.identities import WHOM, Identified, Identities, Whom
from engine.services.kept import kept
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.store.accounts import AccountRow, SignIn
from engine.store.unit import UnitOfWork

_log = logging.getLogger("zhicheng.identity")
#: how long somebody may take at the platform, and to fill in what a new organisation says
AWAY = timedelta(minutes=15)
REGISTERING = timedelta(hours=1)
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Offered:
    """The platforms of a jurisdiction, by what they are called."""

    jurisdiction: Jurisdiction
    people: str | None
    organisations: str | None


@dataclass(frozen=True, slots=True)
class Arriving:
    """Somebody who signed in for an organisation that is not known yet.

    ``organisation`` and ``person`` are what the platform says, as their records have it.
    """

    who: Identified
    platform: str
    organisation: Mapping[str, Any]
    person: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who has come back: a session, or the token of what is to be registered first."""

    session: Session | None
    registering: str | None
    onwards: str
    parked: str


class SingleSignOn:
    """Sends people to identity platforms and lets them in when they come back."""

    def __init__(
        self,
        identities: Identities,
        accounts: Accounts,
        records: Records,
        directory: Directory,
        sentences: Sentences,
        clock: Clock,
        public_url: str,
    ) -> None:
        self.identities = identities
        self._accounts = accounts
        self._records = records
        self._directory = directory
        self._sentences = sentences
        self._clock = clock
        self._public_url = public_url
        self._store = records.store

    # ------------------------------------------------------------ the way there

    def offered(self) -> list[Offered]:
        """Where people sign in with a platform."""
        found: dict[str, dict[str, str]] = {}
        places: dict[str, Jurisdiction] = {}
        for place, whom, connector in self.identities.offered():
            places[place.id] = place
            found.setdefault(place.id, {})[whom] = self._sentences.caption(connector.title)
        return [
            Offered(places[id_], titles.get("people"), titles.get("organisations"))
            for id_, titles in found.items()
        ]

    def title(self, place: str, whom: str) -> str:
        """What a platform is called.

        Raises:
            NotFound: there is none.
        """
        with self._sentences.saying():
            return self._sentences.caption(self._connector(place, whom)[0].title)

    @kept
    def depart(
        self,
        place: str,
        whom: str,
        path: str,
        *,
        onwards: str = "",
        parked: str = "",
        register: bool = False,
        again: bool = False,
    ) -> Departure:
        """Send somebody to a platform that sends them back to ``path``.

        ``onwards`` and ``parked`` are given back on arrival.

        Raises:
            NotFound: there is no such platform.
            Refused: it does not answer.
        """
        with self._sentences.saying():
            connector, _ = self._connector(place, whom)
            platform = self.identities.platform
            assert platform is not None  # it has a connector
            try:
                departure = platform.depart(
                    connector, self._back(path), register=register, again=again
                )
            except (NotConfigured, Unavailable, Rejected, Untrusted) as error:
                raise self._unavailable(connector, error) from error
            now = self._clock.now()
            content = {
                "place": place, "whom": whom, "nonce": departure.nonce, "onwards": onwards,
                "verifier": departure.verifier, "parked": parked,
            }  # fmt: skip
            with self._store.write() as unit:
                unit.journeys.expire(now)
                unit.journeys.keep(departure.state, content, now + AWAY)
            return departure

    def farewell(self, session: Session, path: str) -> tuple[str, str] | None:
        """What the platform of a session is called, and where one signs out of it too."""
        for _place, _whom, connector in self.identities.offered():
            if connector.id == session.connector and self.identities.platform is not None:
                address = self.identities.platform.farewell(connector, self._back(path))
                title = self._sentences.caption(connector.title)
                return (title, address) if address is not None else None
        return None

    # ------------------------------------------------------------ coming back

    def arrive(
        self,
        place: str,
        whom: str,
        path: str,
        *,
        state: str,
        expected: str | None,
        code: str,
        error: str = "",
        address: str | None = None,
        may_register: bool = False,
    ) -> Arrival:
        """Let in whom a platform has sent back to ``path``.

        ``expected`` is the state this browser left with.

        Raises:
            NotFound: there is no such platform.
            Refused: with why nobody is let in; nothing is kept but that it was tried.
        """
        with self._sentences.saying():
            connector, chosen = self._connector(place, whom)
            try:
                journey = self._journey(place, whom, state, expected)
                answer = self._answer(connector, path, journey, code, error)
                session, registering = self._enter(
                    place, chosen, connector, answer, address, may_register
                )
            except Refused as refusal:
                self._note(connector, refusal.code, address)
                raise
            return Arrival(session, registering, str(journey["onwards"]), str(journey["parked"]))

    def arriving(self, token: str | None) -> Arriving | None:
        """Whose organisation is to be registered; None when that took too long."""
        if not token:
            return None
        with self._store.read() as unit:
            found = unit.journeys.look(token, self._clock.now())
        return _arriving(found) if found is not None and "organisation" in found else None

    @kept
    def enter_registered(self, token: str, organisation: str, address: str | None) -> Session:
        """Let in who has just registered an organisation, once.

        Raises:
            NotAllowed: that took too long, or was done before.
        """
        with self._sentences.saying():
            with self._store.write() as unit:
                found = unit.journeys.take(token, self._clock.now())
                who = _arriving(found).who if found is not None else None
                account = self.identities.account(unit, who) if who is not None else None
                if who is None or account is None:
                    raise NotAllowed("identity_expired")
                opened = self._accounts.open(
                    unit, account, address, connector=who.connector, organisation=organisation
                )
            session = self._accounts.session(opened)
            assert session is not None  # it was begun a moment ago
            return session

    def _journey(
        self, place: str, whom: str, state: str, expected: str | None
    ) -> Mapping[str, Any]:
        """What was kept when this browser left, once."""
        if not expected or not hmac.compare_digest(state.encode(), expected.encode()):
            raise NotAllowed("identity_expired")
        with self._store.write() as unit:
            found = unit.journeys.take(state, self._clock.now())
        if found is None or (found.get("place"), found.get("whom")) != (place, whom):
            raise NotAllowed("identity_expired")
        return found

    def _answer(
        self, connector: Connector, path: str, journey: Mapping[str, Any], code: str, error: str
    ) -> Answer:
        platform = self.identities.platform
        assert platform is not None  # it has a connector
        if error or not code:
            raise NotAllowed("identity_declined", platform=connector.title)
        try:
            return platform.answer(
                connector, self._back(path), journey["nonce"], journey["verifier"], code
            )
        except Rejected as rejected:
            _log.warning("%s: rejected (%s)", connector.id, rejected)
            raise NotAllowed("identity_expired") from rejected
        except Untrusted as untrusted:
            _log.warning("%s: not trusted (%s)", connector.id, untrusted)
            raise NotAllowed("identity_untrusted", platform=connector.title) from untrusted
        except (NotConfigured, Unavailable) as unavailable:
            raise self._unavailable(connector, unavailable) from unavailable

    @kept
    def _enter(
        self,
        place: str,
        whom: Whom,
        connector: Connector,
        answer: Answer,
        address: str | None,
        may_register: bool,
    ) -> tuple[Session | None, str | None]:
        """Open a session, or keep what is known of an organisation that is not, all at once."""
        identity = connector.identity
        assert identity is not None  # one signs in with it
        _demand_verified(connector, identity, answer)
        who = Identified(place, whom, connector.id, answer.issuer, answer.subject)
        now = self._clock.now()
        with self._store.write() as unit:
            person = self._told(unit, connector, PEOPLE, identity.person, answer, place)
            unit_told = self._told(
                unit, connector, ORGANISATIONS, identity.organisation, answer, place
            )
            organisation: str | None = None
            if identity.organisation is not None:
                organisation = self._holder(unit, ORGANISATIONS, identity.organisation, unit_told,
                                            place)  # fmt: skip
                if organisation is None:
                    if not may_register or identity.person is None:
                        name = claim_of(unit_told, self._register(ORGANISATIONS).label) or ""
                        raise NotAllowed("identity_unknown_unit", unit=name)
                    token = secrets.token_urlsafe(_TOKEN_BYTES)
                    kept_ = {"who": _kept(who), "platform": connector.title,
                             "organisation": unit_told, "person": person}  # fmt: skip
                    unit.journeys.keep(token, kept_, now + REGISTERING)
                    return None, token
            if identity.person is None:
                account = self._of_organisation(unit, who, str(organisation), now)
            else:
                account = self._of_person(unit, who, identity.person, person, organisation, now)
            session = self._accounts.open(
                unit,
                account,
                address,
                connector=connector.id,
                organisation=organisation,
                limited_to=self._limit(unit, who, account, identity),
            )
        found = self._accounts.session(session)
        assert found is not None  # it was begun a moment ago
        return found, None

    def _of_person(
        self,
        unit: UnitOfWork,
        who: Identified,
        claims: Claims,
        told: Mapping[str, Any],
        organisation: str | None,
        now: datetime,
    ) -> AccountRow:
        """The account of the person with this identity number; for themselves a new one if need be.

        Raises:
            NotAllowed: it is somebody else's, or they do not work for the organisation.
        """
        register = self._register(PEOPLE)
        key = self._holder(unit, PEOPLE, claims, told, who.jurisdiction)
        linked = self.identities.account(unit, who)
        if linked is not None and linked.person != key:
            raise NotAllowed("identity_disagrees")
        if key is not None:
            name = at_path(told, register.label)
            if name not in (None, self._directory.name(PEOPLE, key)):
                raise NotAllowed("identity_disagrees")
        if organisation is not None and not self._works_for(key, organisation):
            raise NotAllowed("identity_not_staff", organisation=organisation)
        if linked is not None:
            if linked.state != "active":
                raise NotAllowed("account_closed")
            return linked
        if key is None:
            key = self._records.add(
                unit, register, self._records.begun(register, told),
                jurisdiction=who.jurisdiction, at=self._records.now(who.jurisdiction),
                action="register",
            ).key  # fmt: skip
        account = self.identities.link(unit, who, key, now)
        if account is None:
            self._accounts.add_in(unit, self._accounts.free_login(unit), key, None, now)
            account = self.identities.link(unit, who, key, now)
        assert account is not None  # it has just been added
        return account

    def _of_organisation(
        self, unit: UnitOfWork, who: Identified, organisation: str, now: datetime
    ) -> AccountRow:
        """The account prepared for an organisation, where its platform names no person.

        Raises:
            NotAllowed: there is none, or more than one.
        """
        linked = self.identities.account(unit, who)
        if linked is not None:
            if linked.state != "active":
                raise NotAllowed("account_closed")
            if not self._works_for(linked.person, organisation):
                raise NotAllowed("identity_not_staff", organisation=organisation)
            return linked
        people = list(self._directory.grants_at(organisation))
        if len(people) != 1 or not self._works_for(people[0], organisation):
            raise NotAllowed("identity_whose_account", organisation=organisation)
        account = self.identities.link(unit, who, people[0], now)
        if account is None:
            raise NotAllowed("identity_whose_account", organisation=organisation)
        return account

    def _limit(
        self, unit: UnitOfWork, who: Identified, account: AccountRow, identity: Identity
    ) -> Whom | None:
        """What alone somebody may do until they have signed in the other way too."""
        if who.whom == "organisations":
            return None if identity.person is not None else "organisations"
        other = self.identities.of(who.jurisdiction, "organisations")
        if other is None or self.identities.is_known(unit, account.login, other):
            return None
        return "people"

    # ------------------------------------------------------------ what the claims say

    def _told(
        self,
        unit: UnitOfWork,
        connector: Connector,
        name: str,
        claims: Claims | None,
        answer: Answer,
        place: str,
    ) -> dict[str, Any]:
        """What the claims say about a record; what its form does not take is left out.

        Raises:
            NotAllowed: what it is found by, or called, is lacking or wrong.
        """
        if claims is None:
            return {}
        register = self._register(name)
        needed = {claims.by, *({register.label} & claims.fields.keys())}
        found = {
            path: value
            for path, claim in claims.fields.items()
            if (value := claim_of(answer.claims, claim)) is not None
        }
        lacking = [claims.fields[path] for path in claims.fields if path in needed - found.keys()]
        if lacking:
            raise NotAllowed(
                "identity_incomplete", platform=connector.title, claims="、".join(lacking)
            )
        wrong = self._wrong(unit, register, with_paths({}, found), place) & found.keys()
        if wrong & needed:
            _log.warning("%s: wrong values of %s", connector.id, ", ".join(sorted(wrong)))
            claims_ = "、".join(claims.fields[path] for path in sorted(wrong & needed))
            raise NotAllowed("identity_incomplete", platform=connector.title, claims=claims_)
        return with_paths({}, {path: value for path, value in found.items() if path not in wrong})

    def _wrong(
        self, unit: UnitOfWork, register: Register, data: Mapping[str, Any], place: str
    ) -> set[str]:
        """The paths whose values the form of a register does not take."""
        form = self._records.release.forms[register.form]
        surroundings = Surroundings(
            names=now_and_today(self._records.now(place)),
            lookup=self._records.lookup(unit, place),
            calendar=self._records.calendar(place),
        )
        errors = form.validate(data, surroundings, complete=False)
        return {".".join(str(part) for part in error.place) for error in errors}

    def _holder(
        self, unit: UnitOfWork, name: str, claims: Claims, told: Mapping[str, Any], place: str
    ) -> str | None:
        register = self._register(name)
        return self._records.holder(unit, register, told, place, (claims.by,))

    def _works_for(self, person: str | None, organisation: str) -> bool:
        if person is None:
            return False
        return any(post.organisation == organisation for post in self._directory.posts(person))

    # ------------------------------------------------------------ inside

    def _register(self, name: str) -> Register:
        return self._records.release.registers[name]

    def _connector(self, place: str, whom: str) -> tuple[Connector, Whom]:
        chosen = next((one for one in WHOM if one == whom), None)
        connector = self.identities.of(place, chosen) if chosen is not None else None
        if connector is None or chosen is None:
            raise NotFound("no_such_page")
        return connector, chosen

    def _back(self, path: str) -> str:
        return f"{self._public_url}{path}"

    @staticmethod
    def _unavailable(connector: Connector, error: Exception) -> Refused:
        _log.warning("%s: %s (%s)", connector.id, type(error).__name__, error)
        return Refused("identity_unavailable", platform=connector.title)

    def _note(self, connector: Connector, reason: str, address: str | None) -> None:
        """Keep that somebody was not let in. Who they are at the platform is not kept."""
        with self._store.write() as unit:
            at = self._clock.now()
            unit.accounts.log(SignIn(connector.id, None, at, address, False, reason, connector.id))


def _demand_verified(connector: Connector, identity: Identity, answer: Answer) -> None:
    verified = all(
        claim_of(answer.claims, claim) in values for claim, values in identity.verified.items()
    )
    if not verified:
        raise NotAllowed("identity_unverified", platform=connector.title)


def _kept(who: Identified) -> Sequence[str]:
    return [who.jurisdiction, who.whom, who.connector, who.issuer, who.subject]


def _arriving(found: Mapping[str, Any]) -> Arriving:
    return Arriving(
        Identified(*found["who"]), found["platform"], found["organisation"], found["person"]
    )
