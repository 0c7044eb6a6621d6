"""Whether a vote can be won at all: every way in which ballots can come in, within a budget.

The best way is tried first, so a vote that can be won costs as many looks as it has voters.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.definitions.process import Panel, RuleUse, Share
from engine.expressions import Expression, ExpressionError

#: voters for whom all ways are tried
MOST_VOTERS = 15
#: ways in which ballots have come in, looked at before a vote is given up
MOST_TRIED = 1_500
_KNOWN = frozenset({"voters", "present", "cast", "valid", "counts"})


class GivenUp(Exception):
    """There are too many ways, or what decides is not known before ballots are cast."""


class Winning:
    """The ways of one vote."""

    def __init__(
        self, panel: Panel, enough: Expression | None, options: Sequence[str], *, any_time: bool
    ) -> None:
        """Prepare.

        Args:
            panel: what is voted by.
            enough: its condition of the same name.
            options: what can be ticked; beside these a ballot can be invalid.
            any_time: whether what is in may be counted before all of it is (at a deadline).
        """
        self.panel = panel
        self.enough = enough
        self.options = [panel.decide.option, *(o for o in options if o != panel.decide.option)]
        self.any_time = any_time
        self._tried = 0

    def is_possible(self, voters: int) -> bool:
        """Tell whether so many voters can let it pass.

        Raises:
            GivenUp: it was not found out.
        """
        fewest = 1 if self.panel.present is not None else voters
        return any(self._can_win(voters, came) for came in range(voters, fewest - 1, -1))

    def _can_win(self, voters: int, present: int) -> bool:
        # The last place counts ballots that are not valid.
        start = (0,) * (len(self.options) + 1)
        seen, waiting = {start}, [start]
        while waiting:
            votes = waiting.pop()
            cast = sum(votes)
            complete = cast == present
            ends = complete or self._is_enough(votes, voters, present)
            if (ends is not False or self.any_time) and self._wins(votes, voters, present):
                return True
            if ends is True:
                continue
            # Taken from the end: one more vote in favour is looked at first.
            for place in reversed(range(len(votes))):
                after = (*votes[:place], votes[place] + 1, *votes[place + 1 :])
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
                    self._look()
        return False

    def _look(self) -> None:
        self._tried += 1
        if self._tried > MOST_TRIED:
            raise GivenUp

    def _said(self, votes: Sequence[int], voters: int, present: int) -> dict[str, object]:
        return {
            "voters": voters,
            "present": present,
            "cast": sum(votes),
            "valid": sum(votes[:-1]),
            "counts": dict(zip(self.options, votes, strict=False)),
        }

    def _is_enough(self, votes: Sequence[int], voters: int, present: int) -> bool | None:
        """Whether the vote ends here; None if that depends on more than the votes."""
        if self.enough is None or not sum(votes):
            return False
        if any(path[0] != "vote" or path[1] not in _KNOWN for path in self.enough.paths):
            return None
        try:
            return self.enough.evaluate({"vote": self._said(votes, voters, present)}) is True
        except ExpressionError:
            return None

    def _wins(self, votes: Sequence[int], voters: int, present: int) -> bool:
        quorum, decision, cast = self.panel.quorum, self.panel.decide, sum(votes)
        base = {"voters": voters, "due": voters, "present": present}
        if quorum is not None and not quorum.reached(cast, base.get(quorum.of, cast)):
            return False
        agreed, valid = votes[0], sum(votes[:-1])
        if decision.tie is not None and agreed:
            return True
        match decision.passing:
            case "all":
                return agreed == present
            case "any":
                return agreed > 0
            case Share() as share:
                return share.reached(agreed, base.get(share.of, valid))
            case RuleUse() as use:
                return self._says(use, self._said(votes, voters, present))
        raise AssertionError(decision.passing)

    def _says(self, use: RuleUse, said: dict[str, object]) -> bool:
        counts = said.pop("counts")
        known = {**counts, **said}  # type: ignore[dict-item]  # the counts are a mapping
        if use.rule is None or not use.rule.inputs.keys() <= known.keys():
            raise GivenUp
        return use.rule.decide({name: known[name] for name in use.rule.inputs}).value is True
