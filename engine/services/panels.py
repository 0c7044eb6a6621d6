"""Panels: ballots are rows, their tally is an outcome; nobody types a result."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.definitions.process import OPTIONS, Draw, Panel, RuleUse, Share
from engine.domain.actor import SYSTEM
from engine.domain.case import Command
from engine.domain.errors import InvalidSubmission
from engine.forms.form import Form
from engine.forms.sentences import sentence
from engine.forms.surroundings import Lookup, Query
from engine.forms.validation import FieldError
from engine.runtime.panels import attending, is_own, keeps_out, why_not_replace
from engine.runtime.run import Run
from engine.services.case_rows import instant
from engine.services.casework import Casework
from engine.services.deciding import TOTAL, Candidate, Verdict, on_case, on_members
from engine.services.loaded import Loaded
from engine.services.tally import Tally
from engine.store.ballots import Round
from engine.store.cases import CaseRow
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.entries import Entries

#: how many people a search for somebody to vote shows
FOUND = 20
#: how many are offered for a seat where each has to be asked whether they keep out
OFFERED = 100


class Seats(NamedTuple):
    """Who could be named for a seat, and for whose; key and name of each."""

    people: Sequence[tuple[str, str]] = ()
    seats: Sequence[tuple[str, str]] = ()
    #: ``people`` are all who can still be drawn, not those that a search finds
    drawn: bool = False
    #: of ``seats``: whose voter has declined
    declined: Sequence[str] = ()


class Panels:
    """Takes ballots and counts them."""

    def __init__(self, work: Casework, entries: Entries) -> None:
        self._work = work
        self._entries = entries

    def papers(self, unit: UnitOfWork, run: Run, group: CaseRow, panel: Panel) -> list[str]:
        """What is voted on: each member, or the case itself as ``""``; later what stayed open."""
        if panel.about == "case":
            return [""]
        inside = [m.uid for m in unit.members.of(group.id) if m.state == "in"]
        open_ = run.state.papers
        return inside if run.state.round == 1 else [uid for uid in inside if uid in open_]

    def check(self, unit: UnitOfWork, loaded: Loaded, run: Run, papers: Mapping[str, Any]) -> None:
        """Refuse a ballot that is incomplete.

        Raises:
            InvalidSubmission: a paper is not filled in as its form asks; the place of an error
                begins with the paper.
        """
        panel = run.step.panel
        assert panel is not None  # whoever may vote does so at a panel
        errors = [
            replace(error, place=(paper, *error.place))
            for paper in self.papers(unit, run, loaded.row, panel)
            for error in self._wrong(unit, loaded, run, paper, papers.get(paper) or {})
        ]
        if errors:
            raise InvalidSubmission(errors)

    def replacements(
        self, unit: UnitOfWork, run: Run, search: str, *, overseen: bool = False
    ) -> Seats:
        """Who could be named for a seat, and for whose.

        All who could be drawn, where voters are; else whom a search by name finds.
        """
        state, panel = run.state, run.step.panel
        if panel is None or why_not_replace(run, overseen=overseen) is not None:
            return Seats()
        lookup = self._entries.surroundings(unit, run).lookup
        found: Iterable[str] = ()
        if isinstance(panel.voters, Draw):
            found = drawable(run, panel.voters)
        elif search:
            taken = {*state.voters, *state.declined}
            people = lookup.search(Query("people"), search, FOUND)
            found = (one.key for one in people if one.key not in taken)
        # A condition is asked of each: not of a whole register.
        fitting = (one for one in found if not keeps_out(run, panel, one))
        found = list(islice(fitting, OFFERED)) if panel.recusals else list(fitting)
        # In a secret vote the list of who may be replaced would be that of who has not voted.
        seats = [one for one in state.voters if panel.secret or one not in state.voted]
        declined = [one for one in seats if one in state.declined]
        seats.sort(key=lambda one: one not in declined)
        drawn = isinstance(panel.voters, Draw)
        return Seats(_named(lookup, found), _named(lookup, seats), drawn, declined)

    def named(
        self, unit: UnitOfWork, run: Run, instead: str, person: str, reason: str
    ) -> dict[str, str]:
        """What is entered when somebody is named for a seat.

        Raises:
            Refused: it is nobody who could be drawn, where voters are, or nobody known.
        """
        panel = run.step.panel
        if panel is not None and isinstance(panel.voters, Draw):
            if keeps_out(run, panel, person) or person not in drawable(run, panel.voters):
                raise run.refuse("not_to_be_drawn")
            return {"instead": instead, "person": person, "reason": reason}
        known = self._entries.surroundings(unit, run).lookup.fitting(Query("people"), [person])
        if not known or (panel is not None and is_own(run, panel, person)):
            raise run.refuse("nobody_to_vote")
        return {"instead": instead, "person": person, "reason": reason}

    def _wrong(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, paper: str, filled: Mapping[str, Any]
    ) -> list[FieldError]:
        form = self._entries.ballot(unit, loaded, run, paper)
        if form is not None:
            return self._entries.check_paper(unit, run, form, filled)
        if filled.get("choice") in OPTIONS:
            return []
        return [FieldError(("choice",), "required_choice", sentence("required_choice", {}))]

    def cast(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        command: Command,
        papers: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """Put the papers of a voter in; where ``enough`` is asked, count them with the others.

        Counting on keeps a ballot as dear for the last voter as for the first: the ballots
        themselves are opened once, when the vote is over.
        """
        run = self._work.look(unit, loaded, SYSTEM, at=command.at)
        panel = run.step.panel
        assert panel is not None  # checked before
        here = _round(run)
        given = {paper: papers[paper] for paper in self.papers(unit, run, loaded.row, panel)}
        voter, at = command.person, now
        if panel.secret:
            # Neither name nor time leads from the ballot to its voter.
            voter, at = secrets.token_hex(8), instant(run.state.arrived_at, now) or now
        unit.ballots.cast(loaded.row, here, voter=voter, papers=given, at=at)
        if panel.enough is None:
            return

        known = unit.ballots.counted(loaded.row, here)
        tally = Tally.from_json(known) if known is not None else Tally()
        for paper, ballot in given.items():
            form = self._entries.ballot(unit, loaded, run, paper)
            tally.add(ballot, form, valid=not _invalid(run, panel, ballot))
        unit.ballots.count(loaded.row, here, tally.to_json(), first=known is None)

    def result(self, unit: UnitOfWork, loaded: Loaded, at: str) -> Ended | None:
        """What a vote has led to when all are in or the time is over; None while it is open.

        ``at`` is the step of the panel in a branch, "" for one that the case itself is at.
        At the time that is over, with fewer than that: ``short`` where the step says where that
        leads, else the ballots that are in are counted. Writes what each member got into its row,
        never by a person.
        """
        run = self._work.look(unit, loaded, SYSTEM, at=at)
        panel = run.step.panel
        if panel is None:
            return None
        present = attending(run, panel)
        complete = self._complete(unit, loaded, run, panel, present)
        if not complete and not run.state.overdue:
            return None
        turnout = len(run.state.voted)
        quorum = panel.quorum
        if quorum is not None and not quorum.reached(
            turnout, _base(quorum, run, present, turnout, turnout)
        ):
            return Ended("no_quorum", {})
        if not complete and "short" in run.step.outcomes:
            return Ended("short", {})
        return self._ended(_Counting(self._entries, unit, loaded, run, panel, present))

    def _ended(self, counting: _Counting) -> Ended:
        run, panel, decision = counting.run, counting.panel, counting.panel.decide
        papers = self.papers(counting.unit, run, counting.loaded.row, panel)
        candidates = [counting.candidate(paper) for paper in papers]
        last = run.state.round >= decision.rounds or run.state.overdue
        if panel.about == "case":
            verdict = on_case(decision, candidates[0], last=last, equal=counting.equal)
            outcome = "passed" if verdict.passed else "failed"
        else:
            rows = {m.uid: m for m in counting.unit.members.of(counting.loaded.row.id)}
            before = [m for m in rows.values() if m.state == "in" and m.uid not in papers]
            taken = sum(bool((m.row or {}).get("passed")) for m in before)
            places = run.context.value(decision.places) if decision.places is not None else None
            verdict = on_members(
                decision,
                candidates,
                places=max(int(places) - taken, 0) if places is not None else None,
                taken=taken,
                last=last,
                equal=counting.equal,
            )
            outcome = "decided"
            for one in candidates:
                member = rows[one.paper]
                row = {**(member.row or {}), **counting.row(one, verdict)}
                group = counting.loaded.row.id
                counting.unit.members.set_row(group, member.case_id, row)
        said = counting.said(candidates, verdict)
        if verdict.again:
            return Ended("", {**said, "papers": list(verdict.again)})
        return Ended(outcome, said)

    def _complete(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, panel: Panel, present: Sequence[str]
    ) -> bool:
        """Whether nothing more is waited for: all ballots are in, or enough of them."""
        if set(present) <= set(run.state.voted):
            return True
        if panel.enough is None:
            return False
        known = unit.ballots.counted(loaded.row, _round(run))
        tally = Tally.from_json(known) if known is not None else Tally()
        options = self._entries.options(unit, loaded, panel)
        return run.context.holds(panel.enough, vote=vote(run, present, tally, options))


@dataclass(frozen=True, slots=True)
class Ended:
    """What a round has led to: an outcome, or ``""`` for another round; and what is journalled."""

    outcome: str
    said: dict[str, Any]


class _Counting:
    """One round being counted: its ballots are opened once."""

    def __init__(
        self,
        entries: Entries,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        panel: Panel,
        present: Sequence[str],
    ) -> None:
        self.entries = entries
        self.unit = unit
        self.loaded = loaded
        self.run = run
        self.panel = panel
        self.present = present
        self.options = entries.options(unit, loaded, panel)
        self._papers: dict[str, list[Mapping[str, Any]]] = {}
        for ballot in unit.ballots.of(loaded.row, _round(run)):
            self._papers.setdefault(ballot.paper, []).append(ballot.ballot)

    def form(self, paper: str) -> Form | None:
        """The form of a paper."""
        return self.entries.ballot(self.unit, self.loaded, self.run, paper)

    def candidate(self, paper: str) -> Candidate:
        """What has been said about one paper."""
        form, tally = self.form(paper), Tally()
        for ballot in self._papers.get(paper, ()):
            tally.add(ballot, form, valid=not _invalid(self.run, self.panel, ballot))
        return Candidate(paper, tally, tally.total(form), self._reached(tally))

    def _reached(self, tally: Tally) -> bool:
        decision, run = self.panel.decide, self.run
        agreed: int = tally.counts.get(decision.option, 0)
        match decision.passing:
            case "all":
                return agreed == len(self.present) and agreed > 0
            case "any":
                return agreed > 0
            case Share() as share:
                turnout = len(run.state.voted)
                base = _base(share, run, self.present, turnout, tally.valid)
                return share.reached(agreed, base)
            case rule:
                return self._says(rule, tally, {})

    def equal(self, one: Candidate, places: int, tied: int) -> bool:
        """Whether the rule table lets one of several pass that stay equal."""
        tie = self.panel.decide.tie
        more = {"places": places, "tied": tied, TOTAL: float(one.total)}
        return tie is not None and self._says(tie, one.tally, more)

    def _says(self, use: RuleUse, tally: Tally, more: Mapping[str, Any]) -> bool:
        """Ask a table; its inputs are parts of the tally, options and numbers by their names."""
        assert use.rule is not None  # tables are put in their places when the content is read
        said = vote(self.run, self.present, tally, self.options)
        known = {**said["means"], **said["counts"], **said, **more}
        return use.rule.decide({name: known.get(name) for name in use.rule.inputs}).value is True

    def row(self, one: Candidate, verdict: Verdict) -> dict[str, Any]:
        """What is written into the row of a member."""
        written: dict[str, Any] = {
            "votes": one.tally.of(self.options),
            "passed": one.paper in verdict.passed,
            **one.tally.scores(self.form(one.paper)),
        }
        if verdict.ranks:
            written["rank"] = verdict.ranks[one.paper]
        return written

    def said(self, candidates: Sequence[Candidate], verdict: Verdict) -> dict[str, Any]:
        """The result as it is journalled: counts, never who said what."""
        state = self.run.state
        return {
            "round": state.round,
            "voters": len(state.voters),
            "cast": len(state.voted),
            "results": {
                one.paper: {"valid": one.tally.valid, **self.row(one, verdict)}
                for one in candidates
            },
        }


def _invalid(run: Run, panel: Panel, paper: Mapping[str, Any]) -> bool:
    return panel.invalid is not None and run.context.holds(panel.invalid, ballot=paper)


def _round(run: Run) -> Round:
    place = run.state.place
    return Round(place.step, place.visit, run.state.round)


def _named(lookup: Lookup, people: Iterable[str]) -> list[tuple[str, str]]:
    return [(one, lookup.label("people", one) or one) for one in people]


def drawable(run: Run, draw: Draw) -> Sequence[str]:
    """Who could still be drawn, if they need not keep out: not those who have or had a seat."""
    without = (*run.state.voters, *run.state.declined)
    seed = run.state.seed or 0
    return run.context.facts.draw(run.step.name, draw, None, run.context, seed, without)


def vote(run: Run, present: Sequence[str], tally: Tally, options: Iterable[str]) -> dict[str, Any]:
    """What a rule over the tally reads as ``vote``."""
    return {
        "voters": len(run.state.voters),
        "present": len(present),
        "cast": len(run.state.voted),
        "valid": tally.valid,
        "counts": tally.of(options),
        "means": {name: float(mean) for name, mean in tally.means().items()},
        "round": run.state.round,
    }


def _base(share: Share, run: Run, present: Sequence[str], turnout: int, valid: int) -> int:
    return {
        "voters": len(run.state.voters),
        "due": len(run.state.voters),
        "present": len(present),
        "valid": valid,
    }.get(share.of, turnout)
