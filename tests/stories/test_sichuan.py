"""An application in Sichuan, by its applicant and reviewers in browsers, beside Tianjin."""

import pytest

from tests.stories.test_socialised_review import a_complete_draft


@pytest.mark.req("REV-07", "REV-08", "REV-09", "UNIT-15", "UNIT-18", "ENG-20", "APP-30")
@pytest.mark.timeout(600)
def test_an_application_is_returned_failed_and_reviewed_again(site, people):
    applicant = people("yangfan").sees("首页").looks("sichuan-home-applicant")
    applicant.opens("新增申报")
    applicant.page.get_by_label("工作单位").first.fill("中学")
    applicant.page.get_by_role("button", name="查询").first.click()
    applicant.sees("成都市天府中学").sees_not("天津市第一示范中学")
    applicant.page.get_by_label("成都市蓉城中学").first.click()
    applicant.waits()
    for label, option in (
        ("评价方式", "社会化评审"), ("申报系列", "中小学教师"), ("申报层级", "副高级"),
        ("申报专业", "数学"), ("申报资格名称", "高级教师"), ("申报类别", "正常申报"),
    ):  # fmt: skip
        applicant.picks(label, option)
    applicant.sees_not("2026年度中小学教师高级职称评审").looks("sichuan-start")
    applicant.picks("申报委员会", "2026年度四川省")
    applicant.presses("立即申报").sees("已新建，请填写。")
    uid = applicant.page.url.rsplit("/", 1)[-1]
    a_complete_draft(site, applicant, uid, person="杨帆", sample="sichuan-application")
    applicant.presses("提交").sees("已提交").looks("sichuan-submitted")

    first = people("puchushen").sees("待初审").looks("sichuan-home-unit")
    first.opens("本单位人员审核").takes("杨帆").looks("sichuan-review-first")
    first.page.locator("summary", has_text="退回").click()
    first.fills("退回截止时间", "2026-09-20T18:00").fills("退回原因", "缺少年度考核表")
    first.presses("确定退回").sees("已退回。")
    first.opens("本单位已退回").sees("杨帆").looks("sichuan-list-returned")

    applicant.opens("我的申报").goes(f"/cases/{uid}").sees("缺少年度考核表")
    applicant.looks("sichuan-returned").presses("提交").sees("已提交")

    first.opens("本单位人员审核").takes("杨帆").presses("确定通过").sees("已通过。")
    second = people("youfushen").opens("本单位人员审核").takes("杨帆")
    second.looks("sichuan-review-second")
    second.goes(f"/cases/{uid}/actions/pass").sees("下一环节审核单位").looks("sichuan-pass")
    second.page.get_by_label("下一环节审核单位").first.fill("教育科学")
    second.page.get_by_role("button", name="查询").first.click()
    second.page.get_by_label("成都市教育科学研究院").first.click()
    second.waits()
    second.presses("确定通过").sees("已通过。")
    second.opens("本单位已上报").sees("杨帆").looks("sichuan-list-reported")

    other = people("gouchushen").opens("下级单位人员审核").takes("杨帆")
    other.looks("sichuan-review-inserted")
    other.goes(f"/cases/{uid}/actions/fail").fills("审核意见", "业绩材料与实际不符")
    other.presses("确定不通过").sees("本年度不能再次申报").looks("sichuan-fail-confirm")
    other.presses("确定不通过").sees("已不通过。")
    other.opens("下级单位不通过").sees("杨帆").looks("sichuan-list-failed")

    applicant.goes("/new/sichuan/socialised-review").sees("本年度不能再次申报")
    applicant.looks("sichuan-barred")

    other.opens("下级单位不通过").takes("杨帆", "查看").presses("确定重新审核")
    other.looks("sichuan-again-confirm").presses("确定重新审核")
    other.opens("下级单位人员审核").sees("杨帆")

    people("sunmishu").sees("评审会议").sees_not("四川")
    people("jingguanli").opens("职称申报审核流程查询").sees("杨帆").looks("sichuan-tracking")
    superior = people("aofushen").opens("消息通知").sees("成都市蓉城中学")
    superior.looks("sichuan-message-units")
    superior.opens("查看本单位人员列表").sees("杨帆").looks("sichuan-message-staff")
    people("chenguanli").opens("职称申报审核流程查询").sees_not("杨帆")
