"""Deadlines that passed while nobody was there to see it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engine import bootstrap
from engine.domain.clock import VirtualClock
from engine.services.platform import Platform
from engine.store.database import Store
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
