"""Panels: ballots are rows, their tally is an outcome; nobody types a result."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Draw, Panel, Share
from engine.domain.actor import SYSTEM
from engine.domain.case import Command
from engine.domain.errors import InvalidSubmission
from engine.forms.sentences import sentence
from engine.forms.surroundings import Lookup, Query
from engine.forms.validation import FieldError
from engine.runtime.panels import attending, why_not_replace
from engine.runtime.run import Run
from engine.services.casework import Casework, Loaded, instant
from engine.services.tally import Tally
from engine.store.ballots import Ballot
from engine.store.cases import CaseRow
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.entries import Entries

#: options of a panel without a ballot form of its own; the first is in favour
OPTIONS = ("agree", "against", "abstain")
#: how many people a search for somebody to vote shows
FOUND = 20


class Panels:
    """Takes ballots and counts them."""

    def __init__(self, work: Casework, entries: Entries) -> None:
        self._work = work
        self._entries = entries

    def papers(self, unit: UnitOfWork, group: CaseRow, panel: Panel) -> list[str]:
        """What is voted on: each member, or the case itself as ``""``."""
        if panel.about == "case":
            return [""]
        return [m.uid for m in unit.members.of(group.id) if m.state == "in"]

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
            for paper in self.papers(unit, loaded.row, panel)
            for error in self._wrong(unit, loaded, run, paper, papers.get(paper) or {})
        ]
        if errors:
            raise InvalidSubmission(errors)

    def replacements(
        self, unit: UnitOfWork, run: Run, search: str
    ) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Who could be named for a seat, and for whose; key and name of each.

        All who could be drawn, where voters are; else whom a search by name finds.
        """
        state, panel = run.state, run.step.panel
        if panel is None or why_not_replace(run) is not None:
            return [], []
        lookup = self._entries.surroundings(unit, run).lookup
        found: Iterable[str] = ()
        if isinstance(panel.voters, Draw):
            found = drawable(run, panel.voters)
        elif search:
            taken = {*state.voters, *state.declined, state.initiator}
            people = lookup.search(Query("people"), search, FOUND)
            found = (one.key for one in people if one.key not in taken)
        seats = (one for one in state.voters if one not in state.voted)
        return _named(lookup, found), _named(lookup, seats)

    def named(
        self, unit: UnitOfWork, run: Run, instead: str, person: str, reason: str
    ) -> dict[str, str]:
        """What is entered when somebody is named for a seat.

        Raises:
            Refused: it is nobody who could be drawn, where voters are, or nobody known.
        """
        panel = run.step.panel
        if panel is not None and isinstance(panel.voters, Draw):
            if person not in drawable(run, panel.voters):
                raise run.refuse("not_to_be_drawn")
            return {"instead": instead, "person": person, "reason": reason}
        known = self._entries.surroundings(unit, run).lookup.fitting(Query("people"), [person])
        if not known or person == run.state.initiator:
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
        place = run.state.place
        given = {paper: papers[paper] for paper in self.papers(unit, loaded.row, panel)}
        voter, at = command.person, now
        if panel.secret:
            # Neither name nor time leads from the ballot to its voter.
            voter, at = secrets.token_hex(8), instant(run.state.arrived_at, now) or now
        unit.ballots.cast(loaded.row, place, voter=voter, papers=given, at=at)
        if panel.enough is None:
            return

        known = unit.ballots.counted(loaded.row, place)
        tally = Tally.from_json(known) if known is not None else Tally()
        for paper, ballot in given.items():
            form = self._entries.ballot(unit, loaded, run, paper)
            tally.add(ballot, form, valid=not self._invalid(run, panel, ballot))
        unit.ballots.count(loaded.row, place, tally.to_json(), first=known is None)

    def result(self, unit: UnitOfWork, loaded: Loaded, at: str) -> str | None:
        """The outcome when all are in or the time is over; None while the vote is open.

        ``at`` is the step of the panel in a branch, "" for one that the case itself is at.
        At the time that is over, with fewer than that: ``short`` where the step says where that
        leads, else the ballots that are in are counted. Writes what each member got into its row:
        ``passed`` and ``votes``, never by a person.
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
        if panel.quorum is not None and not _reached(
            turnout, panel.quorum, _base(panel.quorum, run, present, turnout, turnout)
        ):
            return "no_quorum"
        if not complete and "short" in run.step.outcomes:
            return "short"
        ballots = unit.ballots.of(loaded.row, run.state.place)
        if panel.about == "members":
            self._members(unit, loaded, run, panel, present, ballots)
            return "decided"
        tally = self._counted(unit, loaded, run, panel, "", ballots)
        return "passed" if self._passes(run, panel, present, tally) else "failed"

    def _complete(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, panel: Panel, present: Sequence[str]
    ) -> bool:
        """Whether nothing more is waited for: all ballots are in, or enough of them."""
        if set(present) <= set(run.state.voted):
            return True
        if panel.enough is None:
            return False
        known = unit.ballots.counted(loaded.row, run.state.place)
        tally = Tally.from_json(known) if known is not None else Tally()
        return run.context.holds(panel.enough, vote=vote(run, present, tally))

    @staticmethod
    def _invalid(run: Run, panel: Panel, paper: Mapping[str, Any]) -> bool:
        return panel.invalid is not None and run.context.holds(panel.invalid, ballot=paper)

    def _counted(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        panel: Panel,
        paper: str,
        ballots: Sequence[Ballot],
    ) -> Tally:
        form = self._entries.ballot(unit, loaded, run, paper)
        tally = Tally()
        for ballot in ballots:
            if ballot.paper == paper:
                invalid = self._invalid(run, panel, ballot.ballot)
                tally.add(ballot.ballot, form, valid=not invalid)
        return tally

    def _passes(self, run: Run, panel: Panel, present: Sequence[str], tally: Tally) -> bool:
        decide = panel.decide
        if decide == "all":
            agreed: int = tally.counts.get(OPTIONS[0], 0)
            return agreed == len(present) and agreed > 0
        if decide == "any":
            return bool(tally.counts.get(OPTIONS[0], 0))
        agreed = tally.counts.get(decide.option or OPTIONS[0], 0)
        turnout = len(run.state.voted)
        return _reached(agreed, decide, _base(decide, run, present, turnout, tally.valid))

    def _members(
        self,
        unit: UnitOfWork,
        loaded: Loaded,
        run: Run,
        panel: Panel,
        present: Sequence[str],
        ballots: Sequence[Ballot],
    ) -> None:
        group = loaded.row
        for member in unit.members.of(group.id):
            if member.state != "in":
                continue
            tally = self._counted(unit, loaded, run, panel, member.uid, ballots)
            row = dict(member.row or {})
            row["votes"] = dict(tally.counts)
            row["passed"] = self._passes(run, panel, present, tally)
            row |= tally.scores(self._entries.ballot(unit, loaded, run, member.uid))
            unit.members.set_row(group.id, member.case_id, row)


def _named(lookup: Lookup, people: Iterable[str]) -> list[tuple[str, str]]:
    return [(one, lookup.label("people", one) or one) for one in people]


def drawable(run: Run, draw: Draw) -> Sequence[str]:
    """Who could still be drawn: not those who have or had a seat."""
    without = (*run.state.voters, *run.state.declined)
    return run.context.facts.draw(draw, None, run.context, run.state.seed or 0, without)


def vote(run: Run, present: Sequence[str], tally: Tally) -> dict[str, Any]:
    """What a rule over the tally reads as ``vote``."""
    return {
        "voters": len(run.state.voters),
        "present": len(present),
        "cast": len(run.state.voted),
        "valid": tally.valid,
        "counts": dict(tally.counts),
        "means": {name: float(mean) for name, mean in tally.means().items()},
    }


def _base(share: Share, run: Run, present: Sequence[str], turnout: int, valid: int) -> int:
    return {
        "voters": len(run.state.voters),
        "due": len(run.state.voters),
        "present": len(present),
        "valid": valid,
    }.get(share.of, turnout)


def _reached(count: int, share: Share, base: int) -> bool:
    """Whether ``count`` of ``base`` is the share; exact, and never by nobody."""
    if base == 0:
        return False
    part = Fraction(count, base)
    return part > share.fraction if share.strict else part >= share.fraction
