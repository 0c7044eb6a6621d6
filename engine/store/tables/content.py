"""The tables of content: a git repository in rows, what is pinned to its commits, and drafts."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.schema import ByteText, Key, Moment, metadata

git_objects = sa.Table(
    "git_objects",
    metadata,
    sa.Column("id", ByteText, primary_key=True),
    # blob, tree, commit or tag
    sa.Column("kind", sa.Text, nullable=False),
    # What git hashes without its head, compressed.
    sa.Column("content", sa.LargeBinary, nullable=False),
)

git_refs = sa.Table(
    "git_refs",
    metadata,
    sa.Column("name", ByteText, primary_key=True),
    sa.Column("id", ByteText, sa.ForeignKey("git_objects.id"), nullable=False),
)

pins = sa.Table(
    "pins",
    metadata,
    sa.Column("process", ByteText, primary_key=True),
    sa.Column("closure", ByteText, primary_key=True),
    # The first commit that holds all files of the closure.
    sa.Column("commit", ByteText, sa.ForeignKey("git_objects.id"), nullable=False),
)

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("person", ByteText, nullable=False, index=True),
    sa.Column("organisation", ByteText),
    sa.Column("jurisdiction", sa.Text, index=True),
    sa.Column("title", sa.Text, nullable=False),
    # The commit it was begun from, or brought to.
    sa.Column("base", ByteText, sa.ForeignKey("git_objects.id"), nullable=False),
    # Grows with every change of a file.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    # While somebody else is asked to publish it: when, why, which content, what is overridden.
    sa.Column("requested_at", Moment),
    sa.Column("reason", sa.Text),
    sa.Column("tree", ByteText),
    sa.Column("override", sa.Text),
    # What came of the last time somebody was asked and said no.
    sa.Column("refused_by", ByteText),
    sa.Column("refusal", sa.Text),
)

draft_files = sa.Table(
    "draft_files",
    metadata,
    sa.Column("draft_id", sa.ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("path", ByteText, primary_key=True),
    # As typed, whether it can be read or not; NULL: the file is deleted.
    sa.Column("content", sa.LargeBinary),
    # Both sides of a file that could not be merged stand in it, between marks.
    sa.Column("conflict", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

replays = sa.Table(
    "replays",
    metadata,
    # The tree of the content whose sample cases are replayed.
    sa.Column("tree", ByteText, primary_key=True),
    sa.Column("draft_id", sa.ForeignKey("drafts.id", ondelete="SET NULL"), index=True),
    sa.Column("asked_at", Moment, nullable=False),
    # Until when the process that runs it may be silent; NULL: nobody has begun.
    sa.Column("leased_until", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    # The first difference of each sample that failed, as JSON.
    sa.Column("failed", sa.Text, nullable=False),
)

pools = sa.Table(
    "pools",
    metadata,
    sa.Column("name", ByteText, primary_key=True),
    sa.Column("next", sa.Integer, nullable=False),
)
