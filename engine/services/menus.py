"""Menus: what of the content somebody's rights open."""

from __future__ import annotations

from dataclasses import replace

from engine.definitions.release import Release
from engine.definitions.role import Menu, MenuEntry, RoleSet
from engine.domain.actor import Actor
from engine.services.directory import Directory
from engine.services.records import Records

#: pages that are there for everybody, whomever they act for
SHARED_PAGES = ("home", "messages", "account")


class Menus:
    """The menus of the content, for one actor at a time."""

    def __init__(self, records: Records, directory: Directory) -> None:
        self._records = records
        self._directory = directory

    @property
    def _release(self) -> Release:
        return self._records.release

    def of(self, actor: Actor) -> list[Menu]:
        """The menus the actor's rights open, in the order of the content."""
        sets = self._sets(actor)
        if actor.organisation is None:
            return self._of_person(sets)
        held = self._directory.permissions(actor)
        limits = [role.menus for role in self._directory.roles(actor)]
        limited = bool(limits) and None not in limits
        named = {name for some in limits for name in some or ()} if limited else None
        lent = frozenset().union(*self._directory.lent(actor).values())
        shown: list[Menu] = []
        for set_ in sets:
            for menu in set_.menus:
                kept = tuple(
                    self._titled(entry)
                    for entry in menu.entries
                    if self._lends(entry, lent, set_)
                    or ((named is None or entry.name in named) and self._opens(entry, held, set_))
                )
                if kept:
                    shown.append(Menu(menu.title, kept))
        return shown

    def _of_person(self, sets: list[RoleSet]) -> list[Menu]:
        entries = {entry.name: entry for set_ in sets for entry in set_.entries}
        names = [name for set_ in sets for name in set_.persons]
        found = [entries[name] for name in dict.fromkeys(names) if name in entries]
        return [Menu(None, (self._titled(entry),)) for entry in found]

    def _sets(self, actor: Actor) -> list[RoleSet]:
        roles = self._release.content.roles
        known = self._release.jurisdictions.get(actor.jurisdiction or "")
        names = known.sets if known is not None else tuple(roles)
        return [roles[name] for name in names if name in roles]

    def _opens(self, entry: MenuEntry, held: frozenset[str], set_: RoleSet) -> bool:
        if entry.permission is not None and entry.permission not in held:
            return False
        if entry.name in set_.persons and entry.permission is None:
            # An organisation may have its own entry for a page that is there for everybody.
            others = (one for one in set_.entries if one.name not in set_.persons)
            own = {one.target for one in others if one.kind == "page"}
            shared = entry.kind == "page" and entry.target in SHARED_PAGES
            return shared and entry.target not in own
        match entry.kind:
            case "list" | "counts" if entry.target in self._release.lists:
                listing = self._release.lists[entry.target]
                return not listing.permissions or bool(held & set(listing.permissions))
            case "register" | "records" | "counts":
                return bool(held & self._release.registers[entry.target].opened_by)
            case "route":
                route = self._release.routes.get(entry.target)
                return route is None or route.view is None or route.view in held
            case "start":
                start = self._release.processes[entry.target].process.start
                who = start.who if start is not None else "person"
                return who == "person" or who.permission is None or who.permission in held
        return True

    def _lends(self, entry: MenuEntry, lent: frozenset[str], set_: RoleSet) -> bool:
        """Whether it lists what waits for somebody whose substitute the actor is."""
        if not lent or entry.kind != "list":
            return False
        listing = self._release.lists[entry.target]
        waiting = listing.relation == "waiting" and bool(listing.permissions)
        return waiting and self._opens(entry, lent, set_)

    def _titled(self, entry: MenuEntry) -> MenuEntry:
        """Return an entry with its caption: its own, or that of what it leads to."""
        if entry.title is not None:
            return entry
        title = entry.name
        match entry.kind:
            case "list" | "counts" if entry.target in self._release.lists:
                title = self._release.lists[entry.target].title
            case "register" | "records" | "counts":
                title = self._release.registers[entry.target].title
            case "start":
                title = self._release.processes[entry.target].process.title
            case "route" if entry.target in self._release.routes:
                title = self._release.routes[entry.target].title
        return replace(entry, title=title)
