"""What a page can tell by itself is wrong with a value: limits of the schema, with their sentences.

The page says so on leaving a field; the server checks everything again, and alone decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.forms.effective import EffectiveField
from engine.forms.formats import SHAPES
from engine.forms.keywords import MOMENTS
from engine.forms.sentences import required_code, sentence
from engine.forms.surroundings import Surroundings
from engine.forms.validation import limit_said

#: JSON Schema's keyword → what has to hold of a value and the limit, and our sentence
_LIMITS: Mapping[str, tuple[str, str]] = {
    "minLength": ("longer", "min_length"),
    "minimum": ("least", "minimum"),
    "maximum": ("most", "maximum"),
    "exclusiveMinimum": ("above", "above"),
    "exclusiveMaximum": ("below", "below"),
}
_NUMBERS = {"number": "[+\\-]?[0-9]+([.][0-9]+)?", "integer": "[+\\-]?[0-9]+"}


class Check(NamedTuple):
    """What has to hold of a value, and what is said where it does not.

    The sentence has ``{value}`` and ``{count}`` where it quotes what was entered.
    """

    holds: str
    limit: object
    say: str


def checks(one: EffectiveField, surroundings: Surroundings) -> Iterator[Check]:
    """What a page checks of a field that is typed or chosen from a list, in order."""

    def check(holds: str, code: str, limit: object = "", say: str = "") -> Check:
        params = {
            "title": one.title,
            "limit": limit_said(limit),
            "value": "{value}",
            "count": "{count}",
        }
        code, params["say"] = ("rule", surroundings.caption(say)) if say else (code, "")
        return Check(holds, limit, sentence(code, params, surroundings.language))

    schema, element = one.element.schema, one.element
    if one.required:
        yield check("some", required_code(one.kind, one.widget))
    if one.kind in _NUMBERS:
        yield check("like", one.kind)._replace(limit=_whole(_NUMBERS[one.kind]))
    shape = schema.get("format")
    if isinstance(shape, str) and shape in SHAPES:
        yield check("like", shape)._replace(limit=_whole(SHAPES[shape]))
    if isinstance(schema.get("pattern"), str):
        yield check("like", "pattern", schema["pattern"], element.pattern_say)
    for keyword, (holds, code) in _LIMITS.items():
        if schema.get(keyword) is not None:
            yield check(holds, code, schema[keyword])
    codes = ("earliest", "latest") if one.kind in MOMENTS else ("minimum", "maximum")
    bounds = (("least", codes[0], one.least), ("most", codes[1], one.most))
    for holds, code, limit in bounds:
        if limit is not None:
            yield check(holds, code, limit, element.bound_say)


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"
