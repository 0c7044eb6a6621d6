"""What the content leaves room for: rights that can be held, values that fields can have."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.definitions.role import KINDS
from engine.forms import Form
from engine.forms.model import Element, Path

if TYPE_CHECKING:
    from engine.definitions.kinds import Content


@dataclass(frozen=True, slots=True)
class Limits:
    """What a field of a form can hold."""

    #: the greatest number, or the most items
    most: int | None = None
    #: which records may be chosen
    where: str | None = None
    #: the most characters
    longest: int | None = None
    #: whether it is asked for in every record
    required: bool = False


def organisation_kinds(content: Content) -> Collection[str]:
    """Return the kinds of organisation there are."""
    known = content.codes.get(KINDS)
    return tuple(known.values) if known is not None else ()


def rights_in(content: Content, process: str) -> Mapping[str, Collection[str]] | None:
    """Return what can be held where a process runs, and at which kinds of organisation.

    Returns:
        None for a process that runs nowhere, such as one that others are based on.
    """
    places = [place for place in content.jurisdictions.values() if place.runs(process)]
    if not places:
        return None
    kinds = organisation_kinds(content)
    found: dict[str, frozenset[str]] = {}
    for name in {name for place in places for name in place.sets} & content.roles.keys():
        for role in content.roles[name].roles.values():
            for permission in role.permissions:
                known = found.get(permission, frozenset())
                found[permission] = known | frozenset(role.kinds or kinds)
    return found


def limits_of(form: Form) -> Mapping[str, Limits]:
    """Return what the fields of a form can hold, where that is less than everything."""
    found = {}
    always = frozenset(_always(form.elements))
    for one in form.walk():
        most = one.schema.get("maxItems" if one.kind in ("rows", "many") else "maximum")
        longest = one.schema.get("maxLength")
        limits = Limits(
            math.floor(most) if isinstance(most, int | float) else None,
            one.where.text if one.where is not None and one.reference else None,
            longest if isinstance(longest, int) else None,
            one.path in always,
        )
        if limits != Limits():
            found[".".join(part for part in one.path if part != "*")] = limits
    return found


def _always(elements: Iterable[Element]) -> Iterator[Path]:
    """The fields that are asked for whatever the others hold; rows there may be none of."""
    for one in elements:
        if one.visible_when is not None or one.kind == "rows":
            continue
        if one.kind == "group":
            yield from _always(one.children)
        elif one.required:
            yield one.path
