"""The durable step: load, authorise, advance, journal, work items, commit (design 8)."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.bench import growth
from engine.bench.figures import figure, rounds
from engine.bench.floors import CoreFloor, PlainSpiff, Recorded
from engine.bench.samples import replay_of_steps
from engine.bench.town import APPLICANT, DATA, PROCESS, STEPS, VOTE, open_town
from engine.bootstrap import settle
from engine.domain.actor import Actor
from engine.services.platform import Platform
from engine.store.database import Store

#: cases driven in each round by each variant, one step of each in turn
CASES = 30
ROUNDS = 7
#: voters of a panel, and the ballots of the large one that are measured in each round
LARGE, SMALL = 200, 5
BALLOTS = 20


def durable_steps() -> list[dict[str, Any]]:
    """Our step against its floors, and how it grows with the history of a case."""
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder))


def _measured(folder: Path) -> list[dict[str, Any]]:
    product = open_town(f"sqlite:///{folder / 'product.db'}")
    settle()  # As a server does when it has started.
    recorded = Recorded(product.store, _whole_case(product))
    floors: list[Store] = []
    for name in ("core", "plain"):
        store = Store(f"sqlite:///{folder / name}.db")
        store.create_all()
        floors.append(store)
    core = CoreFloor(floors[0], recorded)
    plain = PlainSpiff(floors[1], recorded, DATA)
    found = rounds(
        {
            "product": lambda: _product_steps(product),
            "core": lambda: _floor_steps(core, recorded),
            "plain": lambda: _floor_steps(plain, recorded),
        },
        ROUNDS,
    )
    figures = [
        figure("step_vs_core_floor", _per_second(found["product"]), "steps/s"),
        figure("step_vs_plain_spiff", _per_second(found["product"]), "steps/s"),
    ]
    for made, floor in zip(figures, ("core", "plain"), strict=True):
        _against(made, found["product"], found[floor])
    figures += growth.figures(product)
    figures.append(_ballots(product))
    figures.append(replay_of_steps(lambda: _product_steps(product)))
    for store in (product.store, *floors):
        store.close()
    return figures


def _per_second(seconds: list[float]) -> list[float]:
    return [1 / value for value in seconds]


def _against(made: dict[str, Any], ours: list[float], floors: list[float]) -> None:
    """How many times the floor's speed we have."""
    compared = figure("", ours, "", floors)
    made["floor"] = 1 / compared["floor"]
    made["ratio"] = compared["ratio"]


def _whole_case(platform: Platform) -> str:
    uid = platform.cases.start(APPLICANT, PROCESS, DATA).uid
    for actor, action, entered in STEPS:
        platform.cases.act(actor, uid, action, input=_entered(entered, uid))
    return uid


def _entered(entered: Mapping[str, Any], uid: str) -> dict[str, Any]:
    """What is entered in one case: the same words twice would be stored only once."""
    return {name: f"{text} {uid}" for name, text in entered.items()}


def _product_steps(platform: Platform) -> float:
    uids = [platform.cases.start(APPLICANT, PROCESS, DATA).uid for _ in range(CASES)]
    begun = time.perf_counter()
    for actor, action, entered in STEPS:
        for uid in uids:
            platform.cases.act(actor, uid, action, input=_entered(entered, uid))
    return (time.perf_counter() - begun) / (CASES * len(STEPS))


def _floor_steps(floor: CoreFloor | PlainSpiff, recorded: Recorded) -> float:
    uids = [floor.start() for _ in range(CASES)]
    steps = list(recorded.steps())
    begun = time.perf_counter()
    for seq, (event, blob) in enumerate(steps, start=2):
        for uid in uids:
            floor.step(uid, seq, event, blob)
    return (time.perf_counter() - begun) / (CASES * len(steps))


# ------------------------------------------------------------------ panels


def _ballots(platform: Platform) -> dict[str, Any]:
    """What a ballot costs among many voters, with all before it in, against one among five."""
    large, small = [_vote(platform, LARGE)], [_vote(platform, SMALL) for _ in range(CASES * ROUNDS)]
    _cast(platform, large[0], LARGE - BALLOTS * ROUNDS - 1)
    found = rounds(
        {
            "large": lambda: _cast(platform, large[0], BALLOTS),
            "small": lambda: (
                sum(_cast(platform, small.pop(), SMALL - 1) for _ in range(CASES)) / CASES
            ),
        },
        ROUNDS,
    )
    made = figure("ballot_panel_200_vs_5", [v * 1e6 for v in found["large"]], "µs")
    made |= {"floor": figure("", [v * 1e6 for v in found["small"]], "")["value"]}
    made["ratio"] = figure("", found["small"], "", found["large"])["ratio"]
    return made


def _vote(platform: Platform, voters: int) -> str:
    uid = platform.cases.start(APPLICANT, VOTE, {"voters": voters}).uid
    platform.cases.act(APPLICANT, uid, "open", data={"voters": voters})
    return uid


def _cast(platform: Platform, uid: str, count: int) -> float:
    """Seconds one ballot takes, over the next ``count`` voters."""
    with platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        waiting = [item.person or "" for item in unit.work.of(row.id)][:count]
    begun = time.perf_counter()
    for voter in waiting:
        platform.cases.vote(Actor(voter, None, "town"), uid, {"": {"choice": "agree"}})
    return (time.perf_counter() - begun) / count
