"""Expressions: checked against a typed context table, evaluated on plain data.

The only door to CEL. An expression sees the names of its scope and nothing else; it cannot loop
without end, call Python or fail for something absent. No I/O, no clock.
"""

from engine.expressions.expression import Expression, ExpressionError, compile, plain_path
from engine.expressions.functions import Calendar
from engine.expressions.names import Row, explain, explain_functions, type_words
from engine.expressions.scope import Path, Scope
from engine.expressions.values import look_up, pick

__all__ = [
    "Calendar",
    "Expression",
    "ExpressionError",
    "Path",
    "Row",
    "Scope",
    "compile",
    "explain",
    "explain_functions",
    "look_up",
    "pick",
    "plain_path",
    "type_words",
]
