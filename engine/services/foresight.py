"""What would happen if somebody did something: the command itself, carried out and put back.

One call for pages, console and interface, and for actions, operations and interventions alike. No
message is sent, no number is used up and no system outside is asked (ADR 43).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.domain.actor import SYSTEM, Actor
from engine.domain.case import Term, places_of
from engine.domain.errors import Refused
from engine.runtime.panels import KEPT_SEAT
from engine.runtime.run import Run
from engine.services.casework import Casework, until_kept
from engine.services.loaded import Loaded
from engine.services.statuses import status_title
from engine.store.messages import MessageRow
from engine.store.outbox import OutboxRow
from engine.store.unit import UnitOfWork
from engine.store.work import WorkRow

if TYPE_CHECKING:
    from engine.services.cases import Cases
    from engine.services.directory import Directory
    from engine.services.interventions import Interventions
    from engine.services.operations import Operations
    from engine.services.outgoing import Outgoing
    from engine.services.panel_views import PanelViews
    from engine.services.sentences import Sentences
    from engine.services.views import Views

#: so many things that would leave the case are followed: a group may release hundreds
MOST = 200
#: so many people are named
FEW = 5
#: where a message of the outbox says which other case it moves
_WHOSE = {"release": "member", "ended": "owner", "send": "case"}
#: stands for a reason that is not written yet
_REASON = "…"
#: operations that may complete a vote
_OF_VOTERS = frozenset({"vote", "decline", "replace"})


@dataclass(frozen=True, slots=True)
class Waits:
    """What would wait: the step's caption, for whom, how many of them could do it, until when."""

    step: str
    who: str
    people: int
    due: str | None
    #: each of so many people has a seat of their own (a vote)
    voting: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A message that would be sent: its title, and to whom, the first few by name."""

    title: str
    to: tuple[str, ...]
    #: how many there are of it
    count: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a command would lead to."""

    #: where the case would be, in words, and the caption of its status
    place: str
    status: str
    #: the kind of end it would reach
    closed: str | None
    waits: tuple[Waits, ...] = ()
    #: deadlines of the whole case that would change: caption and date
    deadlines: tuple[tuple[str, str], ...] = ()
    messages: tuple[Told, ...] = ()
    #: captions of the documents, number pools and systems outside, each with how often
    documents: tuple[tuple[str, int], ...] = ()
    numbers: tuple[tuple[str, int], ...] = ()
    systems: tuple[tuple[str, int], ...] = ()
    #: other cases that would begin or go on: what they are and where, and how many
    others: tuple[tuple[str, int], ...] = ()
    #: of a group whose list changes: how many cases would be on it
    listed: int | None = None
    #: it may complete a vote, whose result is told to nobody before
    kept_back: bool = False
    #: it is about a seat of a secret vote: whether it can be done would tell who has voted
    secret: bool = False
    #: nobody could act on it, and no deadline would run, until it is resumed
    suspended: bool = False
    #: with a ballot of one's own: how many would be in, and of how many
    ballots: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """How far the rows of a case and the messages had come before a command."""

    messages: int
    outbox: int
    journal: int = 0
    links: int = 0
    members: int = 0
    deadlines: Mapping[str, Term] = field(default_factory=dict)


class Foresight:
    """Tries commands."""

    def __init__(
        self,
        work: Casework,
        cases: Cases,
        operations: Operations,
        interventions: Interventions,
        outgoing: Outgoing,
        views: Views,
        panels: PanelViews,
        directory: Directory,
        sentences: Sentences,
    ) -> None:
        self._work = work
        self._cases = cases
        self._operations = operations
        self._interventions = interventions
        self._outgoing = outgoing
        self._views = views
        self._panels = panels
        self._directory = directory
        self._sentences = sentences

    def foresee(
        self,
        actor: Actor,
        uid: str,
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        data: Mapping[str, Any] | None = None,
        version: int | None = None,
        at: str | None = None,
        stepping_in: bool = False,
    ) -> Foreseen:
        """What doing it would lead to; nothing is changed.

        Args:
            actor: who would do it.
            uid: the case.
            name: an action of the author, an operation of the engine, or with ``stepping_in`` an
                intervention, whose reason may be written later.
            entered: what would be entered.
            data: the form data as typed.
            version: what the actor saw.
            at: in a parallel step the step meant.
            stepping_in: whether it is an intervention.

        Raises:
            Refused: it would be refused, with the same sentence.
        """
        if not stepping_in:
            # Who may not see the case learns nothing about it.
            self._views.view(actor, uid, at=at)
        values = dict(entered or {})
        if stepping_in and not str(values.get("reason") or "").strip():
            values["reason"] = _REASON

        def try_it() -> Foreseen:
            with self._sentences.saying(), self._work.store.trying() as unit:
                loaded = self._work.load(unit, uid)
                silent = not stepping_in and self._may_end_a_vote(unit, loaded, actor, name, at)
                secret = self._is_secret(loaded, name)
                ballots = self._ballots(actor, uid, name, at) if silent else None
                before = self._before(unit, loaded)
                try:
                    if stepping_in:
                        self._interventions.do(actor, uid, name, values, version=version, at=at)
                    else:
                        self._operations.command(
                            actor, uid, name, values, data=data, version=version, at=at
                        )
                except Refused as refused:
                    # Who has voted is not found out by trying one seat after the other.
                    if not secret or refused.code != KEPT_SEAT:
                        raise
                if secret:
                    return Foreseen("", "", None, secret=True)
                if silent:
                    return Foreseen("", "", None, kept_back=True, ballots=ballots)
                return self._foreseen(unit, uid, actor, before)

        return until_kept(try_it)

    def starting(
        self, actor: Actor, process: str, data: Mapping[str, Any] | None = None
    ) -> Foreseen:
        """What starting a case would lead to; nothing is started.

        Raises:
            Refused: it would be refused, with the same sentence.
        """

        def try_it() -> Foreseen:
            with self._sentences.saying(), self._work.store.trying() as unit:
                before = _Before(unit.messages.last(), unit.outbox.last())
                done = self._cases.start(actor, process, data, complete=True)
                return self._foreseen(unit, done.uid, actor, before)

        return until_kept(try_it)

    def place(
        self, actor: Actor, uid: str, name: str, entered: Mapping[str, Any] | None = None
    ) -> str:
        """Where an intervention would put a case, in words; refused as :meth:`foresee`."""
        return self.foresee(actor, uid, name, entered, stepping_in=True).place

    # ------------------------------------------------------------ inside

    def _may_end_a_vote(
        self, unit: UnitOfWork, loaded: Loaded, actor: Actor, name: str, at: str | None
    ) -> bool:
        """Whether ballots may be counted with it: trying it would tell how others have voted."""
        operation = name in _OF_VOTERS and not self._operations.is_written(
            actor, loaded.row.uid, name, at=at
        )
        if operation:
            return True
        votes = {one.place.step for _, one in places_of(loaded.state) if one.voters}
        actions = loaded.compiled.actions
        found = (actions[step].get(name) for step in votes)
        return any(one is not None and one.to is None for one in found)

    @staticmethod
    def _is_secret(loaded: Loaded, name: str) -> bool:
        """Whether it is about a seat of a secret vote: it tells nothing before it is done."""
        if name != "replace":
            return False
        steps = loaded.compiled.process.steps
        voting = {one.place.step for _, one in places_of(loaded.state) if one.voters}
        panels = (steps[step].panel for step in voting)
        return any(panel is not None and panel.secret for panel in panels)

    def _ballots(self, actor: Actor, uid: str, name: str, at: str | None) -> tuple[int, int] | None:
        """How many ballots are in with one's own: voters see before how many there are."""
        if name != "vote":
            return None
        try:
            found = self._panels.progress(actor, uid, at=at)
        except Refused:
            return None  # Whoever may not see it may not vote, which is said then.
        return found.given + 1, found.required

    def _before(self, unit: UnitOfWork, loaded: Loaded) -> _Before:
        row = loaded.row
        return _Before(
            unit.messages.last(),
            unit.outbox.last(),
            row.journal_seq,
            len(unit.links.of(row.id)),
            _listed(unit, loaded),
            loaded.state.deadlines,
        )

    def _foreseen(self, unit: UnitOfWork, uid: str, actor: Actor, before: _Before) -> Foreseen:
        queued = self._outgoing.work_off_tried(before.outbox, MOST)
        after = self._work.load(unit, uid)
        run = self._work.look(unit, after, SYSTEM, at="")
        state, release = after.state, self._work.definitions.current
        mine = actor.person == after.row.initiator
        return Foreseen(
            place=self._views.places_words(unit, run, state),
            status=status_title(release, state.status, public=mine),
            closed=state.closed,
            suspended=state.suspended,
            waits=tuple(self._waits(unit, after, actor)),
            deadlines=tuple(_deadlines(run, before.deadlines)),
            messages=tuple(self._messages(unit.messages.since(before.messages))),
            documents=_counted(
                release.documents[one.payload["template"]].title
                for one in queued
                if one.kind == "document"
            ),
            numbers=_counted(self._numbers(unit, after, before.journal)),
            systems=_counted(
                release.connectors[one.payload["connector"]].title
                for one in queued
                if one.kind == "connector"
            ),
            others=_counted(self._others(unit, after, before.links, queued)),
            listed=listed if (listed := _listed(unit, after)) != before.members else None,
        )

    def _waits(self, unit: UnitOfWork, after: Loaded, actor: Actor) -> Iterator[Waits]:
        """For whom something would wait; voters are counted, not named."""
        steps = after.compiled.process.steps
        held = unit.work.of(after.row.id)
        for at, state in places_of(after.state):
            if state.branches or state.joined:
                continue
            step, due = steps[state.place.step], state.due or state.wait_until
            title = step.title
            items = [one for one in held if one.step == step.name]
            if step.panel is not None:
                yield Waits(title, "", len(state.voters), due, voting=True)
            elif not items and step.end is None:
                yield Waits(title, "", 0, due)
            else:
                run = self._work.look(unit, after, SYSTEM, at=step.name if at else "")
                for item in items:
                    yield Waits(title, *self._holder(run, actor, item), due)

    def _holder(self, run: Run, actor: Actor, item: WorkRow) -> tuple[str, int]:
        """Whose it would be, and how many people could do it: colleagues by name."""
        one = item.person or item.claimed_by
        if one is not None:
            return self._directory.name(PEOPLE, one), 1
        able, name = self._cases.able(run), self._directory.name(ORGANISATIONS, item.organisation)
        if item.organisation == actor.organisation and 0 < len(able) <= FEW:
            known = self._directory.names(PEOPLE, able)
            name = f"{name}（{'、'.join(known.get(key, key) for key in able)}）"
        return name, len(able)

    def _messages(self, rows: Sequence[MessageRow]) -> Iterator[Told]:
        """The messages by title, with whom they would reach."""
        by_title: dict[str, list[str]] = {}
        for row in rows:
            register, key = (
                (PEOPLE, row.to_person) if row.to_person else (ORGANISATIONS, row.to_organisation)
            )
            by_title.setdefault(row.title, []).append(self._directory.name(register, key))
        for title, names in by_title.items():
            yield Told(title, tuple(names[:FEW]), len(names))

    def _numbers(self, unit: UnitOfWork, after: Loaded, known: int) -> Iterator[str]:
        """The pools that numbers would be taken from."""
        place = self._work.definitions.current.jurisdictions[after.row.jurisdiction]
        for event in unit.journal.of(after.row.id, since=known):
            for one in orjson.loads(event.body)["events"]:
                if one.get("event") == "numbered":
                    yield place.pools[one["pool"]].title

    def _others(
        self, unit: UnitOfWork, after: Loaded, known: int, queued: Sequence[OutboxRow]
    ) -> Iterator[str]:
        """Other cases that would begin or go on: what each is and where it would be."""
        begun = [one.uid for one in unit.links.of(after.row.id)[known:]]
        moved = [one.payload[_WHOSE[one.kind]] for one in queued if one.kind in _WHOSE]
        for uid in dict.fromkeys([*begun, *moved]):
            if uid != after.row.uid:
                other = self._work.load(unit, uid)
                process = other.compiled.process
                yield f"{process.title}：{process.steps[other.state.place.step].title}"


def _listed(unit: UnitOfWork, loaded: Loaded) -> int:
    """How many cases are on the list of a group."""
    group = loaded.compiled.process.members is not None
    members = unit.members.of(loaded.row.id) if group else ()
    return sum(one.state != "removed" for one in members)


def _deadlines(run: Run, before: Mapping[str, Term]) -> Iterator[tuple[str, str]]:
    """The deadlines of the whole case that are others than before."""
    for one in run.compiled.deadlines:
        old, new = before.get(one.name), run.state.deadlines.get(one.name)
        if new is not None and new.by is not None and not new.reached and new != old:
            yield one.title, new.by


def _counted(titles: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(titles).items())
