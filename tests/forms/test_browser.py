"""Forms in a real browser: with and without JavaScript, wide and narrow, and readable by all."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.forms.pages import make_app
from tests.forms.world import (
    APPLICATION,
    PROFILE,
    World,
    application_world,
    complete_application,
    forms_of,
)
from tests.support import browser

APPLY = forms_of(PROFILE, APPLICATION)["application"]
PDF = b"%PDF-1.4 test"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
    "08d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


class Site:
    """A running application with one stored form."""

    def __init__(self, app: Flask, world: World, url: str) -> None:
        self.app, self.world, self.url = app, world, url

    @property
    def data(self) -> dict[str, object]:
        stored: dict[str, object] = self.app.extensions["stored"]["data"]
        return stored

    def store(self, data: dict[str, object]) -> None:
        self.app.extensions["stored"].update(data=data, before=data)


@pytest.fixture
def site() -> Iterator[Site]:
    world = application_world()
    app = make_app(APPLY, world, complete_application())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(app, world, f"http://127.0.0.1:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A page that runs scripts, and one that does not."""
    given = {**browser.CONTEXT, "java_script_enabled": request.param == "scripts"}
    with chromium.new_context(**given) as context:
        yield context.new_page()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


@pytest.mark.req("FORM-01", "FORM-03")
def test_rows_conditions_and_errors_work_with_and_without_scripts(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_role("button", name="添加工作经历").click()
    new = page.locator("#f-work-1")
    expect(new).to_be_visible()
    new.get_by_label("工作状态").locator("visible=true")
    new.get_by_role("radio", name="已离职").check()
    new.locator("[name='work.1.content']").fill("以前的工作")
    if page.locator("html.js").count() == 0:
        page.get_by_role("button", name="提交").click()
    expect(new.locator("[name='work.1.place']")).to_be_visible()
    expect(new.locator("[name='work.1.content']")).to_have_value("以前的工作")
    new.get_by_role("radio", name="是", exact=True).check()
    page.get_by_role("button", name="提交").click()

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("工作经历 · 第 2 条 · 工作单位名称：请填写工作单位名称")
    summary.get_by_role("link", name="工作单位名称").first.click()
    assert page.url.endswith("#f-work-1-place")

    page.get_by_role("button", name="删除 第 2 条").click()
    expect(page.locator("#f-work-1")).to_have_count(0)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#done")).to_be_visible()
    assert site.data == complete_application()


WRONG = [
    ("statement.remark", "<脚本>"),
    ("extra.years", "六十"),
    ("extra.years", "61"),
    ("extra.years", "-1"),
    ("extra.rate", "一半"),
    ("extra.year", "26"),
    ("work.0.start", "2099-01-01"),
    ("work.0.content", ""),
    ("settings.sort", ""),
]


@pytest.mark.req("FORM-04")
@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{n} {v}" for n, v in WRONG])
def test_the_page_says_what_is_wrong_as_the_server_does(
    browser_page: Page, site: Site, name: str, value: str
) -> None:
    """Nothing was checked in the browser: a mistake was told after the whole form was sent."""
    page = browser_page
    data = complete_application()
    data["settings"]["kind"] = "special"  # type: ignore[index]
    data["settings"]["sort"] = "c"  # type: ignore[index]
    data["extra"] = {"conditions": []}
    site.store(data)
    page.goto(site.url)
    page.context.set_offline(True)
    field = page.locator(f"[name='{name}']")
    said = page.locator(f"[id='f-{name.replace('.', '-')}-check']")

    if field.evaluate("one => one.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)
        field.blur()
    here = said.inner_text()
    expect(field).to_have_attribute("aria-invalid", "true")

    page.context.set_offline(False)
    page.get_by_role("button", name="提交").click()
    expect(page.locator(f"[id='f-{name.replace('.', '-')}-error']")).to_have_text(here)


@pytest.mark.req("FORM-04")
def test_what_was_said_to_be_wrong_goes_when_it_is_right(browser_page: Page, site: Site) -> None:
    page = browser_page
    page.goto(site.url)
    field, said = (
        page.locator("[name='statement.remark']"),
        page.locator("#f-statement-remark-check"),
    )
    field.fill("<")
    field.blur()
    expect(said).to_have_text("备注不能包含尖括号")
    # A change elsewhere draws the form again.
    page.get_by_label("特别", exact=True).check()
    expect(page.locator("#f-extra")).to_be_visible()
    expect(said).to_have_text("备注不能包含尖括号")

    field.fill("没有")
    field.blur()

    expect(said).to_have_count(0)
    expect(field).not_to_have_attribute("aria-invalid", "true")
    assert violations(page) == []


@pytest.mark.req("FORM-02")
def test_a_record_is_found_and_picked_with_and_without_scripts(page: Page, site: Site) -> None:
    page.goto(site.url)
    with_scripts = page.locator("html.js").count() == 1
    page.locator("#f-settings-unit").fill("第二")
    if with_scripts:
        page.locator("#f-settings-unit").press("Enter")
    else:
        page.get_by_role("button", name="查询 单位").click()
    # Not check(): with scripts the list is gone once a record was picked from it.
    page.locator("#f-settings-unit-found").get_by_label("第二中学").click()
    if not with_scripts:
        page.get_by_role("button", name="选定").click()

    expect(page.locator(".zf-chosen").first).to_contain_text("第二中学")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#done")).to_be_visible()
    assert site.data["settings"]["unit"] == "u2"  # type: ignore[index]


@pytest.mark.req("FORM-02")
def test_every_kind_of_field_is_filled_in_with_and_without_scripts(page: Page, site: Site) -> None:
    """The tree, the period, the photo and the several choices were tried by no browser."""
    page.goto(site.url)
    with_scripts = page.locator("html.js").count() == 1
    page.get_by_label("特别", exact=True).check()
    if not with_scripts:
        page.get_by_role("button", name="提交").click()
    page.locator("[name='settings.sort']").select_option(label="丙")
    page.locator("[id='f-settings-activity'] input[type=radio]").first.check()
    if not with_scripts:
        page.get_by_role("button", name="提交").click()
    tree = page.locator("#f-settings-field")
    while tree.locator("details:not([open])").count():
        tree.locator("details:not([open]) > summary").first.click()
    leaf = tree.locator("input[type=radio]").last
    field = leaf.get_attribute("value")
    leaf.check()
    page.get_by_label("获得奖励").check()
    page.locator("[name='extra.years']").fill("12")
    page.locator("[name='extra.rate']").fill("0.25")
    page.get_by_label("标签二").check()
    page.get_by_role("button", name="添加任职信息").first.click()
    page.locator("[name='work.0.posts.0.period.from']").fill("2020-01-01")
    page.locator("[name='work.0.posts.0.post']").fill("组长")
    page.locator("input[name='statement.photo~file']").set_input_files(
        {"name": "本人.png", "mimeType": "image/png", "buffer": PNG}
    )
    if not with_scripts:
        page.get_by_role("button", name="上传 照片").click()
    expect(page.locator("#f-statement-photo img")).to_be_visible()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#done")).to_be_visible()

    data: Any = site.data
    assert (data["settings"]["sort"], data["settings"]["field"]) == ("c", field)
    assert data["extra"] == {"conditions": ["x"], "years": 12, "rate": 0.25}
    assert data["work"][0]["posts"] == [{"period": {"from": "2020-01-01"}, "post": "组长"}]
    assert data["statement"]["tags"] == ["two"]
    assert site.world.contents[data["statement"]["photo"]] == PNG


@pytest.mark.req("FORM-02", "FORM-07", "PROF-29")
def test_a_file_is_uploaded_with_and_without_scripts(page: Page, site: Site) -> None:
    data = complete_application()
    data["work"][0]["dispatched"] = True  # type: ignore[index]
    data["work"][0]["dispatched_to"] = "某单位"  # type: ignore[index]
    site.store(data)
    page.goto(site.url)

    page.locator("input[name='work.0.proof~file']").set_input_files(
        {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    if page.locator("html.js").count() == 0:
        page.get_by_role("button", name="上传 属实证明").click()

    expect(page.locator("#f-work-0-proof")).to_contain_text("证明.pdf")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#done")).to_be_visible()
    assert site.data["work"][0]["proof"] == [*site.world.contents]  # type: ignore[index]
    assert [*site.world.contents.values()] == [PDF]


@pytest.mark.req("APP-04")
def test_a_choice_changes_what_depends_on_it_at_once(browser_page: Page, site: Site) -> None:
    page = browser_page
    page.goto(site.url)
    address = page.url
    page.locator("[name='statement.remark']").fill("尚未保存")

    page.get_by_label("特别", exact=True).check()

    expect(page.locator("#f-settings-sort option")).to_have_text(["请选择", "丙"])
    expect(page.locator("#f-extra")).to_be_visible()
    expect(page.get_by_label("特别", exact=True)).to_be_focused()
    expect(page.locator("[name='statement.remark']")).to_have_value("尚未保存")
    assert page.url == address


def test_what_is_entered_while_the_server_answers_is_kept(browser_page: Page, site: Site) -> None:
    site.app.config["WAIT"] = 0.6
    page = browser_page
    page.goto(site.url)

    page.get_by_label("特别", exact=True).check()
    page.locator("#f-work-0").get_by_role("radio", name="已离职").check()
    page.locator("[name='statement.remark']").fill("其间填写")

    expect(page.locator("#f-extra")).to_be_visible()
    expect(page.locator("[name='work.0.place']")).to_be_visible()
    expect(page.get_by_label("特别", exact=True)).to_be_checked()
    expect(page.locator("[name='statement.remark']")).to_have_value("其间填写")


def test_a_new_row_takes_the_focus(browser_page: Page, site: Site) -> None:
    browser_page.goto(site.url)

    browser_page.get_by_role("button", name="添加学历信息").click()

    expect(browser_page.locator("#f-education-1-period-from")).to_be_focused()


@pytest.mark.req("PROF-31")
def test_the_counter_follows_typing(browser_page: Page, site: Site) -> None:
    browser_page.goto(site.url)

    browser_page.locator("[name='work.0.content']").fill("五个字的话")

    expect(browser_page.locator("#f-work-0-content-count")).to_have_text("5 / 500")


def test_the_summary_takes_the_focus(browser_page: Page, site: Site) -> None:
    site.store({})
    browser_page.goto(site.url)

    browser_page.get_by_role("button", name="提交").click()

    expect(browser_page.locator("#f-summary")).to_be_focused()


@pytest.mark.parametrize(
    ("path", "width"), [("/", 1200), ("/", 390), ("/read", 390), ("/print", 1200), ("/diff", 390)]
)
def test_pages_can_be_read_by_all(
    browser_page: Page,
    site: Site,
    width: int,
    path: str,
    photograph: Callable[[Page, str], None],
) -> None:
    errors: list[str] = []
    browser_page.on("pageerror", lambda error: errors.append(str(error)))
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.goto(site.url + path)
    if path == "/":
        browser_page.get_by_label("特别", exact=True).check()
        expect(browser_page.locator("#f-extra")).to_be_visible()
        browser_page.get_by_role("button", name="提交").click()
        expect(browser_page.get_by_role("alert")).to_be_visible()

    photograph(browser_page, f"forms{path.replace('/', '-')}-{width}")

    assert violations(browser_page) == []
    assert errors == []
    page_width = browser_page.evaluate("document.documentElement.scrollWidth")
    assert page_width <= width
