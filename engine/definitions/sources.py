"""What the dates of a process are read from: when that changes, its cases are looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.definitions.bind import BoundProcess
from engine.definitions.process import Fact, Formula, Process
from engine.domain.types import ListOf, Record, Reference, Type
from engine.expressions import Expression, Path, Scope, Shape, Where

#: the record is that of whoever started the case
INITIATOR = ""
#: the register that is looked into for cases
_CASES = "cases"


class Source(NamedTuple):
    """A field of a register that a date is found from."""

    register: str
    #: None: any field of any record, for the register is searched
    field: str | None
    #: where the data of the case name the record, or :data:`INITIATOR`; None: somewhere else
    path: str | None


def sources_of(bound: BoundProcess) -> frozenset[Source]:
    """What the deadlines and dates waited for of a process are read from in registers."""
    walk = _Walk(bound)
    for formula in _dates(bound.process):
        walk.formula(formula)
    return frozenset(walk.found)


def _dates(process: Process) -> Iterator[Formula]:
    for step in process.steps.values():
        if step.due is not None:
            yield from step.due.formulas
        if step.wait is not None and step.wait.until is not None:
            yield from (when for when, _ in step.wait.until.cases if when is not None)
            yield from step.wait.until.values
    for deadline in process.deadlines.values():
        yield from deadline.due.formulas


class _Walk:
    """Goes from an expression to all it reads, through facts and switches."""

    def __init__(self, bound: BoundProcess) -> None:
        self.bound = bound
        self.found: set[Source] = set()
        self._seen: set[str] = set()

    def formula(self, formula: Formula) -> None:
        self._read(self.bound.expressions[formula], self.bound.scope(formula))

    def _read(self, reader: Expression | Where, scope: Scope) -> None:
        for path in reader.paths:
            self._path(path, scope)
        for path, type_, shape in reader.below:
            at = None if path[0] != "data" else ".".join(path[1:])
            self._below(type_, shape, scope, at)

    def _path(self, path: Path, scope: Scope) -> None:
        root, *rest = path
        if root == "policy":
            self._policy(rest[0])
            return
        fact = self.bound.process.facts.get(root)
        if fact is not None:
            self._fact(fact)
        known = scope.names.get(root)
        at = {"data": [], "initiator": [INITIATOR]}.get(root)
        self._follow(known.type if known is not None else None, rest, scope, at)

    def _follow(
        self, type_: Type | None, names: list[str], scope: Scope, at: list[str] | None
    ) -> None:
        """Go along a path; ``at`` is where the data of the case have led so far."""
        for name in names:
            if isinstance(type_, Reference):
                self.found.add(Source(type_.register, name, None if at is None else ".".join(at)))
                record, at = scope.registers.get(type_.register), None
            else:
                record = type_ if isinstance(type_, Record) else None
                at = None if at is None else [*at, name]
            field = record.fields.get(name) if record is not None else None
            type_ = field.type if field is not None else None

    def _below(self, type_: Type | None, shape: Shape, scope: Scope, at: str | None) -> None:
        if isinstance(type_, ListOf):
            if shape.item is not None:
                self._below(type_.item, shape.item, scope, None)
            return
        if not isinstance(type_, Record | Reference):
            return
        fields = scope.fields_of(type_)
        for name in {*shape.fields, *shape.filled}:
            if isinstance(type_, Reference):
                self.found.add(Source(type_.register, name, at))
            known = fields.get(name) if fields is not None else None
            if known is not None and name in shape.fields:
                self._below(known.type, shape.fields[name], scope, None)

    def _fact(self, fact: Fact) -> None:
        if fact.name in self._seen:
            return
        self._seen.add(fact.name)
        for formula in fact.formulas:
            self.formula(formula)
        query = fact.query
        if query is not None and query.source != _CASES:
            self.found.add(Source(query.source, None, None))
        if query is not None and query.where is not None:
            self._read(self.bound.wheres[query.where], self.bound.scope(query.where))

    def _policy(self, name: str) -> None:
        policy = self.bound.process.policy.get(name)
        if policy is None:
            return
        if policy.as_of is not None:
            self.formula(policy.as_of)
        for layer in policy.set_by:
            fact = self.bound.process.facts.get(layer)
            if fact is None or fact.formula is None:
                continue
            self._fact(fact)
            expression = self.bound.expressions[fact.formula]
            if isinstance(expression.type, Reference):
                root, *rest = expression.paths[0] if expression.paths else ("",)
                at = ".".join(rest) if root == "data" and len(expression.paths) == 1 else None
                self.found.add(Source(expression.type.register, name, at))
