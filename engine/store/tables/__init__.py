"""Every table, as SQLAlchemy Core. Importing this package fills :data:`engine.store.schema.metadata`."""

from engine.store.tables.cases import (
    ballots,
    blobs,
    case_fields,
    cases,
    commands,
    incidents,
    journal,
    members,
    outbox,
    subject_keys,
    timers,
    work_items,
)
from engine.store.tables.content import pins, pools, refs, releases

__all__ = [
    "ballots",
    "blobs",
    "case_fields",
    "cases",
    "commands",
    "incidents",
    "journal",
    "members",
    "outbox",
    "pins",
    "pools",
    "refs",
    "releases",
    "subject_keys",
    "timers",
    "work_items",
]
