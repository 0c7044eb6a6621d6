"""An action on all records of a list: in the background, piece by piece, each record by itself.

How far it has come is a row; each piece is a message of the outbox that puts the next one in, so
that a worker that dies leaves nothing behind but a lease that runs out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.definitions.listing import Listing
from engine.domain.actor import Actor
from engine.domain.errors import NotAllowed, NotFound, Refused
from engine.services.directory import Directory
from engine.services.lists import Lists
from engine.services.records import Records
from engine.services.register_pages import Shown
from engine.services.registers import Registers
from engine.services.sentences import Sentences
from engine.store.outbox import OutboxRow
from engine.store.record_runs import RecordRun
from engine.store.unit import UnitOfWork

#: the kind of message in the outbox
RUN = "run"
#: so many records are done in one piece
PIECE = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the last action on a whole list has come; ``sentence`` is the last refusal."""

    title: str
    started_at: datetime
    finished: bool
    total: int
    done: int
    refused: int
    sentence: str | None


class RunsOfLists:
    """Begins actions on whole lists, and does them."""

    def __init__(
        self,
        records: Records,
        registers: Registers,
        lists: Lists,
        directory: Directory,
        sentences: Sentences,
    ) -> None:
        self._records = records
        self._registers = registers
        self._lists = lists
        self._directory = directory
        self._sentences = sentences
        self._store = records.store

    def begin(self, actor: Actor, name: str, action: str) -> int:
        """Begin an action on all records of a list; return how many there are.

        Raises:
            Refused: the list may not be opened or does not offer it, or one is still under way.
        """
        listing = self._offered(actor, name, action)
        total = self._lists.count(actor, name)
        jurisdiction = actor.jurisdiction or ""
        with self._sentences.saying(), self._store.write() as unit:
            # Two who press at once: the second waits here, and then finds the first one's run.
            unit.pools.take(f"runs/{jurisdiction}/{listing.id}")
            last = unit.record_runs.last(jurisdiction, listing.id)
            if last is not None and last.finished_at is None:
                raise Refused("still_running", action=self._title(listing, last.action))
            run = unit.record_runs.begin(
                jurisdiction=jurisdiction, listing=listing.id, action=action, person=actor.person,
                organisation=actor.organisation, at=self._records.now(jurisdiction), total=total,
            )  # fmt: skip
            self._go_on(unit, run, "", jurisdiction)
        return total

    def progress(self, actor: Actor, name: str) -> Progress | None:
        """How far the last action on a list has come; None where there was none."""
        listing = self._records.release.lists.get(name)
        if listing is None or not listing.on_all or self._lists.why_not(actor, name) is not None:
            return None
        with self._store.read() as unit:
            run = unit.record_runs.last(actor.jurisdiction or "", name)
        if run is None:
            return None
        return Progress(
            self._title(listing, run.action), run.started_at, run.finished_at is not None,
            run.total, run.done, run.refused, run.sentence,
        )  # fmt: skip

    def work(self, message: OutboxRow) -> None:
        """Do the next piece of a run."""
        with self._store.read() as unit:
            run = unit.record_runs.load(message.payload["run"])
        # A piece that was done already has put the next one in.
        if run is None or run.finished_at is not None:
            return
        if (run.after_key or "") != message.payload["after"]:
            return
        listing = self._records.release.lists.get(run.list)
        actor = self._actor(run)
        if listing is None or actor is None or self._lists.why_not(actor, run.list) is not None:
            self._moved(message, run._replace(finished_at=self._records.now(run.jurisdiction)))
            return
        shown = Shown.of_listing(listing, self._records.release.registers[listing.of])
        after = None if run.after_key is None else (run.after_key, run.after_id or 0)
        rows = self._registers.pages.following(actor, shown, after, PIECE)
        results = self._registers.bulk(actor, listing.of, [row.key for row in rows], run.action)
        # What is no longer to be done was done by this run before it was interrupted, or by others.
        refused = [one for one in results if one.sentence and one.code not in _LATE]
        run = run._replace(
            done=run.done + len(results) - len(refused),
            refused=run.refused + len(refused),
            sentence=refused[-1].sentence if refused else run.sentence,
            finished_at=None if len(rows) == PIECE else self._records.now(run.jurisdiction),
        )
        if rows:
            run = run._replace(after_key=rows[-1].key, after_id=rows[-1].id)
        self._moved(message, run)

    # ------------------------------------------------------------ inside

    def _offered(self, actor: Actor, name: str, action: str) -> Listing:
        refusal = self._lists.why_not(actor, name)
        if refusal is not None:
            raise refusal
        listing = self._records.release.lists[name]
        if action not in listing.on_all:
            raise self._sentences.worded(
                NotFound("no_such_action", action=action, step=listing.title)
            )
        known = self._records.release.registers[listing.of]
        permission = known.actions[action].permission or known.permissions.edit
        refused = self._directory.why_not(actor, permission)
        if refused is not None:
            raise self._sentences.worded(refused)
        return listing

    def _title(self, listing: Listing, action: str) -> str:
        known = self._records.release.registers[listing.of].actions.get(action)
        return known.title if known is not None else action

    def _actor(self, run: RecordRun) -> Actor | None:
        try:
            return self._directory.actor_for(run.person, run.organisation)
        except NotAllowed:
            return None

    def _moved(self, message: OutboxRow, run: RecordRun) -> None:
        with self._store.write() as unit:
            if not unit.outbox.done(message.id):
                return
            unit.record_runs.move(run)
            if run.finished_at is None:
                self._go_on(unit, run.id, run.after_key or "", run.jurisdiction)

    def _go_on(self, unit: UnitOfWork, run: int, after: str, jurisdiction: str) -> None:
        unit.outbox.add(
            f"run/{run}/{after}", RUN, {"run": run, "after": after},
            at=self._records.now(jurisdiction), jurisdiction=jurisdiction,
        )  # fmt: skip


#: refusals that say a record has been done already
_LATE = ("not_offered_now", "wrong_state", "already_handled")
