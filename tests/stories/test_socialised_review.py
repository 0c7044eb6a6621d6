"""One application through the whole of socialised review, by all its users, in browsers."""

import pytest

PROCESS = "tianjin/socialised-review"
EXPERTS = ("expert1", "expert2", "expert3", "expert4", "expert5")


def begins(applicant):
    """The applicant chooses the needs and the activity: nothing is chosen beforehand."""
    applicant.opens("新增申报", "社会化评审").looks("start-empty")
    applicant.page.get_by_label("工作单位").first.fill("第一示范")
    applicant.page.get_by_role("button", name="查询").first.click()
    applicant.page.get_by_label("天津市第一示范中学").first.check()
    applicant.picks("评价方式", "社会化评审")
    applicant.picks("申报系列", "中小学教师")
    applicant.picks("申报层级", "副高级")
    applicant.picks("申报专业", "数学")
    applicant.picks("申报资格名称", "高级教师")
    applicant.picks("申报类别", "正常申报")
    applicant.looks("start-choices")
    applicant.picks("申报委员会", "教师")
    applicant.looks("start-filled")
    applicant.presses("立即申报")
    applicant.sees("已新建，请填写。")
    return applicant.page.url.rsplit("/", 1)[-1]


def a_complete_draft(site, applicant, uid, person="张三", sample="complete-application"):
    """What the applicant typed in an earlier sitting: the sample data of the content."""
    actor = site.platform.directory.actor_for(person)
    stored = site.platform.views.sheets.content(actor, uid).data
    typed = site.sample(sample)
    typed["settings"] = {**stored["settings"], **typed["settings"]}
    site.platform.cases.save(actor, uid, {**stored, **typed})
    applicant.goes(f"/cases/{uid}")


@pytest.mark.req(
    "APP-01", "APP-04", "APP-05", "APP-06", "APP-07", "APP-18", "APP-19", "APP-20", "APP-21",
    "APP-27", "APP-28", "COM-06", "REV-02",
    "UNIT-04", "UNIT-05", "UNIT-06", "UNIT-07", "UNIT-12", "REV-01", "REV-03", "REV-05", "REV-27",
    "DEPT-03", "DEPT-08", "COM-05", "COM-09", "QRY-03", "QRY-06", "SEC-09",
)  # fmt: skip
@pytest.mark.timeout(600)
def test_an_application_becomes_a_certificate(site, people):
    applicant = people("zhangsan").sees("首页").looks("home-applicant")
    applicant.opens("个人信息").sees("个人基本信息").looks("profile")

    uid = begins(applicant)
    applicant.looks("fill-new")
    a_complete_draft(site, applicant, uid)
    applicant.presses("暂存").sees("已暂存。").looks("fill-complete")
    applicant.presses("提交").sees("已提交").looks("case-submitted")
    applicant.opens("我的申报").sees("待初审").looks("my-cases")

    first = people("wangchushen").sees("待初审").looks("home-unit")
    first.goes("/opinions").fills("新的常用意见 1", "材料齐全，同意上报。").presses("保存")
    first.sees("常用意见已保存。")
    first.opens("本单位人员审核").looks("list-own-review")
    first.takes().looks("review-first")
    first.fills("审核意见", "原件已核。")
    first.page.get_by_label("常用意见", exact=True).first.select_option("材料齐全，同意上报。")
    opinion = first.page.get_by_label("审核意见").first
    assert opinion.input_value() == "原件已核。材料齐全，同意上报。", "typed text is kept (REV-02)"
    first.presses("确定通过").sees("已通过。")

    second = people("lifushen").opens("本单位人员审核").takes().looks("review-second")
    second.goes(f"/cases/{uid}/actions/pass").looks("recommendation")
    second.picks("推荐委员会（推荐小组）是否推荐", "是")
    second.fills("推荐小组人数", "7").fills("同意人数", "7")
    period = second.page.get_by_role("group", name="公示起止时间")
    period.get_by_label("开始日期").fill("2026-08-20")
    period.get_by_label("结束日期").fill("2026-08-28")
    second.picks("公示结果", "无异议")
    second.fills("推荐和公示情况", "经推荐小组评议并公示，无异议。")
    second.fills("推荐小组意见", "同意推荐。")
    second.page.locator("input[type=file]").first.set_input_files(site.file("publicity.pdf"))
    second.sees("publicity.pdf")
    second.picks("是否按默认路径提交至主管部门", "是")
    second.looks("recommendation-filled")
    second.presses("确定通过").sees("已通过。")
    second.opens("已审核列表").looks("list-handled")

    for login, name in (("zhaokezhang", "superior-first"), ("qianzhuren", "superior-second")):
        superior = people(login).opens("下级单位人员审核").takes().looks(f"review-{name}")
        superior.goes(f"/cases/{uid}/actions/pass").fills("审核意见", "同意").presses("确定通过")
        superior.sees("已通过。")

    department = people("hechuzhang").opens("待呈报人员审核").takes().looks("review-department")
    department.goes(f"/cases/{uid}/actions/pass").fills("审核意见", "同意呈报").presses("确定提交")
    department.sees("已提交。")

    secretary = people("sunmishu").sees("待接收").looks("home-committee")
    secretary.opens("申报材料接收").takes().looks("review-reception")
    secretary.goes(f"/cases/{uid}/actions/receive").presses("确定接收").sees("已接收。")

    people.at("2026-10-15 09:00")
    secretary = people("sunmishu")
    meeting = the_meeting(site, people, secretary)
    for login in EXPERTS:
        votes(people(login), meeting)
    secretary.goes(f"/cases/{meeting}/members").sees("是").looks("meeting-result")
    secretary.goes(f"/cases/{meeting}").looks("meeting-minutes")
    secretary.presses("确认").sees("确定确认").looks("confirm").presses("确定确认").sees("已确认。")
    secretary.opens("公示名单").sees("张三").looks("list-publicity")

    people.at("2026-10-28 10:00")
    secretary, applicant = people("sunmishu"), people("zhangsan")
    filing = the_filing(site, secretary)
    officer = people("zhengbeian").opens("职称评审结果备案").takes("孙秘书").looks("review-filing")
    officer.goes(f"/cases/{filing}/actions/pass").looks("filing-decision")
    decision = site.sample("filing-decision")
    for element in site.platform.release.forms["filing-decision"].elements:
        if isinstance(decision.get(element.name), str) and not element.codes:
            officer.fills(element.title, decision[element.name])
    officer.presses("确定审核通过").sees("已审核通过。")

    issuer = people("fengfazheng").opens("证书发放").looks("list-to-issue")
    issuer.page.locator("input[name=row]").first.check()
    issuer.presses("批量发放证书").sees("确定批量发放证书").looks("bulk")
    issuer.presses("确定批量发放证书").sees("成功 1 件").looks("bulk-result")

    applicant.opens("我的证书").sees("电子职称证书").looks("my-certificates")
    applicant.goes(f"/cases/{uid}/course").sees("待发证").looks("course")
    applicant.opens("我的消息").looks("my-messages")
    verified(site, people, applicant)


def the_meeting(site, people, secretary):
    """A meeting with its agenda, opened for voting; experts are drawn by lot."""
    secretary.opens("新增评审会议").looks("meeting-start")
    actor = site.platform.directory.actor_for("孙秘书", "教师高评委")
    uid = site.platform.cases.start(actor, "tianjin/meeting", site.sample("meeting")).uid
    secretary.goes(f"/cases/{uid}").looks("meeting-agenda")
    secretary.goes(f"/cases/{uid}/members").looks("meeting-members")
    secretary.page.locator("input[name=member]").first.check()
    secretary.presses("加入勾选的人员").sees("已加入 1 人。")
    secretary.goes(f"/cases/{uid}").presses("开会").sees("已开会。")
    return uid


def votes(expert, meeting):
    """One paper lists all members; its result is computed, never typed."""
    expert.goes(f"/cases/{meeting}/ballot")
    if expert.login == "expert1":
        expert.looks("ballot")
    expert.picks("表决意见", "同意")
    expert.page.get_by_label("我已核对选票").check()
    expert.presses("提交选票").sees("您的选票已提交")


def the_filing(site, secretary):
    """The list of those who passed, reported to the bureau."""
    secretary.opens("上报评审结果").looks("filing-start")
    actor = site.platform.directory.actor_for("孙秘书", "教师高评委")
    uid = site.platform.cases.start(actor, "tianjin/filing", site.sample("result-filing")).uid
    secretary.goes(f"/cases/{uid}").looks("filing-draft")
    secretary.presses("上报").sees("已上报。")
    return uid


def verified(site, people, applicant):
    """Anybody checks the certificate by its code; the name is masked."""
    actor = site.platform.directory.actor_for("张三")
    with site.platform.store.read() as unit:
        documents = unit.documents.of_holder(actor.person)
    code = next(one.verify_code for one in documents if one.template == "certificate")
    applicant.goes(f"/verify/{code}").sees("该证书真实有效。").looks("verify")
