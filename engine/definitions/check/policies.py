"""Policies: their values, what they decide, and whether every value leads somewhere.

Conditions that read nothing but policies can be decided before any case runs: with few values each
combination is tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.bind import BoundProcess
from engine.definitions.check.subject import Subject
from engine.definitions.flow import actions_at
from engine.definitions.process import Choice, Formula, Policy, Process, Step, Word, actions_of
from engine.definitions.vocabulary.names import POLICY_TYPES
from engine.domain.types import ANY, Record, Reference

#: more combinations than this are not tried
MOST = 256
MODES = ("required", "optional", "hidden")
RESUBMIT = ("first_level", "returning_level")
RESOLVE = ("at_each_step", "pinned_at_start")
JURISDICTION = "jurisdiction"
Values = Mapping[str, object]

_TYPES: Mapping[str, tuple[tuple[type, ...], Phrase]] = {
    "boolean": ((bool,), Phrase("true 或 false", "true or false")),
    "number": ((int, float), Phrase("数字", "a number")),
    "text": ((str,), Phrase("文本", "a text")),
    "date": ((str,), Phrase("日期", "a date")),
}


def check_policies(subject: Subject, bound: BoundProcess) -> None:
    """Report policies with impossible values, and what no values of them ever reach."""
    for policy in subject.process.policy.values():
        _default(subject, policy)
        _dates(subject, policy)
        _layers(subject, bound, policy)
    for node, word, allowed in _words(subject.process):
        _word(subject, node, word, allowed)
    for step in subject.process.steps.values():
        _stages(subject, bound, step)
        actions = actions_at(subject.process, step).values()
        targets = [*step.outcomes.values(), *(action.to for action in actions)]
        for choice in (step.status, step.to, *targets):
            _hidden(subject, bound, choice)


def _default(subject: Subject, policy: Policy) -> None:
    at = policy.node.at_path(["default"])
    if not policy.default and at.kind == "sequence":
        expected = Phrase("至少一项", "at least one entry")
        subject.problems.add("DEF212", at, name=policy.name, value=[], expected=expected)
    for _, value in policy.default:
        if policy.values is not None:
            if value not in policy.values:
                expected = Phrase("允许的词之一", "one of its values")
                subject.problems.add(
                    "DEF212", at, name=policy.name, value=value, given=str(value),
                    expected=expected, choices=policy.values,
                )  # fmt: skip
            continue
        types, words = _TYPES[policy.type]
        wrong = not isinstance(value, types) or (isinstance(value, bool) and bool not in types)
        if wrong and policy.type in POLICY_TYPES:
            subject.problems.add("DEF212", at, name=policy.name, value=value, expected=words)


def _dates(subject: Subject, policy: Policy) -> None:
    """Report dates out of order, and days on which no value would count."""
    at = policy.node.at_path(["default"])
    if policy.default and policy.default[0][0] is not None:
        subject.problems.add("DEF375", at.items[0], name=policy.name, day=policy.default[0][0])
    before = ""
    for place, (since, _) in enumerate(policy.default):
        node = at.items[place] if at.items else at
        if place and (since is None or not _is_day(since) or since <= before):
            subject.problems.add("DEF374", node.get("from") or node, name=policy.name)
        before = since or ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _layers(subject: Subject, bound: BoundProcess, policy: Policy) -> None:
    for place, layer in enumerate(policy.set_by):
        if layer == JURISDICTION:
            continue
        fact = subject.process.facts.get(layer)
        type_ = bound.scopes.fact_type(fact) if fact is not None else None
        # A fact of any type is one that could not be read, which is reported elsewhere.
        if type_ != ANY and not isinstance(type_, Record | Reference):
            records = [
                name
                for name, one in subject.process.facts.items()
                if isinstance(bound.scopes.fact_type(one), Record | Reference)
            ]
            at = policy.node.at_path(["set_by", place])
            subject.problems.add(
                "DEF211", at, name=layer, given=layer, choices=(JURISDICTION, *records)
            )


def _words(process: Process) -> Iterator[tuple[Node, Word, tuple[str, ...]]]:
    """Go through the places where a policy may stand for a word of a closed set."""
    for step in process.steps.values():
        if step.chain is not None and step.chain.resolve is not None:
            yield step.node.at_path(["chain", "resolve"]), step.chain.resolve, RESOLVE
    for action in actions_of(process):
        if action.ask is not None and action.ask.mode is not None:
            yield action.node.at_path(["ask", "mode"]), action.ask.mode, MODES
        for word in action.resubmit_to.values if action.resubmit_to is not None else ():
            yield action.node.at_path(["resubmit_to"]), word, RESUBMIT


def _word(subject: Subject, node: Node, word: Word, allowed: tuple[str, ...]) -> None:
    if word.policy is None:
        return
    policy = subject.process.policy.get(word.policy)
    if policy is None:
        subject.problems.add(
            "DEF207", node, name=word.policy, given=word.policy,
            choices=tuple(subject.process.policy),
        )  # fmt: skip
    elif policy.values is None or not set(policy.values) <= set(allowed):
        values = policy.values if policy.values is not None else (policy.type,)
        subject.problems.add(
            "DEF208", node, name=policy.name, values=values, allowed=allowed, related=policy.node
        )


def _stages(subject: Subject, bound: BoundProcess, step: Step) -> None:
    """Report policy values for which every stage of a step is passed over."""
    whens = [stage.when for stage in step.stages.values()]
    if not whens or None in whens:
        return
    for values in _combinations(subject.process, bound, [when for when in whens if when]):
        if not any(_holds(bound, when, values) for when in whens):
            at = step.node.key("stages")
            subject.problems.add("DEF311", at, values=_said(values), step=step.name)
            return


def _hidden(subject: Subject, bound: BoundProcess, choice: Choice[str] | None) -> None:
    """Report entries of a choice that no values of the policies ever reach."""
    whens = [when for when, _ in choice.cases if when is not None] if choice is not None else []
    reached: set[Formula] = set()
    tried = False
    for values in _combinations(subject.process, bound, whens):
        tried = True
        first = next((when for when in whens if _holds(bound, when, values)), None)
        if first is not None:
            reached.add(first)
    for when in whens if tried else ():
        if when not in reached:
            subject.problems.add("DEF312", when.node)


def _combinations(
    process: Process, bound: BoundProcess, formulas: list[Formula]
) -> Iterator[Values]:
    """Go through the values of the policies that conditions read, if they read nothing else."""
    names: dict[str, tuple[object, ...]] = {}
    for formula in formulas:
        expression = bound.expressions.get(formula)
        if expression is None:
            return
        for path in expression.paths:
            policy = process.policy.get(path[1]) if path[0] == "policy" and len(path) > 1 else None
            values = _possible(policy)
            if values is None:
                return
            names[path[1]] = values
    total = 1
    for values in names.values():
        total *= len(values)
    if total > MOST or not names:
        return
    for combination in product(*names.values()):
        yield dict(zip(names, combination, strict=True))


def _possible(policy: Policy | None) -> tuple[object, ...] | None:
    if policy is None:
        return None
    if policy.values is not None:
        return policy.values
    return (False, True) if policy.type == "boolean" else None


def _holds(bound: BoundProcess, formula: Formula | None, values: Values) -> bool:
    if formula is None:
        return True
    expression = bound.expressions.get(formula)
    return expression is None or expression.evaluate({"policy": values}) is True


def _said(values: Values) -> str:
    shown = {True: "true", False: "false"}
    return ", ".join(
        f"policy.{name} = {shown.get(value, value) if isinstance(value, bool) else value}"
        for name, value in values.items()
    )
