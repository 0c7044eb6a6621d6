"""A form bound to the rest of the content: its names checked, its conditions compiled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.authoring.node import Node
from engine.authoring.problem import Phrase, Position
from engine.authoring.problems import Problems
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
from engine.expressions import Scope, compile, compile_where
from engine.forms.form import Form
from engine.forms.keywords import MOMENTS
from engine.forms.model import Element, Fact, Formula, OptionsFrom, Path, Place
from engine.forms.names import Names
from engine.forms.schema import broken, is_usable

CODES = Phrase("代码表", "code list")
CODE = Phrase("代码", "code")
REGISTER = Phrase("登记表", "register")
COLUMN = Phrase("列", "column")
FIELD = Phrase("字段", "field")
DOCUMENT = Phrase("文档", "document")
FORM = Phrase("表单", "form")
ALWAYS_COLUMNS = ("id", "state")


def bind(
    form: Form, names: Names, problems: Problems | None = None, node: Node | None = None
) -> Form:
    """Return the form with its conditions compiled, reporting whatever leads nowhere.

    Args:
        form: the form.
        names: what the rest of the content declares.
        problems: where reports go; a pinned form, which was checked once, needs none.
        node: the form's file, for the places of the reports.
    """
    bound = Form(form.source, names)
    found = Problems() if problems is None else problems
    binder = _Binder(bound, names, found, node)
    compiled = binder.compile()
    if problems is not None and node is not None:
        binder.check()
    return Form(form.source, names, compiled)


def scope_at(form: Form, at: Path) -> Scope:
    """Return the names that a condition can read which belongs to a section or row of a form."""
    return _Binder(form, form.names, Problems(), None).scope(at)


class _Binder:
    def __init__(self, form: Form, names: Names, problems: Problems, node: Node | None) -> None:
        self.form, self.names, self.problems, self.node = form, names, problems, node

    def at(self, source: Place) -> Node | Position:
        """Return where something stands in the file."""
        if self.node is None:
            return Position(self.form.id, 1, 1)
        return self.node.at_path(source)

    # Conditions --------------------------------------------------------------------------------

    def compile(self) -> dict[tuple[str, Path], Any]:
        compiled: dict[tuple[str, Path], Any] = {}
        for formula, want in self.formulas():
            found = compile(
                formula.text, self.scope(formula.scope), want=want,
                node=self.at(formula.source), problems=self.problems,
            )  # fmt: skip
            if found is not None:
                compiled[formula.text, formula.scope] = found
        for register, formula, scope in self.queries():
            row = self.names.registers.get(register)
            if row is None:
                continue
            # In a query `it` is the register's row; the form's own row is called `row`.
            if "it" in scope.names:
                scope = scope.child(row=scope.names["it"])
            paths = (*ALWAYS_COLUMNS, *self.names.indexes.get(register, ()))
            indexes = [tuple(path.split(".")) for path in paths]
            where = compile_where(
                formula.text, scope, row, indexes, node=self.at(formula.source),
                problems=self.problems,
            )  # fmt: skip
            if where is not None:
                compiled[formula.text, formula.scope] = where
        return compiled

    def formulas(self) -> Iterator[tuple[Formula, Type | tuple[Type, ...] | None]]:
        """Go through all conditions with the type each must give."""
        for element in self.form.walk():
            bound = _bound_type(element)
            for formula in element.formulas():
                if formula in (element.at_least, element.at_most):
                    yield formula, bound
                elif formula == element.shows:
                    yield formula, None
                elif element.options_from is not None and formula == element.options_from.each:
                    yield formula, ListOf(ANY)
                else:
                    yield formula, BOOLEAN
        for rule in self.form.rules:
            yield rule.that, BOOLEAN
            if rule.when is not None:
                yield rule.when, BOOLEAN

    def queries(self) -> Iterator[tuple[str, Formula, Scope]]:
        """Go through all questions to registers with what each can read."""
        for element in self.form.walk():
            for register, formula in element.queries():
                yield register, formula, self.scope(formula.scope)
        earlier: dict[str, Fact] = {}
        for name, fact in self.form.facts.items():
            if fact.where is not None:
                yield fact.register, fact.where, self.outside(earlier)
            earlier[name] = fact

    def scope(self, at: Path) -> Scope:
        """Return the names a condition can read."""
        own = Field(_inside(self.form.type, at), "本行或本部分")
        return self.outside(self.form.facts).child(it=own)

    def outside(self, facts: Mapping[str, Fact]) -> Scope:
        """Return the names that can be read outside any row or section."""
        own = self.form.type
        data: Type = own
        if self.form.about:
            data = self.names.forms.get(self.form.about, ANY)
        return Scope(
            {
                **{name: Field(_fact_type(fact), "事实") for name, fact in facts.items()},
                **self.names.context,
                "data": Field(data, "表单数据"),
                "input": Field(own, "本表单的内容"),
            },
            self.names.registers,
        )

    # Names -------------------------------------------------------------------------------------

    def check(self) -> None:
        """Report every name that leads nowhere."""
        if self.form.about:
            self.expect(("for",), Phrase(f'表单 "{self.form.id}"', f'form "{self.form.id}"'), "for",
                        FORM, self.form.about, self.names.forms)  # fmt: skip
        for fact in self.form.facts.values():
            where = Phrase(f'事实 "{fact.name}"', f'fact "{fact.name}"')
            self.expect((*fact.source, fact.question), where, fact.question, REGISTER,
                        fact.register, self.names.registers)  # fmt: skip
        for element in self.form.walk():
            self.element(element)
        self.rule_places((), self.form.elements, self.form.rules, FORM)

    def element(self, element: Element) -> None:
        """Check one field."""
        where = Phrase(f'字段 "{element.name}"', f'field "{element.name}"')
        source = element.source
        if element.codes and self.expect(
            (*source, "codes"), where, "codes", CODES, element.codes, self.names.codes
        ):
            known = self.names.codes[element.codes]
            for number, code in enumerate(element.only):
                self.expect((*source, "only", number), where, "only", CODE, code, known)
        self.reference(element, where)
        if element.options_from is not None:
            self.options(element, element.options_from, where)
        if element.files is not None and element.files.template:
            self.expect(
                (*source, "files", "template"), where, "template", DOCUMENT,
                element.files.template, self.names.documents,
            )  # fmt: skip
        self.pattern(element, where)
        self.default(element, where)
        children = [child.name for child in element.children]
        if element.kind == "rows":
            for number, column in enumerate(element.row.columns):
                self.expect(
                    (*source, "row", "columns", number), where, "columns", FIELD, column, children
                )
        if element.rules:
            owner = (*element.path, "*") if element.kind == "rows" else element.path
            self.rule_places(owner, element.children, element.rules, where)

    def reference(self, element: Element, where: Phrase) -> None:
        """Check the register a field refers to and the columns named of it."""
        if not element.reference:
            return
        source = element.source
        if not self.expect(
            (*source, "reference"), where, "reference", REGISTER, element.reference,
            self.names.registers,
        ):  # fmt: skip
            return
        if element.label:
            self.column((*source, "label"), where, "label", element.reference, element.label)
        for number, column in enumerate(element.columns):
            self.column((*source, "columns", number), where, "columns", element.reference, column)

    def options(self, element: Element, options: OptionsFrom, where: Phrase) -> None:
        """Check where the options of a cascade come from."""
        source = (*element.source, "options_from")
        if options.source == "codes":
            self.expect((*source, "codes"), where, "codes", CODES, options.name, self.names.codes)
            if options.parent:
                self.path((*source, "parent"), where, "parent", options.parent, element.scope)
        elif options.source == "register":
            if not self.expect(
                (*source, "register"), where, "register", REGISTER, options.name,
                self.names.registers,
            ):  # fmt: skip
                return
            for key, column in (
                ("field", options.field),
                *(("match", c) for c, _ in options.match),
            ):
                self.indexed((*source, key), where, key, options.name, column)
            for column, path in options.match:
                self.path((*source, "match", column), where, "match", path, element.scope)

    def indexed(self, at: Place, where: Phrase, key: str, register: str, column: str) -> None:
        """Check that a column exists and may stand in a query."""
        self.column(at, where, key, register, column)
        indexes = self.names.indexes.get(register)
        if indexes is not None and column not in (*indexes, *ALWAYS_COLUMNS):
            self.problems.add(
                "FRM210", self.at(at), where=where, key=key, path=column, given=column,
                choices=[*indexes],
            )  # fmt: skip

    def column(self, at: Place, where: Phrase, key: str, register: str, column: str) -> None:
        """Check that a register has a column."""
        record = self.names.registers[register]
        if column in ALWAYS_COLUMNS:
            return
        if follow(record, tuple(column.split(".")), self.names.registers) is None:
            self.expect(at, where, key, COLUMN, column, record.fields)

    def path(self, at: Place, where: Phrase, key: str, path: str, scope: Path) -> None:
        """Check that a path leads to a field of the form."""
        parts = tuple(path.split("."))
        root: Type = self.form.type
        if parts[0] == "it":
            root, parts = _inside(self.form.type, scope), parts[1:]
        elif parts[0] in ("data", "input"):
            root, parts = self.scope(scope).names[parts[0]].type, parts[1:]
        if follow(root, parts, self.names.registers) is None:
            known = root.fields if isinstance(root, Record) else ()
            self.problems.add(
                "FRM205", self.at(at), where=where, key=key, kind=FIELD, name=path,
                given=path, choices=tuple(known),
            )  # fmt: skip

    def rule_places(
        self, owner: Path, elements: Collection[Element], rules: Collection[Any], where: Phrase
    ) -> None:
        """Check that the fields at which rules speak exist."""
        known = {element.name: element for element in elements}
        for rule in rules:
            if not rule.at:
                continue
            at = (*rule.that.source[:-1], "at")
            name, _, _ = rule.at.partition(".")
            if self.expect(at, where, "at", FIELD, name, known):
                whole = tuple(part for part in (*owner, *rule.at.split(".")) if part != "*")
                if self.form.element(".".join(whole)) is None:
                    inner = [child.name for child in known[name].children]
                    self.expect(at, where, "at", FIELD, rule.at, [f"{name}.{i}" for i in inner])

    def pattern(self, element: Element, where: Phrase) -> None:
        """Check that a pattern is one of the linear-time syntax."""
        pattern = element.schema.get("pattern")
        if isinstance(pattern, str) and not is_usable(pattern):
            at = self.at((*element.source, "pattern"))
            self.problems.add("FRM203", at, where=where, value=pattern)

    def default(self, element: Element, where: Phrase) -> None:
        """Check that a default fits the field's own limits and codes."""
        if element.default is None:
            return
        wrong = any(broken(element.schema, element.default))
        known = self.names.codes.get(element.codes) if element.codes else None
        if known is not None and element.kind == "choice" and element.default not in known:
            wrong = True
        if wrong:
            at = self.at((*element.source, "default"))
            self.problems.add("FRM206", at, where=where, value=element.default)

    def expect(
        self, at: Place, where: Phrase, key: str, kind: Phrase, name: str, known: Collection[str]
    ) -> bool:
        """Report a name that does not exist, with the nearest ones; tell whether it does."""
        if name in known:
            return True
        self.problems.add(
            "FRM205", self.at(at), where=where, key=key, kind=kind, name=name, given=name,
            choices=tuple(known),
        )  # fmt: skip
        return False


def _inside(record: Record, path: Path) -> Type:
    """Return the type of the section or row at a path."""
    found: Type = record
    for part in path:
        if part == "*":
            found = found.item if isinstance(found, ListOf) else ANY
        else:
            fields: Mapping[str, Field] = found.fields if isinstance(found, Record) else {}
            found = fields[part].type if part in fields else ANY
    return found


def _fact_type(fact: Fact) -> Type:
    if fact.question == "first":
        return Reference(fact.register)
    return BOOLEAN if fact.question == "exists" else NUMBER


def _bound_type(element: Element) -> tuple[Type, ...]:
    if element.kind in ("date", "datetime"):
        return (DATE, DATETIME)
    return (TEXT,) if element.kind in MOMENTS else (NUMBER,)
