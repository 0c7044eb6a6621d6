"""Fields of a form and values of a code list changed in the console: exactly the lines meant."""

import pytest
from playwright.sync_api import expect

from engine.domain.actor import Actor
from tests.stories.site import Served

FORM = "forms/unit-recommendation.yaml"
CODES = "definitions/codes/levels.yaml"
RULES = "definitions/rules/ordinary-conditions.yaml"
ACTOR = Actor("陈管理", "人社局", jurisdiction="tianjin")


@pytest.fixture
def site(tmp_path):
    served = Served(tmp_path, samples=())
    try:
        yield served.site
    finally:
        served.stop()


def opened(people, path):
    """An administrator with a file of a new draft in the editor."""
    admin = people("chenguanli").goes("/console/studio/")
    admin.presses("开始修改").sees("还没有修改")
    return admin.goes(f"/console/studio/1/edit?path={path}")


def applied(admin, part, button):
    """Press a button of a form beside the text, and wait until the text follows."""
    told = admin.page.locator("[data-editor-status]")
    admin.page.evaluate("document.querySelector('[data-editor-status]').textContent = ''")
    admin.page.locator(part).get_by_role("button", name=button, exact=True).first.click()
    expect(told).to_contain_text("没有错误", timeout=20000)


def changed(site):
    """The lines of all differences of the draft."""
    texts = [one.text for one in site.platform.drafts.changes(ACTOR, 1)]
    return [
        line
        for text in texts
        for line in text.splitlines()
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]


@pytest.mark.req("VER-02", "CON-03", "CON-05")
def test_edits_of_a_form_change_only_the_lines_they_are_about(site, people):
    admin = opened(people, FORM)
    page = admin.page

    # Nothing changed in the form is nothing changed in the file.
    page.locator("#field-group_size > summary").click()
    applied(admin, "#field-group_size > form", "应用修改")
    assert changed(site) == []

    # A required field.
    page.locator("#field-group_size-more > summary").click()
    page.locator("#field-group_size-new-title").fill("是否公示满五日")
    page.locator("#field-group_size-new-name").fill("publicised")
    page.locator("#field-group_size-new-kind").select_option("boolean")
    page.locator("#field-group_size-new-required").check()
    applied(admin, "#field-group_size-more", "在其后增加字段")
    required = "publicity_period, publicity_result, recommendation_publicity, group_opinion"
    rest = f"{required}, publicity_files, use_default_path]"
    assert changed(site) == [
        f"-required: [recommended, {rest}",
        f"+required: [recommended, publicised, {rest}",
        "+  publicised: {title: 是否公示满五日, type: boolean}",
    ]
    expect(page.locator("#field-group_size-new-title")).to_have_value("")
    admin.sees("是否公示满五日").looks("studio-form")
    # The preview has the field, and says what would be refused.
    admin.page.get_by_role("button", name="试着提交，看会提示什么").click()
    admin.waits().sees("请选择是否公示满五日")

    # Filled in with sample data, that is all that is refused.
    page.locator("#preview-sample").select_option("unit-recommendation")
    page.get_by_role("button", name="用样例数据填写").click()
    expect(page.locator("#preview-group_size")).to_have_value("7")
    page.get_by_role("button", name="试着提交，看会提示什么").click()
    admin.waits()
    expect(page.locator("#preview-root .zf-summary li")).to_have_count(1)

    # Another order.
    page.locator("#field-publicised > summary").click()
    page.locator("#field-publicised-more > summary").click()
    applied(admin, "#field-publicised-more", "下移")
    moved = changed(site)
    assert len(moved) == 3
    text = site.platform.drafts.file(ACTOR, 1, FORM).text
    assert text.index("  group_agreed:") < text.index("  publicised:")

    # Taken out again, the file is what it was.
    applied(admin, "#field-publicised-more", "删除“是否公示满五日”")
    assert changed(site) == []


@pytest.mark.req("VER-02", "CON-03")
def test_edits_of_a_code_list_change_only_the_lines_they_are_about(site, people):
    admin = opened(people, CODES)
    page = admin.page
    page.get_by_label("新代码").fill("jishi")
    page.get_by_label("名称", exact=True).fill("技师")
    applied(admin, "#beside", "增加代码值")
    assert changed(site) == ["+  jishi: {title: 技师}"]
    admin.looks("studio-codes")

    applied(admin, "#code-1", "停用")
    assert changed(site) == [
        "-  yuanji: {title: 员级}",
        "+  yuanji: {title: 员级, retired: true}",
        "+  jishi: {title: 技师}",
    ]


def test_the_editor_offers_what_may_be_written(site, people):
    admin = opened(people, FORM)
    admin.page.locator(".editor__frame .cm-content").click()
    admin.page.keyboard.press("Control+Home")
    admin.page.keyboard.type("hel")
    expect(admin.page.locator(".cm-tooltip-autocomplete")).to_contain_text("help", timeout=20000)


@pytest.mark.req("VER-02", "CON-03")
def test_a_rule_table_is_a_grid_that_shows_its_problems_and_is_tried(site, people):
    admin = opened(people, RULES)
    page = admin.page
    told = page.locator("[data-editor-status]")

    # Tried with a case: the row that holds stands out.
    page.locator("#try-level").select_option("fugao")
    page.locator("#try-series").select_option("19")
    page.locator("#try-education").select_option("college")
    page.get_by_role("button", name="看结果").click()
    expect(page.locator("#tried")).to_contain_text("成立的行：5")
    expect(page.locator("#tried")).to_contain_text('"years": 10')
    expect(page.locator("#rules-5")).to_contain_text("成立")
    admin.looks("studio-rules")

    # A cell changed in the grid is one line; a gap is said at once, and a wrong word in its cell.
    page.locator("#row-2-when-level").fill("fugao")
    page.locator("#rules-2").get_by_role("button", name="应用修改").click()
    expect(told).to_contain_text("个错误", timeout=20000)
    expect(page.locator("#problems-title + ul")).to_contain_text("没有一行适用于：level = zhenggao")
    page.locator("#row-2-when-level").fill("zhengga")
    page.locator("#rules-2").get_by_role("button", name="应用修改").click()
    expect(page.locator("#row-2-when-level-wrong")).to_contain_text('是否想写 "zhenggao"')
    admin.looks("studio-rules-wrong")
    page.locator("#row-2-when-level").fill("zhenggao")
    applied(admin, "#rules-2", "应用修改")
    assert changed(site) == []

    # A row like another, moved and taken out again.
    page.locator("#row-5-more > summary").click()
    page.locator("#row-5-more").get_by_role("button", name="照此增加一行").click()
    expect(page.locator(".rules__wrong")).to_contain_text("第 6 行永远轮不到")
    page.locator("#row-6-when-series").fill("18")
    applied(admin, "#rules-6", "应用修改")
    assert changed(site) == [
        '+  - when: {level: fugao, education: college, series: "18"}',
        "+    then: {education_met: true, after: zhongji, years: 10}",
        "+    note: 经济专业人员",
    ]
    page.locator("#row-6-more > summary").click()
    applied(admin, "#row-6-more", "删除")
    assert changed(site) == []
