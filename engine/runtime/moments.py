"""Deadlines and moments as text, in the local time of the jurisdiction (ENG-09).

A date is its own end: a deadline "2026-09-30" runs until 24:00 of that day. A moment is
"2026-09-30T17:00:00".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo


def is_written(text: str) -> bool:
    """Whether a text is a date or a moment."""
    try:
        instant(text, None)
    except ValueError:
        return False
    return len(text) == len("2026-09-30") or "T" in text


def instant(text: str, zone: tzinfo | None) -> datetime:
    """The moment a deadline ends or a date of waiting is over, aware."""
    if len(text) == 10:
        day = date.fromisoformat(text) + timedelta(days=1)
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def beginning(text: str) -> str:
    """The moment a day begins, or a moment itself, as text."""
    return f"{text}T00:00:00" if len(text) == 10 else text


def moved(moment: str, before: str, after: str) -> str:
    """A moment as much later, or earlier, as a deadline was moved."""
    by = instant(after, None) - instant(before, None)
    return local(datetime.fromisoformat(moment) + by)


def earliest(texts: Iterable[str], zone: tzinfo | None) -> datetime | None:
    """The first of several deadlines to end; None when there is none."""
    return min((instant(text, zone) for text in texts), default=None)


def is_over(text: str | None, now: datetime) -> bool:
    """Whether a deadline has passed; none never does."""
    return text is not None and now >= instant(text, now.tzinfo)


def local(now: datetime) -> str:
    """A moment as text."""
    return now.replace(tzinfo=None).isoformat(timespec="seconds")


def now_and_today(now: datetime) -> dict[str, str]:
    """What ``now`` and ``today`` are in expressions."""
    text = local(now)
    return {"now": text, "today": text[:10]}
