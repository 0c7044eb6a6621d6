"""A bound process made ready to run: its net of tokens and its actions by step.

Compiled once for each process version and shared by all its cases; it holds no state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from engine.definitions.bind import BoundProcess
from engine.definitions.process import (
    Action,
    Choice,
    Deadline,
    Fact,
    Formula,
    Process,
    Requirement,
    Step,
)
from engine.expressions import Expression, Scope
from engine.runtime.tokens import Flow, Net, TokenNode

#: targets that are found at run time on the path of the case, not by a flow of the net
DYNAMIC = frozenset({"previous", "resume"})
#: the parallel steps and branches around a step, from the outside in
Within = tuple[tuple[str, str], ...]


class Compiled:
    """One process version, ready to run.

    There is a net for the process and one for each branch of its parallel steps, so that inside
    each of them one token moves and a branch that has ended leaves nothing behind.

    Names of nodes: ``step`` where a case halts, ``step?`` the decision whether the step is visited,
    ``step!`` the choice where the step leads when it is done or passed over. A guard is named after
    the flow it opens: ``action#0`` for the first target of an action, ``+outcome#0`` for one of an
    outcome, ``@done``; ``step?`` and ``step!0`` ask for the expressions written there. A branch
    ends at ``@join`` and is left for a step outside at ``>step``; ``@>step`` enters that step.
    """

    def __init__(self, bound: BoundProcess) -> None:
        self.bound = bound
        self.process: Process = bound.process
        self._nets = {
            within: Net(self.process.id, self._nodes(within, steps))
            for within, steps in self._levels().items()
        }
        #: the names each expression was checked with: its types say where references lead
        self._scopes = {
            expression: bound.scope(formula) for formula, expression in bound.expressions.items()
        }

    def net(self, within: Within) -> Net:
        """The net of a branch; of the process itself for ``()``."""
        return self._nets[within]

    def expression(self, formula: Formula) -> Expression:
        """The checked expression of a formula of this process."""
        return self.bound.expressions[formula]

    def scope(self, expression: Expression) -> Scope:
        """The scope an expression was checked in; that of everywhere for one inside a `where`."""
        return self._scopes.get(expression) or self.bound.scope()

    def asks(self, formula: Formula) -> bool:
        """Whether an expression reads what is entered with an action."""
        return any(path[0] == "input" for path in self.expression(formula).paths)

    def follows_deadline(self, formula: Formula) -> bool:
        """Whether a date is found from a deadline as it stands, wherever that was moved to."""
        paths = self.expression(formula).paths
        given = any(path[:2] == ("case", "due_given") for path in paths)
        return given or any(True for _ in self._deadlines_in(paths))

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The links of the cases whose end some step waits for."""
        links = (step.awaits for step in self.process.steps.values())
        return frozenset(link for link in links if link is not None)

    @cached_property
    def early_guards(self) -> tuple[Requirement, ...]:
        """The start guards that can be asked before anything was entered."""
        start = self.process.start
        rules = start.require if start is not None else ()
        return tuple(one for one in rules if not self._reads_data(self.expression(one.that).paths))

    def _reads_data(self, paths: Iterable[tuple[str, ...]]) -> bool:
        """Whether any of the paths leads into the data of the case, through facts too."""
        for root, *rest in paths:
            if root in ("data", "input"):
                return True
            policy = self.process.policy.get(rest[0]) if root == "policy" and rest else None
            if policy is not None and set(policy.set_by) - {"jurisdiction"}:
                return True
            fact = self.process.facts.get(root)
            if fact is not None and self._reads_data(self._paths_of(fact)):
                return True
        return False

    def _paths_of(self, fact: Fact) -> Iterable[tuple[str, ...]]:
        if fact.formulas:
            return [path for one in fact.formulas for path in self.expression(one).paths]
        where = fact.query.where if fact.query is not None else None
        return self.bound.wheres[where].paths if where is not None else ()

    @cached_property
    def deadlines(self) -> tuple[Deadline, ...]:
        """Those of the whole case, each after those its date is made from."""
        known, found = self.process.deadlines, dict[str, Deadline]()

        def add(deadline: Deadline) -> None:
            for formula in deadline.due.formulas:
                for name in self._deadlines_in(self.expression(formula).paths):
                    if name not in found and name != deadline.name:
                        add(known[name])
            found.setdefault(deadline.name, deadline)

        for deadline in known.values():
            add(deadline)
        return tuple(found.values())

    def _deadlines_in(self, paths: Iterable[tuple[str, ...]]) -> Iterator[str]:
        for root, *rest in paths:
            if root == "deadlines" and rest:
                yield rest[0]
            fact = self.process.facts.get(root)
            if fact is not None:
                yield from self._deadlines_in(self._paths_of(fact))

    @cached_property
    def actions(self) -> Mapping[str, Mapping[str, Action]]:
        """For each step its own actions and the process-wide ones offered there."""
        return {step.name: self._actions_of(step) for step in self.process.steps.values()}

    def _actions_of(self, step: Step) -> Mapping[str, Action]:
        actions = dict(step.actions)
        for name, action in self.process.actions.items():
            offered = step.name in action.during if action.during is not None else not step.end
            if offered:
                actions.setdefault(name, action)
        return actions

    def _levels(self) -> Mapping[Within, list[Step]]:
        levels: dict[Within, list[Step]] = {(): []}
        for step in self.process.steps.values():
            levels.setdefault(step.within, []).append(step)
        return levels

    def _nodes(self, within: Within, steps: list[Step]) -> list[TokenNode]:
        nodes = [TokenNode("@start", (Flow(self._enter(steps[0])),))]
        if within:
            nodes.append(TokenNode("@join", (), halts=True))
        # From inside a branch any step around it may be gone to.
        nodes += [TokenNode(f"@>{step.name}", (Flow(self._enter(step)),)) for step in steps]
        nodes += [
            TokenNode(f">{step.name}", (), halts=True)
            for step in self.process.steps.values()
            if within and step.within == within[: len(step.within)] and step.within != within
        ]
        for step in steps:
            nodes += self._nodes_of(step)
        return nodes

    def _nodes_of(self, step: Step) -> list[TokenNode]:
        nodes = []
        decided = step.chain is not None or step.when is not None
        if decided:
            nodes.append(TokenNode(f"{step.name}?", self._visit_flows(step)))
        if step.kind == "automatic":
            nodes.append(TokenNode(step.name, (Flow(f"{step.name}!"),)))
        else:
            nodes.append(TokenNode(step.name, tuple(self._exits(step)), halts=True))
        if step.to is not None:
            nodes.append(TokenNode(f"{step.name}!", self._choice(step, step.to)))
        return nodes

    def _visit_flows(self, step: Step) -> tuple[Flow, ...]:
        visit = Flow(step.name, f"{step.name}?")
        # A step that cannot be passed over has no `to`; then the guard must hold.
        return (visit, Flow(f"{step.name}!")) if step.to is not None else (visit,)

    def _exits(self, step: Step) -> list[Flow]:
        exits = []
        for name, action in self._actions_of(step).items():
            for index, target in enumerate(action.to.values if action.to else ()):
                if not self._is_found_later(step, target):
                    exits.append(Flow(self._target(step, target), f"{name}#{index}"))
        for name, outcome in step.outcomes.items():
            for index, target in enumerate(outcome.values):
                if not self._is_found_later(step, target):
                    exits.append(Flow(self._target(step, target), f"+{name}#{index}"))
        if step.to is not None:
            exits.append(Flow(f"{step.name}!", "@done"))
        return exits

    def _target(self, step: Step, target: str) -> str:
        if target == "next":
            return f"{step.name}?" if step.chain is not None else f"{step.name}!"
        return self._goal(step, target)

    def _goal(self, step: Step, target: str) -> str:
        if target == "join":
            return "@join"
        found = self.process.steps[target]
        return self._enter(found) if found.within == step.within else f">{target}"

    def _enter(self, step: Step) -> str:
        decided = step.chain is not None or step.when is not None
        return f"{step.name}?" if decided else step.name

    def _is_found_later(self, step: Step, target: str) -> bool:
        """Whether the target is on the path: words, and steps in branches that were passed."""
        if target in DYNAMIC:
            return True
        found = self.process.steps.get(target)
        return found is not None and found.within != step.within[: len(found.within)]

    def _choice(self, step: Step, choice: Choice[str]) -> tuple[Flow, ...]:
        flows = []
        for index, (when, target) in enumerate(choice.cases):
            guard = None if when is None else f"{step.name}!{index}"
            flows.append(Flow(self._goal(step, target), guard))
        return tuple(flows)
