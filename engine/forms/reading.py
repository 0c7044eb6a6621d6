"""A form file read and its structure checked: everything that can be said without other files."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from engine.authoring.fields import Fields, shown
from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.forms.build import file_size, kind_of
from engine.forms.keywords import (
    FORMATS,
    INSTEAD,
    JSON_TYPES,
    KEYWORDS,
    KIND_TITLES,
    NUMBERS,
    PARTS,
    QUESTIONS,
    TOP,
    WIDGETS,
    Holds,
    Kind,
)
from engine.forms.names import CONTEXT

#: names that conditions read already
RESERVED = (*CONTEXT, "data", "input", "it", "row")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
DEPTH = 8
SHARED = ("snapshot_of", "use")

FORM = Phrase("表单", "form")
SIZES = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minimum", "maximum"),
)


@dataclass(frozen=True, eq=False)
class Draft:
    """A form file as read: its id, its nodes, and what they say as plain values."""

    id: str
    node: Node
    sound: bool


def read_form(node: Node, file_id: str, problems: Problems) -> Draft:
    """Read one form file and report every mistake of its structure.

    Args:
        node: the file's content.
        file_id: the file's name without folder and extension; the form must be called the same.
        problems: where reports go.
    """
    before = len(problems)
    where = Phrase(f'表单 "{file_id}"', f'form "{file_id}"')
    reader = _Reader(problems)
    reader.instead(node)
    top = Fields(node, problems, allowed=(*TOP, *INSTEAD), where=where)
    top.require("form", "title", "properties")
    given = top.text("form", file_id)
    if given != file_id:
        problems.add("FRM101", top.get("form") or node, given_id=given, file_id=file_id)
    for key in ("title", "help", "for"):
        top.text(key)
    if "type" in top:
        top.word("type", ("object",))
    reader.facts(top)
    reader.object(top, where, 1)
    reader.layout(top, where)
    return Draft(file_id, node, len(problems) == before)


class _Reader:
    """Goes down a form, field by field."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.inside_borrowed = False
        self.holds: dict[Holds, Callable[[Fields, str, Phrase], object]] = {
            "text": lambda fields, key, _: fields.text(key),
            "boolean": lambda fields, key, _: fields.boolean(key),
            "integer": lambda fields, key, _: fields.integer(key, least=0),
            "number": lambda fields, key, _: fields.number(key),
            "names": lambda fields, key, _: fields.names(key),
            "columns": lambda fields, key, _: fields.sequence(key),
            "mapping": lambda fields, key, _: fields.mapping(key),
            "expression": self.expression,
            "word": lambda fields, key, _: fields.word(key, KEYWORDS[key].words),
            "rules": self.rules,
            "plain": lambda *_: None,
        }

    def instead(self, node: Node) -> None:
        """Say what to write for keywords of JSON Schema that are not used here."""
        for key, entry in node.entries.items():
            if key in INSTEAD:
                self.problems.add("FRM204", entry.key, key=key, instead=INSTEAD[key])

    def facts(self, top: Fields) -> None:
        """Read the questions put to registers: each exactly one."""
        for name, entry in top.entries("facts"):
            where = Phrase(f'事实 "{name}"', f'fact "{name}"')
            if not NAME.match(name):
                self.problems.add("FRM105", entry.key, name=name)
            if name in RESERVED:
                self.problems.add("FRM211", entry.key, name=name)
            fact = Fields(entry.value, self.problems, allowed=PARTS["facts"], where=where)
            if entry.value.kind != "mapping":
                continue
            asked = [word for word in QUESTIONS if word in fact]
            if len(asked) != 1:
                self.problems.add(
                    "DEF124", entry.value, length=1, where=where, keys="、".join(QUESTIONS),
                    found="、".join(asked) or "—",
                )  # fmt: skip
            for word in asked:
                fact.text(word)
            if "where" in fact:
                self.expression(fact, "where", where)

    def object(self, fields: Fields, where: Phrase, depth: int, *, shared: bool = False) -> None:
        """Read the properties, the required names and the rules of an object.

        One that borrows its fields (``shared``) may remove some with ``null``.
        """
        declared = fields.entries("properties")
        for name, entry in declared:
            if not NAME.match(name):
                self.problems.add("FRM105", entry.key, name=name)
            if shared and entry.value.kind == "scalar" and entry.value.scalar is None:
                continue
            self.field(name, entry.value, entry.key, depth)
        if fields.get("properties") is not None:
            known = [name for name, _ in declared]
            for node in fields.names("required"):
                if node.text not in known:
                    self.problems.add(
                        "FRM104", node, where=where, name=node.text, given=node.text, choices=known
                    )
        self.rules(fields, "rules", where)

    def field(self, name: str, node: Node, key: Node, depth: int) -> None:
        """Read one field and everything below it."""
        where = Phrase(f'字段 "{name}"', f'field "{name}"')
        if depth > DEPTH:
            self.problems.add("FRM106", key, where=where, limit=DEPTH)
            return
        self.instead(node)
        fields = Fields(node, self.problems, allowed=(*KEYWORDS, *INSTEAD), where=where)
        if node.kind != "mapping":
            return
        borrows = any(word in fields for word in SHARED)
        # Inside what is borrowed a field says only what differs.
        shared = borrows or self.inside_borrowed
        spec = node.value
        kind = kind_of(spec) if isinstance(spec, dict) else None
        if kind is None and not shared:
            self.problems.add("FRM102", node, where=where, length=1)
        if not shared:
            fields.require("title")
        for keyword in fields:
            if keyword in INSTEAD:
                continue
            rule = KEYWORDS[keyword]
            if kind is not None and not rule.fits(kind) and not shared:
                self.problems.add(
                    "FRM201", node.key(keyword), key=keyword, where=where,
                    kind=kind_phrase(kind),
                )  # fmt: skip
            elif rule.holds != "rules" and keyword != "items":
                self.holds[rule.holds](fields, keyword, where)
        if kind is not None:
            self.agrees(fields, kind, where)
        outer, self.inside_borrowed = self.inside_borrowed, shared
        self.inside(fields, kind, where, depth)
        self.inside_borrowed = outer

    def agrees(self, fields: Fields, kind: Kind, where: Phrase) -> None:
        """Check that type, widget, format and limits agree with what the field holds."""
        type_, widget, format_ = (fields.get(key) for key in ("type", "widget", "format"))
        if type_ is not None and JSON_TYPES[kind] not in (None, type_.text):
            self.differs(type_, "type", where, kind)
        if widget is not None and widget.text in WIDGETS and kind not in WIDGETS[widget.text].kinds:
            self.differs(widget, "widget", where, kind)
        if format_ is not None and format_.text in FORMATS and FORMATS[format_.text][0] != kind:
            self.differs(format_, "format", where, kind)
        for least, most in SIZES:
            low, high = fields.get(least), fields.get(most)
            if low is None or high is None:
                continue
            if _number(low) > _number(high):
                self.problems.add(
                    "FRM202", low, where=where, least=least, low=low.text, most=most, high=high.text
                )
        const, private = fields.get("const"), fields.get("private")
        if const is not None and const.scalar is not True:
            self.problems.add("FRM208", const, where=where, key="const", expected="true")
        if private is not None and private.scalar not in (True, False, "mask"):
            self.problems.add(
                "FRM208", private, where=where, key="private",
                expected=Phrase("true 或 mask", "true or mask"),
            )  # fmt: skip

    def differs(self, node: Node, key: str, where: Phrase, kind: Kind) -> None:
        """Report a word that does not go with the kind of the field."""
        self.problems.add(
            "FRM103", node, where=where, key=key, value=node.text, kind=kind_phrase(kind)
        )

    def inside(self, fields: Fields, kind: Kind | None, where: Phrase, depth: int) -> None:
        """Read the mappings inside a field: its own fields, its rows, files, options, layout."""
        if "properties" in fields or kind == "group":
            shared = any(word in fields for word in SHARED)
            self.object(fields, where, depth + 1, shared=shared)
        items = fields.mapping("items")
        if items is not None:
            self.rows(items, kind, where, depth)
        self.layout(fields, where)
        self.files(fields, where)
        self.options(fields, where)
        row = fields.mapping("row")
        if row is not None:
            inner = self.part(row, "row", where)
            for key in ("title", "add"):
                inner.text(key)
            inner.names("columns")
            if "keep_when" in inner:
                self.expression(inner, "keep_when", where)
        extension = fields.mapping("extension")
        if extension is not None:
            inner = self.part(extension, "extension", where)
            number, template = inner.mapping("field"), inner.mapping("items")
            if number is None:
                inner.require("items")
            else:
                self.number(number, inner, where)
            if template is not None:
                self.rows(template, "rows", where, depth)

    def number(self, node: Node, extension: Fields, where: Phrase) -> None:
        """Read the number that each item of an extension point becomes."""
        fields = Fields(node, self.problems, allowed=tuple(KEYWORDS), where=where)
        kind = kind_of(node.value) if isinstance(node.value, dict) else None
        if kind not in NUMBERS:
            self.problems.add("FRM102", node, where=where, length=1)
            return
        for keyword in fields:
            if KEYWORDS[keyword].fits(kind) and not KEYWORDS[keyword].kinds.isdisjoint(NUMBERS):
                self.holds[KEYWORDS[keyword].holds](fields, keyword, where)
        for key in ("title", "maximum", "weight"):
            extension.text(key)

    def rows(self, items: Node, kind: Kind | None, where: Phrase, depth: int) -> None:
        """Read what one row, or one of several choices, is."""
        self.instead(items)
        if self.inside_borrowed and kind is None:
            kind = "rows"
        if kind == "many":
            allowed: Collection[str] = ("type", "codes", "only", "reference", "where", "label",
                                        "options_from", "title")  # fmt: skip
        else:
            allowed = ("type", "title", "required", "properties", "rules", "layout", *INSTEAD)
        inner = Fields(items, self.problems, allowed=allowed, where=where)
        if kind == "many":
            for keyword in inner:
                self.holds[KEYWORDS[keyword].holds](inner, keyword, where)
            self.options(inner, where)
            return
        inner.require("properties")
        if "type" in inner:
            inner.word("type", ("object",))
        self.object(inner, where, depth + 1)
        self.layout(inner, where)

    def part(self, node: Node, name: str, where: Phrase) -> Fields:
        """Read one of the small mappings."""
        called = Phrase(f"{where.zh}的 {name}", f"{name} of {where.en}")
        return Fields(node, self.problems, allowed=PARTS[name], where=called)

    def layout(self, fields: Fields, where: Phrase) -> None:
        """Read how fields are laid out; the fields it names must exist."""
        node = fields.mapping("layout")
        if node is None:
            return
        inner = self.part(node, "layout", where)
        inner.integer("columns", 1, least=1)
        known = [name for name, _ in fields.entries("properties")]
        for group in inner.sequence("groups"):
            part = self.part(group, "layout.groups", where)
            part.require("fields")
            part.text("title")
            for name in part.names("fields"):
                if known and name.text not in known:
                    self.problems.add(
                        "FRM205", name, where=where, key="layout", kind=FIELD, name=name.text,
                        given=name.text, choices=known,
                    )  # fmt: skip

    def files(self, fields: Fields, where: Phrase) -> None:
        """Read the limits of attachments."""
        node = fields.mapping("files")
        if node is None:
            return
        inner = self.part(node, "files", where)
        inner.integer("max", least=1)
        inner.names("types")
        inner.text("template")
        size = inner.get("size")
        if size is not None and (size.kind != "scalar" or file_size(size.text) is None):
            self.problems.add("FRM207", size, where=where, value=shown(size))

    def options(self, fields: Fields, where: Phrase) -> None:
        """Read where the options of a cascade come from."""
        node = fields.mapping("options_from")
        if node is None:
            return
        inner = self.part(node, "options_from", where)
        if not {"codes", "register", "each"} & set(inner):
            self.problems.add("FRM209", node, length=1, where=where)
        for key in ("codes", "parent", "register", "field", "value", "label"):
            inner.text(key)
        for key in ("where", "each"):
            if key in inner:
                self.expression(inner, key, where)
        if "register" in inner:
            inner.require("field")
        for _, entry in inner.entries("match"):
            if not isinstance(entry.value.scalar, str):
                inner.wrong("match", Phrase("字段路径", "a path of fields"), entry.value)

    def rules(self, fields: Fields, key: str, where: Phrase) -> None:
        """Read rules across fields."""
        for node in fields.sequence(key):
            rule = self.part(node, "rules", where)
            rule.require("that", "say")
            for name in ("that", "when"):
                if name in rule:
                    self.expression(rule, name, where)
            rule.text("say")
            rule.text("at")
            rule.boolean("always")
            rule.word("level", ("error", "warning"))

    def expression(self, fields: Fields, key: str, where: Phrase) -> None:
        """Read an expression; whether it makes sense is checked when all names are known."""
        node = fields.get(key)
        if node is not None and (node.kind != "scalar" or node.text == ""):
            fields.wrong(key, EXPRESSION)


FIELD = Phrase("字段", "field")
EXPRESSION = Phrase("表达式", "an expression")


def kind_phrase(kind: Kind) -> Phrase:
    """Call a kind of field in sentences."""
    return Phrase(*KIND_TITLES[kind])


def _number(node: Node) -> float:
    value = node.scalar
    return float(value) if isinstance(value, int | float) else 0.0
