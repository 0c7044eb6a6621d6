"""What people see of a case: its header, its form, its course, what may be done and where it leads.

Reading only. Who may see a case at all is decided by :class:`engine.services.seeing.Seeing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.definitions.links import created_by
from engine.definitions.process import Action, Ask, Step
from engine.domain.actor import Actor
from engine.domain.actor import Rights as Permissions
from engine.domain.case import Command, Place, State, places_of
from engine.domain.errors import EngineError
from engine.forms.surroundings import Lookup
from engine.runtime.moments import is_over
from engine.runtime.offers import may_operate
from engine.runtime.run import Run
from engine.services.cases import Cases
from engine.services.casework import Casework
from engine.services.courses import Courses, Entry
from engine.services.entries import Entries
from engine.services.group_views import GroupViews, Member
from engine.services.loaded import Loaded
from engine.services.marks import marks_of
from engine.services.offering import Offering
from engine.services.rebuild import pins_of
from engine.services.seeing import Seeing
from engine.services.sentences import Sentences
from engine.services.sheets import Sheets
from engine.services.statuses import status_title
from engine.store.unit import UnitOfWork

#: operations with which something is filled in
_FILLED = ("save", "vote")
#: verbs that pass a case on
_FORWARD = ("submit", "pass")


@dataclass(frozen=True, slots=True)
class Choice:
    """An action or operation as a person sees it.

    ``title`` is empty for an operation of the engine, whose caption is the page's. ``leads_to``
    is where the case would go, in words; more than one when what is entered decides. ``next_title``
    is the caption of that place, if the author gave it one.
    """

    name: str
    title: str
    verb: str
    operation: bool
    allowed: bool
    sentence: str | None
    ask: Ask | None
    confirm: str | None
    bulk: bool
    leads_to: tuple[str, ...] = ()
    next_title: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A document of the case."""

    uid: str
    title: str
    number: str | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A deadline of the whole case as it stands."""

    name: str
    title: str
    #: the step that has to be reached by then
    step: str
    by: str
    met: bool
    #: the date passed before the step was reached
    late: bool
    #: it was moved by hand
    given: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A branch of a parallel step: where it stands, or where it ended."""

    step: str
    place: str
    status_title: str
    due: str | None
    ended: bool
    #: whether something waits for the reader there
    waits: bool
    #: whether it is a vote in which the reader takes part, or which they lead or watch
    votes: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody added to the present place, and their opinion once it is in."""

    name: str
    mode: str
    signed: bool
    opinion: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as one person sees it."""

    uid: str
    process: str
    title: str
    noun: str
    number: str | None
    initiator: str
    initiator_name: str
    status: str | None
    status_title: str
    #: where it is, in words; in a parallel step all its places
    place: str
    #: the step of the branch that is looked at; "" for the place of the case itself
    at: str
    #: the branches of a parallel step
    standings: tuple[Standing, ...]
    #: who was added to the place that is looked at
    signers: tuple[Signature, ...]
    step: str
    organisation: str | None
    started_at: datetime
    arrived_at: datetime
    due: str | None
    overdue: bool
    deadlines: tuple[DeadlineView, ...]
    closed: str | None
    suspended: bool
    flags: tuple[str, ...]
    version: int
    has_form: bool
    #: sections that the person may change now; empty when none
    edit: Literal["all"] | tuple[str, ...]
    mine: bool
    members: tuple[Member, ...] | None
    member_columns: tuple[str, ...]
    documents: tuple[Issued, ...]
    may_vote: bool
    #: the reader is the first to open what was passed on to them, and that matters
    unseen: bool
    #: at a panel: the reader votes, leads or watches it
    at_panel: bool
    returned: Entry | None
    #: the name of whoever the reader acts for here as a substitute
    on_behalf: str


@dataclass(frozen=True, slots=True)
class LinkedView:
    """A case that created this one, or that it has created (``made``)."""

    uid: str
    title: str
    number: str
    status_title: str
    started_at: datetime
    made: bool


def deadline_views(run: Run) -> tuple[DeadlineView, ...]:
    """The deadlines of the whole case that have a date."""
    known = ((one, run.state.deadlines.get(one.name)) for one in run.compiled.deadlines)
    return tuple(
        DeadlineView(
            name=one.name,
            title=one.title,
            step=run.process.steps[one.reach].title,
            by=term.by,
            met=term.reached > 0,
            late=term.over or (not term.reached and is_over(term.by, run.now)),
            given=term.given,
        )
        for one, term in known
        if term is not None and term.by is not None
    )


class Views:
    """Cases as people see them."""

    def __init__(
        self,
        work: Casework,
        rights: Permissions,
        cases: Cases,
        offering: Offering,
        entries: Entries,
        seeing: Seeing,
        groups: GroupViews,
        courses: Courses,
        sentences: Sentences,
        lookup: Callable[[UnitOfWork], Lookup],
    ) -> None:
        self._work = work
        self._rights = rights
        self._cases = cases
        self._offering = offering
        self._seeing = seeing
        self._groups = groups
        self._sentences = sentences
        self._lookup = lookup
        self.sheets = Sheets(work, entries, rights, self._seeing.open)
        self.courses = courses

    # ------------------------------------------------------------ one case

    def view(self, actor: Actor, uid: str, *, at: str | None = None) -> CaseView:
        """A case as the actor sees it; ``at`` is the place meant where it is at several.

        Raises:
            NotFound: there is none, or the actor may not know of it.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._seeing.open(unit, actor, uid, at)
            return self._view(unit, loaded, run, actor)

    def _view(self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor) -> CaseView:
        row, process = loaded.row, loaded.compiled.process
        # The place that is looked at: in a parallel step that of a branch.
        state = run.state
        lookup = self._lookup(unit)
        mine = actor.person == row.initiator
        members = self._groups.members(unit, loaded) if process.members is not None else None
        return CaseView(
            uid=row.uid,
            process=process.id,
            title=process.title,
            noun=process.noun,
            number=row.number,
            initiator=state.initiator,
            initiator_name=lookup.label("people", state.initiator) or state.initiator,
            status=state.status,
            status_title=self._status(state.status, public=mine),
            place=self.places_words(unit, run, loaded.state),
            at=run.at,
            standings=self._standings(unit, loaded, run, actor),
            signers=self._signers(unit, loaded, state),
            step=state.place.step,
            organisation=state.place.organisation,
            started_at=row.started_at,
            arrived_at=row.arrived_at,
            due=state.due or state.wait_until,
            overdue=state.overdue,
            deadlines=deadline_views(run),
            closed=state.closed,
            suspended=state.suspended,
            flags=marks_of(run),
            version=row.version,
            has_form=process.form is not None,
            edit=self._edit(run),
            mine=mine,
            members=members,
            member_columns=self.courses.row_columns(unit, loaded) if members is not None else (),
            documents=self.documents(unit, row.uid),
            may_vote=actor.person in run.state.voters,
            unseen=self._cases.unseen(unit, loaded, run, actor),
            at_panel=self._seeing.is_at_panel(run, actor),
            returned=self.courses.returned(unit, loaded, run) if state.returned else None,
            on_behalf=_label(lookup, run.command.on_behalf),
        )

    def places_words(self, unit: UnitOfWork, run: Run, state: State) -> str:
        """Every place of a case in words: in a parallel step those of its branches."""
        places = [one.place for at, one in places_of(state) if not one.branches]
        return "；".join(self.place_words(unit, run, place) for place in places)

    def _standings(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor
    ) -> tuple[Standing, ...]:
        """What each branch of a parallel step has come to, in the author's order."""
        if not loaded.state.branches:
            return ()
        waits = {
            item.step
            for item in unit.work.of(loaded.row.id)
            if self._seeing.concerns(actor, item.person, item.organisation, item.permission)
            or any(self._work.concerns(loaded.row, item, actor, one) for one in actor.represents)
        }
        return tuple(
            Standing(
                step=one.place.step,
                place=self.place_words(unit, run, one.place),
                status_title=self._status(one.status),
                due=one.due or one.wait_until,
                ended=one.joined,
                waits=one.place.step in waits,
                votes=not one.joined and self._seeing.votes_at(unit, loaded, actor, one.place.step),
            )
            for at, one in places_of(loaded.state, ended=True)
            if at and one.place.step and not one.branches
        )

    def _signers(self, unit: UnitOfWork, loaded: Loaded, state: State) -> tuple[Signature, ...]:
        """Those added to a place with their opinions; the journal is read only if there are any."""
        if not state.signers:
            return ()
        said = self.courses.signed(unit, loaded, state.place)
        lookup = self._lookup(unit)
        return tuple(
            Signature(
                lookup.label("people", one.person) or one.person,
                one.mode,
                one.signed,
                *(said.get(one.person, ("", None)) if one.signed else ()),
            )
            for one in state.signers
        )

    def _edit(self, run: Run) -> Literal["all"] | tuple[str, ...]:
        if run.process.form is None or may_operate(run, "save", self._rights):
            return ()
        return run.step.edit or ()

    def documents(self, unit: UnitOfWork, uid: str) -> tuple[Issued, ...]:
        """The documents of a case."""
        known = self._work.definitions.current.documents
        return tuple(
            Issued(
                one.uid,
                known[one.template].title if one.template in known else one.template,
                one.number,
                one.issued_at,
            )
            for one in unit.documents.of_case(uid)
        )

    def _status(self, status: str | None, *, public: bool = False) -> str:
        return status_title(self._work.definitions.current, status, public=public)

    def place_words(self, unit: UnitOfWork, run: Run, place: Place) -> str:
        """A place in words: step, stage, and who is there."""
        step = run.process.steps.get(place.step) or self._earlier_step(unit, run, place.step)
        if step is None:
            return place.step
        stage = step.stages.get(place.stage or "")
        caption, english = self._sentences.captions(), self._sentences.language() == "en"
        words = (", " if english else " ").join(
            caption(one.title) for one in (step, stage) if one is not None
        )
        if place.organisation is not None:
            register, key = "organisations", place.organisation
        elif step.who is not None and step.who.kind == "initiator":
            register, key = "people", run.state.initiator
        else:
            return words
        name = self._lookup(unit).label(register, key) or key
        return f"{words} ({name})" if english else f"{words}（{name}）"

    def _earlier_step(self, unit: UnitOfWork, run: Run, name: str) -> Step | None:
        """A step of a version the case was moved from (CON-09)."""
        row = unit.cases.load(str(run.ident["id"]))
        pins = pins_of(row, unit.journal.of(row.id)) if row is not None else []
        for pin in dict.fromkeys(reversed(pins)):
            compiled = self._work.definitions.compiled(run.process.id, pin, unit)
            if name in compiled.process.steps:
                return compiled.process.steps[name]
        return None

    def may_fill_in(self, actor: Actor, uid: str) -> bool:
        """Whether something of a case is to be filled in by the actor: its form, or an action.

        Raises:
            NotFound: as for :meth:`view`.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, first = self._seeing.open(unit, actor, uid)
            places = [one.place.step for at, one in places_of(loaded.state) if at]
            runs = [first, *(self._work.look(unit, loaded, actor, at=at) for at in places)]
            return any(
                offer.mine and offer.allowed and (offer.action is not None or offer.name in _FILLED)
                for run in runs
                for offer in self._offering.here(unit, loaded, run, actor)
            )

    def course(self, actor: Actor, uid: str) -> list[Entry]:
        """What happened to a case, in order (REV-26)."""
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._seeing.open(unit, actor, uid)
            return self.courses.of(unit, loaded, run, self.place_words)

    def linked(self, actor: Actor, uid: str) -> list[LinkedView]:
        """The case that created this one, and those it has created, as far as the actor sees them.

        Raises:
            NotFound: as for :meth:`view`.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, _ = self._seeing.open(unit, actor, uid)
            found = []
            for other, made in self._links(unit, loaded):
                run = self._work.look(unit, other, actor)
                if self._seeing.sees(unit, other, run, actor):
                    found.append(self._linked_view(other, actor, made=made))
            return found

    def _links(self, unit: UnitOfWork, loaded: Loaded) -> Iterator[tuple[Loaded, bool]]:
        if loaded.state.creator is not None:
            yield self._work.load(unit, loaded.state.creator), False
        if created_by(loaded.compiled.process):
            for link in unit.links.of(loaded.row.id):
                yield self._work.load(unit, link.uid), True

    def _linked_view(self, other: Loaded, actor: Actor, *, made: bool) -> LinkedView:
        row, process = other.row, other.compiled.process
        public = actor.person == row.initiator
        return LinkedView(
            uid=row.uid,
            title=process.title,
            number=row.number or "",
            status_title=self._status(other.state.status, public=public),
            started_at=row.started_at,
            made=made,
        )

    def steps(self, actor: Actor, uid: str) -> tuple[Any, frozenset[str], frozenset[str]]:
        """The flow of a case's process, the steps it has been at, and those it is at."""
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, _ = self._seeing.open(unit, actor, uid)
            visited = frozenset(loaded.state.visits)
            current = frozenset(one.place.step for _, one in places_of(loaded.state))
            return loaded.compiled.bound.flow, visited, current

    # ------------------------------------------------------------ what may be done

    def choices(self, actor: Actor, uid: str, *, at: str | None = None) -> list[Choice]:
        """What concerns the actor here, allowed or refused with its sentence (REV-27)."""
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._seeing.open(unit, actor, uid, at)
            found = []
            for offer in self._offering.here(unit, loaded, run, actor):
                if not offer.mine:
                    continue
                refusal, action = offer.refusal, offer.action
                sentence = refusal.sentence if refusal is not None else None
                leads, caption = (
                    self._leads_to(unit, loaded, run, actor, action)
                    if action is not None and refusal is None
                    else ((), None)
                )
                deadline = run.process.deadlines.get(offer.name.removeprefix("extend:"))
                title = deadline.title if deadline is not None and action is None else ""
                found.append(
                    _choice(offer.name, action, refusal is None, sentence, leads, title, caption)
                )
            return found

    def _leads_to(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, actor: Actor, action: Action
    ) -> tuple[tuple[str, ...], str | None]:
        """Where an action leads and under which caption, by trying it without writing.

        One line for each answer asked; the caption is that of all of them, or none.
        """
        if action.to is None:
            return (), None
        asked = self._deciding(unit, loaded, run, action)
        if asked is None:
            words, caption = self._tried(unit, loaded, run, actor, action, {})
            return (words,) if words else (), caption
        name, title = asked
        lines, captions = [], set()
        for value, said in ((True, "是"), (False, "否")):
            words, caption = self._tried(unit, loaded, run, actor, action, {name: value})
            if words:
                lines.append(f"{title} {said}：{words}")
                captions.add(caption)
        return tuple(lines), captions.pop() if len(captions) == 1 else None

    def _deciding(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, action: Action
    ) -> tuple[str, str] | None:
        """The yes-no question on which the way depends, if there is one at this stage."""
        stage = run.state.place.stage
        if action.ask is None or action.to is None:
            return None
        if action.ask.stage is not None and action.ask.stage != stage:
            return None
        read = {
            path[1]
            for when, _ in action.to.cases
            if when is not None
            for path in loaded.compiled.expression(when).paths
            if path[0] == "input" and len(path) > 1
        }
        form = self.sheets.asked(unit, loaded, action.ask)
        for name in sorted(read):
            element = form.element(name)
            if element is not None and element.kind == "boolean":
                return name, element.title
        return None

    def _tried(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        actor: Actor,
        action: Action,
        entered: Mapping[str, Any],
    ) -> tuple[str | None, str | None]:
        command = Command(
            "act", actor.person, actor.organisation, run.command.on_behalf, action.name,
            dict(entered), at=run.at,
        )  # fmt: skip
        now = self._work.now(loaded.row.jurisdiction)
        try:
            result, _ = self._work.decide(unit, loaded, command, now)
        except EngineError:
            return self._written(run, action), None
        state, steps = result.state, run.process.steps
        if state.stuck is not None:
            return steps[state.place.step].title, None
        left = set(_standing(loaded.state))
        captions = {
            steps[step].next_title for step, at in _standing(state) if (step, at) not in left
        }
        forward = action.verb in _FORWARD and len(captions) == 1
        return self.places_words(unit, run, state), captions.pop() if forward else None

    @staticmethod
    def _written(run: Run, action: Action) -> str | None:
        """The target as the author wrote it, where it cannot be tried."""
        steps: Mapping[str, Step] = run.process.steps
        targets = action.to.values if action.to is not None else ()
        named = [steps[target].title for target in targets if target in steps]
        return " / ".join(named) or None

    def colleagues(self, actor: Actor, uid: str, *, at: str | None = None) -> list[tuple[str, str]]:
        """To whom the actor could hand the task over: key and name."""
        found = self._cases.colleagues(actor, uid, at=at)
        with self._work.store.read() as unit:
            lookup = self._lookup(unit)
            return [(one, lookup.label("people", one) or one) for one in found]


def _label(lookup: Lookup, person: str | None) -> str:
    return (lookup.label("people", person) or person) if person is not None else ""


def _choice(
    name: str,
    action: Action | None,
    allowed: bool,
    sentence: str | None,
    leads_to: tuple[str, ...],
    title: str = "",
    next_title: str | None = None,
) -> Choice:
    return Choice(
        name=name,
        title=action.title if action is not None else title,
        verb=action.verb if action is not None else name,
        operation=action is None,
        allowed=allowed,
        sentence=sentence,
        ask=action.ask if action is not None else None,
        confirm=action.confirm if action is not None else None,
        bulk=action.bulk if action is not None else False,
        leads_to=leads_to,
        next_title=next_title,
    )


def _standing(state: State) -> Iterator[tuple[str, str | None]]:
    """The step and organisation of every place a case is at, whatever the stage."""
    for _, one in places_of(state):
        if not one.branches:
            yield one.place.step, one.place.organisation
