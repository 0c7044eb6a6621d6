"""What a sample case does about people, not cases: substitutes (代理) and hand-over (离职转办)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.actor import Actor
from engine.domain.errors import NotFound, Refused
from engine.services.directory import GRANT_ROLES
from engine.services.platform import Platform


def carry_out(platform: Platform, by: str, does: str, entered: Mapping[str, Any]) -> None:
    """Name a substitute, end it, or hand over what somebody holds.

    Raises:
        Refused: as the services; of a hand-over also where anything is left that nobody can have.
    """
    person = str(entered.get("person") or by)
    actor = _actor(platform, by, person, entered.get("organisation"))
    substitute = str(entered.get("substitute") or "")
    match does:
        case "substitute":
            platform.substitutes.name(
                actor, substitute, person=person, since=_day(entered, "since"),
                until=_day(entered, "until"),
            )  # fmt: skip
        case "end_substitute":
            own = platform.substitutes
            known = own.given(actor) if person == by else own.all(actor)
            found = [one for one in known if (one.person, one.substitute) == (person, substitute)]
            if not found:
                with platform.sentences.saying():
                    raise NotFound("no_such_substitute")
            own.end(actor, found[0].id)
        case _:
            to = [str(one) for one in entered.get("to") or ()]
            reason = str(entered.get("reason") or "")
            left = platform.handing_over.run(actor, person, to, reason).left
            if left:
                raise Refused("left", say=left[0].sentence)


def _actor(platform: Platform, by: str, person: str, organisation: Any) -> Actor:
    """Whoever does it, where they may do it for the person meant."""
    directory, posts = platform.directory, platform.directory.posts(by)
    places = [post.organisation for post in posts]
    if organisation is None and person != by:
        theirs = directory.organisations_of(person)
        fitting = [one for one in places if one in theirs]
        places = (
            [one for one in fitting if directory.holds(by, GRANT_ROLES, one)] or fitting or places
        )
    return directory.actor_for(by, organisation or next(iter(places), None))


def _day(entered: Mapping[str, Any], name: str) -> str:
    return str(entered.get(name) or "")
