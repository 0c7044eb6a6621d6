"""Replaying the shipped sample cases; no document is printed."""

from __future__ import annotations

import time
from typing import Any

from engine import bootstrap, content
from engine.bench.figures import figure

ROUNDS = 3


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
