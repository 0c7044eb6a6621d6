"""The metadata all tables share: how constraints are named and how values are stored.

Stored data outlives the code. A change here needs a migration in ``migrations/versions``; a test
compares both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import cast

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        # The name of a check is the rule it keeps, and is always given.
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: A surrogate key. SQLite numbers rows by itself only for a column of type INTEGER.
Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")
#: A text that is compared byte by byte, whatever the language of the database.
ByteText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class Moment(sa.TypeDecorator[datetime]):
    """A point in time, in UTC. Naive values are refused.

    SQLite has no such type; there it is ISO text of fixed width, which sorts as time does.
    """

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[datetime]:
        """Choose ``timestamptz`` or text."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(32))  # type: ignore[arg-type]
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> object:
        """Refuse a naive time; write the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        if dialect.name == "sqlite":
            return _text(value, value.fold)
        return value

    def process_result_value(self, value: object, dialect: sa.Dialect) -> datetime | None:
        """Give an aware time in UTC."""
        if value is None:
            return None
        if isinstance(value, str):
            return _moment(value)
        return cast(datetime, value).astimezone(UTC)


# A step writes and reads the same few moments many times.


@lru_cache(maxsize=1024)
def _text(value: datetime, fold: int) -> str:
    """Give what SQLite keeps; two moments that are equal but for their fold are not the same."""
    assert fold == value.fold
    return value.astimezone(UTC).isoformat(timespec="microseconds")


@lru_cache(maxsize=1024)
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def one_of(column: str, words: tuple[str, ...], rule: str) -> sa.CheckConstraint:
    """Keep a column to a closed set of words; ``rule`` is the constraint's name."""
    allowed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=rule)


def partial_index(
    name: str, *columns: str | sa.Column[object], where: str, unique: bool = False
) -> sa.Index:
    """Index only the rows for which ``where`` holds, on either database."""
    return sa.Index(
        name, *columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
