"""What people may get wrong at the pages of the shipped content, and what races they may lose.

Nothing that was typed is lost, nothing happens twice, and every refusal is a sentence. The same
commands race on three databases in ``tests/cases/test_races.py``.
"""

import pytest

from tests.support.city import AT_SUPERIOR, AT_UNIT, FIRST, PASSWORD, STARTED, City, Visitor, city

WRONG = {
    "personal_basics.mobile": "不是号码",
    "personal_basics.administrative_post": "很长" * 20,
    "education.1.study_period.from": "2013-07-01",
    "education.1.study_period.until": "2010-09-01",
    "education.1.school_name": "",
    "qualification.technical_work_start_date": "2100-01-01",
    "qualification.technical_work_years": "一百",
    "qualification.title_certificates.0.obtained_at": "昨天",
    "work_history.0.start_date": "2026-13-45",
    "work_history.0.main_work_content": "长" * 501,
    "continuing_education.0.hours": "-5",
    "continuing_education.1.year": "两千年",
    "appraisals.0.result": "no-such-code",
}


def typed_in(page, name: str) -> str:
    field = page.field(name)
    if field.tag == "textarea":
        return field.text.removeprefix("\n")
    return field.get("value")


class TestEveryFieldWrong:
    @pytest.fixture
    def town(self) -> City:
        return city(STARTED)

    @pytest.fixture
    def applicant(self, town) -> Visitor:
        visitor = town.visit("张三")
        visitor.get(f"/cases/{town['z']}")
        return visitor

    @pytest.mark.req("FORM-09", "APP-20")
    def test_each_is_named_with_a_link_that_leads_to_it(self, applicant):
        page = applicant.press("提交", **WRONG)

        assert page.status == 422
        links = page.tree.xpath("//*[@role='alert']//a/@href")
        ids = set(page.tree.xpath("//@id"))
        assert all(link.removeprefix("#") in ids for link in links if link.startswith("#"))
        pointed = " ".join(links)
        for name in WRONG:
            part = name.replace(".", "-").removesuffix("-from").removesuffix("-until")
            assert f"#f-{part}" in pointed, f"{name}: {links}"

    @pytest.mark.req("FORM-09")
    def test_nothing_that_was_typed_is_lost(self, town, applicant):
        stored = town.content("z")

        page = applicant.press("提交", **WRONG)

        for name, value in WRONG.items():
            if name != "appraisals.0.result":  # not among the options of the list
                assert typed_in(page, name) == value, name
        assert town.content("z") == stored

    @pytest.mark.req("APP-19", "FORM-09")
    def test_saving_a_draft_refuses_wrong_types_and_keeps_what_was_typed(self, town, applicant):
        page = applicant.press("暂存", **WRONG)

        assert page.status == 422
        assert typed_in(page, "work_history.0.main_work_content") == "长" * 501

    @pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "{{7*7}}", "a\x00b", "'\"--"])
    def test_hostile_text_is_shown_as_text(self, town, applicant, hostile):
        page = applicant.press("暂存", **{"personal_basics.administrative_post": hostile[:20]})

        assert page.status in (200, 422)
        assert "<script>alert" not in page.source
        assert "49" not in (page.field("administrative_post").get("value") or "")


class TestStalePage:
    @pytest.mark.req("ENG-11", "SEC-07")
    def test_of_a_draft_keeps_what_was_typed(self):
        town = city(STARTED)
        old, new = town.visit("张三"), town.visit("张三")
        for window in (old, new):
            window.get(f"/cases/{town['z']}")
        new.press("暂存", **{"personal_basics.mobile": "13900000011"})

        page = old.press("暂存", **{"personal_basics.mobile": "13900000022"})

        assert page.status == 409
        assert typed_in(page, "personal_basics.mobile") == "13900000022"
        assert "在新窗口查看最新情况" in page
        assert town.content("z")["personal_basics"]["mobile"] == "13900000011"

    @pytest.mark.req("ENG-11", "REV-13")
    def test_of_a_reviewer_who_was_too_late_keeps_the_opinion(self):
        town = city(*AT_UNIT)
        one, other = town.visit("王初审", "第一中学"), town.visit("王初审", "第一中学")
        for window in (one, other):
            window.get(f"/cases/{town['z']}/actions/return")
        one.press("确定不通过", reason="缺少聘书")

        page = other.press("确定不通过", reason="材料不清晰，请重新上传")

        assert page.status == 409
        assert "材料不清晰，请重新上传" in page
        assert town.visit("张三").get(f"/cases/{town['z']}/course").text.count("缺少聘书") == 1

    @pytest.mark.req("REV-13", "APP-22")
    def test_withdrawing_after_a_decision_is_refused_with_the_reason(self):
        town = city(*AT_UNIT)
        applicant, reviewer = town.visit("张三"), town.visit("王初审", "第一中学")
        applicant.get(f"/cases/{town['z']}/actions/withdraw")
        reviewer.get(f"/cases/{town['z']}/actions/pass")
        reviewer.press("确定通过")

        page = applicant.press("确定撤回")

        assert page.status == 409
        course = applicant.get(f"/cases/{town['z']}/course")
        assert "撤回 张三" not in course
        applicant.get(f"/cases/{town['z']}")
        assert "下一环节已审核，不能撤回" in applicant.page


class TestDoubleClick:
    @pytest.mark.req("ENG-11")
    def test_on_submit_submits_once(self):
        town = city(STARTED)
        applicant = town.visit("张三")
        actor = town.person("张三")
        stored, typed = town.content("z"), town.data("complete-application")
        typed["settings"] = {**stored["settings"], **typed["settings"]}
        town.platform.cases.save(actor, town["z"], {**stored, **typed})
        first = applicant.get(f"/cases/{town['z']}")

        applicant.press("提交")
        applicant.page = first
        second = applicant.press("提交")

        assert second.status in (200, 409)
        assert applicant.get(f"/cases/{town['z']}/course").text.count("提交 · 填报") == 1

    @pytest.mark.req("ENG-11")
    def test_on_a_decision_decides_once(self):
        town = city(*AT_UNIT, FIRST)
        reviewer = town.visit("李复审", "第一中学")
        reviewer.get(f"/cases/{town['z']}/actions/return")
        shown = reviewer.page

        answers = []
        for _ in range(2):
            reviewer.page = shown
            answers.append(reviewer.press("确定不通过", reason="缺少聘书").status)

        assert answers == [200, 200]
        assert town.visit("张三").get("/messages").source.count("您的申报已退回") == 1

    @pytest.mark.req("ENG-11")
    def test_on_begin_begins_once(self):
        applicant = city().visit("张三")
        applicant.get("/new/tianjin/socialised-review")
        applicant.press("查询 工作单位", **{"work_unit~search": "第一示范中学"})
        chosen = {
            "settings.work_unit": "第一中学",
            "settings.evaluation_mode": "socialised_review",
            "settings.series": "22",
            "settings.level": "fugao",
            "settings.specialty": "数学",
            "settings.title_name": "22-高级教师",
            "settings.category": "normal",
            "settings.activity": "a1",
        }
        shown = applicant.press("查询", **chosen)

        for _ in range(2):
            applicant.page = shown
            applicant.press("立即申报", **chosen)

        assert "已新建，请填写。" in applicant.page.source
        assert len(applicant.get("/lists/tianjin/my-cases").rows()) == 1


class TestClosedWindow:
    @pytest.mark.req("APP-24")
    def test_submitting_is_refused_with_the_day_and_the_draft_stays(self):
        town = city(STARTED)
        applicant = town.visit("张三")
        applicant.get(f"/cases/{town['z']}")
        shown = applicant.page
        town.at("2026-10-01 00:00")
        applicant = town.visit("张三")
        applicant.page = shown

        page = applicant.press("提交", **{"personal_basics.mobile": "13900000022"})

        assert page.status == 409
        assert "已超过提交截止时间 2026年9月30日" in page
        assert typed_in(page, "personal_basics.mobile") == "13900000022"
        assert applicant.get("/lists/tianjin/my-cases").column("状态") == ["暂存"]

    @pytest.mark.req("APP-26")
    def test_the_button_is_closed_and_says_why(self):
        town = city(STARTED)
        town.at("2026-10-01 00:00")
        page = town.visit("张三").get(f"/cases/{town['z']}")

        assert "提交" not in page.buttons
        assert "暂不能“提交”：已超过提交截止时间 2026年9月30日" in page


@pytest.mark.req("ENG-14")
def test_a_unit_without_superior_is_a_matter_for_the_administrator():
    """The sample ``unit-without-superior`` shows how it is solved."""
    town = city(
        "{by: 许独, does: start, process: tianjin/socialised-review, case: z, "
        "with: {settings: {activity: a1, work_unit: 独立研究所}}}",
        "{by: 许独, does: submit, case: z, with: $forms/complete-application}",
        "{by: 严初审, does: pass, case: z}",
    )
    reviewer = town.visit("石复审", "独立研究所")
    reviewer.get(f"/cases/{town['z']}")
    town.platform.cases.act(
        town.person("石复审", "独立研究所"),
        town["z"],
        "pass",
        input=town.data("unit-recommendation"),
    )

    page = town.visit("陈管理", "人社局").get("/console/incidents/")

    assert "找不到上级审核单位" in page
    assert "许独" in page or "2026-000001" in page


class TestExpiredSession:
    @pytest.fixture
    def town(self) -> City:
        return city(STARTED)

    def test_what_was_typed_comes_back_after_signing_in_again(self, town):
        applicant = town.visit("张三")
        applicant.get(f"/cases/{town['z']}")
        town.at("2026-09-01 13:00")

        page = applicant.press("暂存", **{"personal_basics.mobile": "13900000033"})
        assert page.status == 401
        assert town.content("z")["personal_basics"]["mobile"] == "13900000001"

        applicant.press("登录", login="张三", password=PASSWORD)
        assert "您填写的内容还在" in applicant.page
        page = applicant.press("继续")
        assert typed_in(page, "personal_basics.mobile") == "13900000033"

        applicant.press("暂存")
        assert town.content("z")["personal_basics"]["mobile"] == "13900000033"

    def test_a_reviewers_opinion_comes_back_too(self):
        town = city(*AT_SUPERIOR)
        reviewer = town.visit("赵科长", "教委下属中心")
        reviewer.get(f"/cases/{town['z']}/actions/return")
        town.at("2026-09-01 13:00")

        reviewer.press("确定不通过", reason="缺少年度考核表")
        reviewer.press("登录", login="赵科长", password=PASSWORD)
        page = reviewer.press("继续")

        assert page.field("reason").text.strip() == "缺少年度考核表"
