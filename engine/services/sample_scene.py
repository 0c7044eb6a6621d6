"""The platform of a replay as a sample case speaks of it: cases by name, people, lists by title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from engine.definitions.links import created_by
from engine.definitions.listing import CASES, Listing
from engine.definitions.process import Process
from engine.domain.actor import Actor
from engine.domain.case import State
from engine.domain.errors import Refused
from engine.services.directory import Post
from engine.services.platform import Platform
from engine.store.cases import CaseRow


class Scene:
    """Who and what a sample case names; ``uids`` are its cases by name."""

    def __init__(self, platform: Platform, jurisdiction: str, uids: dict[str, str]) -> None:
        self.platform = platform
        self.jurisdiction = jurisdiction
        self.uids = uids
        self._known_posts: dict[str, Sequence[Post]] = {}
        self._known_lists: dict[str, Sequence[tuple[Listing, Actor]]] = {}

    def forget(self) -> None:
        """Ask again who may act where and open what: the world has changed."""
        self._known_posts.clear()
        self._known_lists.clear()

    # ------------------------------------------------------------ cases

    def uid(self, name: str) -> str:
        """The case a file calls so; ``z.permit`` is the one that z knows as its permit.

        ``z.permit-2`` is the second that z has created under that name.

        Raises:
            LookupError: no case of the file is called so.
        """
        known, *links = name.split(".")
        uid = self.uids[known]
        for part in links:
            link, _, number = part.partition("-")
            with self.platform.store.read() as unit:
                row = unit.cases.load(uid)
                made = unit.links.of(row.id) if row is not None else []
            found = [one for one in made if one.name == link]
            if len(found) < int(number or 1):
                raise LookupError(f"no case is called {name}")
            uid = found[int(number) - 1 if number else -1].uid
        return uid

    def names(self) -> dict[str, str]:
        """What a file calls each case, and those they have created (see :meth:`_uid`)."""
        names = {uid: name for name, uid in self.uids.items()}
        with self.platform.store.read() as unit:
            for name, uid in self.uids.items():
                row = unit.cases.load(uid)
                if row is None or not created_by(self.process(row.process)):
                    continue
                made = unit.links.of(row.id)
                last = {link.name: link.uid for link in made}
                counted: dict[str, int] = {}
                for link in made:
                    counted[link.name] = number = counted.get(link.name, 0) + 1
                    named = link.name if last[link.name] == link.uid else f"{link.name}-{number}"
                    names[link.uid] = f"{name}.{named}"
        return names

    def process(self, name: str) -> Process:
        """A process of the content in force."""
        return self.platform.definitions.current.processes[name].process

    def case(self, uid: str) -> tuple[CaseRow, State]:
        """A case as it is."""
        with self.platform.store.read() as unit:
            row = unit.cases.load(uid)
            assert row is not None  # it was started in this replay
            return row, State.from_json(orjson.loads(row.state))

    def data(self, uid: str) -> dict[str, Any]:
        """The form data of a case."""
        with self.platform.store.read() as unit:
            row = unit.cases.load(uid)
            if row is None or row.data_hash is None:
                return {}
            return dict(unit.blobs.get(row.data_hash))

    def waits_for(self, row: CaseRow, step: str | None = None) -> list[str]:
        """Everybody who could go on with a case, or at one of its steps."""
        people: list[str] = []
        with self.platform.store.read() as unit:
            items = [one for one in unit.work.of(row.id) if step in (None, one.step)]
            # Whoever starts a case for an organisation goes on with it there (ADR 9).
            initiator = row.initiator if row.initiator_organisation is None else None
        for item in items:
            if item.person is not None:
                people.append(item.person)
            elif item.permission is not None and item.organisation is not None:
                holders = self.platform.directory.holders(item.permission, item.organisation)
                people += [person for person in holders if person != initiator]
        return sorted(dict.fromkeys(people))

    # ------------------------------------------------------------ who acts

    def starter(self, by: str, process: str) -> Actor:
        """A person where they may start cases of a process."""
        start = self.platform.definitions.current.processes[process].process.start
        if start is None or start.who == "person":
            return self.platform.directory.actor_for(by)
        assert not isinstance(start.who, str)
        return self.holder(by, start.who.permission)

    def holder(self, by: str, permission: str | None, organisation: str | None = None) -> Actor:
        """A person where they hold a permission."""
        posts = self._posts(by)
        for post in posts:
            if organisation in (None, post.organisation) and (
                permission is None
                or self.platform.directory.holds(by, permission, post.organisation)
            ):
                return self.platform.directory.actor_for(by, post.organisation)
        if posts:
            return self.platform.directory.actor_for(by, posts[0].organisation)
        return self.platform.directory.actor_for(by)

    def _posts(self, by: str) -> Sequence[Post]:
        """Where somebody may act; asked once, until the sample changes the world."""
        if by not in self._known_posts:
            self._known_posts[by] = self.platform.directory.posts(by)
        return self._known_posts[by]

    def actor(self, by: str, uid: str, does: str) -> Actor:
        """The person acting for the organisation that this is about."""
        directory = self.platform.directory
        organisations = [post.organisation for post in self._posts(by)]
        row, state = self.case(uid)
        with self.platform.store.read() as unit:
            waiting = unit.work.of(row.id)
        own = next((item for item in waiting if item.person == by), None)
        if own is not None and own.organisation in organisations:
            return directory.actor_for(by, own.organisation)
        if own is not None and by == state.initiator:
            # A case that was started for an organisation goes on there.
            return directory.actor_for(by, row.initiator_organisation)
        if own is not None or not organisations:
            return directory.actor_for(by)
        if by == state.initiator and does in ("withdraw", "save", "submit", "discard", "urge"):
            private = row.initiator_organisation is None
            return directory.actor_for(by, None if private else row.initiator_organisation)
        here = [item.organisation for item in waiting]
        passed = [passed.place.organisation for passed in reversed(state.path)]
        wanted = [*passed, *here] if does == "withdraw" else [*here, *passed]
        for organisation in wanted:
            if organisation in organisations:
                return directory.actor_for(by, organisation)
        return directory.actor_for(by, organisations[0])

    # ------------------------------------------------------------ lists

    def seen(self, title: str, by: str | None, organisation: str | None) -> list[str]:
        """Names of this file's cases on a list, as a person or a whole organisation sees it."""
        listing = self.listing(title)
        actors = [self._viewer(listing, by)] if by else self._viewers(listing, organisation)
        names = self.names()
        found: dict[str, None] = {}
        for actor in actors:
            keys = self.keys(listing, actor)
            found.update({names[key]: None for key in keys if key in names})
        return list(found)

    def keys(self, listing: Listing, actor: Actor) -> Sequence[str]:
        """All rows of a list as somebody sees it; none when it is closed to them."""
        try:
            return self.platform.lists.keys(actor, listing.id)
        except Refused:
            return ()

    def listing(self, title: str) -> Listing:
        """The list of a title or an id.

        Raises:
            LookupError: there is none.
        """
        release = self.platform.definitions.current
        sets = release.jurisdictions[self.jurisdiction].sets
        for listing in release.lists.values():
            short = (listing.title, listing.id.rsplit("/", 1)[-1])
            if title == listing.id or (listing.set in sets and title in short):
                return listing
        raise LookupError(f"no list is called {title}")

    def open_to(self, person: str) -> Sequence[tuple[Listing, Actor]]:
        """The lists of cases somebody may open; asked once, until the sample changes the world."""
        if person not in self._known_lists:
            release = self.platform.definitions.current
            sets = release.jurisdictions[self.jurisdiction].sets
            viewed = [
                (one, self._viewer(one, person))
                for one in release.lists.values()
                if one.set in sets and one.of == CASES
            ]
            self._known_lists[person] = [
                (one, viewer)
                for one, viewer in viewed
                if self.platform.lists.why_not(viewer, one.id) is None
            ]
        return self._known_lists[person]

    def _viewer(self, listing: Listing, by: str) -> Actor:
        """A person at the first organisation where the list is open to them."""
        for permission in listing.permissions:
            actor = self.holder(by, permission)
            if self.platform.directory.holds(by, permission, actor.organisation):
                return actor
        return self.platform.directory.actor_for(by)

    def _viewers(self, listing: Listing, organisation: str | None) -> list[Actor]:
        """Everybody of an organisation to whom the list is open."""
        people = {
            person
            for permission in listing.permissions
            for person in self.platform.directory.holders(permission, organisation or "")
        }
        directory = self.platform.directory
        return [directory.actor_for(person, organisation) for person in sorted(people)]
