"""Cases that create each other: what they are given, whom they wait for, and that it ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations

from engine.definitions.check.subject import Subject
from engine.definitions.links import Related, created_by, creations, link_name
from engine.definitions.process import Effect, Step, effects_of


def check_links(subject: Subject) -> None:
    """Report names of links that mean nothing or two things, and calls that never come back."""
    process = subject.process
    known = created_by(process)
    taken = _others(subject)
    for effect in creations(process):
        _named_once(subject, effect, known, taken)
        _is_near(subject, effect)
    _kept_apart(subject)
    creators = _related(subject).creators
    sent_to = {**{link_name(one): one for one in creators}, **known}
    for effect in effects_of(process):
        if effect.kind == "send":
            _can_be_sent(subject, effect, sent_to)
    for step in process.steps.values():
        if step.wait is not None and step.wait.case is not None:
            _is_created(subject, step, step.wait.case, known)
        if step.wait is not None and step.wait.answer is not None:
            _is_asked(subject, step, step.wait.answer)
        if step.call is not None:
            _can_be_cancelled(subject, step, step.call)
    _circle(subject)


def ends_of(subject: Subject, step: Step) -> Collection[str] | None:
    """Return the ends of the case a step waits for; None if it is not known which that is."""
    name = created_by(subject.process).get(step.awaits or "")
    other = subject.names.processes.get(name or "")
    if other is None:
        return None
    return other.ends


def _others(subject: Subject) -> Mapping[str, str]:
    """The names that links to other cases have already, with the process of those."""
    related = _related(subject)
    return {link_name(one): one for one in (*related.groups, *related.creators)}


def _related(subject: Subject) -> Related:
    return subject.names.related.get(subject.process.id, Related())


def _named_once(
    subject: Subject, effect: Effect, known: Mapping[str, str], taken: Mapping[str, str]
) -> None:
    other = known[effect.link] if known[effect.link] != effect.name else taken.get(effect.link)
    if other is not None and other != effect.name:
        at = effect.node.get("link") or effect.node.at_path(["process"])
        subject.problems.add("DEF361", at, link=effect.link, process=effect.name, other=other)


def _kept_apart(subject: Subject) -> None:
    """Report what is created under the name of a call meanwhile: each would read both as its own.

    Beside a call that is any ``create``, and a call in another branch if one of them is for a list.
    """
    calling = [(one, one.call) for one in subject.process.steps.values() if one.call is not None]
    calls = {call.link: (step, call) for step, call in reversed(calling)}
    for effect in creations(subject.process):
        if effect.link in calls and all(effect is not call for _, call in calling):
            _mixed(subject, effect, *calls[effect.link])
    for (first, call), (second, other) in combinations(calling, 2):
        several = call.each is not None or other.each is not None
        if call.link == other.link and several and _beside(first, second):
            _mixed(subject, other, first, call)


def _mixed(subject: Subject, effect: Effect, step: Step, call: Effect) -> None:
    at = effect.node.get("link") or effect.node.at_path(["process"])
    place = f"{call.node.at.file}:{call.node.at.line}"
    subject.problems.add("DEF388", at, link=effect.link, step=step.name, place=place)


def _beside(first: Step, second: Step) -> bool:
    """Whether two steps are in different branches of one parallel step."""
    branches = dict(first.within)
    return any(branches.get(name, branch) != branch for name, branch in second.within)


def _is_near(subject: Subject, effect: Effect) -> None:
    """Report a case that would be created where its owner's people see nothing of it."""
    other = subject.names.processes.get(effect.name)
    if other is not None and other.jurisdiction != subject.process.jurisdiction:
        subject.problems.add(
            "DEF367", effect.node.at_path(["process"]), process=other.id,
            jurisdiction=other.jurisdiction,
        )  # fmt: skip


def _is_created(subject: Subject, step: Step, link: str, known: Mapping[str, str]) -> None:
    if link not in known:
        subject.problems.add(
            "DEF362", step.node.at_path(["wait", "case"]), link=link, step=step.name, given=link,
            choices=tuple(known),
        )  # fmt: skip


def _is_asked(subject: Subject, step: Step, into: str) -> None:
    """Report an answer that nothing asks for on arrival: an earlier one may be in already."""
    asked = [one.into for one in step.do if one.kind == "connector" and one.into]
    if into not in asked:
        subject.problems.add(
            "DEF386", step.node.at_path(["wait", "answer"]), into=into, step=step.name, given=into,
            choices=tuple(asked),
        )  # fmt: skip


def _can_be_sent(subject: Subject, effect: Effect, known: Mapping[str, str]) -> None:
    if effect.link not in known:
        subject.problems.add(
            "DEF365", effect.node.at_path(["to"]), link=effect.link, given=effect.link,
            choices=tuple(known),
        )  # fmt: skip
        return
    other = subject.names.processes.get(known[effect.link])
    actions = other.actions if other is not None else ()
    if other is not None and effect.name not in actions:
        subject.problems.add(
            "DEF366", effect.node.at_path(["action"]), process=other.id, name=effect.name,
            given=effect.name, choices=tuple(sorted(actions)),
        )  # fmt: skip


def _can_be_cancelled(subject: Subject, step: Step, call: Effect) -> None:
    other = subject.names.processes.get(call.name)
    if other is not None and not any(one.end == "cancelled" for one in other.steps.values()):
        subject.problems.add(
            "DEF363", call.node.at_path(["process"]), process=call.name, step=step.name
        )


def _circle(subject: Subject) -> None:
    """Report calls by which a process comes to call itself."""
    start = subject.process.id
    trails = [[start]]
    seen: set[str] = set()
    for trail in trails:
        process = subject.names.processes.get(trail[-1])
        called = [one.calls for one in process.steps.values()] if process is not None else []
        for name in called:
            if name == start:
                own = trail[1] if len(trail) > 1 else start
                at = next(one for one in subject.process.steps.values() if _calls(one, own))
                subject.problems.add(
                    "DEF364", at.node.at_path(["call", "process"]),
                    path=" → ".join([*trail, start]),
                )  # fmt: skip
                return
            if name is not None and name not in seen:
                seen.add(name)
                trails.append([*trail, name])


def _calls(step: Step, process: str) -> bool:
    return step.call is not None and step.call.name == process
