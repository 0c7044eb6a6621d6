"""An administrator follows the tutorial in the console; what was written there is used at once."""

import threading
import time

import pytest
from playwright.sync_api import expect

from engine.domain.actor import Actor
from tests.stories.site import Served
from tests.support.tutorial import BLOCKS, beginning, write

ADMINISTRATOR = Actor("陈管理", "人社局", jurisdiction="tianjin")
#: the files that are typed in the browser; the others are put into the draft
TYPED = {
    "forms/post-quota.yaml": "forms/",
    "definitions/processes/tianjin/post-quota.yaml": "definitions/processes/",
}


@pytest.fixture
def site(tmp_path):
    served = Served(tmp_path, samples=(), files=beginning())
    stop = threading.Event()

    def work():
        while not stop.is_set():
            served.site.platform.publishing.work_off()
            time.sleep(0.1)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        yield served.site
    finally:
        stop.set()
        worker.join()
        served.stop()


def writes(person, folder, block):
    """Add a file to the draft and type it."""
    page = person.goes("/console/studio/1/").page
    page.locator("summary", has_text="新增或改名文件").click()
    page.locator("#add-folder").select_option(folder)
    page.locator("#add-path").fill(block.path.removeprefix(folder).removesuffix(".yaml"))
    person.presses("新增文件")
    page.locator(".editor__frame .cm-content").click()
    page.keyboard.insert_text(block.text)


@pytest.mark.timeout(300)
@pytest.mark.req("CON-01", "CON-12", "QTA-02")
def test_a_new_procedure_is_written_published_and_begun_without_a_restart(site, people):
    admin = people("chenguanli").opens("管理控制台", "流程和表单")
    admin.page.get_by_label("草稿名称").fill("职数申报")
    admin.presses("开始修改")
    status = admin.page.locator("[data-editor-status]")
    for block in BLOCKS:
        if block.path not in TYPED:
            write(site.platform.drafts, ADMINISTRATOR, 1, block)
            continue
        writes(admin, TYPED[block.path], block)
        mistakes = "1 个错误" if "processes" in block.path else "没有错误"
        expect(status).to_contain_text(mistakes, timeout=15000)
    admin.sees("没有列表显示状态").looks("tutorial-process")

    admin.goes("/console/publish/1").presses("开始重放")
    expect(admin.page.locator("#gate")).to_contain_text("6 个样例全部符合", timeout=60000)
    admin.page.locator("#reason").fill("增加职数申报")
    admin.presses("发布").sees("第 2 版")

    admin.goes("/console/accounts/details/?id=lifushen")
    admin.page.locator("#role").select_option(label="职数管理人员")
    admin.page.locator("#organisation").select_option(label="天津市第一示范中学")
    admin.presses("授予")
    officer = people("lifushen").opens("新增职数申报")
    officer.page.get_by_label("天津市第一示范中学").check()
    officer.page.locator("[name='settings.year']").fill("2026")
    officer.presses("新建").sees("已新建，请填写。").looks("tutorial-case")
