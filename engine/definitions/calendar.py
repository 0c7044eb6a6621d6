"""Calendars: which days are worked, holidays and make-up days included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import (
    ByKind,
    Closed,
    Key,
    ListOf,
    Made,
    Names,
    One,
    Spot,
    Text,
    Values,
    Vocabulary,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working days. Outside the years it holds only weekends are free."""

    id: str
    title: str
    node: Node
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    @cached_property
    def years(self) -> frozenset[int]:
        """The years it was written for: those with a holiday or a make-up day."""
        return frozenset(day.year for day in self.holidays | self.working)

    def is_workday(self, day: date) -> bool:
        """Tell whether a day is worked: a make-up day always is, a holiday never."""
        if day in self.working:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def workdays(self, day: date, count: int) -> date:
        """Return the day ``count`` working days after a day, or before it when negative."""
        step = DAY if count >= 0 else -DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """Count the working days after ``first`` up to and including ``last``."""
        if last < first:
            return -self.workdays_between(last, first)
        days = (first + DAY * (offset + 1) for offset in range((last - first).days))
        return sum(1 for day in days if self.is_workday(day))


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or several in a row."""

    first: date
    last: date

    def each(self) -> Iterable[date]:
        """Go through the days."""
        return (self.first + DAY * offset for offset in range((self.last - self.first).days + 1))


def _date(text: str, node: Node, spot: Spot) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        spot.problems.add("REG111", node, value=text)
        return None


def _days(values: Values) -> Days | None:
    first, last = values.get("from"), values.get("to")
    if first is None or last is None:
        return None
    if last < first:
        at = values.node.at_path(["to"])
        values.spot.problems.add("REG112", at, first=str(first), last=str(last))
        return None
    return Days(first, last)


DATE = Made(Text(), _date)
DAYS = Vocabulary(
    "days",
    Phrase("日期段", "days in a row"),
    (
        Key("from", DATE, "第一天", "first day", required=True),
        Key("to", DATE, "最后一天", "last day", required=True),
        Key("title", Text(), "名称", "caption"),
    ),
    called=Phrase("日期段", "days in a row"),
)
DATES = ListOf(
    ByKind(
        scalar=Made(DATE, lambda day, node, spot: Days(day, day)),
        mapping=One(DAYS, _days),
    )
)
CALENDAR = Vocabulary(
    "calendar",
    Phrase("日历", "calendar"),
    (
        Key("calendar", Text(), "标识，与文件名相同", "id, equal to the file name", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key("weekend", Names(Closed(WEEKDAYS)), "周末", "days off each week", "saturday, sunday"),
        Key("holidays", DATES, "节假日", "holidays"),
        Key("working", DATES, "调休上班的日子", "make-up working days"),
    ),
    called=Phrase("日历", "the calendar"),
)


def parse_calendar(node: Node, path: str, problems: Problems) -> Calendar | None:
    """Read a calendar."""
    values = read_file(CALENDAR, node, problems)
    if values is None:
        return None
    weekend = values.get("weekend", ("saturday", "sunday"))
    return Calendar(
        id=file_id(values, "calendar", path),
        title=values.get("title", path),
        node=node,
        weekend=frozenset(WEEKDAYS.index(name) for name in weekend),
        holidays=_all(values.get("holidays", ())),
        working=_all(values.get("working", ())),
    )


def check_calendar(calendar: Calendar, problems: Problems) -> None:
    """Report make-up days that are worked anyway."""
    written = calendar.node.get("working")
    for node in written.items if written else ():
        day = node.text
        try:
            found = date.fromisoformat(day)
        except ValueError:
            continue
        if found.weekday() not in calendar.weekend and found not in calendar.holidays:
            problems.add("REG113", node, day=day)


def _all(days: Iterable[Days]) -> frozenset[date]:
    return frozenset(day for span in days for day in span.each())
