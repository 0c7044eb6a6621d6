"""One thing done to many cases: told before for each, done to each by itself, told after."""

from __future__ import annotations

import pytest

from engine.domain.errors import NotFound, Refused
from engine.services.platform import Platform
from tests.cases.test_operation_table import CHIEF, FIRST, MONITOR, open_town, place, taken_to
from tests.support.office import person


@pytest.fixture(scope="module")
def town():
    platform = open_town({})
    yield platform
    platform.close()


def said(rows) -> list[str | None]:
    return [one.sentence for one in rows]


@pytest.mark.req("ENG-18", "REV-23")
def test_what_is_said_before_is_what_happens(town: Platform) -> None:
    waiting, claimed, done = (taken_to(town, "sequence") for _ in range(3))
    town.cases.claim(person("赵复", "一分局"), claimed)
    uids = [waiting, claimed]

    before = town.bulk.preview(CHIEF, [*uids, done], "pass")
    town.cases.act(CHIEF, done, "pass")
    after = town.bulk.preview(CHIEF, [done], "pass")
    results = town.bulk.run(CHIEF, uids, "pass")

    assert said(before) == [None, "claimed_by_other", None]
    assert said(after) == said([town.bulk.one(CHIEF, done, "pass")]) == ["case_closed"]
    assert said(results) == [None, "claimed_by_other"]
    assert [place(town, one) for one in uids] == ["done", "task@一分局"]


@pytest.mark.req("ENG-12", "ENG-18")
def test_ballots_are_cast_declined_and_seats_given_in_bulk(town: Platform) -> None:
    uids = [taken_to(town, "panel") for _ in range(2)]
    seat = {"instead": FIRST.person, "person": "赵复", "reason": "出差"}

    assert said(town.bulk.preview(FIRST, uids, "vote")) == [None, None]
    declined = town.bulk.run(FIRST, uids, "decline", {"reason": "有利害关系"})
    again = town.bulk.run(FIRST, uids, "vote", {"choice": "agree"})
    entered = [town.interventions.do(MONITOR, uid, "replace", seat) for uid in uids]
    voted = town.bulk.run(person("赵复"), uids, "vote", {"choice": "agree"}, key="k")
    repeated = town.bulk.run(person("赵复"), uids, "vote", {"choice": "agree"}, key="k")

    assert said(declined) == [None, None]
    assert said(again) == ["declined_already"] * 2
    assert len(entered) == 2
    assert said(voted) == said(repeated) == [None, None]
    assert [place(town, one) for one in uids] == ["done", "done"]
    assert all(town.rebuilding.rebuild(one).same for one in uids)


@pytest.mark.req("ENG-18", "REV-23")
def test_where_each_would_lead_is_tried_and_told_by_place(town: Platform) -> None:
    uids = [taken_to(town, "sequence") for _ in range(3)]
    claimed = taken_to(town, "sequence")
    town.cases.claim(person("赵复", "一分局"), claimed)
    before = town.store.content()

    told = town.bulk.foretell(CHIEF, [*uids, claimed], "pass")
    moved = town.bulk.foretell(MONITOR, uids, "reroute", {"step": "first"}, stepping_in=True)
    votes = town.bulk.foretell(FIRST, [taken_to(town, "panel")], "vote", {"choice": "agree"})
    with pytest.raises(Refused, match="not_in_bulk"):
        town.bulk.foretell(CHIEF, uids, "fail")

    assert [(one.place, one.closed, one.count) for one in told.ahead] == [("办结", "success", 3)]
    assert [one.split()[0] for one in told.ahead[0].examples] == ["张三"] * 3
    assert said(told.rows) == [None, None, None, "claimed_by_other"]
    assert [(one.place, one.count) for one in moved.ahead] == [("初审（一所）", 3)]
    assert [(one.place, one.count) for one in votes.ahead] == [("", 1)]
    assert said(town.bulk.run(CHIEF, uids, "pass")) == [None, None, None]
    town.store.fill(before)


@pytest.mark.req("ENG-14", "ENG-18")
def test_a_selection_is_stopped_goes_on_and_is_put_elsewhere(town: Platform) -> None:
    here, branch = taken_to(town, "sequence"), taken_to(town, "parallel")
    own = town.cases.start(person("马监"), "town/scopes", {"unit": "一所"}).uid
    uids = [here, branch, own]

    def step_in(name: str, **entered: str) -> list[str | None]:
        before = said(town.bulk.preview(MONITOR, uids, name, entered, stepping_in=True))
        values = {"reason": "核查", **entered}
        assert said(town.bulk.run(MONITOR, uids, name, values, stepping_in=True)) == before
        return before

    assert step_in("resume") == ["not_suspended", "not_suspended", "own_case_untouched"]
    assert step_in("suspend") == [None, None, "own_case_untouched"]
    with pytest.raises(Refused):
        town.cases.act(CHIEF, here, "pass")
    assert step_in("resume") == [None, None, "own_case_untouched"]
    assert step_in("reroute", step="first") == [None, None, "own_case_untouched"]
    assert [place(town, one) for one in uids[:2]] == ["first@一所"] * 2
    assert step_in("cancel") == [None, None, "own_case_untouched"]
    assert [place(town, one) for one in uids[:2]] == ["cancelled"] * 2
    assert all(town.rebuilding.rebuild(one).same for one in uids)


@pytest.mark.req("ENG-14", "REV-24")
def test_what_is_not_for_many_or_not_for_them_is_refused_as_a_whole(town: Platform) -> None:
    one, other = taken_to(town, "sequence"), taken_to(town, "parallel")

    for name, uids, code in (
        ("pass", [], "nothing_chosen"),
        ("pass", [one, other], "different_steps"),
        ("fail", [other], "not_in_bulk"),
    ):
        with pytest.raises(Refused, match=code):
            town.bulk.run(CHIEF, uids, name)
    with pytest.raises(Refused, match="no_such_action"):
        town.bulk.run(MONITOR, [one], "replace", stepping_in=True)
    with pytest.raises(NotFound):
        town.bulk.preview(person("牛监", "一分局"), [one], "suspend", stepping_in=True)
    with pytest.raises(NotFound):
        town.bulk.preview(person("周局", "二分局"), [one], "pass")
    (result,) = town.bulk.run(CHIEF, [one], "cancel", {"reason": "x"}, stepping_in=True)

    assert result.sentence == "no_permission"
    assert (place(town, one), place(town, other)) == ("task@一分局", "left@一分局 + right@一所")
