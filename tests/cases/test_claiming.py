"""Taking a task on where several wait, and where somebody keeps out."""

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.office import open_office, person
from tests.support.works import FIRE, SECOND, WORKS, a_permit

WORKS_FILE = "definitions/processes/town/works.yaml"
#: both checks at one unit; who has checked the one keeps out of the other
TOGETHER = WORKS[WORKS_FILE].replace(
    "who: {permission: check, organisation: data.unit.superior}",
    "who: {permission: review, organisation: data.unit, "
    "except: [{people: case.actors('fire_check'), say: 已审查消防}]}",
)
COLLEAGUE = person("李四", "一所")


@pytest.fixture
def town():
    platform = open_office(more={**WORKS, WORKS_FILE: TOGETHER})
    with platform.store.write() as unit:
        platform.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    yield platform
    platform.close()


def claims(town: Platform, uid: str) -> dict[str, str | None]:
    with town.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return {item.step: item.claimed_by for item in unit.work.of(row.id)}


def test_each_of_two_branches_at_one_unit_is_taken_on_by_itself(town: Platform) -> None:
    uid = a_permit(town)

    town.operations.take(FIRE, uid, "claim", at="health_check")
    assert claims(town, uid) == {"fire_check": None, "health_check": "王审"}
    town.cases.claim(COLLEAGUE, uid)
    assert claims(town, uid) == {"fire_check": "李四", "health_check": "王审"}
    assert town.views.view(COLLEAGUE, uid).at == "fire_check"
    assert town.views.view(FIRE, uid).at == "health_check"
    # Asked before, the answer is the same.
    told = {one.name: one.refusal for one in town.offering.offers(FIRE, uid, at="fire_check")}
    assert told["claim"] is not None
    assert told["claim"].code == "claimed_by_other"
    with pytest.raises(Refused, match="claimed_by_other"):
        town.cases.claim(FIRE, uid, at="fire_check")
    with pytest.raises(Refused, match="not_claimed_by_you"):
        town.cases.give_back(FIRE, uid, at="fire_check")

    town.cases.give_back(COLLEAGUE, uid)
    town.operations.take(FIRE, uid, "release", at="health_check")
    assert claims(town, uid) == {"fire_check": None, "health_check": None}
    assert all(found.same for found in town.rebuilding.all())


@pytest.mark.req("ENG-05")
def test_who_keeps_out_cannot_take_a_task_from_colleagues(town: Platform) -> None:
    uid = a_permit(town)
    town.cases.act(FIRE, uid, "pass", at="fire_check")

    offered = {one.name for one in town.offering.offers(FIRE, uid, at="health_check") if one.mine}
    assert "claim" not in offered
    with pytest.raises(Refused) as refused:
        town.cases.claim(FIRE, uid)
    assert refused.value.sentence == "已审查消防"
    with pytest.raises(Refused, match="nothing_waits_for_you"):
        town.cases.claim(person("张三"), uid)
    with pytest.raises(Refused, match="nothing_waits_for_you"):
        town.cases.claim(SECOND, uid, at="health_check")
    town.cases.claim(COLLEAGUE, uid)
    town.cases.act(COLLEAGUE, uid, "pass", at="health_check")
    assert claims(town, uid) == {"fire_second": None}
