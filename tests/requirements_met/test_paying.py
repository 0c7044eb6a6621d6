"""Fees taken through a platform, over HTTP: from the order to what was paid, or was not."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.connectors.outside import OutsideConnections
from engine.domain.clock import SystemClock
from tests.support.answering import Answering, answering
from tests.support.city import AT_RECEPTION, City, city

GIVEN = (
    "{registers: {activities: {a1: {fee_required: true}}, "
    "committees: {教师高评委: {fees: [{item: review, amount: 240}, {item: defence, amount: 60}]}}}}"
)
#: the bureau takes fees through a platform
PLATFORM = (
    "definitions/processes/tianjin/socialised-review.yaml",
    "payment_mode: {values: [recorded, platform], default: recorded,",
    "payment_mode: {values: [recorded, platform], default: platform,",
)
ORDERED = {"accepted": True, "order": "P0001", "amount": 300, "link": "https://pay.example.cn/1"}
OPEN = {"state": "open"}
PAID = {"state": "paid", "amount": 300, "paid_on": "2026-09-01", "receipt": "津财0012345"}


@pytest.fixture(scope="module")
def running() -> Iterator[Answering]:
    with answering() as server:
        yield server


@pytest.fixture
def outside(running: Answering) -> Answering:
    running.asked.clear()
    return running


@pytest.fixture
def town(outside: Answering) -> City:
    settings = {"payment_url": outside.url, "payment_token": "t0ken"}
    town = city(
        *AT_RECEPTION,
        given=GIVEN,
        changes=(PLATFORM,),
        connections=OutsideConnections(settings, SystemClock()),
    )
    secretary = town.person("孙秘书", "教师高评委")
    town.platform.cases.act(secretary, town["z"], "receive")
    return town


def later(town: City, seconds: float = 1) -> None:
    """A worker comes by."""
    town.clock.set(town.clock.now() + timedelta(seconds=seconds))
    town.platform.outgoing.work_off()


def step(town: City) -> str | None:
    """Where the case is."""
    with town.platform.store.read() as unit:
        row = unit.cases.load(town["z"])
    return row.step if row is not None else None


def paid(town: City) -> object:
    with town.platform.store.read() as unit:
        return town.platform.casework.load(unit, town["z"]).data.get("payment_result")


@pytest.mark.req("ENG-17", "COM-14")
def test_what_is_ordered_and_paid_lets_the_case_go_on(town, outside):
    outside.will((200, ORDERED), (200, OPEN), (200, OPEN), (200, PAID))
    later(town)

    assert step(town) == "paying"
    order = outside.asked[0]
    assert (order.path, order.token) == ("/orders", "Bearer t0ken")
    assert order.body == {
        "number": order.body["number"], "subject": order.body["subject"],
        "payer": "张三", "amount": 300, "pay_by": "2026-09-15",
    }  # fmt: skip
    later(town, 60)
    assert (step(town), paid(town)) == ("paying", None)
    for _ in range(9):
        later(town, 60)

    assert step(town) == "evaluation"
    assert paid(town) == PAID
    results = outside.asked[1:]
    assert [(one.path, one.body) for one in results] == [("/results", {"order": "P0001"})] * 3
    assert len({one.key for one in results}) == 1
    assert town.platform.rebuilding.rebuild(town["z"]).same


@pytest.mark.req("ENG-17", "COM-14")
def test_who_paid_too_little_is_left_to_the_committee(town, outside):
    outside.will((200, ORDERED), (200, {**PAID, "amount": 240}))
    later(town)
    later(town)

    assert step(town) == "payment"
    assert paid(town) == {**PAID, "amount": 240}
    secretary = town.visit("孙秘书", "教师高评委")
    page = secretary.get(f"/cases/{town['z']}")
    assert {"确定重新开立缴费单", "确定未缴费终止"} <= set(page.buttons)
    assert "请点击缴费链接" not in page


@pytest.mark.req("ENG-17", "COM-14")
def test_a_platform_that_is_down_is_asked_again_and_nothing_is_lost(town, outside):
    outside.will((503, {}), (503, {}), (200, ORDERED), (502, {}), (200, PAID))
    later(town)
    assert step(town) == "payment_order"
    for _ in range(40):
        later(town, 60)

    assert step(town) == "evaluation"
    assert paid(town) == PAID
    assert [one.path for one in outside.asked] == ["/orders"] * 3 + ["/results"] * 2
    orders, results = outside.asked[:3], outside.asked[3:]
    assert len({one.key for one in orders}) == len({one.key for one in results}) == 1
    assert orders[0].body == orders[1].body == orders[2].body
    with town.platform.store.read() as unit:
        row = unit.cases.load(town["z"])
        assert row is not None
        assert [one.code for one in unit.incidents.of(row.id) if one.resolved_at is None] == []
    assert town.platform.rebuilding.rebuild(town["z"]).same
