"""Who watches over the cases of a jurisdiction, and may step in.

Such a right counts for a whole jurisdiction, and only for one whose head is the organisation acted
for or below it; a right held further down gives no view of everybody's cases.
"""

from __future__ import annotations

from engine.definitions.jurisdiction import Jurisdiction
from engine.domain.actor import Actor, Rights
from engine.domain.errors import NotAllowed, Refused
from engine.services.definitions import Definitions

#: to see every case of a jurisdiction with its journal
MONITOR = "monitor_cases"
#: to put cases on another way, stop them for a while and free what somebody holds
INTERVENE = "intervene"
#: to put cases on their way again that cannot go on by themselves
RESOLVE = "resolve_incidents"
#: to break cases off
CANCEL = "cancel"
_RIGHTS = (MONITOR, INTERVENE, RESOLVE, CANCEL)


class Oversight:
    """Decides who may look at and step into the cases of a jurisdiction."""

    def __init__(self, definitions: Definitions, rights: Rights) -> None:
        self._definitions = definitions
        self._rights = rights

    def why_not(self, actor: Actor, permission: str, jurisdiction: str) -> Refused | None:
        """Why the actor has no such right there; None when there is one."""
        if not self._rights.holds(actor.person, permission, actor.organisation):
            return NotAllowed(
                "no_permission", permission=permission, organisation=actor.organisation
            )
        known = self._definitions.current.jurisdictions.get(jurisdiction)
        head = known.bureau if known is not None else None
        if self._rights.covers(actor.person, permission, actor.organisation, head):
            return None
        return NotAllowed("outside_your_jurisdiction")

    def demand(self, actor: Actor, permission: str, jurisdiction: str) -> None:
        """Refuse who has no such right.

        Raises:
            NotAllowed: naming the permission.
        """
        refusal = self.why_not(actor, permission, jurisdiction)
        if refusal is not None:
            raise refusal

    def oversees(self, actor: Actor, jurisdiction: str) -> bool:
        """Whether the actor may look at or step into the cases of a jurisdiction at all."""
        return any(self.why_not(actor, one, jurisdiction) is None for one in _RIGHTS)

    def jurisdictions(self, actor: Actor, permission: str) -> list[Jurisdiction]:
        """The jurisdictions the actor has a right in, their own first."""
        found = [
            each
            for name, each in self._definitions.current.jurisdictions.items()
            if self.why_not(actor, permission, name) is None
        ]
        return sorted(found, key=lambda each: each.id != actor.jurisdiction)
