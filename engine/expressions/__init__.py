"""Expressions: checked against a typed context table, evaluated on plain data.

The only door to CEL. An expression sees the names of its scope and nothing else; it cannot loop
without end, call Python or fail for something absent. No I/O, no clock.
"""

from engine.expressions.expression import Expression, ExpressionError, compile, plain_path
from engine.expressions.functions import Calendar
from engine.expressions.machine import matches, pattern_is_valid
from engine.expressions.mentions import Mention, mentions, renamed
from engine.expressions.names import Row, explain, explain_functions, type_words
from engine.expressions.partial import decided, is_among, restricted
from engine.expressions.scope import Path, Scope
from engine.expressions.values import Shape, look_up, pick
from engine.expressions.where import Where, compile_where

__all__ = [
    "Calendar",
    "Expression",
    "ExpressionError",
    "Mention",
    "Path",
    "Row",
    "Scope",
    "Shape",
    "Where",
    "compile",
    "compile_where",
    "decided",
    "explain",
    "explain_functions",
    "is_among",
    "look_up",
    "matches",
    "mentions",
    "pattern_is_valid",
    "pick",
    "plain_path",
    "renamed",
    "restricted",
    "type_words",
]
