"""Sample cases of some content, each run over a copy of its world."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import Files, below, texts
from engine.definitions.release import Release
from engine.definitions.sample import Sample, parse_sample
from engine.domain.clock import Clock, VirtualClock
from engine.services.definitions import Definitions
from engine.services.platform import Platform
from engine.services.replay import Opened, Replay
from engine.services.replayed import Replayed
from engine.services.sample_data import Library
from engine.services.world import World, load_world, read_world
from engine.store.database import Store

CASES = "examples/cases/"
DATA = "examples/data/"
#: when the records of a world were made: before any sample begins
BEFORE = datetime(2000, 1, 1, tzinfo=UTC)

Keep = Callable[[Platform, Replayed], None]


class Assemble(Protocol):
    """Puts a platform together over a store."""

    def __call__(self, store: Store, release: Release | Definitions, clock: Clock) -> Platform:
        """Return the platform."""
        ...


class Samples:
    """The samples of some content.

    A world is prepared once and copied for each sample.

    Args:
        content: all files.
        release: what was loaded from them.
        assemble: puts together the platform of a world.
    """

    def __init__(self, content: Files, release: Release, assemble: Assemble) -> None:
        self.content = content
        self.release = release
        self._assemble = assemble
        self.problems = Problems()
        files = below(content, ("examples",))
        self.sources = texts(files)
        nodes = {
            path: node
            for path, content in files.items()
            if path.endswith(".yaml")
            and path.startswith((CASES, DATA))
            and (node := read_yaml(content, path, self.problems)) is not None
        }
        parsed = (
            parse_sample(node, path, self.problems)
            for path, node in nodes.items()
            if path.startswith(CASES)
        )
        self.samples = [sample for sample in parsed if sample is not None]
        self.library = Library(
            {
                path.removeprefix(DATA).removesuffix(".yaml"): node.value
                for path, node in nodes.items()
                if path.startswith(DATA)
            }
        )
        self._read: dict[str, World] = {}
        self._worlds: dict[tuple[str, ...], tuple[Platform, bytes, Store, str]] = {}

    def chosen(self, paths: tuple[str, ...]) -> list[Sample]:
        """Return the samples at or below paths from the root; all without any."""
        return [
            sample
            for sample in self.samples
            if not paths
            or any(sample.file == path or sample.file.startswith(f"{path}/") for path in paths)
        ]

    def run(
        self, samples: list[Sample], keep: Keep | None = None, *, alone: bool = False
    ) -> Iterator[Replayed]:
        """Run samples one after the other; ``alone`` in a process that does nothing else."""
        for worlds in {sample.worlds for sample in samples}:
            self._prepared(worlds)
        if alone:
            # The worlds and what was compiled stay: looking for garbage there finds nothing.
            gc.freeze()
        # One database serves all samples, filled anew for each.
        replay = Replay(self.open, self.library, close=lambda platform: None)
        for sample in samples:
            yield replay.run(sample, keep)

    def prepare(self, sample: Sample) -> None:
        """Make the world of a sample, unless another one had it made."""
        self._prepared(sample.worlds)

    def open(self, names: Sequence[str], clock: VirtualClock) -> Opened:
        """Return a platform of its own with some worlds."""
        prepared, content, store, jurisdiction = self._prepared(tuple(names))
        store.fill(content)
        return Opened(self._assemble(store, prepared.definitions, clock), jurisdiction)

    def _prepared(self, names: tuple[str, ...]) -> tuple[Platform, bytes, Store, str]:
        if names not in self._worlds:
            platform = self._assemble(Store("sqlite://"), self.release, VirtualClock(BEFORE))
            worlds = [self._world(name) for name in names]
            for world in worlds:
                load_world(platform, world, self.content, accounts=False)
            store = platform.store
            first = worlds[0].jurisdiction
            self._worlds[names] = platform, store.content(), store.copy(), first
        return self._worlds[names]

    def _world(self, name: str) -> World:
        if name not in self._read:
            self._read[name] = read_world(self.content, name)
        return self._read[name]

    def line(self, file: str, number: int) -> str:
        """Return a line of a sample."""
        lines = self.sources.get(file, "").splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""
