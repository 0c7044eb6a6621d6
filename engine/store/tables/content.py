"""The tables of content: releases, what is pinned to them, and the numbers given out."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.schema import ByteText, Moment, metadata

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("hash", ByteText, primary_key=True),
    # All files, as compressed JSON from path to text.
    sa.Column("files", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

refs = sa.Table(
    "refs",
    metadata,
    sa.Column("name", ByteText, primary_key=True),
    sa.Column("hash", ByteText, sa.ForeignKey("releases.hash"), nullable=False),
)

pins = sa.Table(
    "pins",
    metadata,
    sa.Column("process", ByteText, primary_key=True),
    sa.Column("closure", ByteText, primary_key=True),
    sa.Column("release", ByteText, sa.ForeignKey("releases.hash"), nullable=False),
)

pools = sa.Table(
    "pools",
    metadata,
    sa.Column("name", ByteText, primary_key=True),
    sa.Column("next", sa.Integer, nullable=False),
)
