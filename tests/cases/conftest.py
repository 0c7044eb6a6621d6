"""A town hall on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.services.platform import Platform
from tests.support.office import open_office


@pytest.fixture(params=["memory", "file", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """The town hall, on SQLite in memory, on SQLite in a file and on PostgreSQL."""
    urls = {
        "memory": lambda: "sqlite://",
        "file": lambda: f"sqlite:///{tmp_path / 'town.db'}",
        "postgresql": lambda: str(request.getfixturevalue("postgres_url")),
    }
    platform = open_office(urls[request.param]())
    yield platform
    platform.close()
