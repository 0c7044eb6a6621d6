"""Chance that comes out alike every time, so that a report can be followed."""

from __future__ import annotations

from random import Random

import pytest

from engine.services import casework, panels


class Lot:
    """What the engine draws by chance, drawn by a seed."""

    def __init__(self) -> None:
        self.begin()

    def begin(self, *, alike: bool = False) -> None:
        """Draw from the beginning; ``alike``: no matter who comes first."""
        self._drawn, self._alike = Random(1), alike

    def randbits(self, count: int) -> int:
        """So many bits."""
        return 2**count // 3 if self._alike else self._drawn.getrandbits(count)

    def token_bytes(self, count: int) -> bytes:
        """So many bytes."""
        return self._drawn.randbytes(count)

    def token_hex(self, count: int) -> str:
        """So many bytes, as text."""
        return self._drawn.randbytes(count).hex()


@pytest.fixture(autouse=True)
def lot(monkeypatch: pytest.MonkeyPatch) -> Lot:
    """The engine draws by lot while a test lasts, and by chance again afterwards."""
    one = Lot()
    for module in (casework, panels):
        monkeypatch.setattr(module, "secrets", one)
    return one


def begin_anew(*, alike: bool) -> None:
    """A new town begins: what is drawn for it does not depend on those before."""
    one = vars(casework)["secrets"]
    assert isinstance(one, Lot), "a town needs the fixture `lot` of tests/walks/lot.py"
    one.begin(alike=alike)
