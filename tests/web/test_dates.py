"""The pages of dates: a clerk changes one that running cases follow; overseers see what comes."""

import pytest

from tests.support.city import STARTED, city

EDIT = "/console/register-activities/edit/?id=a1"


@pytest.mark.req("ENG-09")
def test_who_changes_a_date_is_told_first_how_many_cases_follow_it():
    here = city(STARTED)
    secretary = here.visit("孙秘书", "教师高评委")
    secretary.get(EDIT)

    told = secretary.press("保存", first_deadline="2026-09-10")
    assert "正在办理的 1 件业务按这里的日期推算期限" in told
    assert told.field("first_deadline").get("value") == "2026-09-10"
    kept = here.visit("孙秘书", "教师高评委").get("/console/register-activities/details/?id=a1")
    assert "2026-09-30" in kept.text or "2026年9月30日" in kept.text

    saved = secretary.press("保存")
    here.platform.cases.tick()

    assert "已保存" in saved
    case = here.visit("张三").get(f"/cases/{here['z']}")
    assert "2026-09-10" in case or "2026年9月10日" in case
    assert "2026-09-30 → 2026-09-10" in here.visit("张三").get(f"/cases/{here['z']}/course")
    inbox = here.visit("张三").get("/messages")
    assert "截止时间已变更" in inbox


def test_a_change_that_no_case_follows_is_saved_without_asking():
    here = city(STARTED)
    secretary = here.visit("孙秘书", "教师高评委")
    secretary.get(EDIT)
    assert "已保存" in secretary.press("保存", enquiry_phone="022-23000009")


@pytest.mark.req("ENG-09", "QRY-06")
def test_the_coming_days_are_shown_and_each_figure_opens_its_list():
    here = city(STARTED, clock="2026-09-20 09:00")
    overseer = here.visit("陈管理", "人社局")
    assert "期限预告" in overseer.get("/console/").links or "期限预告" in overseer.page

    page = overseer.get("/console/upcoming/?days=14")
    rows = page.rows()
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("社会化评审", "2026-09-30 24:00", "不能再提交或办理，等待处理")
    ]
    listed = overseer.get(page.tree.xpath("//main//td/a/@href")[0])
    assert len(listed.rows()) == int(rows[0][-1].split()[0]) == 1
    assert "没有到期的期限" in overseer.get("/console/upcoming/?days=7")
    assert here.visit("王初审", "第一中学").get("/console/upcoming/").status == 403
