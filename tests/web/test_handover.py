"""The page on which an administrator hands over what somebody holds."""

from engine.domain.clock import VirtualClock
from tests.support.city import City
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
