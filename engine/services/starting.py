"""What somebody may start, and what they have begun already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.actor import Actor
from engine.domain.errors import NotFound
from engine.services.casework import Casework
from engine.services.sentences import Sentences
from engine.services.statuses import status_title
from engine.store.worklists import Viewer, Worklist

#: how many cases are shown to whoever is about to begin another one
MOST_BEGUN = 5


@dataclass(frozen=True, slots=True)
class Begun:
    """A case somebody has begun that has not ended."""

    uid: str
    number: str
    status_title: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Startable:
    """A process that somebody may start."""

    id: str
    title: str
    noun: str
    #: what it is for, and for whom
    help: str
    #: whether something is asked first
    asks: bool
    #: whether every person may, without any permission
    anybody: bool


class Starting:
    """Processes as those see them who could start them."""

    def __init__(self, work: Casework, sentences: Sentences) -> None:
        self._work = work
        self._sentences = sentences

    def startable(self, actor: Actor) -> list[Startable]:
        """The processes that anybody may start and this actor could."""
        jurisdiction = self._work.definitions.current.jurisdictions.get(actor.jurisdiction or "")
        return [
            self.starting(actor, name)
            for name, bound in self._work.definitions.current.processes.items()
            if bound.process.start is not None
            and bound.process.start.who == "person"
            and (jurisdiction is None or jurisdiction.runs(name))
        ]

    def starting(self, actor: Actor, process: str) -> Startable:
        """A process as the page that starts it shows it.

        Raises:
            NotFound: there is no such process where the actor is.
        """
        bound = self._work.definitions.current.processes.get(process)
        jurisdiction = self._work.definitions.current.jurisdictions.get(actor.jurisdiction or "")
        if bound is None or (jurisdiction is not None and not jurisdiction.runs(process)):
            raise self._sentences.worded(NotFound("no_such_process", process=process))
        start = bound.process.start
        asks = start is not None and start.ask is not None
        anybody = start is not None and start.who == "person"
        return Startable(
            process, bound.process.title, bound.process.noun, bound.process.help, asks, anybody
        )

    def begun(self, actor: Actor, process: str) -> list[Begun]:
        """The cases of a process that the actor began here and that go on, the latest first."""
        worklist = Worklist(
            "mine",
            Viewer(actor.person, actor.organisation),
            jurisdiction=actor.jurisdiction,
            processes=(process,),
            closed=False,
        )
        with self._work.store.read() as unit:
            lines = unit.worklists.page(worklist, "started_at", descending=True, limit=MOST_BEGUN)
        return [
            Begun(
                line.uid,
                line.number or "",
                status_title(self._work.definitions.current, line.status, public=True),
                line.started_at,
            )
            for line in lines
        ]
