"""The names that exist in the rest of the content, for checking one file against the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.domain.types import Record, Reference, Type, follow

if TYPE_CHECKING:
    from engine.definitions.neighbour import Neighbour
    from engine.definitions.register import Register

FORM = Phrase("表单", "form")
REGISTER = Phrase("登记表", "register")
CODES = Phrase("代码表", "code list")
PERMISSION = Phrase("权限", "permission")
STATE = Phrase("状态", "state")
PROCESS = Phrase("流程", "process")
STEP = Phrase("环节", "step")
LIST = Phrase("列表", "list")
ROUTE = Phrase("审核路径", "route")
CALENDAR = Phrase("日历", "calendar")
CONNECTOR = Phrase("外部接口", "connector")
SET = Phrase("配置集", "set")
FIELD = Phrase("字段", "field")
COLUMN = Phrase("列", "column")
CODE = Phrase("代码", "code")
ENTRY = Phrase("菜单项", "menu entry")


@dataclass(frozen=True)
class Known:
    """What the other files declare, as far as they could be read.

    A kind that is None was not read at all: names of that kind are then not checked.
    """

    #: the types of the forms
    forms: Mapping[str, Record] = field(default_factory=dict)
    #: which paths of a form are declared as indexes
    form_indexes: Mapping[str, Collection[str]] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)
    #: code list → its codes
    codes: Mapping[str, Collection[str]] = field(default_factory=dict)
    permissions: Collection[str] = ()
    #: the bare names of the roles of all sets
    roles: Collection[str] = ()
    processes: Mapping[str, Neighbour] = field(default_factory=dict)
    lists: Mapping[str, Any] = field(default_factory=dict)
    connectors: Mapping[str, Any] = field(default_factory=dict)
    routes: Collection[str] = ()
    calendars: Collection[str] = ()
    #: sets of roles and menus
    sets: Collection[str] = ()
    #: file names of document templates
    templates: Collection[str] = ()

    @cached_property
    def record_types(self) -> dict[str, Record]:
        """The record of each register as expressions see it."""
        return {
            name: register.record(self.forms.get(register.form))
            for name, register in self.registers.items()
        }

    def type_at(self, record: Record, path: str) -> Type | None:
        """Return the type at a dotted path of a record, or None where it leads nowhere."""
        return follow(record, tuple(path.split(".")), self.record_types)


def expect(
    problems: Problems,
    node: Node,
    kind: Phrase,
    name: str | None,
    choices: Collection[str],
    where: Phrase,
) -> bool:
    """Report a name that does not exist, with the nearest ones; tell whether it does."""
    if name is None or name in choices:
        return True
    problems.add(
        "REG102", node, where=where, kind=kind, name=name, given=name, choices=tuple(choices)
    )
    return False


def expect_field(
    problems: Problems, node: Node, known: Known, record: Record, path: str, where: Phrase
) -> Type | None:
    """Return the type of a field, reporting a path that leads nowhere at its first wrong name."""
    here: Type = record
    for name in path.split("."):
        found = follow(here, (name,), known.record_types)
        if found is None:
            problems.add(
                "REG102",
                node,
                where=where,
                kind=FIELD,
                name=path,
                given=name,
                choices=field_names(here, known),
            )
            return None
        here = found
    return here


def field_names(type_: Type, known: Known) -> tuple[str, ...]:
    """Return the names that may follow a value of a type."""
    if isinstance(type_, Reference):
        record = known.record_types.get(type_.register)
        return tuple(record.fields) if record else ("id",)
    return tuple(type_.fields) if isinstance(type_, Record) else ()


def said(kind_zh: str, kind_en: str, name: str) -> Phrase:
    """Call a thing by its kind and name in sentences."""
    return Phrase(f'{kind_zh} "{name}" ', f'{kind_en} "{name}"')


def index_paths(known: Known, register: str) -> frozenset[str]:
    """Return what ``where`` may use of a register: its indexes, and those behind references."""
    found = known.registers.get(register)
    if found is None:
        return frozenset()
    paths = {"id", "state", *found.index_paths}
    return frozenset(paths | behind(known, reference_indexes(known, register)))


def behind(known: Known, references: Mapping[str, str]) -> set[str]:
    """Return what ``where`` may use behind references: their path → the register it leads to."""
    paths = set[str]()
    for path, target in references.items():
        register = known.registers.get(target)
        names = ("id", "state", *register.index_paths) if register is not None else ("id",)
        paths |= {f"{path}.{name}" for name in names}
    return paths


def reference_indexes(known: Known, register: str) -> dict[str, str]:
    """Return the indexes of a register that are references, with the register each leads to."""
    found = known.registers.get(register)
    record = known.record_types.get(register)
    if found is None or record is None:
        return {}
    types = {path: known.type_at(record, path) for path in found.index_paths}
    return {path: type_.register for path, type_ in types.items() if isinstance(type_, Reference)}
