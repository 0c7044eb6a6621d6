from collections.abc import Iterator

import pytest

from engine.connectors.documents import TypstPrinter


@pytest.fixture(scope="module")
def printer() -> Iterator[TypstPrinter]:
    opened = TypstPrinter(seconds=20)
    yield opened
    opened.close()
