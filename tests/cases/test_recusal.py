"""Keeping out of a case for a reason one is told (回避)."""

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.office import FILES, a_request, open_office, person

APPLICANT, FIRST, OTHER = person("张三"), person("王审", "一所"), person("李四", "一所")
CHECKER = person("赵复", "一所")
REQUEST = "definitions/processes/town/request.yaml"
REASON = "您保管申请的房间的钥匙，应当回避"
WHO = "who: {permission: review, organisation: data.unit}"
RULES = f"""who:
              permission: review
              organisation: data.unit
              except:
                - {{people: "key.holder != null ? [key.holder] : []", say: {REASON}}}
                - {{people: case.actors('check'), say: 您已复核过，应当回避}}"""


@pytest.fixture
def office():
    text = (
        FILES[REQUEST]
        .replace(WHO, RULES)
        .replace(
            "start: {who: person}",
            "start: {who: person}\n"
            "        facts: {key: {first: keys, where: it.unit == data.unit}}",
        )
    )
    platform = open_office(more={REQUEST: text})
    with platform.store.write() as unit:
        platform.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
        platform.directory.grant(unit, "赵复", "reviewer", "一所", jurisdiction="town")
        platform.records.add(
            unit, platform.release.registers["keys"],
            {"room": "101", "unit": "一所", "holder": "王审"},
            jurisdiction="town", at=platform.clock.now(), key="101",
        )  # fmt: skip
    yield platform
    platform.close()


@pytest.mark.req("ENG-05")
def test_who_is_recused_sees_why_and_cannot(office: Platform) -> None:
    uid = a_request(office)

    shown = {one.name: (one.allowed, one.sentence) for one in office.views.choices(FIRST, uid)}
    assert shown["pass"] == shown["return"] == (False, REASON)
    why = {one.name: one.refusal for one in office.cases.offers(FIRST, uid)}
    assert why["pass"] is not None
    assert why["pass"].sentence == REASON
    with pytest.raises(Refused, match=REASON):
        office.cases.act(FIRST, uid, "pass")
    with pytest.raises(Refused, match=REASON):
        office.cases.transfer(FIRST, uid, "李四")

    assert office.views.colleagues(OTHER, uid) == [("赵复", "赵复")]
    office.cases.act(OTHER, uid, "pass")
    assert all(found.same for found in office.rebuilding.all())


@pytest.mark.req("ENG-05")
def test_the_initiator_is_kept_out_as_before(office: Platform) -> None:
    uid = a_request(office, by="李四")

    with pytest.raises(Refused, match="own_case"):
        office.cases.act(OTHER, uid, "pass")
