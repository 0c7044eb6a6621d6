"""Regular expressions of form authors, matched in linear time by the engine of the expressions."""

from __future__ import annotations

from engine.authoring.problem import Position
from engine.authoring.problems import Problems
from engine.domain.types import TEXT, Field
from engine.expressions import ExpressionError, Scope, compile

_MATCHES = compile(
    "value.matches(pattern)",
    Scope({"value": Field(TEXT), "pattern": Field(TEXT)}),
    node=Position("pattern", 1, 1),
    problems=Problems(),
)


def matches(pattern: str, value: str) -> bool:
    """Tell whether a part of a text fits a pattern; a pattern that is none fits nothing."""
    try:
        return bool(_MATCHES and _MATCHES.evaluate({"value": value, "pattern": pattern}))
    except ExpressionError:
        return False


def is_usable(pattern: str) -> bool:
    """Tell whether a text is a pattern of the linear-time syntax."""
    try:
        return bool(
            _MATCHES and isinstance(_MATCHES.evaluate({"value": "", "pattern": pattern}), bool)
        )
    except ExpressionError:
        return False
