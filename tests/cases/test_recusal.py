"""Keeping out of a case for a reason one is told (回避)."""

import pytest

from engine.content import bundled
from engine.domain.errors import Refused
from engine.services import nobody
from engine.services.incidents import EVERY
from engine.services.platform import Platform
from tests.migrating.test_plans import MONITOR, REFUSALS
from tests.support.office import FILES, a_request, open_office, person
from tests.support.versions import publish
from tests.support.votes import known

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
    why = {one.name: one.refusal for one in office.offering.offers(FIRST, uid)}
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


SAME_UNIT = "您与申请受理单位有工作关系，应当回避"
BY_CONDITION = f"""who:
              permission: review
              organisation: data.unit
              except: {{when: "it.jobs.exists(j, j.current && j.unit == data.unit)",
                        say: {SAME_UNIT}}}"""


@pytest.fixture
def town():
    platform = open_office(more={REQUEST: FILES[REQUEST].replace(WHO, BY_CONDITION)})
    with platform.store.write() as unit:
        known(platform, unit, ("孙同",), employed=True)  # at 一所, the unit that is asked
        known(platform, unit, ("吴外",), employed=False)
        for name in ("孙同", "吴外"):
            platform.directory.grant(unit, name, "reviewer", "一所", jurisdiction="town")
    yield platform
    platform.close()


@pytest.mark.req("ENG-04", "ENG-05")
def test_a_condition_is_asked_of_each_person_and_its_reason_shown(town: Platform) -> None:
    uid = a_request(town)
    insider = person("孙同", "一所")

    shown = {one.name: (one.allowed, one.sentence) for one in town.views.choices(insider, uid)}
    assert shown["pass"] == shown["return"] == (False, SAME_UNIT)
    with pytest.raises(Refused, match=SAME_UNIT):
        town.cases.act(insider, uid, "pass")
    # Nor is the task handed to them, in any way.
    assert town.views.colleagues(FIRST, uid) == [("吴外", "吴外")]
    with pytest.raises(Refused, match="transfer_to_stranger"):
        town.cases.transfer(FIRST, uid, "孙同")
    town.cases.act(person("吴外", "一所"), uid, "pass")
    assert all(found.same for found in town.rebuilding.all())


def test_who_is_recused_is_so_as_a_substitute_and_through_one(town: Platform) -> None:
    uid = a_request(town)
    with town.store.write() as unit:
        town.directory.grant(unit, "李四", "handler", "一所", jurisdiction="town")
    town.substitutes.name(person("孙同", "一所"), "李四")
    with pytest.raises(Refused, match=SAME_UNIT):
        town.cases.act(town.directory.actor_for("李四", "一所"), uid, "pass")
    (given,) = town.substitutes.given(person("孙同", "一所"))
    town.substitutes.end(person("孙同", "一所"), given.id)
    town.substitutes.name(FIRST, "孙同")
    with pytest.raises(Refused, match=SAME_UNIT):
        town.cases.act(town.directory.actor_for("孙同", "一所"), uid, "pass")


def test_exactly_one_of_people_and_a_condition_with_its_names_checked() -> None:
    wrong = [
        BY_CONDITION.replace("{when:", "{people: '[initiator]', when:"),
        BY_CONDITION.replace("it.jobs", "it.jbos"),
    ]
    for text in wrong:
        with pytest.raises(AssertionError) as found:
            open_office(more={REQUEST: FILES[REQUEST].replace(WHO, text)})
        assert "DEF124" in str(found.value) or "jobs" in str(found.value)


@pytest.mark.req("ENG-05", "CON-09")
def test_a_case_is_not_brought_where_everybody_must_keep_out() -> None:
    everybody = BY_CONDITION.replace(
        "it.jobs.exists(j, j.current && j.unit == data.unit)", "it.id != data.subject"
    )
    words = {REFUSALS: (bundled() / REFUSALS).read_text("utf-8")}
    office = open_office(more=words)
    uid, elsewhere = a_request(office), a_request(office, unit="一分局")
    files = {REQUEST: FILES[REQUEST].replace(WHO, everybody)}
    version = str(publish(office, files))
    why = f"一所能办理“审核”的人员都应回避（{SAME_UNIT}）"

    plan = office.migrations.plan(MONITOR, "town/request", version)
    told = {one.uid: (one.kind, one.sentences) for one in plan.cases}
    assert told[uid] == ("cannot", (why,))
    # Nobody dealt with it there before either: the move makes it no worse.
    assert told[elsewhere][0] == "by_itself"

    new = a_request(office, submit=False)
    with pytest.raises(Refused) as refused:
        office.interventions.reroute(MONITOR, new, "急", step="review")
    assert refused.value.sentence != why
    office.cases.act(APPLICANT, new, "submit", data={"unit": "一所", "subject": "会议室"})
    with pytest.raises(Refused) as refused:
        office.interventions.reroute(MONITOR, new, "急", organisation="一所")
    assert refused.value.sentence == why


@pytest.mark.req("ENG-05", "ENG-14")
def test_a_task_all_must_keep_out_of_is_an_incident_until_somebody_need_not() -> None:
    by_subject = BY_CONDITION.replace(
        "it.jobs.exists(j, j.current && j.unit == data.unit)", "data.subject == '全体'"
    )
    words = {REFUSALS: (bundled() / REFUSALS).read_text("utf-8")}
    office = open_office(more={REQUEST: FILES[REQUEST].replace(WHO, by_subject), **words})
    fine, own = a_request(office), a_request(office, by="王审")
    kept_out = a_request(office, subject="全体")

    def told() -> dict[str, str]:
        office.clock.set(office.clock.now() + EVERY)
        office.incidents.look()
        return {one.uid: one.sentence for one in office.incidents.unresolved(MONITOR)}

    assert told() == {
        own: "一所没有人员可以办理“审核”（需要“审核”的权限）",
        kept_out: f"一所能办理“审核”的人员都应回避（{SAME_UNIT}）",
    }
    assert office.incidents.look() == 0
    # Another one may do what is the applicant's own; nobody may do the other.
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    assert list(told()) == [kept_out]
    (incident,) = office.incidents.unresolved(MONITOR)
    office.incidents.resolve(MONITOR, incident.id, "请申请人修改", step="fill")
    assert told() == {}
    assert office.lists.keys(FIRST, "town/to-review") == [fine]


@pytest.mark.req("ENG-14")
def test_so_many_tasks_are_looked_at_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nobody, "MOST_LOOKED", 2)
    all_out = BY_CONDITION.replace(
        "it.jobs.exists(j, j.current && j.unit == data.unit)", "it.id != ''"
    )
    office = open_office(more={REQUEST: FILES[REQUEST].replace(WHO, all_out)})
    for _ in range(5):
        a_request(office)

    found = []
    for _ in range(4):
        office.clock.set(office.clock.now() + EVERY)
        found.append(office.incidents.look())
    # Those that were found stay while the others have their turn.
    assert (found, len(office.incidents.unresolved(MONITOR))) == ([2, 2, 1, 0], 5)
