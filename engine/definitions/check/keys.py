"""Keys that do nothing where they stand, and targets that a verb cannot have.

What would silently have no effect is a mistake of the author, who meant something by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.check.subject import THE_PROCESS, Subject
from engine.definitions.flow import actions_at
from engine.definitions.process import (
    ALLOWABLE,
    Action,
    Assignment,
    Process,
    Step,
    StepKind,
    Verb,
)

# What a key belongs to, for a key written where it would silently do nothing.
_STEP_KEYS: Mapping[str, tuple[StepKind, ...]] = {
    "who": ("task", "chain"),
    "edit": ("task", "chain", "wait", "call"),
    "due": ("task", "chain", "panel", "wait", "call", "parallel"),
    "stages": ("task", "chain"),
    "outcomes": ("panel", "wait", "call"),
    "to": ("task", "automatic", "chain", "panel", "wait", "call", "parallel"),
    "next_title": ("task", "chain", "panel", "wait", "call", "parallel", "end"),
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
    "due": ("pass", "submit", "return"),
    "to": ("submit", "pass", "return", "fail", "discard", "reopen", "cancel"),
}
# The words that may stand for a target, by verb; a step may stand everywhere.
_WORDS: Mapping[Verb, tuple[str, ...]] = {
    "submit": ("next", "resume", "join"),
    "pass": ("next", "previous", "resume", "join"),
    "return": ("previous",),
    "fail": ("join",),
    "discard": ("join",),
    "cancel": ("join",),
    "reopen": ("resume",),
}
# What may be allowed where nobody holds a task of a permission.
_WITHOUT_A_TASK = ("urge",)


def check_keys(subject: Subject, step: Step) -> None:
    """Report the keys of a step that mean nothing for its kind."""
    where = subject.called(step)
    for key, kinds in _STEP_KEYS.items():
        if key in step.node.entries and step.kind not in kinds:
            _meaningless(subject, step.node, key, where, _listed(_KIND_WORDS[k] for k in kinds))
    if step.kind == "chain" and step.who is not None and step.who.organisation is not None:
        belongs = Phrase("任务；链由路径决定单位", "tasks; in a chain the route decides")
        _meaningless(subject, step.who.node, "organisation", Phrase("who", "who"), belongs)
    belongs = Phrase("写有 each 的 call，或等 case 的 wait", "a call with each, a wait for a case")
    if step.call is not None and step.call.each is None and step.call.join is not None:
        _meaningless(subject, step.node.at_path(["call"]), "join", where, belongs)
    if step.wait is not None and step.wait.case is None and step.wait.join is not None:
        _meaningless(subject, step.node.at_path(["wait"]), "join", where, belongs)
    _allowed(subject, step)
    for action in step.actions.values():
        if action.insert is not None and not _can_insert(subject.process, step, action):
            at = action.node.key("insert")
            subject.problems.add("DEF391", at, action=action.name, step=step.name)
        nobody = action.who is None and step.who is None
        nobody = nobody and step.kind not in ("task", "chain")  # those lack it themselves
        if nobody and not _is_for_system(subject, action):
            subject.problems.add(
                "DEF392", action.node, length=1, action=action.name, step=step.name
            )


def _allowed(subject: Subject, step: Step) -> None:
    """Report operations allowed where there is no task they could be about."""
    node = step.node.get("allow")
    if node is None or (step.who is not None and step.who.kind == "permission"):
        return
    for item in node.items:
        if item.text in ALLOWABLE and item.text not in _WITHOUT_A_TASK:
            belongs = Phrase("凭权限办理的任务和链", "tasks and chains done by a permission")
            subject.problems.add(
                "DEF309", item, key=f"allow: {item.text}", where=subject.called(step),
                belongs=belongs,
            )  # fmt: skip


def _can_insert(process: Process, step: Step, action: Action) -> bool:
    """Whether an organisation can be visited before the target: in a chain, or on its way there."""
    targets = set(action.to.values) if action.to is not None else set()
    if step.chain is not None and targets - {"previous", "resume", "join"}:
        return True
    if "next" in targets and step.to is not None:
        targets |= set(step.to.values)
    found = (process.steps.get(target) for target in targets)
    return any(one is not None and one.chain is not None for one in found)


def _is_for_system(subject: Subject, action: Action) -> bool:
    """Whether the platform does an action: at a deadline, or because a linked case says so."""
    process = subject.process
    terms = [step.due for step in process.steps.values()]
    terms += [deadline.due for deadline in process.deadlines.values()]
    if any(term is not None and term.otherwise == action.name for term in terms):
        return True
    return any(action.name in one.sends for one in subject.names.processes.values())


def check_action(subject: Subject, action: Action) -> None:
    """Report the keys and targets of an action that mean nothing for its verb."""
    where, entries = subject.called(action), action.node.entries
    for key, verbs in _VERB_KEYS.items():
        if key in entries and action.verb not in verbs:
            _meaningless(subject, action.node, key, where, _of_verbs(verbs))
    if action.withdraw == "until_next_opens" and action.verb not in ("pass", "submit"):
        _meaningless(subject, action.node, "withdraw", where, _of_verbs(("pass", "submit")))
    if action.into is not None and action.ask is None:
        belongs = Phrase("写了 ask 的动作", "actions with ask")
        _meaningless(subject, action.node, "into", where, belongs)
    _offered(subject, action, where)
    if action.resubmit_to is not None and action.to is not None and not action.relay:
        steps = [subject.process.steps.get(target) for target in action.to.values]
        if not any(one is None or _submits(subject, one) for one in steps):
            belongs = Phrase("退回到可以提交的步骤的动作", "returns to a step that submits")
            _meaningless(subject, action.node, "resubmit_to", where, belongs)
    if action.verb in _WORDS:
        _words(subject, action)


def _offered(subject: Subject, action: Action, where: Phrase) -> None:
    """Report actions that are offered nowhere, to nobody, or save nothing where they are."""
    at = [one for one in subject.process.steps.values() if _offers(subject, one, action)]
    shared = any(one is action for one in subject.process.actions.values())
    if action.during is not None and not shared:
        belongs = Phrase("流程级的 actions", "the actions of the process")
        _meaningless(subject, action.node, "during", where, belongs)
    if action.during == ():
        node = action.node.get("during") or action.node
        subject.problems.add("DEF103", node, where=where, key="during")
    nobody = shared and at and action.who is None and not any(one.who for one in at)
    if nobody and not _is_for_system(subject, action):
        subject.problems.add("DEF392", action.node, length=1, action=action.name, step=at[0].name)
    inserts = shared and at and action.insert is not None
    if inserts and not any(_can_insert(subject.process, one, action) for one in at):
        node = action.node.key("insert")
        subject.problems.add("DEF391", node, action=action.name, step=at[0].name)
    if action.verb == "save" and action.edit is None and not any(one.edit for one in at):
        subject.problems.add("DEF103", action.node, length=1, where=where, key="edit")


def _submits(subject: Subject, step: Step) -> bool:
    return any(one.verb == "submit" for one in actions_at(subject.process, step).values())


def _offers(subject: Subject, step: Step, action: Action) -> bool:
    return any(one is action for one in actions_at(subject.process, step).values())


def may_go(verb: Verb, target: str) -> bool:
    """Whether an action of a verb may have a word as its target; a step it may always have."""
    return target not in _WORDS["pass"] or target in _WORDS.get(verb, ())


def _words(subject: Subject, action: Action) -> None:
    node = action.node.get("to")
    if node is None or action.to is None:
        return
    places = (
        [node]
        if node.kind == "scalar"
        else [then for one in node.items if (then := one.get("then"))]
    )
    for at in places:
        if not may_go(action.verb, at.text):
            subject.problems.add(
                "DEF393", at, action=action.name, verb=action.verb, target=at.text,
                choices=(*_WORDS[action.verb], *subject.process.steps),
            )  # fmt: skip


def check_frame(subject: Subject) -> None:
    """Report keys of the process itself that have no effect."""
    start = subject.process.start
    if start is not None and isinstance(start.who, Assignment):
        for key in ("organisation", "person", "except"):
            if key in start.who.node.entries:
                belongs = Phrase("步骤和动作的 who", "the who of steps and actions")
                _meaningless(
                    subject, start.who.node, key, Phrase("start 的 who", "who of start"), belongs
                )
    if subject.process.urge_hours < 0:
        node = subject.process.node.at_path(["urge_hours"])
        expected = Phrase("0 或更大的整数", "a whole number, 0 or greater")
        subject.problems.add(
            "DEF102", node, where=THE_PROCESS, key="urge_hours", expected=expected,
            value=subject.process.urge_hours,
        )  # fmt: skip
    for policy in subject.process.policy.values():
        if "as_of" in policy.node.entries and len(policy.default) < 2:
            where = Phrase(f'政策 "{policy.name}" ', f'policy "{policy.name}"')
            belongs = Phrase("default 按日期取值的政策", "policies whose default goes by the date")
            _meaningless(subject, policy.node, "as_of", where, belongs)


def _listed(words: Iterable[Phrase]) -> Phrase:
    known = list(words)
    return Phrase("、".join(one.zh for one in known), ", ".join(one.en for one in known))


def _of_verbs(verbs: Iterable[Verb]) -> Phrase:
    words = ", ".join(verbs)
    return Phrase(f"verb 为 {words} 的动作", f"actions of verb {words}")


def _meaningless(subject: Subject, node: Node, key: str, where: Phrase, belongs: Phrase) -> None:
    subject.problems.add("DEF309", node.key(key), key=key, where=where, belongs=belongs)
