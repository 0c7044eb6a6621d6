"""The timers of a place: its deadline, the date it waits for, the reminders before them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from engine.definitions.process import Due
from engine.domain.case import Timer
from engine.runtime import deadlines, moments

if TYPE_CHECKING:
    from engine.runtime.run import Run


def running(run: Run, at: str = "") -> tuple[Timer, ...]:
    """Return the timers of the place; with an empty ``at`` those of the case as a whole too."""
    state = run.state
    if state.closed or state.suspended:
        return ()
    timers = []
    # A vote that is come to when its time is over already is counted at once.
    if state.due is not None and (not state.overdue or state.voters):
        timers.append(Timer("due", state.due, at))
        if run.step.due is not None:
            moved = state.due if state.due_given is not None else None
            timers += _reminders(run, run.step.due, run.came(), moved, at)
    if state.wait_until is not None:
        timers.append(Timer("wait", state.wait_until, at))
    for deadline in run.compiled.deadlines if not at else ():
        known = deadlines.term(state, deadline.name)
        if known.by is not None and not known.reached and not known.over:
            timers.append(Timer("deadline", known.by, name=deadline.name))
            begun = datetime.fromisoformat(state.started_at)
            moved = known.by if known.given else None
            timers += _reminders(run, deadline.due, begun, moved, name=deadline.name)
    return tuple(timers)


def _reminders(
    run: Run, due: Due, since: datetime, moved: str | None, at: str = "", name: str = ""
) -> Iterator[Timer]:
    """The reminders still to come; one on a date comes when the day begins.

    ``today`` in one is the day the deadline is counted from, as in the deadline itself: else
    a reminder would begin again with each command. Where the deadline was ``moved``, the
    reminders are moved with it.
    """
    for remind in due.remind:
        with run.context.as_of(since):
            value = run.context.value(remind)
            found = moments.beginning(str(value)) if value else None
            if found is not None and moved and not run.compiled.follows_deadline(remind):
                by = run.context.value(run.context.choose(due.by)[1])
                found = moments.moved(found, str(by), moved) if by else found
        if found is not None and not moments.is_over(found, run.now):
            yield Timer("remind", found, at, name)
