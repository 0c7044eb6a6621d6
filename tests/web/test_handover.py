"""The page on which an administrator hands over what somebody holds."""

from engine.domain.clock import VirtualClock
from tests.support.city import AT_UNIT, City, city
from tests.support.office import NINE, a_request, open_office, person


def test_who_leaves_is_offered_to_be_relieved():
    platform = open_office()
    with platform.store.write() as unit:
        platform.directory.grant(unit, "钱管", "administrator", "一所", jurisdiction="town")
        platform.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    town = City(platform, VirtualClock(NINE), {"z": a_request(platform)})
    platform.cases.claim(person("王审", "一所"), town["z"])
    visitor = town.visit("钱管", "一所")

    page = visitor.get("/staff/王审/handover")
    assert "由其认领" in page
    page = visitor.press("查看去向", to="李四")
    page = visitor.press("转办 1 项", reason="王审离职")
    assert "已转办 1 项，未转办 0 项。" in page
    assert "没有需要转办的事项。" in visitor.get("/staff/王审/handover")
    assert "离职转办" in town.visit("张三").get(f"/cases/{town['z']}/course")
    platform.close()


def test_an_account_is_not_closed_while_something_would_wait_for_nobody():
    here = city(*AT_UNIT)
    platform, claimer = here.platform, here.person("王初审", "第一中学")
    platform.cases.claim(claimer, here["z"])
    here.visit("王初审", "第一中学")
    visitor = here.visit("陈管理", "人社局")
    visitor.get("/console/accounts/details/?id=王初审")

    page = visitor.press("停用")
    assert "由其认领" in page
    assert "请选择本单位有权办理的同事" in visitor.press("查看去向", to="李复审")
    page = visitor.press("转办并停用", to="李复审", reason="离职")
    assert "王初审手里还有 1 项没有转办，不能停用账户" in page
    with platform.store.write() as unit:
        grant = platform.directory.grant
        grant(unit, "李复审", "first_reviewer", "第一中学", jurisdiction="tianjin")
    visitor.press("转办并停用", to="李复审", reason="离职")

    assert "状态：已停用" in visitor.page
    assert platform.offering.offers(here.person("李复审", "第一中学"), here["z"])[0].allowed
    assert "离职转办" in here.visit("张三").get(f"/cases/{here['z']}/course")
    assert platform.rebuilding.rebuild(here["z"]).same
