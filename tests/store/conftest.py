"""A store on each kind of database; what is tested here holds on all of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from engine.store import Store
from engine.store.cases import CaseRow, NewCase
from engine.store.chain import GENESIS
from engine.store.tables import metadata
from tests.support import postgres

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        opened = Store("sqlite://")
        yield opened
        opened.close()
    else:
        yield from _shared(request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store that several threads use at once."""
    yield from _shared(request, tmp_path)


def _shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "postgresql":
        opened = request.getfixturevalue("postgres_tables")
        names = ", ".join(metadata.tables)
        with opened.engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")
        yield opened
    else:
        opened = Store(f"sqlite:///{tmp_path}/rows.db")
        opened.create_all()
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def postgres_tables(postgres_cluster: postgres.Cluster) -> Iterator[Store]:
    """One database for all tests, emptied before each: making the tables takes the longest."""
    with postgres_cluster.database() as url:
        opened = Store(url)
        opened.create_all()
        yield opened
        opened.close()


@pytest.fixture
def new_case() -> Callable[[Store], CaseRow]:
    numbers = count(1)

    def make(store: Store) -> CaseRow:
        with store.write() as unit:
            return unit.cases.insert(case(f"case-{next(numbers)}"))

    return make


def case(uid: str = "case-1") -> NewCase:
    return NewCase(
        uid=uid,
        process="north/permit",
        pin="0" * 64,
        jurisdiction="north",
        year=2026,
        initiator="Li",
        initiator_organisation=None,
        number=None,
        status="draft",
        step="apply",
        stage=None,
        organisation=None,
        version=1,
        state=b"{}",
        data_hash=None,
        flags="[]",
        journal_seq=0,
        journal_hash=GENESIS,
        outcome=None,
        started_at=NOW,
        arrived_at=NOW,
        due=None,
        updated_at=NOW,
        closed_at=None,
    )
