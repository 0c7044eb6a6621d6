"""FRM1xx, the structure of forms, and FRM2xx, their keywords."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = ()
