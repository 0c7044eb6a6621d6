"""Where a case would go if everybody passed it: the route without a case (ENG-22)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.definitions.process import Step
from engine.domain.case import Command, Place, State
from engine.domain.errors import Refused
from engine.runtime import deadlines, moments
from engine.runtime.advance import move
from engine.runtime.compiled import DYNAMIC, Compiled
from engine.runtime.facts import Recording
from engine.runtime.run import Run

#: a route longer than this is a circle
LONGEST = 100
_FORWARD = ("submit", "pass")


def forecast(
    compiled: Compiled,
    facts: Recording,
    person: str,
    now: datetime,
    ident: Mapping[str, Any],
    *,
    data: Mapping[str, Any],
) -> tuple[list[Place], Mapping[str, str]]:
    """The places a case with these data would come to, each passed by its first passing action.

    Nothing is entered on the way and no rule is asked: what decides is the route alone. The list
    ends at an end of the process, where nobody can be found (the last place then has no
    organisation), or where only something outside decides. With them come the dates of the
    deadlines of the whole case, by name.
    """
    moment = moments.local(now)
    state = State(Place("", None, None, 0), person, moment, moment)
    places: list[Place] = []
    trigger: str | None = "@start"
    while trigger is not None and len(places) < LONGEST:
        # Not an action: whether it could be taken in time is no question of the route.
        command = Command("look", person, state.place.organisation)
        run = Run(compiled, facts, command, now, ident, state=state, data=data, seq=1)
        try:
            _go(run, trigger)
        except Refused:
            break
        state = run.state
        places.append(state.place)
        trigger = None if state.closed or state.stuck else _next(compiled, run)
    return places, {name: term.by for name, term in state.deadlines.items() if term.by is not None}


def _go(run: Run, trigger: str) -> None:
    if trigger == "@start":
        deadlines.refresh(run)
        run.begin()
    elif trigger.startswith(("@", "+")):
        run.follow(trigger)
    else:
        move(run, run.compiled.actions[run.step.name][trigger], run.state)


def _next(compiled: Compiled, run: Run) -> str | None:
    """What would take the case on from where it is."""
    step: Step = run.step
    if step.stages and (following := run.next_stage(step, run.state.place.stage)) is not None:
        place = run.state.place
        run.change(place=Place(place.step, following, place.organisation, place.visit))
    if step.wait is not None and (step.wait.until is not None or step.wait.answer is not None):
        return "@done"
    for name, choice in step.outcomes.items():
        index, target = run.context.choose(choice)
        return None if target in DYNAMIC else f"+{name}#{index}"
    for name, action in compiled.actions[step.name].items():
        if action.verb in _FORWARD and action.to is not None:
            return name
    return None
