"""Every expression of a process, with what it may read and what it must give.

One walk over the model, so that binding, ``explain`` and the checks agree on where an expression
stands and which names it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.definitions.process import (
    Action,
    Ask,
    Assignment,
    Choice,
    Draw,
    Due,
    Effect,
    Fact,
    Formula,
    Panel,
    Process,
    Recusal,
    Requirement,
    RuleUse,
    Step,
    Word,
    arrivals,
)
from engine.definitions.rules.rule import type_of
from engine.domain.types import Type

#: what an expression must give; "value" is anything
Gives = Literal[
    "condition", "date", "number", "organisation", "organisations", "person", "people", "record",
    "cases", "list", "value",
]  # fmt: skip
#: the places of the context table: which names there are beside those that are everywhere
Place = Literal[
    "everywhere", "action", "action_when", "until", "ballot", "vote", "member", "row", "item"
]  # fmt: skip

Owner = Literal["register", "process", "connector"]
_OWNERS: Mapping[str, Owner] = {"create": "process", "connector": "connector"}


@dataclass(frozen=True, slots=True)
class Use:
    """An expression, the place it stands at, and what it must give."""

    formula: Formula
    gives: Gives = "condition"
    place: Place = "everywhere"
    #: what was asked for, at an action
    ask: Ask | None = None
    #: at ``where``: the register the row is of, or "cases"
    source: str | None = None
    #: at ``where``: whether it must become SQL
    where: bool = False
    #: at ``set`` and ``with`` of an effect: what is written to and which field, for its type
    field: tuple[str, str] | None = None
    #: what the first of ``field`` is the name of
    owner: Owner = "register"
    #: at ``with`` of a rule table: the type of the input
    want: Type | tuple[Type, ...] | None = None
    #: at ``with`` of a creation for each of a list: that list
    each: Formula | None = None
    #: in an effect of an action: who acts, and what was entered, are known there too
    acting: bool = False


def uses(process: Process) -> Iterator[Use]:
    """Go through all expressions of a process."""
    yield from _declared(process)
    if process.start is not None:
        if not isinstance(process.start.who, str):
            yield from _who(process.start.who)
        yield from _requirements(process.start.require, "action", process.start.ask)
    for action in process.actions.values():
        yield from action_uses(action)
    for step in process.steps.values():
        yield from step_uses(step)


def _declared(process: Process) -> Iterator[Use]:
    if process.extend is not None:
        yield Use(process.extend, "value")
    for fact in process.facts.values():
        yield from _fact(fact)
    dates = [policy.as_of for policy in process.policy.values()]
    conditions = [flag.when for flag in process.flags.values()]
    conditions += [view.when for view in process.views]
    yield from (Use(formula, "date") for formula in dates if formula is not None)
    yield from (Use(formula) for formula in conditions if formula is not None)
    for deadline in process.deadlines.values():
        yield from _due(deadline.due)
    if process.members is not None and process.members.where is not None:
        yield Use(process.members.where, place="row", source="cases", where=True)


def _fact(fact: Fact) -> Iterator[Use]:
    if fact.formula is not None:
        yield Use(fact.formula, "value")
    yield from _given(fact.use)
    if fact.query is None:
        return
    source = fact.query.source
    if fact.query.where is not None:
        yield Use(fact.query.where, place="row", source=source, where=True)
    if fact.query.of is not None:
        yield Use(fact.query.of, "value", place="row", source=source)


def step_uses(step: Step) -> Iterator[Use]:
    """Go through all expressions of a step."""
    if step.when is not None:
        yield Use(step.when)
    yield from _conditions(step.status)
    yield from _who(step.who)
    yield from _due(step.due)
    for stage in step.stages.values():
        if stage.when is not None:
            yield Use(stage.when)
    if step.chain is not None:
        yield Use(step.chain.from_, "organisation")
        for formula in step.chain.key.values():
            yield Use(formula, "value")
        if step.chain.until is not None:
            yield Use(step.chain.until, place="until")
    if step.panel is not None:
        yield from _panel(step.panel)
    if step.wait is not None:
        yield from _dates(step.wait.until)
    for target in (*step.outcomes.values(), step.to):
        yield from _conditions(target)
    for effect in arrivals(step):
        yield from _effect(effect, "everywhere", None)
    for action in step.actions.values():
        yield from action_uses(action)


def action_uses(action: Action) -> Iterator[Use]:
    """Go through all expressions of an action."""
    if action.when is not None:
        yield Use(action.when, place="action_when")
    yield from _who(action.who)
    yield from _requirements(action.require, "action", action.ask)
    yield from _conditions(action.to, "action", action.ask)
    yield from _conditions(action.resubmit_to, "action", action.ask)
    for path, formula in action.set.items():
        root, _, rest = path.partition(".")
        if root == "flags":
            yield Use(formula, "condition", "action", action.ask)
        else:
            yield Use(formula, "value", "action", action.ask, field=(root, rest))
    for effect in action.do:
        yield from _effect(effect, "action", action.ask)
    if action.send_to is not None:
        yield Use(action.send_to, "organisation", "action", action.ask)
    if action.insert is not None:
        yield Use(action.insert, "organisations", "action", action.ask)
    yield from _dates(action.due, "action", action.ask)


def _given(
    use: RuleUse | None, place: Place = "everywhere", ask: Ask | None = None
) -> Iterator[Use]:
    """Go through what a rule table is asked with."""
    inputs = use.rule.inputs if use is not None and use.rule is not None else {}
    for name, formula in use.given.items() if use is not None else ():
        want = type_of(inputs[name]) if name in inputs else None
        yield Use(formula, "value", place, ask, want=want)


def _who(who: Assignment | None) -> Iterator[Use]:
    if who is None:
        return
    if who.organisation is not None:
        yield Use(who.organisation, "organisation")
    if who.person is not None:
        yield Use(who.person, "person")
    if isinstance(who.except_, Formula):
        yield Use(who.except_, "people")
    yield from _recusals(who.recusals)


def _recusals(recusals: tuple[Recusal, ...]) -> Iterator[Use]:
    for recusal in recusals:
        if recusal.people is not None:
            yield Use(recusal.people, "people")
        if recusal.when is not None:
            yield Use(recusal.when, place="row", source="people")


def _requirements(
    requirements: tuple[Requirement, ...], place: Place, ask: Ask | None
) -> Iterator[Use]:
    for requirement in requirements:
        yield from _given(requirement.use, place, ask)
        yield Use(requirement.that, "condition", place, ask)


def _conditions(
    choice: Choice[str] | Choice[Word] | None, place: Place = "everywhere", ask: Ask | None = None
) -> Iterator[Use]:
    yield from _given(choice.use if choice is not None else None, place, ask)
    for when, _ in choice.cases if choice is not None else ():
        if when is not None:
            yield Use(when, "condition", place, ask)


def _dates(
    choice: Choice[Formula] | None, place: Place = "everywhere", ask: Ask | None = None
) -> Iterator[Use]:
    for when, then in choice.cases if choice is not None else ():
        if when is not None:
            yield Use(when, "condition", place, ask)
        yield Use(then, "date", place, ask)


def _due(due: Due | None) -> Iterator[Use]:
    if due is None:
        return
    yield from _dates(due.by)
    for formula in due.remind:
        yield Use(formula, "date")


def _panel(panel: Panel) -> Iterator[Use]:
    if isinstance(panel.voters, Draw):
        yield Use(panel.voters.count, "number")
        if panel.voters.where is not None:
            yield Use(panel.voters.where, place="row", source=panel.voters.register, where=True)
    else:
        yield Use(panel.voters, "people")
    yield from _recusals(panel.recusals)
    if panel.present is not None:
        yield Use(panel.present, "people")
    if panel.observers is not None:
        yield Use(panel.observers, "people")
    if panel.extend is not None:
        yield Use(panel.extend, "value", "member")
    if panel.invalid is not None:
        yield Use(panel.invalid, place="ballot")
    if panel.decide.places is not None:
        yield Use(panel.decide.places, "number")
    if panel.enough is not None:
        yield Use(panel.enough, place="vote")


def _effect(effect: Effect, place: Place, ask: Ask | None) -> Iterator[Use]:
    if effect.when is not None:
        yield Use(effect.when, "condition", place, ask)
    acting = place == "action"
    if effect.where is not None:
        yield Use(
            effect.where, "condition", "row", ask, source=effect.name, where=True, acting=acting
        )
    if effect.which is not None:
        yield Use(effect.which, "condition", "member", ask, acting=acting)
    if effect.of is not None:
        yield Use(effect.of, "record", place, ask)
    owner, each = _OWNERS.get(effect.kind, "register"), effect.each
    if each is not None:
        yield Use(each, "list", place, ask)
        place = "item"
    for name, formula in effect.set.items():
        field = (effect.name, name)
        yield Use(formula, "value", place, ask, field=field, owner=owner, each=each, acting=acting)
