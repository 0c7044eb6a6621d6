"""An administrator changes a route and a form in the console, and publishes (CON-01)."""

import threading
import time

import pytest
from playwright.sync_api import expect

from engine.domain.actor import Actor
from tests.stories.site import Served

PROCESS = "definitions/processes/tianjin/socialised-review.yaml"
ACTOR = Actor("陈管理", "人社局", jurisdiction="tianjin")


@pytest.fixture
def site(tmp_path):
    served = Served(tmp_path, samples=("happy-path", "applicant-withdraws", "second-submission"))
    try:
        yield served.site
    finally:
        served.stop()


@pytest.fixture
def worker(site):
    """What replays sample cases beside the pages."""
    stop = threading.Event()

    def work():
        while not stop.is_set():
            site.platform.publishing.work_off()
            time.sleep(0.1)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


def saved(person, words="已保存"):
    expect(person.page.locator("[data-editor-status]")).to_contain_text(words, timeout=15000)
    return person


def types(person, text):
    """Go to the end of the text and type."""
    person.page.locator(".editor__frame .cm-content").click()
    person.page.keyboard.press("Control+End")
    person.page.keyboard.type(text)
    return person


@pytest.mark.req("CON-01", "CON-02", "CON-03", "CON-04", "CON-05", "CON-10", "CON-12", "VER-03")
def test_an_administrator_adds_a_level_and_a_field_mends_mistakes_and_publishes(
    site, people, worker
):
    platform = site.platform
    admin = people("chenguanli").opens("管理控制台", "流程和表单")
    admin.sees("社会化评审").sees("已发布").looks("studio")
    admin.page.get_by_label("草稿名称").fill("增加一级审核")
    admin.presses("开始修改").sees("还没有修改")

    # A caption is one line of difference.
    admin.goes(f"/console/studio/1/edit?path={PROCESS}").sees("步骤")
    page = admin.page
    page.locator("#step-unit > summary").click()
    page.locator("#step-unit-title").fill("工作单位审核")
    page.locator("#step-unit > form").get_by_role("button", name="应用修改").click()
    saved(admin, "没有错误")
    expect(page.locator("#step-unit > summary")).to_contain_text("工作单位审核")
    changes = platform.drafts.changes(ACTOR, 1)
    lines = [line for line in changes[0].text.splitlines() if line[:1] in "+-"][2:]
    assert lines == ["-    title: 本单位人员审核", "+    title: 工作单位审核"]

    # A mistake is said at its line while typing, and stops the gate.
    types(admin, "\nfoo: 1")
    saved(admin, "1 个错误").sees("这个键").looks("studio-problem")
    admin.goes("/console/publish/1").sees("有 1 个错误").sees_not("开始重放").looks("gate-refused")
    admin.goes(f"/console/studio/1/edit?path={PROCESS}")
    page.locator(".editor__frame .cm-content").click()
    page.keyboard.press("Control+End")
    for _ in range(len("\nfoo: 1")):
        page.keyboard.press("Backspace")
    saved(admin, "没有错误")

    # A step more: sample cases that do not know it differ, and the first difference is shown.
    page.locator("#step-reception > summary").click()
    page.locator("#step-department > summary").click()
    page.locator("#step-department-more > summary").click()
    more = page.locator("#step-department-more")
    more.get_by_label("新步骤的名称").fill("复核")
    more.get_by_label("标识（英文）").first.fill("recheck")
    more.get_by_role("button", name="在其后增加步骤").click()
    expect(page.locator("#step-recheck > summary")).to_contain_text("复核", timeout=15000)
    admin.looks("studio-step")
    admin.goes("/console/publish/1").presses("开始重放")
    expect(page.locator("#gate")).to_contain_text("结果和写的不一样", timeout=60000)
    admin.sees("样例写的").sees("现在得到").looks("gate-difference")
    assert platform.history.versions(ACTOR, limit=1)[0].number == 1
