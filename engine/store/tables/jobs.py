"""The tables of long jobs: how far each has come, and what of it was refused."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.schema import ByteText, Key, Moment, metadata

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    # What is done, and what it is done to: of that there is one job at a time.
    sa.Column("kind", ByteText, nullable=False),
    sa.Column("about", ByteText, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("person", ByteText, nullable=False),
    sa.Column("organisation", ByteText),
    # The hash of a sealed blob: what it was begun with, and what was entered for all items.
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
    # Who stopped it, or why it broke off (as refusals are told), if it did not come to its end.
    sa.Column("stopped_by", ByteText),
    sa.Column("broke_off", sa.Text),
    # How many there were at the beginning; how many have been done and refused since.
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    # The item it has come to, as JSON.
    sa.Column("after", sa.Text, nullable=False),
    sa.Index(None, "about", "id"),
    sa.Index(None, "person", "id"),
)

job_refusals = sa.Table(
    "job_refusals",
    metadata,
    sa.Column("job_id", Key, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    # Which item of the job it was, counted from zero.
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    # What it is found by, and why it was refused: codes with what fills their sentences, as JSON.
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
)
