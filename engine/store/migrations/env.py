"""Run by Alembic; the connection comes from :mod:`engine.store.upgrade`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.schema import ByteText, Key, Moment
from engine.store.tables import metadata

_DIALECTS: tuple[Any, ...] = (postgresql.dialect, sqlite.dialect)


def _stored_as(value: Any) -> tuple[str, ...]:
    return tuple(value.compile(dialect=dialect()) for dialect in _DIALECTS)


_NAMES = {_stored_as(ByteText): "ByteText", _stored_as(Key): "Key"}


def _render(kind: str, value: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own types by their names: what they are stored as is for them to say."""
    if kind != "type":
        return False
    name = "Moment" if isinstance(value, Moment) else _NAMES.get(_stored_as(value))
    if name is None:
        return False
    autogen.imports.add(f"from engine.store.schema import {name}")
    return f"{name}()" if name == "Moment" else name


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=_render,
    # SQLite changes a table by copying it.
    render_as_batch=True,
    compare_server_default=True,
)
context.run_migrations()
