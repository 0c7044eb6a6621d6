"""Forms as pages: what is drawn, uploads, comparison; without a browser."""

import io
import re
import time

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict

from admin import forms as pages
from engine.domain.errors import Refused
from engine.forms import Attachment, Rights, check
from tests.forms.pages import ADMIN, make_app
from tests.forms.world import (
    APPLICATION,
    PROFILE,
    World,
    application_world,
    complete_application,
    form_of,
    forms_of,
    surroundings,
)

APPLY = forms_of(PROFILE, APPLICATION)["application"]
PDF = b"%PDF-1.4 test"


def page(rights: Rights | None = None, path: str = "/") -> str:
    client = make_app(APPLY, application_world(), complete_application(), rights).test_client()
    return client.get(path).text


@pytest.mark.req("FORM-05")
def test_required_fields_are_marked() -> None:
    html = page()

    assert re.search(r'for="f-settings-sort">小类<span class="zf-star"[^>]*>\*</span>', html)
    assert re.search(r'name="settings.sort"[^>]* required ', html)
    assert not re.search(r'name="statement.remark"[^>]* required', html)


@pytest.mark.req("FORM-03", "FORM-05")
@pytest.mark.parametrize("dispatched", [True, False])
def test_a_star_stands_at_every_field_that_is_required_now_and_at_no_other(
    dispatched: bool,
) -> None:
    """One required field was looked at, none that is so on a condition."""
    data = complete_application()
    data["work"][0]["dispatched"] = dispatched  # type: ignore[index]
    world = application_world()
    html = make_app(APPLY, world, data).test_client().get("/").text
    form = APPLY.effective(data, surroundings(world))
    whole = ("group", "rows", "note")
    asked = [one for one in form.walk() if one.editable and one.kind not in whole]

    assert any(one.name == "work.0.dispatched_to" and one.required for one in asked) is dispatched
    for one in asked:
        heading = re.search(
            rf'id="f-{one.name.replace(".", "-")}-field">.*?{re.escape(one.title)}(.{{0,30}})',
            html,
            re.S,
        )
        assert heading is not None, one.name
        assert ("zf-star" in heading[1]) is one.required, one.name


@pytest.mark.req("FORM-15", "PROF-31", "APP-08")
def test_explanations_stand_beside_their_fields() -> None:
    html = page()

    assert '<p class="zf-help" id="f-work-0-content-help">请填写工作内容和范围。</p>' in html
    assert 'aria-describedby="f-work-0-content-help f-work-0-content-count"' in html
    assert "按特别条件申请" in html


def test_readers_are_told_what_to_do_with_a_link_while_there_is_one() -> None:
    """Who could not pay yet was told to follow a link that was not there."""
    form = form_of(
        "order: {title: Order, help: Write it here., properties: "
        "{link: {title: Link, type: string, widget: link, locked: true, help: Pay by the link., "
        "visible_when: data.order.link != null}, number: {title: Number, type: string}}}"
    )

    def read(**order: str) -> str:
        return make_app(form, World(), {"order": order}).test_client().get("/read").text

    with_link, without = read(number="7", link="https://pay.example/7"), read(number="7")

    assert "Pay by the link." in with_link
    assert "Pay by the link." not in without
    assert "Write it here." not in with_link


@pytest.mark.req("PROF-31", "FORM-02")
def test_a_long_text_shows_how_much_of_it_is_used() -> None:
    assert ">2 / 500</span>" in page()


@pytest.mark.req("PROF-30")
def test_empty_rows_say_so() -> None:
    assert '<p class="zf-empty">暂无数据</p>' in page()


@pytest.mark.req("FORM-01")
@pytest.mark.parametrize("mode", ["read", "print", "diff"])
def test_the_same_form_is_read_printed_and_compared_without_inputs(mode: str) -> None:
    html = page(path=f"/{mode}").partition('class="zf')[2].partition("<button")[0]

    assert "第一中学" in html
    assert "张三" in html
    assert "<input" not in html
    assert "<select" not in html


@pytest.mark.req("FORM-06")
def test_masked_values_are_not_in_the_page() -> None:
    html = page(Rights(edit=(), mask=("basics",)))

    assert "110***********002X" in html
    assert "11010519491231002X" not in html
    assert "张三" not in html


def test_a_comparison_shows_old_and_new() -> None:
    app = make_app(APPLY, application_world(), complete_application())
    after = complete_application()
    after["basics"]["mobile"] = "13900139000"  # type: ignore[index]
    app.extensions["stored"]["data"] = after

    html = app.test_client().get("/diff").text

    assert html.count("<del>") == 1
    assert re.search(r"原为</span><span class=\"zf-line\">13800138000", html)
    assert re.search(r"现为</span><span class=\"zf-line\">13900139000", html)


def post(world: World, **files: tuple[bytes, str]) -> tuple[str, World]:
    form = form_of(
        "proof: {title: 证明, files: {max: 2, types: [pdf], size: 1KB, template: proof}}"
    )
    client = make_app(form, world, {}).test_client()
    given = {name: (io.BytesIO(content), title) for name, (content, title) in files.items()}
    answer = client.post(
        "/", data={"_do": "upload:proof", "proof": "", **given}, content_type="multipart/form-data"
    )
    return answer.text, world


@pytest.mark.req("FORM-02", "FORM-07", "PROF-29")
def test_an_uploaded_file_is_kept_and_a_template_is_offered() -> None:
    html, world = post(World(), **{"proof~file": (PDF, "证明.pdf")})

    assert 'name="proof" value="file1"' in html
    assert "证明.pdf" in html
    assert world.contents["file1"] == PDF
    assert 'href="/template/proof"' in html
    assert "最多 2 个，格式 pdf，每个不超过 1 KB" in html


@pytest.mark.req("FORM-07", "SEC-04")
@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"MZ", "a.exe", "证明：“a.exe”不是允许的文件类型，可用：pdf"),
        (b"MZ", "a.pdf", "证明：“a.pdf”的内容不是 pdf 文件，可能已损坏或改过扩展名"),
        (b"", "a.pdf", "证明：“a.pdf”是空文件，请重新选择"),
        (PDF * 100, "a.pdf", "证明：“a.pdf”超过 1 KB"),
    ],
    ids=["ending", "content", "empty", "size"],
)
def test_a_wrong_file_is_refused_and_not_kept(content: bytes, name: str, sentence: str) -> None:
    html, world = post(World(), **{"proof~file": (content, name)})

    assert sentence in html
    assert not world.files


@pytest.mark.req("FORM-02")
def test_a_record_is_searched_by_a_part_of_its_name() -> None:
    form = form_of("unit: {title: 单位, reference: units, where: it.open == true}")
    client = make_app(form, World(), {}).test_client()

    html = client.post("/", data={"_do": "search:unit", "unit~search": "中学"}).text

    assert "第一中学" in html
    assert "第二中学" in html
    assert "已注销" not in html
    chosen = client.post("/", data={"_do": "refresh", "unit": "u2", "unit~search": "中学"}).text
    assert '<input type="hidden" name="unit" value="u2">' in chosen


def test_names_with_markup_are_shown_as_text() -> None:
    form = form_of("a: {title: 甲, type: string}")
    client = make_app(form, World(), {"a": "<script>alert(1)</script>"}).test_client()

    for path in ("/", "/read"):
        assert "<script>alert" not in client.get(path).text


def many_rows() -> dict[str, object]:
    data = complete_application()
    rows = [{**row, "content": "内容" * 50} for row in data["work"] * 12]  # type: ignore[operator]
    return data | {"work": rows, "education": data["education"] * 5}  # type: ignore[operator]


def fastest(run: object, times: int = 7) -> float:
    found = []
    for _ in range(times):
        started = time.process_time()
        run()  # type: ignore[operator]
        found.append(time.process_time() - started)
    return min(found) * 1000


def test_an_application_is_looked_at_checked_and_drawn_in_milliseconds() -> None:
    """The limits are several times what was measured, so that a slow machine does not fail."""
    world = World(files={"photo": Attachment("photo", "a.png", 1)})
    around, data = surroundings(world), many_rows()
    app = make_app(APPLY, world, data)

    assert fastest(lambda: check(APPLY.effective(data, around), complete=True)) < 80
    assert fastest(lambda: app.test_client().get("/")) < 250


@pytest.mark.req("FORM-07")
def test_too_many_files_are_refused() -> None:
    form = form_of("proof: {title: 证明, files: {max: 1, types: [pdf]}}")
    client = make_app(form, World(), {}).test_client()

    html = client.post(
        "/",
        data={"proof": "", "proof~file": [(io.BytesIO(PDF), "a.pdf"), (io.BytesIO(PDF), "b.pdf")]},
        content_type="multipart/form-data",
    ).text

    assert "证明最多上传 1 个文件，现在是 2 个" in html
    assert "a.pdf" in html


def test_a_refused_upload_says_why() -> None:
    form = form_of("proof: {title: 证明, files: {max: 1, types: [pdf]}}")
    world = World()

    def keep(_name: str, _file: str, _content: bytes) -> str:
        raise Refused("too_much", say="空间已满")

    world.keep = keep  # type: ignore[method-assign]
    html = make_app(form, world, {}).test_client().post(
        "/",
        data={"proof": "", "proof~file": (io.BytesIO(PDF), "a.pdf")},
        content_type="multipart/form-data",
    ).text  # fmt: skip

    assert "空间已满" in html


def test_a_part_of_a_field_speaks_at_the_field() -> None:
    form = form_of("a: {title: 在校时间, widget: period}")
    client = make_app(form, World(), {}).test_client()

    html = client.post("/", data={"do": "submit", "a.from": "2026-01-01", "a.until": ""}).text

    assert '<a href="#f-a">' in html
    assert re.search(r'id="f-a-error"><span[^>]*>请填写在校时间的结束日期', html)


def test_a_tree_with_a_circle_is_drawn_once() -> None:
    records = {"fields": {"a": {"name": "甲", "parent": "b"}, "b": {"name": "乙", "parent": "a"}}}
    form = form_of("f: {title: 专业, reference: fields, widget: tree}")

    html = make_app(form, World(records=records), {}).test_client().get("/").text  # type: ignore[arg-type]

    assert "没有可选的内容" in html


def test_a_computed_value_has_its_unit() -> None:
    form = form_of("a: {title: 合计, widget: display, shows: 1 + 2, suffix: 年}")

    assert "3 年" in make_app(form, World(), {}).test_client().get("/read").text


def test_files_without_limits_say_none() -> None:
    form = form_of("a: {title: 附件, files: {}}")

    html = make_app(form, World(), {}).test_client().get("/").text

    assert 'type="file"' in html
    assert "zf-limits" not in html


def test_several_forms_are_sent_together() -> None:
    form = form_of(
        """
        a: {title: 甲, type: string}
        rows: {title: 行, items: {properties: {b: {title: 乙, type: string}}}}
        proof: {title: 附件, files: {max: 1, types: [pdf]}}
        """
    )
    world = World()
    app = Flask("forms", root_path=str(ADMIN), template_folder="templates")
    look = form.effective({"rows": [{"b": "x"}]}, surroundings(world))
    posted = MultiDict([("p1-a", "一"), ("a", "零"), ("p1-rows.#", "list"), ("p1-_do", "add:rows")])
    files = MultiDict([("p1-proof~file", FileStorage(io.BytesIO(PDF), "a.pdf"))])

    back = pages.receive(look, posted, files, world.keep, prefix="p1-")
    with app.test_request_context("/"):
        html = pages.render(back.form, root="one", prefix="p1-")

    assert back.data == {"a": "一", "rows": [{}], "proof": ["file1"]}
    assert re.findall(r' name="(?!p1-)[^"]*"', html) == []
    assert 'id="one-rows-0-b"' in html


@pytest.mark.req("APP-06", "APP-07")
def test_what_a_cascade_offers_can_be_a_table_of_records() -> None:
    form = form_of(
        """
        scope: {title: 范围, type: string}
        activity:
          title: 活动
          reference: activities
          widget: records
          columns: [scope, deadline]
          options_from: {register: activities, field: id, match: {scope: scope}}
        """
    )
    client = make_app(form, World(), {"scope": "部分"}).test_client()

    html = client.get("/").text

    assert "秋季活动" in html
    assert "2026-10-31" in html
    assert "春季活动" not in html
    assert re.search(r'type="radio" [^>]*name="activity" value="a2"', html)
    assert "<dt>截止时间</dt>" in html


def test_files_of_a_record_can_be_opened_before_it_is_picked() -> None:
    records = {"activities": {"a1": {"name": "春季活动", "scope": ["f1"], "kind": "plain"}}}
    world = World(records=records, files={"f1": Attachment("f1", "通知.pdf")})  # type: ignore[arg-type]
    form = form_of("a: {title: 活动, reference: activities, widget: records, columns: [scope]}")

    html = make_app(form, world, {}).test_client().get("/").text

    assert '<a href="/file/f1"' in html
    assert "通知.pdf" in html
