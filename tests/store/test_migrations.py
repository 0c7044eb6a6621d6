"""The steps make what the code says, and undo it, on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.store import Store
from engine.store.errors import UnknownTables
from engine.store.tables import metadata
from engine.store.upgrade import differences, downgrade

from .conftest import case


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/rows.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    opened = Store(url)
    yield opened
    opened.close()


def schema(store: Store) -> dict[str, object]:
    """Everything that is known of the tables, in an order of its own."""
    inspector = sa.inspect(store.engine)
    found = {}
    for table in set(inspector.get_table_names()) - {"alembic_version"}:
        checks = inspector.get_check_constraints(table)
        indexes = inspector.get_indexes(table)
        found[table] = {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)
            ],
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "checks": sorted((str(c["name"]), c["sqltext"]) for c in checks),
            "indexes": sorted(
                (str(i["name"]), i["column_names"], bool(i["unique"])) for i in indexes
            ),
            "references": sorted(f["referred_table"] for f in inspector.get_foreign_keys(table)),
        }
    return found


def test_the_steps_make_the_tables_of_the_code(empty_store: Store, tmp_path: Path):
    assert differences(empty_store.engine) != []
    empty_store.upgrade()
    assert differences(empty_store.engine) == []
    made = schema(empty_store)
    assert set(made) == set(metadata.tables)
    downgrade(empty_store.engine, "base")
    assert schema(empty_store) == {}
    metadata.create_all(empty_store.engine)
    assert schema(empty_store) == made


def test_an_upgrade_may_be_repeated_and_keeps_what_is_there(empty_store: Store):
    empty_store.upgrade()
    with empty_store.write() as unit:
        unit.cases.insert(case())
    empty_store.upgrade()
    with empty_store.read() as unit:
        assert unit.cases.load("case-1") is not None


def test_tables_of_an_unknown_version_are_refused(empty_store: Store):
    empty_store.create_all()
    with pytest.raises(UnknownTables, match="not made by the steps"):
        empty_store.upgrade()
