"""What changes with content files alone: lists, menus, labels, switches."""

import pytest

from tests.support.city import AT_UNIT, FIRST, STARTED, SUBMITTED, city

RETURNED = "definitions/lists/tianjin/returned.yaml"
RETURNED_LIST = """\
list: tianjin/returned
title: 已退回
of: cases
processes: [tianjin/socialised-review]
relation: acted
handled: [return]
permissions: [review_own, second_review]
columns: [number, initiator, handled_at, status]
"""
ROLES = "definitions/roles/tianjin.yaml"
SPLIT = (
    (RETURNED, "", RETURNED_LIST),
    (ROLES, "      - {list: tianjin/handled}\n", "      - {list: tianjin/returned}\n"),
    (ROLES, "- title: 单位审核\n", "- title: 申报材料\n"),
    ("definitions/lists/tianjin/own-review.yaml", "title: 待初审", "title: 初审任务"),
)
TWO = (
    *AT_UNIT,
    STARTED.replace("张三", "李四").replace("case: z", "case: y"),
    SUBMITTED.replace("张三", "李四").replace("case: z", "case: y"),
    FIRST,
    "{by: 王初审, does: return, case: y, with: {reason: 缺少聘书}}",
)


@pytest.mark.req("ENG-15", "UNIT-20")
def test_lists_menus_and_their_labels_are_content():
    reviewer = city(*TWO, changes=SPLIT).visit("王初审", "第一中学")

    page = reviewer.get("/")
    assert "申报材料" in page.source
    assert "初审任务" in page
    assert "已审核列表" not in page.source

    page = reviewer.get(page.links["已退回"])
    assert [row[1] for row in page.rows()] == ["李四"]


@pytest.mark.req("ENG-15")
def test_the_shipped_lists_answer_for_each_side():
    town = city(*TWO)

    own = town.visit("王初审", "第一中学").get("/lists/tianjin/own-review")
    second = town.visit("李复审", "第一中学").get("/lists/tianjin/own-review")
    mine = town.visit("李四").get("/lists/tianjin/my-cases")

    assert own.rows() == []
    assert (second.column("发起人"), second.column("状态")) == (["张三"], ["待复审"])
    assert mine.column("状态") == ["退回修改"]


@pytest.mark.req("ENG-08")
def test_a_switch_is_set_by_the_definition_and_overridden_by_the_activity():
    optional = "{registers: {activities: {a1: {recommendation_form: optional}}}}"
    towns = city(*AT_UNIT, FIRST), city(*AT_UNIT, FIRST, given=optional)

    demanded, waived = (town.visit("李复审", "第一中学") for town in towns)

    page = demanded.get(f"/cases/{towns[0]['z']}/actions/pass")
    assert page.field("group_opinion").get("required") is not None
    page = waived.get(f"/cases/{towns[1]['z']}/actions/pass")
    assert page.field("group_opinion").get("required") is None
    assert "已通过。" in waived.press("确定通过").source


@pytest.mark.req("REV-28", "ENG-08")
@pytest.mark.parametrize("shared", [False, True])
def test_common_opinions_are_ones_own_or_shared_in_the_unit(shared: bool):
    place = "definitions/jurisdictions/tianjin.yaml"
    line = "" if not shared else "shared_opinions: true\n"
    town = city(*AT_UNIT, changes=((place, "pools:\n", f"{line}pools:\n"),))
    first, second = town.visit("王初审", "第一中学"), town.visit("李复审", "第一中学")
    elsewhere = town.visit("钱主任", "教委下属中心")

    first.post("/opinions", {"opinion": "材料齐全，同意上报。"})

    assert "材料齐全，同意上报。" in first.get("/opinions").source
    assert ("材料齐全，同意上报。" in second.get("/opinions").source) is shared
    assert "材料齐全，同意上报。" not in elsewhere.get("/opinions").source

    # Whoever saves keeps their own; what colleagues share stays theirs.
    second.post("/opinions", {"opinion": "请补充聘书。"})
    assert "材料齐全，同意上报。" in first.get("/opinions").source
