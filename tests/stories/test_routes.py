"""An administrator changes a route table in the browser (CON-01, CON-06)."""

from io import BytesIO

import pytest
from playwright.sync_api import expect

from admin.listing import XLSX
from engine.connectors.spreadsheets import write_xlsx
from engine.domain.actor import Actor
from engine.services.route_rows import Row
from tests.stories.site import Served

SENIOR = "tianjin/senior-committee"
LINES = (
    ["天津市中小学教学研究室", "", "天津市教育事业服务中心", "", "", ""],
    ["天津市没有的学校", "", "天津市教育事业服务中心", "", "", ""],
)
ACTOR = Actor("陈管理", "人社局", jurisdiction="tianjin")


@pytest.fixture
def site(tmp_path):
    served = Served(tmp_path, samples=())
    try:
        yield served.site
    finally:
        served.stop()


def finds(person, label, text, choice):
    """Type a part of a name into a picker, and choose."""
    field = person.page.get_by_label(label, exact=True)
    field.wait_for()
    person.page.wait_for_load_state()
    field.fill(text)
    person.page.get_by_label(choice).click()
    expect(person.page.locator(".zf-chosen", has_text=choice)).to_be_visible()
    return person.waits()


def follows(person, caption):
    """Follow a link of the page itself, not of the menu."""
    person.page.get_by_role("main").get_by_role("link", name=caption).first.click()
    return person


@pytest.mark.req("CON-01", "CON-06", "CON-10")
def test_rows_are_added_imported_and_ended_and_the_change_counts_at_once(site, people):
    routes = site.platform.routes
    content = BytesIO()
    write_xlsx(content, "x", list(routes.columns(SENIOR).values()), LINES)
    sheet = {"name": "x.xlsx", "mimeType": XLSX, "buffer": content.getvalue()}
    before = [one.row for one in routes.rows(ACTOR, SENIOR)]
    admin = people("chenguanli").opens("管理控制台")
    follows(admin.looks("console-index"), "下一步交给谁")
    for kind in ("职称初定", "职称认定", "初评会", "中评会", "高评会"):
        admin.sees(f"{kind}审核路径")
    admin.looks("routes")
    follows(admin, "高评会审核路径")
    admin.sees("天津市第一示范中学").looks("routes-table")
    follows(admin, "树").sees("天津市中小学教师高级职称评审委员会").looks("routes-tree")
    follows(admin, "新增")
    admin.looks("routes-row")
    finds(admin, "机构*（必填）", "城南", "天津市城南实验中学")
    finds(admin, "下一机构", "教育事业", "天津市教育事业服务中心")
    admin.picks("职称等级", "副高级").looks("routes-row-filled")
    admin.presses("保存并查看差异").sees("没有问题")
    admin.presses("再改别的行").presses("注销 天津市第二示范中学")
    admin.fills("最后有效的一天", "2026-12-31").looks("routes-end")
    admin.presses("确定注销")
    admin.presses("导入 Excel")
    admin.page.get_by_label("浏览文件").set_input_files(files=sheet)
    admin.page.once("dialog", lambda asks: asks.accept())
    admin.page.get_by_role("button", name="导入", exact=True).click()
    admin.sees("成功 1 条，失败 1 条").sees("没有机构").looks("routes-import")
    admin.presses("提交").sees("天津市中小学教学研究室")
    finds(admin, "机构*（必填）", "路桥检测", "天津城建路桥检测有限公司")
    admin.presses("试算").sees("发布后").looks("routes-proposal")
    admin.fills("理由", "新学年调整")
    admin.page.get_by_role("button", name="发布", exact=True).click()
    admin.sees("已发布 3 处修改")
    follows(admin, "修改记录").sees("新学年调整").looks("routes-history")

    after = [one.row for one in routes.rows(ACTOR, SENIOR)]
    assert [row for row in after if row not in before] == [
        Row("实验中学", "教委下属中心", {"level": "fugao"}),
        Row("教研室", "教委下属中心"),
        Row("第二中学", "教委下属中心", valid_until="2026-12-31"),
    ]
    assert [row for row in before if row not in after] == [Row("第二中学", "教委下属中心")]
    day = "2026-09-01"
    assert routes.way(ACTOR, SENIOR, (), "实验中学", {"level": "fugao"}, day)[1]


def test_it_reads_in_english_too(site, people):
    admin = people("chenguanli").goes(f"/console/routes/table/{SENIOR}").presses("English")
    admin.sees("Next organisation").sees("End of the route").looks("routes-table-en")
    admin.goes(f"/console/routes/row/{SENIOR}").sees("Title level").looks("routes-row-en")


@pytest.mark.req("BUR-08", "IMP-02")
def test_accepting_institutions_are_added_and_imported_after_a_prompt(site, people):
    heads = ["受理节点类型", "机构名称", "联系电话"]
    good, bad = ["人社部门", "天津市教育委员会", ""], ["人社部门", "天津市没有的委员会", ""]
    content = BytesIO()
    write_xlsx(content, "x", heads, [good, bad])
    sheet = {"name": "x.xlsx", "mimeType": XLSX, "buffer": content.getvalue()}
    admin = people("chenguanli").opens("职称初定/认定受理机构管理")
    follows(admin, "新增")
    finds(admin, "机构名称*（必填）", "卫生", "天津市卫生健康委员会")
    admin.picks("职称等级", "中级").picks("取得方式", "初定")
    admin.picks("受理节点类型", "职称业务主管部门").looks("accepting-new")
    admin.presses("保存").sees("已保存")
    follows(admin, "申报须知").fills("申报须知", "请于九月三十日前提交。")
    admin.looks("accepting-notice").presses("申报须知").sees("请于九月三十日前提交")
    admin.opens("职称初定/认定受理机构管理").looks("accepting")
    follows(admin, "导入")
    admin.picks("职称等级", "中级").picks("取得方式", "初定")
    admin.page.get_by_label("浏览文件").set_input_files(files=sheet)
    button = admin.page.get_by_role("button", name="导入", exact=True)
    admin.page.once("dialog", lambda asks: asks.dismiss())
    button.click()
    expect(admin.page.get_by_text("成功 1 条，失败 1 条")).to_have_count(0)
    admin.page.once("dialog", lambda asks: asks.accept())
    button.click()
    admin.sees("成功 1 条，失败 1 条").looks("accepting-import")
    admin.presses("提交").sees("已导入 1 条").sees("天津市教育委员会")
    admin.presses("English").sees("Accepting institutions").looks("accepting-en")
