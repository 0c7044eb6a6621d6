"""A form to which the items held in a record are added: ``{base, extend}``."""

from __future__ import annotations

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.process import Formula
from engine.definitions.shapes import ByKind, Key, Made, One, Spot, Values, Vocabulary
from engine.definitions.vocabulary import terms

EXTENDED = Vocabulary(
    "extended_form",
    Phrase("可扩展的表单", "extended form"),
    (
        Key("base", terms.FORM, "基础表单", "the base form", required=True),
        Key(
            "extend",
            terms.RECORD,
            "附加项目所在的值",
            "the value that holds additional items",
            required=True,
        ),
    ),
    called=Phrase("form", "form"),
    origin="1.1",
)


def _form(value: str, _node: Node, _spot: Spot) -> tuple[str, Formula | None]:
    return (value, None)


def _extended(values: Values) -> tuple[str | None, Formula | None]:
    return (values.get("base"), values.get("extend"))


#: gives the form's id, and the formula of the items if there is one
FORM = ByKind(scalar=Made(terms.FORM, _form), mapping=One(EXTENDED, _extended))
