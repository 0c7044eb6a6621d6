"""The pages of 个人信息, as an applicant of the sample world uses them."""

import pytest

from tests.support.city import City, Visitor, city


@pytest.fixture
def town() -> City:
    return city()


@pytest.fixture
def applicant(town) -> Visitor:
    return town.visit("张三")


def kept(town: City, part: str):
    actor = town.person("张三")
    return town.platform.registers.get(actor, "people", "张三").data[part]


@pytest.mark.req("PROF-01")
def test_the_page_has_seven_parts_and_recommends_to_complete_them(applicant):
    page = applicant.get("/profile")

    titles = "个人基本信息 学历信息 资历信息 工作经历 社会团体任职情况 继续教育 现职称考核"
    places = [page.text.index(title) for title in titles.split()]
    assert places == sorted(places)
    assert "建议在申报前填写完整" in page


@pytest.mark.req("PROF-02")
def test_the_link_opens_the_basics_with_the_photograph(town, applicant):
    page = applicant.get(applicant.get("/profile").links["编辑 个人基本信息"])
    assert page.field("photo~file").get("type") == "file"

    applicant.press("确认", mobile="13900000099")

    assert kept(town, "personal_basics")["mobile"] == "13900000099"
    assert "13900000099" in applicant.page


@pytest.mark.req("PROF-03", "PROF-06")
def test_a_new_person_finds_the_declared_defaults_and_chooses_the_kind_of_document(town):
    """The defaults never reached whoever was admitted by a unit or by the identity platform.

    Nor could they say which kind of document their number is of, which is required.
    """
    unit = town.visit("李复审", "第一中学")
    unit.get("/staff/new")
    identity = {"name": "周新", "id_number": "11010519491231002X", "mobile": "13900000997"}
    unit.press("保存", **identity, role="tianjin/first_reviewer")
    (person,) = (row for row in unit.page.rows() if "周新" in row)
    fresh = Visitor(town.pages)
    fresh.post("/sign-in", {"login": person[1], "password": person[2]})
    fresh.press("修改密码", old=person[2], new="a meadow in spring", again="a meadow in spring")

    fresh.get("/profile/personal_basics")

    chosen = fresh.page.tree.xpath("//main//select/option[@selected]")
    assert [one.text_content().strip() for one in chosen if one.get("value")] == ["中国", "汉族"]
    assert fresh.page.field("administrative_post").get("value") == "无"
    page = fresh.press("确认", id_type="114", political_status="13", birth_date="1949-12-31")
    assert page.status == 422
    assert "证件类型：证件号码是居民身份证号码，请选择相应的证件类型" in page
    assert "证件类型" not in fresh.press("确认", id_type="111").text[:200]


@pytest.mark.req("PROF-12")
def test_what_is_empty_is_added(town):
    fresh = town.visit("王初审")

    page = fresh.get(fresh.get("/profile").links["添加资历信息 资历信息"])

    assert "从事专业技术工作年限" in page
    assert "现资格情况：职称证书" in page


@pytest.mark.req("PROF-09", "PROF-24")
def test_work_is_added_and_confirmed(town, applicant):
    applicant.get("/profile/work_history")
    applicant.press("+ 添加工作经历")
    applicant.press("+ 添加工作经历")
    applicant.press(
        "确认",
        **{
            "work_history.1.work_status": "past",
            "work_history.1.start_date": "2005-07-01",
            "work_history.1.is_dispatched": "false",
            "work_history.1.main_work_content": "教学。",
        },
    )
    # What depends on the status shows once it is chosen; what was typed is still there.
    applicant.press("删除 第 3 条")
    applicant.press(
        "确认",
        **{"work_history.1.unit_name": "天津市红星中学", "work_history.1.end_date": "2007-08-31"},
    )

    assert [one.get("unit_name") for one in kept(town, "work_history")] == [None, "天津市红星中学"]


@pytest.mark.req("PROF-09", "PROF-24", "PROF-33")
@pytest.mark.parametrize(
    ("link", "part", "heading"),
    [
        ("添加学历信息 学历信息", "education", "新增学历信息"),
        ("添加工作经历 工作经历", "work_history", "新增工作经历"),
        ("添加社会团体任职 社会团体任职情况", "social_organisation_posts", "新增社会团体任职情况"),
    ],
)
def test_a_link_of_the_part_opens_one_more_row(town, applicant, link, part, heading):
    """Where something was entered already, there was only a link to edit it."""
    before = kept(town, part) or [] if part != "social_organisation_posts" else []
    links = applicant.get("/profile").links

    page = applicant.get(links[link])

    assert page.tree.xpath("string(//main//h1)").strip() == heading
    assert f"第 {len(before) + 1} 条" in page
    assert f"第 {len(before) + 2} 条" not in page
    assert "确认" in page.buttons
    assert page.links["取消"] == "/profile"
    row = f"f-{part}-{len(before)}"
    assert links[link].endswith(f"#{row}")
    assert page.tree.get_element_by_id(row) is not None


@pytest.mark.req("PROF-24")
def test_leaving_keeps_the_list_as_it_was(town, applicant):
    before = kept(town, "work_history")
    applicant.get("/profile/work_history")
    page = applicant.press("+ 添加工作经历")

    applicant.get(page.links["取消"])

    assert kept(town, "work_history") == before


@pytest.mark.req("PROF-27")
def test_a_unit_that_is_not_found_is_explained(applicant):
    applicant.get("/profile/work_history")

    page = applicant.press("查询 工作单位", **{"unit~search": "不存在的单位"})

    assert "查不到时请联系本单位职称业务管理部门注册单位，否则不能申报" in page


@pytest.mark.req("ORG-32", "PROF-26")
def test_only_approved_units_are_offered_as_employer(applicant):
    applicant.get("/profile/work_history")

    offered = applicant.press("查询 工作单位", **{"unit~search": "实验"})

    assert "天津市城南实验中学" in offered
    assert "天津市新建实验学校" not in offered


@pytest.mark.req("PROF-32")
def test_work_says_what_was_done_in_which_role(town, applicant):
    applicant.get("/profile/work_history")

    applicant.press("确认", technical_work_kind="数学教学", own_role="lead")

    (job,) = kept(town, "work_history")
    assert (job["technical_work_kind"], job["own_role"]) == ("数学教学", "lead")
    assert "从事何专业技术工作数学教学" in applicant.page
    assert "本人角色主持" in applicant.page


@pytest.mark.req("PROF-33")
def test_posts_in_associations_are_added(town, applicant):
    applicant.get("/profile/social_organisation_posts")
    applicant.press("+ 添加社会团体任职")

    applicant.press(
        "确认", organisation="天津市数学学会", post="理事", **{"period.from": "2020-01-01"}
    )

    assert kept(town, "social_organisation_posts")[0]["organisation"] == "天津市数学学会"


@pytest.mark.req("PROF-19")
def test_the_present_appointment_is_recorded(town, applicant):
    applicant.get("/profile/qualification")

    applicant.press("确认", appointed_post="高级教师（低聘）")

    appointment = kept(town, "qualification")["current_appointment"]
    assert appointment["appointed_post"] == "高级教师（低聘）"
    assert appointment["appointing_unit"] == "天津市第一示范中学"


@pytest.mark.req("PROF-23")
def test_several_proofs_add_up_to_years(applicant):
    applicant.get("/profile/qualification")
    applicant.press("+ 添加证明")

    # Any button but the last only looks again, with the total of what stands there now.
    page = applicant.press(
        "+ 添加证明",
        **{
            "appointment_proofs.1.kind": "contract",
            "appointment_proofs.1.covered_period.from": "2010-01-01",
            "appointment_proofs.1.covered_period.until": "2016-01-01",
        },
    )

    assert "证明年限合计 14.66" in page


@pytest.mark.req("PROF-37", "APP-16")
def test_the_profile_stays_editable_while_an_application_is_under_way():
    town = city(
        "{by: 张三, does: start, process: tianjin/socialised-review, case: z, "
        "with: {settings: {activity: a1, work_unit: 第一中学}}}"
    )
    applicant = town.visit("张三")
    applicant.get("/profile/personal_basics")

    applicant.press("确认", mobile="13900000077")

    assert kept(town, "personal_basics")["mobile"] == "13900000077"
    assert town.content("z")["personal_basics"]["mobile"] == "13900000001"
