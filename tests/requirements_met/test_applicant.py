"""The pages of an application, as its applicant uses them."""

import pytest

from engine.domain.errors import InvalidSubmission
from tests.support.city import AT_UNIT, FILED, PROCESS, STARTED, SUBMITTED, City, Visitor, city

RETURNED = (*AT_UNIT, "{by: 王初审, does: return, case: z, with: {reason: 学历证书不清晰}}")


def applicant_of(town: City) -> Visitor:
    return town.visit("张三")


def status(visitor: Visitor) -> list[str]:
    """What the list of own applications says of each."""
    return visitor.get("/lists/tianjin/my-cases").column("状态")


class TestReturned:
    @pytest.fixture
    def town(self) -> City:
        return city(*RETURNED)

    @pytest.mark.req("APP-25", "APP-27")
    def test_it_is_entered_from_the_list_with_opinion_and_deadline(self, town):
        applicant = applicant_of(town)
        page = applicant.get("/lists/tianjin/my-cases")

        page = applicant.get(page.links["查看 社会化评审 2026-000001"])

        assert "不通过原因：学历证书不清晰" in page
        assert "请在 2026-10-10 前提交" in page

    @pytest.mark.req("APP-25", "APP-17")
    def test_it_is_changed_and_submitted_again(self, town):
        applicant = applicant_of(town)
        applicant.get(f"/cases/{town['z']}")

        page = applicant.press("提交", **{"personal_basics.mobile": "13900000055"})

        assert "已提交。" in page.source
        assert status(applicant) == ["待初审"]
        assert town.content("z")["personal_basics"]["mobile"] == "13900000055"

    @pytest.mark.req("APP-23")
    def test_it_is_discarded_after_a_question_and_stays_visible(self, town):
        applicant = applicant_of(town)
        applicant.get(f"/cases/{town['z']}")

        assert "废弃后不能恢复" in applicant.press("废弃")
        assert status(applicant) == ["退回修改"]

        applicant.get(f"/cases/{town['z']}")
        applicant.press("废弃")
        applicant.press("确定废弃")

        assert status(applicant) == ["已废弃"]
        assert "立即申报" in applicant.get(f"/new/{PROCESS}").buttons


@pytest.mark.req("APP-17", "APP-16")
def test_the_copy_of_the_profile_is_changed_before_submission():
    town = city(STARTED)
    applicant = applicant_of(town)
    applicant.get(f"/cases/{town['z']}")
    applicant.press("+ 添加社会团体任职")

    applicant.press(
        "暂存",
        **{
            "personal_basics.mobile": "13900000066",
            "social_organisation_posts.0.organisation": "天津市数学学会",
        },
    )

    stored = town.content("z")
    assert stored["personal_basics"]["mobile"] == "13900000066"
    assert stored["social_organisation_posts"][0]["organisation"] == "天津市数学学会"
    profile = applicant.get("/profile")
    assert "13900000001" in profile
    assert "天津市数学学会" not in profile


@pytest.mark.req("APP-07", "APP-15")
def test_the_committee_chosen_stays_and_so_does_what_it_asks_for():
    """Whoever chose another committee in the draft left behind the material both had asked for."""
    asks = "[{key: proof, title: 教学成绩证明, required: true, min: 1, max: 3}]"
    given = f"{{registers: {{activities: {{a1: {{material_items: {asks}}}}}}}}}"
    town = city(STARTED, given=given)
    actor = town.person("张三")
    filled = town.data("complete-application")
    del filled["activity_materials"]
    filled["settings"] |= {"activity": "a3", "work_unit": "第一中学"}

    town.platform.cases.save(actor, town["z"], filled)
    with pytest.raises(InvalidSubmission) as refused:
        town.platform.cases.act(actor, town["z"], "submit", data=filled)

    assert town.content("z")["settings"]["activity"] == "a1"
    assert [error.sentence for error in refused.value.errors] == ["请至少填写一条教学成绩证明"]
    page = applicant_of(town).get(f"/cases/{town['z']}")
    assert page.tree.xpath("//input[@type='radio' and contains(@name, 'settings.activity')]") == []


@pytest.mark.req("ACC-12", "PROF-07", "PROF-08", "APP-17")
def test_what_an_applicant_may_not_change_stays_whatever_a_program_sends():
    """The pages kept it; a program could send another name and leave out imported education."""
    town = city(STARTED)
    actor = town.person("张三")
    known = town.content("z")
    imported, added = known["education"]
    basics = {"full_name": "李鬼", "id_number": "11010519491231002X", "mobile": "13900000088"}
    forged = {
        "personal_basics": known["personal_basics"] | basics,
        "education": [
            {**imported, "school_name": "北京大学"},
            {**added, "degree": "407", "source": "chsi"},
        ],
        "evaluation": {"passed": True},
        "certificate": {"number": "津2026000001"},
    }

    town.platform.cases.save(actor, town["z"], forged)

    found = town.content("z")
    expected = known["personal_basics"] | {"mobile": "13900000088"}
    assert found["personal_basics"] == expected
    assert imported in found["education"]
    assert all(row["source"] == "own" for row in found["education"] if row != imported)
    assert "evaluation" not in found
    assert "certificate" not in found

    settings = {"activity": "a1", "work_unit": "第一中学"}
    started = {"settings": settings, "certificate": {"number": "1"}, "personal_basics": basics}
    done = town.platform.cases.start(town.person("李四"), PROCESS, started)
    with town.platform.views.sheets.open():
        found = town.platform.views.sheets.content(town.person("李四"), done.uid).data
    assert found["personal_basics"]["full_name"] == "李四"
    assert found["personal_basics"]["mobile"] == "13900000088"
    assert found["settings"] == settings
    assert "certificate" not in found


@pytest.mark.req("PROF-13")
def test_the_reviewer_is_told_of_a_specialty_that_does_not_fit():
    """Only the applicant was warned; those who decide were not."""
    other = "{by: 张三, does: save, case: z, with: {qualification: {current_specialty: 语文}}}"
    warning = "现从事专业与申报专业没有直接关系"

    def seen(*lines: str) -> bool:
        town = city(*lines)
        page = town.visit("王初审", "第一中学").get(f"/cases/{town['z']}")
        assert "确定通过" in page.buttons
        return warning in page

    assert not seen(*AT_UNIT)
    filled = SUBMITTED.replace("does: submit", "does: save")
    assert seen(STARTED, filled, other, "{by: 张三, does: submit, case: z}")


class TestBegin:
    @pytest.fixture
    def applicant(self) -> Visitor:
        return applicant_of(city())

    @pytest.mark.req("APP-05", "APP-06")
    def test_what_is_known_of_an_activity_is_shown_and_its_documents_open(self, applicant):
        applicant.get(f"/new/{PROCESS}")

        page = applicant.press(
            "查询",
            **{
                "evaluation_mode": "socialised_review",
                "settings.series": "22",
                "settings.level": "fugao",
                "settings.specialty": "数学",
            },
        )

        titles = "评审范围 政策文件 评审工作安排 咨询电话 初次提交截止时间 修改提交截止时间"
        for title in titles.split():
            assert title in page
        document = applicant.get(page.links["policy.pdf"])
        assert document.raw.mimetype == "application/pdf"

    @pytest.mark.req("APP-02")
    def test_without_a_current_job_the_page_points_to_the_work_history(self):
        jobless = city().visit("待业者")

        page = jobless.get(f"/new/{PROCESS}")

        assert "请先在“工作经历”中填写当前在职单位" in page
        assert "立即申报" not in page.buttons

    @pytest.mark.req("APP-35")
    def test_somebody_on_the_blacklist_is_told_why_they_cannot_begin(self):
        page = city().visit("魏工").get(f"/new/{PROCESS}")

        assert "您已被列入黑名单，不能申报" in page
        assert "立即申报" not in page.buttons


@pytest.mark.req("APP-37")
def test_the_submitted_application_is_one_document_with_a_list_of_its_attachments():
    town = city(*AT_UNIT)

    page = applicant_of(town).get(f"/cases/{town['z']}/print")

    assert "教学成果" in page
    attached = page.text[page.text.index("附件清单") :]
    for name in ("photo.png", "title-certificate.pdf", "achievement.pdf", "attachment.pdf"):
        assert name in attached


@pytest.mark.req("APP-38")
def test_a_draft_of_a_closed_activity_is_marked():
    town = city(STARTED, "{change: {registers: {activities: {a1: {state: concluded}}}}}")
    applicant = applicant_of(town)

    page = applicant.get(f"/cases/{town['z']}")

    assert "活动已办结" in page
    assert "暂不能“提交”：该评审活动不在申报期内" in page
    assert "提交" not in page.buttons


@pytest.mark.req("CERT-09", "APP-28")
def test_the_certificate_is_announced_and_listed():
    town = city(
        *FILED,
        "{by: 郑备案, does: pass, case: f, with: $forms/filing-decision}",
        "{by: 冯发证, does: issue, case: z}",
    )
    applicant = applicant_of(town)

    assert "电子职称证书" in applicant.get("/documents")
    page = applicant.get("/messages")
    assert "电子职称证书可在“我的证书”中查看和下载" in applicant.get(
        page.links["您的职称证书已发放"]
    )
