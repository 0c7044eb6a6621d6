"""A case tells nothing to a stranger, not even that it exists.

Whoever may not know of it is answered as if there were none; whoever may, but not do this, reads
why not. The methods are read from the platform, so that a new one is held against it too.
"""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine.domain.actor import Actor
from engine.domain.errors import Refused
from tests.directory.test_every_service import INNER, INSIDE, WITHIN, arguments, methods, town_of
from tests.support.city import AT_UNIT, MEETING, STARTED, City, city
from tests.walks.rows import rows_of

#: what stands for a case in the parameters of services
CASES = ("uid", "uids", "subject")
NOWHERE = "XXXXXXXXXXXX"
#: answers nothing to anybody: a page notes with it that it was shown
SILENT = frozenset({"cases.open"})


@pytest.fixture(scope="module")
def towns() -> Mapping[str, City]:
    return {
        "y": city(STARTED),
        "z": city(*AT_UNIT, "{fast_forward: {case: z, to: department}}"),
        "o": city(*MEETING[:-1]),
        "m": city(*MEETING),
    }


def about_cases(town: City, place: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every method of a service about a case that is tried at a place, with what is handed in.

    Also as if the case had been seen before, and about a step at which it is not.
    """
    for name, method in methods(town.platform):
        parameters = set(inspect.signature(method).parameters)
        inner = name.partition(".")[0] in WITHIN or name in {*INNER, *SILENT} or INSIDE & parameters
        if inner or not parameters & set(CASES) or "actor" not in parameters:
            continue
        if town_of(name) == place:
            given = arguments(town, name, method)
            yield name, method, given
            for one, value in (("version", 1), ("at", "nowhere")):
                if one in parameters:
                    yield f"{name} {one}", method, {**given, one: value}


def said(method: Any, actor: Actor, given: Mapping[str, Any]) -> str:
    """What is answered, without the id that was asked for."""
    try:
        found = method(actor, **given)
        text = repr(list(found) if inspect.isgenerator(found) else found)
    except Refused as refused:
        text = f"{type(refused).__name__} {refused.code} {refused.sentence} {refused.params}"
    for name in CASES:
        known = given.get(name, "")
        (uid,) = known if isinstance(known, list) else (known,)
        text = text.replace(uid, "…") if uid else text
    return text


def elsewhere(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same, about a case that does not exist."""
    nowhere = {name: [NOWHERE] if name == "uids" else NOWHERE for name in CASES}
    return {name: nowhere.get(name, value) for name, value in given.items()}


@pytest.mark.req("SEC-01", "REV-22")
@pytest.mark.parametrize("organisation", ["第一中学", None], ids=["there", "alone"])
def test_a_stranger_cannot_tell_a_case_from_one_that_does_not_exist(
    towns: Mapping[str, City], organisation: str | None
):
    """Commands and interventions answered a stranger with the right that was missing: 403."""
    stranger = Actor("路人", organisation, "tianjin")
    before = {place: rows_of(town.platform.store) for place, town in towns.items()}

    told = []
    for place, town in towns.items():
        for name, method, given in about_cases(town, place):
            here = said(method, stranger, given)
            nowhere = said(method, stranger, elsewhere(given))
            told += [f"{name}: {here} — {nowhere}"] if here != nowhere else []

    assert not told, "\n".join(told)
    assert {place: rows_of(town.platform.store) for place, town in towns.items()} == before
