"""Items of a record merged into a form (``form: {base, extend}``).

The base form declares where: an object with ``extension``. Each item becomes repeated rows there
(``items``), or one number (``field``), such as the score of a criterion.
The base is not touched; the result is a form of its own that a case pins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.forms.build import Spec, mapping, names, text
from engine.forms.form import Form

_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")


def merged(form: Form, items: Sequence[Mapping[str, object]]) -> Form:
    """Return the form with the items at its extension points.

    An item is ``{key, title, help, required, min, max, files: {max, size, types}, template}``;
    for numbers the extension point names the columns of title, maximum and weight.
    An item without a usable key is called after its place; of two with one key the first counts.
    Without items an extension point is empty and does not show.
    """
    source = {**form.source, "properties": _extended(form.source, items)}
    return Form(source, form.names)


def _extended(spec: Spec, items: Sequence[Mapping[str, object]]) -> dict[str, object]:
    properties: dict[str, object] = {}
    for name, child in mapping(spec.get("properties")).items():
        inner = mapping(child)
        if "extension" in inner:
            if items:
                properties[name] = _with_items(inner, items)
        elif "properties" in inner:
            properties[name] = {**inner, "properties": _extended(inner, items)}
        else:
            properties[name] = child
    return properties


def _with_items(spec: Spec, items: Sequence[Mapping[str, object]]) -> dict[str, object]:
    extension = mapping(spec["extension"])
    rows = mapping(extension.get("items"))
    properties: dict[str, object] = {}
    required = []
    for number, item in enumerate(items, start=1):
        key = text(item.get("key"))
        if not _KEY.match(key):
            key = f"item_{number}"
        if key in properties:
            continue
        if "field" in extension:
            properties[key] = _number(item, extension, key)
            required.append(key)
            continue
        properties[key] = _field(item, rows, key)
        if item.get("required") is True:
            required.append(key)
    kept = {key: value for key, value in spec.items() if key != "extension"}
    return {**kept, "type": "object", "properties": properties, "required": required}


def _number(item: Mapping[str, object], extension: Spec, key: str) -> dict[str, object]:
    """Return the number of an item: its columns are named by the extension point."""
    title = text(item.get(text(extension.get("title")) or "title"))
    field: dict[str, object] = {**mapping(extension["field"]), "title": title or key}
    for keyword in ("maximum", "weight"):
        value = item.get(text(extension.get(keyword)) or keyword)
        if isinstance(value, int | float) and not isinstance(value, bool):
            field[keyword] = value
    return field


def _field(item: Mapping[str, object], rows: Spec, key: str) -> dict[str, object]:
    field: dict[str, object] = {
        "title": text(item.get("title")) or key,
        "type": "array",
        "items": _limited(rows, item),
    }
    if text(item.get("help")):
        field["help"] = text(item.get("help"))
    for word, keyword in (("min", "minItems"), ("max", "maxItems")):
        value = item.get(word)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            field[keyword] = value
    return field


def _limited(rows: Spec, item: Mapping[str, object]) -> dict[str, object]:
    """Return the row of an item: the limits of its files are the item's."""
    limits = {key: value for key, value in mapping(item.get("files")).items() if value is not None}
    if text(item.get("template")):
        limits["template"] = item["template"]
    properties = {
        name: {**mapping(child), "files": {**mapping(mapping(child)["files"]), **limits}}
        if "files" in mapping(child)
        else child
        for name, child in mapping(rows.get("properties")).items()
    }
    return {**rows, "required": list(names(rows.get("required"))), "properties": properties}
