"""Parallel steps through the services: work, lists, races, time, journal, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.domain.errors import Refused, Stale
from engine.services.platform import Platform
from tests.support.at_once import at_once
from tests.support.office import person
from tests.support.works import FIRE, HEALTH, SECOND, a_permit, open_works

APPLICANT = person("张三")


@pytest.fixture(params=["memory", "file", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    urls = {
        "memory": lambda: "sqlite://",
        "file": lambda: f"sqlite:///{tmp_path / 'town.db'}",
        "postgresql": lambda: str(request.getfixturevalue("postgres_url")),
    }
    platform = open_works(urls[request.param]())
    yield platform
    platform.close()


def waiting(town: Platform, uid: str) -> list[tuple[str, str | None]]:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return sorted((item.step, item.organisation) for item in unit.work.of(row.id))


def same(town: Platform) -> bool:
    return all(found.same for found in town.rebuilding.all())


def test_each_office_has_its_own_work_and_sees_where_the_others_are(town: Platform) -> None:
    uid = a_permit(town)

    assert waiting(town, uid) == [("fire_check", "一所"), ("health_check", "一分局")]
    for actor, mine in ((FIRE, "fire_check"), (HEALTH, "health_check")):
        view = town.views.view(actor, uid)
        assert view.at == mine
        assert [one.step for one in view.standings] == ["fire_check", "health_check"]
        assert [one.step for one in view.standings if one.waits] == [mine]
    assert [choice.name for choice in town.views.choices(FIRE, uid)] == [
        "pass",
        "return",
        "cc",
        "claim",
    ]
    assert [choice.name for choice in town.views.choices(HEALTH, uid)] == [
        "pass",
        "fail",
        "cc",
        "claim",
    ]
    assert same(town)


def test_both_pass_and_the_decision_is_due(town: Platform) -> None:
    uid = a_permit(town)
    town.cases.act(FIRE, uid, "pass")
    assert waiting(town, uid) == [("fire_second", "一所"), ("health_check", "一分局")]
    town.cases.act(HEALTH, uid, "pass")
    assert waiting(town, uid) == [("fire_second", "一所")]

    town.cases.act(SECOND, uid, "pass")

    assert waiting(town, uid) == [("decide", "一所")]
    assert same(town)


def test_a_page_about_one_branch_does_not_grow_old_by_the_other(town: Platform) -> None:
    uid = a_permit(town)
    seen = town.views.view(HEALTH, uid)
    town.cases.act(FIRE, uid, "pass")

    town.cases.act(HEALTH, uid, "pass", version=seen.version, at=seen.at)

    assert waiting(town, uid) == [("fire_second", "一所")]


def test_a_page_about_a_branch_that_is_gone_is_old(town: Platform) -> None:
    uid = a_permit(town)
    seen = town.views.view(FIRE, uid)
    town.cases.act(HEALTH, uid, "fail")

    with pytest.raises(Stale):
        town.cases.act(FIRE, uid, "pass", version=seen.version, at=seen.at)


def test_two_presses_on_the_same_page_of_a_branch_count_once(town: Platform) -> None:
    uid = a_permit(town)
    seen = town.views.view(FIRE, uid)
    town.cases.act(FIRE, uid, "pass", version=seen.version, at=seen.at)

    with pytest.raises(Refused):
        town.cases.act(FIRE, uid, "pass", version=seen.version, at=seen.at)
    assert waiting(town, uid) == [("fire_second", "一所"), ("health_check", "一分局")]


@pytest.mark.req("ENG-08")
def test_each_takes_back_what_they_did_in_their_branch(town: Platform) -> None:
    uid = a_permit(town)
    town.cases.act(FIRE, uid, "pass")
    town.cases.act(HEALTH, uid, "pass")

    town.cases.withdraw(HEALTH, uid)
    assert waiting(town, uid) == [("fire_second", "一所"), ("health_check", "一分局")]
    town.cases.withdraw(FIRE, uid)

    assert waiting(town, uid) == [("fire_check", "一所"), ("health_check", "一分局")]
    with pytest.raises(Refused):
        town.cases.withdraw(FIRE, uid)
    town.cases.withdraw(APPLICANT, uid)
    assert waiting(town, uid) == [("fill", None)]
    assert same(town)


def test_the_pass_that_joined_is_taken_back(town: Platform) -> None:
    uid = a_permit(town)
    town.cases.act(FIRE, uid, "pass")
    town.cases.act(SECOND, uid, "pass")
    town.cases.act(HEALTH, uid, "pass")
    assert waiting(town, uid) == [("decide", "一所")]

    town.cases.withdraw(HEALTH, uid)

    assert waiting(town, uid) == [("health_check", "一分局")]
    assert same(town)


def test_a_return_from_a_branch_takes_the_work_of_all(town: Platform) -> None:
    uid = a_permit(town)

    town.cases.act(FIRE, uid, "return", input={"reason": "no plan"})

    assert waiting(town, uid) == [("fill", None)]
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        closed = {item.step: item.state for item in unit.work.of(row.id, open_only=False)}
    assert closed["fire_check"] == "done"
    assert closed["health_check"] == "gone"
    assert same(town)


def test_after_the_join_one_branch_alone_is_opened_again(town: Platform) -> None:
    uid = a_permit(town)
    town.cases.act(FIRE, uid, "pass")
    town.cases.act(SECOND, uid, "pass")
    town.cases.act(HEALTH, uid, "pass")

    town.cases.act(FIRE, uid, "again")

    assert waiting(town, uid) == [("fire_check", "一所")]
    town.cases.act(FIRE, uid, "pass")
    town.cases.act(SECOND, uid, "pass")
    assert waiting(town, uid) == [("decide", "一所")]
    assert same(town)


def test_the_lists_show_a_case_to_each_office_with_its_own_step(town: Platform) -> None:
    a_permit(town)

    for actor, step in ((FIRE, "消防审查"), (HEALTH, "卫生审查")):
        page = town.lists.page(actor, "town/works")
        assert [row.cells[1] for row in page.rows] == [step]


def test_a_deadline_in_a_branch_falls_due_there(town: Platform) -> None:
    uid = a_permit(town)
    town.cases.act(FIRE, uid, "pass")
    town.clock.set(town.clock.now() + timedelta(days=20))

    assert town.cases.tick() == 1

    with town.store.read() as unit:
        state = town.casework.load(unit, uid).state
    assert state.branches["fire"].overdue
    assert not state.overdue
    assert same(town)


def test_what_is_claimed_in_one_branch_does_not_hinder_the_other(town: Platform) -> None:
    uid = a_permit(town)
    town.cases.claim(FIRE, uid)

    town.cases.act(HEALTH, uid, "pass")

    assert waiting(town, uid) == [("fire_check", "一所")]


@pytest.mark.parametrize("town", ["file", "postgresql"], indirect=True)
def test_two_offices_at_the_same_instant_both_succeed(town: Platform) -> None:
    for _ in range(5):
        uid = a_permit(town)
        seen = town.views.view(FIRE, uid).version

        results = at_once(
            lambda uid=uid, seen=seen: town.cases.act(
                FIRE, uid, "pass", version=seen, at="fire_check"
            ),
            lambda uid=uid, seen=seen: town.cases.act(
                HEALTH, uid, "pass", version=seen, at="health_check"
            ),
        )

        assert not [one for one in results if isinstance(one, Refused)]
        assert waiting(town, uid) == [("fire_second", "一所")]
    assert same(town)
