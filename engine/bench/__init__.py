"""Benchmarks: our figures as ratios against floors measured in the same run.

Each benchmark is a function without arguments that returns its figures. Absolute numbers depend on
the machine and its hour; the ratio of two things done in turn on the same machine does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.bench.content import (
    check_against_composing,
    check_of_a_keystroke,
    exploration_of_everything,
)
from engine.bench.engine import durable_steps
from engine.bench.publishing import publications
from engine.bench.samples import replays

Figure = Mapping[str, Any]

BENCHES: Mapping[str, Callable[[], list[Figure]]] = {
    "engine": lambda: [*durable_steps(), *check_against_composing(), *replays()],
    "publishing": lambda: [*publications()],
    "authoring": lambda: [*check_of_a_keystroke(), *exploration_of_everything()],
}
