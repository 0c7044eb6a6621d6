"""Votes as people see them: the paper, how far the vote has come, what its rounds led to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.definitions.process import Panel
from engine.domain.actor import Actor
from engine.domain.errors import NotFound
from engine.forms.surroundings import Lookup
from engine.runtime.panels import attending, vacant, why_not_vote
from engine.runtime.run import Run
from engine.services.casework import Casework
from engine.services.courses import Courses
from engine.services.group_views import GroupViews
from engine.services.loaded import Loaded
from engine.services.panels import Panels, Seats
from engine.services.seeing import Seeing
from engine.services.sentences import Sentences
from engine.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Paper:
    """What a voter has to fill in: one paper for each ``(uid, name)``; ``""`` is the case."""

    about: tuple[tuple[str, str], ...]
    cast: bool
    #: why the reader cannot vote now, though the ballot is not in
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a panel has come: never what a ballot says, and no names where it is secret."""

    about: tuple[tuple[str, str], ...]
    #: the rounds before, where there were any
    rounds: tuple[RoundResult, ...]
    given: int
    required: int
    #: whose turn it is, where they vote one after the other
    turn: str
    #: seats that wait for somebody else
    vacant: int
    secret: bool
    #: each voter with whether the ballot is in; empty where the vote is secret
    voters: tuple[tuple[str, bool], ...]
    #: where it is secret, for who leads it: each voter with whether they have declined
    seated: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a round of a vote has led to: one line for each paper, never for a voter."""

    round: int
    voters: int
    cast: int
    lines: tuple[ResultLine, ...]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What one paper got: votes by option, mean and rank where there are any, in or not.

    ``again``: neither yet, it is voted on in another round.
    """

    uid: str
    name: str
    votes: tuple[tuple[str, int], ...]
    total: str
    rank: int | None
    passed: bool
    again: bool


class PanelViews:
    """Panels as people see them."""

    def __init__(
        self,
        work: Casework,
        seeing: Seeing,
        groups: GroupViews,
        panels: Panels,
        courses: Courses,
        sentences: Sentences,
        lookup: Callable[[UnitOfWork], Lookup],
    ) -> None:
        self._work = work
        self._seeing = seeing
        self._groups = groups
        self._panels = panels
        self._courses = courses
        self._sentences = sentences
        self._lookup = lookup

    def paper(self, actor: Actor, uid: str, *, at: str | None = None) -> Paper:
        """What the actor votes on, and whether that has been done.

        Raises:
            NotFound: the actor is no voter here.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._seeing.open(unit, actor, uid, at)
            panel = run.step.panel
            if panel is None or actor.person not in run.state.voters:
                raise NotFound("no_such_case", uid=uid)
            cast, refusal = actor.person in run.state.voted, why_not_vote(run)
            sentence = None
            if refusal is not None and not cast:
                sentence = self._sentences.worded(refusal).sentence
            return Paper(self._about(unit, loaded, run, panel), cast, sentence)

    def progress(self, actor: Actor, uid: str, *, at: str | None = None) -> Progress:
        """How far the panel has come, for its voters, who leads it and who watches.

        Raises:
            NotFound: the actor is none of them.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, run = self._seeing.open(unit, actor, uid, at)
            panel = run.step.panel
            if panel is None or not self._seeing.is_at_panel(run, actor):
                raise NotFound("no_such_case", uid=uid)
            return self._progress(unit, loaded, run, panel)

    def rounds(self, actor: Actor, uid: str) -> tuple[RoundResult, ...]:
        """The result of each round of the last vote on a case or on the members of a group."""
        with self._sentences.saying(), self._work.store.read() as unit:
            loaded, _run = self._seeing.open(unit, actor, uid)
            return self._rounds(unit, loaded)

    def replacements(
        self, actor: Actor, uid: str, search: str = "", *, at: str | None = None
    ) -> Seats:
        """Who could be named for a seat of a panel, and for whose.

        Those who could be drawn, where voters are; else people whose name is searched for.
        """
        with self._sentences.saying(), self._work.store.read() as unit:
            _, run = self._seeing.open(unit, actor, uid, at)
            return self._panels.replacements(unit, run, search)

    def _about(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, panel: Panel
    ) -> tuple[tuple[str, str], ...]:
        if panel.about == "case":
            return (("", loaded.compiled.process.title),)
        found = ((member.uid, member.name) for member in self._groups.members(unit, loaded))
        first, open_ = run.state.round == 1, run.state.papers
        return tuple(one for one in found if first or one[0] in open_)

    def _progress(self, unit: UnitOfWork, loaded: Loaded, run: Run, panel: Panel) -> Progress:
        lookup, state = self._lookup(unit), run.state

        def name(person: str) -> str:
            return lookup.label("people", person) or person

        taking_part = attending(run, panel)
        return Progress(
            about=self._about(unit, loaded, run, panel),
            rounds=self._rounds(unit, loaded) if run.state.round > 1 else (),
            given=len(state.voted),
            required=len(taking_part),
            turn=name(state.turn) if state.turn is not None else "",
            vacant=len(vacant(run)),
            secret=panel.secret,
            voters=()
            if panel.secret
            else tuple((name(one), one in state.voted) for one in taking_part),
            seated=tuple((name(one), one in state.declined) for one in state.voters)
            if panel.secret and self._seeing.leads(run)
            else (),
        )

    def _rounds(self, unit: UnitOfWork, loaded: Loaded) -> tuple[RoundResult, ...]:
        names = {one.uid: one.name for one in self._groups.members(unit, loaded)}
        found: list[RoundResult] = []
        for said in self._courses.counted(unit, loaded):
            if said["round"] == 1:
                found = []  # A vote that was held again from the start.
            titles = self._option_titles(unit, loaded, said["step"])
            order = {code: at for at, code in enumerate(titles)}
            lines = (
                ResultLine(
                    uid=paper,
                    name=names.get(paper, loaded.compiled.process.title),
                    votes=tuple(
                        (titles.get(code, code), got["votes"][code])
                        for code in sorted(got["votes"], key=lambda one: order.get(one, len(order)))
                    ),
                    total=f"{got['total']:g}" if "total" in got else "",
                    rank=got.get("rank"),
                    passed=got["passed"],
                    again=paper in said.get("papers", ()),
                )
                for paper, got in said["results"].items()
            )
            ordered = tuple(sorted(lines, key=lambda one: one.rank or 0))
            found.append(RoundResult(said["round"], said["voters"], said["cast"], ordered))
        return tuple(found)

    def _option_titles(self, unit: UnitOfWork, loaded: Loaded, step: str) -> Mapping[str, str]:
        """The captions of what the ballots of a panel let one choose."""
        known = loaded.compiled.process.steps.get(step)
        panel = known.panel if known is not None else None
        if panel is None or panel.ballot is None:
            return {}
        release = self._work.definitions.release_of(loaded.row.process, loaded.row.pin, unit)
        choice = release.forms[panel.ballot].element("choice")
        codes = release.codes.get(choice.codes or "") if choice is not None else None
        return {name: one.title for name, one in codes.values.items()} if codes is not None else {}
