"""Panels: ballots are rows, their tally is an outcome; nobody types a result."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.definitions.process import Panel, Share
from engine.domain.actor import SYSTEM
from engine.domain.errors import InvalidSubmission
from engine.forms.form import Form
from engine.forms.keywords import NUMBERS
from engine.forms.sentences import sentence
from engine.forms.validation import FieldError
from engine.runtime.run import Run, get
from engine.services.casework import Casework, Loaded, Outcome
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
        place = run.state.place
        if unit.ballots.counts(loaded.row, place).get(run.command.person):
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
        outcome: Outcome,
        voter: str,
        papers: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """Put the papers in."""
        assert outcome.result.here is not None  # the place of the panel
        place = outcome.result.here.place
        loaded = self._work.loaded(unit, outcome.row)
        panel = loaded.compiled.process.steps[place.step].panel
        assert panel is not None  # checked before
        for paper in self.papers(unit, outcome.row, panel):
            unit.ballots.cast(
                outcome.row, place, voter=voter, paper=paper, ballot=papers[paper], at=now
            )

    def result(self, unit: UnitOfWork, row: CaseRow, at: str, now: datetime) -> str | None:
        """The outcome when all are in or the time is over; None while the vote is open.

        ``at`` is the step of the panel in a branch, "" for one that the case itself is at.
        Writes what each member got into its row: ``passed`` and ``votes``, never by a person.
        """
        current = unit.cases.load(row.uid)
        assert current is not None  # it was just written
        loaded = self._work.loaded(unit, current)
        run = self._work.look(unit, loaded, SYSTEM, at=at)
        panel = run.step.panel
        if panel is None:
            return None
        place = run.state.place
        voted = unit.ballots.counts(current, place)
        present = self._present(run, panel)
        ballots = unit.ballots.of(current, place)
        if not self._closed(run, panel, present, voted, ballots):
            return None
        turnout = len(voted)
        if panel.quorum is not None and not _reached(
            turnout, panel.quorum, _base(panel.quorum, run, present, turnout, turnout)
        ):
            return "no_quorum"
        if panel.about == "members":
            self._members(unit, loaded, run, panel, present, ballots)
            return "decided"
        passed = self._passes(run, panel, present, [b.ballot for b in ballots], turnout)
        return "passed" if passed else "failed"

    def _present(self, run: Run, panel: Panel) -> Sequence[str]:
        """Those who take part: all voters, or those of them who have come."""
        if panel.present is None:
            return run.state.voters
        come = run.context.keys(panel.present)
        return tuple(v for v in run.state.voters if v in come) if come else run.state.voters

    def _closed(
        self,
        run: Run,
        panel: Panel,
        present: Sequence[str],
        voted: Counter[str],
        ballots: Sequence[Ballot],
    ) -> bool:
        if run.state.overdue or all(voter in voted for voter in present):
            return True
        return panel.enough is not None and run.context.holds(
            panel.enough, vote=self._vote(run, panel, present, [b.ballot for b in ballots])
        )

    def _vote(
        self, run: Run, panel: Panel, present: Sequence[str], papers: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        valid = [p for p in papers if not self._invalid(run, panel, p)]
        counts = Counter(str(p.get("choice")) for p in valid)
        return {
            "voters": len(run.state.voters),
            "present": len(present),
            "cast": len(papers),
            "valid": len(valid),
            "counts": dict(counts),
            "means": {},
        }

    @staticmethod
    def _invalid(run: Run, panel: Panel, paper: Mapping[str, Any]) -> bool:
        return panel.invalid is not None and run.context.holds(panel.invalid, ballot=paper)

    def _passes(
        self,
        run: Run,
        panel: Panel,
        present: Sequence[str],
        papers: Sequence[Mapping[str, Any]],
        turnout: int,
    ) -> bool:
        vote = self._vote(run, panel, present, papers)
        decide = panel.decide
        if decide == "all":
            agreed: int = vote["counts"].get(OPTIONS[0], 0)
            return agreed == len(present) and agreed > 0
        if decide == "any":
            return bool(vote["counts"].get(OPTIONS[0], 0))
        agreed = vote["counts"].get(decide.option or OPTIONS[0], 0)
        return _reached(agreed, decide, _base(decide, run, present, turnout, vote["valid"]))

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
        turnout = len({ballot.voter for ballot in ballots})
        for member in unit.members.of(group.id):
            if member.state != "in":
                continue
            papers = [b.ballot for b in ballots if b.paper == member.uid]
            vote = self._vote(run, panel, present, papers)
            row = dict(member.row or {})
            row["votes"] = vote["counts"]
            row["passed"] = self._passes(run, panel, present, papers, turnout)
            valid = [paper for paper in papers if not self._invalid(run, panel, paper)]
            row |= scores(self._entries.ballot(unit, loaded, run, member.uid), valid)
            unit.members.set_row(group.id, member.case_id, row)


def scores(form: Form | None, papers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean of every number on the papers, and the total; nothing where there are none.

    A number with a ``weight`` counts in the total as its share of the maximum times the weight.
    """
    means, total = [], Fraction(0)
    for element in (one for top in form.elements for one in top.walk()) if form is not None else ():
        if element.kind not in NUMBERS or "*" in element.path:
            continue
        found = (get(paper, ".".join(element.path)) for paper in papers)
        given = [value for value in found if value is not None]
        if not given:
            continue
        mean = sum((Fraction(str(value)) for value in given), Fraction(0)) / len(given)
        means.append({"title": element.title, "mean": _rounded(mean)})
        most = element.schema.get("maximum")
        if element.weight is not None and isinstance(most, int | float) and most:
            mean = mean / Fraction(str(most)) * Fraction(str(element.weight))
        total += mean
    return {"means": means, "total": _rounded(total)} if means else {}


def _rounded(value: Fraction) -> float:
    """Two decimals, a half upwards, as people do."""
    return math.floor(value * 100 + Fraction(1, 2)) / 100


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
