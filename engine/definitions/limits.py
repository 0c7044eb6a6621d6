"""What the content leaves room for: rights that can be held, values that fields can have."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.definitions.role import KINDS
from engine.forms import Form

if TYPE_CHECKING:
    from engine.definitions.kinds import Content


@dataclass(frozen=True, slots=True)
class Limits:
    """What a field of a form can hold."""

    #: the greatest number, or the most items
    most: int | None = None
    #: which records may be chosen
    where: str | None = None


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
    for one in form.walk():
        most = one.schema.get("maxItems" if one.kind in ("rows", "many") else "maximum")
        where = one.where.text if one.where is not None and one.reference else None
        if where is not None or isinstance(most, int | float):
            path = ".".join(part for part in one.path if part != "*")
            found[path] = Limits(math.floor(most) if isinstance(most, int | float) else None, where)
    return found
