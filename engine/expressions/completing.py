"""Names that may follow what is written of an expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.authoring.problem import Phrase
from engine.domain.types import Field, ListOf, Record, Type
from engine.expressions.functions import FUNCTIONS, LOOPS
from engine.expressions.names import type_words
from engine.expressions.scope import Scope

_PATH = re.compile(r"((?:[a-z_]\w*\.)*)\w*\Z")
_COMPARED = re.compile(r"((?:[a-z_]\w*\.)*[a-z_]\w*)\s*(?:[=!]=\s*|in\s*\[[^\]]*)['\"][\w.-]*\Z")
_ASKED = re.compile(r"((?:[a-z_]\w*\.)*[a-z_]\w*)\(\s*['\"]\w*\Z")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that may be written."""

    name: str
    #: its type in words; of a function what it takes
    type: Phrase
    label: str
    kind: str


def suggestions(before: str, scope: Scope) -> list[Suggestion]:
    """Return what may be written next in an expression.

    Args:
        before: the expression up to the place, the word begun included.
        scope: the names it can read.
    """
    for pattern in (_COMPARED, _ASKED):
        quoted = pattern.search(before)
        if quoted is not None:
            return _texts(scope, tuple(quoted[1].split(".")), asked=pattern is _ASKED)
    if (before.count("'") + before.count('"')) % 2:
        return []
    match = _PATH.search(before)
    path = tuple(name for name in (match[1] if match else "").split(".") if name)
    if path:
        field = field_at(scope, path)
        return _fields_of(scope, field.type) if field is not None else []
    found = [_named(name, field) for name, field in scope.names.items()]
    for name in scope.aliases:
        field = field_at(scope, (name,))
        if field is not None and name not in scope.names:
            found.append(_named(name, field))
    functions = [one for one in FUNCTIONS if not one.method]
    return found + [
        Suggestion(f"{one.name}(", Phrase(", ".join(one.takes), ", ".join(one.takes)), one.zh,
                   "function")
        for one in functions
    ]  # fmt: skip


def field_at(scope: Scope, path: tuple[str, ...]) -> Field | None:
    """Return what a path leads to, aliases written out."""
    path = scope.expanded(path)
    field = scope.names.get(path[0])
    for name in path[1:]:
        fields = scope.fields_of(field.type) if field is not None else None
        field = fields.get(name) if fields else None
    return field


def _fields_of(scope: Scope, type_: Type) -> list[Suggestion]:
    if isinstance(type_, ListOf):
        return [
            Suggestion(f"{call.split('(')[0]}(", Phrase("列表", "list"), zh, "function")
            for call, zh, _ in LOOPS
        ]
    fields = scope.fields_of(type_) or {}
    return [_named(name, field) for name, field in fields.items()]


def _texts(scope: Scope, path: tuple[str, ...], *, asked: bool) -> list[Suggestion]:
    """Return the texts a field can hold, or the names a record is asked for."""
    field = field_at(scope, path)
    if field is None:
        return []
    if asked:
        known = field.type.fields if isinstance(field.type, Record) else {}
        return [_named(name, inner) for name, inner in known.items()]
    return [Suggestion(text, type_words(field.type), field.label, "text") for text in field.choices]


def _named(name: str, field: Field) -> Suggestion:
    return Suggestion(name, type_words(field.type), field.label, "name")
