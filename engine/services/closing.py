"""Closing the account of somebody who leaves: what they hold goes to colleagues first.

Nothing waits for a person who cannot sign in any more. What is theirs alone, such as a case they
began, keeps no account open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.definitions.register import ORGANISATIONS
from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.services.accounts import Accounts
from engine.services.directory import Directory
from engine.services.handing_over import BEGUN, HandingOver, Held
from engine.services.sentences import Sentences


@dataclass(frozen=True, slots=True)
class HeldAt:
    """What somebody holds at an organisation, to whom each would go, and who works there."""

    organisation: str
    name: str
    held: tuple[Held, ...]
    #: the others with a role there: key and name
    colleagues: tuple[tuple[str, str], ...]


class Closing:
    """Shows what keeps an account open, hands it over, and closes the account."""

    def __init__(
        self,
        accounts: Accounts,
        handing_over: HandingOver,
        directory: Directory,
        sentences: Sentences,
    ) -> None:
        self._accounts = accounts
        self._handing_over = handing_over
        self._directory = directory
        self._sentences = sentences

    def held(self, actor: Actor, login: str, to: Sequence[str] = ()) -> list[HeldAt]:
        """What the person of an account holds, at each organisation, and to whom it would go.

        Raises:
            Refused: the actor may not close the account.
        """
        person = self._accounts.closable(actor, login)
        found = []
        for organisation in sorted(self._directory.organisations_of(person)):
            staff = [one for one in self._directory.grants_at(organisation) if one != person]
            chosen = [one for one in to if one in staff]
            held = self._handing_over.plan(actor, person, chosen, at=organisation)
            if held:
                names = self._directory.names("people", staff)
                colleagues = tuple((one, names.get(one, one)) for one in staff)
                name = self._directory.name(ORGANISATIONS, organisation)
                found.append(HeldAt(organisation, name, tuple(held), colleagues))
        return found

    def close(self, actor: Actor, login: str, to: Sequence[str] = (), reason: str = "") -> None:
        """Hand over what the person holds, and close the account.

        Raises:
            Refused: the actor may not; no reason; or something is left that would wait for nobody.
                What could be handed over has been.
        """
        person = self._accounts.closable(actor, login)
        for each in self.held(actor, login, to):
            chosen = [one for one, _ in each.colleagues if one in to]
            more = sum(bool(one.to) for one in each.held)
            while more:
                at = each.organisation
                more = self._handing_over.run(actor, person, chosen, reason, at=at).more
        left = sum(BEGUN not in one.what for each in self.held(actor, login) for one in each.held)
        if left:
            with self._sentences.saying():
                raise Refused("still_holds", person=person, count=left)
        self._accounts.set_active(actor, login, False)
