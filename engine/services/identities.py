"""Who people are at identity platforms: which platforms there are, and whose account is whose.

A platform counts where the content of a jurisdiction names it and the installation has its
settings. Everywhere else accounts of the installation are used, as if there were no platforms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from engine.connectors.openid import IdentityPlatform
from engine.definitions.connector import Connector
from engine.definitions.jurisdiction import Jurisdiction
from engine.domain.errors import NotAllowed
from engine.services.definitions import Definitions
from engine.store.accounts import AccountRow
from engine.store.identities import IdentityRow
from engine.store.unit import UnitOfWork

#: for themselves, or for an organisation
Whom: TypeAlias = Literal["people", "organisations"]
WHOM: tuple[Whom, ...] = ("people", "organisations")


@dataclass(frozen=True, slots=True)
class Identified:
    """Somebody as a platform knows them; ``whom`` they signed in for."""

    jurisdiction: str
    whom: Whom
    connector: str
    issuer: str
    subject: str

    def row(self, login: str, at: datetime) -> IdentityRow:
        """What is kept when an account is theirs."""
        return IdentityRow(self.jurisdiction, self.connector, self.issuer, self.subject, login, at)


class Identities:
    """The platforms of an installation, and the accounts linked with them."""

    def __init__(self, definitions: Definitions, platform: IdentityPlatform | None) -> None:
        self._definitions = definitions
        self.platform = platform

    # ------------------------------------------------------------ which there are

    def of(self, jurisdiction: str | None, whom: Whom) -> Connector | None:
        """The platform of a jurisdiction; None where accounts of the installation are used."""
        if self.platform is None:
            return None
        release = self._definitions.current
        place = release.jurisdictions.get(jurisdiction or "")
        name = getattr(place.sign_in, whom) if place is not None else None
        connector = release.connectors.get(name) if name is not None else None
        if connector is None or self.platform.missing(connector):
            return None
        return connector

    def offered(self) -> Iterator[tuple[Jurisdiction, Whom, Connector]]:
        """Every platform that counts."""
        for place in self._definitions.current.jurisdictions.values():
            for whom in WHOM:
                connector = self.of(place.id, whom)
                if connector is not None:
                    yield place, whom, connector

    @property
    def are_used(self) -> bool:
        """Whether any platform counts here."""
        return next(self.offered(), None) is not None

    # ------------------------------------------------------------ whose account it is

    def account(self, unit: UnitOfWork, who: Identified) -> AccountRow | None:
        """The account that was linked with an identity, closed or not."""
        row = unit.identities.load(who.jurisdiction, who.connector, who.issuer, who.subject)
        return unit.accounts.load(row.login) if row is not None else None

    def link(
        self, unit: UnitOfWork, who: Identified, person: str, at: datetime
    ) -> AccountRow | None:
        """Link the account of a person with an identity; None when they have no account.

        Raises:
            NotAllowed: their account is closed, or is somebody else's at the platform.
        """
        known = unit.accounts.of_person(person)
        if not known:
            return None
        accounts = [account for account in known if account.state == "active"]
        if not accounts:
            raise NotAllowed("account_closed")
        for account in accounts:
            if not self._is_linked(unit, account.login, who):
                unit.identities.link(who.row(account.login, at))
                return account
        raise NotAllowed("identity_linked")

    def link_once(self, unit: UnitOfWork, who: Identified, person: str, at: datetime) -> None:
        """Link the account of a person with an identity that may be theirs already.

        Raises:
            NotAllowed: the account is closed, or one of the two is somebody else's.
        """
        account = self.account(unit, who)
        if account is None:
            self.link(unit, who, person, at)
        elif account.person != person:
            raise NotAllowed("identity_disagrees")

    def is_known(self, unit: UnitOfWork, login: str, connector: Connector) -> bool:
        """Whether the holder of an account has ever come from a platform."""
        return any(row.connector == connector.id for row in unit.identities.of_account(login))

    @staticmethod
    def _is_linked(unit: UnitOfWork, login: str, who: Identified) -> bool:
        return any(
            (row.connector, row.issuer) == (who.connector, who.issuer)
            for row in unit.identities.of_account(login)
        )
