"""The metadata all tables share: how constraints are named and how values are stored.

Stored data outlives the code. A change here needs a migration in ``migrations/versions``; a test
compares both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

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

    # Processors, and not the methods of one value: those are called through two more functions.

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[datetime | None], object]:
        """Refuse a naive time; write the rest in UTC."""
        return _as_text if dialect.name == "sqlite" else _as_aware

    def result_processor(
        self, dialect: sa.Dialect, _coltype: object
    ) -> Callable[[Any], datetime | None]:
        """Give an aware time in UTC."""
        return _from_text if dialect.name == "sqlite" else _in_utc


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value


def _as_aware(value: datetime | None) -> datetime | None:
    return None if value is None else _aware(value)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    return None if value is None else _text(value, value.fold)


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else _moment(value)


# A step writes and reads the same few moments many times.


@lru_cache(maxsize=1024)
def _text(value: datetime, fold: int) -> str:
    """Give what SQLite keeps; two moments that are equal but for their fold are not the same."""
    assert fold == value.fold
    return _aware(value).astimezone(UTC).isoformat(timespec="microseconds")


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
