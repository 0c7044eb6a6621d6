"""The audit trail, as those who answer for records and accounts read it: it can only be read."""

import pytest

from tests.requirements_met.test_bureau import BLACKLIST, BUREAU
from tests.support.city import CERTIFIED, PASSWORD, City, city

BARRED = {"person": "岑晓雯", "reason": "材料弄虚作假", "from": "2026-09-01"}
CLERK = "郁管理 成都市人力资源和社会保障局"


def history(town: City, name: str, where: str, register: str, key: str) -> list[list[str]]:
    """The history of a record without its times: who, what, and what changed."""
    visitor = town.visit(name, where)
    visitor.get(f"/console/register-{register}/details/?id={key}")
    return [row[1:] for row in visitor.get(visitor.page.links["变更记录"]).rows()]


@pytest.mark.req("SEC-03")
def test_what_was_done_with_a_certificate_can_be_read():
    """The history of a record was kept, and nobody could look at it."""
    town = city(*CERTIFIED)
    with town.platform.store.read() as unit:
        key = next(unit.records.every("certificates")).key
    officer = town.visit("冯发证", "人社局")
    officer.get(f"/console/register-certificates/act/?id={key}&action=revoke")
    officer.press("确定撤销", reason="申报材料不实")

    revoked, issued = history(town, "冯发证", "人社局", "certificates", key)

    assert revoked[:2] == ["冯发证 天津市人力资源和社会保障局", "撤销"]
    assert "状态：已发放 → 已撤销" in revoked[2]
    assert "申报材料不实" in revoked[2]
    assert issued[:2] == ["冯发证", "随业务办理"]


@pytest.mark.req("SEC-03")
def test_who_put_somebody_on_the_blacklist_and_took_them_off_can_be_read():
    town = city(worlds="chengdu")
    clerk = town.visit("郁管理", BUREAU)
    clerk.get(f"{BLACKLIST}/new/")
    clerk.press("保存", **BARRED)
    with town.platform.store.read() as unit:
        key = next(unit.records.every("blacklist")).key
    clerk.get(f"{BLACKLIST}/act/?id={key}&action=lift")
    clerk.press("确定解除", lifting_reason="复核后撤销处理")

    lifted, added = history(town, "郁管理", BUREAU, "blacklist", key)

    assert lifted[:2] == [CLERK, "解除"]
    assert "复核后撤销处理" in lifted[2]
    assert added[:2] == [CLERK, "新增"]
    assert "材料弄虚作假" in added[2]


@pytest.mark.req("SEC-03", "IMP-09")
def test_sign_ins_and_exports_of_an_account_can_be_read():
    """An export of units left no trace at all: only those of people's data were noted."""
    town = city(*CERTIFIED)
    officer = town.visit("冯发证", "人社局")
    officer.post("/sign-out")
    officer.post("/sign-in", {"login": "冯发证", "password": "wrong"})
    officer.post("/sign-in", {"login": "冯发证", "password": PASSWORD})
    officer.get("/console/register-certificates/export")
    manager = town.visit("陈管理", "人社局")
    for register in ("organisations", "titles"):
        manager.get(f"/console/register-{register}/export")

    rows = [row[1:] for row in manager.get("/console/accounts/details/?id=冯发证").rows()]
    assert ["127.0.0.1", "用户名或密码不正确"] in rows
    assert ["127.0.0.1", "已登录"] in rows
    assert ["张三", "导出", "职称证书"] in rows
    rows = [row[1:] for row in manager.get("/console/accounts/details/?id=陈管理").rows()]
    assert ["—", "导出", "职称名称"] in rows
    assert any(row[1:] == ["导出", "单位"] and "等 64 个" in row[0] for row in rows)
    looked = history(town, "陈管理", "人社局", "people", "张三")
    assert ["冯发证 天津市人力资源和社会保障局", "导出", "职称证书"] in looked


@pytest.mark.req("SEC-03")
def test_an_account_is_traced_by_those_only_who_manage_it():
    town = city()
    town.give_account("冯发证")
    address = "/console/accounts/details/?id=冯发证"

    assert town.visit("李复审", "第一中学").get(address).status in (403, 404)
    assert town.visit("冯发证", "人社局").get(address).status == 403
