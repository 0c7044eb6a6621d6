"""The menu of a person: the entries of the content that the person's rights open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request, url_for

from admin import captions, security
from admin.context import SignedIn, platform
from engine.definitions.jurisdiction import Jurisdiction
from engine.services.views import CaseView

#: Pages that a menu entry may name, and where they are.
PAGES = {
    "home": "home.home",
    "profile": "profile.overview",
    "start": "starting.choose",
    "documents": "papers.mine",
    "messages": "messages.received",
    "send-message": "messages.compose",
    "opinions": "opinions.edit",
    "account": "account.menu",
    "staff": "staff.overview",
    "roles": "roles_here.overview",
    "console": "console.index",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu.

    Attributes:
        title, href: what it is called and where it leads.
        current: ``page`` on that very page, ``true`` on one that is reached from it.
        count: how much waits there.
    """

    title: str
    href: str
    current: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under a heading; without a title they stand alone."""

    title: str
    entries: Sequence[Entry]


def caption(text: str | None) -> str:
    """A caption of the content as this deployment calls it, in the reader's language."""
    if not text:
        return ""
    known = platform().release.labels
    for name in (jurisdiction_of(security.who()).id, captions.language()):
        if name in known:
            text = known[name].shown(text)
    return text


def has_other_captions() -> bool:
    """Whether captions of the content are replaced for this reader."""
    known = platform().release.labels
    return jurisdiction_of(security.who()).id in known or captions.language() in known


def jurisdiction_of(me: SignedIn | None) -> Jurisdiction:
    """The jurisdiction whose pages these are."""
    found = platform().release.jurisdictions
    key = (me.actor.jurisdiction if me else None) or ""
    return found[key] if key in found else next(iter(found.values()))


def only_jurisdiction(me: SignedIn | None) -> Jurisdiction | None:
    """The jurisdiction whose pages these are; None before sign-in where there are several."""
    return jurisdiction_of(me) if me or len(platform().release.jurisdictions) == 1 else None


def href(kind: str, target: str) -> str | None:
    """Where an entry of the content leads; None for what this version has no page for."""
    if kind == "list":
        return url_for("lists.show", name=target)
    if kind == "register":
        return url_for("registers.index_view", register=target)
    if kind == "counts" and target in platform().release.lists:
        return url_for("lists.figures", name=target)
    if kind == "records":
        return url_for("registers.query_view", register=target)
    if kind == "counts":
        return url_for("registers.figures_view", register=target)
    if kind == "route":
        return url_for("routes.table", route=target)
    if kind == "start":
        return url_for("starting.begin", process=target)
    if kind == "page" and target in PAGES:
        return url_for(PAGES[target])
    return None


def menu(me: SignedIn) -> list[Group]:
    """The menu of the person signed in, with the number of what waits."""
    counts = platform().lists.counts(me.actor)
    groups = []
    for group in platform().lists.menu(me.actor):
        entries = []
        for item in group.entries:
            target = href(item.kind, item.target)
            if target is None or (item.kind == "start" and _is_barred(me, item.target)):
                continue
            entries.append(
                Entry(
                    caption(item.title),
                    target,
                    count=counts.get(item.target) if item.kind == "list" else None,
                )
            )
        if entries:
            groups.append(Group(caption(group.title), entries))
    return _marked(groups)


def _marked(groups: list[Group]) -> list[Group]:
    """Mark the entry whose page this is, or else the one that it was reached from."""
    back = request.args.get("back", "").partition("?")[0]
    above = [
        entry.href
        for group in groups
        for entry in group.entries
        if entry.href in (request.path, back)
        or (entry.href.endswith("/") and entry.href != "/" and request.path.startswith(entry.href))
    ]
    near = request.path if request.path in above else max(above, key=len, default=None)
    mark = "page" if near == request.path else "true"
    return [
        replace(
            group,
            entries=[
                replace(one, current=mark) if one.href == near else one for one in group.entries
            ],
        )
        for group in groups
    ]


def _is_barred(me: SignedIn, process: str) -> bool:
    """Whether a process cannot be started at present, whatever is entered for it."""
    start = platform().release.processes[process].process.start
    guarded = me.organisation is not None and start is not None and start.require
    return bool(guarded) and platform().cases.may_start(me.actor, process) is not None


def entry_title(me: SignedIn, kind: str, target: str, default: str) -> str:
    """What the menu calls a place, so that heading and menu say the same."""
    found = (
        item.title
        for group in platform().lists.menu(me.actor)
        for item in group.entries
        if item.kind == kind and item.target == target and item.title
    )
    return caption(next(found, default))


def title_of(me: SignedIn, page: str, default: str) -> str:
    """What the menu calls a page."""
    return entry_title(me, "page", page, default)


def opens(me: SignedIn, kind: str, target: str) -> bool:
    """Whether the person's menu leads to a list, register or page: what is not there is closed."""
    return any(
        item.kind == kind and item.target == target
        for group in platform().lists.menu(me.actor)
        for item in group.entries
    )


def lists_of(me: SignedIn) -> list[str]:
    """The lists of the person's menu, in order."""
    return [
        item.target
        for group in platform().lists.menu(me.actor)
        for item in group.entries
        if item.kind == "list"
    ]


def register_href(me: SignedIn, register: str) -> str | None:
    """The page of a register if the person's menu leads there."""
    return href("register", register) if opens(me, "register", register) else None


def trail_of(view: CaseView) -> list[tuple[str, str | None]]:
    """Where a case page stands: its process and number."""
    return [(f"{caption(view.title)} {view.number or ''}".strip(), None)]
