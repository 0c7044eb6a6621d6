"""REG1xx, registers, route tables, lists, roles, documents and the rest of the content."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = ()
