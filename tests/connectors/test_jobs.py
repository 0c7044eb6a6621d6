"""The contract of a worker, over the real outbox."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.connectors.jobs import Worker
from engine.domain.clock import VirtualClock
from engine.store import Store
from engine.store.outbox import LEASE

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path):
    opened = Store(f"sqlite:///{tmp_path}/rows.db")
    opened.create_all()
    yield opened
    opened.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


def put(store: Store, *keys: str) -> None:
    with store.write() as unit:
        for key in keys:
            unit.outbox.add(key, "mail", {}, at=NOW)


def sending(store: Store, sent: list[str]):
    """A job that sends what is in the outbox, as services do it."""

    def send(now: datetime) -> int:
        with store.write() as unit:
            messages = unit.outbox.take(now, limit=2)
        for message in messages:
            sent.append(message.key)
            with store.write() as unit:
                unit.outbox.done(message.id)
        return len(messages)

    return send


def test_everything_that_is_due_is_done_once(store, clock):
    sent: list[str] = []
    put(store, "a", "b", "c")
    worker = Worker({"outbox": sending(store, sent)}, clock)
    while worker.run_once():
        pass
    assert sent == ["a", "b", "c"]


def test_several_workers_share_the_work(store, clock):
    sent: list[str] = []
    keys = [str(number) for number in range(30)]
    put(store, *keys)
    workers = [Worker({"outbox": sending(store, sent)}, clock, pause=0.01) for _ in range(3)]
    for worker in workers:
        worker.start()
    _until(lambda: len(sent) >= len(keys))
    assert all(worker.stop() for worker in workers)
    assert sorted(sent) == sorted(keys)


def test_what_a_dead_worker_had_taken_is_done_by_another(store, clock):
    sent: list[str] = []
    put(store, "a")
    with store.write() as unit:
        unit.outbox.take(NOW)  # Its worker dies here.
    worker = Worker({"outbox": sending(store, sent)}, clock)
    assert worker.run_once() == 0
    clock.set(NOW + LEASE)
    assert worker.run_once() == 1
    assert sent == ["a"]


def test_a_job_that_fails_does_not_stop_the_others(clock, caplog):
    done: list[datetime] = []

    def fail(now: datetime) -> int:
        raise ZeroDivisionError

    def work(now: datetime) -> int:
        done.append(now)
        return 1

    worker = Worker({"bad": fail, "good": work}, clock)
    assert worker.run_once() == 1
    assert done == [NOW]
    assert 'the job "bad" failed' in caplog.text


def test_stopping_lets_the_job_that_runs_end_and_no_other_begin(clock):
    began, may_end, done = threading.Event(), threading.Event(), []

    def slow(now: datetime) -> int:
        began.set()
        may_end.wait(10)
        done.append("slow")
        return 1

    def other(now: datetime) -> int:
        done.append("other")
        return 1

    worker = Worker({"slow": slow, "other": other}, clock)
    worker.start()
    with pytest.raises(RuntimeError, match="runs already"):
        worker.start()
    began.wait(10)
    assert not worker.stop(seconds=0.01)
    may_end.set()
    _until(lambda: done == ["slow"])
    assert worker.stop()
    assert done == ["slow"]


def _until(holds) -> None:
    waiting = threading.Event()
    for _ in range(1000):
        if holds():
            return
        waiting.wait(0.01)
    raise AssertionError("it did not happen in ten seconds")
