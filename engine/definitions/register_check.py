"""Checks of a register: every name exists, and every field has the type it is used with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import (
    COLUMN,
    CONNECTOR,
    FORM,
    PERMISSION,
    STATE,
    Known,
    expect,
    expect_field,
    said,
)
from engine.definitions.register import (
    INDEXABLE,
    ORGANISATIONS,
    PEOPLE,
    RANGE_FIGURES,
    REVIEW_ACTION,
    Merge,
    RecordAction,
    Register,
    Telling,
)
from engine.domain.types import NUMBER, TEXT, Record, Reference, Scalar, Type
from engine.domain.types import ListOf as Many

ROLE = Phrase("角色", "role")
REGISTER_NAME = Phrase("登记表", "register")


def check_register(register: Register, known: Known, problems: Problems) -> None:
    """Report every name in a register that does not exist, and fields of the wrong type.

    Expressions are bound separately, see :mod:`engine.definitions.content_expressions`.
    """
    _Check(register, known, problems).all()


@dataclass
class _Check:
    register: Register
    known: Known
    problems: Problems
    form: Record | None = None
    record: Record = field(default_factory=lambda: Record("", {}))

    def all(self) -> None:
        where = said("登记表", "register", self.register.id)
        form_node = self.register.node.at_path(["form"])
        if "form" in self.register.node.entries:
            expect(self.problems, form_node, FORM, self.register.form, self.known.forms, where)
        self._states()
        self._permissions()
        self.form = self.known.forms.get(self.register.form)
        if self.form is None:
            return
        self.record = self.register.record(self.form)
        self._fields(where)
        self._revoking(where)
        self._references(where)
        self._ranges(where)
        self._actions()
        self._import(where)

    def _states(self) -> None:
        register, where = self.register, said("登记表", "register", self.register.id)
        initial = register.node.at_path(["initial"])
        expect(self.problems, initial, STATE, register.initial, register.states, where)
        for action in register.actions.values():
            called = said("操作", "action", action.name)
            nodes = action.node.at_path(["from"])
            for place, name in enumerate(action.from_):
                at = nodes.at_path([place])
                expect(self.problems, at, STATE, name, register.states, called)
            at = action.node.at_path(["to"])
            expect(self.problems, at, STATE, action.to, register.states, called)

    def _permissions(self) -> None:
        register, known = self.register, self.known
        used: list[tuple[Node, str | None, Phrase]] = []
        where = said("登记表", "register", register.id)
        rights = register.node.at_path(["permissions"])
        kinds: tuple[Literal["view", "create", "edit", "delete", "export", "unmask"], ...]
        kinds = ("view", "create", "edit", "delete", "export", "unmask")
        used += [(rights.at_path([k]), getattr(register.permissions, k), where) for k in kinds]
        if register.locked:
            at = register.node.at_path(["locked", "permission"])
            used.append((at, register.locked.permission or None, where))
        for action in register.actions.values():
            at = action.node.at_path(["permission"])
            used.append((at, action.permission, said("操作", "action", action.name)))
        for state in register.states.values():
            place = register.node.at_path(["states", state.name, "only"])
            called = said("状态", "state", state.name)
            if state.only is not None and register.id != ORGANISATIONS:
                self.problems.add(
                    "DEF309", place, key="only", where=called, belongs=f'"{ORGANISATIONS}"'
                )
            used += [(one, one.text, called) for one in place.items if state.only is not None]
        for at, name, called in used:
            expect(self.problems, at, PERMISSION, name, known.permissions, called)

    def _revoking(self, where: Phrase) -> None:
        for state in self.register.states.values():
            if state.revokes is not None:
                at = self.register.node.at_path(["states", state.name, "revokes"])
                expect_field(self.problems, at, self.known, self.record, state.revokes, where)

    def _fields(self, where: Phrase) -> None:
        register, node = self.register, self.register.node
        for key in ("label", "key"):
            path = getattr(register, key)
            if path and key in node.entries:
                self._indexable(node.at_path([key]), path, where)
        for key in ("indexes", "search", "filters", "branches"):
            if key in node.entries:
                for place, path in enumerate(getattr(register, key)):
                    self._indexable(node.at_path([key, place]), path, where, lists=key == "indexes")
        for place, tally in enumerate(register.counts):
            at = node.at_path(["counts", place])
            at = at.at_path(["field"]) if at.kind == "mapping" else at
            self._indexable(at, tally.field, where)
        for place, paths in enumerate(register.unique):
            for inner, path in enumerate(paths):
                self._indexable(node.at_path(["unique", place, inner]), path, where)
        self._shown(where)
        self._staff(where)
        self._account(where)
        for name, computed in register.computed.items():
            if self.form and name in (*self.form.fields, "id", "state"):
                at = node.at_path(["computed"]).key(name)
                self.problems.add("REG103", at, name=name, form=register.form)
            if computed.reference is not None:
                at = node.at_path(["computed", name, "reference"])
                called = said("计算字段", "computed field", name)
                names = self.known.registers
                expect(self.problems, at, REGISTER_NAME, computed.reference, names, called)

    def _staff(self, where: Phrase) -> None:
        staff, node = self.register.staff, self.register.node.at_path(["staff"])
        if staff is None:
            return
        if self.register.id != ORGANISATIONS:
            self.problems.add(
                "DEF309", node, key="staff", where=where, belongs=f'"{ORGANISATIONS}"'
            )
        expect(self.problems, node.at_path(["role"]), ROLE, staff.role, self.known.roles, where)
        rows = expect_field(
            self.problems, node.at_path(["rows"]), self.known, self.record, staff.rows, where
        )
        people = self.known.registers.get(PEOPLE)
        person = self.known.forms.get(people.form) if people is not None else None
        row = getattr(rows, "item", None)
        if rows is not None and not isinstance(row, Record):
            self.problems.add(
                "DEF102", node.at_path(["rows"]), where=where, key="rows", value=staff.rows,
                expected=Phrase("多行记录", "repeated rows"),
            )  # fmt: skip
        for path, name in staff.person.items():
            if person is not None:
                key = node.at_path(["person"]).key(path)
                expect_field(self.problems, key, self.known, person, path, where)
            if isinstance(row, Record):
                at = node.at_path(["person", path])
                expect_field(self.problems, at, self.known, row, name, where)

    def _account(self, where: Phrase) -> None:
        account, node = self.register.account, self.register.node.at_path(["account"])
        if account is not None:
            expect(
                self.problems, node.at_path(["role"]), ROLE, account.role, self.known.roles, where
            )
            kinds: tuple[tuple[str, str, Type, Phrase], ...] = (
                ("login", account.login, TEXT, Phrase("文本", "a text")),
                (
                    "organisation", account.organisation, Reference(ORGANISATIONS),
                    Phrase("对单位的引用", "a reference to an organisation"),
                ),
            )  # fmt: skip
            for key, path, type_, wanted in kinds:
                at = node.at_path([key])
                found = expect_field(self.problems, at, self.known, self.record, path, where)
                if found is not None and found != type_:
                    self.problems.add("REG125", at, key=key, path=path, wanted=wanted)
        for part in self.register.parts.values():
            nodes = self.register.node.at_path(["parts", part.name, "fields"])
            for place, name in enumerate(part.fields):
                expect_field(
                    self.problems, nodes.at_path([place]), self.known, self.record, name, where
                )

    def _shown(self, where: Phrase) -> None:
        register, node = self.register, self.register.node
        if "columns" in node.entries:
            for place, column in enumerate(register.columns):
                at = node.at_path(["columns", place])
                at = at.at_path(["field"]) if at.kind == "mapping" else at
                if register.ranges is None or column.field not in RANGE_FIGURES:
                    expect_field(self.problems, at, self.known, self.record, column.field, where)
        if register.locked:
            for place, path in enumerate(register.locked.fields):
                at = node.at_path(["locked", "fields", place])
                expect_field(self.problems, at, self.known, self.record, path, where)

    def _indexable(self, node: Node, path: str, where: Phrase, *, lists: bool = False) -> None:
        """An index is a value of a record, or a list of such values: no reference or rows pass."""
        type_ = expect_field(self.problems, node, self.known, self.record, path, where)
        if type_ is None:
            return
        if lists and isinstance(type_, Many):
            type_ = type_.item
        inside = self.known.type_at(self.record, path.rsplit(".", 1)[0]) if "." in path else None
        plain = isinstance(type_, Reference) or (
            isinstance(type_, Scalar)
            and (type_.kind in INDEXABLE or path in self.register.computed)
        )
        if not plain or isinstance(inside, Reference):
            self.problems.add("REG104", node, where=where, path=path)

    def _references(self, where: Phrase) -> None:
        register = self.register
        wanted = {"tree": register.id, "scope": ORGANISATIONS}
        for key, target in wanted.items():
            path = getattr(register, key)
            if path is None or (key == "scope" and path == "id" and register.id == target):
                continue
            node = register.node.at_path([key])
            if path in register.computed:
                continue
            type_ = expect_field(self.problems, node, self.known, self.record, path, where)
            if type_ is not None and type_ != Reference(target):
                self.problems.add("REG105", node, key=key, path=path, register=target)

    def _ranges(self, where: Phrase) -> None:
        ranges = self.register.ranges
        if ranges is None:
            return
        node = self.register.node.at_path(["ranges"])
        for key, path in (("first", ranges.first), ("last", ranges.last), ("year", ranges.year),
                          ("of", ranges.of)):  # fmt: skip
            at = node.at_path([key])
            if path is None:
                continue
            type_ = expect_field(self.problems, at, self.known, self.record, path, where)
            fits = isinstance(type_, Reference) if key == "of" else type_ == NUMBER
            if type_ is not None and not fits:
                expected = (
                    Phrase("指向登记表的字段", "a field that refers to a register")
                    if key == "of"
                    else Phrase("数字字段", "a field with a number")
                )
                self.problems.add("DEF102", at, where=where, key=key, value=path, expected=expected)

    def _actions(self) -> None:
        for action in self.register.actions.values():
            where = said("操作", "action", action.name)
            node = action.node.at_path(["ask"])
            if isinstance(action.ask, str):
                expect(self.problems, node, FORM, action.ask, self.known.forms, where)
            elif action.ask and REVIEW_ACTION in self.known.forms:
                form = self.known.forms[REVIEW_ACTION]
                for place, name in enumerate(action.ask):
                    at = node.at_path([place])
                    expect(self.problems, at, COLUMN, name, form.fields, where)
            for place, one in enumerate(action.shows):
                at = action.node.at_path(["shows", place, "register"])
                expect(self.problems, at, REGISTER_NAME, one.register, self.known.registers, where)
            for path in action.set:
                at = action.node.at_path(["set"]).key(path)
                expect_field(self.problems, at, self.known, self.record, path, where)
            if action.bulk and action.ask:
                self.problems.add(
                    "REG124", action.node.key("bulk"), action=action.name, key="bulk", other="ask"
                )
            if action.automatic is not None and action.ask:
                self.problems.add(
                    "REG124", action.node.key("automatic"), action=action.name, key="automatic",
                    other="ask",
                )  # fmt: skip
            if action.own is not None:
                parts = self.form.fields if self.register.id == PEOPLE and self.form else ()
                at = action.node.at_path(["own"])
                expect(self.problems, at, COLUMN, action.own, parts, where)
            self._telling(action, where)

    def _telling(self, action: RecordAction, where: Phrase) -> None:
        told = action.connector
        if told is None:
            return
        known = self.known.connectors
        connectors = {name: one for name, one in known.items() if one.identity is None}
        at = told.node.at_path(["name"])
        if told.name in known.keys() - connectors.keys():
            self.problems.add("REG132", at, connector=told.name)
        elif expect(self.problems, at, CONNECTOR, told.name, tuple(connectors), where):
            form = self.known.forms.get(connectors[told.name].form)
            for path in told.body:
                at = told.node.at_path(["with"]).key(path)
                if form is not None:
                    expect_field(self.problems, at, self.known, form, path, where)
        for key, written in (("done", told.done), ("failed", told.failed)):
            for path in written:
                at = told.node.at_path([key]).key(path)
                expect_field(self.problems, at, self.known, self.record, path, where)
        for name, merge in told.merge.items():
            self._merged(told, name, merge, where)

    def _merged(self, told: Telling, name: str, merge: Merge, where: Phrase) -> None:
        """Report lists that are none, and fields that rows of them do not have."""
        node = told.node.at_path(["merge", name])
        row = self._row(told.node.at_path(["merge"]).key(name), self.record, name, where)
        connector = self.known.connectors.get(told.name)
        answer = self.known.forms.get(connector.result or "") if connector is not None else None
        if answer is None:
            answer = Record("answer", {})
        given = self._row(node.at_path(["from"]), answer, merge.from_, where)
        for place, path in enumerate(merge.by):
            for record in (row, given):
                if record is not None:
                    at = node.at_path(["by", place])
                    expect(self.problems, at, COLUMN, path, record.fields, where)
        if row is None:
            return
        for path in merge.set:
            at = node.at_path(["set"]).key(path)
            expect(self.problems, at, COLUMN, path, row.fields, where)
        for path in given.fields if given is not None else ():
            expect(self.problems, node.at_path(["from"]), COLUMN, path, row.fields, where)

    def _row(self, at: Node, record: Record, name: str, where: Phrase) -> Record | None:
        """Return what a row of a list has; None, and that is reported, where there is no list."""
        type_ = expect_field(self.problems, at, self.known, record, name, where)
        if isinstance(type_, Many) and isinstance(type_.item, Record):
            return type_.item
        if type_ is not None:
            expected = Phrase("多行的列表", "a list of rows")
            self.problems.add("DEF102", at, where=where, key="merge", value=name, expected=expected)
        return None

    def _import(self, where: Phrase) -> None:
        if self.register.import_ is None or self.form is None:
            return
        node = self.register.node.at_path(["import", "ask"])
        for place, name in enumerate(self.register.import_.ask):
            expect(self.problems, node.at_path([place]), COLUMN, name, self.form.fields, where)
