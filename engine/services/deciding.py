"""Deciding a vote from its tallies: who passes, in which order, and what is voted on again.

Fractions are exact, and nothing here knows of people or papers beyond a name (language 1.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from engine.definitions.process import Decision
from engine.services.tally import Tally

TOTAL = "total"
#: says by a rule table whether one of several that stay equal passes
Break = Callable[["Candidate", int, int], bool]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something voted on: its tally, and whether it has what it takes to pass."""

    paper: str
    tally: Tally
    total: Fraction
    reached: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a round has led to; nothing is voted on ``again`` when it was the last."""

    passed: tuple[str, ...]
    again: tuple[str, ...] = ()
    #: the place of each, counted from 1; equal ones share it. Empty where no order is asked for
    ranks: Mapping[str, int] = field(default_factory=dict)


def on_case(decision: Decision, candidate: Candidate, *, last: bool, equal: Break) -> Verdict:
    """Decide about the case itself: passed, not passed, or voted on again."""
    only = (candidate.paper,)
    if candidate.reached:
        return Verdict(only)
    counts = candidate.tally.counts
    most = max((n for option, n in counts.items() if option != decision.option), default=0)
    tied = counts.get(decision.option, 0) == most > 0
    if not last and ("unfilled" in decision.run_off or (tied and "tie" in decision.run_off)):
        return Verdict((), only)
    if tied and decision.tie is not None and equal(candidate, 1, 1):
        return Verdict(only)
    return Verdict(())


def on_members(
    decision: Decision,
    candidates: Sequence[Candidate],
    *,
    places: int | None,
    taken: int,
    last: bool,
    equal: Break,
) -> Verdict:
    """Decide about many.

    Args:
        decision: what the panel says.
        candidates: those voted on in this round.
        places: how many places there are left; None = no limit.
        taken: how many have passed in rounds before.
        last: there is no other round.
        equal: decides who passes of those that stay equal, where a rule table says so.
    """
    able = [one for one in candidates if one.reached]
    ranks = _ranks(decision, candidates, taken) if decision.rank or places is not None else {}
    if places is None:
        return Verdict(_papers(able), (), ranks)
    if len(able) <= places:
        rest = _papers(one for one in candidates if not one.reached)
        again = not last and len(able) < places and "unfilled" in decision.run_off
        return Verdict(_papers(able), rest if again else (), ranks)
    ordered = sorted(able, key=lambda one: _order(decision, one), reverse=True)
    line = _order(decision, ordered[places - 1]) if places else None
    above = [one for one in ordered if line is not None and _order(decision, one) > line]
    level = [one for one in ordered if line is not None and _order(decision, one) == line]
    left = places - len(above)
    if len(level) <= left:
        return Verdict(_papers([*above, *level]), (), ranks)
    if not last and "tie" in decision.run_off:
        return Verdict(_papers(above), _papers(level), ranks)
    if decision.tie is not None:
        level = [one for one in level if equal(one, left, len(level))]
    return Verdict(_papers([*above, *level]), (), ranks)


def _papers(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    return tuple(one.paper for one in candidates)


def _order(decision: Decision, one: Candidate) -> tuple[tuple[bool, Fraction], ...]:
    """What is compared, the first first; who has no mean comes after those who have one."""
    means = one.tally.means()
    found = []
    for name in decision.rank or (decision.option,):
        if name == TOTAL:
            found.append((bool(means), one.total))
        elif name in means:
            found.append((True, means[name]))
        else:
            votes = one.tally.counts.get(name)
            found.append((votes is not None, Fraction(votes or 0)))
    return tuple(found)


def _ranks(decision: Decision, candidates: Sequence[Candidate], taken: int) -> dict[str, int]:
    keys = {one.paper: (one.reached, _order(decision, one)) for one in candidates}
    return {
        paper: taken + 1 + sum(other > key for other in keys.values())
        for paper, key in keys.items()
    }
