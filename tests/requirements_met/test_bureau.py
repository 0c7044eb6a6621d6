"""What a bureau keeps at its pages: blacklist, trees, committees, codes of issuing units."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from werkzeug.datastructures import FileStorage

from engine.connectors.spreadsheets import write_xlsx
from engine.domain.errors import Refused
from tests.requirements_met.test_committee import ACTIVITY
from tests.support.city import City, Visitor, city

BUREAU = "成都人社局"
BLACKLIST = "/console/register-blacklist"
SPECIALTIES = "/console/register-specialties"
TITLES = "/console/register-titles"
COMMITTEES = "/console/register-committees"
CODES = "/console/register-issuing_units"
APPLIED = (
    "{by: 岑晓雯, does: start, process: chengdu/initial-confirmation, case: z, "
    "with: $forms/initial-settings}"
)
ISSUED = (
    APPLIED,
    "{by: 岑晓雯, does: submit, case: z}",
    "{fast_forward: {case: z, to: effective}}",
    "{by: 厍发证, does: issue, case: z}",
)
CHECKED = (
    APPLIED,
    "{by: 岑晓雯, does: submit, case: z}",
    "{fast_forward: {case: z, to: institutions}}",
)
TO_THE_COMMITTEE = (
    "{by: 姬若兰, does: start, process: chengdu/committee-review, case: z,"
    " with: {settings: {activity: rc2, work_unit: 浣花小学, level: zhongji}}}",
    "{by: 姬若兰, does: submit, case: z, with: $forms/chengdu-application}",
    "{by: 蔺校长, does: pass, case: z}",
    "{by: 钭科长, does: pass, case: z}",
)
RETURNED = (
    "{by: 宓审核, does: pass, case: z}",
    "{by: 井审核, does: return, case: z, with: {return_opinion: 缺少2025年度考核表}}",
    "{by: 宓审核, does: supplement, case: z}",
    "{by: 钭科长, does: supplement, case: z}",
    "{by: 蔺校长, does: supplement, case: z}",
)
COMMITTEE = {
    "organisation": "蓉工评委",
    "account": "wuhou-chu",
    "grade": "junior",
    "kind": "socialised",
    "series": ["22"],
}


@pytest.fixture
def town() -> City:
    return city(worlds="chengdu")


@pytest.fixture
def clerk(town) -> Visitor:
    return town.visit("郁管理", BUREAU)


def exported(clerk: Visitor, page: str) -> list[list[str]]:
    """The lines of the sheet a page is exported to."""
    clerk.get(page)
    sheet = clerk.client.get(clerk.page.links["导出查询结果"]).data
    return CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()


class TestBlacklist:
    def adds(self, clerk: Visitor, person: str = "岑晓雯"):
        clerk.get(f"{BLACKLIST}/new/")
        return clerk.press("保存", person=person, reason="材料弄虚作假", **{"from": "2026-09-01"})

    def lifts(self, clerk: Visitor, reason: str = "复核后撤销处理"):
        clerk.get(clerk.get(BLACKLIST).links["解除 岑晓雯"])
        return clerk.press("确定解除", lifting_reason=reason)

    @pytest.mark.req("BLK-01", "BUR-41")
    def test_a_person_is_found_by_name_or_by_the_whole_identity_number(self, town, clerk):
        clerk.get(clerk.get("/").links["黑名单管理"])
        clerk.get(clerk.page.links["新增"])
        person = town.platform.registers.get(town.person("郁管理", BUREAU), "people", "岑晓雯")
        number = person.data["personal_basics"]["id_number"]

        def found(text: str) -> bool:
            return "岑晓雯" in clerk.press("查询 人员姓名或身份证号", **{"person~search": text})

        assert found("晓雯")
        assert found(number)
        assert not found(number[:12])
        assert "已保存" in self.adds(clerk)

    def test_the_form_says_who_the_chosen_person_is(self, town, clerk):
        """Two people of one name could not be told apart where one of them was put on the list."""
        person = town.platform.registers.get(town.person("郁管理", BUREAU), "people", "岑晓雯")
        basics = person.data["personal_basics"]
        who = {
            "证件类型": "居民身份证（户口簿）",
            "证件号码": basics["id_number"],
            "性别": "女性",
            "出生日期": basics["birth_date"],
        }

        def said(page) -> dict[str, str]:
            found = page.tree.xpath("//main//*[self::dt or self::span[@class='zf-label']]")
            values = {one.text_content(): one.getnext().text_content().strip() for one in found}
            return {title: text for title, text in values.items() if title in who}

        assert said(clerk.get(f"{BLACKLIST}/new/")) == {}
        assert said(clerk.press("查询 人员姓名或身份证号", person="岑晓雯")) == who
        self.adds(clerk)
        assert said(clerk.get(clerk.get(BLACKLIST).links["详情 岑晓雯"])) == who

    @pytest.mark.req("BLK-02", "BLK-03", "BLK-06")
    def test_an_entry_is_changed_and_lifted_with_a_reason_and_stays_in_the_history(
        self, town, clerk
    ):
        self.adds(clerk)
        clerk.get(clerk.get(BLACKLIST).links["修改 岑晓雯"])
        clerk.press("保存", until="2028-08-31")
        assert "2028-08-31" in clerk.get(clerk.get(BLACKLIST).links["详情 岑晓雯"])
        again = self.adds(clerk)
        assert again.status != 200
        assert len(clerk.get(BLACKLIST).rows()) == 1

        assert self.lifts(clerk, "").status == 422
        self.lifts(clerk)

        (row,) = clerk.get(BLACKLIST).rows()
        assert row[:6] == [
            "岑晓雯", "2026-09-01", "2028-08-31", "材料弄虚作假", "复核后撤销处理", "已解除",
        ]  # fmt: skip
        assert "已保存" in self.adds(clerk)
        states = sorted(row[5] for row in clerk.get(BLACKLIST).rows())
        assert states == ["已解除", "生效"]

    @pytest.mark.req("BLK-05", "BLK-06")
    def test_reviewers_see_that_somebody_who_applied_is_listed_as_long_as_it_is_in_effect(self):
        """An entry counted before the day it begins, and had to have one.

        A reviewer learned of it only by opening the application: no row of a list said so.
        """
        town = city(*CHECKED, worlds="chengdu")
        clerk, reviewer = town.visit("郁管理", BUREAU), town.visit("宓审核", "武侯人社局")

        def flagged() -> bool:
            return "申报人已列入黑名单" in reviewer.get(f"/cases/{town['z']}")

        def flagged_in_the_list() -> bool:
            (row,) = reviewer.get("/lists/chengdu/qualification-review").rows()
            return any("申报人已列入黑名单" in cell for cell in row)

        assert not flagged_in_the_list()
        clerk.get(f"{BLACKLIST}/new/")
        clerk.press("保存", person="岑晓雯", reason="材料弄虚作假")
        assert flagged()
        edit = clerk.get(BLACKLIST).links["修改 岑晓雯"]
        for values, counts in (
            ({"from": "2026-12-01"}, False),
            ({"from": "2026-08-01", "until": "2026-08-31"}, False),
            ({"until": "2026-09-01"}, True),
        ):
            clerk.get(edit)
            assert "已保存" in clerk.press("保存", **values)
            assert flagged() == flagged_in_the_list() == counts, values

    @pytest.mark.req("BLK-04")
    def test_the_export_holds_exactly_the_rows_of_the_query(self, clerk):
        self.adds(clerk)
        self.adds(clerk, "滕书远")
        self.lifts(clerk)

        lines = exported(clerk, f"{BLACKLIST}?state=active")

        assert [line[0] for line in lines[1:]] == ["滕书远"]
        assert len(exported(clerk, BLACKLIST)) == 3
        assert exported(clerk, f"{BLACKLIST}?search=岑")[1][0] == "岑晓雯"

    def test_others_neither_see_nor_keep_it(self, town):
        visitor = town.visit("蔺校长", "浣花小学")

        assert "黑名单管理" not in visitor.get("/").links
        assert visitor.get(BLACKLIST).status in (403, 404)


def labelled(page, label: str) -> str:
    """Where the link with a label of its own leads."""
    (found,) = page.tree.xpath("//a[@aria-label=$label]/@href", label=label)
    return found


class TestTrees:
    @pytest.mark.req("BUR-01", "BUR-02", "BUR-03")
    def test_a_specialty_is_added_below_another_and_changed(self, clerk):
        clerk.get(clerk.get("/").links["职称专业管理"])
        clerk.get(clerk.page.links["新增"])
        clerk.press("保存", name="小学语文", code="2212", series="22", parent="蓉-中小学教师系列")
        clerk.get(clerk.get(f"{SPECIALTIES}?search=语文").links["编辑 小学语文"])
        clerk.press("保存", name="小学语文教学", code="2213")

        (row,) = clerk.get(f"{SPECIALTIES}?search=2213").rows()

        assert row[:5] == ["小学语文教学", "2213", "中小学教师", "中小学教师系列", "正常"]

    @pytest.mark.req("BUR-07")
    def test_a_code_belongs_to_one_specialty(self, town):
        manager = town.person("郁管理", BUREAU)
        twice = {"name": "数学", "code": "2211", "series": "22", "parent": "蓉-中小学教师系列"}

        with pytest.raises(Refused):
            town.platform.registers.create(manager, "specialties", twice)

    @pytest.mark.req("BUR-04", "BUR-07")
    def test_a_specialty_that_is_used_is_not_deleted_and_the_use_is_named(self):
        applied = (
            "{by: 滕书远, does: start, process: chengdu/recognition, case: z, "
            "with: $forms/recognition-settings}"
        )
        town = city(applied, worlds="chengdu")
        clerk = town.visit("郁管理", BUREAU)
        manager = town.person("郁管理", BUREAU)
        added = {"name": "嵌入式软件", "code": "0519", "series": "05", "parent": "蓉-软件工程"}
        town.platform.registers.create(manager, "specialties", added)

        def deletes(name: str):
            clerk.get(clerk.get(SPECIALTIES).links[f"查看 {name}"])
            clerk.get(clerk.page.links["删除栏目"])
            return clerk.press("确定删除栏目")

        assert "嵌入式软件" in deletes("软件工程")  # its child
        assert "已删除" in deletes("嵌入式软件")
        assert "2026-" in deletes("软件工程")  # the application that names it
        assert "软件工程" in clerk.get(SPECIALTIES)

    @pytest.mark.req("BUR-01", "BUR-02", "BUR-05")
    def test_in_the_tree_all_is_added_below_something_and_nothing_at_the_top(self, town, clerk):
        page = clerk.get(clerk.get(SPECIALTIES).links["树形"])
        assert page.tree.xpath("//button[@disabled][normalize-space()='新增']")
        top = page.tree.xpath("//ul[contains(@class, 'tree')]/li/details/summary/span[1]/text()")
        assert top == ["工程技术人员系列", "中小学教师系列"]

        clerk.get(labelled(page, "在“中小学教师系列”下新增"))
        added = {"parent": "蓉-中小学教师系列", "series": "22"}
        clerk.press("保存", name="小学语文", code="2212")
        manager = town.person("郁管理", BUREAU)
        (key,) = (row.key for row in town.platform.registers.page(
            manager, "specialties", search="2212").rows)  # fmt: skip
        record = town.platform.registers.get(manager, "specialties", key)
        assert {name: record.data[name] for name in added} == added

        found = clerk.get(f"{SPECIALTIES}/tree/?search=语文").tree
        names = found.xpath("//span[@class='tree__name']/text()")
        assert names == ["中小学教师系列", "小学语文"]
        with pytest.raises(Refused, match="最上一层不能新增"):
            town.platform.registers.change(manager, "specialties", key, {"parent": None})
        clerk.get(labelled(clerk.page, "编辑 小学语文"))
        clerk.press("保存", parent="蓉-小学数学")
        below = clerk.get(f"{SPECIALTIES}/tree/").tree.xpath(
            "//span[.='小学数学']/ancestor::details[1]/ul//span[@class='tree__name']/text()"
        )
        assert below == ["小学语文"]
        clerk.get(f"{SPECIALTIES}/new/")
        assert "最上一层不能新增" in clerk.press("保存", name="艺术系列", code="23", series="23")

    @pytest.mark.req("BUR-05", "BUR-06")
    def test_titles_stand_below_their_series_and_category(self, clerk):
        page = clerk.get(clerk.get(TITLES).links["树形"])
        assert page.tree.xpath("//button[@disabled][normalize-space()='新增']")
        clerk.get(labelled(page, "在“教师”下新增"))
        clerk.press("保存", name="助理实验师", level="yuanji")

        names = clerk.get(f"{TITLES}/tree/?search=实验").tree.xpath(
            "//span[@class='tree__name']/text()"
        )

        assert names == ["中小学教师", "教师", "助理实验师"]
        assert labelled(clerk.get(f"{TITLES}/tree/"), "在“高等学校教师”下新增")

    @pytest.mark.req("BUR-07")
    @pytest.mark.parametrize(
        ("register", "key"), [("specialties", "物理"), ("titles", "22-高级教师")]
    )
    def test_what_an_activity_offers_is_not_deleted_and_the_activity_named(self, register, key):
        town = city()
        with pytest.raises(Refused) as refused:
            town.platform.registers.delete(town.person("陈管理", "人社局"), register, key)

        assert "评审活动" in refused.value.sentence
        assert "2026年度中小学教师" in refused.value.sentence

    def test_no_series_can_be_added_with_them(self, clerk):
        for page, typed in (
            (SPECIALTIES, {"name": "新系列", "code": "99", "series": "99"}),
            (TITLES, {"name": "新系列", "series": "99", "level": "zhongji"}),
        ):
            clerk.get(f"{page}/new/")
            assert clerk.press("保存", **typed).status == 422

    @pytest.mark.req("BUR-06", "BUR-07")
    def test_a_title_is_added_changed_and_deleted(self, clerk):
        clerk.get(clerk.get("/").links["职称树管理"])
        clerk.get(clerk.page.links["新增"])
        clerk.press("保存", name="助理实验师", series="22", level="yuanji")
        clerk.get(clerk.get(f"{TITLES}?search=实验").links["编辑 助理实验师"])
        clerk.press("保存", name="实验员", level="zhuliji")
        clerk.get(clerk.get(f"{TITLES}?search=实验").links["查看 实验员"])
        clerk.get(clerk.page.links["删除栏目"])

        assert "已删除" in clerk.press("确定删除栏目")
        assert clerk.get(f"{TITLES}?search=实验").rows() == []


class TestCommittees:
    @pytest.mark.req("BUR-24", "BUR-27", "BUR-28", "BUR-29")
    def test_a_committee_is_added_changed_and_looked_at(self, town, clerk):
        manager = town.person("郁管理", BUREAU)
        more = {
            "specialties": ["蓉-小学数学"],
            "set_up_units": ["武侯教育局"],
            "fees": [{"item": "review", "amount": 120}],
        }
        key = town.platform.registers.create(manager, "committees", COMMITTEE | more)
        clerk.get(clerk.get(COMMITTEES).links["编辑 成都高新区工程技术初级职称评审委员会"])
        clerk.press("保存", contact_name="林秘书")

        page = clerk.get(clerk.get(COMMITTEES).links["查看 成都高新区工程技术初级职称评审委员会"])

        assert key == "蓉工评委"
        for shown in ("wuhou-chu", "林秘书", "小学数学", "成都市武侯区教育局", "120", "初评会"):
            assert shown in page

    def test_a_deregistered_one_opens_no_activity(self):
        town = city()
        secretary = town.person("孙秘书", "教师高评委")
        bureau = town.person("陈管理", "人社局")
        registers = town.platform.registers
        registers.act(
            bureau, "committees", "教师高评委", "deregister", {"deregistration_reason": "备案期满"}
        )

        with pytest.raises(Refused) as refused:
            registers.create(secretary, "activities", ACTIVITY)

        assert "该评委会已暂停或注销" in str(refused.value.errors)

    @pytest.mark.req("BUR-24", "BUR-30")
    def test_it_is_deregistered_with_a_reason_and_exported(self, town, clerk):
        manager = town.person("郁管理", BUREAU)
        town.platform.registers.create(manager, "committees", COMMITTEE)
        clerk.get(clerk.get(COMMITTEES).links["注销 成都高新区工程技术初级职称评审委员会"])
        assert "请填写注销原因" in clerk.press("确定注销")
        clerk.press("确定注销", deregistration_reason="备案期满不再设立")

        (line,) = exported(clerk, f"{COMMITTEES}?search=wuhou-chu")[1:]

        assert line[-1] == "已注销"
        page = clerk.get("/console/register-committees/history/?id=蓉工评委")
        assert page.rows()[0][2:] == [
            "注销",
            "注销原因：备案期满不再设立状态：正常 → 已注销注销原因：备案期满不再设立",
        ]

    def test_an_account_name_belongs_to_one_committee(self, town):
        manager = town.person("郁管理", BUREAU)

        with pytest.raises(Refused, match="“评委会”中已有评委会账号或者评委会相同的记录"):
            town.platform.registers.create(manager, "committees", COMMITTEE | {"account": "rcjs1"})


class TestCommitteeAccounts:
    @pytest.mark.req("BUR-25", "ACC-10")
    def test_a_new_committee_gets_an_account_whose_password_is_shown_once(self, town, clerk):
        clerk.get(f"{COMMITTEES}/new/")
        page = clerk.press("保存", **COMMITTEE)
        (shown,) = page.rows()
        assert shown[:2] == ["成都高新区工程技术初级职称评审委员会", "wuhou-chu"]
        clerk.get(page.links["继续"])
        assert shown[2] not in clerk.page

        accounts = town.platform.accounts
        session = accounts.sign_in("wuhou-chu", shown[2])
        assert (session.organisation, session.must_change_password) == ("蓉工评委", True)
        accounts.change_password(session.token, shown[2], "Chuping-2026")
        again = accounts.sign_in("wuhou-chu", "Chuping-2026")
        assert not again.must_change_password
        assert town.platform.directory.has(again.actor, "edit_committee")

    @pytest.mark.req("ACC-11")
    def test_a_switch_lets_them_keep_the_password_that_was_shown(self):
        """It had always to be changed: there was no switch."""
        free = "role: committee_secretary, must_change: false}"
        town = city(
            worlds="chengdu",
            changes=(
                ("definitions/registers/committees.yaml", "role: committee_secretary}", free),
            ),
        )
        registers = town.platform.registers
        (made,) = registers.add(town.person("郁管理", BUREAU), "committees", COMMITTEE).staff

        assert not town.platform.accounts.sign_in("wuhou-chu", made.password).must_change_password
        with town.platform.store.read() as unit:
            assert made.password not in str(unit.accounts.load("wuhou-chu"))

    @pytest.mark.req("BUR-25", "ACC-10")
    def test_an_account_name_is_taken_once_whoever_has_it(self, town, clerk):
        manager = town.person("郁管理", BUREAU)
        town.platform.registers.create(manager, "committees", COMMITTEE)
        with town.platform.store.write() as unit:
            now = town.platform.clock.now()
            town.platform.accounts.add_in(unit, "yuguanli", "郁管理", None, now)

        for taken in ("wuhou-chu", "yuguanli"):
            clerk.get(f"{COMMITTEES}/new/")
            page = clerk.press("保存", **COMMITTEE | {"organisation": "蓉初评委", "account": taken})
            assert f"登录账号“{taken}”已被使用" in page
        assert len(clerk.get(COMMITTEES).rows()) == 4
        clerk.get(clerk.page.links["编辑 成都高新区工程技术初级职称评审委员会"])
        assert "登录账号已经开通，不能修改" in clerk.press("保存", account="other-name")

    @pytest.mark.req("BUR-26")
    def test_committees_come_from_a_sheet_with_their_accounts(self, town, clerk):
        clerk.get(f"{COMMITTEES}/import")
        template = clerk.client.get(f"{COMMITTEES}/import/template").data
        marked = CalamineWorkbook.from_filelike(BytesIO(template)).get_sheet_by_index(0)
        heads = [head.removesuffix("*") for head in marked.to_python()[0]]
        junior = {
            "评委会": "成都高新区工程技术初级职称评审委员会",
            "评委会账号": "wuhou-chu",
            "评委会级别": "初评会",
            "评委会类型": "社会化评审委员会",
            "系列": "中小学教师",
        }
        middle = junior | {"评委会": "成都市中小学教师中级职称评审委员会"}
        lines = [[line.get(head, "") for head in heads] for line in (junior, middle)]
        sheet = BytesIO()
        write_xlsx(sheet, "x", marked.to_python()[0], lines)

        page = clerk.press("导入", sheet=FileStorage(BytesIO(sheet.getvalue()), filename="x.xlsx"))
        assert "相同的记录" in page
        assert len(clerk.get(COMMITTEES).rows()) == 3
        clerk.get(f"{COMMITTEES}/import")
        clerk.press("导入", sheet=FileStorage(BytesIO(sheet.getvalue()), filename="x.xlsx"))
        (shown,) = clerk.press("提交").rows()

        assert shown[1] == "wuhou-chu"
        assert town.platform.accounts.sign_in("wuhou-chu", shown[2]).organisation == "蓉工评委"
        assert len(clerk.get(COMMITTEES).rows()) == 4

    @pytest.mark.req("BUR-31")
    def test_the_account_of_a_deregistered_committee_is_closed(self, town):
        manager = town.person("郁管理", BUREAU)
        registers, accounts = town.platform.registers, town.platform.accounts
        (admitted,) = registers.add(manager, "committees", COMMITTEE).staff
        signed_in = accounts.sign_in("wuhou-chu", admitted.password)

        registers.act(
            manager, "committees", "蓉工评委", "deregister", {"deregistration_reason": "备案期满"}
        )

        assert accounts.session(signed_in.token) is None
        with pytest.raises(Refused, match="account_closed"):
            accounts.sign_in("wuhou-chu", admitted.password)

    @pytest.mark.req("BUR-31")
    def test_what_is_going_on_is_listed_before_and_nothing_more_is_opened_after(self):
        town = city()
        registers, secretary = town.platform.registers, town.person("孙秘书", "教师高评委")
        draft = registers.create(secretary, "activities", ACTIVITY)
        clerk = town.visit("陈管理", "人社局")

        clerk.get(f"{COMMITTEES}/act/?id=教师高评委&action=deregister")
        assert "进行中的评审活动" in clerk.page
        assert "2026年度中小学教师高级职称评审" in clerk.page
        assert ACTIVITY["name"] not in clerk.page
        clerk.press("确定注销", deregistration_reason="备案期满")

        with pytest.raises(Refused) as refused:
            registers.create(secretary, "activities", ACTIVITY | {"name": "再开一次"})
        assert "该评委会已暂停或注销" in str(refused.value.errors)
        started = town.platform.cases.start(
            secretary, "tianjin/activity-publication", {"activity": draft}
        )
        with pytest.raises(Refused) as refused:
            town.platform.cases.act(secretary, started.uid, "submit")
        assert "该评委会已暂停或注销，不能开展评审活动" in refused.value.sentence

    @pytest.mark.req("BUR-27", "BUR-28", "BUR-29", "BUR-32")
    def test_other_information_has_its_own_page_and_the_query_changes_nothing(self, town, clerk):
        name = "成都高新区工程技术初级职称评审委员会"
        manager = town.person("郁管理", BUREAU)
        more = {"set_up_units": ["武侯教育局"], "fees": [{"item": "review", "amount": 120}]}
        town.platform.registers.create(manager, "committees", COMMITTEE | more)
        clerk.get(clerk.get(COMMITTEES).links[f"其他信息 {name}"])
        clerk.press("保存", specialties=["蓉-小学数学"])

        query = clerk.get(clerk.get("/").links["评委会查询"])
        of_row = [link for link in query.links if link.endswith(name)]
        assert of_row == [f"详情 {name}", f"其他信息 {name}"]
        assert "新增" not in query.links
        detail = clerk.get(query.links[f"详情 {name}"])
        assert "wuhou-chu" in detail
        assert not {"修改", "注销", "暂停"} & set(detail.links)
        other = clerk.get(query.links[f"其他信息 {name}"])
        for shown in ("小学数学", "成都市武侯区教育局", "120"):
            assert shown in other
        assert "wuhou-chu" not in other
        assert name in [line[0] for line in exported(clerk, f"{COMMITTEES}/query/")[1:]]

    @pytest.mark.req("BUR-27", "BUR-28", "BUR-29")
    def test_specialties_units_and_fees_are_found_and_added_one_after_the_other(self, clerk):
        name = "成都市武侯区中小学教师初级职称评审委员会"
        clerk.get(clerk.get(COMMITTEES).links[f"其他信息 {name}"])
        for button, words, found in (
            ("评审专业", "数学", "小学数学"),
            ("组建单位", "武侯区教育", "成都市武侯区教育局"),
            ("组建单位", "11510100MB200411XM", "成都市武侯区教育局"),
        ):
            field = {"评审专业": "specialties", "组建单位": "set_up_units"}[button]
            page = clerk.press(f"查询 {button}", **{f"{field}~search": words})
            assert found in page, words
        clerk.press("+ 添加缴费项目")
        last = max(
            int(field.split(".")[1])
            for field in clerk.page.tree.xpath("//main//input/@name")
            if field.startswith("fees.") and field.endswith(".amount")
        )

        page = clerk.press("保存", **{f"fees.{last}.item": "defence", f"fees.{last}.amount": "-1"})
        assert "缴费金额不能小于 0" in page
        clerk.press("保存", **{f"fees.{last}.amount": "80"}, set_up_units="武侯教育局")

        other = clerk.get(clerk.get(COMMITTEES).links[f"其他信息 {name}"])
        amounts = other.tree.xpath("//main//input[contains(@name, '.amount')]/@value")
        assert amounts[-1] == "80"
        assert "成都市武侯区教育局" in other


class TestIssuingUnits:
    def adds(self, clerk: Visitor, unit: str, code: str):
        clerk.get(f"{CODES}/new/")
        return clerk.press("保存", unit=unit, code=code)

    @pytest.mark.req("BUR-20", "BUR-41")
    def test_a_unit_is_found_by_a_part_of_its_name_and_given_a_code(self, clerk):
        clerk.get(clerk.get("/").links["发证单位编码配置"])
        clerk.get(clerk.page.links["新增"])
        assert clerk.press("保存").status == 422
        assert "成都市武侯区教育局" in clerk.press("查询 单位名称", **{"unit~search": "武侯"})
        clerk.press("保存", unit="武侯教育局", code="510107")

        (row,) = clerk.get(f"{CODES}?search=武侯").rows()

        assert row[:4] == ["成都市武侯区教育局", "510107", "", "正常"]
        assert not [link for link in clerk.page.links if link.startswith("编辑")]

    @pytest.mark.req("BUR-21", "BUR-22")
    def test_a_deregistered_code_keeps_its_reason_and_is_given_to_nobody_else(self, clerk):
        self.adds(clerk, "武侯教育局", "510107")
        self.adds(clerk, "武侯人社局", "510100")
        assert self.adds(clerk, "高新人社局", "510100").status != 200
        assert self.adds(clerk, "成都人社局", "510199").status != 200
        clerk.get(clerk.get(CODES).links["注销 成都市武侯区教育局"])
        assert clerk.press("确定注销").status == 422
        clerk.press("确定注销", deregistration_reason="机构撤并")

        assert self.adds(clerk, "高新人社局", "510107").status != 200
        lines = exported(clerk, f"{CODES}?state=deregistered")
        assert lines[1:] == [["成都市武侯区教育局", "510107", "机构撤并", "已注销"]]


class TestCertificates:
    @pytest.fixture
    def issued(self) -> City:
        return city(*ISSUED, worlds="chengdu")

    def code(self, town: City, number: str) -> str:
        with town.platform.store.read() as unit:
            (found,) = [one for one in unit.documents.of_case(town["z"]) if one.number == number]
        return found.verify_code

    def revokes(self, town: City) -> Visitor:
        officer = town.visit("厍发证", BUREAU)
        page = officer.get(
            officer.get("/console/register-certificates/").links["撤销 51012026000001"]
        )
        # What is asked for is why it is revoked, not why an application did not pass.
        assert "不通过原因" not in page
        assert 'class="btn btn-danger">确定撤销' in page.source
        officer.press("确定撤销", reason="申报材料不实")
        return officer

    @pytest.mark.req("CERT-13", "CERT-16")
    def test_a_revoked_one_is_no_longer_genuine_and_its_holder_sees_so(self, issued):
        code = self.code(issued, "51012026000001")
        public = issued.visit("姬若兰")
        public.post("/sign-out")
        assert "该证书真实有效。" in public.get(f"/verify/{code}")
        assert "岑" in public.page
        holder = issued.visit("岑晓雯")
        assert any(link.startswith("下载") for link in holder.get("/documents").links)

        self.revokes(issued)

        assert "该证书已失效。" in public.get(f"/verify/{code}")
        assert not any(link.startswith("下载") for link in holder.get("/documents").links)
        (row,) = holder.page.rows()
        assert "已失效" in row

    @pytest.mark.req("CERT-19")
    def test_a_corrected_one_revokes_the_other_together_with_its_document(self):
        """Through the work unit and the competent department."""
        asked = (
            "{request: {certificate: '51012026000001', work_unit: 浣花小学, items: [title_name], "
            "title_name: 蓉-三级教师, reason: 资格名称有误}, "
            "materials: {proof: [$files/attachment.pdf]}}"
        )
        issued = city(
            *ISSUED,
            "{by: 岑晓雯, does: start, process: chengdu/certificate-correction, case: c}",
            f"{{by: 岑晓雯, does: submit, case: c, with: {asked}}}",
            "{by: 蔺校长, does: pass, case: c}",
            "{by: 钭科长, does: pass, case: c}",
            worlds="chengdu",
        )
        code = self.code(issued, "51012026000001")
        officer = issued.visit("厍发证", BUREAU)
        officer.get("/lists/chengdu/certificate-corrections")
        assert any("岑晓雯" in row for row in officer.page.rows())
        officer.get(f"/cases/{issued['c']}")
        officer.press("确定同意更正")
        assert "已更正" in officer.press("确定同意更正")

        assert "该证书已失效。" in officer.get(f"/verify/{code}")
        rows = officer.get("/console/register-certificates/").rows()
        assert {row[0]: row[-2] for row in rows} == {
            "51012026000001": "已撤销", "51012026000002": "已发放"
        }  # fmt: skip
        holder = issued.visit("岑晓雯")
        holder.get("/documents")
        assert sorted("已失效" in row for row in holder.page.rows()) == [False, True]
        found = issued.platform.records
        with found.store.read() as unit:
            new, old = (found.load(unit, "certificates", f"5101202600000{n}").data for n in (2, 1))
        assert (new["title_name"], new["corrects"]) == ("蓉-三级教师", "51012026000001")
        assert (old["replaced_by"], old["revocation_reason"]) == ("51012026000002", "更正")

    @pytest.mark.req("CERT-15")
    def test_it_is_issued_again_with_a_new_number(self, issued):
        officer = self.revokes(issued)
        officer.get(f"/cases/{issued['z']}")
        officer.press("确定重新发放")
        officer.press("确定重新发放")  # and says yes to the question
        officer.get(f"/cases/{issued['z']}")
        officer.press("确定发放证书")

        numbers = {row[0]: row[-2] for row in officer.get("/console/register-certificates/").rows()}

        assert numbers == {"51012026000001": "已撤销", "51012026000002": "已发放"}
        new, old = (self.code(issued, f"5101202600000{n}") for n in (2, 1))
        assert "该证书真实有效。" in officer.get(f"/verify/{new}")
        assert "该证书已失效。" in officer.get(f"/verify/{old}")


class TestQualificationReview:
    @pytest.mark.req("BUR-33", "BUR-34", "BUR-38")
    def test_a_reviewer_sees_attachments_and_who_is_next(self):
        town = city(*CHECKED, worlds="chengdu")
        reviewer = town.visit("宓审核", "武侯人社局")
        reviewer.get(reviewer.get("/").links["职称申报人员资格审核 1"])
        assert any("岑晓雯" in row for row in reviewer.page.rows())
        lines = exported(reviewer, "/lists/chengdu/qualification-review")
        assert len(lines) == 2
        (detail,) = (
            to for words, to in reviewer.get(reviewer.page.address).links.items()
            if words.startswith("详细 岑晓雯")
        )  # fmt: skip
        reviewer.get(detail)

        assert (
            "上级审核单位或评委会：职称申报人员资格审核（成都市人力资源和社会保障局）"
            in reviewer.page
        )
        assert "小学数学" in reviewer.page
        reviewer.get(reviewer.page.links["查看电子档案"])
        assert ["证书原件照片或扫描件", "title-certificate.pdf"] in reviewer.page.rows()
        file = reviewer.get(reviewer.page.links["title-certificate.pdf"])
        assert file.raw.data.startswith(b"%PDF")

    @pytest.mark.req("BUR-34", "BUR-35")
    def test_only_a_superior_is_called_one(self):
        """The last institution read what follows, and every return, as if a superior came next."""
        town = city(*CHECKED, RETURNED[0], worlds="chengdu")
        last = town.visit("井审核", "成都人社局")

        ways = last.get(f"/cases/{town['z']}").tree.xpath("//p[@class='choice__next']")

        assert [" ".join(way.text_content().split()) for way in ways] == [
            "下一环节：待发证（成都市人力资源和社会保障局）",
            "下一环节：职称申报人员资格审核（成都市武侯区人力资源和社会保障局）",
        ]

    @pytest.mark.req("BUR-34")
    def test_the_committee_stands_under_the_same_caption(self):
        town = city(*TO_THE_COMMITTEE, worlds="chengdu")
        page = town.visit("宓审核", "武侯人社局").get(f"/cases/{town['z']}")
        assert "上级审核单位或评委会：评委会接收（" in page

    @pytest.mark.req("BUR-36", "BUR-37")
    def test_what_comes_back_from_above_has_a_list_and_is_passed_down_from_its_row(self):
        """In the list the row led to a page called 审核, as if it came from below."""
        town = city(*CHECKED, *RETURNED[:2], worlds="chengdu")
        reviewer = town.visit("宓审核", "武侯人社局")
        assert reviewer.get("/lists/chengdu/qualification-review").rows() == []
        reviewer.get(reviewer.get("/").links["上级退回 1"])
        (row,) = (
            to for words, to in reviewer.page.links.items() if words.startswith("退回补充材料 岑")
        )
        reviewer.get(row)

        page = reviewer.press("确定退回补充材料")

        assert "退回补充材料：已办理" in page.source or "已退回补充材料" in page.source
        assert reviewer.get("/lists/chengdu/returned-from-above").rows() == []
        below = town.visit("钭科长", "武侯教育局")
        (row,) = below.get("/lists/chengdu/returned-from-above").rows()
        assert "退回补充材料" in row

    @pytest.mark.req("REV-11", "BUR-37")
    def test_every_level_sees_the_opinion_that_caused_the_return(self):
        town = city(*CHECKED, *RETURNED, worlds="chengdu")
        below = (("宓审核", "武侯人社局"), ("钭科长", "武侯教育局"), ("蔺校长", "浣花小学"))

        for name, organisation in below:
            reviewer = town.visit(name, organisation)
            assert "缺少2025年度考核表" in reviewer.get(f"/cases/{town['z']}/course")
        assert "缺少2025年度考核表" in town.visit("岑晓雯").get(f"/cases/{town['z']}/course")


@pytest.mark.req("BUR-42")
def test_a_bureau_further_down_follows_the_applications_of_its_own_institutions():
    """With the right to follow applications it saw those of the whole city."""
    town = city(*CHECKED, worlds="chengdu")
    above = town.person("郁管理", BUREAU)
    for organisation in ("武侯人社局", "高新人社局"):
        town.platform.directory.add_grant(above, "宓审核", "chengdu/filing_officer", organisation)
    own, other = (town.visit("宓审核", one) for one in ("武侯人社局", "高新人社局"))

    assert any("岑晓雯" in row for row in own.get("/lists/chengdu/tracking").rows())
    assert other.get("/lists/chengdu/tracking").rows() == []
    for bureau, lines in ((own, 2), (other, 1)):
        sheet = BytesIO(bureau.get("/exports/chengdu/tracking").raw.data)
        found = CalamineWorkbook.from_filelike(sheet).get_sheet_by_index(0).to_python()
        assert len(found) == lines
    assert other.get(f"/cases/{town['z']}").status == 404
    assert "岑晓雯" in town.visit("亓备案", BUREAU).get("/lists/chengdu/tracking").text


@pytest.mark.req("BUR-10")
def test_the_notice_of_an_institution_is_kept_with_it_and_read_by_its_applicants(town, clerk):
    institutions = "/console/register-accepting_institutions"
    clerk.get(institutions)
    clerk.get(f"{institutions}?search=武侯")
    clerk.get(clerk.page.links["申报须知 成都市武侯区教育局"])
    assert "已申报须知" in clerk.press("申报须知", notice="请先到窗口核验学历原件。")

    applicant = town.visit("岑晓雯")
    applicant.get("/new/chengdu/initial-confirmation")
    page = applicant.press("立即申报", level="zhuliji", obtain_mode="initial")
    assert "请先到窗口核验学历原件。" in page
    other = town.visit("滕书远")
    other.get("/new/chengdu/recognition")
    page = other.press("立即申报", level="zhongji", obtain_mode="recognise")
    assert "成都高新区人才服务中心" in page
    assert "请先到窗口核验学历原件。" not in page


@pytest.mark.req("BUR-12")
def test_a_deregistered_institution_takes_no_application(town, clerk):
    institutions = "/console/register-accepting_institutions"
    applicant = town.visit("滕书远")

    def offered() -> bool:
        applicant.get("/new/chengdu/recognition")
        page = applicant.press("立即申报", level="zhongji", obtain_mode="recognise")
        return "成都高新区人才服务中心" in page

    assert offered()
    clerk.get(f"{institutions}?title_level=zhongji&acquisition_way=recognise")
    clerk.get(clerk.page.links["注销 成都高新区人才服务中心"])
    clerk.press("确定注销")

    assert not offered()
    assert any(row[5] == "已注销" for row in clerk.get(institutions).rows())


@pytest.mark.req("BUR-35")
def test_what_the_final_institution_passes_waits_for_its_certificate():
    town = city(*CHECKED, "{by: 宓审核, does: pass, case: z}", worlds="chengdu")
    officer = town.visit("厍发证", BUREAU)
    assert officer.get("/lists/chengdu/to-issue").rows() == []
    final = town.visit("井审核", BUREAU)
    final.get(f"/cases/{town['z']}")

    final.press("确定通过")

    assert town.status("z") == "effective"
    assert "生效" in town.visit("岑晓雯").get("/lists/chengdu/my-cases").text
    assert any("岑晓雯" in row for row in officer.get("/lists/chengdu/to-issue").rows())
