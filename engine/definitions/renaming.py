"""What steps and stages were called in versions before: the key ``was``.

Cases go on under the version they began with. Where a later one calls a step otherwise, lists and
moves find them by the name it had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine.definitions.process import Process, Stage, Step


class Before(NamedTuple):
    """What each step and stage of a process that has another name now was called before."""

    process: str
    steps: Mapping[str, tuple[str, ...]]
    stages: Mapping[str, tuple[str, ...]]


def names_before(processes: Iterable[Process]) -> Iterator[Before]:
    """Give the names before of the processes that have such."""
    for process in processes:
        steps = {step.name: step.was for step in process.steps.values() if step.was}
        stages: dict[str, tuple[str, ...]] = {}
        for step in process.steps.values():
            for name, stage in step.stages.items():
                if stage.was:
                    stages[name] = (*stages.get(name, ()), *stage.was)
        if steps or stages:
            yield Before(process.id, steps, stages)


def step_called(process: Process, name: str) -> Step | None:
    """Return the step that has a name, or had it before."""
    found = process.steps.get(name)
    if found is not None:
        return found
    return next((step for step in process.steps.values() if name in step.was), None)


def stage_called(step: Step, name: str) -> Stage | None:
    """Return the stage of a step that has a name, or had it before."""
    found = step.stages.get(name)
    if found is not None:
        return found
    return next((stage for stage in step.stages.values() if name in stage.was), None)


def moves(process: Process) -> dict[str, str]:
    """Return where cases go on that are at a step or stage (``step.stage``) of a name before."""
    found: dict[str, str] = {}
    for step in process.steps.values():
        for name in (step.name, *step.was):
            if name != step.name:
                found[name] = step.name
            for stage in step.stages.values():
                for before in stage.was:
                    found[f"{name}.{before}"] = f"{step.name}.{stage.name}"
    return found
