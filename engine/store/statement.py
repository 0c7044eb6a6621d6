"""Statements built with SQLAlchemy Core, rendered once and run on the driver's cursor.

A step runs half a dozen statements. Handing each of them to SQLAlchemy's executor costs more than
the database needs for all of them, so they are rendered to SQL once for each database and only the
values are converted at each run. Everything else uses the ordinary executor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

import sqlalchemy as sa

Convert = Callable[[Any], Any]


class Cursor(Protocol):
    """What is used of a DB-API cursor."""

    rowcount: int

    def execute(self, sql: str, values: Mapping[str, Any], /) -> object:
        """Run one statement."""

    def executemany(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> object:
        """Run one statement for several rows."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Give the next row."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Give all rows."""


class Statement:
    """A Core statement with named parameters, rendered at most once for each database."""

    __slots__ = ("_prepared", "core")

    def __init__(self, core: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete | Any) -> None:
        self.core = core
        self._prepared: dict[str, Prepared] = {}

    def prepared(self, dialect: sa.Dialect) -> Prepared:
        """Return the SQL for one kind of database."""
        found = self._prepared.get(dialect.name)
        if found is None:
            found = self._prepared[dialect.name] = Prepared(self.core, dialect)
        return found


class Prepared:
    """SQL with the conversions of its values; the unconverted ones pass as they are."""

    __slots__ = ("_binds", "_constants", "_results", "sql")

    def __init__(self, core: Any, dialect: sa.Dialect) -> None:
        compiled = core.compile(dialect=dialect)
        self.sql = str(compiled)
        converts: dict[str, Convert] = {}
        #: values that are part of the statement, converted
        self._constants: dict[str, Any] = {}
        for bind, name in compiled.bind_names.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if isinstance(bind.type, sa.LargeBinary):
                convert = None
            if not bind.required and bind.value is not None:
                self._constants[name] = bind.value if convert is None else convert(bind.value)
            elif convert is not None:
                converts[name] = cast(Convert, convert)
        self._binds = list(converts.items())
        self._results: list[tuple[int, Convert]] = []
        columns = _columns(core)
        for position, column in enumerate(columns):
            if isinstance(column.type, sa.Float):
                continue  # Both drivers give floats; the type would ask for the driver's own code.
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                self._results.append((position, cast(Convert, convert)))

    def values(self, given: dict[str, Any]) -> dict[str, Any]:
        """Convert the values of one row, in place."""
        for name, convert in self._binds:
            given[name] = convert(given[name])
        given.update(self._constants)
        return given

    def row(self, found: tuple[Any, ...]) -> tuple[Any, ...]:
        """Convert one row that was read."""
        if not self._results:
            return found
        row = list(found)
        for position, convert in self._results:
            row[position] = convert(row[position])
        return tuple(row)

    def rows(self, found: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Convert all rows that were read."""
        return [self.row(row) for row in found]


class Kept:
    """Statements that are composed while running, each once for its form.

    Forms come from content and from how many values are asked for, so there are few; ``most``
    only bounds what a mistake could cost.
    """

    def __init__(self, most: int = 2_000) -> None:
        self._most = most
        self._statements: dict[tuple[Any, ...], Statement] = {}

    def get(
        self,
        form: tuple[Any, ...],
        compose: Callable[[], sa.Select[Any] | sa.CompoundSelect[Any] | sa.Update],
    ) -> Statement:
        """Return the statement of a form."""
        known = self._statements.get(form)
        if known is None:
            if len(self._statements) >= self._most:
                self._statements.clear()
            known = self._statements[form] = Statement(compose())
        return known


#: the searches of facts and forms
KEPT = Kept()


class Few:
    """A few values that a column is compared with: statements of few forms hold any number.

    The number of places is a power of two; those too many repeat the last value.
    """

    def __init__(self, column: sa.Column[Any], values: Sequence[Any]) -> None:
        self.column = column
        self._values = values
        #: how many places there are: what two statements must have in common
        self.places = 1 << (len(values) - 1).bit_length() if values else 0

    def _name(self, place: int) -> str:
        return f"{self.column.name}_{place}"

    @property
    def clause(self) -> sa.ColumnElement[bool]:
        """That the column has one of the values."""
        if not self.places:
            return sa.false()
        return self.column.in_(
            [given(self.column, self._name(place)) for place in range(self.places)]
        )

    @property
    def values(self) -> dict[str, Any]:
        """The values by the names of their places."""
        last = len(self._values) - 1
        return {self._name(one): self._values[min(one, last)] for one in range(self.places)}


def _columns(core: Any) -> Sequence[Any]:
    if isinstance(core, sa.Select | sa.CompoundSelect):
        return list(core.selected_columns)
    return list(getattr(core, "_returning", ()))


def insert(table: sa.Table, *, without: Sequence[str] = ()) -> sa.Insert:
    """Insert one row; every column but those ``without`` is a parameter of its own name."""
    columns = [column for column in table.columns if column.name not in without]
    return sa.insert(table).values(
        {column: sa.bindparam(column.name, type_=column.type) for column in columns}
    )


def given(column: sa.Column[Any], name: str | None = None) -> sa.BindParameter[Any]:
    """Return a parameter with the type of a column, named ``name`` or as the column."""
    return sa.bindparam(name or column.name, type_=column.type)
