"""Replays of all sample cases and recorded cases of some content: what came of each.

Many samples are shared out to processes of their own, so that a server goes on serving meanwhile.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, SpawnContext

import orjson

from engine.authoring.problems import Problems
from engine.content import Files
from engine.definitions.release import Release
from engine.definitions.sample import Sample
from engine.domain.case import State
from engine.services.platform import Platform
from engine.services.recorded import carry_out, recordings_of
from engine.services.replayed import Replayed, Stood
from engine.services.samples import CASES, Samples

_log = logging.getLogger(__name__)

#: so few are run by the process that asks: another one takes longer to start
FEW = 8
#: processes at most, whatever the machine has
MOST_PROCESSES = 4


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
#: The end of a pipe that outcomes are written to.
Writing = Connection


def rehearse(
    files: Files, make: Callable[[], Samples], read: Read
) -> tuple[int, Iterator[Outcome]]:
    """Run all samples: how many there are, and what came of each as they come to an end.

    Args:
        files: the content.
        make: gives its sample cases here, while other processes begin.
        read: gives them in another process; a function of a module.
    """
    many = sum(path.startswith(CASES) and path.endswith(".yaml") for path in files) > FEW
    shared = _SharedOut(files, read) if many else None
    try:
        samples = make()
        return count(files, samples), _rehearsed(files, samples, shared)
    except BaseException:
        if shared is not None:
            shared.close()
        raise


def _rehearsed(files: Files, samples: Samples, shared: _SharedOut | None) -> Iterator[Outcome]:
    left = {sample.file: sample for sample in samples.chosen(())}
    try:
        yield from _recorded(files, samples.release)
        for file, outcome in shared.results() if shared is not None else ():
            del left[file]
            yield outcome
    finally:
        if shared is not None:
            shared.close()
    if shared is not None and left:
        _log.error("a process ended before its time; %d samples are run here", len(left))
    yield from outcomes(samples, list(left.values()))


def count(files: Files, samples: Samples) -> int:
    """Return how many sample cases and recorded cases there are."""
    return len(samples.samples) + len(recordings_of(files, (), Problems()))


def _recorded(files: Files, release: Release) -> Iterator[Outcome]:
    """Carry out the recorded cases; none takes longer than a step of a sample."""
    for recording in recordings_of(files, (), Problems()):
        carried = carry_out(recording, release)
        if carried.ok:
            yield None
            continue
        first = carried.differences[0]
        yield SampleDifference(
            sample=recording.title,
            file=recording.file,
            line=first.line,
            step=carried.steps,
            what=first.what,
            expected=_written(first.expected),
            found=_written(first.found),
            expected_places=(),
            actual_places=(),
            process=recording.process,
        )


class _SharedOut:
    """Samples that are run in processes; those of a process that ends early are left out."""

    def __init__(self, files: Files, read: Read) -> None:
        """Begin."""
        context = _context(read)
        processes = min(os.cpu_count() or 1, MOST_PROCESSES) if _can_fork() else 1
        pipes = [context.Pipe(duplex=False) for _ in range(processes)]
        told = [writer for _, writer in pipes]
        self._lead = context.Process(target=_lead, args=(dict(files), read, told))
        self._lead.start()
        for writer in told:
            writer.close()
        self._open = [reader for reader, _ in pipes]

    def results(self) -> Iterator[tuple[str, Outcome]]:
        """What came of each sample, by its file."""
        while self._open:
            for reader in wait(self._open):
                assert isinstance(reader, Connection)  # nothing else is waited for
                try:
                    yield reader.recv()
                except EOFError:
                    reader.close()
                    self._open.remove(reader)

    def close(self) -> None:
        """End the processes, whatever they have done so far."""
        for reader in self._open:
            reader.close()
        if self._open:
            self._lead.terminate()
        self._open = []
        self._lead.join()
        self._lead.close()


def _lead(files: Files, read: Read, told: list[Writing]) -> None:
    """Read the content and make its worlds once, then part in as many as there are to be told."""
    samples = read(files)
    mine = samples.chosen(())
    for sample in mine:
        with suppress(Exception):
            # What cannot be made is said where its samples are run.
            samples.prepare(sample)
    gc.freeze()
    others = [
        get_context("fork").Process(target=_tell, args=(samples, mine[at :: len(told)], told, at))
        for at in range(1, len(told))
    ]
    for other in others:
        other.start()
    _tell(samples, mine[:: len(told)], told, 0)
    for other in others:
        other.join()


def _tell(samples: Samples, mine: list[Sample], told: list[Writing], at: int) -> None:
    for number, writer in enumerate(told):
        if number != at:
            # The others' ends are to close when they end.
            writer.close()
    with suppress(BrokenPipeError):
        for sample in mine:
            (outcome,) = outcomes(samples, [sample])
            told[at].send((sample.file, outcome))
    told[at].close()


def _can_fork() -> bool:
    return "forkserver" in get_all_start_methods()


def _context(read: Read) -> ForkServerContext | SpawnContext:
    """Begin processes from one that does nothing else.

    A fork of a server would find locks that other threads hold at this moment.
    """
    if not _can_fork():
        return get_context("spawn")
    context = get_context("forkserver")
    # What it has imported the others need not import.
    context.set_forkserver_preload([__name__, read.__module__])
    return context


def outcomes(samples: Samples, chosen: list[Sample]) -> Iterator[Outcome]:
    """Run samples one after the other, and say what came of each."""
    places: list[str] = []

    def look(platform: Platform, result: Replayed) -> None:
        places[:] = [] if result.ok else _actual(platform, result)

    for sample in chosen:
        places.clear()
        try:
            (result,) = samples.run([sample], look)
        except Exception as error:
            # A world or data can be wrong in ways that no check knows: that is the author's to see.
            _log.exception("the sample %s cannot be run", sample.file)
            result = Replayed(sample, error=f"{type(error).__name__}: {error}")
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
