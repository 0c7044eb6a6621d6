"""The shipped forms: each can be shown, and the rules of the manuals hold in them."""

from typing import Any

import pytest
from flask import Flask

from admin import forms as pages
from engine.forms import EffectiveForm, Rights, check
from engine.forms.posting import read
from tests.forms.content import FORM_FILES, application, around, forms
from tests.forms.pages import ADMIN
from tests.forms.test_pages import fastest
from tests.forms.test_posting import page_of

NAMES = [path.stem for path in FORM_FILES]
APP = Flask("forms", root_path=str(ADMIN), template_folder="templates")
APP.secret_key = b"test"


@pytest.mark.req("FORM-01", "TST-06")
@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_form_is_right_and_can_be_filled_in_read_and_printed(name: str) -> None:
    form = forms()[name]
    look = form.effective(form.initial(), around())

    with APP.test_request_context("/"):
        drawn = {mode: pages.render(look, mode) for mode in ("input", "read", "print", "diff")}  # type: ignore[arg-type]

    for one in look.fields:
        assert all(one.title in html for html in drawn.values())


@pytest.mark.req("FORM-09", "TST-06")
@pytest.mark.parametrize("name", NAMES)
def test_an_empty_draft_is_accepted_and_an_empty_submission_asks_for_what_is_required(
    name: str,
) -> None:
    form = forms()[name]

    assert form.validate({}, around(), complete=False) == []
    asked = {error.place[0] for error in form.validate({}, around()) if error.place}
    for element in form.elements:
        asks = element.kind != "group" and element.visible_when is None and not element.locked
        if element.required and asks:
            assert element.name in asked


@pytest.mark.parametrize("name", NAMES)
def test_what_a_page_shows_comes_back_unchanged(name: str) -> None:
    form = forms()[name]
    look = form.effective(form.initial(), around())

    assert read(look, page_of(look)).data == form.initial()


FORM, COMPLETE = application()


def look(data: dict[str, Any], **given: Any) -> EffectiveForm:
    return FORM.effective(data, around(**given))


def said(data: dict[str, Any], **given: Any) -> dict[str, str]:
    """Return what refuses a submission, by field."""
    return {error.name: error.sentence for error in FORM.validate(data, around(**given))}


def data(**sections: dict[str, Any]) -> dict[str, Any]:
    """Return the complete data of an application with some fields of sections replaced."""
    changed = application()[1]
    for name, fields in sections.items():
        for field, value in fields.items():
            changed[name][field] = value
    return changed


def row(section: str, number: int = 0, **fields: Any) -> dict[str, Any]:
    """Return the complete data with some fields of one row replaced."""
    changed = application()[1]
    changed[section][number] |= fields
    return changed


@pytest.mark.req("TST-06", "APP-20")
def test_the_complete_application_is_accepted() -> None:
    assert said(COMPLETE) == {}


@pytest.mark.req("PROF-03")
def test_the_basics_begin_with_the_declared_defaults_and_no_answer() -> None:
    basics = FORM.initial()["personal_basics"]

    assert isinstance(basics, dict)
    assert basics == {
        "nationality": "CHN", "ethnicity": "01", "administrative_post": "无",
        "title_foreign_language": "none", "title_computer_skill": "none",
    }  # fmt: skip
    section = look(COMPLETE).find("personal_basics")
    assert section is not None
    assert [one.title for one in section.children] == [
        "姓名",
        "性别",
        "国别",
        "证件类型",
        "证件号码",
        "民族",
        "政治面貌",
        "手机号码",
        "出生日期",
        "行政职务",
        "行政职务级别",
        "联系电话",
        "职称外语情况",
        "职称计算机情况",
        "照片",
    ]


@pytest.mark.req("PROF-04")
def test_the_administrative_post_has_at_most_twenty_characters() -> None:
    field = FORM.element("personal_basics.administrative_post")

    assert field is not None
    assert not field.required
    assert "党内职务" in field.help
    assert said(data(personal_basics={"administrative_post": "字" * 21})) == {
        "personal_basics.administrative_post": "行政职务最多 20 个字，现在是 21 个"
    }


@pytest.mark.req("PROF-05")
@pytest.mark.parametrize(
    ("nature", "asked"),
    [
        ("public_institution", True),
        ("state_owned_enterprise", True),
        ("government", True),
        ("non_public_enterprise", False),
        ("non_public_social", False),
        ("mixed_ownership", False),
    ],
)
def test_the_level_of_the_administrative_post_is_of_those_in_state_owned_units(
    nature: str, asked: bool
) -> None:
    """It was asked of everybody, and what others entered was kept."""
    units = {"第一中学": {"nature": nature}}
    place = "personal_basics.administrative_post_level"
    changed = data(personal_basics={"administrative_post_level": "7"})

    field = look(changed, organisations=units).find(place)
    kept = look(changed, organisations=units).submitted["personal_basics"]

    assert (field is not None) is asked
    assert ("administrative_post_level" in kept) is asked
    assert said(COMPLETE, organisations=units).keys() <= {"qualification.appointment_proofs"}
    assert place not in said(COMPLETE, organisations=units)


@pytest.mark.req("PROF-06")
@pytest.mark.parametrize(
    ("kind", "number", "wrong"),
    [
        ("111", "12011219850801373X", None),
        ("111", "120112198508013731", "id_number"),
        ("111", "军字第123456号", "id_number"),
        ("112", "1234", "id_number"),
        ("114", "军字第123456号", None),
        ("114", "军-1", "id_number"),
        ("414", "E12345678", None),
        ("414", "护照 12", "id_number"),
        ("114", "12011219850801373X", "id_type"),
        ("990", "ABC-1", None),
    ],
)
def test_the_number_of_a_document_has_the_format_of_its_type(
    kind: str, number: str, wrong: str | None
) -> None:
    """Any text was accepted as the number of any document but an identity card."""
    changed = data(personal_basics={"id_type": kind, "id_number": number})

    found = said(changed)

    assert wrong is None or f"personal_basics.{wrong}" in found
    assert (found == {}) is (wrong is None)
    offered = look(changed).find("personal_basics.id_type")
    assert offered is not None
    titles = [option.label for option in offered.options or ()]
    assert {"居民身份证（户口簿）", "中国人民解放军军官证"} <= set(titles)


@pytest.mark.req("PROF-06")
def test_birth_date_and_gender_agree_with_the_identity_number() -> None:
    assert said(data(personal_basics={"birth_date": "1985-08-02", "gender": "2"})) == {
        "personal_basics.birth_date": "出生日期与身份证号码不一致",
        "personal_basics.gender": "性别与身份证号码不一致",
    }


@pytest.mark.req("PROF-08")
def test_imported_education_is_read_only_but_for_degree_and_time() -> None:
    first = look(COMPLETE).find("education")

    assert first is not None
    editable = [one.element.name for one in first.rows[0].fields if one.editable]
    assert editable == ["degree", "is_pre_employment"]
    assert not first.rows[0].removable


@pytest.mark.req("PROF-09")
def test_added_education_needs_its_certificate_and_can_be_removed() -> None:
    assert said(row("education", 1, certificate_files=[])) == {
        "education.1.certificate_files": "请上传学历学位证书附件"
    }
    section = look(COMPLETE).find("education")
    assert section is not None
    assert section.rows[1].removable


@pytest.mark.req("PROF-10", "FORM-08")
def test_one_education_before_work_is_required() -> None:
    assert said(row("education", is_pre_employment=False)) == {
        "education": "请至少填写一条工作前学历"
    }


@pytest.mark.req("PROF-11")
def test_returnees_upload_the_verification_of_their_degree() -> None:
    changed = row("education", 1, is_overseas=True)

    assert said(changed) == {"education.1.overseas_verification_file": "请上传学历验证文件"}
    major = FORM.element("education.major")
    assert major is not None
    assert "留学服务中心" in major.help


@pytest.mark.req("PROF-13")
@pytest.mark.parametrize(
    ("present", "applied", "warned"),
    [
        ("数学", "数学", False),
        ("中小学教师系列", "数学", False),
        ("数学", "中小学教师系列", False),
        ("语文", "数学", True),
    ],
)
def test_a_specialty_that_is_neither_above_nor_below_is_warned_about_and_not_refused(
    present: str, applied: str, warned: bool
) -> None:
    """Whoever works in the field that contains the one applied for was warned for nothing."""
    changed = data(qualification={"current_specialty": present}, settings={"specialty": applied})

    found = check(look(changed), complete=True)

    about = [error for error in found if "没有直接关系" in error.sentence]
    assert [error.warning for error in about] == [True] * warned


@pytest.mark.req("PROF-14", "FORM-03")
def test_teachers_state_the_school_stage() -> None:
    changed = data()
    del changed["qualification"]["school_stage"]

    assert said(changed) == {"qualification.school_stage": "中小学教师请填写学段"}


@pytest.mark.req("PROF-15", "FORM-15")
def test_the_hint_lists_what_is_no_technical_work() -> None:
    field = FORM.element("qualification.technical_work_start_date")

    assert field is not None
    assert all(word in field.help for word in ("技师", "党务", "公务员"))


@pytest.mark.req("PROF-16")
def test_years_of_work_are_bounded_by_the_calendar() -> None:
    changed = data(qualification={"technical_work_years": 20})
    assert "qualification.technical_work_years" in said(changed)

    changed = data(qualification={"technical_work_years": 18, "non_technical_years": 5})
    assert "qualification.technical_work_years" in said(changed)


@pytest.mark.req("PROF-17", "PROF-18")
def test_certificates_of_different_levels_are_refused() -> None:
    first = COMPLETE["qualification"]["title_certificates"][0]
    same = {**first, "series": "04"}
    other = {**first, "level": "fugao"}

    assert said(data(qualification={"title_certificates": [first, same]})) == {}
    assert said(data(qualification={"title_certificates": [first, other]})) == {
        "qualification.title_certificates": "职称证书只填写现有最高层级，不能填写不同层级"
    }


@pytest.mark.req("PROF-17")
def test_the_three_groups_of_certificates_may_be_filled_in_together() -> None:
    one = {"name": "证书", "obtained_at": "2020-01-01"}
    three = ["title.pdf", "vocational.pdf", "skill.pdf"]
    changed = data(
        qualification={"vocational_certificates": [one], "other_certificates": [one],
                       "certificate_scans": three}
    )  # fmt: skip

    shown = {field.title for field in look(changed).walk()}

    assert said(changed) == {}
    assert {
        f"现资格情况：{kind}" for kind in ("职称证书", "职业资格证书", "技能证书等其他证书")
    } <= shown


@pytest.mark.req("PROF-20")
def test_who_has_no_certificate_uploads_none_and_who_uploads_too_few_is_warned() -> None:
    """Graduates without any certificate could not go on: a scan was asked of them all the same."""
    one = {"name": "证书", "obtained_at": "2020-01-01"}
    none = data(
        settings={"category": "enterprise_direct"},
        qualification={"title_certificates": [], "certificate_scans": []},
    )
    held = data(qualification={"vocational_certificates": [one]})

    assert "qualification.certificate_scans" not in said(none)
    assert said(held) == {}
    (warning,) = check(look(held), complete=True)
    assert (warning.name, warning.warning) == ("qualification.certificate_scans", True)


@pytest.mark.req("PROF-21")
@pytest.mark.parametrize("kind", ["letter", "statement", "contract"])
def test_one_of_three_kinds_of_proof_is_enough(kind: str) -> None:
    proof = {**COMPLETE["qualification"]["appointment_proofs"][0], "kind": kind}
    changed = data(qualification={"appointment_proofs": [proof]})

    assert said(changed, organisations={"第一中学": {"nature": "social_organisation"}}) == {}


@pytest.mark.req("PROF-20", "PROF-21")
def test_certificates_and_a_proof_of_work_are_uploaded() -> None:
    changed = data(qualification={"certificate_scans": [], "appointment_proofs": []})

    found = said(changed)

    assert found["qualification.certificate_scans"] == "请上传证书原件照片或扫描件"
    assert "qualification.appointment_proofs" in found


@pytest.mark.req("PROF-22")
def test_staff_of_public_institutions_upload_the_appointment_letter() -> None:
    proof = {**COMPLETE["qualification"]["appointment_proofs"][0], "kind": "contract"}
    changed = data(qualification={"appointment_proofs": [proof]})

    assert said(changed) == {
        "qualification.appointment_proofs": "国有事业单位工作人员须上传专业技术职务聘书"
    }
    assert said(changed, organisations={"第一中学": {"nature": "non_public_enterprise"}}) == {}


@pytest.mark.req("PROF-23")
def test_several_proofs_with_their_periods_are_added_up() -> None:
    first = COMPLETE["qualification"]["appointment_proofs"][0]
    earlier = {**first, "covered_period": {"from": "2010-01-01", "until": "2015-01-01"}}
    changed = data(qualification={"appointment_proofs": [earlier, first]})

    total = look(changed).find("qualification.covered_years")

    assert said(changed) == {}
    assert total is not None
    assert float(total.labels[0]) == pytest.approx(5 + 8.67, abs=0.05)


@pytest.mark.req("PROF-25", "PROF-26", "PROF-28")
def test_the_present_unit_is_picked_and_a_past_one_is_typed() -> None:
    def shown(status: str) -> set[str]:
        form = look(row("work_history", work_status=status))
        section = form.find("work_history")
        assert section is not None
        return {one.element.name for one in section.rows[0].fields}

    assert "unit" in shown("current")
    assert "unit_name" not in shown("current")
    assert "unit" not in shown("past")
    assert {"unit_name", "end_date"} <= shown("past")
    unit = FORM.element("work_history.unit")
    assert unit is not None
    assert "社会保险" in unit.help


@pytest.mark.req("PROF-29", "FORM-03")
def test_dispatched_workers_name_the_unit_and_upload_its_proof() -> None:
    assert said(row("work_history", is_dispatched=True)) == {
        "work_history.0.dispatched_to_unit": "请填写被派至单位名称",
        "work_history.0.achievement_proof": "请上传业绩属实证明",
    }
    proof = FORM.element("work_history.achievement_proof")
    assert proof is not None
    assert proof.files is not None
    assert proof.files.template == "achievement-proof"


@pytest.mark.req("PROF-30")
def test_posts_in_one_unit_are_rows_of_periods() -> None:
    assert said(row("work_history", post_history=[{"administrative_post": "组长"}])) == {
        "work_history.0.post_history.0.period": "请选择起止时间"
    }


@pytest.mark.req("PROF-31")
def test_the_content_of_the_work_is_required_and_limited() -> None:
    assert said(row("work_history", main_work_content="")) == {
        "work_history.0.main_work_content": "请填写主要工作内容"
    }
    assert said(row("work_history", main_work_content="字" * 501)) == {
        "work_history.0.main_work_content": "主要工作内容最多 500 个字，现在是 501 个"
    }


@pytest.mark.req("APP-02", "FORM-08")
def test_a_present_job_is_required() -> None:
    changed = row("work_history", work_status="past", end_date="2020-01-01", unit_name="第一中学")

    assert said(changed)["work_history"] == "请填写一条“当前在职”的工作经历"


@pytest.mark.req("PROF-35", "PROF-36")
def test_years_and_hours_are_those_of_the_activity() -> None:
    activity = COMPLETE["settings"]["activity"]

    assert said(COMPLETE, activities={activity: {"continuing_education_hours": 999}}) == {
        "continuing_education": "继续教育的年限或课时数未达到本评审活动的要求"
    }
    assert said(COMPLETE, activities={activity: {"appraisal_years": 9}}) == {
        "appraisals": "考核合格以上的年限数未达到本评审活动的要求"
    }


@pytest.mark.req("PROF-34", "PROF-35", "PROF-36")
@pytest.mark.parametrize(
    ("required", "refused"),
    [
        ({"continuing_education_years": 3, "continuing_education_hours": 90}, None),
        (
            {"continuing_education_years": 4, "continuing_education_hours": 90},
            "continuing_education",
        ),
        (
            {"continuing_education_years": 3, "continuing_education_hours": 91},
            "continuing_education",
        ),
        ({"appraisal_years": 3, "appraisal_results": ["excellent", "competent"]}, None),
        ({"appraisal_years": 3, "appraisal_results": ["excellent"]}, "appraisals"),
    ],
)
def test_years_hours_and_grades_are_decided_for_series_and_level(
    required: dict[str, Any], refused: str | None
) -> None:
    """Grades could not be decided, and all levels of an activity had the same years and hours."""

    def decided(level: str) -> set[str]:
        return said(
            COMPLETE, record_requirements={"r": {"series": "22", "level": level, **required}}
        ).keys()

    assert decided("fugao") == ({refused} if refused else set())
    assert decided("zhenggao") == set()


@pytest.mark.req("PROF-34", "PROF-35")
def test_hours_of_a_year_are_added_up_and_no_year_counts_twice() -> None:
    """Three entries of one year passed for three years; two halves of a year for none."""
    given = {
        "a1": {
            "continuing_education_hours": 72,
            "continuing_education_years": 2,
            "appraisal_years": 0,
        }
    }
    half = {"completion": "completed", "hours": 36}
    changed = application()[1]
    years = ("2024", "2024", "2025", "2025")
    changed["continuing_education"] = [{**half, "year": year} for year in years]
    assert said(changed, activities=given) == {}

    changed["continuing_education"] = [{**half, "year": "2025", "hours": 90} for _ in range(3)]
    changed["appraisals"] = [{"year": "2025", "result": "competent"}] * 3
    assert said(changed, activities=given) == {
        "continuing_education": "继续教育的年限或课时数未达到本评审活动的要求",
        "appraisals": "同一年度的考核只填写一条",
    }


OTHERS = ["application", "appointment-application", "exam-application", "initial-application",
          "recognition-application"]  # fmt: skip


@pytest.mark.req("PROF-10", "PROF-14", "PROF-22")
@pytest.mark.parametrize("name", OTHERS)
def test_what_the_profile_must_hold_is_asked_by_every_application(name: str) -> None:
    """Only some of the forms asked for it: the others could be submitted without."""
    form = forms()[name]
    changed = application()[1]
    changed["education"][0]["is_pre_employment"] = False
    changed["qualification"] |= {"school_stage": None}
    changed["qualification"]["appointment_proofs"][0]["kind"] = "contract"

    found = {error.sentence for error in form.validate(changed, around())}

    assert found >= {
        "请至少填写一条工作前学历",
        "中小学教师请填写学段",
        "国有事业单位工作人员须上传专业技术职务聘书",
    }


@pytest.mark.req("APP-08", "FORM-15")
def test_each_category_is_explained_and_none_is_chosen() -> None:
    changed = data()
    del changed["settings"]["category"]

    field = look(changed).find("settings.category")

    assert field is not None
    assert len(field.options or ()) == 6
    assert all(option.help for option in field.options or ())
    assert said(changed) == {"settings.category": "请选择申报类别"}


def in_category(category: str) -> dict[str, str]:
    return said(data(settings={"category": category}))


@pytest.mark.req("APP-09", "APP-13", "FORM-10")
@pytest.mark.parametrize("category", ["education_exception", "seniority_exception"])
def test_an_exception_needs_a_condition_of_the_activity_with_its_material(category: str) -> None:
    assert "exceptional_conditions.conditions" in in_category(category)

    changed = data(settings={"category": category})
    changed["exceptional_conditions"] = {"conditions": [{}]}
    found = look(changed).find("exceptional_conditions.conditions.0.clause")
    assert found is not None
    assert found.options
    assert "exceptional_conditions.conditions.0.files" in said(changed)


@pytest.mark.req("APP-10")
def test_a_lateral_transfer_needs_a_title_of_the_same_level() -> None:
    found = in_category("lateral_transfer")

    assert found["qualification.title_certificates"] == "平转须已取得同级别的其他系列或专业职称"
    assert "exceptional_conditions.previous_title" in found


@pytest.mark.req("APP-10")
@pytest.mark.parametrize("name", ["application", "appointment-application"])
@pytest.mark.parametrize(
    ("held", "refused"),
    [
        ({"series": "22", "specialty": "数学"}, True),
        ({"series": "22", "specialty": "语文"}, False),
        ({"series": "03", "specialty": "数学"}, False),
        ({"series": "03", "level": "zhongji"}, True),
    ],
)
def test_a_title_transferred_from_is_of_another_series_or_specialty(
    name: str, held: dict[str, str], refused: bool
) -> None:
    """A title of the very series and specialty applied for passed for one to transfer from."""
    changed = data(settings={"category": "lateral_transfer"})
    (title,) = changed["qualification"]["title_certificates"]
    changed["qualification"]["title_certificates"] = [{**title, "level": "fugao", **held}]

    found = {error.name for error in forms()[name].validate(changed, around())}

    assert ("qualification.title_certificates" in found) is refused


@pytest.mark.req("APP-11")
def test_former_civil_servants_state_their_status_and_appointment() -> None:
    assert in_category("civil_service_transfer").keys() >= {
        "exceptional_conditions.previous_status",
        "exceptional_conditions.appointment_document",
    }


@pytest.mark.req("APP-12", "FORM-10")
def test_direct_applicants_need_no_title_but_the_proof_of_their_unit() -> None:
    changed = data()
    changed["qualification"]["title_certificates"] = []
    assert said(changed) == {"qualification.title_certificates": "请填写现有职称证书"}
    changed["settings"]["category"] = "enterprise_direct"

    assert said(changed) == {
        "exceptional_conditions.enterprise_proof": "请上传工作单位出具的相关证明材料"
    }


@pytest.mark.req("APP-14", "FORM-10")
def test_teachers_and_medical_staff_have_parts_of_their_own() -> None:
    def shown(series: str) -> set[str]:
        form = look(data(settings={"series": series}))
        return {one.element.name for one in form.walk() if len(one.place) == 2}

    assert "teacher_info" in shown("22")
    assert "health_info" not in shown("22")
    assert "health_info" in shown("04")
    assert "teacher_info" not in shown("04")


@pytest.mark.req("APP-15", "FORM-11")
def test_the_activity_adds_its_own_materials() -> None:
    materials = look(COMPLETE).find("activity_materials")

    assert materials is not None
    assert [child.kind for child in materials.children] == ["rows"] * len(materials.children)
    assert materials.children


@pytest.mark.req("APP-03")
def test_the_settings_are_eight_and_all_required() -> None:
    found = said({})

    titles = [
        "工作单位",
        "评价方式",
        "申报系列",
        "申报层级",
        "申报专业",
        "申报资格名称",
        "申报类别",
        "申报委员会",
    ]
    settings = look({}).find("settings")
    assert settings is not None
    assert [one.title for one in settings.children] == titles
    asked = [sentence for name, sentence in found.items() if name.startswith("settings.")]
    assert asked == [f"请选择{title}" for title in titles]


@pytest.mark.req("APP-09", "APP-11", "APP-12")
@pytest.mark.parametrize(
    ("category", "parts"),
    [
        ("normal", None),
        ("education_exception", {"conditions"}),
        ("seniority_exception", {"conditions"}),
        ("lateral_transfer", {"previous_title"}),
        ("civil_service_transfer", {"previous_status", "appointment_document"}),
        ("enterprise_direct", {"enterprise_proof"}),
    ],
)
def test_each_category_opens_its_own_part(category: str, parts: set[str] | None) -> None:
    section = look(data(settings={"category": category})).find("exceptional_conditions")

    if parts is None:
        assert section is None
    else:
        assert section is not None
        assert {one.element.name for one in section.children} == parts | {"statement"}


@pytest.mark.req("APP-03", "APP-04", "APP-05")
def test_each_setting_offers_what_occurs_in_an_open_activity() -> None:
    def offered(field: str, **settings: Any) -> set[str]:
        found = look({"settings": settings}).find(f"settings.{field}")
        assert found is not None
        return {option.value for option in found.options or ()}

    series = offered("series")
    assert "22" in series
    levels = offered("level", evaluation_mode="socialised_review", series="22")
    assert levels
    assert levels <= offered("level", evaluation_mode="socialised_review")
    assert offered("series", evaluation_mode="nothing") == set()


@pytest.mark.req("UNIT-10", "UNIT-13", "FORM-03")
def test_the_recommendation_asks_for_the_post_table_and_the_other_path() -> None:
    form = forms()["unit-recommendation"]

    def asked(unit: str, entered: dict[str, Any], mode: str = "optional") -> set[str]:
        given = around()
        case = type(given)(given.names, given.lookup, {"settings": {"work_unit": unit}})
        rights = Rights(mode=mode)  # type: ignore[arg-type]
        return {error.name for error in form.validate(entered, case, rights)}

    assert asked("第一中学", {"use_default_path": True}) == set()
    assert asked("实验中学", {"use_default_path": True}) == {"post_situation_file"}
    assert asked("实验中学", {}, "hidden") == {"post_situation_file"}
    assert asked("第一中学", {"use_default_path": False}) == {"archive_department"}


@pytest.mark.req("UNIT-11")
@pytest.mark.parametrize("name", ["unit-recommendation", "sichuan-recommendation"])
def test_who_is_not_recommended_is_not_passed(name: str) -> None:
    """A unit could pass an applicant whom its own committee had not recommended."""
    form = forms()[name]

    def asked(entered: dict[str, Any]) -> dict[str, str]:
        rights = Rights(mode="optional")
        return {error.name: error.sentence for error in form.validate(entered, around(), rights)}

    assert asked({}) == asked({"recommended": True}) == {}
    assert asked({"recommended": False}) == {
        "recommended": "推荐委员会（推荐小组）不推荐的，不能通过"
    }


def test_an_application_is_looked_at_checked_and_drawn_in_milliseconds() -> None:
    """The limits are several times what was measured, so that a slow machine does not fail."""
    given = around()

    def draw() -> None:
        with APP.test_request_context("/"):
            pages.render(FORM.effective(COMPLETE, given))

    assert fastest(lambda: check(FORM.effective(COMPLETE, given), complete=True)) < 100
    assert fastest(draw) < 300
