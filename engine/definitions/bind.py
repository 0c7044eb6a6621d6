"""A process with every expression compiled in its scope."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.authoring.memory import Memory, once
from engine.authoring.problems import Problems
from engine.definitions.bpmn import write_bpmn
from engine.definitions.context import CASES, ORGANISATION, PERSON
from engine.definitions.flow import Flow, flow
from engine.definitions.process import Deadline, Fact, Formula, Policy, Process, effects_of
from engine.definitions.scopes import Around, Scopes
from engine.definitions.uses import Gives, Owner, Use, uses
from engine.domain.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    ListOf,
    Reference,
    Type,
    follow,
)
from engine.expressions import Expression, Path, Scope, Where, compile, compile_where

Want = Type | tuple[Type, ...] | None
_WANTED: Mapping[Gives, Want] = {
    "condition": BOOLEAN,
    "date": (DATE, DATETIME),
    "number": NUMBER,
    "organisation": ORGANISATION,
    "organisations": ListOf(ORGANISATION),
    "person": PERSON,
    "people": (ListOf(PERSON), PERSON),
    "record": Reference(""),
    "cases": None,
    "list": ListOf(ANY),
    "value": None,
}


#: what a deadline of the process is called with in expressions
DEADLINES = "deadlines."
#: what a policy is called with
POLICY = "policy."


@dataclass(frozen=True, eq=False)
class BoundProcess:
    """A process and everything compiled from it."""

    process: Process
    #: every expression that is evaluated on values
    expressions: Mapping[Formula, Expression]
    #: every ``where``, which becomes SQL
    wheres: Mapping[Formula, Where]
    scopes: Scopes = field(repr=False)
    #: what each document it issues prints, by template and name
    documents: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)

    @cached_property
    def flow(self) -> Flow:
        """Where a case can go."""
        return flow(self.process)

    @cached_property
    def _uses(self) -> Mapping[Formula, Use]:
        return {use.formula: use for use in uses(self.process)}

    def scope(self, formula: Formula | None = None) -> Scope:
        """Return the names an expression can read; without one, those that are everywhere."""
        use = self._uses.get(formula) if formula is not None else None
        return self.scopes.everywhere if use is None else self.scopes.of(use)

    def bpmn(self) -> str:
        """Return the process as BPMN 2.0 XML with its diagram."""
        return write_bpmn(self.flow)

    @property
    def aliases(self) -> Mapping[str, str]:
        """Facts that are plain paths, by name."""
        return self.scopes.aliases


def bind(
    process: Process, around: Around, problems: Problems, memory: Memory | None = None
) -> BoundProcess:
    """Compile every expression of a process, reporting all that is wrong with them.

    Args:
        process: a flattened process.
        around: what the rest of the content offers.
        problems: receives what is wrong.
        memory: what was compiled before; an expression is compiled anew only if a name it reads
            is of another type.
    """
    scopes = Scopes(process, around)
    binder = _Binder(process, scopes, around.indexes, problems, memory)
    for name in _ordered(process, scopes, problems):
        if name in process.facts:
            binder.fact(process.facts[name])
        else:
            binder.deadline(process.deadlines[name.removeprefix(DEADLINES)])
    for use in uses(process):
        binder.bind(use)
    printed = binder.documents(around.documents)
    return BoundProcess(process, binder.expressions, binder.wheres, scopes, printed)


class _Binder:
    def __init__(
        self,
        process: Process,
        scopes: Scopes,
        indexes: Mapping[str, Collection[Path]],
        problems: Problems,
        memory: Memory | None,
    ) -> None:
        self.process = process
        self.scopes = scopes
        self.indexes = indexes
        self.problems = problems
        self.memory = memory
        self.expressions: dict[Formula, Expression] = {}
        self.wheres: dict[Formula, Where] = {}

    def fact(self, fact: Fact) -> None:
        """Compile a fact that is an expression, so that others know its type."""
        if fact.formula is None:
            return
        bound = self.bind(Use(fact.formula, "value"))
        if fact.name not in self.scopes.aliases:
            type_ = bound.type if bound is not None else None
            self.scopes.learn(fact.name, type_ if type_ is not None else ANY)

    def deadline(self, deadline: Deadline) -> None:
        """Compile what the date of a deadline is found from, so that others know its type."""
        for when, _ in deadline.due.by.cases:
            if when is not None:
                self.bind(Use(when))
        found = [self.bind(Use(value, "date")) for value in deadline.due.by.values]
        if all(one is not None and one.type == DATE for one in found):
            self.scopes.learn_deadline(deadline.name, DATE)

    def documents(
        self, known: Mapping[str, Mapping[str, Formula]]
    ) -> Mapping[str, Mapping[str, Expression]]:
        """Compile what the documents print that the process issues."""
        issued = {effect.name for effect in effects_of(self.process) if effect.kind == "document"}
        return {
            name: {
                key: found
                for key, formula in data.items()
                if (found := self._compiled(Use(formula, "value"), self.scopes.everywhere))
                is not None
            }
            for name, data in known.items()
            if name in issued
        }

    def bind(self, use: Use) -> Expression | None:
        """Compile one expression."""
        formula = use.formula
        if formula in self.expressions or formula in self.wheres:
            return None
        if any(part not in self.expressions for part in formula.made_of):
            # What is wrong with it was said where it is written.
            return None
        scope = self.scopes.of(use)
        if use.where:
            self._where(use, scope)
            return None
        found = self._compiled(use, scope)
        if found is not None:
            self.expressions[formula] = found
            if use.gives == "list" and isinstance(found.type, ListOf):
                self.scopes.learn_item(formula, found.type.item)
        return found

    def _compiled(self, use: Use, scope: Scope) -> Expression | None:
        formula = use.formula

        def make(scope: Scope, want: Want, found: Problems) -> Expression | None:
            return compile(formula.text, scope, want=want, node=formula.node, problems=found)

        given = scope, self._wanted(use)
        return once(self.memory, self._key(use), given, make, self.problems, at=formula.node)

    def _key(self, use: Use) -> tuple[object, ...]:
        """What tells most uses apart; where two are alike, the later is kept."""
        wanted = use.gives, use.field
        return "expression", self.process.id, use.place, use.source, wanted, use.formula.text

    def _where(self, use: Use, scope: Scope) -> None:
        formula, source = use.formula, use.source or ""
        rows = self.scopes.registers.get(source)
        unknown = source == CASES and rows is not None and rows.fields["data"].type == ANY
        # A register or form that does not exist is reported once, where it is named.
        if scope.names["it"].type == ANY or unknown:
            return

        def make(scope: Scope, indexes: Collection[Path], found: Problems) -> Where | None:
            row = Reference(source)
            return compile_where(
                formula.text, scope, row, indexes, node=formula.node, problems=found
            )

        given = scope, self.indexes.get(source, frozenset())
        key = self._key(use)
        found = once(self.memory, key, given, make, self.problems, at=formula.node)
        if found is not None:
            self.wheres[formula] = found

    def _wanted(self, use: Use) -> Want:
        if use.want is not None:
            return use.want
        if use.field is None:
            return _WANTED[use.gives]
        owner, path = use.field
        root = self.scopes.data if owner == "data" else self._owner(use.owner, owner)
        if root is None:
            return None
        found = follow(root, tuple(path.split(".")), self.scopes.registers)
        return (DATE, DATETIME) if found in (DATE, DATETIME) else found

    def _owner(self, kind: Owner, name: str) -> Type | None:
        """What has the field that an effect writes."""
        if kind == "connector":
            known = self.scopes.connectors.get(name)
            return self.scopes.forms.get(known.form) if known is not None else None
        if kind == "process":
            other = self.scopes.processes.get(name)
            return self.scopes.data_of(other) if other is not None else None
        return self.scopes.tables.get(name)


def _ordered(process: Process, scopes: Scopes, problems: Problems) -> list[str]:
    """Return facts and deadlines so that each comes after those it names; report circles.

    A deadline is named as expressions name it, ``deadlines.x``; so is a policy, ``policy.x``, which
    asks for its date and for the records that may set it.
    """
    order: list[str] = []
    open_: list[str] = []
    deadlines = {f"{DEADLINES}{name}": one for name, one in process.deadlines.items()}
    policies = {f"{POLICY}{name}": one for name, one in process.policy.items()}
    named: Mapping[str, Deadline | Policy | Fact] = {**process.facts, **deadlines, **policies}

    def visit(name: str) -> None:
        if name in order or name not in named:
            return
        one = named[name]
        if name in open_:
            trail = [*open_[open_.index(name) :], name]
            problems.add("DEF216", one.node, path=" → ".join(trail))
            return
        open_.append(name)
        for other in one.set_by if isinstance(one, Policy) else ():
            visit(other)
        for formula in _formulas(one):
            for other in scopes.facts_in(formula.text):
                visit(other)
            for other in scopes.deadlines_in(formula.text):
                visit(f"{DEADLINES}{other}")
            for other in scopes.policies_in(formula.text):
                visit(f"{POLICY}{other}")
        open_.pop()
        order.append(name)

    for name in named:
        visit(name)
    return [name for name in order if name not in policies]


def _formulas(one: Deadline | Policy | Fact) -> Iterable[Formula]:
    if isinstance(one, Policy):
        return () if one.as_of is None else (one.as_of,)
    return one.due.formulas if isinstance(one, Deadline) else one.formulas
