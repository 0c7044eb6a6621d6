"""The JSON Schema of form files, from the form language's own table of keywords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms.keywords import KEYWORDS, PARTS, TOP, Holds, Keyword

Schema = dict[str, Any]

_HOLDS: Mapping[Holds, Schema] = {
    "text": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": 0},
    "number": {"type": "number"},
    "names": {"type": "array", "items": {"type": "string"}},
    "columns": {"type": "array"},
    "mapping": {"type": "object"},
    "expression": {"type": ["string", "boolean", "number"]},
    "word": {"type": "string"},
    "rules": {"type": "array", "items": {"type": "object"}},
    "plain": {},
}
_FACT: Schema = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in PARTS["facts"]},
    "additionalProperties": False,
}
_FIELD: Schema = {"$ref": "#/$defs/field"}
# A section that borrows its fields removes one with null.
_REMOVABLE: Schema = {"if": {"type": "null"}, "then": True, "else": _FIELD}
_FIELDS: Schema = {"type": "object", "additionalProperties": _REMOVABLE}


def form_document(base: str, dialect: str) -> Schema:
    """Return the schema of form files."""
    keys = {**{name: _key(KEYWORDS[name]) for name in TOP if name in KEYWORDS}}
    keys |= {name: {"type": "string"} for name in TOP if name not in KEYWORDS}
    keys["facts"] = {"type": "object", "additionalProperties": _FACT}
    return {
        "$schema": dialect,
        "$id": f"{base}/form.json",
        "title": "表单 / form",
        "type": "object",
        "properties": keys,
        "required": ["form", "title", "properties"],
        "additionalProperties": False,
        "$defs": {
            "field": {
                "type": "object",
                "properties": {name: _key(keyword) for name, keyword in KEYWORDS.items()},
                "additionalProperties": False,
            },
        },
    }


def _key(keyword: Keyword) -> Schema:
    schema: Schema = {**_HOLDS[keyword.holds], "description": f"{keyword.zh}\n{keyword.en}"}
    if keyword.words:
        schema["enum"] = list(keyword.words)
    if keyword.name == "properties":
        schema |= _FIELDS
    elif keyword.name == "items":
        schema["$ref"] = "#/$defs/field"
    elif keyword.name in PARTS:
        schema["properties"] = {name: {} for name in PARTS[keyword.name]}
        schema["additionalProperties"] = False
    return schema
