"""Several people at once: one wins, the others read that it has been dealt with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.domain.errors import Refused, Stale
from engine.services.platform import Platform
from tests.support.at_once import at_once
from tests.support.office import a_request, open_office, person

FIRST = person("王审", "一所")


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
