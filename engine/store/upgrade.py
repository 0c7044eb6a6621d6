"""Brings the tables of a database to the version of the code, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from engine.store.errors import UnknownTables
from engine.store.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"
# Any number, the same on every node: two that start at once upgrade one after the other.
_LOCK = 7_226_141


def upgrade(engine: sa.Engine, version: str = "head") -> None:
    """Take the steps up to a version. Raises UnknownTables."""
    with attached(engine) as config:
        command.upgrade(config, version)


def downgrade(engine: sa.Engine, version: str) -> None:
    """Take the steps back to a version; ``base`` is an empty database."""
    with attached(engine) as config:
        command.downgrade(config, version)


def differences(engine: sa.Engine) -> list[object]:
    """Return how the tables of a database differ from those of the code."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, metadata))


@contextmanager
def attached(engine: sa.Engine) -> Iterator[Config]:
    """Give Alembic's configuration over one transaction, with no other upgrade beside it."""
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        _refuse_unknown(connection)
        config = _config()
        config.attributes["connection"] = connection
        yield config


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def _refuse_unknown(connection: sa.Connection) -> None:
    names = set(sa.inspect(connection).get_table_names())
    if "alembic_version" not in names and names & set(metadata.tables):
        raise UnknownTables(
            "the tables of the database were not made by the steps of its migrations"
        )
