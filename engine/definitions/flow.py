"""Where a case can go: the process as a graph of steps and the ways between them.

The graph knows nothing of places or organisations; it is what the checks explore, what the diagram
draws and what BPMN files are written from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from engine.authoring.node import Node
from engine.definitions.process import Action, Choice, Process, Step, StepKind

#: how a case takes a way
Via = Literal["action", "outcome", "done", "passed_over", "chain", "expiry", "branch"]
RELATIVE = ("next", "previous", "resume", "join")


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """One way from a step: what leads along it, and under which condition.

    ``target`` is a step; ``previous`` and ``resume`` are not steps of the graph but ways back, kept
    in :attr:`Flow.back`.
    """

    source: str
    target: str
    via: Via
    node: Node
    #: the action or outcome, empty where nobody presses anything
    name: str = ""
    title: str = ""
    condition: str = ""
    action: Action | None = None
    #: the parallel step by whose join it leads on
    joins: str = ""

    @property
    def returns(self) -> bool:
        """Whether this goes back on the path instead of on."""
        return self.action is not None and self.action.verb == "return"


@dataclass(frozen=True, eq=False)
class Flow:
    """Steps in order of writing, the ways between them, and the ways back."""

    process: Process
    ways: tuple[Way, ...]
    #: ways to ``previous`` and ``resume``, whose step depends on the path
    back: tuple[Way, ...]

    @property
    def first(self) -> str:
        """Where a case begins."""
        return self.process.first.name

    def kind(self, step: str) -> StepKind:
        """Return the kind of a step."""
        return self.process.steps[step].kind

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Way, ...]]:
        """The ways out of each step, ways back included."""
        table: dict[str, list[Way]] = {name: [] for name in self.process.steps}
        for way in (*self.ways, *self.back):
            table[way.source].append(way)
        return {name: tuple(ways) for name, ways in table.items()}


def flow(process: Process) -> Flow:
    """Return the graph of a process; targets that do not exist are left out."""
    ways: list[Way] = []
    for step in process.steps.values():
        ways += _ways(process, step)
    known = process.steps.keys()
    return Flow(
        process,
        tuple(way for way in ways if way.target in known),
        tuple(way for way in ways if way.target in ("previous", "resume")),
    )


def actions_at(process: Process, step: Step) -> dict[str, Action]:
    """Return the actions offered at a step: its own, and those of the process during it."""
    shared = {
        name: action
        for name, action in process.actions.items()
        if (step.kind != "end" if action.during is None else step.name in action.during)
    }
    return {**shared, **step.actions}


class _Goal(NamedTuple):
    """The step a target means, and the parallel step by whose join."""

    step: str
    joins: str = ""


def _ways(process: Process, step: Step) -> Iterator[Way]:
    expiry = step.due.otherwise if step.due is not None else None
    for action in actions_at(process, step).values():
        via: Via = "expiry" if action.name == expiry else "action"
        for condition, target, node in _places(process, step, action.to, action.node):
            yield Way(
                step.name, target.step, via, node, action.name, action.title, condition, action,
                target.joins,
            )  # fmt: skip
    for name, choice in step.outcomes.items():
        for condition, target, node in _places(process, step, choice, step.node):
            yield Way(
                step.name, target.step, "outcome", node, name, name, condition, None, target.joins
            )
    for branch, steps in step.parallel.branches.items() if step.parallel is not None else ():
        yield Way(step.name, next(iter(steps)), "branch", step.node, branch)
    plain: list[Via] = [via for via in (_plain(step),) if via is not None]
    if step.when is not None:
        plain.append("passed_over")
    for condition, target, node in _places(process, step, step.to, step.node):
        for via in plain:
            yield Way(step.name, target.step, via, node, condition=condition, joins=target.joins)


def _plain(step: Step) -> Via | None:
    """What leads along ``to`` of a step itself, if anything does when it is not passed over."""
    if step.kind == "chain":
        return "chain"
    if step.kind == "automatic" or (step.wait is not None and step.wait.until is not None):
        return "done"
    if step.awaits is not None:
        # Ends that have no outcome of their own.
        return "done"
    if step.kind in ("panel", "wait") and not step.outcomes:
        return "done"
    return None


def _places(
    process: Process, step: Step, choice: Choice[str] | None, node: Node
) -> Iterator[tuple[str, _Goal, Node]]:
    """Go through the entries of a choice with the steps their targets mean."""
    for condition, target, at in _cases(choice, node):
        for place in _resolved(process, step, target):
            yield condition, place, at


def _resolved(process: Process, step: Step, target: str) -> Iterable[_Goal]:
    """Return the steps a target means.

    ``next`` stays in a chain or leads along ``to``; ``join`` leads on from the parallel step.
    """
    if target == "join" and step.within:
        around = process.steps[step.within[-1][0]]
        onward = (place for one in _onward(around) for place in _resolved(process, around, one))
        return [_Goal(place.step, around.name) for place in onward]
    if target != "next":
        return (_Goal(target),)
    # What leaves a chain at its end is its own `to`, which `_ways` draws once.
    if step.kind == "chain":
        return (_Goal(step.name),)
    return [place for one in _onward(step) for place in _resolved(process, step, one)]


def _onward(step: Step) -> Iterable[str]:
    return (one for one in step.to.values if one != "next") if step.to is not None else ()


def _cases(choice: Choice[str] | None, node: Node) -> Iterator[tuple[str, str, Node]]:
    for when, target in choice.cases if choice is not None else ():
        yield (when.text if when is not None else ""), target, when.node if when else node
