"""The type of a form's data, as expressions see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

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
)
from engine.forms.keywords import Kind
from engine.forms.model import Element, written

PERIOD = Record("period", {"from": Field(DATE, "开始日期"), "until": Field(DATE, "结束日期")})
_SCALARS: dict[Kind, Type] = {
    "text": TEXT,
    "number": NUMBER,
    "integer": NUMBER,
    "boolean": BOOLEAN,
    "choice": TEXT,
    "date": DATE,
    "datetime": DATETIME,
    "year": TEXT,
    "month": TEXT,
    "period": PERIOD,
    "photo": TEXT,
    "files": ListOf(TEXT),
}


Codes = Mapping[str, Collection[str]]


def record_of(form: str, elements: Iterable[Element], codes: Codes, name: str = "") -> Record:
    """Return the record made of some fields; what holds no value is not in it."""
    fields = {
        element.name: Field(
            type_of(form, element, codes),
            element.title,
            f"forms/{form}",
            _choices(element, codes),
        )
        for element in elements
        if element.stored
    }
    return Record(name or form, fields)


def type_of(form: str, element: Element, codes: Codes) -> Type:
    """Return the type of one field."""
    called = f"{form}.{written(element.path)}"
    if element.kind == "group":
        return record_of(form, element.children, codes, called)
    if element.kind == "rows":
        return ListOf(record_of(form, element.children, codes, called))
    if element.kind == "many":
        return ListOf(Reference(element.reference) if element.reference else TEXT)
    if element.reference:
        return Reference(element.reference)
    # A reference to nothing is reported where it is read.
    return _SCALARS.get(element.kind, ANY)


def _choices(element: Element, codes: Codes) -> tuple[str, ...]:
    """Return the only texts a field can hold, so that conditions are checked against them."""
    if element.kind != "choice" or not element.codes:
        return ()
    return element.only or tuple(codes.get(element.codes, ()))
