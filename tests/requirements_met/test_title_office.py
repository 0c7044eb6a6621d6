"""What the title office of a city does for others: departments, corrections, complaints, routes."""

import pytest

from tests.requirements_met.test_units import (
    HANDLER,
    NEW_UNIT,
    signed_in,
)
from tests.support.city import AT_UNIT, city

CONTACT = "如需变更请联系市职称办"
CORRECTION = (
    "{by: 张三, does: start, process: tianjin/account-correction, case: c}",
    "{by: 张三, does: submit, case: c, with: $forms/account-correction}",
)
COMPLAINT = (
    "{by: 李四, does: start, process: tianjin/complaint, case: x}",
    "{by: 李四, does: submit, case: x, with: {subject: 张三, content: 论文署名与实际不符。}}",
)


@pytest.mark.req("BUR-40", "ACC-09")
def test_a_department_is_created_with_locked_basics_that_only_the_title_office_changes():
    town = city()
    office = town.visit("陈管理", "人社局")
    office.get(office.get("/").links["下级单位管理"])
    office.get(office.page.links["新增下级单位"])
    office.press("+ 添加经办人员")
    typed = {**NEW_UNIT, "name": "天津市新设委", "kind": "competent_department"}
    page = office.press("保存", **typed, **HANDLER, superior="人社局")
    ((_, login, password),) = page.rows()
    key = next(
        one.key
        for one in town.platform.registers.page(
            town.person("陈管理", "人社局"), "organisations", search="新设委"
        ).rows
    )
    edit = f"/console/register-organisations/edit/?id={key}"

    department = signed_in(town, login, password)
    page = department.get(edit)
    assert CONTACT in page
    assert page.tree.xpath("//main//*[@name='address']")
    assert not page.tree.xpath("//main//*[@name='name']")
    # Nor by sending the field without it being offered.
    department.press("保存", address="和平区")
    department.get(edit)
    department.post(edit, {"name": "自改名委", "address": "河西区"})
    assert "自改名委" not in department.get(edit)
    assert "天津市新设委" in department.page

    office.get(edit)
    assert "已保存" in office.press("保存", name="天津市新设委员会")
    assert "天津市新设委员会" in department.get(edit)


@pytest.mark.req("BUR-43")
def test_corrections_complaints_and_reroutes_are_dealt_with_at_the_title_office():
    town = city(*AT_UNIT, *CORRECTION, *COMPLAINT)
    office = town.visit("陈管理", "人社局")

    office.get(office.get("/").links["账户信息修改处理 1"])
    office.get(f"/cases/{town['c']}")
    office.press("确定同意修改")
    office.press("确定同意修改")
    assert town.status("c") == "corrected"

    office.get(office.get("/").links["举报处理 1"])
    office.get(f"/cases/{town['x']}")
    office.press("确定反馈", feedback="经核实，论文署名属实。")
    assert "举报反馈" in town.visit("李四").get("/messages")

    office.get(f"/console/cases/act/?id={town['z']}&do=reroute")
    office.press("改派", step="department", organisation="教委", reason="单位撤并")
    office.press("确定改派")
    with town.platform.store.read() as unit:
        row = unit.cases.load(town["z"])
    assert row is not None
    assert (row.step, row.organisation) == ("department", "教委")
    # Nobody else is offered any of it.
    unit = town.visit("李复审", "第一中学")
    assert not {"账户信息修改处理", "举报处理"} & {
        one.split()[0] for one in unit.get("/").links if one
    }
    assert unit.get(f"/console/cases/act/?id={town['z']}&do=reroute").status == 403
