"""The console on running cases: found, looked into, and put right, by those who oversee them."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from engine.services.definitions import load, pin_all
from engine.store.releases import Signature
from engine.store.tables.cases import journal
from tests.support.city import AT_SUPERIOR, AT_UNIT, CERTIFIED, MEETING, PROCESS, STARTED, city
from tests.web.test_review import LI

RETURNED = (*AT_UNIT, "{by: 王初审, does: return, case: z, with: {reason: 缺少年度考核表}}")
#: of 张三 in the sample world
IDENTITY, MOBILE = "12011219850801373X", "13900000001"


def administrator(here):
    return here.visit("陈管理", "人社局")


def details(here, case="z"):
    return f"/console/cases/details/?id={here[case]}"


def listed(page):
    """The numbers and steps of the list."""
    return [(row[1], row[4]) for row in page.rows()]


class TestList:
    @pytest.mark.parametrize(
        "query",
        [
            "state=open",
            "search=2026-000001",
            "search=张三",
            f"search={IDENTITY}",
            "process=tianjin/socialised-review",
            "state=open&process=tianjin/socialised-review&step=unit",
            "status=pending_first_review",
            "organisation=第一示范中学&state=open",
            "version=current",
            "from=2026-09-01&to=2026-09-01",
        ],
    )
    def test_a_case_is_found_by_what_is_known_of_it(self, query):
        here = city(*AT_UNIT)

        page = administrator(here).get(f"/console/cases/?{query}")

        assert listed(page) == [("2026-000001", "本单位人员审核")]

    @pytest.mark.parametrize(
        "query",
        [
            "state=closed",
            "search=2026-000002",
            "search=李四",
            "search=110101199003070038",
            "state=open&process=tianjin/socialised-review&step=fill",
            "organisation=第二示范中学&state=open",
            "overdue=yes",
            "returned=yes",
            "incident=yes",
            "version=older",
            "to=2026-08-31",
        ],
    )
    def test_and_not_by_anything_else(self, query):
        here = city(*AT_UNIT)

        page = administrator(here).get(f"/console/cases/?{query}")

        assert page.rows() == []
        assert "没有符合条件的业务。" in page

    def test_an_overdue_return_is_marked(self):
        here = city(*RETURNED)
        here.at("2026-12-31 00:00")

        page = administrator(here).get("/console/cases/?state=open&overdue=yes&returned=yes")

        (row,) = page.rows()
        assert "已逾期" in row[6]
        assert "已退回" in row[6]

    def test_a_search_by_identity_is_noted_as_access(self):
        here = city(*AT_UNIT)
        administrator(here).get(f"/console/cases/?search={IDENTITY}")

        with here.platform.store.read() as unit:
            looks = unit.access_log.of("张三")
        assert [(look.person, look.what) for look in looks] == [("陈管理", "monitor search")]

    @pytest.mark.parametrize("query", ["from=昨天", "cursor=x", "state=open&cursor=WzEsIDJd"])
    def test_a_wrong_address_is_answered_with_a_sentence(self, query):
        page = administrator(city(*AT_UNIT)).get(f"/console/cases/?{query}")

        assert page.status in (200, 404, 409)
        assert "系统出错了" not in page

    def test_the_list_goes_into_a_spreadsheet(self):
        here = city(*MEETING)
        visitor = administrator(here)

        visitor.get("/console/cases/export?state=open")

        rows = CalamineWorkbook.from_filelike(BytesIO(visitor.page.raw.data)).get_sheet_by_index(0)
        heads, *cells = rows.to_python()
        assert heads[:4] == ["编号", "流程", "申请人", "环节"]
        assert [row[3] for row in cells] == ["专家评审", "表决"]

    def test_an_older_version_is_named(self):
        here = city(*AT_UNIT)
        publish(here, "title: 社会化评审", "title: 社会化职称评审")

        visitor = administrator(here)
        page = visitor.get("/console/cases/?version=older")
        (row,) = page.rows()
        assert row[2] == "社会化评审"
        assert row[9].startswith("较早版本 ")
        assert visitor.get("/console/cases/?version=current").rows() == []
        assert "较早版本" in visitor.get(details(here))


def publish(here, old, new):
    """Put changed content into force; cases keep what they were started with."""
    definitions, path = here.platform.definitions, f"definitions/processes/{PROCESS}.yaml"
    files = definitions.files()
    assert old.encode() in files[path]
    files[path] = files[path].replace(old.encode(), new.encode())
    release = load(files)
    with here.platform.store.write() as unit:
        by = Signature("test", "test", here.clock.now())
        commit = unit.releases.commit(files, "changed\n", by, expected=definitions.commit)
        pin_all(unit, release, commit)
    definitions.take(commit, release)


@pytest.mark.req("ACC-17", "SEC-01")
class TestWhoMayLook:
    @pytest.mark.parametrize(
        "address", ["/console/cases/", "/console/dashboard/", "/console/cases/export"]
    )
    @pytest.mark.parametrize(
        ("who", "where"), [("王初审", "第一中学"), ("张三", None), ("郑备案", "人社局")]
    )
    def test_nobody_without_the_permission(self, address, who, where):
        assert city(*AT_UNIT).visit(who, where).get(address).status == 403

    def test_a_case_of_which_one_may_not_know_is_not_found(self):
        here = city(*AT_UNIT)
        here.platform.directory.add_grant(
            here.person("陈管理", "人社局"), "王初审", "tianjin/platform_admin", "人社局"
        )
        assert here.visit("王初审", "人社局").get(details(here)).status == 200
        assert here.visit("王初审", "第一中学").get(details(here)).status == 403


class TestCase:
    def test_it_tells_state_holders_timers_and_version(self):
        page = administrator(here := city(STARTED)).get(details(here))

        for said in ("填报（张三）", "没有人认领该申报", "到期", "当前版本"):
            assert said in page, said

    def test_it_names_who_may_deal_with_what_waits_and_who_has_taken_it_on(self):
        here = city(*AT_UNIT)
        here.platform.cases.claim(here.person("王初审", "第一中学"), here["z"])

        page = administrator(here).get(details(here))

        (row,) = [row for row in page.rows() if "本单位人员审核" in row[0]]
        assert row[1] == "天津市第一示范中学"
        assert "王初审" in row[2]
        assert row[3] == "王初审"

    def test_the_journal_tells_who_for_whom_when_what_and_why(self):
        here = city(*RETURNED)

        page = administrator(here).get(details(here))

        assert "缺少年度考核表" in page
        assert "王初审（天津市第一示范中学） 2026-09-01 09:00" in page
        assert "校验通过，未被改动" in page

    @pytest.mark.req("SEC-02")
    def test_personal_data_are_masked_before_and_after(self):
        here = city(*AT_UNIT)

        page = administrator(here).get(details(here))

        assert IDENTITY not in page.source
        assert "120***********373X" in page
        assert MOBILE not in page.source

    def test_a_look_is_noted(self):
        here = city(*AT_UNIT)
        administrator(here).get(details(here))

        with here.platform.store.read() as unit:
            looks = unit.access_log.of("张三")
        assert [(look.person, look.what, look.case_uid) for look in looks] == [
            ("陈管理", "monitor", here["z"])
        ]

    @pytest.mark.req("TST-04", "SEC-02")
    def test_a_case_is_taken_out_as_a_sample_that_names_nobody_and_that_is_noted(self):
        here = city(*CERTIFIED)
        page = administrator(here).get(details(here))
        visitor = administrator(here)

        visitor.get(page.links["导出为样例"])

        text = visitor.page.raw.get_data(as_text=True)
        assert text.startswith("recorded: 社会化评审")
        for name in ("张三", IDENTITY, MOBILE, "第一中学", here["z"]):
            assert name not in text
        with here.platform.store.read() as unit:
            looks = unit.access_log.of("张三")
        assert (looks[0].person, looks[0].what) == ("陈管理", "recorded as a sample")
        other = here.visit("王初审", "第一中学")
        assert other.get(page.links["导出为样例"]).status in (403, 404)

    def test_a_changed_journal_is_shown_as_changed(self):
        here = city(*AT_UNIT)
        with here.platform.store.engine.begin() as connection:
            connection.execute(sa.update(journal).where(journal.c.seq == 2).values(person="李四"))

        page = administrator(here).get(details(here))

        assert "校验不通过：第 2 条起被改动过" in page
        assert "未被改动" not in page

    def test_documents_groups_and_what_was_sent_are_there(self):
        here = city(*CERTIFIED)

        page = administrator(here).get(details(here))

        for said in ("评审会议", "职称评审结果备案", "已有结果", "已完成", "评审表"):
            assert said in page, said


def open_form(here, do, case="z"):
    visitor = administrator(here)
    visitor.get(f"/console/cases/act/?id={here[case]}&do={do}")
    return visitor


class TestInterventions:
    @pytest.mark.req("ENG-14")
    def test_rerouting_is_confirmed_with_where_it_leads_and_then_done(self):
        here = city(*AT_UNIT)
        visitor = open_form(here, "reroute")

        page = visitor.press("查找", find="无此单位", step="department", reason="单位改制")
        assert "没有找到“无此单位”" in page
        page = visitor.press("查找", find="人才档案")
        assert page.field("step").value == "department"
        page = visitor.press("改派", organisation="人才中心")
        assert "到达待呈报人员审核（天津市人才档案服务中心）" in page
        assert place(here) == "unit"

        page = visitor.press("确定改派")
        assert "已改派。" in page
        assert place(here) == "department"
        assert "单位改制" in page

    def test_from_the_confirmation_one_goes_back_and_changes_what_was_entered(self):
        here = city(*AT_UNIT)
        visitor = open_form(here, "reroute")
        visitor.press("查找", find="人才档案", step="department", reason="单位改制")
        visitor.press("改派", organisation="人才中心")

        page = visitor.press("返回修改")

        assert place(here) == "unit"
        assert (page.field("step").value, page.field("reason").value) == ("department", "单位改制")
        assert page.field("organisation").value == "人才中心"
        page = visitor.press("改派", reason="单位撤并")
        assert "单位撤并" in page
        visitor.press("确定改派")
        assert place(here) == "department"

    @pytest.mark.req("BUR-19")
    def test_what_waits_at_an_organisation_out_of_use_is_listed_and_put_elsewhere(self):
        here = city(*AT_SUPERIOR)
        visitor = administrator(here)
        gone = "/console/cases/?out_of_use=yes"
        waiting = listed(visitor.get("/console/cases/"))
        assert listed(visitor.get(gone)) == []
        visitor.get("/console/register-organisations/act/?id=教委下属中心&action=deregister")
        visitor.press("确定注销", reason="撤并")

        page = visitor.get("/console/cases/")
        page = visitor.press("查询", out_of_use="yes")

        assert listed(page) == waiting
        assert listed(visitor.get(f"{gone}&organisation=教育事业")) == waiting
        assert listed(visitor.get(f"{gone}&organisation=和平区教育局")) == []
        visitor.get(f"/console/cases/act/?id={here['z']}&do=reroute")
        visitor.press("改派", step="department", organisation="教委", reason="撤并")
        visitor.press("确定改派")
        assert listed(visitor.get(gone)) == []
        assert place(here) == "department"

    @pytest.mark.req("ENG-14", "ENG-18", "REV-23")
    def test_ticked_cases_are_stopped_together_where_they_can_be(self):
        here = city(*AT_UNIT, *LI)
        visitor = administrator(here)
        assert "批量暂停办理" in visitor.get("/console/cases/").buttons
        visitor.press("批量暂停办理", row=[here["y"]])
        visitor.press("批量暂停办理", reason="核实")
        visitor.get("/console/cases/")

        page = visitor.press("批量暂停办理", row=[here["z"], here["y"]])
        assert "将要办理的 1 件" in page
        assert "不能办理的 1 件" in page
        assert "请填写原因" in visitor.press("批量暂停办理", reason=" ")
        page = visitor.press("批量暂停办理", reason="信访核实")

        assert "成功 1 件，未成功 0 件。" in page
        assert "信访核实" in visitor.get(details(here))
        visitor.get("/console/cases/")
        visitor.press("批量改派", row=[here["z"], here["y"]])
        page = visitor.press("批量改派", step="department", organisation="人才中心", reason="改制")
        assert "去向：待呈报人员审核（天津市人才档案服务中心）" in page
        assert place(here) == "unit"
        assert "成功 2 件，未成功 0 件。" in visitor.press("确定批量改派")
        assert [place(here), place(here, "y")] == ["department", "department"]

    def test_cancelling_is_confirmed(self):
        here = city(*AT_UNIT)
        visitor = open_form(here, "cancel")

        visitor.press("终止", reason="重复申报")
        assert place(here) == "unit"
        page = visitor.press("确定终止")

        assert "已终止。" in page
        assert place(here) == "discarded"

    @pytest.mark.parametrize("do", ["reroute", "cancel", "suspend"])
    def test_without_a_reason_nothing_happens_and_nothing_typed_is_lost(self, do):
        here = city(*AT_UNIT)
        visitor = open_form(here, do)
        button = {"reroute": "改派", "cancel": "终止", "suspend": "暂停办理"}[do]
        typed = {"step": "department"} if do == "reroute" else {}

        page = visitor.press(button, reason="  ", **typed)

        assert page.status == 409
        assert "请填写原因" in page
        if do == "reroute":
            (chosen,) = page.tree.xpath("//select[@name='step']/option[@selected]/@value")
            assert chosen == "department"
        assert place(here) == "unit"

    def test_where_nobody_could_go_on_it_is_refused_before_it_is_confirmed(self):
        here = city(*AT_UNIT)

        page = open_form(here, "reroute").press("改派", step="department", reason="why")

        assert page.status == 409
        assert "确定改派" not in page.buttons

    def test_somebody_who_was_faster_is_not_overrun(self):
        here = city(*AT_UNIT)
        visitor = open_form(here, "cancel")
        visitor.press("终止", reason="重复申报")
        here.platform.cases.act(here.person("王初审", "第一中学"), here["z"], "pass")

        page = visitor.press("确定终止")

        assert "已处理" in page
        assert place(here) == "unit"

    def test_before_suspending_one_sees_that_the_case_would_be_suspended(self):
        here = city(*AT_UNIT)

        page = open_form(here, "suspend").press("先看结果", reason="等待核实")

        (said,) = page.tree.xpath("//section[@aria-labelledby='foreseen-title']")
        assert said.xpath(".//*[@class='flag']/text()") == ["已暂停"]
        page = open_form(here, "extend").press("先看结果", reason="材料多", until="2030-01-01")
        assert page.tree.xpath("//section//*[@class='flag']") == []

    def test_a_suspended_case_is_shown_as_such_to_all_and_resumed(self):
        here = city(*AT_UNIT)
        assert "已暂停办理。" in open_form(here, "suspend").press("暂停办理", reason="等待核实")

        reviewer = here.visit("王初审", "第一中学")
        page = reviewer.get(f"/cases/{here['z']}")
        assert "暂停办理" in page
        assert "该申报已暂停办理" in page

        assert "已恢复办理。" in open_form(here, "resume").press("恢复办理", reason="已核实")
        here.platform.cases.act(here.person("王初审", "第一中学"), here["z"], "pass")

    def test_a_claim_is_released(self):
        here = city(*AT_UNIT)
        here.platform.cases.claim(here.person("王初审", "第一中学"), here["z"])

        page = open_form(here, "unclaim").press("释放认领", reason="王初审休假")

        assert "已释放认领。" in page
        (row,) = [row for row in page.rows() if "本单位人员审核" in row[0]]
        assert row[3] == ""

    @pytest.mark.req("REV-16")
    def test_a_deadline_is_moved_as_the_process_lets_it(self):
        here = city(*RETURNED)
        here.at("2026-12-31 00:00")
        visitor = open_form(here, "extend")

        page = visitor.press("延长期限", until="2027-01-15", reason="申请人住院")

        assert "已延长期限。" in page
        assert "2027-01-15" in page
        assert "申请人住院" in page

    def test_what_cannot_be_done_says_why(self):
        here = city(*MEETING)

        page = administrator(here).get(details(here))

        assert "改派" not in [
            link for link in page.links if page.links[link].endswith("do=reroute")
        ]
        assert "该申报正在“评审会议”（编号 2026-000001）中办理，不能单独操作" in page


def place(here, case="z"):
    with here.platform.store.read() as unit:
        return unit.cases.load(here[case]).step


@pytest.fixture(scope="module")
def late():
    """A city with one overdue return."""
    here = city(*RETURNED)
    here.at("2026-12-31 00:00")
    return here


class TestDashboard:
    @pytest.mark.req("QRY-09")
    def test_it_shows_items_by_step_overdue_returns_incidents_and_weeks(self, late):
        page = administrator(late).get("/console/dashboard/")

        tiles = {}
        for tile in page.tree.xpath("//main//div[@class='tile']"):
            number = tile.xpath(".//*[@class='tile__number']")[0].text_content()
            tiles[tile.text_content().strip().removeprefix(number)] = number
        assert tiles == {"办理中": "1", "已逾期": "1", "退回修改逾期": "1", "有异常": "0"}
        (step,) = [row for row in page.rows() if row == ["1 填报 办理中", "1 填报 已逾期"]]
        assert step
        assert len(page.tree.xpath("//section[@aria-labelledby='weeks-title']//tbody/tr")) == 12

    @pytest.mark.req("QRY-09", "QRY-06")
    def test_each_figure_equals_the_rows_of_the_list_it_opens(self, late):
        visitor = administrator(late)
        page = visitor.get("/console/dashboard/")
        links = [
            (int(re.match(r"\s*(\d+)", link.text_content())[1]), link.get("href"))
            for link in page.tree.xpath("//main//a[contains(@href, '/console/cases/?')]")
            if re.match(r"\s*\d", link.text_content())
        ]

        assert len(links) > 25
        for figure, address in links:
            assert len(visitor.get(address).rows()) == figure, address

    @pytest.mark.req("QRY-09")
    def test_a_chart_says_the_same_as_the_table_beside_it(self, late):
        page = administrator(late).get("/console/dashboard/")

        charts = page.tree.xpath("//main//*[local-name()='svg']")
        assert len(charts) == 2
        for chart in charts:
            assert chart.get("role") == "img"
            assert chart.xpath("./*[local-name()='title']")[0].text
            assert chart.xpath("ancestor::section//table")


@pytest.mark.req("CON-10")
@pytest.mark.parametrize(
    "address",
    ["/console/", "/console/cases/", "/console/dashboard/", "/console/incidents/",
     "/console/accounts/", "/console/roles/", "case", "reroute", "extend", "cancel"],
)  # fmt: skip
def test_every_text_of_the_console_is_chinese(address):
    here = city(*AT_UNIT)
    if address == "case":
        address = details(here)
    elif not address.startswith("/"):
        address = f"/console/cases/act/?id={here['z']}&do={address}"
    page = administrator(here).get(address)

    said = page.tree.xpath(
        "//main//*[self::h1 or self::h2 or self::h3 or self::th or self::label or self::button"
        " or self::dt or self::a or self::option or self::p or self::summary]"
    )
    english = {
        word
        for one in said
        for word in re.findall(r"[A-Za-z]{3,}", one.text_content())
        if not one.xpath(".//code|ancestor::code")
    }
    assert english - {"Excel"} == set()


class TestMenus:
    @pytest.mark.req("CON-11")
    def test_the_business_menus_of_the_bureau_are_reached_from_the_console(self):
        here = city()
        visitor = administrator(here)
        page = visitor.get("/console/")
        section = page.tree.xpath("//section[@aria-labelledby='menus-title']")[0]
        links = {one.text_content().strip(): one.get("href") for one in section.iter("a")}

        actor = here.person("陈管理", "人社局")
        menus = [one for menu in here.platform.lists.menu(actor) for one in menu.entries]
        assert {"职称专业管理", "职称树管理", "评委会管理", "专家库管理", "人员查询"} <= set(links)
        assert {one.title for one in menus if one.target != "console"} <= set(links)
        for title, address in links.items():
            assert visitor.get(address).status == 200, title

    @pytest.mark.req("CON-11")
    def test_they_are_those_of_the_roles_held_at_the_bureau(self):
        here = city()
        before = administrator(here).get("/console/").links
        assert "呈报方案审核" not in before

        grantor = here.person("陈管理", "人社局")
        for role in ("platform_admin", "scheme_reviewer"):
            here.platform.directory.add_grant(grantor, "冯发证", f"tianjin/{role}", "人社局")
        links = here.visit("冯发证", "人社局").get("/console/").links

        assert {"呈报方案审核", "证书查询"} <= set(links)
        assert "黑名单管理" not in links


class TestPlatformAdministrator:
    """Whoever runs the platform sees what stands still, and reviews nothing."""

    @pytest.fixture
    def here(self):
        return city(*AT_UNIT)

    @pytest.fixture
    def visitor(self, here):
        return here.visit("潘平台", "人社局")

    def test_the_monitor_is_open_to_them(self, here, visitor):
        assert visitor.get("/console/cases/").status == 200
        assert visitor.get(details(here)).status == 200

    def test_no_case_waits_for_them_and_none_can_be_acted_on(self, here, visitor):
        assert visitor.get(f"/cases/{here['z']}").status == 404
        actor = here.person("潘平台", "人社局")
        for action in ("pass", "return", "fail"):
            with pytest.raises(Exception, match=r"no_permission|no_such_action"):
                here.platform.cases.act(actor, here["z"], action)

    def test_no_role_of_theirs_reviews_and_none_can_be_given_to_oneself(self, here, visitor):
        role = here.platform.release.roles["tianjin/platform_admin"]
        assert set(role.permissions) == {
            "use_console", "monitor_cases", "intervene", "resolve_incidents", "manage_accounts",
        }  # fmt: skip

        visitor.get("/console/accounts/details/?id=潘平台")
        page = visitor.press("授予", role="tianjin/first_reviewer", organisation="第一中学")

        assert "不能对本人的账户进行该操作" in page
        assert not here.platform.directory.holds("潘平台", "review_own", "第一中学")

    def test_putting_a_case_elsewhere_decides_nothing(self, here, visitor):
        visitor.get(f"/console/cases/act/?id={here['z']}&do=reroute")
        offered = visitor.page.tree.xpath("//select[@name='step']/option/@value")

        assert "certified" not in offered
        assert "not_passed" not in offered
