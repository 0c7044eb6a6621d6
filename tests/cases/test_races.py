"""Several people at once: one wins, the others read that it has been dealt with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.domain.errors import Refused, Stale
from engine.services.casework import Casework
from engine.services.platform import Platform
from tests.support.at_once import at_once
from tests.support.fairs import APPLICANT, an_entry, open_fairs, work_off
from tests.support.office import FILES, ZONE, a_request, open_office, person

LATER = datetime(2026, 10, 20, 8, tzinfo=ZONE)
FIRST = person("王审", "一所")
CHIEF = person("周局", "市局")


@pytest.fixture(params=["file", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    """A town hall whose database several threads use at once."""
    if request.param == "file":
        platform = open_office(f"sqlite:///{tmp_path / 'town.db'}")
    else:
        platform = open_office(str(request.getfixturevalue("postgres_url")))
    yield platform
    platform.close()


@pytest.mark.req("ENG-11")
def test_of_two_reviewers_one_wins(office: Platform) -> None:
    for _ in range(5):
        uid = a_request(office)
        shown = office.views.view(FIRST, uid).version

        results = at_once(
            lambda uid=uid, shown=shown: office.cases.act(FIRST, uid, "pass", version=shown),
            lambda uid=uid, shown=shown: office.cases.act(
                FIRST, uid, "return", input={"reason": "no"}, version=shown
            ),
        )

        lost = [result for result in results if isinstance(result, Refused)]
        assert len(lost) == 1
        assert isinstance(lost[0], Stale)
        assert lost[0].sentence != ""
        assert office.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-11", "REV-13")
def test_withdrawing_against_a_decision_has_one_winner(office: Platform) -> None:
    for _ in range(5):
        uid = a_request(office)

        results = at_once(
            lambda uid=uid: office.cases.withdraw(person("张三"), uid),
            lambda uid=uid: office.cases.act(FIRST, uid, "pass"),
        )

        assert sum(isinstance(result, Refused) for result in results) == 1
        assert office.rebuilding.rebuild(uid).same


@pytest.mark.req("SEC-07")
def test_a_double_click_acts_once(office: Platform) -> None:
    uid = a_request(office)

    results = at_once(*[lambda: office.cases.act(FIRST, uid, "pass", key="same press")] * 4)

    assert {str(result) for result in results if not isinstance(result, Refused)}
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        passes = [event for event in unit.journal.of(row.id) if event.kind == "act"]
    assert len(passes) == 2  # the submission and one pass


def test_numbers_have_no_gaps_whoever_starts_at_once(office: Platform) -> None:
    at_once(*[lambda: a_request(office, submit=False)] * 6)

    with office.store.read() as unit:
        numbers = sorted(row.number for row in unit.cases.every())
    assert numbers == [f"2026-{number:06}" for number in range(1, 7)]


def meeting(work: Casework, monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> list[Any]:
    """Let somebody act while the next command has read the case and not yet written it."""
    decide, met = work.decide, []

    def act() -> None:
        try:
            met.append(do())
        except Refused as refusal:
            met.append(refusal)

    def meanwhile(*given: Any, **named: Any) -> Any:
        monkeypatch.undo()
        acting = threading.Thread(target=act)
        acting.start()
        # As far as it can come: to the end, or to where it has to wait for the command.
        acting.join(0.2)
        return decide(*given, **named)

    monkeypatch.setattr(work, "decide", meanwhile)
    return met


@pytest.mark.req("ENG-09", "ENG-11")
@pytest.mark.parametrize("press", ["save", "extend"])
def test_a_timer_that_meets_a_click_does_its_work_all_the_same(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, press: str
) -> None:
    """It became an incident and the entry never lapsed, or the click ended in a deadlock."""
    town = open_fairs(postgres_url)
    uid = an_entry(town)
    with town.store.write() as unit:
        town.directory.grant(unit, CHIEF.person, "checker", "市局", jurisdiction="town")
    town.clock.set(LATER)
    data = {"fair": "秋展", "unit": "一所", "subject": "陶"}
    clicks = {
        "save": lambda: town.cases.save(APPLICANT, uid, data),
        "extend": lambda: town.cases.extend(CHIEF, uid, "2026-11-20", deadline="entry"),
    }

    clicked = meeting(town.casework, monkeypatch, clicks[press])
    work_off(town)

    while not clicked:
        time.sleep(0.01)
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        assert row.step == "lapsed"
        assert unit.timers.of(row.id) == []
        assert unit.incidents.unresolved() == []
    assert isinstance(clicked[0], Refused)
    assert clicked[0].code != "no_permission_extend"
    assert clicked[0].sentence != ""
    assert town.rebuilding.rebuild(uid).same
    town.close()


@pytest.mark.req("ENG-11")
def test_what_a_colleague_claims_at_the_same_instant_is_theirs(
    office: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were told that it was done: one had taken it on, the other passed it."""
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    uid, colleague = a_request(office), person("李四", "一所")

    claimed = meeting(office.casework, monkeypatch, lambda: office.cases.claim(colleague, uid))
    with pytest.raises(Refused, match="claimed_by_other"):
        office.cases.act(FIRST, uid, "pass")

    assert claimed == [None]
    office.cases.act(colleague, uid, "pass")
    assert office.rebuilding.rebuild(uid).same


@pytest.mark.req("ENG-11", "REV-13")
def test_what_is_taken_back_at_the_same_instant_was_not_opened(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft counted as opened by the reviewer it had been taken back from."""
    request = "definitions/processes/town/request.yaml"
    opens = FILES[request].replace(
        "submit: {title: 提交, to: review}",
        "submit: {title: 提交, to: review, withdraw: until_next_opens}",
    )
    town = open_office(postgres_url, more={request: opens})
    uid = a_request(town)

    withdrawn = meeting(
        town.casework, monkeypatch, lambda: town.cases.withdraw(person("张三"), uid)
    )
    town.cases.open(FIRST, uid)

    assert not isinstance(withdrawn[0], Refused)
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        assert (row.step, row.journal_seq) == ("fill", 3), "start, submit, withdraw"
    assert town.rebuilding.rebuild(uid).same
    town.close()
