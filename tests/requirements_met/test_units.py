"""Units and their departments: what they decide for those below."""

from dataclasses import replace
from typing import Any

import pytest

from admin.app import create_app
from engine.domain.errors import NotFound, Refused
from tests.support.city import AT_SUPERIOR, STARTED, WEB, City, Visitor, city

FILLED = "{by: 张三, does: save, case: z, with: $forms/complete-application}"
REQUIREMENTS = "/console/register-evidence_requirements"
EVIDENCE = "佐证材料附件"
ASKED = f"继续教育 · 第 1 条 · {EVIDENCE}：请上传{EVIDENCE}"


@pytest.mark.req("DEPT-10", "PROF-34")
def test_the_department_decides_by_series_and_level_whether_evidence_is_required():
    town = city(STARTED, FILLED)
    applicant = town.visit("张三")
    page = applicant.get(f"/cases/{town['z']}")
    assert f"{EVIDENCE}*（必填）" not in page

    department = town.visit("何处长", "教委")
    department.get(department.get("/").links["继续教育证明要求"])
    department.get(department.page.links["新增"])
    page = department.press("保存", department="教委", series="22", level="fugao", required="true")
    assert "是否必须上传继续教育证明是" in page

    page = applicant.get(f"/cases/{town['z']}")
    assert f"{EVIDENCE}*（必填）" in page
    page = applicant.press("提交")
    assert page.status == 422
    assert ASKED in page
    assert town.status("z") == "draft"

    department.get(REQUIREMENTS + "/")
    department.get(department.page.links["查看 天津市教育委员会"])
    department.get(department.page.links["修改"])
    department.press("保存", required="false")
    assert "是否必须上传继续教育证明否" in department.page
    applicant.get(f"/cases/{town['z']}")
    assert applicant.press("提交").status == 200
    assert town.status("z") == "pending_first_review"


@pytest.mark.req("DEPT-10")
def test_a_department_decides_for_nobody_but_its_own_units():
    given = (
        "{registers: {evidence_requirements: "
        "{e1: {department: 教委, series: '05', level: fugao, required: true}, "
        "e2: {department: 城建集团, series: '22', level: fugao, required: true}}}}"
    )
    town = city(STARTED, FILLED, given=given)
    department = town.visit("何处长", "教委")

    (row,) = department.get(REQUIREMENTS + "/").rows()
    assert row[0] == "天津市教育委员会"
    assert department.get(f"{REQUIREMENTS}/edit/?id=e2").status == 404
    department.get(REQUIREMENTS + "/new/")
    page = department.post(
        REQUIREMENTS + "/new/",
        {"department": "城建集团", "series": "05", "level": "zhongji", "required": "true"},
    )
    assert page.status == 422
    assert town.visit("王初审", "第一中学").get(REQUIREMENTS + "/").status == 403

    applicant = town.visit("张三")
    applicant.get(f"/cases/{town['z']}")
    assert applicant.press("提交").status == 200


@pytest.mark.req("DEPT-10")
def test_each_series_and_level_is_decided_once():
    given = (
        "{registers: {evidence_requirements: "
        "{e1: {department: 教委, series: '22', level: fugao, required: true}}}}"
    )
    department = city(given=given).visit("何处长", "教委")

    department.get(REQUIREMENTS + "/new/")
    page = department.press("保存", department="教委", series="22", level="fugao", required="false")

    assert page.status == 409
    assert "已有" in page


REGISTRATION = (
    "{by: 管校长, does: start, process: tianjin/unit-registration, case: r, with: {unit: 新建学校}}"
)
SUBMITTED = (
    REGISTRATION,
    "{by: 管校长, does: save, case: r, with: $forms/unit-registration}",
    "{by: 管校长, does: submit, case: r, with: {superior: 和平教育局}}",
)
REVIEW = "/lists/tianjin/registration-review"
COMPLETE = {
    "department_confirmed": "true",
    "address": "和平区新建路",
    "contact_name": "管校长",
    "contact_phone": "022-23000064",
    "manages_all_posts": "false",
}
#: what a unit that has not been approved yet is offered beside its own data
OPEN = {"首页", "我的消息", "单位注册", "单位基本信息提交审核"}
ENTRIES = {"本单位人员审核", "下级单位人员审核", "已审核列表", "下级单位管理", "变更上级单位"}


@pytest.mark.req("ORG-11", "ORG-12")
def test_a_unit_not_yet_approved_sees_its_basic_information_and_nothing_else():
    town = city()
    unit = town.visit("管校长", "新建学校")

    links = unit.get("/").links
    assert links.keys() >= OPEN
    assert not ENTRIES & links.keys()
    assert unit.get("/lists/tianjin/own-review").status == 403
    assert unit.get("/console/register-organisations/").status == 403

    unit.get(links["单位注册"])
    page = unit.press("新建", unit="新建学校")
    assert page.field("name").get("value") == "天津市新建实验学校"
    page = unit.press("提交审核")
    assert page.status == 422
    assert "单位地址：请填写单位地址" in page
    assert unit.get("/").field("address").get("value") in (None, "")
    page = unit.press("提交审核", **{**COMPLETE, "superior": "和平教育局"})
    assert page.status == 200
    assert "状态待审核" in unit.get("/")
    assert not ENTRIES & unit.page.links.keys()


@pytest.mark.req("ORG-11", "ORG-13", "ORG-14")
def test_the_superior_named_approves_ticked_registrations_in_bulk():
    town = city(*SUBMITTED)
    superior = town.visit("江桂芳", "和平教育局")

    superior.get(
        next(
            a
            for words, a in superior.get("/").links.items()
            if words.startswith("下级单位注册审核")
        )
    )
    (row,) = superior.page.rows()
    assert row[1:3] == ["天津市新建实验学校", "121200001023876802"]
    assert {"批量通过", "批量不通过"} <= set(superior.page.buttons)
    assert town.visit("钱主任", "教委下属中心").get(REVIEW).rows() == []
    superior.get(REVIEW)
    superior.press("批量通过", row=town["r"])
    superior.press("确定批量通过")

    assert superior.get(REVIEW).rows() == []
    below = superior.get("/console/register-organisations/").rows()
    assert any("天津市新建实验学校" in row and "审核通过" in row for row in below)
    links = town.visit("管校长", "新建学校").get("/").links
    assert links.keys() >= ENTRIES
    assert "单位注册" not in links


@pytest.mark.req("ORG-14")
def test_what_an_approved_unit_passes_on_arrives_at_who_approved_it():
    town = city(
        "{by: 李复审, does: start, process: tianjin/unit-registration, case: r, "
        "with: {unit: 第一中学}}",
        "{by: 李复审, does: submit, case: r, with: {superior: 和平教育局, "
        "department_confirmed: true, address: 和平区, contact_name: 李复审}}",
        "{by: 江桂芳, does: pass, case: r}",
        *AT_SUPERIOR,
        given="{registers: {organisations: {第一中学: {state: registering}}}}",
    )

    (reviewer, *_) = town.platform.directory.holders("review_subordinate", "和平教育局")
    page = town.visit(reviewer, "和平教育局").get("/lists/tianjin/subordinate-review")
    assert [name for row in page.rows() for name in row if name == "张三"] == ["张三"]
    before = town.visit("赵科长", "教委下属中心").get("/lists/tianjin/subordinate-review")
    assert before.rows() == []


@pytest.mark.req("ORG-13", "ORG-15")
def test_a_refused_registration_goes_back_and_may_name_another_superior():
    town = city(*SUBMITTED)
    superior = town.visit("江桂芳", "和平教育局")
    superior.get(REVIEW)
    superior.press("批量不通过", row=town["r"])
    superior.press("确定批量不通过", reason="不是我单位的下属单位")

    unit = town.visit("管校长", "新建学校")
    town.platform.outgoing.work_off()
    assert "不是我单位的下属单位" in unit.get(f"/cases/{town['r']}").text
    page = unit.press("提交审核", superior="教委下属中心")
    assert page.status == 200
    assert len(town.visit("钱主任", "教委下属中心").get(REVIEW).rows()) == 1
    assert superior.get(REVIEW).rows() == []


@pytest.mark.req("ORG-02")
def test_a_unit_without_a_superior_names_its_department_instead():
    town = city(REGISTRATION, "{by: 管校长, does: save, case: r, with: $forms/unit-registration}")
    unit = town.visit("管校长", "新建学校")
    page = unit.get(f"/cases/{town['r']}")
    assert "没有上级单位或母公司的，选职称业务主管部门" in page
    assert unit.press("提交审核", superior="教委").status == 200

    department = town.visit("吕复审", "教委")
    department.get(REVIEW)
    department.press("批量通过", row=town["r"])
    department.press("确定批量通过")
    assert town.platform.directory.superior("新建学校") == "教委"


@pytest.mark.req("ORG-03")
def test_a_unit_confirms_the_one_department_that_its_superior_leads_to():
    town = city(REGISTRATION, "{by: 管校长, does: save, case: r, with: $forms/unit-registration}")
    unit = town.visit("管校长", "新建学校")

    page = unit.get(f"/cases/{town['r']}")
    assert "职称业务主管部门 由上级单位确定。 天津市教育委员会" in page
    fields = {"superior": "路桥公司", "address": "和平区"}
    page = unit.press("暂存", **fields)
    assert "天津城建控股集团有限公司" in page

    with town.platform.store.read() as unit_of_work:
        views = town.platform.records.views(unit_of_work)
        assert views.view("organisations", "第一中学")["department"]["id"] == "教委"


RULES = {
    "state_owned_enterprise": "一般为上级委办局或集团公司",
    "stationed": "没有委托的，请勿在本系统注册和申报",
    "non_public_enterprise": "没有的，为所在区的人力资源和社会保障局",
    "mixed_ownership": "原集团公司或新的平台公司",
}


@pytest.mark.req("ORG-04", "ORG-05", "ORG-06", "ORG-07", "ORG-08")
@pytest.mark.parametrize("nature", RULES)
def test_the_page_shows_the_rule_for_the_nature_of_the_unit(nature: str):
    town = city(REGISTRATION)
    unit = town.visit("管校长", "新建学校")
    unit.get(f"/cases/{town['r']}")

    page = unit.press("暂存", nature=nature)

    shown = {name for name, rule in RULES.items() if rule in page}
    assert shown == {nature}
    department = "一般为该公司在津最高级别的子公司（单位）"
    assert (department in page) == (nature == "stationed")


@pytest.mark.req("ORG-21")
def test_the_page_says_which_superior_is_meant():
    town = city(REGISTRATION)

    page = town.visit("管校长", "新建学校").get(f"/cases/{town['r']}")

    assert "职称业务的上级单位，例如市教育局的上级单位是省教育厅" in page


@pytest.mark.req("ORG-23")
def test_a_change_of_superior_closes_the_review_lists_until_it_is_approved():
    town = city(
        "{by: 李复审, does: start, process: tianjin/superior-change, case: c, "
        "with: {unit: 第一中学}}"
    )
    unit = town.visit("李复审", "第一中学")
    assert unit.get("/").links.keys() >= ENTRIES
    unit.get(f"/cases/{town['c']}")
    page = unit.press("提交审核", superior="和平教育局", department_confirmed="true", reason="调整")
    assert page.status == 200

    assert not ENTRIES & unit.get("/").links.keys()
    assert unit.get("/lists/tianjin/own-review").status == 403
    superior = town.visit("江桂芳", "和平教育局")
    (row,) = superior.get(REVIEW).rows()
    assert row[1:5] == ["天津市第一示范中学", "12120000102328779B", "本市事业单位", "变更上级单位"]
    page = superior.get(f"/cases/{town['c']}")
    assert "现上级单位天津市教育事业服务中心" in page
    superior.press("确定通过")
    assert unit.get("/").links.keys() >= ENTRIES
    assert town.platform.directory.superior("第一中学") == "和平教育局"


def signed_in(town: City, login: str, password: str) -> Visitor:
    """Somebody who has just been given an account sets a password of their own."""
    visitor = Visitor(create_app(town.platform, WEB))
    visitor.post("/sign-in", {"login": login, "password": password})
    assert "请先修改初始密码" in visitor.page
    visitor.press("修改密码", old=password, new=OWN_PASSWORD, again=OWN_PASSWORD)
    assert "密码已修改" in visitor.page
    return visitor


OWN_PASSWORD = "a meadow in spring"
NEW_UNIT = {
    "name": "天津市新校",
    "kind": "work_unit",
    "nature": "state_owned_enterprise",
    "title_jurisdiction": "120000",
}
HANDLER = {
    "handlers.0.name": "钱新",
    "handlers.0.id_number": "110101199003070079",
    "handlers.0.mobile": "13900000998",
}


def created(town: City, creator: Visitor, superior: str) -> list[str]:
    """Add a unit below ``superior`` with its handler; return name, login and first password."""
    creator.get("/console/register-organisations/new/")
    creator.press("+ 添加经办人员")
    page = creator.press("保存", **NEW_UNIT, **HANDLER, superior=superior)
    assert page.status == 200, page.text
    (row,) = page.rows()
    return row


@pytest.mark.req("ORG-22")
def test_title_business_belongs_to_the_province_a_city_or_a_county_wherever_the_unit_is():
    town = city(worlds="sichuan")
    clerk = town.visit("景管理", "四川人社厅")
    page = clerk.get("/console/register-organisations/new/")
    (field,) = page.tree.xpath("//select[@name='title_jurisdiction']")
    offered = dict(zip(field.xpath("option/text()"), field.xpath("option/@value"), strict=True))
    assert {"四川省省本级", "成都市", "成都市武侯区", "凉山彝族自治州"} <= offered.keys()
    assert "不是单位所在地：省属单位选省本级，市属单位选所属的市，其他单位选县" in page

    located = {"address": "四川省成都市武侯区某路 1 号", "superior": "省教育厅"}
    typed = NEW_UNIT | located | {"title_jurisdiction": offered["四川省省本级"]}
    handler = HANDLER | {"handlers.0.id_number": "110101199003070079"}
    clerk.press("+ 添加经办人员")
    clerk.press("保存", **typed, **handler)

    (row,) = town.platform.registers.page(
        town.person("景管理", "四川人社厅"), "organisations", search="天津市新校"
    ).rows
    found = town.platform.registers.get(
        town.person("景管理", "四川人社厅"), "organisations", row.key
    )
    assert found.data["title_jurisdiction"] == "510000"


@pytest.mark.req("ORG-09", "ORG-10", "ORG-20", "ACC-07")
def test_a_superior_creates_a_unit_whose_handler_administers_it_at_once():
    town = city()
    superior = town.visit("钱主任", "教委下属中心")
    superior.get("/console/register-organisations/new/")
    page = superior.press("保存", **NEW_UNIT, superior="教委下属中心")
    assert page.status == 422
    assert "经办人员：请至少填写一条经办人员" in page

    name, login, password = created(town, superior, "教委下属中心")

    assert name == "钱新"
    handler = signed_in(town, login, password)
    page = handler.get("/")
    assert "天津市新校" in page
    assert "状态审核通过" in page
    assert {"下级单位管理", "工作人员管理", "变更上级单位"} <= page.links.keys()
    (row,) = handler.get("/staff").rows()
    assert row[2] == "超级管理员"


@pytest.mark.req("ORG-16", "ORG-17", "ORG-18")
def test_in_the_tree_a_unit_is_added_below_any_descendant_and_any_is_changed():
    town = city()
    department = town.visit("吕复审", "教委")
    department.get(department.get("/").links["下级单位管理"])
    page = department.get(department.page.links["树形"])
    names = page.tree.xpath("//main//span[@class='tree__name']/text()")
    assert names[0] == "天津市教育委员会"
    assert "天津市第一示范中学" in names
    (below,) = page.tree.xpath("//a[@aria-label='在“天津市第一示范中学”下新增']")
    assert below.text_content() == "新增下级单位"

    department.get(below.get("href"))
    department.press("+ 添加经办人员")
    assert len(department.press("保存", **NEW_UNIT, **HANDLER).rows()) == 1

    parents = department.get(f"{ORGANISATIONS}tree/").tree.xpath(
        "//span[.='天津市新校']/ancestor::ul[1]/preceding-sibling::summary/span[1]/text()"
    )
    assert parents == ["天津市第一示范中学"]
    (edit,) = department.page.tree.xpath("//a[@aria-label='修改单位信息 天津市新校']/@href")
    department.get(edit)
    assert "已保存" in department.press("保存", name="天津市更名学校")
    own = town.visit("李复审", "第一中学")
    assert any("天津市更名学校" in row for row in own.get(ORGANISATIONS).rows())


@pytest.mark.req("ORG-10")
def test_a_department_creates_units_below_itself_and_nobody_elsewhere():
    town = city()
    department = town.visit("吕复审", "教委")
    created(town, department, "教委")
    assert any("天津市新校" in row for row in department.get(ORGANISATIONS).rows())

    other = city().visit("江桂芳", "和平教育局")
    other.get("/console/register-organisations/new/")
    other.press("+ 添加经办人员")
    page = other.press("保存", **NEW_UNIT, **HANDLER, superior="教委")
    assert page.status == 403


ORGANISATIONS = "/console/register-organisations/"
PERSON = {"name": "周新", "id_number": "110101199003070159", "mobile": "13900000997"}


@pytest.mark.req("ORG-25")
def test_the_administrator_adds_staff_who_may_do_what_their_roles_say():
    town = city()
    unit = town.visit("李复审", "第一中学")
    unit.get(unit.get("/").links["工作人员管理"])
    unit.get(unit.page.links["添加工作人员"])
    page = unit.press("保存", **PERSON)
    assert page.status == 409
    assert "请至少选择一个角色" in page

    unit.press("保存", role="tianjin/first_reviewer")
    (row,) = unit.page.rows()
    reviewer = signed_in(town, row[1], row[2])
    links = reviewer.get("/").links
    assert {"本单位人员审核", "下级单位人员审核"} <= links.keys()
    assert "工作人员管理" not in links
    assert reviewer.get("/staff").status == 403

    unit.get("/staff")
    unit.get(unit.page.links["管理 周新"])
    unit.press("保存", role=["tianjin/quota_officer", "tianjin/unit_admin"])
    links = reviewer.get("/").links
    assert {"新增职数申报", "工作人员管理"} <= links.keys()
    assert "下级单位人员审核" not in links


@pytest.mark.req("ORG-25")
def test_the_administrator_gives_no_role_of_another_kind_of_organisation():
    town = city()
    unit = town.visit("李复审", "第一中学")
    unit.get("/staff/new")
    assert "人社部门管理员" not in unit.page

    page = unit.post("/staff/new", {**PERSON, "role": "tianjin/bureau_admin"})

    assert page.status == 404
    assert unit.get("/staff/陈管理").status == 404
    assert not any("周新" in row for row in unit.get("/staff").rows())


@pytest.mark.req("ORG-28")
@pytest.mark.parametrize(
    ("world", "clerk", "bureau", "name", "unit"),
    [
        ("tianjin", "陈管理", "人社局", "李复审", "第一中学"),
        ("sichuan", "景管理", "四川人社厅", "游复审", "蓉城中学"),
        ("chengdu", "郁管理", "成都人社局", "蔺校长", "浣花小学"),
    ],
)
def test_the_last_super_administrator_of_a_unit_keeps_the_role(world, clerk, bureau, name, unit):
    """In Sichuan and Chengdu a unit could be left without anybody who may add staff."""
    town = city(worlds=world)
    directory, above = town.platform.directory, town.person(clerk, bureau)
    (grant,) = [
        one
        for one in directory.grants_of(above, name)
        if (one.role, one.organisation) == ("超级管理员", directory.name("organisations", unit))
    ]

    with pytest.raises(Refused, match="last_of_role"):
        directory.end_grant(above, grant.id)

    admin = town.visit(name, unit)
    admin.get("/staff/new")
    assert len(admin.press("保存", **PERSON, role=f"{world}/unit_admin").rows()) == 1
    directory.end_grant(above, grant.id)
    assert not directory.holds(name, "manage_accounts", unit)


@pytest.mark.req("ORG-25", "ACC-18")
def test_somebody_with_an_account_keeps_it_and_acts_for_one_more_unit():
    town = city()
    first, second = town.visit("李复审", "第一中学"), town.visit("江桂芳", "和平教育局")
    for visitor in (first, second):
        visitor.get("/staff/new")
        visitor.press("保存", **PERSON, role="tianjin/first_reviewer")
    (row,) = second.page.rows()
    assert row[1:] == ["已有账户，用原来的用户名和密码登录", ""]

    second.get("/staff/new")
    page = second.press("保存", **{**PERSON, "name": "周旧"}, role="tianjin/first_reviewer")
    assert page.status == 409
    assert "该证件号码与姓名“周旧”不符" in page


def test_a_password_is_given_only_to_those_who_work_nowhere_else():
    """An administrator of one unit set the passwords of everybody and could sign in as them."""
    town = city()
    first, second = town.visit("李复审", "第一中学"), town.visit("江桂芳", "和平教育局")
    first.get("/staff/new")
    (row,) = first.press("保存", **PERSON, role="tianjin/first_reviewer").rows()
    accounts, admin = town.platform.accounts, town.person("李复审", "第一中学")
    assert [one.login for one in accounts.search(admin, row[1])] == [row[1]]
    assert accounts.reset_password(admin, row[1])

    second.get("/staff/new")
    second.press("保存", **PERSON, role="tianjin/first_reviewer")

    assert accounts.search(admin, row[1]) == []
    town.visit("陈管理")
    for login in (row[1], "陈管理"):
        with pytest.raises(NotFound):
            accounts.reset_password(admin, login)
        with pytest.raises(NotFound):
            accounts.set_active(admin, login, False)


def passer_by(town: City, **settings: Any) -> Visitor:
    """A browser in which nobody has signed in, at an installation where units may register."""
    return Visitor(create_app(town.platform, replace(WEB, registration=True, **settings)))


SELF = {
    "name": "天津海河环保科技有限公司",
    "credit_code": "91120116300300300Q",
    "kind": "work_unit",
    "account.name": "何环保",
    "mobile": "13900000777",
    "new": OWN_PASSWORD,
    "again": OWN_PASSWORD,
}


@pytest.mark.req("ORG-09", "ORG-10", "ORG-11", "ACC-06")
def test_a_unit_registers_itself_and_is_approved_by_the_superior_it_names():
    town = city()
    unit = passer_by(town)
    page = unit.get(unit.get("/sign-in").links["单位注册"])
    assert "有上级单位或母公司的，也可以线下联系上级单位新增" in page
    page = unit.press("注册", **SELF)
    assert "您的用户名：" in page
    login = page.tree.xpath("//code")[0].text

    page = unit.get(page.links["继续"])
    assert page.field("name").get("value") == SELF["name"]
    later = passer_by(town)
    later.post("/sign-in", {"login": login, "password": OWN_PASSWORD})
    assert "提交审核" in later.get("/").buttons
    assert not ENTRIES & later.page.links.keys()
    later.press("暂存", nature="non_public_enterprise")
    typed = {**COMPLETE, "superior": "滨海产业园", "title_jurisdiction": "120000"}
    # That is asked of public institutions only.
    del typed["manages_all_posts"]
    page = later.press("提交审核", **typed)
    assert page.status == 200, page.text

    case = page.address.rpartition("/")[2]
    (superior,) = town.platform.directory.holders("manage_organisations", "滨海产业园")
    reviewer = town.visit(superior, "滨海产业园")
    reviewer.get(REVIEW)
    reviewer.press("批量通过", row=case)
    reviewer.press("确定批量通过")

    page = later.get("/")
    assert "状态审核通过" in page
    assert {"工作人员管理", "下级单位管理"} <= page.links.keys()
    (row,) = later.get("/staff").rows()
    assert (row[0], row[2]) == ("何环保", "超级管理员")
    below = reviewer.get("/console/register-organisations/").rows()
    assert SELF["name"] in [cells[0] for cells in below]


def test_registration_is_closed_unless_the_installation_and_the_jurisdiction_open_it():
    town = city()
    closed = Visitor(create_app(town.platform, WEB))
    assert "单位注册" not in closed.get("/sign-in").links
    assert closed.get("/register").status == 404
    assert closed.post("/register/tianjin", SELF).status == 404

    # Sichuan registers units on its own platform.
    assert passer_by(town).get("/register/sichuan").status == 404
    with pytest.raises(NotFound):
        town.platform.registration.form("sichuan")


def test_registering_says_what_is_wrong_and_keeps_what_was_typed():
    town = city()
    unit = passer_by(town)
    unit.get("/register")
    page = unit.press("注册", **{**SELF, "credit_code": "91120116300300300A", "account.name": ""})
    assert page.status == 422
    assert "经办人员 · 姓名：请填写姓名" in page
    assert "不是正确的统一社会信用代码" in page
    assert page.field("name").get("value") == SELF["name"]

    for wrong, sentence in (
        ({"again": "another meadow"}, "两次输入的新密码不一致"),
        ({"new": "short", "again": "short"}, "密码"),
        ({"credit_code": "12120000102328779B"}, "已有同名或同一统一社会信用代码的单位"),
    ):
        page = unit.press("注册", **{**SELF, **wrong})
        assert page.status == 409, wrong
        assert sentence in page
        assert page.field("mobile").get("value") == SELF["mobile"]


def test_registering_says_nothing_about_people():
    """Whoever registers under the name and number of somebody else gets an account of their own."""
    town = city()
    logins = []
    for code in ("91120116300300300Q", "91120116300300301U"):
        unit = passer_by(town)
        unit.get("/register")
        page = unit.press(
            "注册",
            **{
                **SELF,
                "name": f"第 {code} 号单位",
                "credit_code": code,
                "account.name": "张三",
                "mobile": "13900000001",
            },
        )
        assert page.status == 200, page.text
        logins.append(page.tree.xpath("//code")[0].text)

    assert len(set(logins)) == 2
    posts = town.platform.directory.posts("张三")
    assert posts == []


def test_registering_again_and_again_from_one_address_has_to_wait():
    unit = passer_by(city(), registration_rate="2 per hour")
    unit.get("/register")
    statuses = [unit.press("注册", name="").status for _ in range(2)]
    assert statuses == [422, 422]
    assert unit.post("/register/tianjin", SELF).status == 429


@pytest.mark.req("DEPT-01")
def test_a_department_has_all_functions_of_a_unit():
    town = city(
        "{by: 施职员, does: start, process: tianjin/socialised-review, case: z, "
        "with: {settings: {activity: a1, work_unit: 教委}}}",
        "{by: 施职员, does: submit, case: z, with: $forms/complete-application}",
        *SUBMITTED[:2],
        "{by: 管校长, does: submit, case: r, with: {superior: 教委}}",
    )
    first, second = town.visit("何处长", "教委"), town.visit("吕复审", "教委")
    page = second.get("/")
    for block in ("单位基本信息", "消息通知", "当前待审核情况"):
        assert block in page
    assert {"基本信息维护", "发送消息", "下级单位管理", "工作人员管理"} <= page.links.keys()

    page = first.get("/lists/tianjin/own-review")
    assert {"批量通过", "批量不通过"} <= set(page.buttons)
    first.press("批量通过", row=town["z"])
    first.press("确定批量通过")
    page = second.get(f"/cases/{town['z']}")
    assert "常用意见" in page
    page = second.get(page.links["通过"])
    assert "推荐委员会（推荐小组）是否推荐" in page
    assert "公示起止时间" in page

    second.get(REVIEW)
    second.press("批量通过", row=town["r"])
    second.press("确定批量通过")
    below = second.get(ORGANISATIONS).rows()
    assert any("天津市新建实验学校" in row and "审核通过" in row for row in below)
    assert second.get("/messages/new").status == 200
