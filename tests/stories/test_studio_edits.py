"""Edits made in the studio change the lines they are about, and typed text is never lost."""

import pytest
from playwright.sync_api import expect

from engine.domain.actor import Actor
from tests.stories.site import PASSWORD, Served

PROCESS = "definitions/processes/tianjin/socialised-review.yaml"
ACTOR = Actor("陈管理", "人社局", jurisdiction="tianjin")
FEES = (
    "{when: activity.fee_required == true && policy.payment_mode == 'platform' && fees_due > 0, "
    "then: payment_order}, {when: activity.fee_required == true, then: payment}"
)
NEW_LEVEL = "+      third: {title: 终审}"
RETURN = (
    "{{title: 不通过, to: {}, ask: [reason], resubmit_to: policy.resubmit_to, bulk: true, "
    "do: [{{message: returned}}]}}"
)
DISMISSED = (
    "{{title: 异议不成立, to: [{{when: today <= data.publicity.until, then: {}}}, "
    "{{then: filing}}], ask: [opinion]}}"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One for all: each test writes in a draft of its own and publishes nothing."""
    served = Served(tmp_path_factory.mktemp("site"), samples=("happy-path",))
    try:
        yield served.site
    finally:
        served.stop()


class Writer:
    """An administrator at the editor of the process."""

    def __init__(self, site, person):
        self.site, self.person, self.page = site, person, person.page
        self.draft = site.platform.drafts.begin(ACTOR, "改").id
        self.opens()

    def opens(self):
        self.person.goes(f"/console/studio/{self.draft}/edit?path={PROCESS}").sees("步骤")
        return self

    def unfolds(self, step, part=""):
        self.page.evaluate(
            "id => { const one = document.getElementById(id);"
            " for (let e = one; e; e = e.parentElement) if (e.matches('details')) e.open = true }",
            f"step-{step}{part}",
        )
        return self.page.locator(f"#step-{step}{part}")

    def applies(self, step, field, value):
        self.unfolds(step)
        control = self.page.locator(f"#step-{step}-{field}")
        if control.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
        self.page.locator(f"#step-{step} > form").get_by_role("button", name="应用修改").click()
        return self

    def presses(self, step, caption, **fields):
        """Fill and press in the part for adding, renaming and removing."""
        part = self.unfolds(step, "-more")
        for field, value in fields.items():
            control = part.locator(f"#step-{step}-{field.replace('_', '-')}")
            if control.evaluate("each => each.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        part.get_by_role("button", name=caption, exact=True).click()
        return self

    def answers(self, caption):
        expect(self.page.get_by_role("alertdialog")).to_contain_text("在几处共用")
        self.page.get_by_role("button", name=caption, exact=True).click()
        return self

    def says(self, words="已保存", timeout=15000):
        expect(self.page.locator("[data-editor-status]")).to_contain_text(words, timeout=timeout)
        return self

    def types(self, text):
        self.page.locator(".editor__frame .cm-content").click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)
        return self

    def text(self):
        return self.page.locator("textarea[name=text]").evaluate("each => each.value")

    def kept(self):
        return self.site.platform.drafts.file(ACTOR, self.draft, PROCESS).text

    def lines(self, path=PROCESS):
        """The lines the draft changes in a file."""
        changed = {one.path: one.text for one in self.changes()}
        return [
            line
            for line in changed.get(path, "").splitlines()
            if line[:1] in "+-" and line[:3] not in ("+++", "---")
        ]

    def changes(self):
        return self.site.platform.drafts.changes(ACTOR, self.draft)

    def changed(self, *lines):
        """What was pressed last made just these lines; then they are taken back."""
        self.says("已保存")
        assert self.lines() == list(lines)
        for one in self.changes():
            self.site.platform.drafts.revert(ACTOR, self.draft, one.path)
        return self.opens()


@pytest.fixture
def writer(site, people):
    return Writer(site, people("chenguanli"))


@pytest.mark.req("CON-01", "CON-03", "VER-02")
def test_every_edit_of_a_process_changes_its_lines_and_no_others(writer):
    writer.applies("fill", "title", "填写").changed("-    title: 填报", "+    title: 填写")

    writer.applies("in_scheme", "when", "policy.scheme_required == true").changed(
        "-    when: policy.scheme_required             # 不要求呈报方案时越过此步",
        "+    when: policy.scheme_required == true             # 不要求呈报方案时越过此步",
    )
    writer.applies("investigation", "due", "workdays(today, 10)").changed(
        "+    due: workdays(today, 10)"
    )

    writer.applies("evaluation", "outcome-passed-0", "filing").changed(
        "-    outcomes: {passed: publicity, failed: not_passed}",
        "+    outcomes: {passed: filing, failed: not_passed}",
    )
    writer.presses("unit", "增加级别", level_title="终审", level_name="third")
    writer.answers("只改这一处").changed(
        "-    stages: &stages",
        "+    stages:",
        NEW_LEVEL,
        "-    stages: *stages",
        "+    stages: &stages",
        "+      first: {title: 初审, when: policy.internal_review_steps == 'two'}",
        "+      second: {title: 复审, permission: second_review}",
    )
    writer.presses("unit", "增加级别", level_title="终审", level_name="third")
    writer.answers("全部一起改").changed(NEW_LEVEL)
    writer.presses("superiors", "删除级别“初审”", first_instead="second")
    writer.answers("只改这一处").changed(
        "-    stages: *stages",
        "+    stages:",
        "+      second: {title: 复审, permission: second_review}",
    )
    writer.applies("reception", "return-to-0", "unit").answers("只改这一处").changed(
        "-      return: *return", f"+      return: {RETURN.format('unit')}"
    )
    writer.applies("reception", "return-to-0", "unit").answers("全部一起改").changed(
        f"-      return: &return {RETURN.format('fill')}",
        f"+      return: &return {RETURN.format('unit')}",
    )
    writer.applies("reception", "receive-to-2", "evaluation").changed(
        f"-        to: [{FEES}, {{then: in_scheme}}]",
        f"+        to: [{FEES}, {{then: evaluation}}]",
    )
    writer.presses("rest_of_publicity", "删除步骤", instead="filing").changed(
        f"-      dismissed: {DISMISSED.format('rest_of_publicity')}",
        f"+      dismissed: {DISMISSED.format('filing')}",
        "-",
        "-  rest_of_publicity:                         # 异议核实期间公示不中断，公示期满后备案",
        "-    title: 继续公示",
        "-    status: in_publicity",
        "-    wait: {until: data.publicity.until}",
        "-    actions:",
        "-      object: {title: 登记异议, who: {permission: publicise, organisation: committee}, "
        "ask: objection, into: objection, to: investigation}",
        "-    to: filing",
    )


@pytest.mark.req("CON-01", "VER-02")
def test_a_step_is_renamed_in_every_file_that_names_it(writer):
    writer.presses("effective", "改标识", rename="issuing").says("没有错误")

    assert [line.strip("+- ") for line in writer.lines()] == [
        "outcomes: {approved: effective, rejected: evaluation}",
        "",
        "effective:",
        "outcomes: {approved: issuing, rejected: evaluation}",
        "",
        "issuing:",
        "was: [effective]",
        "to: effective",
        "to: issuing",
    ]
    assert [one.path for one in writer.changes()] == [
        "definitions/lists/chengdu/to-issue.yaml",
        "definitions/lists/sichuan/to-issue.yaml",
        "definitions/lists/tianjin/to-issue.yaml",
        "definitions/processes/sichuan/entrusted-review.yaml",
        "definitions/processes/tianjin/exam-in-lieu.yaml",
        "definitions/processes/tianjin/self-appointment.yaml",
        PROCESS,
        "examples/cases/sichuan/happy-path.yaml",
        "examples/cases/tianjin/happy-path.yaml",
    ]


@pytest.mark.req("VER-02")
def test_applying_and_saving_what_is_there_changes_nothing(writer):
    writer.unfolds("unit")
    writer.page.locator("#step-unit > form").get_by_role("button", name="应用修改").click()
    writer.says("没有错误")
    assert writer.changes() == []

    writer.types("").page.keyboard.press("Control+s")
    writer.says("已保存")

    assert writer.changes() == []
    writer.person.goes(f"/console/publish/{writer.draft}").sees("没有要发布的内容")
    writer.person.goes(f"/console/studio/{writer.draft}/").sees("还没有修改")


@pytest.mark.req("CON-03")
def test_an_edit_is_undone_like_typing(writer):
    before = writer.text()
    writer.applies("unit", "title", "工作单位审核").says("没有错误")
    expect(writer.page.locator("#step-unit > summary")).to_contain_text("工作单位审核")

    writer.page.locator(".editor__frame .cm-content").click()
    writer.page.keyboard.press("Control+z")

    expect(writer.page.locator("#step-unit > summary")).to_contain_text("本单位人员审核")
    assert writer.text() == before
    assert writer.changes() == []


@pytest.mark.req("CON-03")
def test_text_typed_while_the_sign_in_runs_out_is_saved_after_signing_in_again(writer):
    writer.page.context.clear_cookies()

    writer.types("# 不能丢").says("登录已过期")
    assert "# 不能丢" not in writer.kept()
    with writer.page.expect_popup() as opened:
        writer.page.get_by_role("link", name="在新窗口重新登录").click()
    tab = opened.value
    tab.get_by_label("用户名").fill("chenguanli")
    tab.get_by_label("密码").fill(PASSWORD)
    tab.get_by_role("button", name="登录", exact=True).click()

    writer.says("没有错误", timeout=20000)
    assert writer.kept() == writer.text()
    writer.applies("unit", "title", "工作单位审核").says("没有错误")
    expect(writer.page.locator("#step-unit > summary")).to_contain_text("工作单位审核")
    assert "# 不能丢" in writer.kept()


@pytest.mark.req("CON-03")
def test_text_that_the_server_fails_to_save_stays_and_is_saved_later(writer):
    broken = "**/console/studio/*/save"
    writer.page.route(broken, lambda route: route.fulfill(status=500, body="x"))

    writer.types("# 不能丢").says("没有保存成功")
    writer.applies("unit", "title", "工作单位审核").says("没有保存成功")
    assert "# 不能丢" in writer.text()
    assert writer.changes() == []
    writer.page.unroute(broken)

    writer.says("没有错误", timeout=20000)
    assert writer.kept() == writer.text()


@pytest.mark.req("CON-03")
@pytest.mark.parametrize(
    ("caption", "left"), [("保存我的文字", "# 甲"), ("改用已保存的文字", "# 乙")]
)
def test_of_two_windows_neither_loses_its_text_unasked(writer, caption, left):
    drafts, text = writer.site.platform.drafts, writer.kept()
    drafts.save(ACTOR, writer.draft, PROCESS, text + "# 乙", version=0)

    writer.types("# 甲").says("已在另一个窗口中保存")
    assert writer.kept() == text + "# 乙"
    assert writer.text() == text + "# 甲"
    writer.person.looks("studio-two-windows")
    writer.page.get_by_role("button", name=caption).click()

    expect(writer.page.locator("[data-editor-choice]")).to_be_hidden()
    writer.page.wait_for_timeout(1500)
    assert writer.kept() == writer.text() == text + left


@pytest.mark.req("CON-03")
def test_taking_the_other_text_is_undone_like_typing(writer):
    text = writer.kept()
    writer.site.platform.drafts.save(ACTOR, writer.draft, PROCESS, text + "# 乙", version=0)
    writer.types("# 甲").says("已在另一个窗口中保存")
    writer.page.get_by_role("button", name="改用已保存的文字").click()

    writer.page.keyboard.press("Control+z")

    writer.says("没有错误")
    assert writer.kept() == text + "# 甲"


@pytest.mark.req("CON-03")
def test_a_text_that_is_too_long_is_said_to_be_and_not_sent(writer):
    writer.page.locator(".editor__frame .cm-content").click()
    writer.page.keyboard.press("Control+End")
    writer.page.keyboard.insert_text("# " + "长" * 400_000)

    writer.says("文字太长，超过 1000000 字节")
    assert writer.changes() == []


@pytest.mark.req("CON-03")
def test_a_step_is_renamed_with_the_keyboard_alone(writer):
    page = writer.page
    page.locator("#step-unit > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("工作单位审核")
    page.keyboard.press("Enter")

    writer.says("没有错误")
    assert writer.lines() == ["-    title: 本单位人员审核", "+    title: 工作单位审核"]
