"""The collector of garbage, kept from looking through content while it is being made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """Let the collector wait until the end.

    Nearly everything that is made while content is loaded stays; looking through it at every few
    hundred new objects takes a third of the time of a load. Where several threads load at once,
    the first to end lets the collector go on for all.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
