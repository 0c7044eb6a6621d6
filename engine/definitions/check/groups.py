"""Groups and their members: every release leads somewhere, every outcome can happen."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definitions.check.exploring import way
from engine.definitions.check.subject import Subject
from engine.definitions.exploration import Explored
from engine.definitions.process import Effect, Process, effects_of

#: the release after which a member waits again
REMOVED = "removed"


def releases(process: Process) -> Iterator[Effect]:
    """Go through every release of a group process."""
    return (effect for effect in effects_of(process) if effect.kind == "release")


def check_groups(subject: Subject) -> None:
    """Report releases for which a member has no outcome."""
    process = subject.process
    if process.members is None:
        return
    for effect in releases(process):
        if effect.as_ in (None, REMOVED):
            continue
        for name in process.members.processes:
            member = subject.names.processes.get(name)
            step = member.steps.get(process.members.waiting_at) if member is not None else None
            if step is None or not step.waits or effect.as_ in step.outcomes:
                continue
            subject.problems.add(
                "DEF316",
                effect.node.at_path(["as"]),
                name=effect.as_,
                process=name,
                step=step.name,
                given=effect.as_ or "",
                choices=step.outcomes,
            )


def check_waiting(subject: Subject, explored: Explored | None) -> None:
    """Report steps that wait for a group which never takes a case in there."""
    for step in subject.process.steps.values():
        if step.wait is None or step.wait.group is None or step.within:
            continue
        group = subject.names.processes.get(step.wait.group)
        if group is None or (explored is not None and explored.never_at(step)):
            continue
        taken = group.taken
        if taken and subject.process.id in taken.processes and taken.waiting_at == step.name:
            continue
        subject.problems.add(
            "DEF387", step.node.at_path(["wait", "group"]), step=step.name, group=group.id,
            trail=way(explored, step),
        )  # fmt: skip
