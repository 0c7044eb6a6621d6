"""Replays of all sample cases of some content: what came of each, in few words.

Many samples are shared out to processes of their own, so that a server goes on serving meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

import orjson

from engine.content import Files
from engine.definitions.release import Release
from engine.definitions.sample import Sample
from engine.domain.case import State
from engine.services.platform import Platform
from engine.services.replay import Replayed, Stood
from engine.services.samples import Samples

#: so few are run by the process that asks: another one takes longer to start
FEW = 8
#: processes at most, whatever the machine has
MOST_PROCESSES = 4

#: Gives the sample cases of some content, ready to run.
SamplesOf = Callable[[Files, Release], Samples]


@dataclass(frozen=True, slots=True)
class SampleDifference:
    """A sample case that came out otherwise: at which step, and how.

    ``expected_places`` are where the sample wants its cases to come, in order; ``actual_places``
    where they came before they differed. Each is written ``case: place``.
    """

    sample: str
    file: str
    line: int
    step: int
    what: str
    expected: str
    found: str
    expected_places: tuple[str, ...]
    actual_places: tuple[str, ...]
    #: where its case was: the process, the step, and the steps it had been at
    process: str = ""
    at: str = ""
    visited: tuple[str, ...] = ()


#: What came of a sample: its difference, or None.
Outcome = SampleDifference | None
#: Reads content that was checked; runs in a process of its own.
Read = Callable[[Files], Samples]


def rehearse(files: Files, samples: Samples, read: Read) -> Iterator[Outcome]:
    """Run all samples, in the order they come to an end.

    Args:
        files: the content.
        samples: its sample cases.
        read: gives them again in another process; a function of a module.
    """
    chosen = samples.chosen(())
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if len(chosen) <= FEW:
        yield from outcomes(samples, chosen)
        return
    # Not forked: other threads of a server may hold locks at this moment.
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (dict(files), read)) as pool:
        running = [pool.submit(_run, sample.file) for sample in chosen]
        try:
            for done in as_completed(running):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


#: the samples of this process
_mine: list[Samples] = []


def _begin(files: Files, read: Read) -> None:
    _mine.append(read(files))


def _run(file: str) -> Outcome:
    (samples,) = _mine
    (outcome,) = outcomes(samples, samples.chosen((file,)), alone=True)
    return outcome


def outcomes(samples: Samples, chosen: list[Sample], *, alone: bool = False) -> Iterator[Outcome]:
    """Run samples one after the other, and say what came of each."""
    places: list[str] = []

    def look(platform: Platform, result: Replayed) -> None:
        places[:] = [] if result.ok else _actual(platform, result)

    for result in samples.run(chosen, look, alone=alone):
        yield None if result.ok else _difference(result, tuple(places))


def _difference(result: Replayed, places: tuple[str, ...]) -> SampleDifference:
    sample = result.sample
    first = result.differences[0] if result.differences else None
    stood = result.stood or Stood("", "", ())
    return SampleDifference(
        sample=sample.title,
        file=sample.file,
        line=first.line if first is not None else 0,
        step=result.steps,
        what=first.what if first is not None else "",
        expected=_written(first.expected) if first is not None else "",
        found=_written(first.found) if first is not None else result.error or "",
        expected_places=tuple(_expected(sample)),
        actual_places=places,
        process=stood.process,
        at=stood.step,
        visited=stood.visited,
    )


def _expected(sample: Sample) -> Iterator[str]:
    for step in sample.steps:
        if "at" in step.expect:
            yield f"{step.cases[0]}: {step.expect['at']}"
        for name, expected in step.expect.items():
            if isinstance(expected, Mapping) and "at" in expected:
                yield f"{name}: {expected['at']}"


def _actual(platform: Platform, result: Replayed) -> Iterator[str]:
    with platform.store.read() as unit:
        for name, uid in result.cases.items():
            row = unit.cases.load(uid)
            assert row is not None  # it was started in this replay
            state = State.from_json(orjson.loads(row.state))
            for passed in state.path:
                yield f"{name}: {passed.place}"
            yield f"{name}: {state.place}"


def _written(value: object) -> str:
    return value if isinstance(value, str) else repr(value)
