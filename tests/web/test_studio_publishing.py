"""From a draft to a version and back, at the pages and without scripts."""

import pytest

from tests.support.authors import BUREAU, PROCESS, SAMPLE, city_of_authors

NAME = "tianjin/socialised-review"
JURISDICTION = "definitions/jurisdictions/tianjin.yaml"
SUBMITTED = (
    "at: unit.first@第一中学, waits_for: [王初审], status: pending_first_review, shown: 待初审"
)


@pytest.fixture
def here():
    return city_of_authors()


class Author:
    """Somebody who writes and publishes."""

    def __init__(self, here, name):
        self.here, self.platform = here, here.platform
        self.visitor, self.actor = here.visit(name, BUREAU), here.person(name, BUREAU)
        self.draft = 0

    def begins(self, title):
        self.visitor.post("/console/studio/begin", {"title": title})
        self.draft = self.platform.drafts.mine(self.actor)[-1].id
        return self

    def text(self, path):
        return self.platform.drafts.file(self.actor, self.draft, path).text

    def saves(self, path, old, new):
        """Change a text in the editor."""
        page = self.visitor.get(f"/console/studio/{self.draft}/edit?path={path}")
        text = self.text(path)
        assert old in text
        page = self.visitor.press("保存", text=text.replace(old, new, 1))
        assert page.status == 200
        return page

    def gate(self):
        return self.visitor.get(f"/console/publish/{self.draft}")

    def replays(self):
        self.gate()
        self.visitor.press("开始重放")
        self.platform.publishing.work_off()
        return self.gate()

    def publishes(self, reason, button="发布", **more):
        self.gate()
        return self.visitor.press(button, reason=reason, **more)


@pytest.fixture
def one(here):
    return Author(here, "陈管理")


@pytest.fixture
def two(here):
    return Author(here, "吴审核")


def applies_for(here, name):
    """Start an application; return its id."""
    settings = {"activity": "a1", "work_unit": "第一中学"}
    return here.platform.cases.start(here.person(name), NAME, {"settings": settings}).uid


def submits(here, name, uid):
    """Submit it; return what its page says."""
    actor, data = here.person(name), here.data("complete-application")
    data["settings"] = {**data["settings"], "activity": "a1", "work_unit": "第一中学"}
    here.platform.cases.act(actor, uid, "submit", data=data)
    return here.visit(name).get(f"/cases/{uid}")


@pytest.mark.req("CON-01", "CON-04", "CON-12", "TST-05", "VER-03", "VER-05")
def test_a_step_is_added_tried_mended_published_and_taken_back(here, one):
    before = applies_for(here, "张三")
    one.begins("增加自查")
    page = one.visitor.post(
        f"/console/studio/{one.draft}/apply",
        {"path": PROCESS, "version": "0", "do": "add_step", "step": "fill", "name": "precheck",
         "title": "自查", "kind": "task", "before": "unit"},
    )  # fmt: skip
    assert page.status == 200

    # A mistake stops it.
    one.saves(PROCESS, "noun: 申报\n", "noum: 申报\n")
    page = one.gate()
    assert f"{PROCESS} （1） 草稿中修改过" in page
    assert "第 3 行" in page
    assert "发布" not in page.buttons
    assert "开始重放" not in page.buttons
    refused = one.visitor.post(f"/console/publish/{one.draft}/publish", {"reason": "硬发"})
    assert refused.status == 409
    one.saves(PROCESS, "noum: 申报\n", "noun: 申报\n")

    # A sample that comes out otherwise stops it, with what was expected and what was found.
    page = one.replays()
    assert "结果和写的不一样" in page
    assert SAMPLE in page
    assert "unit.first@第一中学" in page
    assert "precheck" in page
    refused = one.publishes("增加自查", "样例不符，仍要发布")
    assert refused.status == 409
    assert "样例" in refused
    assert one.platform.history.versions(one.actor, limit=1)[0].number == 1

    # The sample is what was wanted otherwise: it is mended like any file.
    one.saves(
        SAMPLE,
        f"expect: {{{SUBMITTED}}}}}\n",
        "expect: {at: precheck}}\n"
        f"  - {{by: 张三, does: pass, case: z, expect: {{{SUBMITTED}}}}}\n",
    )
    page = one.replays()
    assert "全部符合" in page or "不一样" in page
    page = one.publishes("申报人先自查")
    assert page.status == 200
    assert "已发布为第 2 版" in page
    assert "申报人先自查" in page
    assert "陈管理" in page

    # New cases take the new step, those begun before do not.
    after = applies_for(here, "李四")
    assert "待初审" in submits(here, "张三", before)
    assert "自查" in submits(here, "李四", after)

    # It is taken back as a version of its own.
    one.visitor.get("/console/versions/1/")
    page = one.visitor.press("恢复", reason="暂不自查")
    assert "已恢复，成为第 3 版" in page
    assert "恢复第 1 版" in one.visitor.get("/console/versions/")
    assert "precheck" not in one.platform.release.processes[NAME].process.steps


@pytest.mark.req("CON-04")
def test_what_a_deleted_form_leaves_behind_is_counted_by_file_below_its_name(here, one):
    """One form deleted made thirty problems of other files, and nothing named the form."""
    one.begins("删除")
    form = "forms/review-action.yaml"
    one.platform.drafts.delete(one.actor, one.draft, form)
    one.saves(PROCESS, "noun: 申报\n", "noum: 申报\n")

    page = one.gate()

    assert f"草稿删除了这些文件，别处可能还要用到： {form}" in page
    files = [each.text_content() for each in page.tree.xpath("//details[@id]/summary[code]")]
    counts = [int(one.partition("（")[2].partition("）")[0]) for one in files]
    errors = one.platform.publishing.check(one.actor, one.draft).errors
    assert sum(counts) == len(errors)
    assert files[0].startswith(PROCESS)
    assert counts[1:] == sorted(counts[1:], reverse=True)
    links = page.tree.xpath("//ul[@class='problems']/li/a")
    assert len(links) == len(errors)


@pytest.mark.req("CON-04")
def test_what_only_misses_a_file_that_cannot_be_read_stands_back(here, one):
    one.begins("全角")
    one.saves(PROCESS, "noun: 申报\n", "noun： 申报\n")

    page = one.gate()

    assert "键后面是全角冒号，请改用半角冒号和空格" in page
    first, *others = page.tree.xpath("//details[@id='wrong-others']/preceding::summary[code]")
    assert PROCESS in first.text_content()
    assert others == []
    assert "其他文件中还有" in page
    assert page.tree.xpath("//details[@id='wrong-others'][not(@open)]//summary[code]")


@pytest.mark.req("VER-05")
def test_who_publishes_second_is_told_by_whom_and_loses_nothing(here, one, two):
    one.begins("甲").saves(PROCESS, "title: 填报", "title: 填写")
    two.begins("乙").saves(PROCESS, "title: 缴费", "title: 交费")
    one.replays(), two.replays()
    assert "已发布为第 2 版" in one.publishes("改称填写")

    page = two.publishes("改称交费")

    assert page.status == 409
    assert "陈管理" in page
    assert "改称填写" in page
    assert two.visitor.page.field("reason").get("value") == "改称交费"
    page = two.visitor.press("移到第 2 版")
    assert "没有冲突" in page
    two.replays()
    assert "已发布为第 3 版" in two.publishes("改称交费")
    now = here.platform.definitions.files()[PROCESS].decode()
    assert "title: 填写" in now
    assert "title: 交费" in now


@pytest.mark.req("VER-05")
def test_pressing_publish_twice_publishes_once_and_says_so_twice(one):
    one.begins("甲").saves(PROCESS, "title: 填报", "title: 填写")
    page = one.replays()
    sent = {"do": "publish", "reason": "改称", "tree": page.field("tree").get("value")}

    pages = [one.visitor.post(f"/console/publish/{one.draft}/publish", sent) for _ in "ab"]

    assert [page.status for page in pages] == [200, 200]
    assert all("已发布为第 2 版" in page for page in pages)
    assert one.platform.history.versions(one.actor, limit=1)[0].number == 2


@pytest.mark.req("CON-12")
def test_who_overrides_a_sample_stands_in_the_history_with_the_reason(one):
    one.begins("甲").saves(PROCESS, "status: effective\n", "status: certified\n")
    page = one.replays()
    assert "结果和写的不一样" in page
    assert "不同的是状态" in page, "in words, not only by the key of the sample"
    assert "发布" not in page.buttons, "the button says that samples differ"

    page = one.publishes("改状态", "样例不符，仍要发布", override="样例下周改")

    assert "已发布为第 2 版" in page
    assert "样例下周改（陈管理）" in page
    assert "不符" in one.visitor.get("/console/versions/")


@pytest.mark.req("CON-07")
def test_where_a_second_person_is_needed_the_author_asks_and_the_other_answers(here, one, two):
    one.begins("四眼").saves(JURISDICTION, "bureau: 人社局\n", "bureau: 人社局\nfour_eyes: true\n")
    one.replays()
    one.publishes("须由两人发布")
    one.begins("改名").saves(PROCESS, "title: 填报", "title: 填写")
    one.replays()
    assert "发布" not in one.visitor.page.buttons
    page = one.visitor.press("提请另一个人发布", reason="改称填写")
    assert "等待另一个人确认" in page
    assert one.visitor.post(f"/console/studio/{one.draft}/save", {"path": PROCESS}).status == 409

    # The other one sends it back with a reason.
    assert "改称填写" in two.visitor.get("/console/studio/")
    two.draft = one.draft
    two.gate()
    assert two.visitor.press("退回给编写人", reason="").status == 409
    two.gate()
    two.visitor.press("退回给编写人", reason="名称不妥")
    page = one.visitor.get(f"/console/studio/{one.draft}/")
    assert "名称不妥" in page
    assert "吴审核" in page

    # It is mended, asked for again, and published by the other.
    one.saves(PROCESS, "title: 填写", "title: 填报申请")
    one.replays()
    one.visitor.press("提请另一个人发布", reason="改称填报申请")
    two.gate()
    page = two.visitor.press("同意并发布")
    assert "已发布为第 3 版" in page
    assert "陈管理" in page
    assert "吴审核" in page
    assert here.platform.release.processes[NAME].process.steps["fill"].title == "填报申请"
