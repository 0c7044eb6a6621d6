"""The expressions of registers, lists and connectors, compiled in their scopes.

Those of processes are bound in :mod:`engine.definitions.bind`; what documents print is worked out
in the process that issues them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.problems import Problems
from engine.definitions.connector import Connector
from engine.definitions.kinds import Content
from engine.definitions.known import Known, behind, index_paths
from engine.definitions.listing import CASES, Listing, case_record
from engine.definitions.process import Formula
from engine.definitions.register import (
    ORGANISATIONS,
    PEOPLE,
    REVIEW_ACTION,
    RecordAction,
    Register,
    Showing,
    Telling,
)
from engine.domain.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    TEXT,
    Field,
    ListOf,
    Record,
    Reference,
    Scalar,
    Type,
    follow,
)
from engine.expressions import Expression, Scope, Where, compile, compile_where

#: what every expression of a register or list may read beside its row
NAMES: Mapping[str, Field] = {
    "actor": Field(Reference(PEOPLE), "操作人 / the person acting", "language"),
    "here": Field(Reference(ORGANISATIONS), "操作单位 / organisation acting", "language"),
    "today": Field(DATE, "今天 / this day", "language"),
    "now": Field(DATETIME, "现在 / this moment", "language"),
}


@dataclass(frozen=True)
class BoundContent:
    """Every expression of registers, lists and connectors.

    ``records`` are the registers as expressions see them, with the inferred types of computed
    fields.
    """

    expressions: Mapping[Formula, Expression] = field(default_factory=dict)
    wheres: Mapping[Formula, Where] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)


def bind_content(content: Content, known: Known, problems: Problems) -> BoundContent:
    """Compile every expression of the content's own, reporting all that is wrong with them."""
    binder = _Binder(known, problems)
    for register in content.registers.values():
        binder.computed(register)
    for register in content.registers.values():
        for action in register.actions.values():
            binder.action(register, action)
    for listing in content.lists.values():
        binder.listing(listing)
    for connector in content.connectors.values():
        binder.connector(connector)
    return BoundContent(binder.expressions, binder.wheres, binder.records)


class _Binder:
    def __init__(self, known: Known, problems: Problems) -> None:
        self.known = known
        self.problems = problems
        self.expressions: dict[Formula, Expression] = {}
        self.wheres: dict[Formula, Where] = {}
        self.records: dict[str, Record] = dict(known.record_types)

    def scope(self, **names: Field) -> Scope:
        return Scope({**NAMES, **names}, self.records)

    def compile(self, formula: Formula, scope: Scope, want: object = None) -> Expression | None:
        found = compile(
            formula.text,
            scope,
            want=want,  # type: ignore[arg-type]
            node=formula.node,
            problems=self.problems,
        )
        if found is not None:
            self.expressions[formula] = found
        return found

    def computed(self, register: Register) -> None:
        """Compile computed fields in order, each seeing those before it."""
        if register.form not in self.known.forms:
            return
        fields = {
            name: found
            for name, found in self.records[register.id].fields.items()
            if name not in register.computed
        }
        for computed in register.computed.values():
            row = Field(Record(register.id, dict(fields)))
            want: object = Scalar(computed.type) if computed.type is not None else None
            if computed.reference is not None:
                want = (Reference(computed.reference), TEXT)
            expression = self.compile(computed.value, self.scope(it=row), want)
            type_ = expression.type if expression is not None else None
            if computed.reference is not None:
                type_ = computed.known_type
            fields[computed.name] = Field(
                type_ or Scalar(computed.type or "any"), computed.title, register.id
            )
            if expression is not None and computed.name in register.index_paths:
                self._own_only(register, computed.name, computed.value, expression)
        self.records[register.id] = Record(register.id, fields)

    def _own_only(
        self, register: Register, name: str, formula: Formula, expression: Expression
    ) -> None:
        """An indexed value is written with the record, so it may depend on nothing else."""
        record = self.records[register.id]
        for path in expression.paths:
            if path[0] == "it" and not _leaves(record, path[1:], self.records):
                continue
            self.problems.add("REG120", formula.node, name=name, path=".".join(path))
            return

    def action(self, register: Register, action: RecordAction) -> None:
        """Compile what an action writes."""
        record = self.records[register.id]
        scope = self.scope(it=Field(record), input=Field(self._asked(action)))
        for one in action.require:
            self.compile(one.that, self.scope(it=Field(record)), BOOLEAN)
        for showing in action.shows:
            self._showing(record, showing)
        for path, formula in action.set.items():
            found = follow(record, tuple(path.split(".")), self.records)
            want = (DATE, DATETIME) if found in (DATE, DATETIME) else found
            self.compile(formula, scope, want)
        if action.when is not None:
            self.compile(action.when, self.scope(it=Field(record)), BOOLEAN)
        if action.automatic is not None:
            self.compile(action.automatic, self.scope(it=Field(record)), BOOLEAN)
        if action.connector is not None:
            self._telling(action.connector, record)

    def _telling(self, told: Telling, record: Record) -> None:
        """Compile what a system outside is told, and what is written with its answer."""
        connector = self.known.connectors.get(told.name)
        forms = self.known.forms
        sent = forms.get(connector.form) if connector is not None else None
        answer = forms.get(connector.result or "") if connector is not None else None
        it = Field(record)
        answered = self.scope(it=it, answer=Field(answer or Record("answer", {})))
        for formulas, scope, target in (
            (told.body, self.scope(it=it), sent),
            (told.done, answered, record),
            (told.failed, self.scope(it=it, reason=Field(TEXT), refused=Field(BOOLEAN)), record),
        ):
            for path, formula in formulas.items():
                names = tuple(path.split("."))
                found = follow(target, names, self.records) if target is not None else None
                want = (DATE, DATETIME) if found in (DATE, DATETIME) else found
                self.compile(formula, scope, want)

    def _showing(self, record: Record, showing: Showing) -> None:
        """Compile what is listed before an action is taken."""
        row = self.records.get(showing.register)
        if row is None:
            return
        found = compile_where(
            showing.where.text,
            self.scope(it=Field(row), record=Field(record)),
            row,
            {tuple(path.split(".")) for path in index_paths(self.known, showing.register)},
            node=showing.where.node,
            problems=self.problems,
        )
        if found is not None:
            self.wheres[showing.where] = found

    def _asked(self, action: RecordAction) -> Type:
        if isinstance(action.ask, str):
            return self.known.forms.get(action.ask, Record("input", {}))
        form = self.known.forms.get(REVIEW_ACTION)
        fields = form.fields if form is not None else {}
        asked = {name: fields.get(name, Field(TEXT)) for name in action.ask}
        return Record("input", asked)

    def connector(self, connector: Connector) -> None:
        """Compile when an answer is none yet."""
        if connector.pending is not None:
            answer = self.known.forms.get(connector.result or "") or Record("answer", {})
            self.compile(connector.pending, Scope({"answer": Field(answer)}, self.records), BOOLEAN)

    def listing(self, listing: Listing) -> None:
        """Compile the condition of a list."""
        if listing.where is None:
            return
        if listing.of == CASES:
            row = case_record(listing, self.known)
            row = Record("case", {**row.fields, "closed": Field(BOOLEAN), "open": Field(BOOLEAN)})
            indexes = {
                f"data.{path.replace('.*', '')}"
                for process in self.known.processes.values()
                for path in self.known.form_indexes.get(process.form or "", ())
            }
            types = {path: self.known.type_at(row, path) for path in indexes}
            references = {
                path: type_.register
                for path, type_ in types.items()
                if isinstance(type_, Reference)
            }
            named = {*row.fields, *indexes, *behind(self.known, references)}
            paths = {tuple(path.split(".")) for path in named}
        elif listing.of in self.records:
            row = self.records[listing.of]
            paths = {tuple(path.split(".")) for path in index_paths(self.known, listing.of)}
        else:
            return
        found = compile_where(
            listing.where.text,
            self.scope(it=Field(row)),
            row,
            paths,
            node=listing.where.node,
            problems=self.problems,
        )
        if found is not None:
            self.wheres[listing.where] = found


def _leaves(record: Record, path: tuple[str, ...], registers: Mapping[str, Record]) -> bool:
    """Tell whether a path goes on behind a reference, into another record."""
    here: Type = record
    for place, name in enumerate(path):
        if isinstance(here, ListOf):
            here = here.item
        found = follow(here, (name,), registers)
        if found is None:
            return False
        if isinstance(here, Reference) and place > 0 and name != "id":
            return True
        here = found
    return False
