"""The hash chain of a case's journal.

Each event's hash is SHA-256 over the hash of the event before it and the event itself in canonical
form, so that nobody can change, leave out or add an event afterwards without changing every hash
after it. Canonical form: JSON in UTF-8, keys sorted, no white space.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

#: The hash before the first event.
GENESIS = "0" * 64


class Event(NamedTuple):
    """One accepted command as the journal keeps it. ``body`` is canonical JSON text."""

    seq: int
    at: datetime
    kind: str
    person: str | None
    organisation: str | None
    on_behalf: str | None
    body: str
    data_hash: str | None
    prev_hash: str
    hash: str


class Broken(NamedTuple):
    """Where a chain does not hold: the number of the event and what is wrong with it."""

    seq: int
    reason: str


def canonical(value: object) -> bytes:
    """Write a JSON value in its one canonical form. Raises TypeError for anything else."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def link(
    prev_hash: str,
    *,
    uid: str,
    seq: int,
    at: datetime,
    kind: str,
    person: str | None,
    organisation: str | None,
    on_behalf: str | None,
    body: str,
    data_hash: str | None,
) -> str:
    """Return the hash of an event that follows ``prev_hash``."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [uid, seq, moment, kind, person, organisation, on_behalf, body, data_hash]
    return hashlib.sha256(prev_hash.encode() + orjson.dumps(parts)).hexdigest()


def verify(uid: str, events: Iterable[Event], head: tuple[int, str]) -> Broken | None:
    """Check a whole chain against the head stored with the case; None if it holds."""
    seq, prev_hash = 0, GENESIS
    for event in events:
        seq += 1
        if event.seq != seq:
            return Broken(seq, "is missing")
        if event.prev_hash != prev_hash:
            return Broken(seq, "does not follow the event before it")
        expected = link(
            prev_hash,
            uid=uid,
            seq=event.seq,
            at=event.at,
            kind=event.kind,
            person=event.person,
            organisation=event.organisation,
            on_behalf=event.on_behalf,
            body=event.body,
            data_hash=event.data_hash,
        )
        if event.hash != expected:
            return Broken(seq, "was changed")
        prev_hash = event.hash
    if (seq, prev_hash) != head:
        return Broken(seq, "is not the head stored with the case")
    return None
