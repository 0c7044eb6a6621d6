"""Sichuan at the pages, alone and beside Tianjin in one installation."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from engine.domain.errors import Refused
from tests.support.city import STARTED, SUBMITTED, City, Visitor, city

BEGUN = (
    "{by: 杨帆, does: start, process: sichuan/socialised-review, case: z, "
    "with: {settings: {activity: sc1, work_unit: 蓉城中学}}}"
)
SENT = "{by: 杨帆, does: submit, case: z, with: $forms/sichuan-application}"
AT_UNIT = (BEGUN, SENT)
AT_SECOND = (*AT_UNIT, "{by: 蒲初审, does: pass, case: z}")
AT_SUPERIOR = (*AT_SECOND, "{by: 游复审, does: pass, case: z}")
FAILED = (*AT_UNIT, "{by: 蒲初审, does: fail, case: z, with: {opinion: 业绩材料与实际不符}}")
CONCLUDED = "{change: {registers: {activities: {sc1: {state: concluded}}}}}"


def sichuan(*lines: str) -> City:
    return city(*lines, worlds="sichuan")


def menu(visitor: Visitor) -> list[str]:
    """The entries of the menu, without their numbers."""
    page = visitor.get("/")
    found = page.tree.xpath("//nav//a[contains(@class, 'nav') or @href]/text()")
    return [text.strip() for text in found if text.strip()]


class TestReview:
    @pytest.mark.req("REV-07")
    def test_a_return_asks_for_deadline_and_reason(self):
        """The deadline was a day: no hour could be set for it."""
        town = sichuan(*AT_UNIT)
        reviewer = town.visit("蒲初审", "蓉城中学")
        page = reviewer.get(f"/cases/{town['z']}/actions/return")
        assert "退回截止时间" in page
        assert "退回原因" in page

        for past in ("2026-09-01T08:59", "2026-09-01T09:00"):
            page = reviewer.press("确定退回", resubmit_until=past, return_reason="缺少年度考核表")
            assert (page.status, "退回截止时间须晚于现在" in page) == (422, True)
        reviewer.press(
            "确定退回", resubmit_until="2026-09-20T17:30", return_reason="缺少年度考核表"
        )

        page = town.visit("杨帆").get(f"/cases/{town['z']}")
        assert "缺少年度考核表" in page
        assert "请在 2026-09-20 17:30 前提交" in page

    @pytest.mark.req("REV-08", "APP-30")
    def test_failing_is_confirmed_and_bars_the_person_for_the_year(self):
        town = sichuan(*AT_UNIT)
        reviewer = town.visit("蒲初审", "蓉城中学")
        reviewer.get(f"/cases/{town['z']}/actions/fail")

        page = reviewer.press("确定不通过", opinion="业绩材料与实际不符")

        assert "不通过后，申报人在禁报范围内本年度不能再次申报。确定不通过吗？" in page
        assert town.status("z") == "pending_first_review"
        reviewer.press("确定不通过")
        assert town.status("z") == "failed"

        applicant = town.visit("杨帆")
        assert "不通过" in applicant.get("/lists/sichuan/my-cases")
        assert "本年度不能再次申报" in applicant.get("/new/sichuan/socialised-review").source

    @pytest.mark.req("REV-09", "REV-30")
    def test_the_list_of_failed_leads_to_reviewing_again(self):
        town = sichuan(*FAILED)
        reviewer = town.visit("蒲初审", "蓉城中学")
        reviewer.get(reviewer.get("/lists/sichuan/own-failed").links["查看 杨帆 2026-000001"])

        assert "禁报解除" in reviewer.press("确定重新审核")
        reviewer.press("确定重新审核")

        assert reviewer.get("/lists/sichuan/own-failed").rows() == []
        assert len(reviewer.get("/lists/sichuan/own-review").rows()) == 1

    @pytest.mark.req("UNIT-08", "UNIT-14", "UNIT-15", "REV-25")
    def test_the_recommendation_may_be_empty_and_other_units_come_first(self):
        town = sichuan(*AT_SECOND)
        reviewer = town.visit("游复审", "蓉城中学")
        page = reviewer.get(f"/cases/{town['z']}/actions/pass")
        assert "下一环节：下级单位人员审核 初审（成都市锦江区教育局）" in page
        assert "下一环节审核单位" in page

        reviewer.post(f"/cases/{town['z']}/actions/pass", {"next_reviewers": ["成都教科院"]})

        other = town.visit("苟初审", "成都教科院").get("/lists/sichuan/subordinate-review")
        assert "杨帆" in other
        assert (
            town.visit("龚初审", "锦江教育局").get("/lists/sichuan/subordinate-review").rows() == []
        )
        page = town.visit("苟初审", "成都教科院").get(f"/cases/{town['z']}")
        assert {"确定通过", "确定退回", "确定不通过"} <= set(page.buttons)


class TestLists:
    @pytest.mark.req("UNIT-18", "UNIT-20")
    def test_units_have_separate_lists_of_what_they_did(self):
        entries = menu(sichuan().visit("蒲初审", "蓉城中学"))

        assert [entry for entry in entries if entry.startswith(("本单位", "下级单位", "历年"))] == [
            "本单位人员审核", "本单位已上报", "本单位已退回", "本单位不通过",
            "下级单位人员审核", "下级单位已上报", "下级单位已退回", "下级单位不通过",
            "历年上报人员查询",
        ]  # fmt: skip
        assert "已审核列表" not in entries

    @pytest.mark.req("UNIT-19", "QRY-02")
    def test_what_is_concluded_moves_to_past_years_and_can_be_exported(self):
        town = sichuan(*AT_SUPERIOR, CONCLUDED)
        reviewer = town.visit("游复审", "蓉城中学")
        for name in ("own-review", "own-reported", "own-returned", "own-failed"):
            assert reviewer.get(f"/lists/sichuan/{name}").rows() == []
        assert (
            town.visit("龚初审", "锦江教育局").get("/lists/sichuan/subordinate-review").rows() == []
        )

        (row,) = reviewer.get("/lists/sichuan/past-years").rows()

        assert {"杨帆", "待初审 活动已办结", "成都市锦江区教育局"} <= set(row)
        offered = reviewer.page.tree.xpath("//form[@role='search']//select/@name")
        assert offered == ["year", "data.settings.activity", "initiator", "status", "organisation"]
        filtered = reviewer.get("/lists/sichuan/past-years?organisation=成都教育局")
        assert filtered.rows() == []
        answer = reviewer.client.get("/exports/sichuan/past-years")
        sheet = ZipFile(BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()
        assert "杨帆" in sheet

    @pytest.mark.req("REV-22")
    @pytest.mark.parametrize("address", ["", "/course", "/print", "/actions/pass"])
    def test_who_writes_to_staff_below_does_not_read_their_applications(self, address):
        """Through the list of recipients a superior read what was still at a unit below."""
        town = sichuan(*AT_UNIT)
        superior = town.visit("敖复审", "锦江教育局")

        page = superior.get(f"/cases/{town['z']}{address}")

        assert page.status == 404
        assert "杨帆" not in page

    @pytest.mark.req("MSG-03", "MSG-04")
    def test_units_write_to_units_below_and_to_their_staff(self):
        town = sichuan(*AT_UNIT)
        sender = town.visit("敖复审", "锦江教育局")
        sender.get("/lists/sichuan/message-units")
        sender.press("编辑信息", row="蓉城中学")
        sender.press("发送", title="申报通知", body="请按时上报。")
        assert "消息已发送给 1 个接收对象" in sender.page.source

        sender.get(
            sender.get("/lists/sichuan/message-units").links["查看本单位人员列表 成都市蓉城中学"]
        )
        assert sender.page.rows() == [
            ["", "杨帆", "成都市蓉城中学", "2026年度四川省中小学教师高级职称评审", ""]
        ]
        sender.press("编辑信息", row=town["z"])
        assert "杨帆" in sender.page
        sender.press("发送", title="补充材料", body="请补充年度考核表。")

        assert "申报通知" in town.visit("蒲初审", "蓉城中学").get("/messages")
        assert "补充材料" in town.visit("杨帆").get("/messages")


class TestBesideTianjin:
    @pytest.fixture
    def town(self) -> City:
        there = (line.replace("case: z", "case: t") for line in (STARTED, SUBMITTED))
        return city(*AT_UNIT, *there, worlds="[sichuan, tianjin]")

    @pytest.mark.req("ENG-20", "UNIT-20")
    def test_menus_and_captions_are_those_of_the_jurisdiction(self, town):
        here = menu(town.visit("蒲初审", "蓉城中学"))
        there = menu(town.visit("王初审", "第一中学"))

        assert {"本单位已退回", "已审核列表"} & set(here) == {"本单位已退回"}
        assert {"本单位已退回", "已审核列表"} & set(there) == {"已审核列表"}
        assert "四川省" in town.visit("蒲初审", "蓉城中学").get("/").source
        assert "四川省" not in town.visit("王初审", "第一中学").get("/").source

    @pytest.mark.req("ENG-20", "REV-22", "SEC-01")
    @pytest.mark.parametrize(
        ("name", "organisation", "case", "listing"),
        [
            ("蒲初审", "蓉城中学", "t", "tianjin/own-review"),
            ("景管理", "四川人社厅", "t", "tianjin/tracking"),
            ("王初审", "第一中学", "z", "sichuan/own-review"),
            ("陈管理", "人社局", "z", "sichuan/tracking"),
        ],
    )
    def test_the_cases_and_lists_of_the_other_are_closed(
        self, town, name, organisation, case, listing
    ):
        visitor = town.visit(name, organisation)

        assert visitor.get(f"/cases/{town[case]}").status == 404
        assert visitor.get(f"/lists/{listing}").status == 404
        with pytest.raises(Refused):
            town.platform.views.view(town.person(name, organisation), town[case])

    @pytest.mark.req("ENG-20", "APP-04", "APP-05")
    def test_an_applicant_is_offered_only_what_is_of_the_own_jurisdiction(self, town):
        page = town.visit("杨帆").get("/new/sichuan/socialised-review")

        found = town.visit("杨帆").get(f"{page.address}?search=settings.work_unit&q=中学")
        assert "天津市" not in page.source + found.source
        other = town.visit("杨帆").get("/new/tianjin/socialised-review")
        assert other.status == 404

    @pytest.mark.req("ENG-20")
    def test_experts_of_the_other_are_never_drawn(self, town):
        lookups = town.platform.records
        with town.platform.store.read() as unit:
            found = set(lookups.find(unit, "experts", None, jurisdiction="sichuan"))

        assert found == {"舒明德", "雍静怡", "文涛声", "瞿立言", "祝青山"}

    @pytest.mark.req("ENG-20", "ACC-16")
    def test_both_may_use_the_same_code_and_roles_stay_at_home(self, town):
        manager = town.person("景管理", "四川人社厅")
        physics = {"name": "物理", "code": "2204", "series": "22", "parent": "川-中小学教师系列"}
        town.platform.registers.create(manager, "specialties", physics)
        with pytest.raises(Refused):
            town.platform.registers.create(manager, "specialties", physics | {"name": "物理学"})
        with pytest.raises(Refused):
            town.platform.directory.add_grant(manager, "蒲初审", "tianjin/unit_admin", "蓉城中学")


def test_the_sign_in_page_of_two_jurisdictions_names_neither():
    page = city(worlds="[sichuan, tianjin]").visit("张三")
    page.client.delete_cookie("session")

    assert "四川" not in Visitor(page.client.application).get("/sign-in").text
