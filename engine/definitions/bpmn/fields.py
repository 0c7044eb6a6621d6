"""The fields a foreign file names: those of its task forms, and those its conditions read.

Camunda 7 lists fields below a task (``formData``), Flowable as ``formProperty``, Camunda 8 keeps
the JSON of a form beside the process (``userTaskForm``). What a condition reads is of the type of
what it is compared with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definitions.markup import Element

#: deeper groups of a form are not read
_DEEPEST = 10
_PATH = re.compile(r"\bdata((?:\.[a-z_]\w*)+)(?P<call>\()?", re.ASCII)
_BEHIND = re.compile(
    r"\s*(?:(?P<compared>==|!=|<=|>=|<|>|in \[)\s*(?P<with>'(?:[^'\\]|\\.)*'|-?[\d.]+|\w+)"
    r"|(?P<sum>[-+*/%])\s)"
)
_DAY = re.compile(r"'\d{4}-\d{2}-\d{2}'")
_TYPES = {
    "long": "integer", "integer": "integer", "int": "integer", "double": "number",
    "number": "number", "boolean": "boolean", "checkbox": "boolean", "date": "date",
    "datetime": "date", "enum": "choice", "radio": "choice", "select": "choice",
    "checklist": "choices", "taglist": "choices", "textarea": "long text",
}  # fmt: skip
_PLAIN = ("string", "textfield", "")
#: what only shows something, and what is no field
_SHOWN = ("text", "button", "image", "separator", "spacer", "html", "html-view", "iframe")
_LIMITS = {
    "min": "minimum", "max": "maximum", "minlength": "minLength", "maxlength": "maxLength",
    "minLength": "minLength", "maxLength": "maxLength",
}  # fmt: skip


@dataclass(slots=True)
class Asked:
    """A field that a form of a file asks for."""

    #: as the file calls it
    name: str
    title: str
    kind: str = "string"
    options: list[tuple[str, str]] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    required: bool = False
    #: whether it is entered here, or only shown
    entered: bool = True
    #: what else the file says of it
    left_out: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """The fields of one task, and what of its form is not in the file."""

    fields: list[Asked] = field(default_factory=list)
    missing: str = ""

    def left_out(self) -> Iterator[str]:
        """Go through what of its fields has no counterpart."""
        return (f"{one.title}: {what}" for one in self.fields for what in one.left_out)


def form_of(element: Element, kept: Mapping[str, str]) -> Form:
    """Return the form of a task or a start; ``kept`` are the forms beside the process, by id."""
    around = element.first("extensionElements")
    found = Form()
    if around is not None:
        for one in around.all("formData"):
            found.fields += [_camunda(each) for each in one.all("formField")]
        found.fields += [_flowable(each) for each in around.all("formProperty")]
    key = element.given("formKey") or element.given("formRef")
    given = around.first("formDefinition") if around is not None else None
    if given is not None:
        key = given.given("formKey") or given.given("formId") or given.given("externalReference")
    text = kept.get(key.rpartition(":")[2])
    if key and text is None:
        found.missing = key
    elif text is not None:
        try:
            found.fields += _components(json.loads(text), 0)
        except (ValueError, TypeError, AttributeError, RecursionError):
            found.missing = key
    found.fields = [one for one in found.fields if one.name or one.title]
    return found


def kept_forms(process: Element) -> Mapping[str, str]:
    """Return the forms that stand beside a process, as JSON by id."""
    around = process.first("extensionElements")
    return {one.given("id"): one.text for one in around.all("userTaskForm")} if around else {}


def _camunda(one: Element) -> Asked:
    asked = _asked(one.given("id"), one.given("label"), one.given("type"))
    asked.options = [(each.given("id"), each.given("name")) for each in one.all("value")]
    around = one.first("validation")
    for each in around.all("constraint") if around is not None else ():
        name, value = each.given("name"), each.given("config")
        if name == "required":
            asked.required = value != "false"
        elif name == "readonly":
            asked.entered = value == "false"
        elif name in _LIMITS and re.fullmatch(r"-?\d{1,9}", value):
            asked.limits[_LIMITS[name]] = int(value)
        else:
            asked.left_out.append(name)
    if one.given("defaultValue"):
        asked.left_out.append("defaultValue")
    return asked


def _flowable(one: Element) -> Asked:
    asked = _asked(one.given("id"), one.given("name"), one.given("type"))
    asked.options = [(each.given("id"), each.given("name")) for each in one.all("value")]
    asked.required = one.given("required") == "true"
    asked.entered = one.given("writable") != "false"
    asked.left_out += [name for name in ("default", "expression") if one.given(name)]
    return asked


def _components(value: Any, depth: int) -> Iterator[Asked]:
    for one in value.get("components", ()) if depth < _DEEPEST else ():
        kind = str(one.get("type", ""))
        if "components" in one:
            yield from _components(one, depth + 1)
        elif kind not in _SHOWN and one.get("key"):
            yield _component(one, kind)


def _component(one: Mapping[str, Any], kind: str) -> Asked:
    asked = _asked(str(one["key"]), str(one.get("label", "")), kind)
    if kind == "number" and one.get("decimalDigits") == 0:
        asked.kind = "integer"
    for each in one.get("values") or ():
        asked.options.append((str(each.get("value", "")), str(each.get("label", ""))))
    checks = one.get("validate") or {}
    asked.required = checks.get("required") is True
    asked.entered = not (one.get("readonly") or one.get("disabled"))
    for name, limit in checks.items():
        if name in _LIMITS and type(limit) is int:
            asked.limits[_LIMITS[name]] = limit
        elif name not in ("required", "validationType"):
            asked.left_out.append(name)
    asked.left_out += [
        name for name in ("defaultValue", "conditional", "valuesKey", "valuesExpression")
        if one.get(name)
    ]  # fmt: skip
    return asked


def _asked(key: str, title: str, kind: str) -> Asked:
    found = Asked(key, " ".join((title or key).split()), _TYPES.get(kind, "string"))
    if kind not in _TYPES and kind not in _PLAIN:
        found.left_out.append(kind)
    return found


# -------------------------------------------------------------------- what conditions read


def kinds_of(expressions: Iterable[str]) -> dict[tuple[str, ...], str]:
    """Return the kind of each field that expressions read, by its path below ``data``."""
    found: dict[tuple[str, ...], str] = {}
    for text in expressions:
        for match in _PATH.finditer(text):
            names = tuple(match[1].split(".")[1:])
            kind = "string"
            if match["call"]:
                names = names[:-1]
            else:
                kind = _kind(text[: match.start()], text[match.end() :])
            if names and found.get(names) in (None, "", "boolean"):
                found[names] = kind
    return {names: kind or "string" for names, kind in found.items()}


def _kind(before: str, behind: str) -> str:
    """Return what a name is of, from what stands around it; nothing if that is open."""
    match = _BEHIND.match(behind)
    if match is None:
        if re.search(r"[-+*/%]\s$|(?:<=|>=|<|>)\s$", before):
            return "number"
        open_ = re.search(r"(?:==|!=|\bin)\s$|\w\($", before)
        return "" if open_ else "boolean"
    if match["sum"]:
        return "number"
    other = match["with"]
    if other.startswith("'"):
        return "date" if _DAY.fullmatch(other) else "string"
    if other in ("true", "false"):
        return "boolean"
    if other[0] in "-.0123456789":
        return "number"
    return "number" if match["compared"] in ("<", "<=", ">", ">=") else ""
