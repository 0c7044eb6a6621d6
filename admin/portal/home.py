"""The home page of every role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin import security
from admin.context import SignedIn, platform
from admin.navigation import lists_of, register_href
from admin.tables import address
from engine.domain.actor import Actor

pages = Blueprint("home", __name__)
_ROWS = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to the list it counts."""

    title: str
    list_title: str
    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a block."""

    name: str
    href: str
    note: str


@dataclass(frozen=True, slots=True)
class Block:
    """The first rows of a list."""

    title: str
    href: str
    rows: Sequence[Line]


def home() -> ResponseReturnValue:
    """The organisation, the messages, what waits and how much of it."""
    me = security.signed_in()
    actor = me.actor
    blocks = _blocks(me)
    waiting = [row for block in blocks for row in block.rows]
    if len(waiting) == 1 and platform().directory.is_limited(actor):
        # There is one thing to do before anything else can be done.
        return redirect(waiting[0].href)
    return render_template(
        "portal/home.html",
        tiles=_tiles(actor),
        blocks=blocks,
        organisation=_organisation(actor),
        organisation_href=_maintenance(me),
        messages=platform().messages.newest(actor, _ROWS),
        unread=platform().messages.unread(actor),
    )


def _tiles(actor: Actor) -> list[Tile]:
    return [
        Tile(
            figure.title,
            figure.list_title,
            figure.count,
            address(url_for("lists.show", name=figure.list), figure.query),
        )
        for figure in platform().lists.home(actor)
    ]


def _blocks(me: SignedIn) -> list[Block]:
    """The lists of what waits for the reader; a private person's own cases."""
    wanted = "mine" if me.organisation is None else "waiting"
    blocks = []
    for name in lists_of(me):
        listing = platform().release.lists[name]
        if listing.relation != wanted:
            continue
        page = platform().lists.page(me.actor, name, limit=_ROWS)
        if not page.rows and not listing.home and me.organisation is not None:
            # What is never counted here is shown while there is something in it.
            continue
        rows = [Line(row.name, url_for("cases.show", uid=row.key), row.status) for row in page.rows]
        blocks.append(Block(listing.title, url_for("lists.show", name=name), rows))
    return blocks


def _maintenance(me: SignedIn) -> str | None:
    """The page that changes the organisation's own data, for whom the menu opens them."""
    if me.organisation is None or register_href(me, "organisations") is None:
        return None
    return url_for("registers.edit_view", register="organisations", id=me.organisation)


def _organisation(actor: Actor) -> list[tuple[str, str]]:
    if actor.organisation is None:
        return []
    return list(platform().registers.summary(actor, "organisations", actor.organisation))


pages.add_url_rule("/", view_func=home)
