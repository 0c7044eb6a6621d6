"""What of a state can still decide anything, and what may be forgotten.

Where a case came from matters as long as something ahead may lead back; a policy matters until the
last condition that reads it has been passed. States that differ only in what nothing ahead reads
have the same future, so one of them is explored for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from engine.definitions.exploration.guards import Guards, conditions_at
from engine.definitions.exploration.spot import Spot, State, Taken
from engine.definitions.flow import actions_at
from engine.definitions.process import Action, Process, Step


class Forgotten(Enum):
    """The value of what nothing ahead reads."""

    FORGOTTEN = "forgotten"


FORGOTTEN = Forgotten.FORGOTTEN
#: a way back, to any step a case was at before
_ANYWHERE = ""
# What a step reads, as bits; the atoms of the guards follow in their order.
_PATH, _RESUME, _STACK, _SENT, _ATOM = 1, 2, 4, 8, 16


class Needs:
    """Knows for each step what it and the steps that may follow it read."""

    def __init__(self, process: Process, guards: Guards, sent_to: frozenset[str]) -> None:
        """Follow the ways between the steps, backwards from whatever reads something."""
        self._process = process
        self._guards = guards
        self._actions = {step.name: actions_at(process, step) for step in process.steps.values()}
        self._ends = {step.name for step in process.steps.values() if step.end is not None}
        actions = [action for at in self._actions.values() for action in at.values()]
        self._straight = any(action.resubmit_to is not None for action in actions)
        steps = process.steps.values()
        self._ahead = _spread(
            {step.name: self._own(step, sent_to) for step in steps},
            {step.name: self._after(step) for step in steps},
        )
        #: data stay: whether a field was left empty is asked of where a case is stuck
        self._kept = tuple(atom.kind == "data" for atom in guards.atoms)

    def forget(self, state: State) -> State:
        """The state that stands for all that have the same future."""
        ahead = self._read_ahead(state.spot)
        values = state.values
        if values:
            values = tuple(
                value if kept or ahead & _ATOM << place else FORGOTTEN
                for place, (value, kept) in enumerate(zip(values, self._kept, strict=True))
            )
        return State(self._without(state.spot, ahead), values)

    def _read_ahead(self, spot: Spot) -> int:
        ahead = self._ahead[spot.step]
        for _, one in spot.branches:
            if not one.joined:
                ahead |= self._read_ahead(one)
        return ahead

    def _without(self, spot: Spot, ahead: int) -> Spot:
        back = ahead & (_PATH | _RESUME)
        if spot.joined and not back:
            # Only that the branch came to its end, and whether it had anything to do.
            return Spot(step=spot.step and "join", joined=True, again=spot.again)
        branches = spot.branches
        if branches:
            branches = tuple((name, self._without(one, ahead)) for name, one in branches)
        resume = self._resume(spot, ahead)
        return Spot(
            spot.step,
            spot.stage,
            branches,
            spot.path if back else (),
            resume,
            spot.joined,
            spot.again,
            spot.returned and self._guards.reads_returned,
            spot.relaying,
            spot.straight and bool(resume),
            spot.sent and bool(ahead & _SENT),
        )

    def _resume(self, spot: Spot, ahead: int) -> tuple[Taken, ...]:
        """What may still be resumed: an end and a return remember where they took the case from.

        So only what resumes without either before it looks further back.
        """
        if ahead & _STACK:
            return spot.resume
        last = spot.straight or spot.relaying or spot.step in self._ends
        return spot.resume[-1:] if last and ahead & _RESUME else ()

    def _own(self, step: Step, sent_to: frozenset[str]) -> int:
        read = _SENT if step.name in sent_to else 0
        for place in self._guards.read_by(conditions_at(self._process, step)):
            read |= _ATOM << place
        for action in self._actions[step.name].values():
            targets = action.to.values if action.to is not None else ()
            if action.verb == "return" or "previous" in targets:
                read |= _PATH
            if self._resumes(action):
                read |= _RESUME
                straight = action.verb == "submit" and "resume" not in targets
                read |= 0 if straight or step.name in self._ends else _STACK
        for choice in step.outcomes.values():
            read |= _PATH if "previous" in choice.values else 0
            read |= _RESUME | _STACK if "resume" in choice.values else 0
        return read

    def _after(self, step: Step) -> Iterator[str]:
        """Go through the steps a case may come to from one."""
        choices = [step.to, *step.outcomes.values()]
        for action in self._actions[step.name].values():
            choices.append(action.to)
            if action.verb == "return" or self._resumes(action):
                yield _ANYWHERE
        for target in {one for choice in choices if choice is not None for one in choice.values}:
            if target in ("previous", "resume"):
                yield _ANYWHERE
            elif target in self._process.steps:
                yield target
        for steps in step.parallel.branches.values() if step.parallel is not None else ():
            yield from steps
        # `join` leads on from the step around, whose own actions are offered meanwhile.
        yield from (around for around, _ in step.within)

    def _resumes(self, action: Action) -> bool:
        targets = action.to.values if action.to is not None else ()
        if action.verb == "submit":
            return self._straight or "resume" in targets
        return "resume" in targets or (action.verb == "reopen" and not targets)


def _spread(own: Mapping[str, int], after: Mapping[str, Iterator[str]]) -> Mapping[str, int]:
    """Return what each step and all that can follow it read."""
    ahead = {**own, _ANYWHERE: 0}
    before: dict[str, set[str]] = {name: set() for name in ahead}
    for name, targets in after.items():
        for target in targets:
            before[target].add(name)
    for name in own:
        before[name].add(_ANYWHERE)
    waiting = list(ahead)
    while waiting:
        name = waiting.pop()
        for one in before[name]:
            if ahead[one] | ahead[name] != ahead[one]:
                ahead[one] |= ahead[name]
                waiting.append(one)
    return ahead
