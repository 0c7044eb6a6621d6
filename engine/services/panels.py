"""Panels: ballots are rows, their tally is an outcome; nobody types a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Panel, Share
from engine.domain.actor import SYSTEM
from engine.domain.case import Command
from engine.domain.errors import InvalidSubmission
from engine.forms.sentences import sentence
from engine.forms.validation import FieldError
from engine.runtime.run import Run
from engine.services.casework import Casework, Loaded
from engine.services.tally import Tally
from engine.store.ballots import Ballot
from engine.store.cases import CaseRow
from engine.store.unit import UnitOfWork

if TYPE_CHECKING:
    from engine.services.entries import Entries

#: options of a panel without a ballot form of its own; the first is in favour
OPTIONS = ("agree", "against", "abstain")


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
        """Refuse a ballot that is incomplete, or a second one.

        Raises:
            Refused: the voter is not here, has voted, or a paper is not filled in as its form
                asks; the place of an error begins with the paper.
        """
        panel = run.step.panel
        if panel is None:
            raise run.refuse("not_a_panel")
        present = self._present(run, panel)
        if run.command.person not in present:
            raise run.refuse("not_present")
        if run.command.person in run.state.voted:
            raise run.refuse("voted_already")
        errors = [
            replace(error, place=(paper, *error.place))
            for paper in self.papers(unit, loaded.row, panel)
            for error in self._wrong(unit, loaded, run, paper, papers.get(paper) or {})
        ]
        if errors:
            raise InvalidSubmission(errors)

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
        unit.ballots.cast(loaded.row, place, voter=command.person, papers=given, at=now)
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
        Writes what each member got into its row: ``passed`` and ``votes``, never by a person.
        """
        run = self._work.look(unit, loaded, SYSTEM, at=at)
        panel = run.step.panel
        if panel is None:
            return None
        present = self._present(run, panel)
        if not self._closed(unit, loaded, run, panel, present):
            return None
        turnout = len(run.state.voted)
        if panel.quorum is not None and not _reached(
            turnout, panel.quorum, _base(panel.quorum, run, present, turnout, turnout)
        ):
            return "no_quorum"
        ballots = unit.ballots.of(loaded.row, run.state.place)
        if panel.about == "members":
            self._members(unit, loaded, run, panel, present, ballots)
            return "decided"
        tally = self._counted(unit, loaded, run, panel, "", ballots)
        return "passed" if self._passes(run, panel, present, tally) else "failed"

    def _present(self, run: Run, panel: Panel) -> Sequence[str]:
        """Those who take part: all voters, or those of them who have come."""
        if panel.present is None:
            return run.state.voters
        come = run.context.keys(panel.present)
        return tuple(v for v in run.state.voters if v in come) if come else run.state.voters

    def _closed(
        self, unit: UnitOfWork, loaded: Loaded, run: Run, panel: Panel, present: Sequence[str]
    ) -> bool:
        if run.state.overdue or set(present) <= set(run.state.voted):
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
