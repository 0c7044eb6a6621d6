"""Pages of a case that two offices check at the same time."""

import pytest

from engine.domain.clock import VirtualClock
from tests.support.city import City
from tests.support.office import NINE, person
from tests.support.works import FIRE, HEALTH, SECOND, a_permit, open_works


@pytest.fixture
def town():
    platform = open_works()
    found = City(platform, VirtualClock(NINE), {"x": a_permit(platform)})
    yield found
    platform.close()


def test_each_office_sees_both_branches_and_decides_in_its_own(town):
    fire = town.visit("王审", "一所")
    page = fire.get(f"/cases/{town['x']}")
    assert "同时进行" in page
    assert "消防审查（一所） 等待您办理" in page
    assert "卫生审查（一分局）" in page
    assert {"确定通过", "确定退回"} <= set(page.buttons)

    page = fire.press("确定通过")

    assert "已通过。" in page
    health = town.visit("周局", "一分局").get(f"/cases/{town['x']}")
    assert {"确定同意", "确定不同意"} <= set(health.buttons)
    assert "消防复审（一所）" in health


def test_a_press_in_one_branch_does_not_make_the_page_of_the_other_old(town):
    fire, health = town.visit("王审", "一所"), town.visit("周局", "一分局")
    fire.get(f"/cases/{town['x']}")
    health.get(f"/cases/{town['x']}")
    fire.press("确定通过")

    assert "已同意。" in health.press("确定同意")


def test_a_page_of_a_branch_that_was_broken_off_says_so(town):
    fire, health = town.visit("王审", "一所"), town.visit("周局", "一分局")
    fire.get(f"/cases/{town['x']}")
    health.get(f"/cases/{town['x']}")
    health.press("确定不同意")

    page = fire.press("确定通过")

    assert page.status == 409
    assert "已处理" in page


def test_the_course_tells_what_went_on_at_the_same_time(town):
    cases = town.platform.cases
    cases.act(HEALTH, town["x"], "pass")
    cases.act(FIRE, town["x"], "pass")
    page = town.visit("张三").get(f"/cases/{town['x']}/course")

    assert "去向：消防审查（一所）；卫生审查（一分局）" in page
    assert "本环节已完成，等待同时进行的其他环节" in page
    current = page.tree.xpath('//*[@aria-current="step"]/@data-step')
    assert set(current) == {"checks", "fire_second"}

    cases.act(SECOND, town["x"], "pass")
    cases.act(FIRE, town["x"], "again")
    assert "重新消防审查" in town.visit("张三").get(f"/cases/{town['x']}/course")


def test_a_link_to_another_branch_shows_that_branch_to_read(town):
    town.platform.cases.act(FIRE, town["x"], "pass")
    page = town.visit("周局", "一分局").get(f"/cases/{town['x']}?at=fire_second")

    assert page.status == 200
    assert "确定同意" not in page.buttons
    # A branch that is gone is no error either: the page shows where the case is now.
    assert "卫生审查" in town.visit("周局", "一分局").get(f"/cases/{town['x']}?at=fire_check")


def test_the_overseer_sees_all_places(town):
    platform = town.platform
    monitor = person("马监", "市局")
    found = platform.dossiers.open(monitor, town["x"])

    assert found.place == "消防审查（一所）；卫生审查（一分局）"
    assert found.current == {"checks", "fire_check", "health_check"}
    assert {one.step for one in found.waiting} == {"消防审查", "卫生审查"}
    assert "消防审查（一所）；卫生审查（一分局）" in town.visit("马监", "市局").get(
        f"/console/cases/details/?id={town['x']}"
    )
