"""Cases that cannot go on by themselves, until a person resolves them (ENG-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.domain.actor import Actor
from engine.domain.errors import NotFound, Refused
from engine.services.casework import Casework, Done
from engine.services.interventions import AGAIN, Interventions, reroutable
from engine.services.oversight import RESOLVE, Oversight
from engine.services.sentences import Sentences


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
    #: the steps it may be put at by hand: name and caption; none where something is tried again
    steps: tuple[tuple[str, str], ...] = ()


class Incidents:
    """Lists and resolves incidents."""

    def __init__(
        self,
        work: Casework,
        interventions: Interventions,
        oversight: Oversight,
        sentences: Sentences,
    ) -> None:
        self._work = work
        self._interventions = interventions
        self._oversight = oversight
        self._sentences = sentences

    def unresolved(self, actor: Actor) -> list[Incident]:
        """What waits for a decision in the actor's jurisdiction, the oldest first.

        Raises:
            NotAllowed: the actor may not resolve incidents.
        """
        jurisdiction = actor.jurisdiction or ""
        with self._sentences.saying():
            self._oversight.demand(actor, RESOLVE, jurisdiction)
        with self._work.store.read() as unit:
            found = []
            for row in unit.incidents.unresolved():
                if row.jurisdiction != jurisdiction:
                    continue
                case = self._work.load(unit, row.uid)
                sentence = self._sentences.worded(Refused(row.code, **(row.params or {}))).sentence
                again = row.code in AGAIN
                found.append(
                    Incident(
                        row.id,
                        row.uid,
                        case.row.number,
                        row.code,
                        sentence,
                        row.opened_at,
                        row.params,
                        () if again else reroutable(case.compiled.process),
                    )
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

        What failed outside the case is tried again; a case nobody was found for is put where
        somebody is.

        Raises:
            Refused: no right, no reason, or no such incident.
        """
        with self._sentences.saying():
            with self._work.store.read() as unit:
                found = next(
                    (row for row in unit.incidents.unresolved() if row.id == incident), None
                )
            if found is None:
                raise NotFound("no_such_incident")
            self._oversight.demand(actor, RESOLVE, found.jurisdiction)
        if found.code in AGAIN:
            return self._interventions.retry(actor, found.uid, reason)
        return self._interventions.reroute(
            actor, found.uid, reason, organisation=organisation, step=step
        )
