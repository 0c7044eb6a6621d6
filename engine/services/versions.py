"""Versions of the content: what a commit says about who published what, when and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.store.releases import CommitRow, Releases, Signature

_NOTE = re.compile(r"([A-Z][A-Za-z-]*): (.*)")


@dataclass(frozen=True, slots=True)
class Version:
    """A published version of the content.

    ``number`` counts up from 1. ``person`` wrote it, ``published_by`` put it into force if that was
    somebody else. ``failed`` samples of ``replayed`` differed; then ``override`` says why it was
    published all the same.
    """

    commit: str
    parent: str | None
    tree: str
    number: int
    reason: str
    person: str
    name: str
    at: datetime
    published_by: str | None
    published_by_name: str | None
    replayed: int
    failed: int
    override: str
    overridden_by: str
    restores: int | None
    #: the commit of another installation that was taken over
    imported: str | None


def signature(person: str, name: str, jurisdiction: str | None, at: datetime) -> Signature:
    """Return how a person signs a commit."""
    machine = f"{person}@{jurisdiction or 'installation'}"
    return Signature(name or person, re.sub(r"\s", "", machine), at)


def message(reason: str, notes: Mapping[str, object]) -> str:
    """Write the message of a commit: the reason, then notes that can be read back."""
    lines = (f"{name}: {' '.join(str(value).split())}" for name, value in notes.items() if value)
    return f"{reason.strip()}\n\n" + "".join(f"{line}\n" for line in lines)


def version_of(row: CommitRow) -> Version:
    """Read a commit as a version."""
    reason, notes = _read(row.message)
    person, name = _person(row.author.email), row.author.name
    by = _person(row.committer.email)
    return Version(
        commit=row.id,
        parent=row.parents[0] if row.parents else None,
        tree=row.tree,
        number=_number(notes.get("Version")),
        reason=reason,
        person=person,
        name=name,
        at=row.committer.at,
        published_by=by if by != person else None,
        published_by_name=row.committer.name if by != person else None,
        replayed=_number(notes.get("Replayed")),
        failed=_number(notes.get("Failed")),
        override=notes.get("Override", ""),
        overridden_by=notes.get("Overridden-By", ""),
        restores=_number(notes.get("Restores")) or None,
        imported=notes.get("Imported"),
    )


def current_version(releases: Releases) -> Version | None:
    """Return the version in force."""
    head = releases.current()
    return None if head is None else version_of(releases.load(head))


def next_number(releases: Releases) -> int:
    """Return the number of the version that follows the one in force."""
    # A commit made elsewhere carries no number; it counts all the same.
    for skipped, row in enumerate(releases.log()):
        number = version_of(row).number
        if number or not row.parents:
            return number + skipped + 1
    return 1


def _read(text: str) -> tuple[str, dict[str, str]]:
    """Part a message into the reason and the notes, which are its last paragraph."""
    reason, _, last = text.rstrip().rpartition("\n\n")
    lines = [_NOTE.fullmatch(line) for line in last.splitlines()]
    if not reason or not lines or not all(lines):
        return text.strip(), {}
    return reason.strip(), {found[1]: found[2] for found in lines if found is not None}


def _person(email: str) -> str:
    return email.rpartition("@")[0] or email


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() else 0
