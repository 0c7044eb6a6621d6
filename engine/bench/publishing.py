"""Publishing the shipped content: the whole gate, and the commit alone in a long history."""

from __future__ import annotations

import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import bootstrap, content
from engine.bench.figures import figure
from engine.domain.clock import SystemClock
from engine.services.installation import By
from engine.services.platform import Platform
from engine.store.database import Store
from engine.store.releases import Releases, Signature

ROUNDS = 3
#: commits before the one that is measured
LONG = 200
#: a comment changes what is published, and nothing that comes out
COMMENT = b"# measured\n"


def publications() -> list[dict[str, Any]]:
    """Seconds from the request to the new version, and milliseconds of its commit."""
    files = content.read_files(content.bundled(), content.FOLDERS)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'rows.db'}")
        store.create_all()
        platform = bootstrap.open_over(store, files, SystemClock())
        try:
            return [_whole(platform, dict(files)), _commit(platform, dict(files))]
        finally:
            platform.close()


def _whole(platform: Platform, files: dict[str, bytes]) -> dict[str, Any]:
    """Check, replay and publish; the floor is replaying the samples and nothing else."""
    path = min(files)
    seconds, alone = [], []
    for number in range(ROUNDS):
        files[path] += COMMENT
        begun = time.perf_counter()
        platform.installation.publish(files, By("bench", str(number)))
        seconds.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        samples = bootstrap.read_samples(files)
        list(samples.run(samples.chosen(())))
        alone.append(time.perf_counter() - begun)
    return figure("publish_seconds", seconds, "s", alone)


def _commit(platform: Platform, files: dict[str, bytes]) -> dict[str, Any]:
    """The commit after many others; the floor is the first ones."""
    path = min(files)
    times = []
    for number in range(LONG):
        files[path] += COMMENT
        begun = time.perf_counter()
        with platform.store.write() as unit:
            _follow(unit.releases, files, number, platform.clock.now())
        times.append((time.perf_counter() - begun) * 1000)
    return figure("publish_commit_ms", times[-ROUNDS * 5 :], "ms", times[: ROUNDS * 5])


def _follow(releases: Releases, files: dict[str, bytes], number: int, at: datetime) -> None:
    head = releases.current()
    by = Signature("bench", "bench", at)
    made = releases.commit(files, f"{number}\n", by, expected=head)
    assert made is not None  # nobody else publishes here
