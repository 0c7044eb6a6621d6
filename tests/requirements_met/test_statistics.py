"""查询统计: what was applied for, counted by what one would ask, each figure with its rows."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from engine.domain.errors import NotAllowed
from tests.support.city import AT_SUPERIOR, AT_UNIT, Page, city

#: 张三 of 第一中学 has come to the superior; 陈工 of 路桥检测所 is with the unit
OTHER = (
    "{by: 陈工, does: start, process: tianjin/socialised-review, case: y, "
    "with: {settings: {activity: a2, work_unit: 路桥检测所}}}",
    "{by: 陈工, does: submit, case: y, with: $forms/complete-engineer-application}",
)
OWN = "/figures/tianjin/unit-query"


def figures(page: Page) -> dict[str, list[list[str]]]:
    """By what is counted: caption, number and number in the jurisdiction of each value."""
    return {
        section.find("h2").text_content().strip(): [
            [cell.text_content().split()[0] for cell in row.iter("th", "td") if cell.text_content()]
            for row in section.findall(".//tbody/tr")
        ]
        for section in page.tree.xpath("//main//section")
    }


@pytest.fixture(scope="module")
def town():
    return city(*AT_SUPERIOR, *OTHER)


@pytest.mark.req("QRY-01")
def test_applications_are_counted_by_year_mode_series_level_status_and_unit(town):
    reviewer = town.visit("李复审", "第一中学")
    page = reviewer.get(reviewer.get("/").links["申报情况统计"])

    found = figures(page)

    assert list(found) == ["年度", "评价方式", "申报系列", "申报层级", "状态", "工作单位"]
    assert found["年度"] == [["2026", "1", "2", "细分"]]
    assert found["评价方式"] == [["社会化评审", "1", "2", "细分"]]
    assert [row[:2] for row in found["申报系列"]] == [
        ["工程技术人员", "0"], ["中小学教师", "1"],
    ]  # fmt: skip


@pytest.mark.req("QRY-01")
def test_what_waits_at_the_unit_is_counted_with_its_status():
    """It was counted among those of other units, and the query did not find it."""
    waiting = city(*AT_UNIT)
    reviewer = waiting.visit("李复审", "第一中学")
    found = figures(reviewer.get(OWN))
    assert found["状态"] == [["待初审", "1", "1", "细分"]]
    assert found["工作单位"] == [
        ["天津市第一示范中学", "1", "1", "细分"], ["其他（合计）", "0", "0"],
    ]  # fmt: skip
    (row,) = reviewer.get("/lists/tianjin/unit-query?status=pending_first_review").rows()
    assert "张三" in row
    assert reviewer.get(f"/cases/{waiting['z']}").status == 200
    # Who is further up does not know of it yet.
    assert waiting.visit("吕复审", "教委").get("/lists/tianjin/unit-query").rows() == []


@pytest.mark.req("QRY-01", "QRY-06")
def test_every_figure_opens_the_rows_it_counts_and_breaks_down_further(town):
    bureau = town.visit("陈管理", "人社局")
    page = bureau.get(bureau.get("/").links["申报统计"])
    by_unit = figures(page)["工作单位"]
    assert sorted(row[:2] for row in by_unit) == [
        ["天津城建路桥检测有限公司", "1"], ["天津市第一示范中学", "1"],
    ]  # fmt: skip
    links = [
        (cell.text_content().split()[0], cell.get("href"))
        for cell in page.tree.xpath("//main//section//td/a[contains(@href, '/lists/')]")
    ]
    assert links
    for number, href in links:
        assert len(bureau.get(href).rows()) == int(number)

    (narrowed,) = page.tree.xpath(
        "//main//tr[th='天津城建路桥检测有限公司']//a[contains(., '细分')]/@href"
    )
    found = figures(bureau.get(narrowed))
    assert [row[1] for row in found["年度"]] == ["1"]
    assert [row[0] for row in found["工作单位"]] == ["天津城建路桥检测有限公司"]

    sheet = bureau.get(bureau.page.links["导出 Excel"]).raw.data
    lines = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert lines[0] == ["统计项", "内容", "数量"]
    assert ["工作单位", "天津城建路桥检测有限公司", "1"] in lines
    assert not [line for line in lines if "天津市第一示范中学" in line]


@pytest.mark.req("QRY-07")
def test_of_units_one_may_not_look_into_only_sums_are_shown(town):
    reviewer = town.visit("李复审", "第一中学")
    page = reviewer.get(OWN)
    assert "本地区 2 件" in page
    assert figures(page)["工作单位"] == [
        ["天津市第一示范中学", "1", "1", "细分"], ["其他（合计）", "0", "1"],
    ]  # fmt: skip
    assert "城建路桥" not in page.source
    # Nor by asking for it in the address.
    asked = reviewer.get(f"{OWN}?data.settings.work_unit=路桥检测所")
    assert "本地区 2 件" in asked
    assert figures(asked)["工作单位"] == [["其他（合计）", "0", "2"]]
    assert "城建路桥" not in asked.source
    assert reviewer.get("/lists/tianjin/unit-query?data.settings.work_unit=路桥检测所").rows() == []
    sheet = reviewer.get(page.links["导出 Excel"]).raw.data
    lines = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert ["工作单位", "其他（合计）", "", "1"] in lines
    assert "路桥检测" not in str(lines)


def test_others_have_no_statistics(town):
    applicant = town.person("张三")
    with pytest.raises(NotAllowed):
        town.platform.list_figures.of(applicant, "tianjin/unit-query")


def test_what_is_not_to_be_exported_is_not_exported_as_figures_either():
    closed = city(
        *AT_SUPERIOR, changes=(("definitions/lists/tianjin/unit-query.yaml", "export: true\n", ""),)
    )
    reviewer = closed.visit("李复审", "第一中学")

    assert "导出 Excel" not in reviewer.get(OWN).links
    page = reviewer.get("/exports" + OWN)

    assert page.status == 403
    assert "不能导出" in page
