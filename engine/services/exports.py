"""What is taken out of the platform as a sheet: what it hides, and that it was taken (IMP-09)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.definitions.register import Register
from engine.domain.actor import Actor
from engine.services.directory import Directory
from engine.store.access import Access
from engine.store.database import Store

#: what the access log calls a sheet, before its list or register
EXPORT = "export "


def may_unmask(directory: Directory, actor: Actor, owner: Register | None) -> bool:
    """Whether the actor reads the private values of a register in full where rows are listed."""
    permission = owner.permissions.unmask if owner is not None else None
    return permission is not None and directory.has(actor, permission)


def note_export(
    store: Store,
    at: datetime,
    actor: Actor,
    name: str,
    subjects: Iterable[str],
    cases: Iterable[tuple[str, str]] = (),
) -> None:
    """Note whose data somebody has taken out, each person once, or once for each case.

    What concerns nobody else is noted as well, once and as their own.
    """
    what = f"{EXPORT}{name}"
    noted = [Access(at, actor.person, actor.organisation, one, what) for one in subjects]
    noted += [Access(at, actor.person, actor.organisation, one, what, uid) for one, uid in cases]
    noted = [one for one in noted if one.subject != actor.person]
    with store.write() as unit:
        unit.access_log.add_all(
            noted or [Access(at, actor.person, actor.organisation, actor.person, what)]
        )
