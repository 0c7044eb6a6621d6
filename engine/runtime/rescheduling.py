"""Dates that a case reads elsewhere, looked at again because they were changed there.

A register holds the windows of a round: when one is put off or brought forward, every case that
follows it is told so at once, and its deadlines, timers and lists are those of the new date.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.case import DueEffect, Term, places_of
from engine.runtime import deadlines
from engine.runtime.run import Run

#: the message that tells of it, if the content has one
MESSAGE = "rescheduled"


def look_again(run: Run) -> None:
    """Find every open date of the case anew; one that is over falls due by its timer."""
    if run.state.closed or run.state.suspended:
        return
    before = run.state.deadlines
    deadlines.refresh(run)
    for name, deadline in run.process.deadlines.items():
        _note_deadline(run, name, deadline.title, before)
    for at, _ in list(places_of(run.state)):
        run.focus(at)
        due, until = run.state.due, run.state.wait_until
        run.refresh_due()
        run.refresh_wait()
        _note(run, run.step.name, run.step.title, due, run.state.due, told=_is_initiators(run))
        _note(run, run.step.name, run.step.title, until, run.state.wait_until, told=False)
    run.focus(())


def _is_initiators(run: Run) -> bool:
    """Whether whoever started the case has to do something by the date."""
    return run.step.who is not None and run.step.who.kind == "initiator"


def _note_deadline(run: Run, name: str, title: str, before: Mapping[str, Term]) -> None:
    known = before.get(name) or Term()
    _note(run, name, title, known.by, deadlines.term(run.state, name).by, told=True)


def _note(
    run: Run, name: str, title: str, before: str | None, after: str | None, *, told: bool
) -> None:
    if before == after:
        return
    said = {"event": "rescheduled", "deadline": name, "title": title}
    run.events.append({**said, "from": before, "to": after})
    if told and before and after and not any(one.kind == "message" for one in run.effects):
        run.effects.append(DueEffect("message", MESSAGE, f"dates:{run.seq}"))
