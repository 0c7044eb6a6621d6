"""Cases are moved by a job in the background: with progress, stoppable, nothing twice (CON-09)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from engine.domain.errors import NotFound, Refused
from engine.services import migrations
from engine.services.jobs import ATTEMPTS, PIECE
from engine.services.migration_decisions import Decisions
from engine.services.platform import Platform
from engine.store.outbox import LEASE
from engine.store.session import Session
from tests.migrating.test_plans import CHECKER, MONITOR, REVIEWER, opened, renamed
from tests.support.office import a_request

MANY = 500


class Killed(BaseException):
    """The process ends here."""


def planned(office: Platform, uids: list[str]) -> int:
    decided = Decisions(steps={"review": "examine"})
    plan = office.migrations.plan(MONITOR, "town/request", renamed(office), decided)
    assert len(plan.to_move) == len(uids)
    return plan.id


def moves(office: Platform) -> Counter[int]:
    """How often each case was moved, as its journal says."""
    with office.store.read() as unit:
        rows = unit.connection.exec_driver_sql("SELECT case_id, kind FROM journal").all()
    return Counter(case for case, kind in rows if kind == "migrate")


def later(office: Platform) -> None:
    """Another worker comes by once the lease has run out."""
    office.clock.set(office.clock.now() + LEASE + timedelta(seconds=1))
    office.outgoing.work_off_slow()


def a_piece(office: Platform) -> None:
    """A worker does one piece and goes home."""
    with office.store.write() as unit:
        (message,) = unit.outbox.take(office.clock.now(), 1, slow=True)
    office.jobs.work(message)


@pytest.mark.req("CON-09", "SEC-06")
def test_many_are_planned_in_a_job_that_says_what_planning_at_once_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = opened()
    uids = [a_request(office) for _ in range(PIECE + 5)]
    office.cases.act(REVIEWER, uids[1], "return", input={"reason": "缺材料"})
    version, decided = renamed(office), Decisions(steps={"review": "examine"})
    at_once = office.migrations.plan(MONITOR, "town/request", version, decided)
    assert office.migrations.begin_plan(MONITOR, "town/request", version, decided) > at_once.id
    assert office.outgoing.work_off_slow() == 0, "so few are planned at once"

    monkeypatch.setattr(migrations, "AT_ONCE", PIECE)
    with pytest.raises(Refused, match="migrate_no_such_step"):
        office.migrations.begin_plan(
            MONITOR, "town/request", version, Decisions(steps={"review": "no"})
        )
    plan = office.migrations.begin_plan(MONITOR, "town/request", version, decided)
    begun = office.migrations.show(MONITOR, plan)
    progress = office.migrations.progress(begun)
    assert (begun.cases, progress.kind, progress.total) == ((), migrations.PLAN, len(uids))
    with pytest.raises(Refused, match="still_running"):
        office.migrations.begin_run(MONITOR, plan, "统一名称")

    # One has ended before the worker comes by, and the worker dies with a case half planned.
    office.interventions.cancel(MONITOR, uids[-1], "重复")
    real, left = Session._execute, [7]

    def execute(self: Session, sql: str, values: object) -> None:
        if sql.startswith("INSERT INTO planned_cases"):
            left[0] -= 1
            if left[0] == 0:
                raise Killed
        real(self, sql, values)  # type: ignore[arg-type]

    monkeypatch.setattr(Session, "_execute", execute)
    with pytest.raises(Killed):
        a_piece(office)
    later(office)

    planned = office.migrations.show(MONITOR, plan)
    assert not office.migrations.progress(planned).is_running
    expected = [one for one in at_once.cases if one.uid != uids[-1]]
    assert planned.cases == tuple(expected)
    office.migrations.begin_run(MONITOR, plan, "统一名称")
    later(office)
    assert len(office.migrations.show(MONITOR, plan).having("moved")) == len(uids) - 1


@pytest.mark.req("CON-09", "SEC-06")
def test_five_hundred_are_moved_in_one_job_though_a_worker_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = opened()
    uids = [a_request(office, submit=False) for _ in range(MANY)]
    plan = planned(office, uids)
    job = office.migrations.begin_run(MONITOR, plan, "统一名称")
    assert not moves(office)
    assert office.jobs.progress(MONITOR, job).total == MANY
    with pytest.raises(Refused, match="still_running"):
        office.migrations.begin_undo(MONITOR, plan, "不对")
    a_piece(office)
    assert (office.jobs.progress(MONITOR, job).done, len(moves(office))) == (PIECE, PIECE)

    # Half way the worker dies: after a case was moved, and before that was noted.
    real, left = Session._execute, [MANY // 2 - PIECE]

    def execute(self: Session, sql: str, values: object) -> None:
        if sql.startswith("UPDATE jobs"):
            left[0] -= 1
            if left[0] == 0:
                raise Killed
        real(self, sql, values)  # type: ignore[arg-type]

    monkeypatch.setattr(Session, "_execute", execute)
    with pytest.raises(Killed):
        office.outgoing.work_off_slow()
    half = office.jobs.progress(MONITOR, job)
    assert (half.done, half.is_running) == (MANY // 2 - 1, True)
    assert len(moves(office)) == MANY // 2
    # Nobody takes it over before the lease has run out.
    assert office.outgoing.work_off_slow() == 0

    later(office)

    done = office.jobs.progress(MONITOR, job)
    assert (done.done, done.refused, done.is_running) == (MANY, 0, False)
    assert set(moves(office).values()) == {1}
    assert len(moves(office)) == MANY
    assert len(office.migrations.show(MONITOR, plan).having("moved")) == MANY

    # What is done to ticked cases is such a job too; pressed twice it is begun once.
    stop = {"title": "暂停", "stepping_in": True, "key": "k"}
    some = uids[: 2 * PIECE + 1]
    held = office.bulk.begin(MONITOR, some, "suspend", {"reason": "核查"}, **stop)
    assert office.bulk.begin(MONITOR, some, "suspend", {"reason": "核查"}, **stop) == held
    office.interventions.suspend(MONITOR, uids[7], "急")
    later(office)
    done = office.jobs.progress(MONITOR, held)
    assert (done.total, done.done, done.is_running) == (len(some), len(some) - 1, False)
    assert done.refusals[0].sentence == "该申请已暂停办理"
    with office.store.read() as unit:
        states = [office.casework.load(unit, uid).state.suspended for uid in some]
        (job,) = unit.connection.exec_driver_sql(
            "SELECT input FROM jobs WHERE id = ?", (held,)).one()  # fmt: skip
    assert all(states)
    assert "核查" not in job


def test_it_can_be_stopped_and_begun_again_and_taken_back() -> None:
    office = opened()
    uids = [a_request(office) for _ in range(PIECE + 2)]
    plan = planned(office, uids)
    job = office.migrations.begin_run(MONITOR, plan, "统一名称")
    a_piece(office)
    for stranger in (REVIEWER, CHECKER):
        with pytest.raises(NotFound):
            office.jobs.stop(stranger, job)

    assert office.jobs.stop(MONITOR, job)
    assert not office.jobs.stop(MONITOR, job)
    later(office)
    stopped = office.jobs.progress(MONITOR, job)
    assert (stopped.is_stopped, stopped.is_running, stopped.done) == (True, False, PIECE)
    assert len(moves(office)) == PIECE

    # One has gone on since: it is planned anew, and not moved before somebody has looked.
    office.cases.act(REVIEWER, uids[-1], "pass")
    again = office.migrations.begin_run(MONITOR, plan, "统一名称")
    later(office)
    rest = office.jobs.progress(MONITOR, again)
    assert (rest.total, rest.done, rest.refused) == (2, 1, 1)
    (told,) = rest.refusals
    assert (told.key, told.sentence) == (uids[-1], "业务已有变化，已重新计划，请看过再迁移")
    # Whoever reads it in English is told in English, though nobody read when it was refused.
    office.sentences.reader = lambda: "en"
    (told,) = office.jobs.progress(MONITOR, again).refusals
    assert (
        told.sentence == "The case has changed and was planned anew; look at it before it is moved"
    )
    office.sentences.reader = lambda: "zh"
    office.migrations.begin_run(MONITOR, plan, "统一名称")
    later(office)
    assert set(moves(office).values()) == {1}
    assert len(moves(office)) == PIECE + 2

    office.cases.act(REVIEWER, uids[0], "pass")
    undo = office.migrations.begin_undo(MONITOR, plan, "弄错了")
    later(office)
    back = office.jobs.progress(MONITOR, undo)
    assert (back.done, [one.sentence for one in back.refusals]) == (
        PIECE + 1, ["迁移后已继续办理，不能撤销"],
    )  # fmt: skip
    assert all(found.same for found in office.rebuilding.all())


def test_a_case_that_fails_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    office = opened()
    uids = [a_request(office) for _ in range(3)]
    job = office.migrations.begin_run(MONITOR, planned(office, uids), "统一名称")
    real, tried = office.casework.execute, []

    def execute(actor, uid, *args, **more):
        if uid == uids[1]:
            tried.append(uid)
            raise OSError("disk")
        return real(actor, uid, *args, **more)

    monkeypatch.setattr(office.casework, "execute", execute)
    for _ in range(ATTEMPTS):
        later(office)

    found = office.jobs.progress(MONITOR, job)
    assert (found.is_running, found.done, found.refused, len(tried)) == (False, 2, 1, ATTEMPTS)
    assert found.refusals[0].sentence == "办理时出错（OSError: disk）"


def test_what_breaks_off_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    office = opened()
    plan = planned(office, [a_request(office)])
    job = office.migrations.begin_run(MONITOR, plan, "统一名称")
    monkeypatch.setattr(office.migrations, "meant", lambda *_: 1 / 0)
    for _ in range(10):
        office.clock.set(office.clock.now() + timedelta(days=10))
        office.outgoing.work_off_slow()
    assert office.jobs.progress(MONITOR, job).broke_off == "多次尝试后中断，请稍后重新开始"
    monkeypatch.undo()

    # Whoever began it lost the right to it meanwhile.
    again = office.migrations.begin_run(MONITOR, plan, "统一名称")
    with office.store.write() as unit:
        for grant in unit.grants.of("马监"):
            unit.grants.end(grant.id, office.clock.now())
    later(office)
    with office.store.read() as unit:
        assert unit.jobs.load(again).broke_off
    assert not moves(office)
