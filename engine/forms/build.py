"""From the plain source of a form to its elements.

Building never complains: `engine.forms.reading` has reported what is wrong. What cannot be
understood is left out, so that one mistake does not hide the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from engine.forms.keywords import FORMATS, JSON_TYPES, KIND_TITLES, QUESTIONS, WIDGETS, Kind
from engine.forms.model import (
    Element,
    Fact,
    Files,
    Formula,
    Layout,
    LayoutGroup,
    OptionsFrom,
    Path,
    Place,
    RowHints,
    Rule,
)

Spec = Mapping[str, object]

# What limits the value itself, in JSON Schema's words; requiredness is added for the data at hand.
LIMITS = (
    "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern", "format", "const",
)  # fmt: skip
# Wide fields take a whole line anyway; on a narrow screen there is one column.
DEFAULT_COLUMNS = 2
# A choice whose file names no widget: radio buttons for few options, a drop-down for many.
FEW_OR_MANY = "few_or_many"
DEFAULT_WIDGETS: dict[Kind, str] = {
    "text": "text",
    "number": "number",
    "integer": "number",
    "boolean": "yes_no",
    "choice": "select",
    "reference": "picker",
    "date": "date",
    "datetime": "datetime",
    "year": "year",
    "month": "month",
    "period": "period",
    "photo": "photo",
    "files": "files",
    "many": "checkboxes",
    "rows": "rows",
    "group": "group",
    "display": "display",
    "note": "note",
}
_SIZE = re.compile(r"\s*([0-9]+)\s*(B|KB|MB|GB)?\s*\Z", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}


def kind_of(spec: Spec) -> Kind | None:
    """Return what a field holds, from its type and hints; None when they do not say."""
    type_, widget = spec.get("type"), spec.get("widget")
    if widget in ("display", "note"):
        return "display" if widget == "display" else "note"
    if widget == "period":
        return "period"
    if widget == "photo":
        return "photo"
    if "files" in spec:
        return "files"
    if "properties" in spec or "extension" in spec:
        return "group"
    items = spec.get("items")
    if isinstance(items, Mapping):
        return "rows" if "properties" in items or items.get("type") == "object" else "many"
    if type_ == "array":
        return "many" if {"codes", "reference", "options_from"} & spec.keys() else None
    if "reference" in spec:
        return "reference"
    if "codes" in spec or "options_from" in spec:
        return "choice"
    format_ = spec.get("format")
    if isinstance(format_, str) and format_ in FORMATS:
        return FORMATS[format_][0]
    return _plain_kind(type_, widget)


def _plain_kind(type_: object, widget: object) -> Kind | None:
    kinds: dict[str, Kind] = {
        "number": "number",
        "integer": "integer",
        "boolean": "boolean",
        "string": "text",
        "object": "group",
    }
    if isinstance(type_, str) and type_ in kinds:
        return kinds[type_]
    if isinstance(widget, str) and widget in WIDGETS:
        fits = WIDGETS[widget].kinds
        return next((kind for kind in KIND_TITLES if kind in fits), None)
    return None


def file_size(value: object) -> int | None:
    """Read ``10MB`` as bytes; None when it cannot be read."""
    match = _SIZE.match(str(value))
    return int(match[1]) * _UNITS[(match[2] or "").lower()] if match else None


def elements_of(spec: Spec, path: Path, source: Place, scope: Path) -> tuple[Element, ...]:
    """Build the fields of an object."""
    required = names(spec.get("required"))
    built = []
    for name, child in mapping(spec.get("properties")).items():
        if not isinstance(child, Mapping):
            continue
        # Outside rows, a section is what `it` stands for in its own fields.
        inner = (name,) if not path and kind_of(child) == "group" else scope
        at = (*source, "properties", name)
        element = element_of(name, child, (*path, name), at, inner, name in required)
        if element is not None:
            built.append(element)
    return tuple(built)


def element_of(
    name: str, spec: Spec, path: Path, source: Place, scope: Path, required: bool
) -> Element | None:
    """Build one field; None when its kind is unknown."""
    kind = kind_of(spec)
    if kind is None:
        return None
    inner = mapping(spec.get("items"))
    # `items` of several choices says the same as the words beside it.
    said: Spec = {**inner, **spec} if kind == "many" else spec
    reader = _Reader(said, scope, source)
    children: tuple[Element, ...] = ()
    rules: tuple[Rule, ...] = ()
    if kind == "group":
        children = elements_of(spec, path, source, scope)
        rules = rules_of(spec, path, source, scope)
    elif kind == "rows":
        row = (*path, "*")
        children = elements_of(inner, row, (*source, "items"), row)
        rules = rules_of(inner, row, (*source, "items"), row)
    return Element(
        name=name,
        path=path,
        kind=kind,
        title=text(spec.get("title")) or name,
        widget=_widget(said, kind),
        source=source,
        scope=scope,
        help=text(spec.get("help")),
        required=required,
        schema=_schema(said, kind),
        children=children,
        visible_when=reader.formula("visible_when"),
        required_when=reader.formula("required_when"),
        locked_when=reader.formula("locked_when"),
        locked=spec.get("locked") is True,
        default=spec.get("default"),
        index=spec.get("index") is True,
        private=_private(spec.get("private")),
        wide=spec.get("wide") is True,
        at_least=reader.formula("at_least"),
        at_most=reader.formula("at_most"),
        bound_say=text(spec.get("bound_say")),
        pattern_say=text(spec.get("pattern_say")),
        suffix=text(spec.get("suffix")),
        weight=_number(spec.get("weight")),
        open_end=spec.get("open_end") is True,
        codes=text(said.get("codes")),
        only=names(said.get("only")),
        reference=text(said.get("reference")),
        where=reader.formula("where"),
        label=text(said.get("label")),
        columns=tuple(_column(column) for column in sequence(said.get("columns"))),
        options_from=_options_from(said, reader),
        files=_files(spec.get("files")) if kind in ("photo", "files") else None,
        row=_row(spec.get("row"), path, source),
        layout=layout_of(spec.get("layout")),
        rules=rules,
        shows=reader.formula("shows"),
        snapshot_of=text(spec.get("snapshot_of")),
        extension=_extension(spec.get("extension")),
    )


class _Reader:
    """Formulas of one field."""

    def __init__(self, spec: Spec, scope: Path, source: Place) -> None:
        self.spec, self.scope, self.source = spec, scope, source

    def formula(self, key: str, inside: str = "") -> Formula | None:
        spec = mapping(self.spec.get(inside)) if inside else self.spec
        if key not in spec:
            return None
        at = (*self.source, inside, key) if inside else (*self.source, key)
        return Formula(expression(spec[key]), self.scope, at)


def rules_of(spec: Spec, owner: Path, source: Place, scope: Path) -> tuple[Rule, ...]:
    """Build the rules that stand beside an object's properties."""
    rules = []
    for number, rule in enumerate(sequence(spec.get("rules"))):
        if not isinstance(rule, Mapping) or "that" not in rule:
            continue
        at = (*source, "rules", number)
        when = rule.get("when")
        rules.append(
            Rule(
                that=Formula(expression(rule["that"]), scope, (*at, "that")),
                say=text(rule.get("say")),
                at=text(rule.get("at")),
                owner=owner,
                when=Formula(expression(when), scope, (*at, "when")) if when is not None else None,
                warning=rule.get("level") == "warning",
                always=rule.get("always") is True,
            )
        )
    return tuple(rules)


def facts_of(spec: Spec) -> tuple[Fact, ...]:
    """Build the facts of a form, in order: each may read those before it."""
    facts = []
    for name, value in mapping(spec.get("facts")).items():
        asked = mapping(value)
        question = next((word for word in QUESTIONS if word in asked), None)
        if question is None:
            continue
        where, at = asked.get("where"), ("facts", name)
        formula = Formula(expression(where), (), (*at, "where")) if where is not None else None
        facts.append(Fact(name, question, text(asked[question]), formula, at))
    return tuple(facts)


def layout_of(value: object) -> Layout:
    """Build the layout of a section or form."""
    spec = mapping(value)
    columns = spec.get("columns")
    return Layout(
        columns=columns if isinstance(columns, int) and 1 <= columns <= 4 else DEFAULT_COLUMNS,
        groups=tuple(
            LayoutGroup(text(group.get("title")), names(group.get("fields")))
            for group in sequence(spec.get("groups"))
            if isinstance(group, Mapping)
        ),
    )


def expression(value: object) -> str:
    """Return an expression as text; true, false and numbers need no quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value is not None else ""


def text(value: object) -> str:
    """Return a text, or nothing for what is not one."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Spec:
    """Return a mapping, or an empty one for what is not."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[object]:
    """Return a list, or an empty one for what is not."""
    return value if isinstance(value, (list, tuple)) else ()


def names(value: object) -> tuple[str, ...]:
    """Return the texts of a list."""
    return tuple(item for item in sequence(value) if isinstance(item, str))


def _column(value: object) -> str:
    return text(value) or text(mapping(value).get("field"))


def _private(value: object) -> Literal[False, True, "mask"]:
    if value == "mask":
        return "mask"
    return value is True


def _widget(spec: Spec, kind: Kind) -> str:
    chosen = spec.get("widget")
    if isinstance(chosen, str) and chosen in WIDGETS and kind in WIDGETS[chosen].kinds:
        return chosen
    if kind == "many" and "reference" in spec and "options_from" not in spec:
        return "picker"
    if kind == "reference" and "options_from" in spec:
        return "select"
    if kind == "choice" and "options_from" not in spec:
        return FEW_OR_MANY
    return DEFAULT_WIDGETS[kind]


def _schema(spec: Spec, kind: Kind) -> Spec:
    limits = {key: spec[key] for key in LIMITS if key in spec}
    type_ = JSON_TYPES[kind]
    if type_ is None:
        return {}
    if kind in ("photo", "files", "period", "choice", "reference"):
        limits.pop("format", None)
    if kind == "files":
        most = mapping(spec.get("files")).get("max")
        if isinstance(most, int):
            limits.setdefault("maxItems", most)
    if kind in ("many", "files"):
        limits.setdefault("uniqueItems", True)
        limits["items"] = {"type": "string"}
    return {"type": type_, **limits}


def _files(value: object) -> Files:
    spec = mapping(value)
    most, size = spec.get("max"), spec.get("size")
    return Files(
        max=most if isinstance(most, int) else None,
        types=tuple(name.lower().lstrip(".") for name in names(spec.get("types"))),
        size=file_size(size) if size is not None else None,
        template=text(spec.get("template")) or None,
    )


def _row(value: object, path: Path, source: Place) -> RowHints:
    spec = mapping(value)
    keep = spec.get("keep_when")
    row = (*path, "*")
    return RowHints(
        title=text(spec.get("title")),
        columns=names(spec.get("columns")),
        add=text(spec.get("add")),
        keep_when=Formula(expression(keep), row, (*source, "row", "keep_when"))
        if keep is not None
        else None,
    )


def _options_from(said: Spec, reader: _Reader) -> OptionsFrom | None:
    spec = mapping(said.get("options_from"))
    if "codes" in spec:
        return OptionsFrom("codes", text(spec["codes"]), parent=text(spec.get("parent")))
    if "register" in spec:
        return OptionsFrom(
            "register",
            text(spec["register"]),
            field=text(spec.get("field")),
            where=reader.formula("where", "options_from"),
            match=tuple(
                (column, target)
                for column, target in mapping(spec.get("match")).items()
                if isinstance(target, str)
            ),
        )
    if "each" in spec:
        return OptionsFrom(
            "each",
            each=reader.formula("each", "options_from"),
            value=text(spec.get("value")) or "id",
            label=text(spec.get("label")) or "title",
        )
    return None


def _extension(value: object) -> Spec | None:
    return mapping(value) if isinstance(value, Mapping) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
