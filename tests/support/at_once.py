"""Several people acting at the same moment."""

import threading
from collections.abc import Callable

from engine.domain.errors import Refused


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run actions at the same moment; returns results or refusals in order.

    Whatever else one of them raises is raised here: it would have been a page that says sorry.
    """
    barrier = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)
    broken: list[Exception] = []

    def run(index: int, action: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[index] = action()
        except Refused as refusal:
            results[index] = refusal
        except Exception as error:
            broken.append(error)

    threads = [threading.Thread(target=run, args=item) for item in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return results
