"""Answers that are none yet: whoever was asked works on it, and is asked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.definitions.connector import Connector
from engine.definitions.release import Release
from engine.expressions import ExpressionError

_SHORTEST = timedelta(minutes=1)


def is_pending(release: Release, connector: Connector, answer: Mapping[str, Any]) -> bool:
    """Tell whether an answer says that there is no result yet.

    What cannot be told of an answer is no reason to wait: its form says what is wrong with it.
    """
    form = release.forms.get(connector.result or "")
    if connector.pending is None or form is None:
        return False
    known = {name: answer.get(name) for name in form.sections}
    expression = release.bound.expressions[connector.pending]
    try:
        return expression.evaluate({"answer": known}) is True
    except ExpressionError:
        return False


def next_question(connector: Connector, first: datetime, now: datetime) -> datetime:
    """When to ask again: after as long as was waited so far, within bounds."""
    return now + min(max(now - first, _SHORTEST), timedelta(minutes=connector.pause))
