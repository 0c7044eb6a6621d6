"""How far a long job has come: noted once for each item, by one worker only."""

from engine.store import Store
from engine.store.jobs import JobRow, RefusedRow

from .conftest import NOW


def test_an_item_is_noted_by_the_worker_that_knows_where_the_job_is(store: Store) -> None:
    with store.write() as unit:
        given = unit.blobs.put("ann", {"cases": ["a", "b"]})
        made = JobRow(0, "demo", "cases", "cases/k", "Pass", "ann", None, given, NOW, 2)
        job = made._replace(id=unit.jobs.begin(made))
        assert unit.jobs.load(job.id) == unit.jobs.last("cases/k") == job
        assert unit.jobs.of("ann", 5) == [job]
    with store.write() as unit:
        first = unit.jobs.note(job, [0, "a"], None)
        assert first is not None
        assert (first.done, first.refused, first.position, first.after) == (1, 0, 1, [0, "a"])
        # Another worker, which still thinks that nothing was done.
        assert unit.jobs.note(job, [0, "a"], RefusedRow("A", "a", "no")) is None
        second = unit.jobs.note(first, [1, "b"], RefusedRow("B", "b", "too late"))
        assert second is not None
        assert unit.jobs.load(job.id) == second
        assert unit.jobs.refusals(job.id, 5) == [RefusedRow("B", "b", "too late")]
    with store.write() as unit:
        assert unit.jobs.finish(job.id, NOW, stopped_by="bob")
        assert not unit.jobs.finish(job.id, NOW)
        ended = unit.jobs.load(job.id)
        assert ended is not None
        assert (ended.finished_at, ended.stopped_by) == (NOW, "bob")
        assert unit.jobs.note(ended, [2, "c"], None) is not None
