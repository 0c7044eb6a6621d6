"""Replaying sample cases: the shipped ones, and the steps that are measured alone; no document."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from engine import bootstrap, content
from engine.bench import town
from engine.bench.figures import figure, rounds
from engine.services.samples import Samples

ROUNDS = 3
#: cases of the sample whose steps are compared with steps alone
CASES = 20


def replays() -> list[dict[str, Any]]:
    """Sample cases replayed in a second."""
    files = content.read_files(content.bundled(), content.FOLDERS)
    samples = bootstrap.samples_of(files, bootstrap.load_content(None))
    chosen = samples.chosen(())
    list(samples.run(chosen, alone=True))  # Worlds are prepared once, not once a case.
    rates = []
    for _ in range(ROUNDS):
        # The time of the processor: what one core does, whatever else the machine is doing.
        begun = time.process_time()
        done = list(samples.run(chosen, alone=True))
        rates.append(len(done) / (time.process_time() - begun))
    return [figure("replay_cases_per_second", rates, "cases/s")]


def replay_of_steps(step: Callable[[], float]) -> dict[str, Any]:
    """Replayed steps in a second; the floor is the same steps alone, which take ``step`` each."""
    samples = _samples()
    chosen = samples.chosen(())

    def replay() -> float:
        begun = time.perf_counter()
        (done,) = samples.run(chosen)
        if done.differences or done.error:
            raise AssertionError([str(one) for one in done.differences] or done.error)
        return (time.perf_counter() - begun) / done.steps

    found = rounds({"replay": replay, "step": step}, ROUNDS)
    made = figure("replay_step_vs_step", [1 / value for value in found["replay"]], "steps/s")
    compared = figure("", found["replay"], "", found["step"])
    return made | {"floor": 1 / compared["floor"], "ratio": compared["ratio"]}


def _samples() -> Samples:
    """The steps of the benchmark as a sample case, each case started in it."""
    above = dict(zip(town.ORGANISATIONS[1:], town.ORGANISATIONS, strict=False))
    world = {
        "world": "town",
        "title": "Town",
        "jurisdiction": "town",
        "organisations": {
            name: {"name": name, "superior": above.get(name)} for name in town.ORGANISATIONS
        },
        "people": {
            town.APPLICANT.person: {"name": town.APPLICANT.person},
            **{
                actor.person: {"name": actor.person, "roles": {name: ["reviewer"]}}
                for name, actor in town.REVIEWERS.items()
            },
        },
    }
    steps: list[dict[str, Any]] = []
    for number in range(CASES):
        case = f"case_{number}"
        start = {"does": "start", "process": town.PROCESS, "with": town.DATA}
        steps.append({"by": town.APPLICANT.person, "case": case, **start})
        steps += [
            {"by": actor.person, "does": action, "case": case, "with": entered}
            for actor, action, entered in town.STEPS
        ]
    clock = f"{town.NOW:%Y-%m-%d %H:%M}"
    sample = {"sample": "Steps", "world": "town", "clock": clock, "steps": steps}
    files = {
        "examples/worlds/town.yaml": json.dumps(world).encode(),
        "examples/cases/town/steps.yaml": json.dumps(sample).encode(),
    }
    return bootstrap.samples_of(files, town.release())
