"""A level and a field more: stopped by a mistake and by samples, mended, published, taken back."""

import threading
import time

import pytest
from playwright.sync_api import expect

from engine.content import FOLDERS, bundled, read_files
from tests.stories.site import Served

PROCESS = "definitions/processes/tianjin/socialised-review.yaml"
NAME = "tianjin/socialised-review"
CASES = "examples/cases/"
SAMPLES = (f"{CASES}tianjin/recommendation-hidden.yaml", f"{CASES}tianjin/applicant-withdraws.yaml")


@pytest.fixture
def site(tmp_path):
    files = read_files(bundled(), FOLDERS)
    files = {
        path: text for path, text in files.items() if not path.startswith(CASES) or path in SAMPLES
    }
    served = Served(tmp_path, files=files)
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


class Administrator:
    """Somebody who changes content at the pages, and follows what they offer."""

    def __init__(self, person):
        self.person, self.page = person, person.page

    def begins(self, title):
        self.person.opens("管理控制台", "流程和表单")
        self.page.get_by_label("草稿名称").fill(title)
        self.person.presses("开始修改").sees("还没有修改")
        return self

    def opens(self, words, path):
        """Find a file of the draft by what it is called."""
        self.page.get_by_label("搜索").fill(words)
        self.person.presses("查询")
        self.page.get_by_role("link", name=f"修改 {path}").click()
        expect(self.page.locator(".editor__frame .cm-content")).to_be_visible()
        return self

    def unfolds(self, *parts):
        for part in parts:
            self.page.locator(f"#{part} > summary").click()
        return self.page.locator(f"#{parts[-1]}")

    def says(self, words):
        expect(self.page.locator("[data-editor-status]")).to_contain_text(words, timeout=15000)
        return self

    def types_behind(self, line, text):
        """Put the cursor at the end of the line that begins so, and type."""
        self.page.locator(".editor__frame .cm-line", has_text=line).first.click()
        self.page.keyboard.press("End")
        self.page.keyboard.insert_text(text)
        return self.says("没有错误")

    def replaces_line(self, line, text):
        self.page.locator(".editor__frame .cm-line", has_text=line).first.click()
        self.page.keyboard.press("End")
        self.page.keyboard.press("Shift+Home")
        self.page.keyboard.press("Shift+Home")
        self.page.keyboard.insert_text(text)
        return self.says("没有错误")

    def goes_to_the_gate(self):
        self.person.opens("检查并发布").sees("发布前的检查")
        return self

    def replays(self, words):
        self.goes_to_the_gate().person.presses("开始重放")
        expect(self.page.locator("#gate")).to_contain_text(words, timeout=30000)
        return self

    def goes_back(self):
        self.person.opens("返回草稿").sees("修改的内容")
        return self


def is_whole_when_narrow(admin, address):
    """Nothing of a page is cut off or beside the screen of a telephone."""
    size = admin.page.viewport_size
    admin.page.set_viewport_size({"width": 390, "height": 844})
    admin.goes(address)
    wide = "[document.documentElement, ...document.querySelectorAll('.table-wrap')]"
    more = admin.page.evaluate(f"{wide}.map(one => one.scrollWidth - one.clientWidth)")
    admin.page.set_viewport_size(size)
    assert max(more) <= 0, (address, more)


def applies(site, person, organisation="第一中学"):
    """Begin an application; return its id."""
    actor = site.platform.directory.actor_for(person)
    settings = {"activity": "a1", "work_unit": organisation}
    uid = site.platform.cases.start(actor, NAME, {"settings": settings}).uid
    typed = site.sample("complete-application")
    typed["settings"] = {**typed["settings"], **settings}
    site.platform.cases.save(actor, uid, typed)
    return uid


def passes(site, uid, *people):
    """Those who review in the work unit let it pass, the second with a recommendation."""
    for person, organisation, given in people:
        actor = site.platform.directory.actor_for(person, organisation)
        given = site.sample(given) if given else {}
        site.platform.cases.act(actor, uid, "pass", input=given)


SCHOOL = (("王初审", "第一中学", ""), ("李复审", "第一中学", "unit-recommendation"))
BOARD = (("何处长", "教委", ""), ("吕复审", "教委", "unit-recommendation"))


def place(site, uid):
    """Where a case is, for the bureau."""
    actor = site.platform.directory.actor_for("陈管理", "人社局")
    return site.platform.dossiers.open(actor, uid).step


@pytest.mark.req(
    "CON-01",
    "CON-03",
    "CON-04",
    "CON-05",
    "CON-12",
    "ENG-13",
    "TST-05",
    "VER-01",
    "VER-03",
    "VER-05",
)
@pytest.mark.timeout(300)
def test_a_level_and_a_required_field_are_added_mended_published_and_taken_back(
    site, people, worker
):
    before = applies(site, "张三")
    admin = Administrator(people("chenguanli")).begins("单位终审")
    page = admin.page

    # A level more, in the unit alone.
    admin.opens("社会化评审", PROCESS)
    more = admin.unfolds("step-unit", "step-unit-more")
    more.get_by_label("新级别的名称").fill("终审")
    page.locator("#step-unit-level-name").fill("third")
    more.get_by_role("button", name="增加级别").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("在几处共用")
    admin.person.presses("只改这一处")
    expect(page.locator("#step-unit-third-title")).to_have_value("终审")
    admin.says("没有错误")

    # A required field whose code list there is not: said where it is, with the nearest name.
    admin.goes_back().opens("申报表", "forms/application.yaml")
    more = admin.unfolds(
        "field-ability_achievements",
        "field-ability_achievements-ability",
        "field-ability_achievements-ability-more",
    )
    id = "field-ability_achievements-ability-new"
    page.locator(f"#{id}-title").fill("现聘岗位层级")
    page.locator(f"#{id}-name").fill("current_level")
    page.locator(f"#{id}-kind").select_option("choice")
    page.locator(f"#{id}-codes").fill("level")
    page.locator(f"#{id}-required").check()
    more.get_by_role("button", name="在其后增加字段").click()
    admin.says("1 个错误").person.sees("levels")
    admin.goes_to_the_gate().person.sees("个错误，改正后才能发布").sees_not("开始重放").looks(
        "gate-problem"
    )
    page.locator("#gate .problems a").first.click()
    admin.unfolds("field-ability_achievements", "field-ability_achievements-current_level")
    codes = page.locator("#field-ability_achievements-current_level-codes")
    expect(codes).to_have_value("level")
    codes.fill("levels")
    page.locator("#field-ability_achievements-current_level > form").get_by_role(
        "button", name="应用修改"
    ).click()
    admin.says("没有错误")

    # Every sample misses the field; the first difference is on the diagram.
    admin.replays("2 个样例中有 2 个结果和写的不一样").person.sees("样例在这里不符")
    admin.person.looks("gate-field-missing")
    admin.goes_back().opens("complete", "examples/data/complete-application.yaml")
    admin.types_behind("ability_achievements:", "\n  current_level: fugao")

    # One sample comes to the new level instead of the next unit; it is mended by its link.
    admin.replays("2 个样例中有 1 个结果和写的不一样")
    admin.person.sees("unit.third@第一中学").looks("gate-level-differs")
    page.locator("#gate .problems a").first.click()
    last = "  - {by: 李复审, does: pass, case: z, "
    admin.replaces_line(
        last,
        f"{last}expect: {{at: unit.third@第一中学}}}}\n"
        "  - {by: 王初审, does: pass, case: z, expect: {at: superiors.first@教委下属中心}}",
    )
    admin.replays("2 个样例全部符合").person.looks("gate-passed")
    page.get_by_label("为什么修改").fill("单位增加终审")
    admin.person.presses("发布").sees("已发布为第 2 版").sees("单位增加终审").looks(
        "gate-published"
    )

    # The next application asks for the field and takes the level; the one begun before does not.
    after = applies(site, "李四")
    second = people("lisi").goes(f"/cases/{after}").sees("现聘岗位层级")
    second.presses("提交").sees("请选择现聘岗位层级")
    second.picks("现聘岗位层级", "副高级")
    second.presses("提交").sees("已提交")
    first = people("zhangsan").goes(f"/cases/{before}").sees_not("现聘岗位层级")
    first.presses("提交").sees("已提交")
    passes(site, before, *SCHOOL)
    passes(site, after, *SCHOOL)
    assert place(site, before) == "superiors"
    assert place(site, after) == "unit"
    people("wangchushen").opens("本单位人员审核").takes("李四").sees("终审").presses("确定通过")
    assert place(site, after) == "superiors"

    # Taken back: the next application takes the old route.
    admin.person.opens("管理控制台", "流程和表单", "历史版本").opens("第 1 版")
    admin.unfolds("restore")
    page.get_by_label("为什么恢复").fill("暂不终审")
    admin.person.presses("恢复").sees("已恢复，成为第 3 版").looks("gate-restored")
    third = applies(site, "施职员", "教委")
    last = people("shizhiyuan").goes(f"/cases/{third}").sees_not("现聘岗位层级")
    last.presses("提交").sees("已提交")
    passes(site, third, *BOARD)
    assert place(site, third) == "department"


@pytest.mark.req("VER-05")
def test_of_two_who_publish_at_the_same_instant_one_wins_and_the_other_loses_nothing(
    site, people, monkeypatch
):
    platform = site.platform
    with platform.store.write() as unit:
        platform.directory.grant(unit, "吴审核", "bureau_admin", "人社局", jurisdiction="tianjin")
    rivals = []
    for login, name, old, new in (
        ("chenguanli", "陈管理", "title: 填报", "title: 填写"),
        ("wushenhe", "吴审核", "title: 缴费", "title: 交费"),
    ):
        actor = platform.directory.actor_for(name, "人社局")
        draft = platform.drafts.begin(actor, new).id
        text = platform.drafts.file(actor, draft, PROCESS).text
        platform.drafts.save(actor, draft, PROCESS, text.replace(old, new), version=0)
        platform.publishing.replay(actor, draft)
        person = people(login).goes(f"/console/publish/{draft}").fills("为什么修改", f"改成{new}")
        rivals.append((person, actor, draft, new))
    # Both have passed the gate before either of them may write.
    both, put = threading.Barrier(2, timeout=30), platform.publishing._put_into_force
    monkeypatch.setattr(
        platform.publishing, "_put_into_force", lambda *given: (both.wait(), put(*given))[1]
    )

    for person, *_ in rivals:
        person.page.evaluate(
            "setTimeout(() => document.querySelector('button[value=publish]').click(), 200)"
        )
    for person, *_ in rivals:
        expect(person.page.locator("main .notice").first).to_be_visible(timeout=30000)

    told = [person.page.locator("main .notice").first.inner_text() for person, *_ in rivals]
    won = ["已发布为第 2 版" in one for one in told]
    assert sorted(won) == [False, True], told
    winner, loser = rivals[won.index(True)], rivals[won.index(False)]
    person, actor, draft, new = loser
    # The other is told by whom and why, and the draft is as it was.
    person.sees(f"{winner[1].person}").sees(f"改成{winner[3]}").looks("gate-too-late")
    expect(person.page.get_by_label("为什么修改")).to_have_value(f"改成{new}")
    assert new in platform.drafts.file(actor, draft, PROCESS).text
    monkeypatch.undo()
    for page in ("", f"{draft}/", f"{draft}/edit?path={PROCESS}"):
        is_whole_when_narrow(person, f"/console/studio/{page}")
    is_whole_when_narrow(person, "/console/versions/")
    is_whole_when_narrow(person, f"/console/publish/{draft}")

    # It is brought to the new version and published there, with the change of both.
    person.presses("移到第 2 版").sees("没有冲突").opens("检查并发布")
    platform.publishing.replay(actor, draft)
    person.goes(f"/console/publish/{draft}").fills("为什么修改", f"改成{new}").presses("发布")
    person.sees("已发布为第 3 版")
    steps = platform.release.processes[NAME].process.steps
    assert (steps["fill"].title, steps["payment"].title) == ("填写", "交费")
