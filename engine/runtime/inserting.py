"""Organisations that are visited before the target (加送): whether there is a way to visit them."""

from __future__ import annotations

from engine.definitions.process import Action, Choice
from engine.domain.errors import Refused
from engine.runtime.run import Run


def why_not_insert(run: Run, action: Action) -> Refused | None:
    """Why what an action would insert cannot be visited.

    None also where that is seen only when the action is taken: where it leads is decided by what is
    entered or written then.
    """
    step = run.step
    if action.insert is None or step.chain is not None:
        return None
    if action.set or action.into is not None or action.send_to is not None:
        return None
    if run.stage_after(action) is not None:
        return None
    if run.compiled.asks(action.insert) or not run.context.keys(action.insert):
        return None
    target = _target(run, action.to)
    if target == "next":
        target = _target(run, step.to)
    seen: set[str] = set()
    while target is not None and target in run.process.steps and target not in seen:
        found = run.process.steps[target]
        if run.context.holds(found.when):
            return None if found.chain is not None else nowhere(run, action)
        seen.add(target)
        target = _target(run, found.to)
    return nowhere(run, action) if target is not None else None


def nowhere(run: Run, action: Action) -> Refused:
    """The organisations are not on any way from here to the target."""
    return run.refuse("nowhere_to_insert", action=action.title)


def _target(run: Run, choice: Choice[str] | None) -> str | None:
    """Where a choice leads; None where only what is entered tells."""
    for when, target in choice.cases if choice is not None else ():
        if when is not None and run.compiled.asks(when):
            return None
        if run.context.holds(when):
            return target
    return None
