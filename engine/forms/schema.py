"""The JSON Schema of a form: as published, and as it is for the data at hand.

The only module that imports jsonschema. Patterns are matched by RE2, in linear time, so that no
author's pattern can hang a submission.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from engine.expressions import matches, pattern_is_valid
from engine.forms.effective import EffectiveField, EffectiveForm, EffectiveRow
from engine.forms.formats import FORMATS
from engine.forms.model import Element, Place

Schema = dict[str, Any]

# What makes a draft incomplete but not wrong.
COMPLETENESS = ("minItems", "minLength", "const")
DATE: Schema = {"type": "string", "format": "date"}


@lru_cache(maxsize=1024)
def is_usable(pattern: str) -> bool:
    """Tell whether a text is a pattern of the linear-time syntax."""
    return pattern_is_valid(pattern)


def _pattern(
    _validator: object, pattern: str, instance: object, _schema: object
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not (is_usable(pattern) and matches(pattern, instance)):
        yield ValidationError("pattern")


def _multiple(
    _validator: object, step: float, instance: object, _schema: object
) -> Iterator[ValidationError]:
    # Decimals as people write them: 19.99 is a multiple of 0.01 although its binary form is not.
    is_number = isinstance(instance, int | float) and not isinstance(instance, bool)
    if is_number and Decimal(str(instance)) % Decimal(str(step)):
        yield ValidationError("multipleOf")


def _format(check: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or check(value)


_checker = FormatChecker(formats=())
_checker.checkers = {name: (_format(check), ()) for name, check in FORMATS.items()}
_extend: Any = validators.extend
_Validator = _extend(Draft202012Validator, {"pattern": _pattern, "multipleOf": _multiple})


@dataclass(frozen=True, slots=True)
class Broken:
    """One keyword of a schema that a value does not fit.

    ``known`` are the properties of the object, for a key that is not one of them.
    """

    place: Place
    keyword: str
    limit: Any
    value: Any
    known: tuple[str, ...] = ()


def broken(schema: Mapping[str, Any], instance: object) -> Iterator[Broken]:
    """Return everything in which an instance differs from a schema."""
    for error in _Validator(schema, format_checker=_checker).iter_errors(instance):
        inner: Any = error.schema
        yield Broken(
            tuple(error.absolute_path),
            str(error.validator),
            error.validator_value,
            error.instance,
            tuple(inner.get("properties", ())) if isinstance(inner, Mapping) else (),
        )


def published(title: str, elements: Sequence[Element]) -> Schema:
    """Return the JSON Schema of a form as far as it does not depend on the data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_object(elements),
    }


def _object(elements: Sequence[Element]) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {one.name: _element(one) for one in elements if one.stored},
        "additionalProperties": False,
    }
    always = [one.name for one in elements if one.required and one.visible_when is None]
    if always:
        schema["required"] = always
    return schema


def _element(element: Element) -> Schema:
    named: Schema = {"title": element.title}
    if element.help:
        named["description"] = element.help
    if element.kind == "group":
        return {**named, **_object(element.children)}
    if element.kind == "rows":
        return {**named, **element.schema, "items": _object(element.children)}
    if element.kind == "period":
        return {**named, **_period(open_end=element.open_end, complete=True)}
    return {**named, **element.schema}


def _period(*, open_end: bool, complete: bool) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {"from": DATE, "until": DATE},
        "additionalProperties": False,
    }
    if complete:
        schema["required"] = ["from"] if open_end else ["from", "until"]
    return schema


def effective_schema(form: EffectiveForm, *, complete: bool) -> Schema:
    """Return the JSON Schema that data must fit now.

    What a person may not change is not checked. ``complete`` adds what a draft may lack.
    """
    return _fields(form.form.elements, form.fields, complete)


def _fields(
    elements: Sequence[Element], fields: Sequence[EffectiveField], complete: bool
) -> Schema:
    properties: Schema = {one.name: True for one in elements if one.stored}
    required = []
    for one in fields:
        if not one.element.stored:
            continue
        properties[one.element.name] = _field(one, complete)
        if complete and one.required and one.editable and one.kind != "group":
            required.append(one.element.name)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _field(one: EffectiveField, complete: bool) -> Schema | bool:
    if one.kind == "group":
        return _fields(one.element.children, one.children, complete)
    if one.kind == "rows":
        return _rows(one, complete)
    if not one.editable:
        return True
    if one.kind == "period":
        return _period(open_end=one.element.open_end, complete=complete)
    schema = {
        key: value
        for key, value in one.element.schema.items()
        if complete or key not in COMPLETENESS
    }
    if one.options is not None:
        offered = [option.value for option in one.options]
        if one.kind == "many":
            schema["items"] = {"type": "string", "enum": offered}
        else:
            schema["enum"] = offered
    return schema


def _rows(one: EffectiveField, complete: bool) -> Schema:
    limits = {
        key: value
        for key, value in one.element.schema.items()
        if one.editable and (complete or key not in COMPLETENESS)
    }
    rows = [_row(one.element, row, complete) for row in one.rows]
    return {"type": "array", **limits, "prefixItems": rows}


def _row(element: Element, row: EffectiveRow, complete: bool) -> Schema:
    return _fields(element.children, row.fields, complete)
