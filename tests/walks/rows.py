"""Databases of a walk: all rows of one, an empty one on each kind of database, and copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.store import tables
from engine.store.database import Store

#: by table all its rows
Rows = Mapping[str, Sequence[tuple[Any, ...]]]


def emptied(url: str) -> Store:
    """A database with all tables and no row; one that is there is used again."""
    store = Store(url)
    if url == "sqlite://":
        return store
    store.create_all()
    with store.engine.begin() as connection:
        if store.dialect == "postgresql":
            names = ", ".join(one.name for one in tables.metadata.sorted_tables)
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            connection.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
            for one in reversed(tables.metadata.sorted_tables):
                connection.execute(one.delete())
    return store


def rows_of(store: Store) -> Rows:
    """Every row of a database, table by table in one order."""
    found = {}
    with store.engine.connect() as connection:
        for one in tables.metadata.sorted_tables:
            rows = connection.execute(sa.select(one).order_by(*one.primary_key.columns))
            found[one.name] = [tuple(row) for row in rows]
        connection.rollback()
    return found


def pour(rows: Rows, store: Store) -> None:
    """Fill an empty database with the rows of another one."""
    with store.engine.connect().execution_options(writing=True) as connection:
        connection.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
        for one in tables.metadata.sorted_tables:
            if rows[one.name]:
                names = [column.name for column in one.columns]
                values = [dict(zip(names, row, strict=True)) for row in rows[one.name]]
                connection.execute(one.insert(), values)
        connection.commit()
