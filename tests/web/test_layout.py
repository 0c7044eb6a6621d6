"""The files of the layout are fetched once, and again when they have changed."""

import re
import shutil

import pytest


@pytest.fixture
def addresses(app, tmp_path):
    """What a page loads; its files may be changed."""
    app.static_folder = str(shutil.copytree(app.static_folder, tmp_path / "static"))
    visitor = app.test_client()

    def found():
        return re.findall(r'(?:src|href)="(/static/[^"]+)"', visitor.get("/sign-in").text)

    return found


def kept(app, address):
    """For how many seconds a browser may keep what stands at an address without asking."""
    answer = app.test_client().get(address)
    assert answer.status_code == 200
    return answer.cache_control.max_age


def test_a_browser_keeps_what_a_page_loads(app, addresses):
    assert len(set(addresses())) == 7
    assert {kept(app, address) for address in addresses()} == {31536000}


def test_a_file_that_changed_has_another_address(app, addresses, tmp_path):
    before = addresses()
    (tmp_path / "static" / "forms.css").write_text("p { margin: 0 }")
    after = addresses()

    (new,) = set(after) - set(before)
    assert new.startswith("/static/forms.css?v=")
    assert app.test_client().get(new).text == "p { margin: 0 }"


def test_under_another_version_it_is_asked_for_each_time(app):
    """A node that was upgraded already sends readers to one that was not."""
    assert kept(app, "/static/forms.css?v=0123456789ab") is None
    assert kept(app, "/static/forms.css") is None
    assert app.test_client().get("/static/../app.py?v=1").status_code == 404


COLUMNS = (
    "证书编号",
    "姓名",
    "工作单位",
    "系列",
    "层级",
    "专业",
    "资格名称",
    "评审委员会",
    "日期",
    "状态",
)
CELLS = (
    "津2026000001", "张三", "天津市第一示范中学", "中小学教师", "副高级", "数学", "高级教师",
    "天津市中小学教师高级职称评审委员会", "2026-10-28", "已发放",
)  # fmt: skip


def test_a_table_of_ten_columns_fits_an_ordinary_window(app, browser_page):
    """At 1200 pixels the state of a certificate stood hidden behind what can be done with it."""
    heads = "".join(f"<th>{name}</th>" for name in COLUMNS)
    cells = "".join(
        f"<td{' class=unbroken' if text[-1].isdigit() else ''}>"
        f"{f'<span class=status>{text}</span>' if text == '已发放' else text}</td>"
        for text in CELLS
    )
    links = "".join(
        f"<a class=me-2 href=#>{text}</a>" for text in ("查看", "撤销", "送交电子证照库")
    )
    statics = app.static_folder
    browser_page.set_content(
        f"<main class=panel style='width:914px'><div class=table-wrap><table class=table>"
        f"<thead><tr>{heads}<th class=tight>操作</th></tr></thead>"
        f"<tbody><tr>{cells}<td class=tight>{links}</td></tr></tbody></table></div></main>"
    )
    for sheet in ("vendor/bootstrap.min.css", "zhicheng.css"):
        browser_page.add_style_tag(path=f"{statics}/{sheet}")

    wide, seen = browser_page.evaluate(
        "(w => [w.scrollWidth, w.clientWidth])(document.querySelector('.table-wrap'))"
    )

    assert wide <= seen
