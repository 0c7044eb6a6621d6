"""Units and their departments: what they decide for those below."""

import pytest

from tests.support.city import STARTED, city

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
    assert department.get(f"{REQUIREMENTS}/edit/?id=e2").status == 403
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
