"""Stopping a case for a while (暂停, 恢复): nobody acts, and no deadline runs meanwhile.

What time a suspension took is given back: every deadline that was open when it began is later by
its duration, a date by the days, a moment exactly. A date that is waited for stays: it is an
appointment and not time to do something in.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from engine.domain.case import places_of
from engine.runtime import deadlines, moments
from engine.runtime.run import Run


def suspend(run: Run) -> None:
    """Nobody goes on with the case, and no deadline falls due, until it is resumed.

    Raises:
        Refused: the case is closed, or suspended already.
    """
    if run.state.closed:
        raise run.refuse("case_closed")
    if run.state.suspended:
        raise run.refuse("case_suspended")
    run.events.append({"event": "suspended", "place": run.state.place.to_json()})
    run.change(suspended=True, suspended_at=moments.local(run.now))


def resume(run: Run) -> None:
    """It goes on where it was, with as much time left as when it was suspended.

    Raises:
        Refused: the case is not suspended.
    """
    if not run.state.suspended:
        raise run.refuse("not_suspended")
    since = run.state.suspended_at
    run.events.append({"event": "resumed", "place": run.state.place.to_json()})
    run.change(suspended=False, suspended_at=None)
    if since is None:
        return
    begun = datetime.fromisoformat(since).replace(tzinfo=run.now.tzinfo)
    for at, _ in list(places_of(run.state)):
        run.focus(at)
        _lengthen(run, begun)
    run.focus(())
    deadlines.refresh(run)
    moved = {
        name: replace(one, by=_later(one.by, begun, run.now), given=True)
        if one.by and not one.reached and not moments.is_over(one.by, begun)
        else one
        for name, one in run.state.deadlines.items()
    }
    run.change(deadlines=moved)


def _lengthen(run: Run, begun: datetime) -> None:
    """Move the deadline of a place, if it was open when the case was suspended."""
    # What dates are read from may have changed meanwhile; nobody looked at a suspended case.
    run.refresh_due()
    run.refresh_wait()
    due = run.state.due
    if due is None or moments.is_over(due, begun):
        return
    later = _later(due, begun, run.now)
    if later != due:
        run.events.append({"event": "lengthened", "from": due, "to": later})
        run.change(due=later, due_given=later)


def _later(due: str, begun: datetime, now: datetime) -> str:
    if len(due) == 10:
        return (date.fromisoformat(due) + (now.date() - begun.date())).isoformat()
    return moments.local(datetime.fromisoformat(due) + (now - begun))
