"""The functions an expression can call beyond the operators.

The docstring of each function is the text authors read. Days are counted on the calendar of the
jurisdiction, which the evaluation passes in; without one, Monday to Friday are working days.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, Protocol

# No deadline of this field is further away; it bounds the work of one call.
MAX_DAYS = 40_000
_SATURDAY = 5


class Calendar(Protocol):
    """Knows working days."""

    def is_workday(self, day: date, /) -> bool:
        """Tell whether people work on a day."""


_calendar: ContextVar[Calendar | None] = ContextVar("calendar", default=None)


@contextmanager
def counting_on(calendar: Calendar | None) -> Iterator[None]:
    """Let the functions count working days on a calendar."""
    token = _calendar.set(calendar)
    try:
        yield
    finally:
        _calendar.reset(token)


@dataclass(frozen=True, slots=True)
class Function:
    """One function: what it takes and gives, how authors read about it, and what it does.

    ``takes`` are kinds of arguments: "day" is a date or a moment, "moment" only a moment, "numbers"
    a list of numbers, "sized" a text or a list, "value" any single value. ``gives`` is a kind of
    type, or "same" for the kind of the first argument.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    zh: str
    en: str
    implementation: Callable[..., Any] | None = None
    method: bool = False
    #: whether it may give nothing even when every argument is there
    partial: bool = False


def _parts(value: str) -> tuple[date, str]:
    return date.fromisoformat(value[:10]), value[10:]


def _counted(number: float) -> int:
    whole = int(number)
    if whole != number or abs(whole) > MAX_DAYS:
        raise ValueError(f"{number} is not a number of days up to {MAX_DAYS}")
    return whole


def _is_workday(day: date) -> bool:
    calendar = _calendar.get()
    return day.weekday() < _SATURDAY if calendar is None else calendar.is_workday(day)


def days(start: str, number: float) -> str:
    """Return the day so many days later; earlier for a negative number."""
    day, time = _parts(start)
    return (day + timedelta(_counted(number))).isoformat() + time


def hours(start: str, number: float) -> str:
    """Return the moment so many hours later; earlier for a negative number."""
    return minutes(start, number * 60)


def minutes(start: str, number: float) -> str:
    """Return the moment so many minutes later; earlier for a negative number."""
    _, time = _parts(start)
    if not time:
        raise ValueError(f"{start} is a day, without a time")
    if abs(number) > MAX_DAYS * 24 * 60:
        raise ValueError(f"{number} minutes are more than {MAX_DAYS} days")
    later = datetime.fromisoformat(start) + timedelta(minutes=number)
    return later.isoformat(timespec="seconds")


def workdays(start: str, number: float) -> str:
    """Return the last of so many working days after a day."""
    day, time = _parts(start)
    left = _counted(number)
    step = timedelta(1 if left > 0 else -1)
    left = abs(left)
    while left:
        day += step
        left -= _is_workday(day)
    return day.isoformat() + time


def days_between(start: str, end: str) -> float:
    """Count the days from one day to another."""
    return float((_parts(end)[0] - _parts(start)[0]).days)


def workdays_between(start: str, end: str) -> float:
    """Count the working days after one day up to another, the last one included."""
    first, last = _parts(start)[0], _parts(end)[0]
    sign = 1 if last >= first else -1
    first, last = min(first, last), max(first, last)
    if (last - first).days > MAX_DAYS:
        raise ValueError(f"More than {MAX_DAYS} days between {start} and {end}")
    found = sum(_is_workday(first + timedelta(n)) for n in range(1, (last - first).days + 1))
    return float(sign * found)


def year_end(day: str) -> str:
    """Return the last day of the year."""
    return f"{day[:4]}-12-31"


def mean(numbers: list[float | None]) -> float | None:
    """Return the mean of a list of numbers; nothing for an empty list."""
    known = [number for number in numbers if number is not None]
    return exact(sum(known) / len(known)) if known else None


def total(numbers: list[float | None]) -> float:
    """Return the sum of a list of numbers; 0 for an empty list."""
    return exact(sum(number for number in numbers if number is not None))


def years_between(start: str, end: str) -> float:
    """Count the years from one day to another, with two decimals; full years are exact."""
    first, last = _parts(start)[0], _parts(end)[0]
    sign = 1 if last >= first else -1
    first, last = min(first, last), max(first, last)
    years = last.year - first.year
    if _anniversary(first, last.year) > last:
        years -= 1
    since = _anniversary(first, first.year + years)
    length = (_anniversary(first, first.year + years + 1) - since).days
    # Rounded down: a year is not full on its last day but one.
    hundredths = (last - since).days * 100 // length
    return sign * (years + hundredths / 100)


def _anniversary(day: date, year: int) -> date:
    """Return the day in another year; 29 February is 1 March where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


_IDENTITY_NUMBER = re.compile(r"[0-9]{6}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{2}([0-9])[0-9Xx]\Z")


def _identity_number(number: str) -> re.Match[str] | None:
    """Match an 18-digit identity number whose check digit is right (ISO 7064, MOD 11-2)."""
    match = _IDENTITY_NUMBER.match(number)
    if match is None:
        return None
    rest = 0
    for digit in number[:-1]:
        rest = (rest + int(digit)) * 2 % 11
    return match if "10X98765432"[rest] == number[-1].upper() else None


def id_birth_date(number: str) -> str | None:
    """Return the day of birth in an 18-digit identity number; nothing when it is none."""
    match = _identity_number(number)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def id_gender(number: str) -> str | None:
    """Return "male" or "female" by an 18-digit identity number; nothing when it is none."""
    match = _identity_number(number)
    if match is None:
        return None
    return "male" if int(match[4]) % 2 else "female"


def similar(one: str, other: str) -> float:
    """Tell how alike two texts are: 0 for nothing in common, 1 for the same."""
    return round(SequenceMatcher(None, one, other, autojunk=False).ratio(), 4)


def exact(number: float) -> float:
    """Round away what binary fractions add: decimals are kept to twelve digits."""
    return float(f"{number:.12g}")


def day_of_text(moment: str) -> str:
    """Return the day of a moment."""
    return moment[:10]


def item_of_list(items: list[Any], place: float) -> Any:
    """Return an item of a list of undeclared type; nothing outside of it."""
    return items[int(place)] if 0 <= place < len(items) else None


def item_of_map(record: dict[str, Any], name: str) -> Any:
    """Return an entry of a record of undeclared type; nothing when it is missing."""
    return record.get(name)


FUNCTIONS: tuple[Function, ...] = (
    Function("size", ("sized",), "number", "文本的字数或列表的项数；没有值时为 0",
             "characters of a text or items of a list; 0 for nothing"),
    Function("has", ("field",), "boolean", "字段已填写（不为空）", "the field is filled in"),
    Function("days", ("day", "number"), "same", "若干天以后（负数为以前）的日期",
             "the day so many days later", days),
    Function("workdays", ("day", "number"), "same", "此后第若干个工作日",
             "the last of so many working days after a day", workdays),
    Function("hours", ("moment", "number"), "datetime",
             "若干小时以后（负数为以前）的时刻，如 hours(now, 48)",
             "the moment so many hours later, as in hours(now, 48)", hours),
    Function("minutes", ("moment", "number"), "datetime",
             "若干分钟以后（负数为以前）的时刻",
             "the moment so many minutes later", minutes),
    Function("days_between", ("day", "day"), "number", "两个日期相隔的天数",
             "days from one day to another", days_between),
    Function("workdays_between", ("day", "day"), "number",
             "两个日期之间的工作日数，不含首日，含末日",
             "working days after one day up to and including another", workdays_between),
    Function("year_end", ("day",), "date", "该日所在年度的最后一天", "the last day of the year",
             year_end),
    Function("mean", ("numbers",), "number", "一组数字的平均值；空列表没有值",
             "the mean of numbers; nothing for an empty list", mean, partial=True),
    Function("sum", ("numbers",), "number", "一组数字的和；空列表为 0",
             "the sum of numbers; 0 for an empty list", total),
    Function("years_between", ("day", "day"), "number", "两个日期相隔的年数，舍至两位小数",
             "years from one day to another, rounded down to two decimals", years_between),
    Function("id_birth_date", ("text",), "date", "十八位身份证号码中的出生日期；不是号码则没有值",
             "the day of birth in an 18-digit identity number; nothing when it is none",
             id_birth_date, partial=True),
    Function("id_gender", ("text",), "text",
             "身份证号码表示的性别：male 或 female；不是号码则没有值",
             '"male" or "female" by an 18-digit identity number; nothing when it is none',
             id_gender, partial=True),
    Function("similar", ("text", "text"), "number", "两段文本的相似程度，从 0 到 1",
             "how alike two texts are, from 0 to 1", similar),
    Function("string", ("value",), "text", "写成文本", "the value as text"),
    Function("int", ("number",), "number", "舍去小数部分", "the number without its fraction"),
    Function("contains", ("text", "text"), "boolean", "文本包含另一段文本",
             "the text contains another", method=True),
    Function("startsWith", ("text", "text"), "boolean", "文本以另一段文本开头",
             "the text begins with another", method=True),
    Function("endsWith", ("text", "text"), "boolean", "文本以另一段文本结尾",
             "the text ends with another", method=True),
    Function("matches", ("text", "text"), "boolean", "文本中有符合正则表达式的部分",
             "the text contains what a pattern describes", method=True),
)  # fmt: skip
# These count on the calendar an evaluation is given.
CALENDAR = frozenset({"workdays", "workdays_between"})
BY_NAME = {function.name: function for function in FUNCTIONS}
LOOPS: tuple[tuple[str, str, str], ...] = (
    ("exists(x, …)", "至少有一项满足条件", "at least one item fulfils the condition"),
    ("exists_one(x, …)", "恰有一项满足条件", "exactly one item fulfils the condition"),
    ("all(x, …)", "每一项都满足条件", "every item fulfils the condition"),
    ("filter(x, …)", "满足条件的各项", "the items that fulfil the condition"),
    ("map(x, …)", "由每一项算出的列表", "the list of what is computed from each item"),
)
