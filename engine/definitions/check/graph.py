"""What a step or an action says of its ways that no case could follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.definitions.check.branches import check_branches
from engine.definitions.check.groups import REMOVED
from engine.definitions.check.keys import check_action, check_frame, check_keys
from engine.definitions.check.links import ends_of
from engine.definitions.check.subject import Subject
from engine.definitions.flow import actions_at
from engine.definitions.links import SEVERAL
from engine.definitions.process import Action, Step, actions_of


def check_graph(subject: Subject) -> None:
    """Report keys, ways, outcomes and shares that cannot be meant."""
    for step in subject.process.steps.values():
        check_keys(subject, step)
        if step.when is not None and step.to is None and step.kind != "end":
            subject.problems.add("DEF310", subject.process.named_at(step), step=step.name)
        _expiry(subject, step)
        _outcomes(subject, step)
        _choices(subject, step)
        for action in actions_at(subject.process, step).values():
            _target(subject, step, action)
        check_branches(subject, step)
    for action in actions_of(subject.process):
        check_action(subject, action)
    check_frame(subject)
    _circles(subject)


def _target(subject: Subject, step: Step, action: Action) -> None:
    for target in action.to.values if action.to is not None else ():
        if target == "next" and step.to is None:
            at = action.node.get("to") or action.node
            subject.problems.add("DEF308", at, action=action.name, step=step.name)


def _circles(subject: Subject) -> None:
    """Report steps that lead to each other without anybody acting."""
    steps = subject.process.steps
    onward: dict[str, list[str]] = {}
    for way in subject.flow.ways:
        if steps[way.source].kind == "automatic" and way.via in ("done", "passed_over"):
            onward.setdefault(way.source, []).append(way.target)
    reported: set[str] = set()
    for name in onward:
        circle = _circle(name, onward)
        if circle and not reported & set(circle):
            reported |= set(circle)
            at = subject.process.named_at(steps[name])
            subject.problems.add("DEF304", at, steps=circle)


def _circle(start: str, onward: Mapping[str, list[str]]) -> list[str]:
    trail, waiting = [start], list(onward[start])
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name == start:
            return trail
        if name not in seen and name in onward:
            seen.add(name)
            trail.append(name)
            waiting += onward[name]
    return []


def _expiry(subject: Subject, step: Step) -> None:
    if step.due is None or step.due.otherwise is None:
        return
    actions = actions_at(subject.process, step)
    if step.due.otherwise not in actions:
        subject.problems.add(
            "DEF313",
            step.node.at_path(["due", "otherwise"]),
            name=step.due.otherwise,
            step=step.name,
            given=step.due.otherwise,
            choices=tuple(actions),
        )


def _outcomes(subject: Subject, step: Step) -> None:
    possible, needed = _possible(subject, step)
    if possible is None:
        return
    at = step.node.at_path(["outcomes"])
    for name in step.outcomes:
        if name not in possible:
            subject.problems.add(
                "DEF314", at.key(name), step=step.name, name=name, given=name, choices=possible
            )
    for name in needed:
        if name not in step.outcomes and step.to is None:
            subject.problems.add("DEF315", at, length=1, step=step.name, name=name)


def _possible(subject: Subject, step: Step) -> tuple[Collection[str] | None, Collection[str]]:
    """Return the outcomes a step can have, and those it must say something about."""
    panel = step.panel
    if panel is not None:
        needed = ["decided"] if panel.about == "members" else ["passed", "failed"]
        if panel.quorum is not None:
            needed.append("no_quorum")
        # Too few ballots are counted where there is a date until which they are waited for.
        return [*needed, "short"] if step.due is not None else needed, needed
    if step.joins is not None:
        return (SEVERAL,), (SEVERAL,)
    if step.awaits is not None:
        ends = ends_of(subject, step)
        return ends, ends or ()
    if step.wait is not None and step.wait.answer is not None:
        return (), ()
    if step.wait is not None and step.wait.group is not None:
        group = subject.names.processes.get(step.wait.group)
        if group is None:
            return None, ()
        released = dict.fromkeys(group.releases) if group.taken else {}
        names = [name for name in released if name and name != REMOVED]
        for name in step.outcomes:
            if names and name not in names:
                at = step.node.at_path(["outcomes"]).key(name)
                subject.problems.add(
                    "DEF317", at, group=group.id, name=name, step=step.name, given=name,
                    choices=names,
                )  # fmt: skip
        return None, ()
    return None, ()


def _choices(subject: Subject, step: Step) -> None:
    """Report entries of a choice that an earlier entry with the same condition hides."""
    targets = [*step.outcomes.values(), *(action.to for action in step.actions.values())]
    for one in (step.status, step.to, *targets):
        seen: set[str] = set()
        for when, _value in one.cases if one is not None else ():
            if when is None:
                continue
            text = "".join(when.text.split())
            if text in seen:
                subject.problems.add("DEF312", when.node)
            seen.add(text)
