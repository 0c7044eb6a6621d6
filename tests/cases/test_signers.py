"""Adding signers to a task (加签), removing them (减签) and delegating it (委派)."""

from datetime import datetime

import pytest

from engine.domain.errors import Refused
from engine.services.platform import Platform
from tests.support.office import FILES, ZONE, a_request, open_office, person

APPLICANT, FIRST, OTHER = person("张三"), person("王审", "一所"), person("李四", "一所")
CHECKER, CLERK = person("赵复", "一所"), person("牛监", "一所")
ALLOW = "allow: [transfer, add_signer, remove_signer, delegate]\n            "
REQUEST = "definitions/processes/town/request.yaml"


@pytest.fixture
def office():
    text = FILES[REQUEST].replace("stages: {first", ALLOW + "stages: {first")
    platform = open_office(more={REQUEST: text})
    with platform.store.write() as unit:
        platform.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
        platform.directory.grant(unit, "牛监", "handler", "一所", jurisdiction="town")
    yield platform
    platform.close()


@pytest.fixture
def uid(office: Platform) -> str:
    return a_request(office)


def refused(action) -> str:
    with pytest.raises(Refused) as found:
        action()
    return found.value.code


def waiting(office, uid):
    with office.store.read() as unit:
        row = unit.cases.load(uid)
        return [(one.person, one.permission) for one in unit.work.of(row.id)]


def offered(office, actor, uid):
    return {one.name: one.allowed for one in office.views.choices(actor, uid)}


def add(office, uid, who, mode, by=FIRST):
    office.operations.do(by, uid, "add_signer", {"person": who, "mode": mode})


def signs(office, actor, uid, text="同意"):
    office.operations.do(actor, uid, "sign", {"opinion": text})


def same(office):
    return all(found.same for found in office.rebuilding.all())


@pytest.mark.req("ENG-05")
class TestBefore:
    def test_the_holder_waits_for_the_opinion_and_reads_it(self, office, uid):
        add(office, uid, "牛监", "before")

        assert waiting(office, uid) == [("牛监", None)]
        assert offered(office, FIRST, uid)["pass"] is False
        assert refused(lambda: office.cases.act(FIRST, uid, "pass")) == "waits_for_signer"
        entered = {"reason": "缺"}
        code = refused(lambda: office.cases.act(FIRST, uid, "return", input=entered))
        assert code == "waits_for_signer"
        assert set(offered(office, CLERK, uid)) == {"sign"}
        signs(office, CLERK, uid, "材料属实")
        assert waiting(office, uid) == [(None, "review")]
        (signature,) = office.views.view(FIRST, uid).signers
        assert (signature.name, signature.mode, signature.opinion) == ("牛监", "before", "材料属实")
        office.cases.act(FIRST, uid, "pass")
        assert office.views.view(CHECKER, uid).signers == ()
        assert same(office)

    def test_a_signer_signs_once_and_nobody_else_can(self, office, uid):
        add(office, uid, "牛监", "before")
        assert refused(lambda: add(office, uid, "牛监", "before")) == "signer_already"
        assert refused(lambda: signs(office, OTHER, uid)) == "not_a_signer"
        signs(office, CLERK, uid)

        assert refused(lambda: signs(office, CLERK, uid)) == "not_a_signer"

    def test_who_cannot_be_asked(self, office, uid):
        assert refused(lambda: add(office, uid, "周局", "before")) == "not_in_your_scope"
        assert refused(lambda: add(office, uid, "王审", "before")) == "transfer_to_oneself"
        assert refused(lambda: add(office, uid, "牛监", "sideways")) == "no_such_mode"
        assert refused(lambda: add(office, uid, "", "before")) == "nobody_chosen"
        assert refused(lambda: add(office, uid, "牛监", "before", by=CHECKER)) == "no_such_case"
        assert waiting(office, uid) == [(None, "review")]


@pytest.mark.req("ENG-05")
class TestBeside:
    def test_the_pass_waits_and_the_return_does_not(self, office, uid):
        add(office, uid, "牛监", "parallel")

        assert waiting(office, uid) == [("牛监", None), (None, "review")]
        assert refused(lambda: office.cases.act(FIRST, uid, "pass")) == "waits_for_signer"
        office.cases.act(FIRST, uid, "return", input={"reason": "缺材料"})
        assert waiting(office, uid) == [("张三", None)]
        office.cases.act(APPLICANT, uid, "submit")
        assert waiting(office, uid) == [(None, "review")]
        office.cases.act(FIRST, uid, "pass")
        assert same(office)

    def test_removed_is_not_waited_for(self, office, uid):
        assert "remove_signer" not in offered(office, FIRST, uid)
        add(office, uid, "牛监", "parallel")
        assert office.operations.people(FIRST, uid, "remove_signer") == [("牛监", "牛监")]

        office.operations.do(FIRST, uid, "remove_signer", {"person": "牛监"})

        assert refused(lambda: signs(office, CLERK, uid)) == "not_a_signer"
        office.cases.act(FIRST, uid, "pass")
        course = [(one.kind, one.leads_to) for one in office.views.course(APPLICANT, uid)]
        assert ("add_signer", "牛监") in course
        assert ("remove_signer", "牛监") in course
        assert same(office)


@pytest.mark.req("ENG-05")
class TestAfter:
    def test_the_pass_leads_to_the_signer_whose_pass_counts(self, office, uid):
        add(office, uid, "李四", "after")
        office.cases.act(FIRST, uid, "pass")

        assert waiting(office, uid) == [("李四", "review")]
        assert refused(lambda: office.cases.act(FIRST, uid, "pass")) == "handed_over"
        office.cases.act(OTHER, uid, "pass")
        assert office.lists.keys(CHECKER, "town/to-review") == [uid]
        assert same(office)

    def test_it_takes_the_right_to_the_task(self, office, uid):
        assert refused(lambda: add(office, uid, "牛监", "after")) == "transfer_to_stranger"

    def test_the_holder_takes_the_pass_back_and_the_signer_is_gone(self, office, uid):
        add(office, uid, "李四", "after")
        office.cases.act(FIRST, uid, "pass")
        office.cases.withdraw(FIRST, uid)

        assert waiting(office, uid) == [(None, "review")]
        office.cases.act(FIRST, uid, "pass")
        assert office.lists.keys(CHECKER, "town/to-review") == [uid]
        assert same(office)

    def test_the_signer_returns_it_to_where_the_place_would(self, office, uid):
        add(office, uid, "李四", "after")
        office.cases.act(FIRST, uid, "pass")
        office.cases.act(OTHER, uid, "return", input={"reason": "缺材料"})

        assert waiting(office, uid) == [("张三", None)]
        assert same(office)


@pytest.mark.req("ENG-05")
class TestDelegating:
    def test_it_comes_back_to_be_confirmed(self, office, uid):
        office.operations.do(FIRST, uid, "delegate", {"person": "李四", "opinion": "请核对"})

        assert waiting(office, uid) == [("李四", None)]
        assert refused(lambda: office.cases.act(OTHER, uid, "pass")) == "handed_over"
        assert refused(lambda: office.cases.act(FIRST, uid, "pass")) == "waits_for_signer"
        assert refused(lambda: office.cases.transfer(FIRST, uid, "李四")) == "waits_for_signer"
        signs(office, OTHER, uid, "已核对")
        assert waiting(office, uid) == [("王审", "review")]
        assert refused(lambda: office.cases.act(OTHER, uid, "pass")) == "handed_over"
        office.cases.act(FIRST, uid, "pass")
        assert office.lists.keys(CHECKER, "town/to-review") == [uid]
        assert same(office)

    def test_only_to_a_colleague_who_may_do_it(self, office, uid):
        def to(who):
            return refused(lambda: office.operations.do(FIRST, uid, "delegate", {"person": who}))

        assert to("牛监") == "transfer_to_stranger"
        assert to("王审") == "transfer_to_oneself"

    def test_the_delegator_calls_it_back(self, office, uid):
        office.operations.do(FIRST, uid, "delegate", {"person": "李四"})
        office.operations.do(FIRST, uid, "remove_signer", {"person": "李四"})

        office.cases.act(FIRST, uid, "pass")
        assert same(office)


def test_a_pass_is_not_taken_back_after_somebody_signed(office, uid):
    add(office, uid, "李四", "after")
    office.cases.act(FIRST, uid, "pass")
    office.operations.do(OTHER, uid, "add_signer", {"person": "牛监", "mode": "parallel"})
    signs(office, CLERK, uid)

    assert refused(lambda: office.cases.withdraw(FIRST, uid)) == "withdraw_decided"


def test_a_step_that_does_not_allow_it_says_so(office, uid):
    office.cases.act(FIRST, uid, "pass")
    office.cases.act(CHECKER, uid, "pass")
    boss = person("周局", "一分局")

    assert refused(lambda: add(office, uid, "李四", "before", by=boss)) == "no_add_signer"
    entered = {"person": "李四"}
    assert refused(lambda: office.operations.do(boss, uid, "delegate", entered)) == "no_delegate"


@pytest.mark.req("ENG-05", "ENG-09")
def test_after_a_deadline_the_place_is_still_handed_on_and_only_the_last_is_refused() -> None:
    text = FILES[REQUEST].replace(
        "status: checked", "status: checked\n            allow: [add_signer]"
    )
    terms = "deadlines: {e: {title: 期限, reach: done, by: '\"2026-09-05\"', hard: true}}"
    text = text.replace("start: {who: person}", f"start: {{who: person}}\n        {terms}")
    office = open_office(more={REQUEST: text})
    with office.store.write() as unit:
        office.directory.grant(unit, "李四", "checker", "一分局", jurisdiction="town")
    chief, second = person("周局", "一分局"), person("李四", "一分局")
    uid = a_request(office)
    office.cases.act(FIRST, uid, "pass")
    office.cases.act(CHECKER, uid, "pass")
    add(office, uid, "李四", "after", by=chief)
    office.clock.set(datetime(2026, 9, 8, 9, tzinfo=ZONE))

    office.cases.act(chief, uid, "pass")

    assert waiting(office, uid) == [("李四", "check")]
    assert refused(lambda: office.cases.act(second, uid, "pass")) == "reach_too_late"
    assert same(office)
    office.close()
