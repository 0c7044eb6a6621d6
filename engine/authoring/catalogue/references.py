"""DEF2xx, names that lead nowhere."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = ()
