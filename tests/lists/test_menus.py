"""Each user sees the menus the user's roles open, in the order of the content."""

import pytest

from engine.services.platform import Platform
from tests.support.office import open_office, person


@pytest.fixture(scope="module")
def office() -> Platform:
    return open_office()


def menu(office: Platform, actor) -> list[tuple[str | None, list[str | None]]]:
    return [
        (menu.title, [entry.title for entry in menu.entries]) for menu in office.lists.menu(actor)
    ]


@pytest.mark.req("ACC-16", "ACC-17")
def test_a_private_person_has_the_entries_of_persons_in_their_order(office: Platform):
    assert [entries for _, entries in menu(office, person("张三"))] == [
        ["个人信息"],
        ["我的申请"],
        ["新增申请"],
        ["消息"],
    ]


@pytest.mark.req("ACC-17")
@pytest.mark.parametrize(
    ("who", "where", "groups"),
    [
        ("王审", "一所", {"审核": ["待审核", "已审核", "已退回"]}),
        ("赵复", "一所", {"审核": ["待审核", "复核", "已审核", "已退回"]}),
        ("钱管", "市局", {"管理": ["单位管理", "人员", "全部申请"]}),
    ],
)
def test_an_organisation_user_has_what_the_roles_open(
    office: Platform, who: str, where: str, groups: dict[str, list[str]]
):
    found = menu(office, person(who, where))

    assert {title: entries for title, entries in found if title} == groups
    assert [entries for title, entries in found if not title] == [["首页"], ["消息"]]


def test_somebody_without_a_role_there_has_no_work_menus(office: Platform):
    assert menu(office, person("张三", "一所")) == [(None, ["首页"]), (None, ["消息"])]
