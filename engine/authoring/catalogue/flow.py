"""DEF3xx, where a case can and cannot go."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = ()
