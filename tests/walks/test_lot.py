"""What walks draw by does not outlive them."""

import secrets

import pytest

from engine.services import casework, panels
from tests.walks.language import FILES, loaded
from tests.walks.lot import Lot
from tests.walks.town import Town


def test_chance_is_chance_again_after_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    release = loaded(FILES)
    assert release is not None
    Town(release).platform.close()
    assert isinstance(vars(casework)["secrets"], Lot)

    monkeypatch.undo()

    assert vars(casework)["secrets"] is vars(panels)["secrets"] is secrets
