"""What history costs: steps and stored state after many returns, and the start of a case."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from engine.bench.figures import figure, rounds
from engine.bench.town import APPLICANT, DATA, JOINT, PROCESS, REVIEWERS
from engine.domain.actor import Actor
from engine.services.platform import Platform

ROUNDS = 7
#: loops measured in each round
LAPS = 40

#: drives a case to a return and back; gives the seconds a step took
Lap = Callable[[Platform, str], float]


def figures(platform: Platform) -> list[dict[str, Any]]:
    """Cost and state after many loops against those after one; a start against a step."""
    return [
        *_after(platform, "after_200_loops", PROCESS, _lap, 200),
        *_after(platform, "after_1000_loops", PROCESS, _lap, 1_000),
        *_after(platform, "of_branches_after_1000_loops", JOINT, _joint_lap, 1_000),
        _start(platform),
    ]


def _after(
    platform: Platform, name: str, process: str, lap: Lap, loops: int
) -> list[dict[str, Any]]:
    worn = _case(platform, process)
    for _ in range(loops):
        lap(platform, worn)

    def new() -> float:
        fresh = [_case(platform, process) for _ in range(LAPS)]
        for uid in fresh:
            lap(platform, uid)
        return sum(lap(platform, uid) for uid in fresh) / LAPS

    found = rounds(
        {
            "worn": lambda: sum(lap(platform, worn) for _ in range(LAPS)) / LAPS,
            "new": new,
        },
        ROUNDS,
    )
    cost = figure(f"step_{name}", [value * 1e6 for value in found["worn"]], "µs")
    cost |= {"floor": figure("", [value * 1e6 for value in found["new"]], "")["value"]}
    cost["ratio"] = figure("", found["new"], "", found["worn"])["ratio"]
    once = _case(platform, process)
    lap(platform, once)
    after, before = _state(platform, worn), _state(platform, once)
    state = figure(f"state_{name}", [after], "bytes")
    return [cost, state | {"floor": before, "ratio": after / before}]


def _start(platform: Platform) -> dict[str, Any]:
    """How many times the cost of a step the start of a case is."""

    def start() -> float:
        begun = time.perf_counter()
        for _ in range(LAPS):
            _case(platform, PROCESS)
        return (time.perf_counter() - begun) / LAPS

    def step() -> float:
        cases = [_case(platform, PROCESS) for _ in range(LAPS)]
        return sum(_lap(platform, uid) for uid in cases) / LAPS

    found = rounds({"start": start, "step": step}, ROUNDS)
    made = figure("start_vs_step", [value * 1e6 for value in found["start"]], "µs")
    made |= {"floor": figure("", [value * 1e6 for value in found["step"]], "")["value"]}
    made["ratio"] = figure("", found["step"], "", found["start"])["ratio"]
    return made


def _case(platform: Platform, process: str) -> str:
    return platform.cases.start(APPLICANT, process, DATA).uid


def _lap(platform: Platform, uid: str) -> float:
    begun = time.perf_counter()
    platform.cases.act(APPLICANT, uid, "submit")
    platform.cases.act(REVIEWERS["unit"], uid, "return", input={"reason": "again"})
    return (time.perf_counter() - begun) / 2


def _joint_lap(platform: Platform, uid: str) -> float:
    begun = time.perf_counter()
    platform.cases.act(APPLICANT, uid, "submit")
    platform.cases.act(REVIEWERS["unit"], uid, "pass")
    seconds = time.perf_counter() - begun
    # Who was drawn is looked up beside the time.
    with platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None  # it was started here
        voters = [item.person or "" for item in unit.work.of(row.id)]
    begun = time.perf_counter()
    for voter in voters:
        platform.cases.vote(Actor(voter, None, "town"), uid, {"": {"choice": "agree"}})
    platform.cases.act(REVIEWERS["bureau"], uid, "return", input={"reason": "again"})
    return (seconds + time.perf_counter() - begun) / (3 + len(voters))


def _state(platform: Platform, uid: str) -> float:
    with platform.store.read() as unit:
        row = unit.cases.load(uid)
    assert row is not None  # it was started here
    return float(len(row.state))
