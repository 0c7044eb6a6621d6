"""Pages of cases that create each other: each leads to the other, for those who may see it."""

import pytest

from engine.domain.clock import VirtualClock
from tests.support.city import City
from tests.support.linked import CHECKER, an_event, linked, open_linked
from tests.support.office import NINE


@pytest.fixture
def town():
    platform = open_linked()
    uid = an_event(platform)
    cases = {"event": uid, "permit": linked(platform, uid, "permit")}
    found = City(platform, VirtualClock(NINE), cases)
    yield found
    platform.close()


@pytest.mark.req("ENG-19")
def test_each_course_leads_to_the_other(town):
    applicant = town.visit("张三")
    event, permit = f"/cases/{town['event']}/course", f"/cases/{town['permit']}/course"

    page = applicant.get(event)
    assert "由本业务新建" in page
    assert permit in page.links.values()
    page = applicant.get(permit)
    assert "新建了本业务" in page
    assert event in page.links.values()

    # Who checks permits may not look at events, and learns of none.
    checker = town.visit("赵复", "一所")
    page = checker.get(permit)
    assert "许可" in page
    assert "关联业务" not in page
    assert checker.get(event).status == 404


@pytest.mark.req("ENG-19")
def test_the_called_case_is_decided_and_the_course_says_how_it_ended(town):
    reviewer = town.visit("王审", "一所")
    page = reviewer.get(f"/cases/{town['event']}")
    assert {"确定退回", "确定不再等待"} <= set(page.buttons)

    town.platform.cases.act(CHECKER, town["permit"], "pass")

    page = town.visit("张三").get(f"/cases/{town['event']}/course")
    assert "已许可" in page
    monitor = town.visit("马监", "市局")
    page = monitor.get(f"/console/cases/details/?id={town['event']}")
    assert "由它新建的业务" in page
    assert "已结束" in page
