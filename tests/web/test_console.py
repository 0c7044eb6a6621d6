"""The console: closed to everybody whose menu does not lead there, changes through services."""

import pytest

from tests.support.city import CERTIFIED, city


@pytest.fixture(scope="module")
def here():
    return city()


@pytest.fixture
def administrator(here):
    return here.visit("陈管理", "人社局")


PAGES = ("/console/", "/console/accounts/", "/console/roles/", "/console/incidents/")


@pytest.mark.req("ACC-17", "SEC-01")
@pytest.mark.parametrize(
    "address", [*PAGES, "/console/register-people/", "/console/register-bars/"]
)
def test_a_page_without_permission_is_not_reachable_by_its_address(here, address):
    assert here.visit("王初审", "第一中学").get(address).status == 403


@pytest.mark.req("ACC-17", "CERT-17")
@pytest.mark.parametrize(
    ("name", "organisation", "register", "opened", "closed"),
    [
        (
            "陈管理", "人社局", "certificates",
            ["query/", "query/details/?id={key}", "export"],
            ["", "details/?id={key}", "figures/", "import", "edit/?id={key}"],
        ),
        (
            "孙秘书", "教师高评委", "committees",
            ["", "details/?id={key}"],
            ["query/", "query/details/?id={key}", "figures/"],
        ),
    ],
)  # fmt: skip
def test_each_menu_of_a_register_opens_its_own_pages(name, organisation, register, opened, closed):
    """Whoever had 证书查询 alone came to 证书撤销 by typing its address."""
    town = city(*CERTIFIED) if register == "certificates" else city()
    visitor = town.visit(name, organisation)
    with town.platform.store.read() as unit:
        key = next(unit.records.every(register)).key

    def status(page: str) -> int:
        return visitor.get(f"/console/register-{register}/{page.format(key=key)}").status

    assert {page: status(page) for page in opened} == dict.fromkeys(opened, 200)
    assert {page: status(page) for page in closed} == dict.fromkeys(closed, 403)


@pytest.mark.parametrize("address", PAGES)
def test_an_administrator_reaches_every_page(administrator, address):
    page = administrator.get(address)

    assert page.status == 200
    assert page.tree.get("lang") == "zh-CN"


def test_tables_of_the_console_say_where_they_stand_and_what_no_row_means(administrator):
    """On the first day a list of incidents said "no data", as if something were missing."""
    page = administrator.get("/console/incidents/")

    assert "没有待处理的异常，各项业务都能继续办理。" in page
    trail = page.tree.xpath("//ol[@class='trail']/li//text()[normalize-space()]")
    assert trail == ["首页", "管理控制台", "异常处理"]
    assert "没有找到“三”，请换一个词再查。" in administrator.get("/console/incidents/?search=三")


@pytest.mark.parametrize(
    ("address", "entry", "mark"),
    [
        ("/console/register-committees/", "评委会管理", "page"),
        ("/console/register-committees/query/", "评委会查询", "page"),
        ("/console/register-committees/edit/?id=师范高评委", "评委会管理", "true"),
        ("/console/accounts/", "管理控制台", "true"),
    ],
)
def test_the_menu_marks_where_the_page_is_or_what_it_was_reached_from(
    administrator, address, entry, mark
):
    marked = administrator.get(address).tree.xpath("//nav//*[@aria-current and @href]")

    assert {(one.text_content(), one.get("aria-current")) for one in marked} == {(entry, mark)}


@pytest.mark.parametrize("address", ["new/", "edit/?id=1", "delete/", "action/", "ajax/lookup/"])
def test_nothing_can_be_created_or_changed_behind_a_table(administrator, address):
    answer = administrator.client.get(f"/console/roles/{address}")

    assert answer.status_code in (302, 404, 405)
    assert administrator.post(f"/console/roles/{address}").status in (200, 404, 405)


def test_roles_are_listed_with_their_permissions(administrator):
    page = administrator.get("/console/roles/?search=初审人员")

    assert "审核本单位人员（初审）" in page


@pytest.mark.req("ORG-26")
def test_a_role_is_granted_and_revoked(here, administrator):
    here.visit("李四")
    page = administrator.get("/console/accounts/details/?id=李四")
    assert "还没有角色。" in page

    page = administrator.press("授予", role="tianjin/first_reviewer", organisation="第一中学")
    assert "初审人员" in page
    assert here.platform.directory.holds("李四", "review_own", "第一中学")

    administrator.press("收回")
    assert not here.platform.directory.holds("李四", "review_own", "第一中学")


def test_a_reset_password_is_shown_once_and_must_be_changed(here, administrator):
    here.visit("李四")
    administrator.get("/console/accounts/details/?id=李四")
    page = administrator.press("重置密码")
    password = page.tree.xpath("//main//*[contains(@class, 'notice')]//code/text()")[0]

    visitor = here.visit("李四")
    visitor.post("/sign-out")
    page = visitor.post("/sign-in", {"login": "李四", "password": password})

    assert "请先修改初始密码。" in page


@pytest.fixture
def unit_administrator(here):
    """Whoever maintains a unit, at the edit page of the unit."""
    visitor = here.visit("李复审", "第一中学")
    page = visitor.get("/console/register-organisations/?search=第一示范")
    page = visitor.get(page.links["查看 天津市第一示范中学"])
    visitor.get(page.links["修改单位信息"])
    return visitor


@pytest.mark.req("UNIT-02", "ORG-19")
def test_an_organisation_is_found_and_edited(unit_administrator):
    page = unit_administrator.press("保存", contact_phone="022-23999999")

    assert "已保存。" in page
    assert "022-23999999" in page


def test_a_record_with_wrong_values_is_shown_again_as_typed(unit_administrator):
    page = unit_administrator.press("保存", contact_phone="没有电话")

    assert page.status == 422
    assert page.field("contact_phone").get("value") == "没有电话"


def test_a_filter_offers_only_what_belongs_to_the_place():
    """The specialties of the neighbours' experts were offered too, some under the same name."""
    page = (
        city(worlds="[tianjin, sichuan]")
        .visit("陈管理", "人社局")
        .get("/console/register-experts/")
    )

    offered = [one.text_content() for one in page.field("specialty").iter("option")]

    assert offered.count("数学") == 1
