"""Several people acting at the same moment."""

import threading
from collections.abc import Callable

from engine.domain.errors import Refused


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run actions at the same moment; returns results or refusals in order."""
    barrier = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def run(index: int, action: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[index] = action()
        except Refused as refusal:
            results[index] = refusal

    threads = [threading.Thread(target=run, args=item) for item in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
