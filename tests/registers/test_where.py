"""``where`` in SQL finds exactly the rows for which the condition holds row by row."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.authoring import Position, Problems
from engine.domain.types import BOOLEAN, DATE, NUMBER, TEXT, Field, ListOf, Record, Reference
from engine.expressions import Scope, compile_where
from engine.expressions.where import matches
from engine.store.database import Store
from engine.store.record_pages import Order, Selection
from engine.store.records import NO_NUMBER, Findable
from engine.store.where import Catalogue, Searchable, Where

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
UNIT = Record("units", {
    "id": Field(TEXT), "state": Field(TEXT), "kind": Field(TEXT), "staff": Field(NUMBER),
    "open": Field(BOOLEAN), "until": Field(DATE), "superior": Field(Reference("units")),
    "tags": Field(ListOf(TEXT)), "code": Field(TEXT),
})  # fmt: skip
ROWS: dict[str, dict[str, Any]] = {
    "a": {
        "kind": "school",
        "staff": 10,
        "open": True,
        "until": "2026-09-30",
        "tags": ["x", "y"],
        "code": "12",
    },
    "b": {"kind": "school", "staff": 3, "open": False, "superior": "a"},
    "c": {"kind": "clinic", "until": "2026-01-01", "superior": "a", "tags": ["y"], "code": "21"},
    "d": {},
}
INDEXES = ("kind", "staff", "open", "until", "superior", "tags", "code")
CONDITIONS = [
    "it.kind == 'school'",
    "it.kind != 'school'",
    "it.staff > 5",
    "it.staff <= 10",
    "!(it.staff > 5)",
    "it.open",
    "!it.open",
    "it.open == false",
    "it.until >= today",
    "it.until < today",
    "it.until == null",
    "it.kind in ['school', 'inn']",
    "'y' in it.tags",
    "it.tags.exists(t, t == 'x')",
    "it.superior == first",
    "it.superior.kind == 'school'",
    "it.superior.open && it.kind == 'clinic'",
    "it.id == 'a' || it.staff == 3",
    "it.id != first.id",
    "has(it.staff)",
    "it.state == 'active' && it.kind == kind",
    "kind == 'school'",
    "it.code == '12'",
    "it.code != '12'",
    "it.code in ['12', '3']",
    "it.superior.code == '12' && it.kind == 'clinic'",
]


def hidden(value: str) -> str:
    """What stands in the index for personal data."""
    return f"#{value[::-1]}"


KINDS = {"staff": "number", "open": "number", "code": "private"}


def spread(value: Any, kind: str) -> list[str | float]:
    values = value if isinstance(value, list) else [value]
    if kind == "private":
        values = [one and hidden(one) for one in values]
    if kind == "number":
        return [NO_NUMBER if value is None else float(value)]
    return [str(one) for one in values if one is not None] or [""]


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "sqlite":
        yield filled(Store("sqlite://"))
        return
    with request.getfixturevalue("postgres_cluster").database() as url:
        store = Store(url)
        store.create_all()
        yield filled(store)
        store.close()


def filled(store: Store) -> Store:
    with store.write() as unit:
        for key, data in ROWS.items():
            fields = {path: spread(data.get(path), KINDS.get(path, "text")) for path in INDEXES}
            unit.records.insert(
                "units", key, jurisdiction="north", scope=None, state="active", data=data,
                found_by=Findable(fields, "", {}), at=NOON,
            )  # fmt: skip
    return store


@pytest.mark.parametrize("text", CONDITIONS)
def test_sql_finds_what_holds_row_by_row(store: Store, text: str):
    problems = Problems()
    scope = Scope({
        "today": Field(DATE), "first": Field(Reference("units")), "kind": Field(TEXT),
    }, {"units": UNIT})  # fmt: skip
    paths = [*((name,) for name in (*INDEXES, "state")), ("superior", "kind"), ("superior", "open")]
    paths.append(("superior", "code"))
    where = compile_where(text, scope, UNIT, paths, node=Position("x"), problems=problems)
    assert where is not None, [problem.sentence("en") for problem in problems]
    values = {"today": "2026-09-01", "first": {"id": "a"}, "kind": "school"}
    condition = where.bind(values)

    units = Searchable(frozenset(INDEXES), {"superior": "units"}, {"code": hidden})
    catalogue = Catalogue({"units": units}, ZoneInfo("Asia/Shanghai"))
    with store.read() as unit:
        selection = Selection("units", where=Where.over(condition, "units", catalogue))
        found = unit.record_pages.keys(selection)
        every = unit.record_pages.page(selection, Order("id"), limit=len(ROWS))

    def row(key: str) -> dict[str, Any]:
        data = {"id": key, "state": "active", **ROWS[key]}
        if "superior" in data:
            data["superior"] = row(data["superior"])
        return data

    # Once with the values in slots of a statement that is kept, once composed with them.
    assert found == [key for key in ROWS if matches(condition, row(key))]
    assert found == [record.key for record in every]
