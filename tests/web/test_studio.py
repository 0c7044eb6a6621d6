"""The studio without scripts: what people may get wrong there, and what they may not do."""

import re
from io import BytesIO
from pathlib import Path

import pytest

from engine.content import texts
from engine.definitions.editing import form_outline, process_outline
from tests.bpmn.support import imported
from tests.rules.test_dmn import TABLE
from tests.support.authors import BUREAU, PROCESS, SICHUAN, city_of_authors
from tests.support.city import field_of

FORM = "forms/application.yaml"
CODES = "definitions/codes/levels.yaml"
LIST = "definitions/lists/tianjin/to-issue.yaml"


@pytest.fixture(scope="module")
def here():
    return city_of_authors()


class Author:
    """A visitor without scripts who writes in a draft."""

    def __init__(self, here, name, organisation=BUREAU):
        self.visitor = here.visit(name, organisation)
        self.actor = here.person(name, organisation)
        self.drafts = here.platform.drafts
        self.draft = 0

    def begins(self, title="试改"):
        self.visitor.post("/console/studio/begin", {"title": title})
        self.draft = self.drafts.mine(self.actor)[-1].id
        return self

    def at(self, draft):
        self.draft = draft
        return self

    def get(self, address):
        return self.visitor.get(address)

    def press(self, button, **typed):
        return self.visitor.press(button, **typed)

    def opens(self, page="", path=""):
        return self.get(f"/console/studio/{self.draft}/{page}" + (f"?path={path}" if path else ""))

    def edits(self, path=PROCESS):
        return self.opens("edit", path)

    def gate(self):
        return self.get(f"/console/publish/{self.draft}")

    def saves(self, text, path=PROCESS, version="0"):
        return self.posts("save", path=path, text=text, version=version)

    def applies(self, do, version="0", path=PROCESS, **fields):
        return self.posts("apply", path=path, version=version, do=do, **fields)

    def files(self, do, path, **fields):
        return self.posts("files", do=do, path=path, **fields)

    def posts(self, what, **fields):
        return self.visitor.post(f"/console/studio/{self.draft}/{what}", fields)

    def changes(self):
        """The lines the draft changes, by file."""
        return {
            one.path: [
                line
                for line in one.text.splitlines()
                if line[:1] in "+-" and line[:3] not in ("+++", "---")
            ]
            for one in self.drafts.changes(self.actor, self.draft)
        }


@pytest.fixture(scope="module")
def administrator(here):
    """An administrator who has begun a draft."""
    return Author(here, "陈管理").begins()


@pytest.fixture
def author(here, administrator):
    """The administrator with the draft as it was begun: what a test changes is taken back."""
    yield administrator
    with here.platform.store.read() as unit:
        written = unit.drafts.files(administrator.draft)
    for file in written:
        administrator.drafts.revert(administrator.actor, administrator.draft, file.path)
    assert administrator.changes() == {}


@pytest.fixture
def text(here):
    return here.platform.definitions.files()[PROCESS].decode()


def typed(page):
    return page.tree.xpath("//textarea[@name='text']")[0].text_content().removeprefix("\n")


# ---------------------------------------------------------------- without scripts


@pytest.mark.req("CON-01", "CON-03")
def test_a_text_is_saved_with_plain_forms_and_its_mistakes_are_said(author, text):
    author.edits()
    page = author.press("保存", text=text.replace("title: 社会化评审", "titel: 社会化评审"))

    assert page.status == 200
    assert "个错误" in page
    assert "第 2 行" in page
    assert author.changes() == {PROCESS: ["-title: 社会化评审", "+titel: 社会化评审"]}


@pytest.mark.req("VER-02")
def test_saving_what_is_there_changes_nothing(author, text):
    page = author.edits()
    author.press("保存", text=typed(page))

    assert author.changes() == {}
    assert "还没有修改" in author.opens()


def test_an_edit_is_made_with_plain_forms(author):
    page = author.applies("step", step="unit", title="工作单位审核")

    assert page.status == 200
    assert author.changes() == {PROCESS: ["-    title: 本单位人员审核", "+    title: 工作单位审核"]}


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        (PROCESS, {"do": "polish"}, "没有“polish”"),
        (FORM, {"do": "polish"}, "没有“polish”"),
        (FORM, {"do": "field", "field": "nowhere"}, "没有“nowhere”"),
        (CODES, {"do": "polish", "code": "zhongji"}, "没有“polish”"),
        (CODES, {"do": "retire", "code": "nowhere"}, "没有“nowhere”"),
        (LIST, {"do": "field"}, "没有“field”"),
    ],
)
def test_a_button_that_there_is_not_is_refused_and_changes_nothing(author, path, fields, said):
    """The pane of a form answered an unknown button as if it had been carried out."""
    page = author.applies(path=path, **fields)

    assert page.status == 404
    assert said in page
    assert author.changes() == {}


def test_an_edit_reads_the_outline_of_each_text_once(author, monkeypatch):
    read = []
    monkeypatch.setattr(
        "engine.services.studio.process_outline",
        lambda files, process: read.append(process) or process_outline(files, process),
    )
    author.edits()
    before = len(read)

    author.applies("step", step="unit", title=f"工作单位审核 {id(read)}")

    assert len(read) == before + 1


def test_the_outline_is_that_of_all_files(here):
    """It is read from the files of its folder alone, and kept by them."""
    files = texts(here.platform.definitions.files())
    draft = Author(here, "陈管理").begins().draft
    actor = here.person("陈管理", BUREAU)
    for path, name in ((PROCESS, "tianjin/socialised-review"), (SICHUAN, "sichuan/meeting")):
        path = path.replace(path.rpartition("/")[2], f"{name.rpartition('/')[2]}.yaml")
        editor = here.platform.studio.open(actor, draft, path)
        assert editor.outline == process_outline(files, name)
    editor = here.platform.studio.open(actor, draft, FORM)
    assert editor.fields == form_outline(files, "application")


@pytest.mark.req("CON-08")
def test_whoever_only_reads_a_file_sees_it_without_a_draft(here):
    """To look at a file began a draft, which then stood among those of the reader."""
    reader = Author(here, "景管理", "四川人社厅")
    page = reader.get("/console/studio/?search=" + PROCESS)
    (link,) = page.tree.xpath("//td[contains(@class, 'tight')]//a")
    assert link.text_content().startswith("查看")

    page = reader.get(link.get("href"))

    assert "title: 社会化评审" in page
    assert reader.drafts.mine(reader.actor) == []


RULES = "definitions/rules/application-category.yaml"


def test_a_row_of_a_rule_table_is_changed_with_plain_forms(author):
    page = author.applies("row", path=RULES, row="3", **{"when-category": "normal"})

    assert page.status == 200
    assert author.changes() == {
        RULES: [
            "-  - {when: {category: [normal, education_exception, seniority_exception]}, "
            "then: false}",
            "+  - {when: {category: normal}, then: false}",
        ]
    }


@pytest.mark.parametrize(
    ("entered", "shown"),
    [
        ("try-category=normal&try-education_met=true", "成立的行：4"),
        ("try-category=lateral_transfer", "成立的行：5"),
        ("try-category=nonsense", "这些输入无法理解：申报类别"),
    ],
)
def test_a_rule_table_is_tried_without_keeping_anything(author, entered, shown):
    page = author.opens(f"edit?path={RULES}&{entered}")

    assert shown in page
    assert author.changes() == {}


def test_rows_that_are_not_there_are_refused(author):
    assert author.applies("remove_row", path=RULES, row="77").status == 404
    assert author.applies("move_up", path=RULES, row="0").status == 404
    assert author.applies("polish", path=RULES, row="0").status == 404

    assert author.changes() == {}


# ---------------------------------------------------------------- bad text


@pytest.mark.req("CON-03")
@pytest.mark.parametrize(
    "bad",
    [
        "process: [",
        "process: tianjin/socialised-review\n\tsteps: {}\n",
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
            for before, name in zip("abcdefg", "bcdefgh", strict=True)
        ),
        "[" * 500,
        "process: a\x00b",
        "",
        "# 只有注释\n",
        "just words",
        "\ufeffprocess: x",
        "process: !!python/object/apply:os.system [id]",
        "process: tianjin/socialised-review\nprocess: again\n",
        "<<<<<<< 甲\n=======\n>>>>>>> 乙\n",
        "\ud7ff\U0001f600: \u202e\n",
    ],
    ids=[
        "unclosed", "tab", "bomb", "deep", "nul", "empty", "comment", "words", "mark", "tag",
        "twice", "marks", "signs",
    ],
)  # fmt: skip
def test_a_broken_text_is_kept_as_typed_and_its_problem_said(here, author, bad):
    page = author.saves(bad)

    assert page.status == 200
    assert "个错误" in page
    assert author.drafts.file(author.actor, author.draft, PROCESS).text == bad
    assert author.edits().status == 200
    assert "改正后才能发布" in author.gate()


def test_lines_end_as_they_did(author, text):
    author.saves(text.replace("\n", "\r\n"))

    assert author.changes() == {}


@pytest.mark.parametrize(
    ("size", "status"), [(1_200_000, 409), (5_000_000, 409), (100_000_000, 413)]
)
def test_a_text_that_is_too_long_is_refused_and_says_so(author, size, status):
    token = field_of(author.edits().source, "csrf_token")
    sent = f"csrf_token={token}&version=0&path={PROCESS}&text={'x' * size}"

    answer = author.visitor.client.post(
        f"/console/studio/{author.draft}/save",
        data=sent,
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert answer.status_code == status
    assert "超过" in answer.text
    assert author.changes() == {}


def test_what_was_typed_stays_when_it_cannot_be_saved(author, text):
    mine, theirs = text + "# 我\n", text + "# 别处\n"
    author.saves(theirs)

    page = author.saves(mine)

    assert page.status == 409
    assert "已在另一个窗口中保存" in page
    assert typed(page) == mine
    assert author.changes() == {PROCESS: ["+# 别处"]}
    page = author.press("保存", text=typed(page))
    assert page.status == 200
    assert author.changes() == {PROCESS: ["+# 我"]}


# ---------------------------------------------------------------- bad requests


@pytest.mark.parametrize(
    "path",
    [
        "../../../etc/passwd.yaml", "/etc/passwd.yaml", "definitions/../../x.yaml",
        "definitions/processes/tianjin/./x.yaml", "definitions//x.yaml", "engine/app.yaml",
        "definitions/processes/tianjin/a\x00b.yaml", "definitions/processes/tianjin/a b.yaml",
        "definitions/processes/tianjin/.hidden.yaml", f"definitions/processes/{'x' * 300}.yaml",
        "definitions\\processes\\x.yaml", "definitions/processes/tianjin/x.py", "",
        "definitions/processes/tianjin/<script>.yaml", "%2e%2e/x.yaml",
        "definitions/processes/Tianjin/Socialised-Review.yaml",
        "definitions/processes/tianjin/socialised-review.yaml/x.yaml", PROCESS,
    ],
)  # fmt: skip
def test_a_file_cannot_be_put_where_no_content_is(author, path):
    for page in (
        author.files("add", path),
        author.files("rename", FORM, to=path),
        author.files("add", "", folder=path),
    ):
        assert page.status == 200
        assert page.tree.xpath("//*[contains(@class, 'notice--danger')]")
    assert author.changes() == {}


@pytest.mark.parametrize("do", ["rename", "delete", "revert", "nonsense", ""])
@pytest.mark.parametrize("path", ["../../etc/passwd", "forms/none.yaml", "a\x00b", "x" * 5000])
def test_files_that_are_not_there_are_not_touched(author, do, path):
    page = author.files(do, path, to="forms/other.yaml")

    assert page.status in (200, 400, 404, 409)
    assert author.changes() == {}


@pytest.mark.parametrize(
    "address",
    [
        "/console/studio/77/", "/console/studio/99999999999999999999999/",
        "/console/studio/77/edit?path=forms/application.yaml", "/console/publish/77",
        "/console/publish/99999999999999999999999", "/console/studio/{}/edit?path=forms/none.yaml",
        "/console/studio/{}/edit", "/console/studio/{}/edit?path=a%00b",
        "/console/studio/{}/edit?path=../../../../etc/passwd", "/console/studio/{}/beside?path=x",
        "/console/versions/77/", "/console/versions/zzzz/", "/console/versions/%00/",
        "/console/versions/²/", "/console/versions/1/file?path=../etc/passwd",
        "/console/versions/1/file", "/console/versions/compare?old=1&new=77",
        "/console/versions/compare", "/console/versions/?before=zzzz",
        "/console/versions/?before=" + "0" * 40,
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_a_sentence(author, address):
    page = author.get(address.format(author.draft))

    assert page.status == 404
    assert "系统出错了" not in page


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("step", {"step": "nobody", "title": "x"}),
        ("step", {"step": "", "title": "x"}),
        ("rename_step", {"step": "nobody", "name": "somebody"}),
        ("rename_step", {"step": "unit", "name": "Unit One"}),
        ("rename_step", {"step": "unit", "name": "reception"}),
        ("rename_step", {"step": "unit", "name": ""}),
        ("rename_step", {"step": "unit", "name": "x: {y"}),
        ("add_step", {"step": "nobody", "name": "x", "title": "x"}),
        ("add_step", {"step": "unit", "name": "unit", "title": "x", "before": "superiors"}),
        ("add_step", {"step": "unit", "name": "x", "title": "x", "kind": "no"}),
        ("add_step", {"step": "unit", "name": "x", "title": "x", "before": "nobody"}),
        ("add_step", {"step": "unit", "name": "x", "title": "x"}),
        ("remove_step", {"step": "nobody"}),
        ("remove_step", {"step": "reception"}),
        ("remove_step", {"step": "reception", "instead": "nobody"}),
        ("remove_step", {"step": "reception", "instead": "reception"}),
        ("move_up", {"step": "nobody"}),
        ("add_action", {"step": "unit", "name": "pass", "title": "x", "verb": "pass"}),
        ("add_action", {"step": "nobody", "name": "x", "title": "x", "verb": "pass"}),
        ("add_action", {"step": "unit", "name": "", "title": "", "verb": ""}),
        ("remove_action", {"step": "unit", "action": "nothing"}),
        ("remove_action", {"step": "", "action": "pass"}),
        ("add_level", {"step": "filing", "name": "third", "title": "x"}),
        ("add_level", {"step": "nobody", "name": "third", "title": "x"}),
        ("remove_level", {"step": "unit", "stage": "nothing"}),
        ("nonsense", {"step": "unit"}),
        ("", {}),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_made_is_refused_with_a_sentence(author, do, fields):
    page = author.applies(do, **fields)

    assert page.status in (400, 404, 409)
    assert page.tree.xpath("//*[@role='alert']") or page.status == 400
    assert author.changes() == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "<script>alert(1)</script>"), ("title", "长" * 5000), ("title", "a: {b"),
        ("title", "\"'\\"), ("title", "两\n行"), ("title", "{{7*7}}"), ("title", "a\x00b"),
        ("when", "policy.nothing == ("), ("due", "days(today"), ("action.pass.title", "# x"),
        ("title", "*x"), ("title", "true"), ("title", "\u202eabc"),
    ],
)  # fmt: skip
def test_whatever_is_typed_into_a_form_is_text(author, field, value):
    page = author.applies("step", step="unit", **{field: value})

    assert page.status in (200, 409)
    assert "<script>alert" not in page.source
    again = author.edits()
    assert again.status == 200
    assert "<script>alert" not in again.source
    if page.status == 200:
        assert "步骤" in again, "the file can still be read"
        shown = again.tree.xpath(f"//input[@id='step-unit-{field}']/@value")
        assert shown in ([value.replace("\x00", "\ufffd")], [])


@pytest.mark.parametrize("target", ["nobody", "x: {y", "two words", "<b>"])
def test_a_target_that_is_no_step_is_a_problem_at_its_line(author, target):
    page = author.applies("step", step="unit", **{"action.return.to.0": target}, alias="here")

    assert page.status in (200, 409)
    assert author.edits().status == 200
    assert "改正后才能发布" in author.gate() or page.status == 409


def test_an_edit_of_a_file_saved_elsewhere_is_refused(author, text):
    author.saves(text + "# 别处\n")

    page = author.applies("step", step="unit", title="x")

    assert page.status == 409
    assert "已在另一个窗口中保存" in page
    assert author.changes() == {PROCESS: ["+# 别处"]}


def test_a_deleted_file_that_others_need_is_a_problem_where_it_is_needed(author):
    author.files("delete", FORM)

    page = author.gate()

    assert "definitions/lists/sichuan/authority-handled.yaml （" in page
    assert "第 9 行" in page
    assert "改正后才能发布" in page
    assert author.edits().status == 200
    assert "不能恢复" in author.files("revert", FORM)
    assert FORM in author.changes(), "what was typed is thrown away once it is confirmed"
    assert f"{FORM} 的修改已取消" in author.visitor.press("确定取消修改")
    assert "还没有修改" in author.opens()


# ---------------------------------------------------------------- whose it is


@pytest.mark.req("CON-08")
@pytest.mark.parametrize(
    ("name", "at"), [("王初审", "第一中学"), ("张三", None), ("潘平台", BUREAU)]
)
def test_who_does_not_write_content_is_kept_out(here, author, name, at):
    other = Author(here, name, at).at(author.draft)

    for page in (
        other.opens(),
        other.edits(),
        other.gate(),
        other.get("/console/studio/"),
        other.get("/console/versions/"),
        other.saves("x"),
        other.files("delete", PROCESS),
    ):
        assert page.status == 403, page.address
    assert author.changes() == {}


@pytest.mark.req("CON-08")
def test_another_jurisdiction_neither_sees_the_draft_nor_changes_the_files(here, author):
    other = Author(here, "景管理", "四川人社厅").at(author.draft)
    for page in (other.opens(), other.edits(), other.gate(), other.saves("x")):
        assert page.status == 404, page.address
    other.begins("四川")

    page = other.saves("x")

    assert page.status == 403
    assert "由其他地区使用" in page
    assert "由其他地区使用" in other.files("delete", PROCESS)
    assert "由其他地区使用" in other.applies("step", step="unit", title="x")
    assert other.changes() == {}
    assert other.saves("x", path=SICHUAN).status == 200
    assert list(other.changes()) == [SICHUAN]


@pytest.mark.req("CON-08")
def test_who_may_not_publish_writes_and_asks(here, text):
    writer = Author(here, "郑备案").begins("编写")
    writer.saves(text.replace("title: 社会化评审\n", "title: 社会评审\n"))

    page = writer.visitor.post(
        f"/console/publish/{writer.draft}/publish", {"do": "publish", "reason": "改名"}
    )

    assert page.status == 403
    process = here.platform.release.processes["tianjin/socialised-review"].process
    assert process.title == "社会化评审"


def test_the_question_before_a_draft_is_thrown_away_offers_nothing_to_change(here):
    writer = Author(here, "陈管理").begins("丢弃")

    page = writer.posts("discard")

    assert "返回修改" not in page.buttons
    assert "确定放弃草稿" in page.buttons
    assert "丢弃" in writer.opens()


@pytest.mark.req("CON-08")
def test_somebody_elses_draft_is_read_and_not_changed(here, author):
    other = Author(here, "吴审核").at(author.draft)

    assert "陈管理" in other.opens()
    assert other.saves("x").status == 409
    assert other.applies("step", step="unit", title="x").status == 409
    for do in ("delete", "rename", "revert"):
        other.files(do, PROCESS, to="forms/x.yaml")
    other.posts("discard", confirmed="yes")
    assert author.changes() == {}
    assert "试改" in author.opens()


# -------------------------------------------------------------------- BPMN files

LEAVE = (Path(__file__).parents[1] / "bpmn" / "files" / "leave.bpmn").read_bytes()


def test_a_bpmn_file_becomes_a_process_file_and_every_rewriting_is_listed(here):
    author = Author(here, "陈管理").begins()

    page = author.posts("bpmn", file=(BytesIO(LEAVE), "leave.bpmn"), process="tianjin/leave")

    assert "改写了什么" in page.text
    assert "条件“${leaveDays > 5" in page.text
    assert list(author.changes()) == [
        "definitions/processes/tianjin/leave.yaml", "forms/leave.yaml"
    ]  # fmt: skip
    assert "DEF204" in author.edits("definitions/processes/tianjin/leave.yaml").text


@pytest.mark.parametrize(
    ("content", "process", "said"),
    [
        (LEAVE.replace(b"userTask id=\"scan\"", b"scriptTask id=\"scan\""), "tianjin/leave",
         "脚本任务 scriptTask 不能执行"),
        (LEAVE, "", "文件不能叫"),
        (LEAVE, "../leave", "文件不能叫"),
        (b"no bpmn", "tianjin/leave", "文件不能读"),
        (b" " * 1_000_001, "tianjin/leave", "超过 1000000 字节"),
    ],
)  # fmt: skip
def test_a_bpmn_file_that_cannot_be_taken_in_changes_nothing(here, content, process, said):
    author = Author(here, "陈管理").begins()

    page = author.posts("bpmn", file=(BytesIO(content), "leave.bpmn"), process=process)

    assert said in page.text
    assert not author.changes()


OFFICES = (Path(__file__).parents[1] / "bpmn" / "files" / "offices.bpmn").read_bytes()


def test_of_several_pools_one_is_chosen_on_the_page_or_all_of_them(here):
    author = Author(here, "陈管理").begins()
    page = author.posts("bpmn", file=(BytesIO(OFFICES), "o.bpmn"), process="tianjin/copies")
    assert "导入哪一个" in page.text
    assert not author.changes()
    kept = re.search('name="kept" value="([^"]+)"', page.raw.text)
    assert kept is not None

    done = author.posts("bpmn", kept=kept[1], name="o.bpmn", process="tianjin/copies", pool="*")

    assert list(author.changes()) == [
        "definitions/messages/letter.yaml", "definitions/processes/tianjin/archive.yaml",
        "definitions/processes/tianjin/copies.yaml",
    ]  # fmt: skip
    assert "外部系统、消息和其他流程" in done.text
    assert done.raw.text.count('data-step="search"') == 1
    assert "/diagram.css" in done.raw.text


def test_the_picture_of_a_refused_file_shows_what_cannot_be_executed(here):
    author = Author(here, "陈管理").begins()
    path = "definitions/processes/tianjin/complaint.yaml"
    drawn = author.get(f"/console/studio/{author.draft}/picture?path={path}").raw.data
    wrong = re.sub(b"(<zc:key.*?</zc:key>)", b"", drawn).replace(b"userTask", b"scriptTask")

    page = author.posts("bpmn", file=(BytesIO(wrong), "c.bpmn"), process="tianjin/other")

    assert 'class="sketch"' in page.raw.text
    assert 'class="refused" data-kind="scriptTask"' in page.raw.text
    (title,) = page.tree.xpath("//h2[@id='marks-title']/span")
    refused = page.tree.xpath("//tr[@class='table-danger']")
    assert title.text_content() == f"（{len(refused)}）"
    assert not author.changes()


def test_a_dmn_file_becomes_rule_tables_or_nothing(here):
    author = Author(here, "陈管理").begins()

    page = author.posts("dmn", file=(BytesIO(TABLE.encode()), "years.dmn"))
    assert "definitions/rules/years-enough.yaml" in page.text
    assert list(author.changes()) == ["definitions/rules/years-enough.yaml"]
    again = author.posts("dmn", file=(BytesIO(TABLE.encode()), "years.dmn"))
    assert "definitions/rules/years-enough.yaml" in again.text
    assert len(author.changes()) == 1

    wrong = TABLE.replace("yearsEnough", "other").replace("workYears * 2", "pay * 2")
    page = author.posts("dmn", file=(BytesIO(wrong.encode()), "years.dmn"))
    assert "它不是输入" in page.text
    assert len(author.changes()) == 1


@pytest.mark.req("CON-03")
def test_a_process_is_downloaded_as_bpmn_and_as_a_picture(here):
    author = Author(here, "陈管理").begins()
    path = "definitions/processes/tianjin/complaint.yaml"
    assert "下载 BPMN 2.0" in author.edits(path).text

    drawn = author.get(f"/console/studio/{author.draft}/picture?path={path}")
    text, problems = imported(drawn.raw.data)
    assert text is not None
    assert not list(problems)
    picture = author.get(f"/console/studio/{author.draft}/picture?path={path}&as=svg")
    assert "tianjin-complaint.svg" in picture.raw.headers["Content-Disposition"]
    assert picture.raw.data.startswith(b"<svg")
    assert author.opens("picture", FORM).status == 404


def test_nobody_imports_into_a_draft_of_somebody_else(here):
    draft = Author(here, "陈管理").begins().draft

    other = Author(here, "景管理", "四川人社厅").at(draft)
    other.posts("bpmn", file=(BytesIO(LEAVE), "leave.bpmn"), process="tianjin/leave")

    assert not Author(here, "陈管理").at(draft).changes()
