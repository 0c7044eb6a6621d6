"""An action on all records of a list, as a job: each record by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.definitions.listing import Listing
from engine.domain.actor import Actor
from engine.domain.errors import NotFound
from engine.services.directory import Directory
from engine.services.jobs import Given, Item, Jobs, NotDone, Progress
from engine.services.lists import Lists
from engine.services.records import Records
from engine.services.register_pages import Shown
from engine.services.registers import Registers
from engine.services.sentences import Sentences

#: the kind of job
RECORDS = "records"
#: refusals that say a record has been done already: by this job before it was cut off, or by others
_LATE = ("not_offered_now", "wrong_state", "already_handled")


class ListJobs:
    """Begins actions on whole lists, and does them."""

    def __init__(
        self,
        jobs: Jobs,
        records: Records,
        registers: Registers,
        lists: Lists,
        directory: Directory,
        sentences: Sentences,
    ) -> None:
        self._jobs = jobs
        self._records = records
        self._registers = registers
        self._lists = lists
        self._directory = directory
        self._sentences = sentences
        jobs.kinds[RECORDS] = self

    def begin(
        self,
        actor: Actor,
        name: str,
        action: str,
        *,
        filters: Mapping[str, str] | None = None,
        search: str = "",
    ) -> int:
        """Begin an action on all records that a list shows so narrowed; return how many these are.

        Raises:
            Refused: the list may not be opened or does not offer it, or one is still under way.
        """
        listing = self._offered(actor, name, action)
        narrowed = {"filters": dict(filters or {}), "search": search}
        total = self._lists.count(actor, name, filters=filters, search=search)
        jurisdiction = actor.jurisdiction or ""
        known = self._records.release.registers[listing.of].actions[action]
        self._jobs.begin(
            actor, RECORDS, _about(jurisdiction, name), title=known.title,
            input={"list": name, "action": action, **narrowed}, total=total,
            jurisdiction=jurisdiction,
        )  # fmt: skip
        return total

    def progress(self, actor: Actor, name: str) -> Progress | None:
        """How far the last action on a list has come; None where there was none."""
        listing = self._records.release.lists.get(name)
        if listing is None or not listing.on_all or self._lists.why_not(actor, name) is not None:
            return None
        return self._jobs.last(_about(actor.jurisdiction or "", name))

    def items(self, actor: Actor, given: Given, after: Any, most: int) -> Sequence[Item]:
        """The next records of the list."""
        listing = self._offered(actor, given["list"], given["action"])
        shown = Shown.of_listing(listing, self._records.release.registers[listing.of])
        behind = None if after is None else (after[0], after[1])
        filters, search = given["filters"], given["search"]
        rows = self._registers.pages.following(
            actor, shown, behind, most, filters=filters, search=search
        )
        return [Item([row.key, row.id], row.key, row.key) for row in rows]

    def do(self, actor: Actor, given: Given, item: Item, key: str) -> NotDone | None:
        """Take the action on one record."""
        listing = self._records.release.lists[given["list"]]
        (found,) = self._registers.bulk(actor, listing.of, [item.key], given["action"])
        if found.refused is None or found.refused.code in _LATE:
            return None
        return NotDone(found.name, item.key, [found.refused])

    # ------------------------------------------------------------ inside

    def _offered(self, actor: Actor, name: str, action: str) -> Listing:
        refusal = self._lists.why_not(actor, name)
        if refusal is not None:
            raise refusal
        listing = self._records.release.lists[name]
        if action not in listing.on_all:
            raise self._sentences.worded(
                NotFound("no_such_action", action=action, step=listing.title)
            )
        known = self._records.release.registers[listing.of]
        permission = known.actions[action].permission or known.permissions.edit
        refused = self._directory.why_not(actor, permission)
        if refused is not None:
            raise self._sentences.worded(refused)
        return listing


def _about(jurisdiction: str, name: str) -> str:
    return f"list/{jurisdiction}/{name}"
