"""What will happen when: the deadlines that fall due in the next days, and what follows.

Read from the timers that are set, along an index of their moments: what it costs follows from what
falls due in those days, and not from how many cases there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from engine.definitions.process import Due
from engine.domain.actor import Actor
from engine.runtime.compiled import Compiled
from engine.services.definitions import Definitions
from engine.services.oversight import MONITOR, Oversight
from engine.services.pages import Moments
from engine.services.records import Records
from engine.services.sentences import Sentences
from engine.store.monitoring import REMIND, FallsDue

#: the furthest one can look ahead, and how many timers are looked at for it
LONGEST, MOST = 60, 50_000
DAY = timedelta(days=1)
#: a moment that closes a day belongs to it, for a deadline runs until 24:00
INSTANT = timedelta(microseconds=1)

What = Literal["due", "wait", "deadline", "remind"]
#: the system takes an action, the case goes on, late actions are refused, it is marked late,
#: whoever deals with it is reminded
Follows = Literal["does", "goes_on", "refuses", "marks", "reminds"]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows for some of the cases; ``title`` is the action, or the step gone to."""

    follows: Follows
    title: str
    cases: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What falls due on a day for the cases at a step.

    ``kind`` is how lists ask for it; ``title`` names the deadline of the process, else the step.
    """

    #: as people read it; "" where there are several times on that day
    at: str
    what: What
    kind: str
    process: str
    process_title: str
    step: str
    step_title: str
    title: str
    cases: int
    consequences: tuple[Consequence, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day, and what falls due on it, the earliest first."""

    day: date
    expected: tuple[Expected, ...]

    @property
    def cases(self) -> int:
        """How many deadlines fall due; reminders are none."""
        return sum(one.cases for one in self.expected if one.what != REMIND)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next days on which something falls due. ``complete``: all of it was looked at."""

    jurisdiction: str
    jurisdictions: Sequence[tuple[str, str]]
    first: date
    last: date
    days: tuple[Day, ...]
    complete: bool


class UpcomingDates:
    """Tells those who oversee a jurisdiction what time will bring."""

    def __init__(
        self,
        definitions: Definitions,
        records: Records,
        oversight: Oversight,
        sentences: Sentences,
    ) -> None:
        self._definitions = definitions
        self._records = records
        self._oversight = oversight
        self._sentences = sentences

    def look(self, actor: Actor, jurisdiction: str = "", days: int = 14) -> Upcoming:
        """What falls due from now on until so many days from today.

        Raises:
            NotAllowed: the actor does not oversee the jurisdiction.
        """
        jurisdiction = jurisdiction or actor.jurisdiction or ""
        with self._sentences.saying():
            self._oversight.demand(actor, MONITOR, jurisdiction)
        now = self._records.now(jurisdiction)
        first, days = now.date(), max(1, min(days, LONGEST))
        end = datetime.combine(first + DAY * days, time(), now.tzinfo) + INSTANT
        with self._records.store.read() as unit:
            found, complete = unit.monitoring.falling_due(jurisdiction, now, end, most=MOST)
            versions = {
                (one.process, one.pin): self._definitions.compiled(one.process, one.pin, unit)
                for one in found
            }
        last = first + DAY * (days - 1)
        lines: dict[date, dict[tuple[str, str, str], list[FallsDue]]] = {}
        for one in found:
            kind, at = kind_of(one.kind), one.at.astimezone(now.tzinfo)
            if (day := _day_of(kind, at)) <= last:
                place = (kind, one.process, one.step)
                lines.setdefault(day, {}).setdefault(place, []).append(one._replace(at=at))
        return Upcoming(
            jurisdiction,
            [(one.id, one.title) for one in self._oversight.jurisdictions(actor, MONITOR)],
            first,
            last,
            tuple(
                Day(day, tuple(_expected(*place, ones, versions) for place, ones in known.items()))
                for day, known in sorted(lines.items())
            ),
            complete,
        )


def kind_of(timer: str) -> str:
    """The kind of a timer: reminders of the same deadline are one, whatever their number."""
    name, at, step = timer.partition("@")
    if name.startswith(f"{REMIND}:"):
        name = name.rpartition(":")[0]
    return f"{name}{at}{step}"


def moments_of(kind: str, day: datetime) -> tuple[datetime, datetime]:
    """From and to of the timers of a kind on a day; that of a deadline ends with the day."""
    apart = timedelta() if kind.startswith(REMIND) else INSTANT
    return day + apart, day + DAY + apart


def _day_of(kind: str, at: datetime) -> date:
    return at.date() if kind.startswith(REMIND) else (at - INSTANT).date()


def _expected(
    kind: str,
    process_id: str,
    here: str,
    ones: Sequence[FallsDue],
    versions: dict[tuple[str, str], Compiled],
) -> Expected:
    timer, _, branch = kind.partition("@")
    what, _, name = timer.partition(":")
    newest = versions[process_id, ones[-1].pin].process
    step = newest.steps[branch or here]
    deadline = newest.deadlines.get(name)
    counted: dict[tuple[Follows, str], int] = {}
    for one in ones:
        for follows in _follow(versions[process_id, one.pin], what, name, step.name):
            counted[follows] = counted.get(follows, 0) + one.cases
    return Expected(
        at=_said(what, ones[0].at) if ones[0].at == ones[-1].at else "",
        what=what,  # type: ignore[arg-type]  # the kinds of timers are these
        kind=kind,
        process=process_id,
        process_title=newest.title,
        step=here,
        step_title=step.title,
        title=deadline.title if deadline is not None else step.title,
        cases=sum(one.cases for one in ones),
        consequences=tuple(Consequence(*key, number) for key, number in counted.items()),
    )


def _said(what: str, at: datetime) -> str:
    assert isinstance(at.tzinfo, ZoneInfo)  # moments are in the zone of the jurisdiction
    moments = Moments(at.tzinfo)
    return moments.moment(at) if what == REMIND else moments.deadline(at)


def _follow(compiled: Compiled, what: str, name: str, at: str) -> Iterator[tuple[Follows, str]]:
    """What follows for a case at a step; in branches what is done at any place of them."""
    process = compiled.process
    step = process.steps[at]
    if what == REMIND:
        yield "reminds", ""
    elif what == "wait":
        targets = dict.fromkeys(step.to.values if step.to is not None else ())
        names = [process.steps[target].title for target in targets if target in process.steps]
        yield "goes_on", "、".join(names)
    else:
        due: Due | None = process.deadlines[name].due if name else step.due
        inside = {one.name for one in process.steps.values() if at in dict(one.within)}
        action = next(
            (
                found
                for place in (at, *sorted(inside))
                if due is not None and due.otherwise is not None
                if (found := compiled.actions[place].get(due.otherwise)) is not None
            ),
            None,
        )
        if action is not None:
            yield "does", action.title
        else:
            yield ("refuses" if due is not None and due.hard else "marks"), ""
