"""Parallel steps: what stands in a branch, how it is left, and what its join says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from engine.authoring.node import Node
from engine.definitions.check.subject import Subject
from engine.definitions.flow import RELATIVE, actions_at
from engine.definitions.process import Action, Choice, Parallel, Step

Target = tuple[Action | None, str, Node]


def check_branches(subject: Subject, step: Step) -> None:
    """Report what cannot stand in a branch, ways into one, and joins that cannot be meant."""
    if step.parallel is not None:
        _join(subject, step, step.parallel)
    if step.within:
        _inside(subject, step)
    for action, target, node in _targets(subject, step):
        _way(subject, step, action, target, node)


def _join(subject: Subject, step: Step, parallel: Parallel) -> None:
    at = step.node.at_path(["parallel", "join"])
    join, branches = parallel.join, parallel.branches
    if isinstance(join, int):
        if join > len(branches):
            subject.problems.add("DEF325", at, step=step.name, wanted=join, count=len(branches))
    elif join not in ("all", "any") and join not in branches:
        choices = ("all", "any", *branches)
        subject.problems.add("DEF326", at, name=join, step=step.name, given=join, choices=choices)
    if step.to is None:
        subject.problems.add("DEF327", subject.process.named_at(step), step=step.name)


def _inside(subject: Subject, step: Step) -> None:
    if step.end is not None:
        subject.problems.add("DEF328", subject.process.named_at(step), step=step.name)
    if step.wait is not None and step.wait.group is not None:
        subject.problems.add("DEF329", step.node.at_path(["wait", "group"]), step=step.name)


def _way(subject: Subject, step: Step, action: Action | None, target: str, node: Node) -> None:
    if target == "join":
        if not step.within:
            subject.problems.add("DEF330", node, step=step.name)
        return
    found = subject.process.steps.get(target)
    if found is None or found.within == step.within[: len(found.within)]:
        return
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(
        found.within, step.within, strict=False)))  # fmt: skip
    around = found.within[shared][0]
    beside = around in {name for name, _ in step.within}
    if action is not None and action.verb == "return" and not beside:
        # Back into a branch that has been passed: that branch alone is opened again.
        return
    subject.problems.add("DEF331", node, step=step.name, target=target, parallel=around)


def _targets(subject: Subject, step: Step) -> Iterator[Target]:
    for action in actions_at(subject.process, step).values():
        for target in _named(action.to):
            yield action, target, action.node.get("to") or action.node
    for name, choice in step.outcomes.items():
        for target in _named(choice):
            yield None, target, step.node.at_path(["outcomes", name])
    for target in _named(step.to):
        yield None, target, step.node.at_path(["to"])


def _named(choice: Choice[str] | None) -> Iterator[str]:
    for target in choice.values if choice is not None else ():
        if target == "join" or target not in RELATIVE:
            yield target
