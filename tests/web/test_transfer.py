"""The page that hands a task over to a colleague."""

import pytest

from engine.domain.clock import VirtualClock
from tests.support.city import City
from tests.support.office import NINE, a_request, open_office


@pytest.fixture
def town():
    platform = open_office()
    with platform.store.write() as unit:
        platform.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    yield City(platform, VirtualClock(NINE), {"z": a_request(platform)})
    platform.close()


def test_a_reviewer_hands_a_case_over(town):
    visitor = town.visit("王审", "一所")
    page = visitor.get(f"/cases/{town['z']}")
    page = visitor.get(page.links["转办"])
    assert "转办后由这位同事办理" in page

    page = visitor.press("确定转办", person="李四")

    assert "已转办。" in page
    assert "确定通过" in town.visit("李四", "一所").get(f"/cases/{town['z']}").buttons
    assert "确定通过" not in visitor.get(f"/cases/{town['z']}").buttons


def test_nobody_chosen_is_said_in_place(town):
    visitor = town.visit("王审", "一所")
    visitor.get(f"/cases/{town['z']}/actions/transfer")

    page = visitor.press("确定转办")

    assert page.status == 409 or page.status == 422
    assert "transfer_to_stranger" in page
