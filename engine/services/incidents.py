"""Cases that cannot go on by themselves, until a person resolves them (ENG-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.domain.actor import Actor
from engine.domain.errors import NotFound, Refused
from engine.services.case_rows import MOVED_ON
from engine.services.casework import Casework
from engine.services.interventions import AGAIN, Interventions, reroutable
from engine.services.nobody import Nobody
from engine.services.outcome import Done
from engine.services.oversight import RESOLVE, Oversight
from engine.services.sentences import Sentences
from engine.services.somebody import Permissions

#: the incidents of tasks that nobody may do: nobody has the right, or all who have it keep out
LOOKED_FOR = frozenset({"nobody_holds_it", "person_cannot", "all_recused"})
#: how often it is looked for such tasks
EVERY = timedelta(minutes=10)


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
        rights: Permissions,
    ) -> None:
        self._work = work
        self._interventions = interventions
        self._oversight = oversight
        self._sentences = sentences
        self._nobody = Nobody(work, rights)
        self._looked: datetime | None = None

    def look(self) -> int:
        """Open an incident for each task that nobody may do, and resolve those that somebody may.

        Roles are given and end, organisations close, and who must keep out changes, without
        anything being done to a case: so it is looked for now and then by the worker, at no cost to
        those who act. Returns how many incidents were opened or resolved.
        """
        now = self._work.clock.now()
        if self._looked is not None and now - self._looked < EVERY:
            return 0
        self._looked = now
        with self._work.store.read() as unit:
            known = {(one.case_id, one.params["at"]): one.id
                     for one in unit.incidents.unresolved() if one.code in LOOKED_FOR}  # fmt: skip
            left, unseen = self._nobody.tasks(unit)
        over, found = known.keys() - left.keys() - unseen, left.keys() - known.keys()
        if not over and not found:
            return 0
        with self._work.store.write() as unit:
            for key in over:
                unit.incidents.resolve(known[key], person=None, reason=MOVED_ON, at=now)
            for case, step in sorted(found):
                row = unit.cases.load_by_id(case)
                if row is not None:
                    why = left[case, step]
                    unit.incidents.open(row, why.code, {"at": step, **why.params}, now)
        return len(over) + len(found)

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
        done = self._interventions.reroute(
            actor, found.uid, reason, organisation=organisation, step=step
        )
        if found.code in LOOKED_FOR:
            with self._work.store.write() as unit:
                at = self._work.clock.now()
                unit.incidents.resolve(incident, person=actor.person, reason=reason, at=at)
        return done
