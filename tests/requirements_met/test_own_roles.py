"""角色管理: the roles a unit puts together itself, of what it may do."""

import pytest

from engine.domain.errors import NotFound, Refused
from tests.requirements_met.test_units import PERSON, signed_in
from tests.support.city import AT_UNIT, City, Visitor, city

FIRST_LOOK = "学校初审"
OWN = ("李复审", "第一中学")


@pytest.fixture
def town() -> City:
    return city(*AT_UNIT)


@pytest.fixture
def admin(town) -> Visitor:
    return town.visit(*OWN)


def makes(admin: Visitor, *permissions: str, title: str = FIRST_LOOK):
    """Put a role together on the page; what the page answers."""
    admin.get(admin.get("/").links["角色管理"])
    admin.get(admin.page.links["新增角色"])
    return admin.press("保存", title=title, permission=list(permissions))


def hires(town: City, admin: Visitor, role: str) -> Visitor:
    """Add somebody with a role that the page offers under this caption."""
    admin.get("/staff/new")
    offered = admin.page.tree.xpath(
        "//label[normalize-space()=$role]/preceding-sibling::input/@value", role=role
    )
    (row,) = admin.press("保存", **PERSON, role=offered).rows()
    return signed_in(town, row[1], row[2])


def role_of(town: City, title: str = FIRST_LOOK) -> str:
    """The id of a role of the unit."""
    found = town.platform.own_roles.here(town.person(*OWN))
    return next(one.id for one in found if one.title == title)


@pytest.mark.req("ORG-26", "ORG-25")
def test_the_administrator_makes_a_role_and_chooses_it_for_new_staff(town, admin):
    """角色管理 was missing: units had the roles of the content and could make none."""
    page = makes(admin, "review_own")
    assert "已保存。" in page
    (row,) = page.rows()
    assert row[:3] == [FIRST_LOOK, "审核本单位人员（初审）", ""]

    reviewer = hires(town, admin, FIRST_LOOK)

    links = reviewer.get("/").links
    assert any(words.startswith("本单位人员审核") for words in links)
    assert not {"下级单位管理", "工作人员管理", "角色管理"} & links.keys()
    assert any("张三" in row for row in reviewer.get("/lists/tianjin/own-review").rows())
    reviewer.get(f"/cases/{town['z']}")
    reviewer.press("确定通过")
    assert town.status("z") == "pending_second_review"
    (row,) = admin.get("/roles").rows()
    assert row[2] == "周新"


@pytest.mark.req("ORG-27", "ACC-17")
def test_changed_permissions_count_at_the_next_request_of_every_holder(town, admin):
    makes(admin, "review_own")
    reviewer = hires(town, admin, FIRST_LOOK)
    assert reviewer.get("/lists/tianjin/own-review").status == 200

    admin.get("/roles")
    admin.get(admin.page.links[f"编辑 {FIRST_LOOK}"])
    page = admin.press("保存", title="职数填报", permission=["declare_quota"])

    assert page.rows()[0][0] == "职数填报"
    assert reviewer.get("/lists/tianjin/own-review").status == 403
    links = reviewer.get("/").links
    assert "新增职数申报" in links
    assert not any(words.startswith("本单位人员审核") for words in links)


@pytest.mark.req("ORG-27")
def test_no_role_exceeds_the_rights_of_the_unit_and_none_is_there_for_others(town, admin):
    makes(admin, "review_own")
    admin.get("/roles/new")
    offered = set(admin.page.tree.xpath("//input[@name='permission']/@value"))
    assert "review_own" in offered
    assert not {"manage_blacklist", "file_results", "issue_certificates"} & offered
    page = admin.post("/roles/new", {"title": "越权", "permission": "manage_blacklist"})
    assert page.status == 409
    assert "所选权限超出本单位的权限范围" in page

    other, here = town.visit("江桂芳", "和平教育局"), role_of(town)
    assert other.get("/roles").rows() == []
    other.get("/staff/new")
    assert FIRST_LOOK not in other.page
    assert other.post("/staff/new", {**PERSON, "role": here}).status == 404
    own, elsewhere = town.platform.own_roles, town.person("江桂芳", "和平教育局")
    with pytest.raises(NotFound):
        own.change(elsewhere, here, "改名", ["review_own"])
    with pytest.raises(NotFound):
        own.remove(elsewhere, here)
    # Not even where it was kept before somebody looked.
    with town.platform.store.write() as unit:
        beyond = ["review_own", "manage_blacklist"]
        unit.own_roles.change(here, FIRST_LOOK, beyond, "x", town.platform.clock.now())
    town.platform.staff.assign(town.person(*OWN), "王初审", [here])
    assert town.platform.directory.permissions(town.person("王初审", "第一中学")) == {"review_own"}
    assert town.platform.directory.holders("manage_blacklist", "第一中学") == []


@pytest.mark.req("ORG-26")
@pytest.mark.parametrize(
    ("title", "permissions", "sentence"),
    [
        ("", ["review_own"], "请填写角色名称"),
        ("长" * 31, ["review_own"], "角色名称最多 30 个字"),
        ("初审人员", ["review_own"], "已有名为“初审人员”的角色"),
        (FIRST_LOOK, ["review_own"], f"已有名为“{FIRST_LOOK}”的角色"),
        ("空角色", [], "请至少选择一项权限"),
    ],
)
def test_a_role_needs_a_name_of_its_own_and_a_permission(town, admin, title, permissions, sentence):
    makes(admin, "review_own")

    page = makes(admin, *permissions, title=title)

    assert page.status == 409
    assert sentence in page
    assert page.field("title").get("value") == title
    assert len(admin.get("/roles").rows()) == 1


@pytest.mark.req("ORG-26")
def test_a_role_is_removed_when_nobody_holds_it(town, admin):
    makes(admin, "review_own")
    reviewer = hires(town, admin, FIRST_LOOK)

    def removes():
        admin.get("/roles")
        admin.get(admin.page.links[f"编辑 {FIRST_LOOK}"])
        return admin.press("确定删除")

    assert f"还有 1 人持有角色“{FIRST_LOOK}”" in removes().source
    assert reviewer.get("/lists/tianjin/own-review").status == 200
    admin.get("/staff")
    admin.get(admin.page.links["管理 周新"])
    admin.press("保存", role="tianjin/first_reviewer")

    removes()

    assert admin.page.rows() == []
    admin.get("/staff/new")
    assert FIRST_LOOK not in admin.page
    assert "已保存。" in makes(admin, "review_own")


@pytest.mark.req("ORG-27")
def test_nobody_changes_a_role_that_they_hold(town, admin):
    makes(admin, "manage_accounts")
    deputy = hires(town, admin, FIRST_LOOK)
    assert deputy.get("/roles").status == 200

    page = deputy.post(
        f"/roles/{role_of(town).replace('#', '%23')}",
        {"title": FIRST_LOOK, "permission": ["manage_accounts", "second_review"]},
    )

    assert page.status == 409
    assert "您自己持有该角色" in page
    assert deputy.get("/lists/tianjin/own-review").status == 403


def test_work_finds_holders_of_own_roles_and_each_of_them_once(town, admin):
    """Who may do a step is asked of the roles, also of those that are not in the content."""
    makes(admin, "review_own")
    holders = town.platform.directory.holders
    before = holders("review_own", "第一中学")
    reviewer = town.platform.own_roles
    hires(town, admin, FIRST_LOOK)
    (person,) = reviewer.here(town.person(*OWN))[0].holders

    found = [
        town.platform.directory.name("people", one) for one in holders("review_own", "第一中学")
    ]

    assert len(found) == len(before) + 1
    assert person in found
    town.platform.staff.assign(
        town.person(*OWN), "王初审", ["tianjin/first_reviewer", role_of(town)]
    )
    assert holders("review_own", "第一中学").count("王初审") == 1


def test_whoever_may_not_manage_accounts_neither_sees_nor_makes_roles(town):
    reviewer = town.visit("王初审", "第一中学")

    assert "角色管理" not in reviewer.get("/").links
    assert reviewer.get("/roles").status == 403
    with pytest.raises(Refused):
        town.platform.own_roles.add(town.person("王初审", "第一中学"), "自授", ["review_own"])
