"""The names each expression of one process can read, with their types.

Made from the context table (:mod:`engine.definitions.context`), the process's own declarations and
the types of forms and registers. Where a form or register is missing, which is reported elsewhere,
its place is taken by a value of any type, so that one mistake makes one problem.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.definitions.connector import Connector
from engine.definitions.context import (
    ACT,
    BALLOT,
    CASE,
    CASE_ROW,
    CASES,
    JURISDICTION,
    MEMBERS,
    ORIGIN,
    PERSON,
    TABLE,
    VOTE,
    Named,
)
from engine.definitions.flow import actions_at
from engine.definitions.links import Related, created_by, link_name
from engine.definitions.neighbour import Kept, Neighbour, neighbour
from engine.definitions.process import (
    Action,
    Ask,
    Fact,
    Formula,
    Panel,
    Policy,
    Process,
)
from engine.definitions.rules.table import SINGLE
from engine.definitions.shapes import SNAKE
from engine.definitions.uses import Use
from engine.domain.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    Field,
    ListOf,
    Record,
    Reference,
    Type,
    follow,
)
from engine.expressions.scope import Path, Scope

PATH = re.compile(rf"{SNAKE}(\.{SNAKE})*\Z")
_POLICY_TYPES: Mapping[str, Type] = {
    "word": TEXT, "boolean": BOOLEAN, "number": NUMBER, "text": TEXT, "date": DATE,
}  # fmt: skip
_VERDICTS = {
    "passed": Field(BOOLEAN, "通过 / passed"),
    "votes": Field(NUMBER, "票数 / votes"),
}


@dataclass(frozen=True)
class Around:
    """What the rest of the content offers to the expressions of a process."""

    #: the type of each form's data
    forms: Mapping[str, Record]
    #: the record of each register
    registers: Mapping[str, Record]
    #: all processes, for the data of members and linked cases
    processes: Mapping[str, Neighbour]
    #: which processes know cases of each process
    related: Mapping[str, Related] = field(default_factory=dict)
    #: the connectors, for what comes back
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    #: what each document template prints, by template and name
    documents: Mapping[str, Mapping[str, Formula]] = field(default_factory=dict)
    #: the paths ``where`` may use, by register; those of cases by "cases"
    indexes: Mapping[str, Collection[Path]] = field(default_factory=dict)


class Scopes:
    """The scopes of one process."""

    def __init__(self, process: Process, around: Around) -> None:
        """Prepare the scopes of a process with what is around it."""
        self.process = process
        self.forms = around.forms
        self.connectors = around.connectors
        self.tables = around.registers
        self.processes = around.processes
        self.related = around.related
        #: types of facts that are neither paths nor queries, known once they are compiled
        self.computed: dict[str, Type] = {}
        self._dates: dict[str, Type] = {}
        self._items: dict[Formula, Type] = {}
        self._made: dict[tuple[object, ...], Scope] = {}

    @cached_property
    def registers(self) -> Mapping[str, Record]:
        """The registers, and the rows that expressions compare by id although no file has them."""
        rows = Record(CASES, {**CASE_ROW.fields, **self._row_fields()})
        member = {
            **rows.fields,
            "id": Field(Reference(CASES), "业务 / case", ORIGIN),
            "row": Field(self._row_type(), "组内数据 / data in the group", "members.row"),
            "outcome": Field(TEXT, "放行结果 / outcome", ORIGIN),
            "linked": Field(self._member_links(), "成员的关联业务 / cases linked to it", ORIGIN),
        }
        own = {CASES: rows, MEMBERS: Record(MEMBERS, member)}
        # Not a copy: what is looked up decides whether the process must be bound anew.
        return ChainMap(own, self.tables)  # type: ignore[arg-type]  # it is only read

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Facts that are plain paths."""
        return {
            name: fact.formula.text.strip()
            for name, fact in self.process.facts.items()
            if fact.formula is not None and PATH.match(fact.formula.text.strip())
        }

    @cached_property
    def everywhere(self) -> Scope:
        """The names that every expression of the process can read."""
        return replace(self._fixed, names={**self._fixed.names, **self._fact_fields()})

    def learn(self, fact: str, type_: Type) -> None:
        """Take in the type of a fact that is an expression."""
        self.computed[fact] = type_
        self.__dict__.pop("everywhere", None)
        self._made.clear()

    def learn_deadline(self, name: str, type_: Type) -> None:
        """Take in that a deadline is a day and not a moment."""
        self._dates[name] = type_
        for made in ("_fixed", "everywhere"):
            self.__dict__.pop(made, None)
        self._made.clear()

    def learn_item(self, each: Formula, type_: Type) -> None:
        """Take in of what a list is for each of which a case is created."""
        self._items[each] = type_

    @cached_property
    def _fixed(self) -> Scope:
        names = {
            row.name: Field(self._type(row), f"{row.zh} / {row.en}", ORIGIN)
            for row in TABLE
            if len(row.where) == len(TABLE[0].where)
            and (not row.group or self.process.members is not None)
        }
        return Scope(names, self.registers, self.aliases)

    def of(self, use: Use) -> Scope:
        """Return the scope of one expression."""
        ballot = id(use.formula) if use.place == "ballot" else 0
        key = (use.place, id(use.ask), use.source, ballot, id(use.each), use.acting)
        if key not in self._made:
            self._made[key] = self._scope(use)
        return self._made[key]

    def _scope(self, use: Use) -> Scope:
        extra = {
            row.name: Field(self._extra(row, use), f"{row.zh} / {row.en}", ORIGIN)
            for row in TABLE
            if (use.place in row.where or (use.acting and "action" in row.where))
            and row.name not in self._fixed.names
            and (not row.group or self.process.members is not None)
        }
        return self.everywhere.child(**extra)

    def input_type(self, ask: Ask | None) -> Type:
        """Return the type of what an action asks for."""
        if ask is None:
            return Record("input", {})
        return self._asked(ask.form, ask.fields, ask.members)

    def _asked(self, name: str, only: tuple[str, ...] | None, members: bool) -> Type:
        form = self.forms.get(name)
        fields: dict[str, Field] = {}
        if form is not None:
            wanted = form.fields if only is None else only
            fields = {name: form.fields[name] for name in wanted if name in form.fields}
        elif only is None or only:
            return ANY
        if members:
            fields["members"] = Field(ListOf(Reference(MEMBERS)), "选中的成员 / chosen members")
        return Record("input", fields)

    def answer_type(self, connector: str) -> Type:
        """Return the type of what comes back from a connector."""
        known = self.connectors.get(connector)
        form = self.forms.get(known.result) if known is not None and known.result else None
        if form is None:
            return ANY if known is None else Record("answer", {})
        return Record("answer", form.fields)

    @cached_property
    def data(self) -> Type:
        """The type of the case's data: its form, and what actions and effects keep there."""
        return self.data_of(neighbour(self.process))

    def data_of(self, process: Neighbour) -> Type:
        """Return the type of the data of a process's cases."""
        form = self.forms.get(process.form) if process.form is not None else None
        if form is None and process.form is not None:
            return ANY
        record = form if form is not None else Record("data", {})
        for kept in process.kept:
            field = Field(self._kept(kept), kept.label, process.id)
            record = _with(record, kept.path, field)
        return Record("data", record.fields)

    def _kept(self, kept: Kept) -> Type:
        if kept.connector is not None:
            return self.answer_type(kept.connector)
        return TEXT if kept.form is None else self._asked(kept.form, kept.fields, kept.members)

    def facts_in(self, formula_text: str) -> Iterable[str]:
        """Return the facts an expression names."""
        words = re.findall(rf"(?<![.\w'\"])({SNAKE})", formula_text)
        return [word for word in dict.fromkeys(words) if word in self.process.facts]

    def deadlines_in(self, formula_text: str) -> Iterable[str]:
        """Return the deadlines of the process that an expression names."""
        words = re.findall(rf"(?<![.\w'\"])deadlines\.({SNAKE})", formula_text)
        return [word for word in dict.fromkeys(words) if word in self.process.deadlines]

    def policies_in(self, formula_text: str) -> Iterable[str]:
        """Return the policies that an expression names."""
        words = re.findall(rf"(?<![.\w'\"])policy\.({SNAKE})", formula_text)
        return [word for word in dict.fromkeys(words) if word in self.process.policy]

    def fact_type(self, fact: Fact) -> Type:
        """Return the type of a fact as far as it is known."""
        if fact.use is not None:
            return fact.use.rule.type if fact.use.rule is not None else ANY
        if fact.query is None:
            alias = self.aliases.get(fact.name)
            if alias is None:
                return self.computed.get(fact.name, ANY)
            path = self._fixed.expanded((fact.name,))
            field = self._fixed.names.get(path[0])
            type_ = field.type if field is not None else None
            found = follow(type_, path[1:], self.registers) if type_ is not None else None
            return found if found is not None else ANY
        match fact.query.kind:
            case "exists":
                return BOOLEAN
            case "count" | "sum":
                return NUMBER
        row = Reference(fact.query.source)
        if fact.query.of is None:
            return row
        path = tuple(fact.query.of.text.split("."))[1:]
        return follow(row, path, self.registers) or ANY

    def _fact_fields(self) -> dict[str, Field]:
        return {
            name: Field(self.fact_type(fact), "事实 / fact", _origin(fact), _words(fact))
            for name, fact in self.process.facts.items()
        }

    def _type(self, row: Named) -> Type:
        if row.type is not None and row.name != "case":
            return row.type
        made: dict[str, Callable[[], Type]] = {
            "case": self._case,
            "data": lambda: self.data,
            "policy": self._policy,
            "flags": self._flags,
            "deadlines": self._deadlines,
            "linked": self._linked,
            "created": self._created,
            "jurisdiction": lambda: JURISDICTION,
        }
        return made[row.name]()

    def _extra(self, row: Named, use: Use) -> Type:
        if row.type is not None:
            return row.type
        match row.name:
            case "input":
                return self.input_type(use.ask)
            case "vote":
                return VOTE
            case "ballot":
                return self._ballot(use)
            case "item":
                return self._items.get(use.each, ANY) if use.each is not None else ANY
        source = use.source or ""
        return Reference(source) if source in self.registers else ANY

    def _ballot(self, use: Use) -> Type:
        for step in self.process.steps.values():
            panel: Panel | None = step.panel
            if panel is not None and panel.invalid is use.formula and panel.ballot is not None:
                return self.forms.get(panel.ballot, BALLOT)
        return BALLOT

    def _case(self) -> Type:
        steps = self.process.steps
        actions: dict[str, Action] = {}
        for step in steps.values():
            actions.update(actions_at(self.process, step))
        stages = [stage for step in steps.values() for stage in step.stages]
        fields = {
            **CASE.fields,
            "step": replace(CASE.fields["step"], choices=tuple(steps)),
            "stage": replace(CASE.fields["stage"], choices=tuple(dict.fromkeys(stages))),
            "outcome": replace(CASE.fields["outcome"], choices=neighbour(self.process).ends),
            "status": replace(CASE.fields["status"], choices=_statuses(self.process)),
            "visits": _table("visits", dict.fromkeys(steps, NUMBER), "到过几次 / visits"),
            "last": _table("last", dict.fromkeys(actions, ACT), "最近一次动作 / last action"),
            "actors": _table(
                "actors", {name: ListOf(PERSON) for name in steps}, "办理过的人 / who acted"
            ),
        }
        return Record("case", fields)

    def _policy(self) -> Type:
        return Record("policy", {name: _switch(p) for name, p in self.process.policy.items()})

    def _flags(self) -> Type:
        flags = self.process.flags
        return Record(
            "flags", {name: Field(BOOLEAN, flag.title, "flags") for name, flag in flags.items()}
        )

    def _deadlines(self) -> Type:
        known = self.process.deadlines
        fields = {
            name: Field(self._dates.get(name, DATETIME), one.title, "deadlines")
            for name, one in known.items()
        }
        return Record("deadlines", fields)

    def _linked(self) -> Type:
        """Cases by link name: the latest that it created, that created it, or that held it."""
        links = self._groups((self.process.id,))
        for creator in self._related(self.process.id).creators:
            links.setdefault(link_name(creator), []).append(creator)
        links |= {link: [target] for link, target in created_by(self.process).items()}
        return _record_of({link: self._link(targets) for link, targets in links.items()})

    def _created(self) -> Type:
        """All cases by link name that it created and waits for, or waited for last."""
        fields = {
            link: Field(ListOf(one.type), one.label, one.origin)
            for link, target in created_by(self.process).items()
            for one in [self._link([target])]
        }
        return Record("created", fields)

    def _member_links(self) -> Type:
        members = self.process.members
        links = self._groups(members.processes if members is not None else ())
        return _record_of({link: self._link(targets) for link, targets in links.items()})

    def _groups(self, held: Iterable[str]) -> dict[str, list[str]]:
        groups = dict.fromkeys(one for name in held for one in self._related(name).groups)
        return {link_name(group): [group] for group in groups}

    def _related(self, process: str) -> Related:
        return self.related.get(process, Related())

    def _link(self, targets: Iterable[str]) -> Field:
        known = [self.processes[target] for target in targets if target in self.processes]
        process = known[0] if known else None
        types = [self.data_of(one) for one in known]
        data = types[0] if len(types) == 1 else _merged(types) if types else ANY
        ends = dict.fromkeys(end for one in known for end in one.ends)
        fields = {
            "id": Field(TEXT, "业务标识 / id"),
            "number": Field(TEXT, "业务编号 / number"),
            "open": Field(BOOLEAN, "未结束 / open"),
            "outcome": Field(TEXT, "结束结果 / outcome", choices=tuple(ends)),
            "data": Field(data, "业务数据 / data"),
        }
        label = process.title if process is not None else "关联业务 / linked case"
        return Field(Record("linked case", fields), label, process.id if process else ORIGIN)

    def _row_fields(self) -> dict[str, Field]:
        """``data`` and ``step`` of a case in a query: of this process and its members."""
        members = self.process.members
        ids = {self.process.id, *(members.processes if members is not None else ())}
        processes = [self.processes[id_] for id_ in sorted(ids) if id_ in self.processes]
        processes = processes or [neighbour(self.process)]
        steps = dict.fromkeys(step for process in processes for step in process.steps)
        types = [self.data_of(process) for process in processes]
        return {
            "data": Field(_merged(types), "业务数据 / data", ORIGIN),
            "step": replace(CASE_ROW.fields["step"], choices=tuple(steps)),
        }

    def _row_type(self) -> Type:
        members = self.process.members
        form = self.forms.get(members.row) if members is not None and members.row else None
        fields = form.fields if form is not None else {}
        return Record("member row", {**_VERDICTS, **fields})


def _statuses(process: Process) -> tuple[str, ...]:
    """Return the statuses that cases of a process may have."""
    said = (step.status for step in process.steps.values())
    return tuple(dict.fromkeys(code for one in said if one is not None for code in one.values))


def _record_of(links: Mapping[str, Field]) -> Record:
    return Record("linked", dict(links))


def _words(fact: Fact) -> tuple[str, ...]:
    """Return the only texts a fact can be, where a rule table says so."""
    rule = fact.use.rule if fact.use is not None else None
    only = rule.only if rule is not None and rule.hit in SINGLE else None
    return only.values or () if only is not None else ()


def _origin(fact: Fact) -> str:
    return f"{fact.node.at.file}:{fact.node.at.line}"


def _switch(policy: Policy) -> Field:
    return Field(_POLICY_TYPES[policy.type], policy.name, "policy", policy.values or ())


def _table(name: str, types: Mapping[str, Type], label: str) -> Field:
    fields = {key: Field(type_, label, ORIGIN) for key, type_ in types.items()}
    return Field(Record(name, fields), label, ORIGIN)


def _with(record: Record, path: tuple[str, ...], field: Field) -> Record:
    """Return a record with one more field; what it declares itself stays."""
    name, *rest = path
    known = record.fields.get(name)
    if not rest:
        if known is not None and isinstance(known.type, Record) and isinstance(field.type, Record):
            both = Record(known.type.name, {**field.type.fields, **known.type.fields})
            return Record(record.name, {**record.fields, name: replace(known, type=both)})
        return record if known is not None else Record(record.name, {**record.fields, name: field})
    inner = known.type if known is not None else Record(name, {})
    if not isinstance(inner, Record):
        return record
    deeper = _with(inner, tuple(rest), field)
    label = known.label if known is not None else field.label
    return Record(record.name, {**record.fields, name: Field(deeper, label, field.origin)})


def _merged(types: Iterable[Type]) -> Type:
    """Return a record with the fields of all; a field of different types may be anything."""
    fields: dict[str, Field] = {}
    for type_ in types:
        if not isinstance(type_, Record):
            return ANY
        for name, one in type_.fields.items():
            known = fields.get(name)
            if known is None or known.type == one.type:
                fields[name] = one
            elif isinstance(known.type, Record) and isinstance(one.type, Record):
                fields[name] = replace(one, type=_merged([known.type, one.type]))
            else:
                fields[name] = replace(one, type=ANY)
    return Record("data", fields)
