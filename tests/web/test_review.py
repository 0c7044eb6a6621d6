"""Review pages: what is shown, what is asked, and who comes second."""

import pytest

from tests.support.city import AT_UNIT, FIRST, city

LI = (
    "{by: 李四, does: start, process: tianjin/socialised-review, case: y, "
    "with: {settings: {activity: a1, work_unit: 第一中学}}}",
    "{by: 李四, does: submit, case: y, with: $forms/complete-application}",
)


@pytest.fixture
def at_unit():
    return city(*AT_UNIT)


def acts(city, case="z"):
    with city.platform.store.read() as unit:
        row = unit.cases.load(city[case])
        return [event.kind for event in unit.journal.of(row.id) if event.kind == "act"]


@pytest.mark.req("UNIT-01", "UNIT-04", "REV-04", "QRY-06")
def test_the_home_page_counts_what_its_lists_show(at_unit):
    reviewer = at_unit.visit("王初审", "第一中学")
    home = reviewer.get("/")

    assert "单位基本信息" in home
    assert "消息通知" in home
    assert "本单位人员审核1待初审" in home
    listed = reviewer.get("/lists/tianjin/own-review?stage=first")
    assert "共 1 条" in listed
    assert reviewer.get("/lists/tianjin/own-review?stage=second").rows() == []


@pytest.mark.req("REV-01", "REV-03", "REV-21", "REV-27", "QRY-04")
def test_the_review_page_shows_the_application_and_what_may_be_done(at_unit):
    page = at_unit.visit("王初审", "第一中学").get(f"/cases/{at_unit['z']}")

    assert "张三" in page
    assert page.links["查看经办流程"].endswith("/course")
    assert "下一环节：本单位人员审核 复审（天津市第一示范中学）" in page
    assert {"确定通过", "确定不通过"} <= set(page.buttons)
    assert page.tree.xpath("//main//input[starts-with(@name, 'personal_basics')]") == []


@pytest.mark.req("REV-06", "FORM-10")
def test_a_return_without_its_reason_is_refused_in_place(at_unit):
    reviewer = at_unit.visit("王初审", "第一中学")
    reviewer.get(f"/cases/{at_unit['z']}/actions/return")

    page = reviewer.press("确定不通过")

    assert page.status == 422
    assert "不通过原因" in page
    assert acts(at_unit) == ["act"]


@pytest.mark.req("REV-06", "REV-26")
def test_a_return_goes_to_the_applicant_with_its_reason(at_unit):
    reviewer = at_unit.visit("王初审", "第一中学")
    reviewer.get(f"/cases/{at_unit['z']}/actions/return")
    # What would happen is shown before, and nothing is lost on the way.
    page = reviewer.press("先看结果", reason="缺少年度考核表")
    assert "到达填报（张三）" in page
    assert "发给 张三" in page
    assert acts(at_unit) == ["act"]
    assert "缺少年度考核表" in reviewer.press("返回修改")
    reviewer.press("先看结果")
    reviewer.press("确定不通过")

    page = at_unit.visit("张三").get(f"/cases/{at_unit['z']}")

    assert "缺少年度考核表" in page
    assert "提交" in page.buttons


@pytest.mark.req("REV-02")
def test_a_common_opinion_is_kept_and_offered(at_unit):
    reviewer = at_unit.visit("王初审", "第一中学")
    reviewer.post("/opinions", {"opinion": ["材料齐全，同意。", ""]})

    page = reviewer.get(f"/cases/{at_unit['z']}")

    options = page.tree.xpath("//select[@name='common_opinion']/option/text()")
    assert "材料齐全，同意。" in options
    assert page.links["常用意见设置"] == "/opinions"


class TestWhoComesSecond:
    """Bad input of the issue: a stale page, a double click, two reviewers at once."""

    @pytest.mark.req("SEC-07")
    def test_a_second_press_of_a_button_acts_once(self, at_unit):
        reviewer = at_unit.visit("王初审", "第一中学")
        reviewer.get(f"/cases/{at_unit['z']}/actions/pass")
        shown = reviewer.page
        reviewer.press("确定通过")
        reviewer.page = shown

        page = reviewer.press("确定通过")

        assert page.status == 200
        assert acts(at_unit) == ["act", "act"]

    @pytest.mark.req("ENG-11")
    def test_of_two_reviewers_the_second_reads_that_it_is_done(self, at_unit):
        one = at_unit.visit("王初审", "第一中学")
        other = at_unit.visit("王初审", "第一中学")
        one.get(f"/cases/{at_unit['z']}/actions/pass")
        other.get(f"/cases/{at_unit['z']}/actions/return")
        one.press("确定通过")

        page = other.press("确定不通过", reason="缺少年度考核表")

        assert page.status == 409
        assert "已处理" in page
        kept = page.tree.xpath("//main//blockquote/text()")
        assert kept == ["缺少年度考核表"], "what the page carries beside it was not typed"
        assert page.links["刷新，查看最新情况"] == f"/cases/{at_unit['z']}"
        assert acts(at_unit) == ["act", "act"]


@pytest.mark.req("APP-22", "REV-13")
def test_an_applicant_withdraws_while_nobody_has_reviewed(at_unit):
    applicant = at_unit.visit("张三")
    page = applicant.get(f"/cases/{at_unit['z']}")
    assert "撤回" in page.links

    applicant.get(page.links["撤回"])
    page = applicant.press("确定撤回")

    assert "暂存" in page.buttons


@pytest.mark.req("REV-13")
def test_a_withdrawal_against_a_decision_says_why_not():
    decided = city(*AT_UNIT, FIRST)
    page = decided.visit("张三").get(f"/cases/{decided['z']}")

    assert "撤回" not in page.links
    assert "已审核，不能撤回" in page


@pytest.mark.req("REV-22", "SEC-02")
@pytest.mark.parametrize("address", ["", "/course", "/print", "/members", "/actions/pass"])
def test_an_application_further_down_is_not_there_for_those_above(at_unit, address):
    page = at_unit.visit("赵科长", "教委下属中心").get(f"/cases/{at_unit['z']}{address}")

    assert page.status == 404
    assert "张三" not in page


@pytest.mark.req("UNIT-16", "UNIT-17", "REV-23")
def test_several_are_returned_with_one_reason_and_reported_one_by_one():
    both = city(*AT_UNIT, *LI)
    reviewer = both.visit("王初审", "第一中学")
    asked = reviewer.post("/bulk", {"row": [both["z"], both["y"]], "action": "return", "back": "/"})
    assert "将要办理的 2 件" in asked
    assert "张三" in asked
    assert "李四" in asked

    page = reviewer.press("确定批量不通过", reason="材料不完整")

    assert "成功 2 件，未成功 0 件。" in page


@pytest.mark.req("ENG-18", "REV-23")
def test_the_shipped_lists_offer_to_claim_hand_over_and_remind_for_many():
    both = city(*AT_UNIT, *LI)
    with both.platform.store.write() as unit:
        grant = both.platform.directory.grant
        grant(unit, "李复审", "first_reviewer", "第一中学", jurisdiction="tianjin")
    reviewer = both.visit("王初审", "第一中学")
    page = reviewer.get("/lists/tianjin/own-review")
    offered = ["批量通过", "批量不通过", "批量认领任务", "批量转办"]
    assert [one for one in page.buttons if one.startswith("批量")] == offered

    reviewer.press("批量认领任务", row=[both["z"], both["y"]])
    reviewer.press("确定批量认领任务")
    reviewer.get("/lists/tianjin/own-review")
    reviewer.press("批量转办", row=[both["z"], both["y"]])
    page = reviewer.press("确定批量转办", person="李复审")
    assert "成功 2 件，未成功 0 件。" in page

    applicant = both.visit("张三")
    applicant.get("/lists/tianjin/my-cases")
    applicant.press("批量催办", row=[both["z"]])
    assert "成功 1 件" in applicant.press("确定批量催办")
    assert "催" in both.visit("李复审", "第一中学").get("/messages")


@pytest.mark.req("REV-24")
def test_several_at_different_steps_are_refused():
    both = city(*AT_UNIT, FIRST, *LI)
    reviewer = both.visit("王初审", "第一中学")

    page = reviewer.post("/bulk", {"row": [both["y"], both["z"]], "action": "pass", "back": "/"})

    assert page.status == 409
    assert "所选事项不在同一环节，不能一起办理。请去掉：张三（2026-000001）" in page
    assert acts(both, "y") == ["act"]


@pytest.mark.req("REV-12", "ENG-18")
def test_what_was_passed_by_mistake_is_withdrawn_from_the_list_of_what_was_handled():
    here = city(*AT_UNIT, FIRST)
    reviewer = here.visit("王初审", "第一中学")
    reviewer.get("/lists/tianjin/handled")

    page = reviewer.press("批量撤回", row=[here["z"]])
    assert "将要办理的 1 件" in page
    assert "成功 1 件" in reviewer.press("确定批量撤回")

    assert reviewer.get("/lists/tianjin/own-review?stage=first").rows()


@pytest.mark.req("QRY-03", "REV-18", "REV-26")
def test_the_course_names_who_did_what_and_where_it_went(at_unit):
    page = at_unit.visit("张三").get(f"/cases/{at_unit['z']}/course")

    assert "提交" in page
    assert "张三" in page
    assert "去向：本单位人员审核 初审（天津市第一示范中学）" in page
    drawn = page.tree.xpath("//main//*[name()='svg']")
    assert drawn
    assert "评委会接收" in drawn[0].text_content()
    assert "<style" not in page.source
