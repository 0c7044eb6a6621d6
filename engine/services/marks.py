"""The marks of a case in words: those that were set, and those that follow from how things are.

What a mark follows from, an entry in a register, may change while nobody touches the case. So it is
asked when the case is looked at, alone or as a row of a page, and is nowhere kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.actor import SYSTEM
from engine.expressions import ExpressionError

if TYPE_CHECKING:
    from engine.definitions.process import Formula
    from engine.runtime.run import Run
    from engine.services.casework import Casework
    from engine.store.unit import UnitOfWork


class Marks:
    """Answers with the titles of marks, in the author's order."""

    def __init__(self, work: Casework) -> None:
        self._work = work

    def of(self, unit: UnitOfWork, uid: str) -> tuple[str, ...]:
        """Return the marks of a case that stands in a list."""
        return marks_of(self._work.look(unit, self._work.load(unit, uid), SYSTEM, at=""))


def marks_of(run: Run) -> tuple[str, ...]:
    """Return the marks of a case that is being looked at."""
    return tuple(
        flag.title
        for flag in run.process.flags.values()
        if (_holds(run, flag.when) if flag.when else flag.name in run.state.flags)
    )


def _holds(run: Run, condition: Formula) -> bool:
    """Whether a mark follows from the case; one that cannot be told does not show."""
    try:
        return run.context.holds(condition)
    except ExpressionError:
        return False
