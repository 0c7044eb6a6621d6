"""How figures are measured: in rounds, everything in turn in each round, medians of ratios."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def rounds(measures: Mapping[str, Callable[[], float]], count: int) -> dict[str, list[float]]:
    """Measure everything ``count`` times, in turn, so that a slow minute slows all of it."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    names = list(measures)
    for number in range(count):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            gc.collect()
            found[name].append(measures[name]())
    return found


def figure(
    name: str, values: Sequence[float], unit: str, floors: Sequence[float] | None = None
) -> dict[str, Any]:
    """A figure with its median; with floors also the median of the ratios of the same rounds.

    The ratio says how many times the floor's speed we have: 1 is as fast, 0.5 half as fast.
    """
    made: dict[str, Any] = {"name": name, "value": statistics.median(values), "unit": unit}
    if floors is not None:
        made["floor"] = statistics.median(floors)
        made["ratio"] = statistics.median(
            floor / value for value, floor in zip(values, floors, strict=True)
        )
    return made
