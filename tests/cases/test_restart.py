"""After a restart: what stood open goes on, and what was due meanwhile happens."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engine import bootstrap
from engine.definitions.operation_table import SCOPES
from engine.domain.clock import VirtualClock
from engine.services.platform import Platform
from engine.store.database import Store
from tests.cases.test_operation_table import (
    CHIEF,
    INSIDE,
    MORE,
    offers_of,
    open_town,
    taken_to,
)
from tests.support.at_once import at_once
from tests.support.fairs import APPLICANT, FAIRS, an_entry, open_fairs, record
from tests.support.office import ZONE, release

LATER = datetime(2026, 10, 20, 8, tzinfo=ZONE)


def started_again(before: Platform) -> Platform:
    """The same town hall, opened weeks later on the database it left."""
    store = Store(str(before.store.url), sealer=before.store.sealer)
    return bootstrap.assemble(store, release(tuple(FAIRS.items())), VirtualClock(LATER))


@pytest.mark.req("ENG-09")
def test_what_was_due_meanwhile_happens_in_order_and_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    before = open_fairs(url)
    record(before, "冬展", "2026-09-20")
    waiting = an_entry(before, submit=True)
    late = [an_entry(before), an_entry(before, fair="冬展")]
    before.close()
    one, other = started_again(before), started_again(before)

    # Two workers begin at the same moment.
    at_once(one.cases.tick, other.cases.tick)
    while one.cases.tick():
        pass

    with one.store.read() as unit:
        rows = {uid: unit.cases.load(uid) for uid in (*late, waiting)}
        done = {
            uid: [str(event.body) for event in unit.journal.of(row.id) if event.kind == "time"]
            for uid, row in rows.items()
            if row is not None
        }
        titles = [message.title for message in one.messages.inbox(APPLICANT)]
    assert [row.step for row in rows.values() if row is not None] == ["lapsed", "lapsed", "done"]
    assert [sum('"overdue"' in body for body in done[uid]) for uid in late] == [1, 1]
    # What is over is not near any more: nobody is reminded.
    assert not any("临近" in title for title in titles)
    assert all(found.same for found in one.rebuilding.all())
    one.close()
    other.close()


def test_of_several_deadlines_the_earliest_comes_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    before = open_fairs(url)
    record(before, "冬展", "2026-09-20")
    second, first = an_entry(before), an_entry(before, fair="冬展")
    before.close()
    after = started_again(before)

    with after.store.read() as unit:
        due = [timer.uid for timer in unit.timers.due(LATER) if timer.kind == "deadline:entry"]

    assert due == [first, second]
    after.close()


@pytest.mark.req("ENG-03")
def test_whatever_stands_open_goes_on_after_a_restart_as_if_there_had_been_none(
    tmp_path: Path,
) -> None:
    """At a task, a level, a stage, in branches, a vote, a called case, a group; at an end, too."""
    url = f"sqlite:///{tmp_path / 'town.db'}"
    town = open_town({}, url)
    uids = {scope.name: taken_to(town, scope.name) for scope in SCOPES}

    def stands(platform: Platform) -> tuple[object, dict[tuple[str, str, bool], str | None]]:
        with platform.store.read() as unit:
            rows = [unit.cases.load(uid) for uid in uids.values()]
            work = [list(unit.work.of(row.id)) for row in rows if row is not None]
        offered = {
            (scope, one.name, one.stepping_in): one.refusal and one.refusal.code
            for scope, uid in uids.items()
            for one in offers_of(platform, CHIEF, uid, at=INSIDE.get(scope))
        }
        return work, offered

    before = stands(town)
    town.close()
    # Content that is read again, too: nothing compiled is left of before.
    content = release.__wrapped__(tuple(MORE.items()))
    again = bootstrap.assemble(
        Store(url, sealer=town.store.sealer), content, VirtualClock(town.clock.now())
    )

    assert stands(again) == before
    went_on = set()
    for scope, uid in uids.items():
        if before[1].get((scope, "pass", False), "") is None:
            again.cases.act(CHIEF, uid, "pass", at=INSIDE.get(scope))
            went_on.add(scope)
        assert again.rebuilding.rebuild(uid).same
    assert went_on >= {"sequence", "chain", "stages", "parallel", "nested"}
    again.close()
