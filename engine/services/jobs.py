"""Long jobs: done in the background, item by item, with progress; whoever began one can stop it.

How far a job has come is a row that is written after each item. Each piece is a message of the
outbox that puts the next one in, so that a worker that dies leaves nothing behind but a lease that
runs out: the next one goes on after the last item that was noted. An item that was done and not
noted yet is done again; each kind of job knows it by what it left.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from engine.definitions.register import PEOPLE
from engine.domain.actor import Actor
from engine.domain.clock import Clock
from engine.domain.errors import NotFound, Refused
from engine.services.directory import Directory
from engine.services.oversight import INTERVENE, Oversight
from engine.services.sentences import Sentences
from engine.store.database import Store
from engine.store.jobs import JobRow, RefusedRow
from engine.store.outbox import OutboxRow
from engine.store.unit import UnitOfWork

log = logging.getLogger("zhicheng.jobs")

#: the kind of message in the outbox
JOB = "job"
#: so many items are done in one piece, well within the lease of a message
PIECE = 50
#: how often a piece is begun before an item that fails is passed over
ATTEMPTS = 3
#: jobs and refusals shown
LATEST, REFUSALS = 20, 200


#: what a job was begun with
Given = Mapping[str, Any]


class Item(NamedTuple):
    """One item of a job: where the job has come to once it is done, and what people call it."""

    after: Any
    key: Any
    name: str


class NotDone(NamedTuple):
    """What an item that was refused is called and found by, and why it was."""

    name: str
    key: str
    refused: Sequence[Refused]


class Told(NamedTuple):
    """The same as it is told whoever reads it."""

    name: str
    key: str
    sentence: str


class Doing(Protocol):
    """How the items of a kind of job are found and done."""

    def items(self, actor: Actor, given: Given, after: Any, most: int) -> Sequence[Item]:
        """The next items after one (None: the first); fewer than ``most`` where these are the last.

        Raises:
            Refused: whoever began it has no right to it any more.
        """
        ...

    def do(self, actor: Actor, given: Given, item: Item, key: str) -> NotDone | None:
        """Do an item, or find that it was done; tell if it is refused.

        ``key`` is the same whenever this item of this job is done.
        """
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job has come; ``refusals`` are the first of them."""

    id: int
    kind: str
    title: str
    started_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    refused: int
    is_stopped: bool
    broke_off: str | None
    refusals: tuple[Told, ...]
    #: what it belongs to
    about: str
    #: who began it, by name
    by: str

    @property
    def is_running(self) -> bool:
        """Whether there is more to come."""
        return self.finished_at is None


class Jobs:
    """Begins jobs, does them piece by piece, tells how far they are, stops them."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        directory: Directory,
        oversight: Oversight,
        sentences: Sentences,
    ) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._oversight = oversight
        self._sentences = sentences
        #: how each kind is done; each service adds its own
        self.kinds: dict[str, Doing] = {}

    def begin(
        self,
        actor: Actor,
        kind: str,
        about: str,
        *,
        title: str,
        input: Given,
        total: int,
        jurisdiction: str,
    ) -> int:
        """Begin a job; return its id.

        Args:
            actor: who asks for it, and in whose name each item is done.
            kind: how the items are done.
            about: what they belong to.
            title: what people call it.
            input: what doing them needs, as JSON values; it is kept sealed.
            total: how many they are.
            jurisdiction: whose they are.

        Raises:
            Refused: another job about the same is still under way.
        """
        with self._sentences.saying(), self._store.write() as unit:
            # Two who press at once: the second waits here, and then finds the first one's job.
            unit.pools.take(f"jobs/{about}")
            last = unit.jobs.last(about)
            if last is not None and last.finished_at is None:
                raise Refused("still_running", action=last.title)
            sealed = unit.blobs.put(actor.person, input)
            made = JobRow(
                0, jurisdiction, kind, about, title, actor.person, actor.organisation, sealed,
                self._clock.now(), total,
            )  # fmt: skip
            job = made._replace(id=unit.jobs.begin(made))
            self._go_on(unit, job)
        return job.id

    def begun(self, actor: Actor, about: str) -> int | None:
        """The job the actor has begun about something, whether it goes on or has ended."""
        with self._store.read() as unit:
            last = unit.jobs.last(about)
        return last.id if last is not None and last.person == actor.person else None

    def progress(self, actor: Actor, job: int) -> Progress:
        """How far a job has come.

        Raises:
            NotFound: there is none that the actor began or oversees.
        """
        with self._sentences.saying(), self._store.read() as unit:
            return self._shown(unit, self._known(unit, actor, job))

    def last(self, about: str) -> Progress | None:
        """How far the last job about something has come, for who may see that; None without one."""
        with self._store.read() as unit:
            job = unit.jobs.last(about)
            return None if job is None else self._shown(unit, job)

    def of(self, actor: Actor) -> list[Progress]:
        """The jobs the actor began last; all of their jurisdiction for those who oversee it."""
        jurisdiction = actor.jurisdiction or ""
        oversees = self._oversight.why_not(actor, INTERVENE, jurisdiction) is None
        with self._store.read() as unit:
            found = unit.jobs.of(actor.person, LATEST)
            if oversees:
                mine = {job.id for job in found}
                others = unit.jobs.in_(jurisdiction, LATEST)
                found = [*found, *(job for job in others if job.id not in mine)]
            latest = sorted(found, key=lambda job: -job.id)[:LATEST]
            return [self._shown(unit, job) for job in latest]

    def begun_with(self, actor: Actor, job: int) -> Given:
        """What a job was begun with.

        Raises:
            NotFound: there is none that the actor began or oversees.
        """
        with self._sentences.saying(), self._store.read() as unit:
            known: Given = unit.blobs.get(self._known(unit, actor, job).input)
        return known

    def stop(self, actor: Actor, job: int) -> bool:
        """Let no further item of a job be done; False if it had ended.

        Raises:
            NotFound: there is none that the actor began or oversees.
        """
        with self._sentences.saying(), self._store.write() as unit:
            known = self._known(unit, actor, job)
            return unit.jobs.finish(known.id, self._clock.now(), stopped_by=actor.person)

    # ------------------------------------------------------------ doing

    def work(self, message: OutboxRow) -> bool:
        """Do the next piece of a job, from the item on that was not noted yet.

        False if it is left to another worker: the message is theirs, and is not done by this.
        """
        with self._store.read() as unit:
            job = unit.jobs.load(message.payload["job"])
            if job is None or job.finished_at is not None:
                return True
            given = unit.blobs.get(job.input)
        most = message.payload["until"] - job.position
        if most < 0:
            # The piece was done and has put the next one in.
            return True
        doing = self.kinds[job.kind]
        try:
            actor = self._directory.actor_for(job.person, job.organisation)
            items = doing.items(actor, given, job.after, most)
        except Refused as refused:
            broke_off = self._sentences.kept(refused)
            with self._store.write() as unit:
                unit.jobs.finish(job.id, self._clock.now(), broke_off=broke_off)
            return True
        for item in items:
            not_done = self._done(doing, actor, job, given, item, message)
            refusal = self._kept(not_done) if not_done is not None else None
            with self._store.write() as unit:
                noted = unit.jobs.note(job, item.after, refusal)
            if noted is None:
                # Another worker took it over, or the one before was only slow.
                return False
            if noted.finished_at is not None:
                # Somebody stopped it.
                return True
            job = noted
        with self._store.write() as unit:
            if not unit.outbox.done(message.id):
                return True
            if len(items) < most:
                unit.jobs.finish(job.id, self._clock.now())
            else:
                self._go_on(unit, job)
        return True

    def _done(
        self,
        doing: Doing,
        actor: Actor,
        job: JobRow,
        given: Given,
        item: Item,
        message: OutboxRow,
    ) -> NotDone | None:
        try:
            return doing.do(actor, given, item, f"job/{job.id}/{item.name}")
        except Refused as refused:
            return NotDone(item.name, "", [refused])
        except Exception as error:
            # Tried again a few times, as a server may be away; then it does not hold up the others.
            if message.attempts < ATTEMPTS:
                raise
            log.exception("item %s of job %s failed", item.name, job.id)
            failed = Refused("item_failed", why=f"{type(error).__name__}: {error}")
            return NotDone(item.name, "", [failed])

    def _kept(self, one: NotDone) -> RefusedRow:
        return RefusedRow(one.name, one.key, [self._sentences.kept(why) for why in one.refused])

    def gave_up(self, unit: UnitOfWork, message: OutboxRow) -> None:
        """Note that a job broke off: its piece was tried often enough."""
        broke_off = self._sentences.kept(Refused("job_broke_off"))
        unit.jobs.finish(message.payload["job"], self._clock.now(), broke_off=broke_off)

    # ------------------------------------------------------------ inside

    def _go_on(self, unit: UnitOfWork, job: JobRow) -> None:
        unit.outbox.add(
            f"job/{job.id}/{job.position}", JOB, {"job": job.id, "until": job.position + PIECE},
            at=self._clock.now(), jurisdiction=job.jurisdiction,
        )  # fmt: skip

    def _known(self, unit: UnitOfWork, actor: Actor, job: int) -> JobRow:
        known = unit.jobs.load(job)
        if known is None:
            raise NotFound("no_such_job", job=job)
        mine = (actor.person, actor.organisation) == (known.person, known.organisation)
        if not mine and self._oversight.why_not(actor, INTERVENE, known.jurisdiction) is not None:
            raise NotFound("no_such_job", job=job)
        return known

    def _shown(self, unit: UnitOfWork, job: JobRow) -> Progress:
        told = self._sentences.told
        refusals = unit.jobs.refusals(job.id, REFUSALS) if job.refused else ()
        return Progress(
            job.id, job.kind, job.title, job.started_at, job.finished_at, job.total, job.done,
            job.refused, job.stopped_by is not None, told(job.broke_off) if job.broke_off else None,
            tuple(
                Told(one.name, one.key, "；".join(told(why) for why in one.told))
                for one in refusals
            ),
            job.about,
            self._directory.name(PEOPLE, job.person),
        )  # fmt: skip
