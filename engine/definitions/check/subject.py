"""What the checks of a process look at, and how they report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.calendar import Calendar
from engine.definitions.flow import Flow
from engine.definitions.limits import Limits
from engine.definitions.links import Related
from engine.definitions.neighbour import Neighbour
from engine.definitions.process import Action, Process, Step
from engine.domain.types import ANY, Record, Reference, Type


@dataclass(frozen=True)
class Shown:
    """What a list of cases shows: None means everything."""

    name: str
    processes: Collection[str] | None = None
    statuses: Collection[str] | None = None


@dataclass(frozen=True)
class Names:
    """The names of the rest of the content. What is None could not be read and is not checked."""

    forms: Mapping[str, Record] | None = None
    registers: Mapping[str, Record] | None = None
    #: which fields of each register are unique together
    unique: Mapping[str, Collection[tuple[str, ...]]] = field(default_factory=dict)
    #: the keys of each route table
    routes: Mapping[str, Collection[str]] | None = None
    #: the paths of ``data`` each message template shows
    messages: Mapping[str, Collection[str]] | None = None
    documents: Collection[str] | None = None
    #: the form of what each connector is sent
    connectors: Mapping[str, str] | None = None
    #: the connectors one only signs in with
    identities: Collection[str] = ()
    #: number pools by jurisdiction, each with the register of whom the numbers of its ranges belong
    #: to; None: it has no ranges
    pools: Mapping[str, Mapping[str, str | None]] | None = None
    #: working days by jurisdiction
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    permissions: Collection[str] | None = None
    #: permissions that some role holds
    held: Collection[str] | None = None
    roles: Collection[str] | None = None
    #: by process: the permissions held in its jurisdictions, each with the kinds of organisation
    rights: Mapping[str, Mapping[str, Collection[str]]] = field(default_factory=dict)
    #: the kinds of organisation
    kinds: Collection[str] = ()
    #: by form: its fields that cannot hold everything, by dotted path
    limits: Mapping[str, Mapping[str, Limits]] = field(default_factory=dict)
    #: by register: the form of its records
    register_forms: Mapping[str, str] = field(default_factory=dict)
    #: by register: the fields that no two records share
    keys: Mapping[str, Collection[str]] = field(default_factory=dict)
    statuses: Collection[str] | None = None
    lists: Collection[Shown] | None = None
    #: codes of each code list
    codes: Mapping[str, Collection[str]] = field(default_factory=dict)
    #: form field "form.path" → its code list
    options: Mapping[str, Collection[str]] = field(default_factory=dict)
    #: every process as others know it
    processes: Mapping[str, Neighbour] = field(default_factory=dict)
    #: which processes know cases of each process
    related: Mapping[str, Related] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """One process, its graph, the names around it, and where problems go."""

    process: Process
    flow: Flow
    names: Names
    problems: Problems
    #: the type of the case's data
    data: Type = ANY
    #: the type of the data of another process's cases
    data_of: Callable[[Neighbour], Type] = lambda process: ANY
    #: whether the file was read without mistakes; else what is missing may be a mistake's fault
    whole: bool = True

    def exists(
        self, at: Node, kind: Phrase, name: str | None, known: Collection[str] | None, where: Phrase
    ) -> bool:
        """Report a name that does not exist; tell whether it can be used further."""
        if name is None or known is None:
            return False
        if name in known:
            return True
        self.problems.add(
            "DEF204", at, where=where, kind=kind, name=name, given=name, choices=tuple(known)
        )
        return False

    def field(self, path: tuple[str, ...]) -> tuple[str, str]:
        """Return the form with what a path of the data leads to, and where it stands in it.

        References are followed into their registers; nothing where the path leads to no field.
        """
        type_: Type = self.data
        form, inside = "", ""
        for name in path[1:-1] if path[-1] == "id" else path[1:]:
            record = type_ if isinstance(type_, Record) else None
            if isinstance(type_, Reference):
                record, inside = (self.names.registers or {}).get(type_.register), ""
            if record is None or name not in record.fields:
                return "", ""
            inside = f"{inside}.{name}" if inside else name
            form, type_ = record.fields[name].origin, record.fields[name].type
        return form.removeprefix("forms/"), inside

    def called(self, thing: Step | Action) -> Phrase:
        """Call a step or an action in sentences."""
        if isinstance(thing, Step):
            return Phrase(f'步骤 "{thing.name}" ', f'step "{thing.name}"')
        return Phrase(f'动作 "{thing.name}" ', f'action "{thing.name}"')


THE_PROCESS = Phrase("流程", "the process")
FORM = Phrase("表单", "form")
REGISTER = Phrase("登记册", "register")
CODE = Phrase("代码", "code")
STATE = Phrase("登记册的状态", "state of the register")
ROUTE = Phrase("路径表", "route")
ROUTE_KEY = Phrase("路径表的键", "key of the route table")
MESSAGE = Phrase("消息模板", "message template")
CONNECTOR = Phrase("外部接口", "connector")
DOCUMENT = Phrase("文书模板", "document template")
POOL = Phrase("号码池", "number pool")
PERMISSION = Phrase("权限", "permission")
STATUS = Phrase("状态代码", "status code")
