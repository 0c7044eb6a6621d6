"""SMP1xx, sample cases."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = ()
