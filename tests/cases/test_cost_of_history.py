"""What a step costs does not depend on what happened to the case before."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

from engine.bench.town import APPLICANT, DATA, PROCESS, REVIEWERS, open_town
from engine.services.platform import Platform


def counted(platform: Platform, does: Callable[[], object]) -> Counter[str]:
    """Count the instructions of the database and the Python functions called."""
    counts: Counter[str] = Counter()

    def instruction() -> int:
        counts["instructions"] += 1
        return 0

    def called(_frame: FrameType, event: str, _argument: Any) -> None:
        counts["calls"] += event == "call"

    with platform.store.read() as unit:
        driver = unit.connection.connection.driver_connection
    driver.set_progress_handler(instruction, 1)
    sys.setprofile(called)
    try:
        does()
    finally:
        sys.setprofile(None)
        driver.set_progress_handler(None, 0)
    return counts


def test_a_step_costs_the_same_after_ten_and_after_a_thousand_returns() -> None:
    """Counted, not timed: time differs from minute to minute on a machine that does other things.

    Journal, work items, timers and papers of the case grow with its history; no step reads them.
    """
    platform = open_town("sqlite://")
    uid = platform.cases.start(APPLICANT, PROCESS, DATA).uid
    costs: dict[int, Counter[str]] = {}

    def loop() -> None:
        platform.cases.act(APPLICANT, uid, "submit")
        platform.cases.act(REVIEWERS["unit"], uid, "return", input={"reason": "again"})

    for number in range(1, 1001):
        if number in (10, 1000):
            costs[number] = counted(platform, loop)
        else:
            loop()

    early, late = costs[10], costs[1000]
    assert early["instructions"] > 100
    assert early["calls"] > 100
    assert late["instructions"] <= early["instructions"] * 1.01
    assert late["calls"] <= early["calls"] * 1.01
    platform.close()
