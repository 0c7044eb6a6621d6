"""Values at dotted paths (``settings.unit``) of a case's data, of a record, of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def at_path(values: object, path: str) -> Any:
    """Return the value at a path; None where there is none."""
    found: Any = values
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def with_path(data: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy of the data with a value at a path."""
    name, _, rest = path.partition(".")
    copy = dict(data)
    copy[name] = with_path(copy.get(name) or {}, rest, value) if rest else value
    return copy


def with_paths(data: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the data with values at paths."""
    copy = dict(data)
    for path, value in values.items():
        copy = with_path(copy, path, value)
    return copy


def put_at(path: str, value: Any, target: dict[str, Any]) -> None:
    """Write a value at a path into data that nobody else holds; None takes it away."""
    *above, last = path.split(".")
    inner = target
    for name in above:
        inner[name] = dict(inner.get(name) or {})
        inner = inner[name]
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
