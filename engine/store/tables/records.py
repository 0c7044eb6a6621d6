"""The tables of registers: records, what they are looked for by, and the rows of route tables."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.schema import ByteText, Key, Moment, metadata

records = sa.Table(
    "records",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("register", ByteText, nullable=False),
    sa.Column("key", ByteText, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    # The organisation whose people the record concerns.
    sa.Column("scope", ByteText),
    sa.Column("state", sa.Text, nullable=False),
    # A JSON object; where a record holds private fields, a JSON text: the hash of a sealed blob.
    sa.Column("data", sa.Text, nullable=False),
    # In a tree, the internal keys from the root on: "/1/17/". A subtree is a range of it.
    sa.Column("path", ByteText),
    # What search looks at, in its folded form.
    sa.Column("search", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.UniqueConstraint("register", "key"),
    sa.CheckConstraint("version >= 1", name="version_counts_from_one"),
    sa.Index(None, "register", "path"),
    sa.Index(None, "register", "scope"),
    sa.Index(None, "register", "id"),
    sa.Index(None, "register", "jurisdiction", "id"),
)

record_fields = sa.Table(
    "record_fields",
    metadata,
    sa.Column("record_id", Key, sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("path", ByteText, primary_key=True),
    # Counts the values of a path that has several.
    sa.Column("no", sa.Integer, primary_key=True),
    sa.Column("register", ByteText, nullable=False),
    # Where there is no value: an empty text, or minus infinity. So every record has its place in
    # every order.
    sa.Column("text_value", ByteText),
    sa.Column("number_value", sa.Float),
    sa.CheckConstraint(
        "(text_value IS NULL) <> (number_value IS NULL)", name="text_or_number_not_both"
    ),
    sa.Index(None, "register", "path", "text_value", "record_id"),
    sa.Index(None, "register", "path", "number_value", "record_id"),
)

record_terms = sa.Table(
    "record_terms",
    metadata,
    sa.Column("register", ByteText, primary_key=True),
    sa.Column("term", ByteText, primary_key=True),
    sa.Column("record_id", Key, sa.ForeignKey("records.id"), primary_key=True),
    sa.Index(None, "record_id"),
    sqlite_with_rowid=False,
)

unique_keys = sa.Table(
    "unique_keys",
    metadata,
    sa.Column("register", ByteText, primary_key=True),
    # The fields, joined by commas, and their values (blind where they are private).
    sa.Column("fields", ByteText, primary_key=True),
    sa.Column("value", ByteText, primary_key=True),
    sa.Column("record_id", Key, sa.ForeignKey("records.id"), nullable=False),
    sa.Index(None, "record_id"),
)

record_changes = sa.Table(
    "record_changes",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("record_id", Key, sa.ForeignKey("records.id"), nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("person", sa.Text),
    sa.Column("organisation", sa.Text),
    sa.Column("action", sa.Text, nullable=False),
    # JSON: the fields that changed, before and after; private ones sealed.
    sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, "record_id", "id"),
)

route_rows = sa.Table(
    "route_rows",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("route", ByteText, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("from_organisation", ByteText, nullable=False),
    sa.Column("to_organisation", ByteText),
    # JSON object: the keys that select the row; one left out stands for any value.
    sa.Column("keys", sa.Text, nullable=False),
    # Dates as text; open where there is none.
    sa.Column("valid_from", sa.Text),
    sa.Column("valid_until", sa.Text),
    sa.Column("final", sa.Boolean, nullable=False),
    sa.CheckConstraint("final OR to_organisation IS NOT NULL", name="leads_on_unless_final"),
    sa.Index(None, "route", "from_organisation"),
)

route_changes = sa.Table(
    "route_changes",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("route", ByteText, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("organisation", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    # JSON: the rows as they were and as they are, each change a pair.
    sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, "route", "jurisdiction", "id"),
)
