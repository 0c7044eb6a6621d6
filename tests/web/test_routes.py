"""Route tables in the console, without scripts: proposed, looked at, published (CON-06)."""

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from werkzeug.datastructures import FileStorage

from engine.connectors.spreadsheets import write_xlsx
from engine.domain.errors import NotAllowed
from engine.services.route_rows import Change, Row
from engine.services.sheet_lines import MOST_LINES
from tests.support.city import city

SENIOR = "tianjin/senior-committee"
TABLE = f"/console/routes/table/{SENIOR}"
KINDS = [
    "职称初定审核路径",
    "职称认定审核路径",
    "初评会审核路径",
    "中评会审核路径",
    "高评会审核路径",
]
HEADS = ["机构", "职称等级", "下一机构", "起始日期", "截止日期", "终点"]


@pytest.fixture
def here():
    return city()


@pytest.fixture
def administrator(here):
    return here.visit("陈管理", "人社局")


def rows(here):
    return [one.row for one in here.platform.routes.rows(here.person("陈管理", "人社局"), SENIOR)]


def number(here, start):
    kept = here.platform.routes.rows(here.person("陈管理", "人社局"), SENIOR)
    return next(one.id for one in kept if one.row.start == start)


def adds(visitor, start, to, **typed):
    """Propose a new row."""
    visitor.get(f"/console/routes/row/{SENIOR}")
    return visitor.press("保存并查看差异", start=start, to=to, **typed)


def sheet(*lines):
    written = BytesIO()
    write_xlsx(written, "x", HEADS, lines)
    return FileStorage(BytesIO(written.getvalue()), filename="路径.xlsx")


def name_of(item):
    """The organisation of an item of the tree."""
    said = (item.find("details/summary"), item.find("span"), item.find("summary"))
    return next(one.text.strip() for one in said if one is not None)


def names(page):
    return [row[0] for row in page.rows()]


class TestLooking:
    @pytest.mark.req("BUR-13")
    def test_the_five_kinds_are_listed_and_each_has_its_place_in_the_menu(self, administrator):
        page = administrator.get("/console/routes/")

        assert sorted(names(page)) == sorted(KINDS)
        assert administrator.get("/console/routes/table/chengdu/senior-committee").status == 404
        for kind in KINDS:
            assert f"{kind}配置" in page.links
        assert "中评会审核路径" in administrator.get(page.links["中评会审核路径配置"])

    def test_the_console_and_the_studio_lead_there(self, administrator):
        for address in ("/console/", "/console/studio/"):
            assert "/console/routes/" in administrator.get(address).links.values()

    def test_rows_are_found_by_words_and_by_the_day_they_count(self, here, administrator):
        page = administrator.get(f"{TABLE}?search=示范中学")
        assert names(page) == ["天津市第一示范中学", "天津市第二示范中学"]

        actor = here.person("陈管理", "人社局")
        routes = here.platform.routes
        ended = routes.end(actor, SENIOR, number(here, "第二中学"), "2026-10-31")
        routes.publish(actor, SENIOR, [ended], "撤并")

        assert "天津市第二示范中学" in names(administrator.get(f"{TABLE}?day=2026-10-31"))
        assert "天津市第二示范中学" not in names(administrator.get(f"{TABLE}?day=2026-11-01"))
        assert "天津市第二示范中学" in names(administrator.get(f"{TABLE}?day="))
        assert "不是日期" in administrator.get(f"{TABLE}?day=soon")

    @pytest.mark.req("BUR-16")
    def test_the_tree_shows_who_leads_to_whom_for_a_level(self, administrator):
        def superiors(level):
            page = administrator.get(f"/console/routes/tree/{SENIOR}?key_level={level}")
            tree = page.tree.xpath("//ul[@class='route-tree']")[0]
            found = {}
            for one in tree.iter("li"):
                above = one.getparent().getparent()
                found[name_of(one)] = name_of(above) if above.tag == "details" else None
            return found

        everywhere = {
            "天津市中小学教师高级职称评审委员会": None,
            "天津市教育委员会": "天津市中小学教师高级职称评审委员会",
            "天津市教育事业服务中心": "天津市教育委员会",
            "天津市第一示范中学": "天津市教育事业服务中心",
            "天津市工程技术系列高级职称评审委员会": None,
            "天津城建控股集团有限公司": "天津市工程技术系列高级职称评审委员会",
        }
        for level, above in (
            ("zhenggao", "天津城建控股集团有限公司"),
            ("fugao", "天津城建路桥工程有限公司第一分公司"),
        ):
            found = superiors(level)
            assert everywhere.items() <= found.items()
            assert found["天津城建路桥检测有限公司"] == above
            assert [one for one in found if found[one] is None] == [
                "天津市工程技术系列高级职称评审委员会",
                "天津市中小学教师高级职称评审委员会",
            ]

    def test_what_is_exported_can_be_imported_again(self, administrator):
        answer = administrator.get(f"/console/routes/export/{SENIOR}?search=路桥检测").raw
        table = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0)

        assert table.to_python() == [
            ["机构*", *HEADS[1:]],
            ["天津城建路桥检测有限公司", "", "天津城建路桥工程有限公司第一分公司", "", "", ""],
            ["天津城建路桥检测有限公司", "正高级", "天津城建控股集团有限公司", "", "", ""],
        ]
        template = administrator.get(f"/console/routes/template/{SENIOR}").raw
        table = CalamineWorkbook.from_filelike(BytesIO(template.data)).get_sheet_by_index(0)
        assert table.to_python() == [["机构*", *HEADS[1:]]]


@pytest.mark.req("BUR-14", "BUR-15", "BUR-41")
@pytest.mark.parametrize("kind", KINDS)
def test_on_each_screen_a_row_is_added_changed_and_deregistered(here, administrator, kind):
    route = administrator.get("/").links[f"{kind}配置"].removeprefix("/console/routes/table/")
    kept = here.platform.routes
    actor = here.person("陈管理", "人社局")
    before = [one.row for one in kept.rows(actor, route)]

    administrator.get(f"/console/routes/row/{route}")
    page = administrator.press("保存并查看差异", to="教委")
    assert page.status == 422
    assert "机构" in page.tree.xpath("//*[contains(@class, 'zf-error')]")[0].text_content()
    page = administrator.press("查询 机构", kind="committee", **{"start~search": "实验"})
    assert "天津市城南实验中学" not in page
    page = administrator.press("查询 机构", kind="work_unit", **{"start~search": "实验"})
    assert "天津市城南实验中学" in page
    page = administrator.press("查询 下一机构", start="实验中学", **{"to~search": "教育局"})
    assert "天津市和平区教育局" in page
    administrator.press("保存并查看差异", to="和平教育局", key_level="yuanji")
    administrator.press("再增加一行")
    administrator.press("保存并查看差异", start="和平教育局", final="true", key_level="yuanji")
    administrator.press("发布", reason="新增")
    added = [one.row for one in kept.rows(actor, route) if one.row not in before]
    assert sorted(added, key=lambda row: row.final) == [
        Row("实验中学", "和平教育局", {"level": "yuanji"}),
        Row("和平教育局", None, {"level": "yuanji"}, final=True),
    ]

    page = administrator.get(f"/console/routes/table/{route}?search=城南&day=2026-09-10")
    assert names(page) == ["天津市城南实验中学"]
    administrator.press("编辑 天津市城南实验中学")
    administrator.press("保存并查看差异", valid_from="2026-09-10")
    administrator.press("发布", reason="开学后")
    administrator.get(f"/console/routes/table/{route}?search=城南&day=2026-09-10")
    administrator.press("注销 天津市城南实验中学")
    administrator.press("确定注销", until="2026-09-30")
    administrator.press("发布", reason="撤并")

    assert (
        names(administrator.get(f"/console/routes/table/{route}?search=城南&day=2026-10-01")) == []
    )
    page = administrator.get(f"/console/routes/table/{route}?search=城南&day=")
    assert page.rows()[0][:5] == [
        "天津市城南实验中学", "员级", "天津市和平区教育局", "2026-09-10 未开始", "2026-09-30",
    ]  # fmt: skip


@pytest.mark.req("CON-01")
class TestChanging:
    def test_a_row_is_added_and_nothing_else_changes(self, here, administrator):
        before = rows(here)
        page = adds(administrator, "实验中学", "教委下属中心", valid_from="2026-09-15")

        assert [row[:5] for row in page.rows()] == [
            ["新增", "天津市城南实验中学", "", "天津市教育事业服务中心", "2026-09-15"]
        ]
        assert "没有问题" in page
        assert rows(here) == before

        page = administrator.press("发布", reason="新纳入")

        assert "已发布 1 处修改" in page
        added = Row("实验中学", "教委下属中心", valid_from="2026-09-15")
        assert [row for row in rows(here) if row not in before] == [added]
        assert [row for row in before if row not in rows(here)] == []
        history = administrator.get(f"/console/routes/history/{SENIOR}")
        assert history.rows() == [
            ["天津市城南实验中学", "", "天津市教育事业服务中心", "2026-09-15", "", ""]
        ]
        assert "2026-09-01 09:00 陈管理 理由：新纳入" in history

    def test_saving_without_a_change_proposes_and_keeps_nothing(self, here, administrator):
        before = rows(here)
        administrator.get(TABLE)
        administrator.press("编辑 天津市第二示范中学")

        page = administrator.press("保存并查看差异")

        assert "这一行没有变化" in page
        assert "发布" not in page.buttons
        page = administrator.post(
            f"/console/routes/proposal/{SENIOR}", {"proposal": "[]", "do": "publish", "reason": "x"}
        )
        assert "没有要发布的修改了" in page
        assert rows(here) == before
        assert "还没有人在这里修改过" in administrator.get(f"/console/routes/history/{SENIOR}")

    def test_organisations_are_found_by_a_part_of_their_name(self, administrator):
        administrator.get(f"/console/routes/row/{SENIOR}")

        page = administrator.press("查询 机构", **{"start~search": "城南"})

        assert "天津市城南实验中学" in page
        page = administrator.press("保存并查看差异", start="实验中学")
        assert "请填写下一机构，或标明这里是终点" in page
        assert "天津市城南实验中学" in page

    def test_a_row_is_edited_and_shown_as_it_was_and_will_be(self, here, administrator):
        administrator.get(TABLE)
        administrator.press("编辑 天津市第二示范中学")

        page = administrator.press("保存并查看差异", to="和平教育局")

        assert page.rows()[0][:4] == [
            "修改", "天津市第二示范中学", "", "天津市教育事业服务中心 天津市和平区教育局",
        ]  # fmt: skip
        administrator.press("发布", reason="划转")
        assert Row("第二中学", "和平教育局") in rows(here)

    def test_a_row_ends_on_a_day_with_exactly_that_change(self, here, administrator):
        before = rows(here)
        administrator.get(TABLE)
        page = administrator.press("注销 天津市第二示范中学")
        assert "天津市教育事业服务中心" in page
        page = administrator.press("确定注销", until="2026-12-31")
        assert page.rows()[0][:2] == ["注销", "天津市第二示范中学"]

        administrator.press("发布", reason="撤并")

        changed = [(old, new) for old, new in zip(before, rows(here), strict=True) if old != new]
        old = Row("第二中学", "教委下属中心")
        assert changed == [(old, Row("第二中学", "教委下属中心", valid_until="2026-12-31"))]
        history = administrator.get(f"/console/routes/history/{SENIOR}")
        assert history.rows() == [
            ["天津市第二示范中学", "", "天津市教育事业服务中心", "", "（空） 2026-12-31", ""]
        ]
        assert [one.text for one in history.tree.iter("ins")] == ["2026-12-31"]

    def test_several_changes_are_gathered_dropped_and_published_together(self, here, administrator):
        adds(administrator, "实验中学", "教委下属中心")
        administrator.press("再改别的行")
        assert "有 1 处修改还没有发布" in administrator.page
        administrator.press("注销 天津市第二示范中学")
        administrator.press("确定注销", until="2026-12-31")
        administrator.press("再增加一行")
        page = administrator.press("保存并查看差异", start="教研室", to="教委下属中心")
        assert [row[0] for row in page.rows()] == ["新增", "注销", "新增"]

        page = administrator.press("撤去 天津市城南实验中学")

        assert [row[0] for row in page.rows()] == ["注销", "新增"]
        administrator.press("发布", reason="调整")
        assert Row("教研室", "教委下属中心") in rows(here)
        assert not any(row.start == "实验中学" for row in rows(here))

    def test_what_was_published_is_put_back_by_a_proposal(self, here, administrator):
        before = rows(here)
        adds(administrator, "实验中学", "教委下属中心")
        administrator.press("再改别的行")
        administrator.press("注销 天津市第二示范中学")
        administrator.press("确定注销", until="2026-12-31")
        administrator.press("发布", reason="调整")
        administrator.get(f"/console/routes/history/{SENIOR}")

        page = administrator.press("改回 2026-09-01 09:00")

        assert names(page) == ["注销", "注销"]
        assert page.field("reason").text.strip() == "改回：调整"
        assert rows(here) != before
        here.clock.set(here.clock.now() + timedelta(minutes=5))
        administrator.press("发布")
        ended = Row("实验中学", "教委下属中心", valid_until="2026-08-31")
        assert [row for row in rows(here) if row != ended] == before
        assert "09:05" in administrator.get(f"/console/routes/history/{SENIOR}")
        administrator.press("改回 2026-09-01 09:00")
        assert "后来又改过" in administrator.page

    def test_without_a_reason_nothing_is_published_and_nothing_lost(self, here, administrator):
        before = rows(here)
        adds(administrator, "实验中学", "教委下属中心")

        page = administrator.press("发布")

        assert page.status == 409
        assert names(page) == ["新增"]
        assert rows(here) == before


@pytest.mark.req("BUR-18")
class TestChecks:
    def test_a_hole_is_said_before_and_refused_at_publishing(self, here, administrator):
        before = rows(here)

        page = adds(administrator, "实验中学", "滨海产业园")

        assert "到“滨海新区高新产业园管理委员会”后没有下一机构" in page
        page = administrator.press("发布", reason="试")
        assert page.status == 409
        assert page.field("reason").text.strip() == "试"
        assert rows(here) == before

    def test_a_circle_and_a_second_superior_are_refused(self, administrator):
        page = adds(administrator, "教师高评委", "第一中学")
        assert "已有条件相同的一行" in page
        page = adds(administrator, "教师高评委", "第一中学", key_level="fugao")
        assert "又会回到" in page
        assert "（副高级）" in page

    def test_an_organisation_that_does_not_exist_is_refused_in_a_sentence(self, administrator):
        page = adds(administrator, "没有的单位", "教委下属中心")

        assert page.status in (409, 422)
        assert "没有" in page
        assert page.field("to").get("value") is not None

    @pytest.mark.parametrize(
        "proposal",
        ["{", "[1]", '[{"row": {"start": ["x"]}}]', "7",
         json.dumps([{"row": {"start": "a", "to": 1, "keys": {}, "valid_from": None,
                              "valid_until": None, "final": False}, "of": None}])],
    )  # fmt: skip
    def test_a_broken_proposal_is_refused(self, administrator, proposal):
        page = administrator.post(f"/console/routes/proposal/{SENIOR}", {"proposal": proposal})

        assert page.status == 400


class TestTryingOut:
    def test_the_way_before_and_after_is_shown_and_nothing_is_kept(self, here, administrator):
        before = rows(here)
        administrator.get(TABLE)
        administrator.press("编辑 天津市教育事业服务中心")
        administrator.press("保存并查看差异", to="和平教育局")

        page = administrator.press("试算", **{"try-start": "第一中学", "reason": "写了一半"})

        ways = [
            [one.text_content().strip() for one in way.iter("li")]
            for way in page.tree.xpath("//ol[@class='route']")
        ]
        rest = ["天津市教育委员会", "天津市中小学教师高级职称评审委员会终点"]
        assert ways == [
            ["天津市教育事业服务中心", *rest],
            ["天津市教育事业服务中心", "天津市和平区教育局", *rest],
        ]
        assert page.field("reason").text.strip() == "写了一半"
        assert rows(here) == before

    def test_level_and_day_decide(self, administrator):
        adds(administrator, "路桥检测所", "路桥公司", key_level="fugao", valid_from="2027-01-01")

        def after(level, day):
            asked = {"try-start": "路桥检测所", "try-key_level": level, "try-day": day}
            page = administrator.press("试算", **asked)
            way = page.tree.xpath("//ol[@class='route']")[-1]
            return next(way.iter("li")).text_content().strip()

        assert after("fugao", "2026-12-31") == "天津城建路桥工程有限公司第一分公司"
        assert after("fugao", "2027-01-01") == "天津城建路桥工程有限公司"
        assert after("zhenggao", "2027-01-01") == "天津城建控股集团有限公司"

    def test_who_is_asked_for(self, administrator):
        adds(administrator, "实验中学", "教委下属中心")

        page = administrator.press("试算")

        assert "机构" in page.tree.xpath("//*[contains(@class, 'zf-error')]")[0].text_content()


class TestImport:
    LINES = (
        ["天津市城南实验中学", "", "天津市教育事业服务中心", "２０２６/10/1", "", ""],
        ["天津市没有的学校", "", "天津市教育事业服务中心", "", "", ""],
        ["天津市第一示范中学", "", "天津市教育事业服务中心", "", "", ""],
        ["天津市中小学教学研究室", "特级", "天津市教育事业服务中心", "", "", ""],
        ["天津市城南实验中学", "", "天津市教育委员会", "2026年11月1日", "", ""],
        ["第一示范中学", "", "天津市教育事业服务中心", "", "", ""],
    )

    def test_lines_are_checked_counted_and_taken_over_only_on_request(self, here, administrator):
        before = rows(here)
        administrator.get(f"/console/routes/import/{SENIOR}")

        page = administrator.press("导入", sheet=sheet(*self.LINES))

        assert "成功 1 条，失败 5 条" in page
        assert page.rows()[:5] == [
            ["3", "没有机构“天津市没有的学校”"],
            ["4", "“天津市第一示范中学”在这段时间已有条件相同的一行"],
            ["5", "“职称等级”没有“特级”这个值"],
            ["6", "“天津市城南实验中学”在这段时间已有条件相同的一行"],
            ["7", "没有机构“第一示范中学”，是不是“天津市第一示范中学”？"],
        ]
        assert rows(here) == before
        page = administrator.press("提交")
        assert names(page) == ["新增"]
        assert rows(here) == before
        administrator.press("发布", reason="批量导入")
        added = Row("实验中学", "教委下属中心", valid_from="2026-10-01")
        assert [row for row in rows(here) if row not in before] == [added]

    def test_lines_that_failed_are_fetched_mended_and_imported_again(self, here, administrator):
        administrator.get(f"/console/routes/import/{SENIOR}")
        administrator.press("导入", sheet=sheet(self.LINES[1]))

        answer = administrator.press("下载失败的行").raw

        table = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0)
        lines = table.to_python()
        assert lines == [
            [*HEADS, "行号", "原因"],
            [*self.LINES[1], "2", "没有机构“天津市没有的学校”"],
        ]
        lines[1][0] = "天津市城南实验中学"
        mended = BytesIO()
        write_xlsx(mended, "x", lines[0], lines[1:])
        administrator.get(f"/console/routes/import/{SENIOR}")
        file = FileStorage(BytesIO(mended.getvalue()), filename="x.xlsx")
        assert "成功 1 条，失败 0 条" in administrator.press("导入", sheet=file)

    @pytest.mark.req("BUR-17")
    def test_a_level_given_once_counts_for_every_line(self, here, administrator):
        before = rows(here)
        administrator.get(f"/console/routes/import/{SENIOR}")
        line = ["天津市城南实验中学", "", "天津市教育事业服务中心", "", "", ""]
        other = ["天津市中小学教学研究室", "正高级", "天津市教育事业服务中心", "", "", ""]

        page = administrator.press("导入", sheet=sheet(line, other), key_level="fugao")

        assert page.rows()[0] == ["3", "“职称等级”与导入时统一填写的不同"]
        administrator.press("提交")
        administrator.press("发布", reason="批量导入")
        added = Row("实验中学", "教委下属中心", {"level": "fugao"})
        assert [row for row in rows(here) if row not in before] == [added]

    def test_as_many_lines_as_a_sheet_may_have_travel_to_publishing(self, here, administrator):
        actor = here.person("陈管理", "人社局")
        found = here.platform.registers.options(actor, "organisations")
        days = [str(date(2027, 1, 1) + timedelta(days=day)) for day in range(MOST_LINES)]
        lines = [
            [found[at % 50].label, "员级", "天津市教育委员会", days[at // 50], days[at // 50], ""]
            for at in range(MOST_LINES)
            if found[at % 50].key != "教委"
        ]
        administrator.get(f"/console/routes/import/{SENIOR}")

        page = administrator.press("导入", sheet=sheet(*lines))

        assert f"成功 {len(lines)} 条，失败 0 条" in page
        assert f"（{len(lines)}）" in administrator.press("提交")

    @pytest.mark.parametrize("content", [b"", b"no sheet"])
    def test_what_is_no_spreadsheet_is_refused_as_a_whole(self, administrator, content):
        administrator.get(f"/console/routes/import/{SENIOR}")

        page = administrator.press("导入", sheet=FileStorage(BytesIO(content), filename="x.xlsx"))

        assert page.status == 409
        assert "不是 Excel 文件" in page


class TestPeople:
    def test_who_comes_second_is_refused_keeps_everything_and_goes_on(self, here, administrator):
        other = here.visit("陈管理", "人社局")
        for one in (administrator, other):
            one.get(TABLE)
            one.press("编辑 天津市第二示范中学")
        administrator.press("保存并查看差异", to="和平教育局")
        other.press("保存并查看差异", to="南开教育局")
        other.press("再增加一行")
        other.press("保存并查看差异", start="南开教育局", to="教委")
        administrator.press("发布", reason="先")

        page = other.press("发布", reason="后")

        assert page.status == 409
        assert "有的行已被他人修改，没有发布" in page
        assert page.field("reason").text.strip() == "后"
        assert [row[0] for row in page.rows()] == ["修改 已被他人修改", "新增"]
        page = other.press("与最新内容重新比较")
        assert "天津市和平区教育局 天津市南开区教育局" in page.rows()[0]
        other.press("发布", reason="后")
        assert Row("第二中学", "南开教育局") in rows(here)

    @pytest.mark.parametrize("page", ["table", "tree", "history", "row", "import", "export"])
    def test_a_person_without_the_right_sees_nothing(self, here, page):
        for name, organisation in (("王初审", "第一中学"), ("潘平台", "人社局")):
            visitor = here.visit(name, organisation)

            assert visitor.get(f"/console/routes/{page}/{SENIOR}").status == 403
        assert "没有您可以查看" in here.visit("潘平台", "人社局").get("/console/routes/")

    def test_a_person_without_the_right_publishes_nothing(self, here, administrator):
        before = rows(here)
        adds(administrator, "实验中学", "教委下属中心")
        proposal = administrator.page.field("proposal").get("value")

        page = here.visit("潘平台", "人社局").post(
            f"/console/routes/proposal/{SENIOR}",
            {"proposal": proposal, "do": "publish", "reason": "x"},
        )

        assert page.status == 403
        assert rows(here) == before

    def test_a_table_that_does_not_exist_is_not_found(self, administrator):
        assert administrator.get("/console/routes/table/tianjin/nowhere").status == 404


@pytest.mark.req("BUR-14", "BUR-42")
class TestFurtherDown:
    """A bureau below the head had the five screens in its menu and was refused at each."""

    @pytest.fixture
    def below(self):
        town = city(worlds="chengdu")
        above = town.person("郁管理", "成都人社局")
        town.platform.directory.add_grant(above, "宓审核", "chengdu/bureau_admin", "武侯人社局")
        return town

    def test_it_keeps_the_rows_of_the_institutions_below_it(self, below):
        bureau = below.visit("宓审核", "武侯人社局")
        page = bureau.get(bureau.get("/").links["中评会审核路径配置"])
        assert sorted(names(page)) == [
            "成都市桐梓林示范中学", "成都市武侯区人力资源和社会保障局", "成都市武侯区教育局",
            "成都市浣花示范小学",
        ]  # fmt: skip
        bureau.get("/console/routes/row/chengdu/middle-committee")
        bureau.press("保存并查看差异", start="蓉教科院", to="武侯人社局")
        bureau.press("发布", reason="新纳入")

        actor = below.person("宓审核", "武侯人社局")
        routes = below.platform.routes
        kept = [one.row for one in routes.rows(actor, "chengdu/middle-committee")]
        assert Row("蓉教科院", "武侯人社局") in kept
        # The way is shown to its end, as cases go it.
        assert routes.way(actor, "chengdu/middle-committee", [], "蓉教科院", {}, "2026-09-01") == (
            ["成都市武侯区人力资源和社会保障局", "成都市中小学教师中级职称评审委员会"],
            True,
        )

    @pytest.mark.parametrize(
        ("start", "typed"),
        [
            ("武侯人社局", {"to": "成都人社局"}),  # its own way upwards
            ("高新人才中心", {"to": "高新人社局"}),  # beside it
            ("蓉教科院", {"to": "成都人社局"}),  # past itself
            ("蓉教科院", {"final": "true"}),
        ],
    )
    def test_what_is_set_elsewhere_it_cannot_change(self, below, start, typed):
        bureau, actor = below.visit("宓审核", "武侯人社局"), below.person("郁管理", "成都人社局")
        route = "chengdu/senior-committee"
        before = below.platform.routes.rows(actor, route)
        bureau.get(f"/console/routes/row/{route}")

        page = bureau.press("保存并查看差异", start=start, key_level="fugao", **typed)

        assert page.status in (403, 409)
        assert "只能维护下级机构的审核路径" in page
        row = Row(start, typed.get("to"), {"level": "fugao"}, final="final" in typed)
        with pytest.raises(NotAllowed):
            below.platform.routes.publish(
                below.person("宓审核", "武侯人社局"), route, [Change(row)], "试"
            )
        assert below.platform.routes.rows(actor, route) == before

    def test_of_what_others_published_it_sees_its_own_part(self, below):
        above, route = below.person("郁管理", "成都人社局"), "chengdu/recognition"
        routes = below.platform.routes
        rows_ = [
            Row("高新人社局", "成都人社局", {"level": "yuanji"}),
            Row("武侯教育局", "武侯人社局"),
            Row("武侯人社局", "成都人社局"),
        ]
        routes.publish(above, route, [Change(row) for row in rows_], "补充")

        page = below.visit("宓审核", "武侯人社局").get(f"/console/routes/history/{route}")

        assert [row[0] for row in page.rows()] == [
            "成都市武侯区教育局", "成都市武侯区人力资源和社会保障局",
        ]  # fmt: skip
        assert "成都高新区" not in page

    def test_it_keeps_the_accepting_institutions_below_it(self, below):
        """It could change those of the whole city."""
        bureau = below.visit("宓审核", "武侯人社局")
        page = bureau.get(bureau.get("/").links["职称初定/认定受理机构管理"])
        assert names(page) == ["成都市武侯区教育局"]
        assert "编辑 成都市武侯区教育局" in page.links
        above = below.visit("郁管理", "成都人社局")
        page = above.get(above.get("/").links["职称初定/认定受理机构管理"])
        assert "成都市人力资源和社会保障局" in names(page)
        other = page.links["编辑 成都市人力资源和社会保障局"]

        assert bureau.get(other).status == 403
        applicant = below.person("岑晓雯")
        offered = below.platform.registers.options(applicant, "accepting_institutions")
        assert {"成都市武侯区教育局", "成都市人力资源和社会保障局"} <= {
            one.label for one in offered
        }
