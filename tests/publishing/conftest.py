"""A platform with content in rows, on each kind of database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.services.platform import Platform
from engine.store.database import Store
from tests.support import workshop


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/rows.db"


@pytest.fixture
def another_node(url: str) -> Iterator[Callable[[], Platform]]:
    """Opens one more platform over the same database, as another process would."""
    opened: list[Platform] = []

    def another() -> Platform:
        opened.append(workshop.open_workshop(Store(url)))
        return opened[-1]

    yield another
    for platform in opened:
        platform.close()


@pytest.fixture
def platform(url: str, another_node: Callable[[], Platform]) -> Platform:
    store = Store(url)
    store.create_all()
    store.close()
    made = another_node()
    workshop.fill(made)
    return made
