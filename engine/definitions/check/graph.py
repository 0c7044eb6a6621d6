"""What a step or an action says of its ways that no case could follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.check.branches import check_branches
from engine.definitions.check.groups import REMOVED, releases
from engine.definitions.check.links import ends_of
from engine.definitions.check.subject import Subject
from engine.definitions.flow import actions_at
from engine.definitions.process import Action, Step, StepKind, Verb


def check_graph(subject: Subject) -> None:
    """Report keys, ways, outcomes and shares that cannot be meant."""
    for step in subject.process.steps.values():
        _keys(subject, step)
        if step.when is not None and step.to is None and step.kind != "end":
            subject.problems.add("DEF310", subject.process.named_at(step), step=step.name)
        _expiry(subject, step)
        _outcomes(subject, step)
        _choices(subject, step)
        for action in actions_at(subject.process, step).values():
            _verb_keys(subject, action, shared=action.name in subject.process.actions)
            _target(subject, step, action)
        check_branches(subject, step)
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


# What a key belongs to, for a key written where it would silently do nothing.
_STEP_KEYS: Mapping[str, tuple[StepKind, ...]] = {
    "who": ("task", "chain"),
    "edit": ("task", "chain", "wait", "call"),
    "due": ("task", "chain", "panel", "wait", "call", "parallel"),
    "stages": ("task", "chain"),
    "outcomes": ("panel", "wait", "call"),
    "to": ("task", "automatic", "chain", "panel", "wait", "call", "parallel"),
}
_KIND_WORDS: Mapping[StepKind, Phrase] = {
    "task": Phrase("任务", "tasks"),
    "automatic": Phrase("自动步骤", "automatic steps"),
    "chain": Phrase("链", "chains"),
    "panel": Phrase("表决", "panels"),
    "wait": Phrase("等待", "waits"),
    "call": Phrase("调用", "calls"),
    "parallel": Phrase("并行", "parallel steps"),
    "end": Phrase("结束", "ends"),
}
_VERB_KEYS: Mapping[str, tuple[Verb, ...]] = {
    "relay": ("return",),
    "resubmit_to": ("return",),
    "edit": ("save",),
    "insert": ("pass", "submit"),
    "send_to": ("pass", "submit"),
}


def _keys(subject: Subject, step: Step) -> None:
    for key, kinds in _STEP_KEYS.items():
        if key in step.node.entries and step.kind not in kinds:
            words = [_KIND_WORDS[kind] for kind in kinds]
            belongs = Phrase("、".join(w.zh for w in words), ", ".join(w.en for w in words))
            _meaningless(subject, step.node, key, subject.called(step), belongs)


def _verb_keys(subject: Subject, action: Action, *, shared: bool) -> None:
    for key, verbs in _VERB_KEYS.items():
        if key in action.node.entries and action.verb not in verbs:
            words = ", ".join(verbs)
            belongs = Phrase(f"verb 为 {words} 的动作", f"actions of verb {words}")
            _meaningless(subject, action.node, key, subject.called(action), belongs)
    if action.during is not None and not shared:
        belongs = Phrase("流程级的 actions", "the actions of the process")
        _meaningless(subject, action.node, "during", subject.called(action), belongs)


def _meaningless(subject: Subject, node: Node, key: str, where: Phrase, belongs: Phrase) -> None:
    subject.problems.add("DEF309", node.key(key), key=key, where=where, belongs=belongs)


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
    if step.awaits is not None:
        ends = ends_of(subject, step)
        return ends, ends or ()
    if step.wait is not None and step.wait.answer is not None:
        return (), ()
    if step.wait is not None and step.wait.group is not None:
        group = subject.names.processes.get(step.wait.group)
        if group is None:
            return None, ()
        released = {effect.as_: effect for effect in releases(group)} if group.members else {}
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
