"""Letting others read a case (抄送) and reminding those who deal with it (催办)."""

from datetime import timedelta

import pytest

from engine.domain.errors import NotFound, Refused
from engine.services.platform import Platform
from tests.support.office import NINE, a_request, person

APPLICANT, FIRST, SECOND = person("张三"), person("王审", "一所"), person("赵复", "一所")
READER = person("周局", "一分局")


@pytest.fixture
def uid(office: Platform) -> str:
    return a_request(office, amount=20.0)


def refused(action) -> str:
    with pytest.raises(Refused) as found:
        action()
    return found.value.code


def offered(office, actor, uid):
    return {one.name: one.allowed for one in office.views.choices(actor, uid)}


class TestCopies:
    def test_those_named_may_read_it_from_then_on(self, office, uid):
        below = person("李四")
        with office.store.write() as unit:
            office.directory.grant(unit, "李四", "handler", "一所", jurisdiction="town")
        with pytest.raises(NotFound):
            office.views.view(below, uid)

        office.operations.do(FIRST, uid, "cc", {"people": ["李四"], "opinion": "请知悉"})

        assert office.views.view(below, uid).uid == uid
        assert [one.allowed for one in office.views.choices(below, uid)] == []
        (copy,) = office.copies.received(below)
        assert (copy.uid, copy.sender, copy.read) == (uid, "王审", False)
        office.copies.open(below, uid)
        assert office.copies.received(below)[0].read
        assert office.copies.unread(below) == 0
        entry = office.views.course(APPLICANT, uid)[-1]
        assert (entry.kind, entry.person, entry.leads_to) == ("cc", "王审", "李四")
        assert office.lists.keys(FIRST, "town/to-review") == [uid]
        assert all(found.same for found in office.rebuilding.all())

    def test_only_people_of_the_own_organisation_or_below(self, office, uid):
        def named(*people):
            return refused(lambda: office.operations.do(FIRST, uid, "cc", {"people": people}))

        assert named("周局") == "not_in_your_scope"
        assert named() == "nobody_chosen"
        assert office.copies.received(READER) == []
        assert office.operations.people(FIRST, uid, "cc") == [("赵复", "赵复")]

    def test_whoever_does_not_hold_the_task_cannot(self, office, uid):
        entered = {"people": ["赵复"]}
        assert refused(lambda: office.operations.do(SECOND, uid, "cc", entered)) == "no_such_case"
        code = refused(lambda: office.operations.do(APPLICANT, uid, "cc", entered))
        assert code == "no_permission"


class TestReminders:
    def test_the_present_holders_get_a_message(self, office, uid):
        office.operations.do(APPLICANT, uid, "urge", {"opinion": "等了三天"})

        entry = office.views.course(APPLICANT, uid)[-1]
        assert (entry.kind, entry.place) == ("urge", "审核 初审（一所）")
        assert ("", "等了三天") in entry.texts
        assert office.views.view(APPLICANT, uid).status == "pending"
        assert all(found.same for found in office.rebuilding.all())

    def test_once_in_a_day_at_one_place(self, office, uid):
        office.operations.do(APPLICANT, uid, "urge")

        assert offered(office, APPLICANT, uid)["urge"] is False
        assert refused(lambda: office.operations.do(APPLICANT, uid, "urge")) == "urged_lately"
        office.clock.set(NINE + timedelta(hours=24))
        office.operations.do(APPLICANT, uid, "urge")
        office.cases.act(FIRST, uid, "pass")
        office.cases.act(SECOND, uid, "pass")
        office.operations.do(APPLICANT, uid, "urge")
        office.cases.withdraw(SECOND, uid)

    def test_by_whoever_started_it_or_passed_it_on(self, office, uid):
        assert offered(office, APPLICANT, uid)["urge"]
        assert "urge" not in offered(office, FIRST, uid)
        office.cases.act(FIRST, uid, "pass")
        office.cases.act(SECOND, uid, "pass")

        assert offered(office, FIRST, uid)["urge"]
        stranger = person("钱管", "市局")
        code = refused(lambda: office.operations.do(stranger, uid, "urge"))
        assert code == "not_yours_to_urge"

    def test_nobody_is_reminded_of_what_is_over(self, office, uid):
        office.cases.act(FIRST, uid, "pass")
        office.cases.act(SECOND, uid, "pass")
        office.cases.act(READER, uid, "pass")

        assert refused(lambda: office.operations.do(APPLICANT, uid, "urge")) == "case_closed"
