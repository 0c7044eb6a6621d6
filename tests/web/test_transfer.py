"""The pages of operations on a task: handing over, copies, reminders."""

import pytest

from engine.domain.clock import VirtualClock
from tests.support.city import City
from tests.support.office import FILES, NINE, a_request, open_office, person


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


def test_an_operation_that_is_not_for_the_reader_says_why(town):
    visitor = town.visit("王审", "一所")

    page = visitor.get(f"/cases/{town['z']}/actions/add_signer")

    assert page.status == 409
    assert "no_add_signer" in page
    assert "已经处理过" not in page


def test_nobody_chosen_is_said_in_place(town):
    visitor = town.visit("王审", "一所")
    visitor.get(f"/cases/{town['z']}/actions/transfer")

    page = visitor.press("确定转办")

    assert page.status == 409 or page.status == 422
    assert "transfer_to_stranger" in page


def test_a_copy_is_listed_until_and_after_it_is_read(town):
    visitor = town.visit("王审", "一所")
    page = visitor.get(f"/cases/{town['z']}")
    visitor.get(page.links["抄送"])
    assert "已抄送。" in visitor.press("确定抄送", people=["李四"])

    reader = town.visit("李四", "一所")
    assert "抄送我的（1）" in reader.get("/messages")
    assert "未读" in reader.get("/copies")
    assert "用房申请" in reader.press("用房申请")
    assert "已读" in reader.get("/copies")


def test_the_applicant_reminds_and_sees_when_that_is_possible_again(town):
    visitor = town.visit("张三")
    page = visitor.get(f"/cases/{town['z']}")
    visitor.get(page.links["催办"])

    assert "已催办。" in visitor.press("确定催办")
    assert "urged_lately" in visitor.get(f"/cases/{town['z']}")


def test_a_signer_is_added_signs_and_is_read_in_the_step():
    path = "definitions/processes/town/request.yaml"
    text = FILES[path].replace(
        "stages: {first", "allow: [add_signer, remove_signer, delegate]\n            stages: {first"
    )
    platform = open_office(more={path: text})
    town = City(platform, VirtualClock(NINE), {"z": a_request(platform)})
    visitor = town.visit("王审", "一所")
    page = visitor.get(f"/cases/{town['z']}")
    visitor.get(page.links["加签"])
    page = visitor.press("确定加签", person="赵复", mode="before", opinion="请看")
    assert "已加签。" in page
    assert "等待签署" in page
    assert "waits_for_signer" in page

    signer = town.visit("赵复", "一所")
    page = signer.get(f"/cases/{town['z']}")
    signer.get(page.links["签署意见"])
    page = signer.press("确定签署意见", opinion="面积属实")
    assert "面积属实" in page
    page = visitor.get(f"/cases/{town['z']}")
    assert "前加签" in page
    assert "确定通过" in page.buttons
    platform.close()


def test_a_case_is_claimed_and_given_back_on_its_page(town):
    visitor = town.visit("王审", "一所")
    page = visitor.get(f"/cases/{town['z']}")
    visitor.get(page.links["认领任务"])
    assert "已认领任务。" in visitor.press("确定认领任务")
    other = town.visit("李四", "一所").get(f"/cases/{town['z']}")
    assert "claimed_by_other" in other
    page = visitor.get(f"/cases/{town['z']}")
    assert "认领任务" not in page.links
    visitor.get(page.links["放回任务"])
    assert "已放回任务。" in visitor.press("确定放回任务")
    assert "认领任务" in town.visit("李四", "一所").get(f"/cases/{town['z']}").links


@pytest.mark.req("REV-23", "REV-24")
def test_many_cases_are_handed_over_at_once_where_the_list_offers_it():
    path = "definitions/lists/town/to-review.yaml"
    offered = FILES[path].replace("actions: [pass, return]", "actions: [pass, transfer, claim]")
    platform = open_office(more={path: offered})
    with platform.store.write() as unit:
        platform.directory.grant(unit, "李四", "reviewer", "一所", jurisdiction="town")
    uids = [a_request(platform), a_request(platform)]
    own = a_request(platform, by="李四")
    town = City(platform, VirtualClock(NINE), {})
    visitor = town.visit("王审", "一所")
    page = visitor.get("/lists/town/to-review")
    assert "批量转办" in page.buttons

    page = visitor.press("批量转办", row=[*uids, own])
    assert "不能办理的 1 件" in page
    assert "nobody_else_here" in page
    page = visitor.press("确定批量转办", person="李四")

    assert "成功 2 件，未成功 0 件。" in page
    waiting = platform.lists.keys(person("李四", "一所"), "town/to-review")
    assert sorted(waiting) == sorted(uids)
    results = platform.bulk.run(person("李四", "一所"), uids, "urge")
    assert {one.sentence for one in results} == {"not_yours_to_urge"}
    assert all(found.same for found in platform.rebuilding.all())
    platform.close()
