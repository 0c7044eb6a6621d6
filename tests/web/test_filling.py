"""Filling pages: drafts, submitting, deadlines, and that nothing typed is lost."""

import pytest

from tests.support.city import AT_UNIT, STARTED, city
from tests.web.conftest import field

MOBILE = "personal_basics.mobile"


@pytest.fixture
def draft():
    return city(STARTED)


@pytest.fixture
def applicant(draft):
    visitor = draft.visit("张三")
    visitor.get(f"/cases/{draft['z']}")
    return visitor


def mobile(city):
    return city.content("z")["personal_basics"].get("mobile")


@pytest.mark.req("APP-18")
def test_the_buttons_stand_at_the_top_of_the_page(applicant):
    buttons = applicant.page.tree.xpath("//*[contains(@class, 'page-head__actions')]//button")

    assert [one.text_content().strip() for one in buttons] == ["暂存", "先看结果", "提交", "废弃"]


@pytest.mark.req("APP-17", "APP-19")
def test_an_incomplete_draft_is_kept(draft, applicant):
    page = applicant.press("暂存", mobile="13912345678")

    assert "已暂存。" in page
    assert mobile(draft) == "13912345678"


@pytest.mark.req("APP-19", "FORM-09")
def test_a_draft_of_the_wrong_form_is_shown_again_as_typed(draft, applicant):
    page = applicant.press("暂存", mobile="一三九")

    assert page.status == 422
    assert page.field(MOBILE).get("value") == "一三九"
    assert mobile(draft) != "一三九"


@pytest.mark.req("APP-20", "FORM-10")
def test_submitting_an_incomplete_application_lists_every_error_with_its_place(applicant):
    page = applicant.press("提交")

    assert page.status == 422
    links = page.tree.xpath("//*[contains(@class, 'zf-summary')]//a/@href")
    assert links
    places = {one.get("id") for one in page.tree.iter() if one.get("id")}
    assert [link for link in links if link.removeprefix("#") not in places] == []


@pytest.mark.req("APP-21")
def test_a_submitted_application_has_nothing_to_fill_in():
    sent = city(*AT_UNIT)
    page = sent.visit("张三").get(f"/cases/{sent['z']}")

    assert "暂存" not in page.buttons
    assert page.tree.xpath("//main//textarea") == []


@pytest.mark.req("APP-21")
def test_a_page_opened_before_submitting_changes_nothing_afterwards():
    sent = city(STARTED)
    visitor = sent.visit("张三")
    visitor.get(f"/cases/{sent['z']}")
    actor = sent.person("张三")
    data = {**sent.content("z"), **sent.data("complete-application")}
    data["settings"] = {**sent.content("z")["settings"], **data["settings"]}
    sent.platform.cases.act(actor, sent["z"], "submit", data=data)

    page = visitor.press("暂存", mobile="13912345678")

    assert page.status in (403, 409)
    assert mobile(sent) != "13912345678"


@pytest.mark.req("APP-19")
def test_a_draft_open_in_two_windows_says_so_and_keeps_both_until_one_is_chosen(draft, applicant):
    other = draft.visit("张三")
    other.get(f"/cases/{draft['z']}")
    other.press("暂存", mobile="13900000001")

    page = applicant.press("暂存", mobile="13900000002")

    assert page.status == 409
    assert "您在本页填写的还没有保存" in page
    assert page.field(MOBILE).get("value") == "13900000002"
    assert mobile(draft) == "13900000001"
    assert "已暂存。" in applicant.press("暂存")
    assert mobile(draft) == "13900000002"


def test_begun_cases_are_shown_before_another_one_is_begun(draft, applicant):
    page = applicant.get("/new/tianjin/socialised-review")

    assert page.links["社会化评审 2026-000001"] == f"/cases/{draft['z']}"
    assert "没有该流程" in applicant.get("/new/sichuan/socialised-review")


@pytest.mark.req("APP-24", "APP-26")
def test_after_the_deadline_submitting_says_why_not_and_the_draft_stays(draft, applicant):
    draft.at("2026-10-02 09:00")
    late = draft.visit("张三")
    page = late.get(f"/cases/{draft['z']}")

    assert "提交" not in page.buttons
    assert "暂不能“提交”" in page
    assert "暂存" in page.buttons


@pytest.mark.req("APP-23", "SEC-10")
def test_discarding_asks_once_more(draft, applicant):
    page = applicant.press("废弃")
    assert "废弃后不能恢复。" in page

    page = applicant.press("确定废弃")

    assert "已废弃" in page


def test_an_autosave_keeps_what_was_typed_and_the_page_stands(draft, applicant):
    version = applicant.page.field("version").get("value")
    answer = applicant.post(
        f"/cases/{draft['z']}/autosave", {MOBILE: "13912345678", "version": version}
    )

    assert "已自动保存" in answer.source
    assert "<html" not in answer.source
    assert mobile(draft) == "13912345678"


def test_what_was_typed_when_the_sign_in_ran_out_is_offered_back(draft, applicant):
    with draft.platform.store.write() as unit:
        unit.sessions.end_of("张三")

    page = applicant.press("暂存", mobile="13912345678")
    assert page.status == 401
    kept = field(page.source, "parked")
    page = applicant.post(
        "/sign-in", {"login": "张三", "password": "correct horse battery", "parked": kept}
    )
    assert "您填写的内容还在" in page
    page = applicant.press("继续")

    assert page.field(MOBILE).get("value") == "13912345678"
    assert mobile(draft) != "13912345678"
    assert "已暂存。" in applicant.press("暂存")
    assert mobile(draft) == "13912345678"


@pytest.mark.req("APP-02", "APP-05")
def test_starting_without_choosing_refuses_with_a_sentence():
    here = city()
    visitor = here.visit("张三")
    page = visitor.get("/new/tianjin/socialised-review")
    assert page.tree.xpath("//main//input[@type='radio'][@checked]") == []

    page = visitor.press("先看结果")
    assert page.status in (409, 422)
    page = visitor.press("立即申报")

    assert page.status in (409, 422)
    assert here.visit("张三").get("/lists/tianjin/my-cases").rows() == []


@pytest.mark.req("ENG-22", "ENG-04")
@pytest.mark.parametrize(
    ("world", "who", "chosen", "through"),
    [
        (
            "tianjin",
            "张三",
            {"process": "socialised-review", "activity": "a1", "work_unit": "第一中学"},
            ["第一示范中学", "教育事业服务中心", "教育委员会", "教师高级职称评审委员会"],
        ),
        (
            "chengdu",
            "姬若兰",
            {
                "process": "committee-review",
                "activity": "rc2",
                "work_unit": "浣花小学",
                "level": "zhongji",
            },
            ["浣花示范小学", "武侯区教育局", "武侯区人力", "教师中级职称评审委员会"],
        ),
        (
            "chengdu",
            "姬若兰",
            {
                "process": "committee-review",
                "activity": "rc3",
                "work_unit": "浣花小学",
                "level": "fugao",
            },
            ["浣花示范小学", "武侯区教育局", "武侯区人力", "成都市人力", "教师高级职称评审委员会"],
        ),
    ],
)
def test_before_a_case_the_page_shows_through_whom_it_would_go(world, who, chosen, through):
    here = city(worlds=world)
    visitor = here.visit(who)
    settings = {f"settings.{name}": one for name, one in chosen.items() if name != "process"}
    visitor.get(f"/new/{world}/{chosen['process']}")

    page = visitor.press("查询", **settings)

    stops = page.tree.xpath("//ol[@class='route']/li/span/text()")
    assert len(stops) == len(through) + 1  # the bureau that issues the certificate
    assert all(part in stop for part, stop in zip(through, stops, strict=False))
    assert "人力资源和社会保障局" in stops[-1]
    assert visitor.get(f"/lists/{world}/my-cases").rows() == []


@pytest.mark.req("PROF-01", "ACC-12", "ACC-16")
def test_the_profile_is_shown_by_parts_and_its_registration_data_are_locked():
    here = city()
    visitor = here.visit("张三")
    page = visitor.get("/profile")
    assert "学历信息" in page

    page = visitor.get("/profile/personal_basics")

    assert page.tree.xpath("//input[@name='personal_basics.full_name' and not(@readonly)]") == []
    assert page.tree.xpath("//input[@name='personal_basics.id_number' and not(@readonly)]") == []


@pytest.mark.req("PROF-37", "APP-16")
def test_a_later_change_of_the_profile_leaves_the_application_alone(draft, applicant):
    before = mobile(draft)
    applicant.get("/profile/personal_basics")
    applicant.press("确认", mobile="13912345678")

    assert mobile(draft) == before
