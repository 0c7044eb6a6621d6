"""The pages on which running cases are moved to another version: planned, decided, done, undone."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from admin.console import migrations as pages
from tests.migrating.test_plans import opened, renamed
from tests.support.city import City
from tests.support.office import a_request


@pytest.fixture
def here():
    """A town with a case at a step that the newest version calls otherwise."""
    office = opened()
    uids = {"z": a_request(office), "y": a_request(office, submit=False)}
    found = City(office, office.clock, uids)
    renamed(office)
    return found


def stands(here, case="z"):
    with here.platform.store.read() as unit:
        row = unit.cases.load(here[case])
        return row.step, row.pin


@pytest.mark.req("CON-09", "ENG-13")
def test_cases_are_planned_decided_moved_and_moved_back(here):
    old = stands(here)
    visitor = here.visit("马监", "市局")
    page = visitor.get("/console/cases/")
    visitor.get(page.links["迁移版本"])

    page = visitor.press("计划", process="town/request")
    assert "目标版本没有环节“审核”，请决定在哪个环节继续" in page

    page = visitor.press("按这些决定重新计划", due="keep")
    assert "“审核”改为“审查”，在原处继续" in page
    assert len(page.tree.xpath("//main//svg")) == 2
    assert stands(here) == old

    page = visitor.press("迁移")
    assert page.status >= 400
    assert "请填写原因" in page
    page = visitor.press("迁移", reason="统一名称")
    assert "将迁移 2 项业务" in page
    assert stands(here) == old
    page = visitor.press("确定迁移")
    assert "已办 0 件" in page
    assert "迁移" not in page.buttons
    assert stands(here) == old
    here.platform.outgoing.work_off_slow()
    page = visitor.get(page.address)
    assert "已办 2 件" in page
    assert stands(here)[0] == "examine"

    page = visitor.press("撤销迁移", reason="弄错了", case=here["z"])
    assert "停止" in page.buttons
    here.platform.outgoing.work_off_slow()
    page = visitor.get(page.address)
    assert "撤销用房申请的业务的迁移" in page
    assert "共 1 件，已办 1 件" in page
    assert stands(here) == old
    assert stands(here, "y")[1] != old[1]
    page = visitor.get(f"/console/cases/details/?id={here['z']}")
    assert "统一名称" in page
    assert "弄错了" in page


@pytest.mark.req("CON-09")
def test_before_only_some_are_moved_the_page_says_how_many_stay_and_why(here):
    """A proposal chosen on the page looked decided: 41 cases stayed behind and nothing said so."""
    visitor = here.visit("马监", "市局")
    visitor.get("/console/migrations/?jurisdiction=town")

    page = visitor.press("计划", process="town/request")
    assert "迁移 1 项业务" in page
    assert "另有 1 项需要决定或不能迁移，仍留在原来的版本" in page
    assert "另有 1 项" in visitor.press("迁移", reason="统一名称")

    visitor.get("/console/migrations/plan/?id=1")
    page = visitor.press("按这些决定重新计划")
    assert "迁移 2 项业务" in page
    assert "另有" not in page


@pytest.mark.req("CON-09")
def test_every_case_of_a_long_plan_can_be_seen_found_and_exported(monkeypatch):
    monkeypatch.setattr(pages, "AT_ONCE", 2)
    office = opened()
    for number in range(6):
        a_request(office, submit=number != 1)
    here = City(office, office.clock, {})
    renamed(office)
    visitor = here.visit("马监", "市局")
    visitor.get("/console/migrations/?jurisdiction=town")
    page = visitor.press("计划", process="town/request")
    numbers = [f"2026-{one:06}" for one in range(1, 7)]
    shown = {one for one in numbers if one in page}

    while "下一页" in page.links:
        page = visitor.get(page.links["下一页"])
        shown |= {one for one in numbers if one in page}
    assert len(shown) == 6
    assert "第 5 – 5 项" in page

    found = visitor.get("/console/migrations/plan/?id=1&search=000004")
    assert [one for one in numbers if one in found] == ["2026-000004"]
    export = found.links["导出 Excel"]
    assert "没有找到" in visitor.get(f"{found.address}9")

    sheet = visitor.client.get(export).data
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]].count("") == 0
    assert sorted(row[0] for row in rows[1:] if row[1] == "需要决定") == sorted(
        set(numbers) - {"2026-000002"}
    )
    assert rows[1][2] == "目标版本没有环节“审核”，请决定在哪个环节继续"


@pytest.mark.parametrize(("who", "where"), [("王审", "一所"), ("张三", None), ("牛监", "一分局")])
def test_nobody_without_the_permission(here, who, where):
    visitor = here.visit(who, where)

    assert visitor.get("/console/migrations/?jurisdiction=town").status == 403
    assert visitor.get("/console/migrations/plan/?id=1").status in (403, 404)
