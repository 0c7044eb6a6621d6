"""Cases that cannot go on by themselves, until a person resolves them (ENG-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.domain.actor import Actor, Rights
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.cases import Cases, Done
from engine.services.casework import Casework
from engine.services.sentences import Sentences

#: who may see and resolve incidents of a jurisdiction
PERMISSION = "resolve_incidents"


@dataclass(frozen=True, slots=True)
class Incident:
    """What stopped a case."""

    id: int
    uid: str
    number: str | None
    code: str
    sentence: str
    opened_at: datetime
    params: Any


class Incidents:
    """Lists and resolves incidents."""

    def __init__(self, work: Casework, cases: Cases, rights: Rights, sentences: Sentences) -> None:
        self._work = work
        self._cases = cases
        self._rights = rights
        self._sentences = sentences

    def unresolved(self, actor: Actor) -> list[Incident]:
        """What waits for a decision in the actor's jurisdiction, the oldest first.

        Raises:
            NotAllowed: the actor may not resolve incidents.
        """
        self._may(actor)
        with self._work.store.read() as unit:
            found = []
            for row in unit.incidents.unresolved():
                if actor.jurisdiction not in (None, row.jurisdiction):
                    continue
                case = unit.cases.load(row.uid)
                sentence = self._sentences.worded(Refused(row.code, **(row.params or {}))).sentence
                number = case.number if case is not None else None
                found.append(
                    Incident(row.id, row.uid, number, row.code, sentence, row.opened_at, row.params)
                )
            return found

    def resolve(
        self,
        actor: Actor,
        incident: int,
        reason: str,
        *,
        organisation: str | None = None,
        step: str | None = None,
    ) -> Done:
        """Put the case on its way again, with a reason.

        Raises:
            Refused: no right, no reason, or no such incident.
        """
        self._may(actor)
        with self._work.store.read() as unit:
            uid = next((row.uid for row in unit.incidents.unresolved() if row.id == incident), None)
        if uid is None:
            raise self._sentences.worded(NotFound("no_such_incident"))
        done = self._cases.reroute(actor, uid, reason, organisation=organisation, step=step)
        with self._work.store.write() as unit:
            now = self._work.clock.now()
            unit.incidents.resolve(incident, person=actor.person, reason=reason, at=now)
        return done

    def _may(self, actor: Actor) -> None:
        if not self._rights.holds(actor.person, PERMISSION, actor.organisation):
            raise self._sentences.worded(
                NotAllowed("no_permission", permission=PERMISSION, organisation=actor.organisation)
            )
