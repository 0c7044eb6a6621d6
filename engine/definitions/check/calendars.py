"""Working days that are counted in years of which the calendar knows nothing."""

from __future__ import annotations

from datetime import date

from engine.definitions.bind import BoundProcess
from engine.definitions.calendar import Calendar
from engine.definitions.check.subject import Subject
from engine.expressions import ExpressionError


def check_calendars(subject: Subject, bound: BoundProcess) -> None:
    """Report fixed dates in years that the calendar of the jurisdiction does not hold.

    What depends on a case is found when it runs: then only the weekends of such a year are free.
    """
    calendar = subject.names.calendars.get(subject.process.jurisdiction)
    if calendar is None:
        return
    for formula, expression in bound.expressions.items():
        if expression.paths or expression.constant:
            continue
        asked = _Asked(calendar)
        try:
            expression.evaluate({}, calendar=asked)
        except ExpressionError:
            continue
        for year in sorted(asked.years - calendar.years):
            subject.problems.add("DEF376", formula.node, calendar=calendar.id, year=year)


class _Asked:
    """A calendar that remembers of which years it was asked."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.years: set[int] = set()

    def is_workday(self, day: date) -> bool:
        """Tell whether a day is worked."""
        self.years.add(day.year)
        return self._calendar.is_workday(day)
