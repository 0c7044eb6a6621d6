from collections.abc import Iterator

import pytest

from tests.stories.person import People
from tests.stories.site import Served, Site


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    served = Served(tmp_path)
    try:
        yield served.site
    finally:
        served.stop()


@pytest.fixture
def people(site, chromium, pytestconfig) -> Iterator[People]:
    """Everybody with a browser session of their own."""
    found = People(site, chromium, pytestconfig.getoption("--screenshots"))
    yield found
    found.close()
