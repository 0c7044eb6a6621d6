"""The page on which somebody names a substitute, and what the substitute then reads."""

import pytest

from engine.domain.clock import VirtualClock
from tests.support.city import City
from tests.support.office import NINE, a_request, open_office


@pytest.fixture
def town():
    platform = open_office()
    with platform.store.write() as unit:
        platform.directory.grant(unit, "钱管", "administrator", "一所", jurisdiction="town")
    yield City(platform, VirtualClock(NINE), {"z": a_request(platform)})
    platform.close()


def test_a_substitute_is_named_works_and_is_ended(town):
    visitor = town.visit("王审", "一所")
    visitor.get("/substitutes")
    page = visitor.press("设置代理", substitute="赵复", until="2026-09-30")
    assert "已设置代理。" in page
    assert "至 2026-09-30" in page

    other = town.visit("赵复", "一所")
    assert "代 王审" in other.get("/lists/town/to-review")
    page = other.get(f"/cases/{town['z']}")
    assert "您正在代 王审 办理" in page
    other.press("确定通过")
    assert "赵复 代 王审（一所）" in other.get(f"/cases/{town['z']}/course")

    visitor.get("/substitutes")
    assert "代理已结束。" in visitor.press("结束代理 王审")
    assert "没有设置代理。" in visitor.get("/substitutes")


def test_an_administrator_names_one_for_somebody_else_and_a_refusal_keeps_what_was_typed(town):
    visitor = town.visit("钱管", "一所")
    # It is somebody else's work that is meant, not that of the administrator who reads it.
    assert "可以办理不在的人员的事项" in visitor.get("/substitutes")
    page = visitor.press("设置代理", person="王审", substitute="王审")
    assert page.status == 409 or page.status == 422
    assert "substitute_oneself" in page
    page = visitor.press("设置代理", person="王审", substitute="赵复")
    assert "结束代理" in page
