"""Post quotas (职数): a unit declares them, those above review them, the bureau finds them."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.support.city import city

STARTED = (
    "{by: 华职数, does: start, process: tianjin/post-quota, case: q, "
    "with: {settings: {unit: 第一中学, year: '2026'}}}"
)
SUBMITTED = "{by: 华职数, does: submit, case: q, with: $forms/post-quota}"
PASSED = "{by: 时职数, does: pass, case: q}"
CONFIRMED = "{by: 卜职数, does: pass, case: q}"
QUERY = "/lists/tianjin/post-quota-query"


@pytest.mark.req("QTA-02")
def test_a_unit_declares_the_posts_of_each_level_on_a_page():
    """A plan for more than the vacant posts was refused; it is only to be warned of (FM-23)."""
    town = city()
    officer = town.visit("华职数", "第一中学")

    officer.get(officer.get("/").links["新增职数申报"])
    officer.press("新建", **{"settings.unit": "第一中学", "settings.year": "2026"})
    officer.press("+ 添加层级")
    page = officer.press("提交", level="fugao", approved="20", occupied="21", planned="3")
    assert (page.status, "已聘职数不能多于核定职数" in page) == (422, True)
    page = officer.press("暂存", occupied="18", approved="20", level="fugao", planned="3")
    assert page.text.count("拟申报人数多于空缺的职数，请核对") == 2, "above the form, at the field"
    officer.press("提交")
    assert "拟申报人数多于空缺的职数，请核对" in officer.page

    reviewer = town.visit("时职数", "教委下属中心")
    waiting = reviewer.get("/lists/tianjin/post-quota-review").rows()
    assert [row[2:5] for row in waiting] == [["天津市第一示范中学", "2026", "待审核"]]


@pytest.mark.req("QTA-01", "QTA-02")
def test_the_bureau_lists_opens_and_exports_what_was_declared():
    town = city(STARTED, SUBMITTED, PASSED, CONFIRMED)
    bureau = town.visit("章职数", "人社局")

    page = bureau.get(bureau.get("/").links["职数申报查询"])
    (row,) = page.rows()
    assert row[1:4] == ["天津市第一示范中学", "2026", "已核定"]
    exported = BytesIO(bureau.get("/exports/tianjin/post-quota-query").raw.data)
    (_heads, exported_row) = (
        CalamineWorkbook.from_filelike(exported).get_sheet_by_index(0).to_python()
    )
    assert exported_row[1] == "天津市第一示范中学"

    page = bureau.get(f"/cases/{town['q']}")
    assert "副高级" in page
    assert "拟申报人数" in page
    assert page.buttons == []


@pytest.mark.req("QTA-01")
def test_nobody_else_reads_the_query():
    town = city(STARTED, SUBMITTED)

    assert town.visit("王初审", "第一中学").get(QUERY).status == 403
    assert "职数申报查询" not in town.visit("华职数", "第一中学").get("/").links


@pytest.mark.req("QTA-02")
def test_the_unit_is_told_by_name_what_was_returned():
    """A placeholder of a field that refers to a record wrote the key of the record."""
    town = city(
        STARTED, SUBMITTED, "{by: 时职数, does: return, case: q, with: {return_reason: 数字不符}}"
    )
    town.platform.outgoing.work_off()

    (message,) = town.platform.messages.inbox(town.person("华职数"))

    assert message.title == "天津市第一示范中学 2026 年度职数申报已退回"
    assert "原因：数字不符。" in message.body
