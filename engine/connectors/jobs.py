"""The worker of one machine: a thread that does what is due, again and again.

What is to be done is rows (timers, outbox); the worker only asks for them. So any number of workers
may run, here or on other machines, and one that dies leaves nothing behind but leases that run out.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

_log = logging.getLogger(__name__)

#: How long to wait when nothing was due.
PAUSE_SECONDS = 1.0
#: How long at most to wait after a job failed.
LONGEST_PAUSE_SECONDS = 60.0

#: Does a batch of what is due at a time; returns how much that was.
Job = Callable[[datetime], int]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time."""
        ...


class Worker:
    """Runs jobs in turn until it is stopped. A job that raises is logged and tried again later."""

    def __init__(
        self, jobs: Mapping[str, Job], clock: Clock, *, pause: float = PAUSE_SECONDS
    ) -> None:
        self._jobs = dict(jobs)
        self._clock = clock
        self._pause = pause
        self._failures = dict.fromkeys(jobs, 0)
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def run_once(self) -> int:
        """Run each job once; return how much was done in all."""
        done = 0
        for name, job in self._jobs.items():
            if self._stopping:
                break
            try:
                done += job(self._clock.now())
            except Exception:
                # Whatever it is, the other jobs are not to wait for it.
                self._failures[name] += 1
                _log.exception('the job "%s" failed', name)
            else:
                self._failures[name] = 0
        return done

    def run(self) -> None:
        """Run jobs in this thread until :meth:`stop` is called."""
        while not self._stopping:
            # Cleared before looking, so that what is put in meanwhile is looked at again.
            self._wake.clear()
            if not self.run_once() or any(self._failures.values()):
                self._wake.wait(self._waiting())

    def start(self) -> None:
        """Run jobs in a thread of its own."""
        if self._thread is not None:
            raise RuntimeError("the worker runs already")
        self._stopping = False
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 30.0) -> bool:
        """Let the job that runs end, and no other begin; False if it did not end in time."""
        self._stopping = True
        self._wake.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(seconds)
            return not thread.is_alive()
        return True

    def _waiting(self) -> float:
        failures: int = max(self._failures.values(), default=0)
        return float(min(self._pause * 2.0**failures, LONGEST_PAUSE_SECONDS))
