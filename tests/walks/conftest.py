"""The databases of walks that are not in memory; chance that comes out alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.walks.lot import lot as lot


@pytest.fixture(params=["file", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that several threads use at once."""
    if request.param == "file":
        yield f"sqlite:///{tmp_path / 'town.db'}"
    else:
        yield str(request.getfixturevalue("postgres_url"))
