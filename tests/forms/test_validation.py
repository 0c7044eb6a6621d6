"""Everything wrong with filled-in data, at once, each with its place and a sentence."""

from dataclasses import replace

import pytest

from engine.forms import Attachment, FieldError, Form, Rights, check
from tests.forms.world import (
    APPLICATION,
    PROFILE,
    World,
    application_world,
    complete_application,
    form_of,
    forms_of,
    surroundings,
)

FORMS = forms_of(PROFILE, APPLICATION)
APPLY = FORMS["application"]


def wrong(
    data: dict[str, object],
    *,
    form: Form = APPLY,
    complete: bool = True,
    rights: Rights | None = None,
    world: World | None = None,
) -> dict[str, str]:
    found = form.validate(
        data, surroundings(world or application_world()), rights, complete=complete
    )
    return {error.name: error.sentence for error in found}


def one(field: str, value: object, **given: bool) -> str | None:
    """Return what is said about the value of a single field."""
    form = form_of(f"a: {{title: 甲, {field}}}")
    return wrong({"a": value}, form=form, **given).get("a")


@pytest.mark.req("TST-06", "APP-20")
def test_a_complete_form_is_accepted() -> None:
    assert wrong(complete_application()) == {}


@pytest.mark.req("FORM-09", "APP-20")
def test_a_submission_lists_everything_missing_with_its_place() -> None:
    data = complete_application()
    data["settings"] = {"kind": "plain"}
    data["work"] = [{"status": "past", "start": "2020-01-01", "dispatched": True}]

    found = APPLY.validate(data, surroundings(application_world()))

    assert [(error.trail, error.sentence) for error in found] == [
        ("申请设置 · 单位", "请选择单位"),
        ("申请设置 · 小类", "请选择小类"),
        ("申请设置 · 活动", "请选择活动"),
        ("工作经历 · 第 1 条 · 结束日期", "请选择结束日期"),
        ("工作经历 · 第 1 条 · 工作单位名称", "请填写工作单位名称"),
        ("工作经历 · 第 1 条 · 被派至单位名称", "请填写被派至单位名称"),
        ("工作经历 · 第 1 条 · 属实证明", "请上传属实证明"),
        ("工作经历 · 第 1 条 · 主要工作内容", "请填写主要工作内容"),
    ]


@pytest.mark.req("FORM-09", "APP-19")
def test_a_draft_may_be_incomplete_but_not_of_the_wrong_type() -> None:
    assert wrong({}, complete=False) == {}
    assert wrong({"extra": {}, "work": [{"content": "字" * 501}]}, complete=False) == {
        "work.0.content": "主要工作内容最多 500 个字，现在是 501 个"
    }
    data = {"settings": {"kind": "special", "activity": "a2"}, "extra": {"years": "十二"}}
    assert wrong(data, complete=False) == {"extra.years": "年限应填写整数，不能是“十二”"}


@pytest.mark.req("FORM-03")
def test_what_does_not_show_is_kept_in_drafts_and_left_out_of_a_submission() -> None:
    data = complete_application()
    data["work"][0]["place"] = "以前的单位"  # type: ignore[index]

    form = APPLY.effective(data, surroundings(application_world()))

    assert form.data["work"][0]["place"] == "以前的单位"  # type: ignore[index]
    assert "place" not in form.submitted["work"][0]  # type: ignore[index]
    assert wrong(data) == {}


VALUES = [
    ("type: string, minLength: 2", "字", "甲至少 2 个字，现在是 1 个"),
    ("type: string, maxLength: 2", "三个字", "甲最多 2 个字，现在是 3 个"),
    ("type: number", "abc", "甲应填写数字，不能是“abc”"),
    ("type: integer", 1.5, "甲应填写整数，不能是“1.5”"),
    ("type: number, minimum: 1", 0, "甲不能小于 1"),
    ("type: number, maximum: 1", 2, "甲不能大于 1"),
    ("type: number, exclusiveMinimum: 0", 0, "甲应大于 0"),
    ("type: number, exclusiveMaximum: 9", 9, "甲应小于 9"),
    ("type: number, multipleOf: 0.01", 1.234, "甲应为 0.01 的整数倍"),
    ("type: string, pattern: '^[a-z]+$'", "甲", "甲的格式不正确"),
    ("type: string, pattern: '^[a-z]+$', pattern_say: 只能用小写字母", "甲", "只能用小写字母"),
    ("format: date", "2026-02-30", "甲不是正确的日期"),
    ("format: date, at_most: today", "2026-09-02", "甲不能晚于 2026-09-01"),
    ("format: date-time, at_least: now", "2026-09-01T08:00", "甲不能早于 2026-09-01 09:00"),
    ("type: integer, at_least: 3, bound_say: 太少了", 2, "太少了"),
    ("format: year", "26", "甲应为四位年度，如 2026"),
    ("format: month", "2026-13", "甲应为年月，如 2026-09"),
    ("format: id-number", "110105194912310021", "甲不是正确的居民身份证号码，请核对 18 位号码"),
    ("format: id-number", "1101 0519491231002X", "甲不是正确的居民身份证号码，请核对 18 位号码"),
    ("format: officer-id", "x", "甲不是正确的军官证号码"),
    ("format: credit-code", "91110000600037341X", "甲不是正确的统一社会信用代码，请核对 18 位代码"),
    ("format: mobile", "12800138000", "甲应为 11 位手机号码"),
    ("format: phone", "电话", "甲不是正确的电话号码"),
    ("format: email", "a@b", "甲不是正确的电子邮箱"),
    ("codes: genders", "x", "“x”已不可选，请重新选择甲"),
    ("type: array, codes: tags, maxItems: 1", ["one", "two"], "甲最多 1 条，现在是 2 条"),
    ("type: array, codes: tags, minItems: 2", ["one"], "甲至少 2 条，现在是 1 条"),
    ("type: array, codes: tags", ["one", "one"], "甲中有重复的内容"),
    (
        "reference: units, where: it.open == true",
        "u3",
        "没有找到可选的“已注销单位”，请重新选择甲",
    ),
    (
        "widget: period",
        {"from": "2026-02-01", "until": "2026-01-01"},
        "甲的结束日期不能早于开始日期",
    ),
    ("widget: period", "x", "甲的内容不符合要求"),
]


@pytest.mark.req("TST-06", "FORM-04")
@pytest.mark.parametrize(("field", "value", "sentence"), VALUES, ids=[v[2] for v in VALUES])
def test_a_wrong_value_is_refused_with_its_sentence(
    field: str, value: object, sentence: str
) -> None:
    assert one(field, value) == sentence


GOOD = [
    ("type: number, multipleOf: 0.01", 19.99),
    ("format: id-number", "11010519491231002X"),
    ("format: officer-id", "军字第12345678号"),
    ("format: credit-code", "91110000600037341L"),
    ("format: mobile", "13800138000"),
    ("format: date-time, at_most: today", "2026-09-01T23:59"),
    ("widget: period, open_end: true", {"from": "2026-02-01"}),
    ("type: array, codes: tags", ["one", "two"]),
]


@pytest.mark.req("TST-06", "PROF-06")
@pytest.mark.parametrize(("field", "value"), GOOD, ids=[text for text, _ in GOOD])
def test_a_right_value_is_accepted(field: str, value: object) -> None:
    assert one(field, value) is None


def test_the_parts_of_a_period_are_asked_for() -> None:
    form = form_of("a: {title: 甲, widget: period}", "required: [a]\n")

    assert wrong({}, form=form) == {"a": "请选择甲"}
    assert wrong({"a": {"from": "2026-01-01"}}, form=form) == {"a.until": "请填写甲的结束日期"}
    assert wrong({"a": {"until": "2026-01-01"}}, form=form) == {"a.from": "请填写甲的开始日期"}


@pytest.mark.req("FORM-08", "PROF-10")
def test_a_rule_across_rows_speaks_in_its_own_words() -> None:
    data = complete_application()
    data["education"][0]["before_work"] = False  # type: ignore[index]

    assert wrong(data) == {"education": "请至少填写一条工作前学历"}
    assert wrong(data, complete=False) == {}


@pytest.mark.req("FORM-08", "PROF-06")
def test_birth_date_and_identity_number_must_agree() -> None:
    data = complete_application()
    data["basics"]["birth_date"] = "1950-01-01"  # type: ignore[index]

    assert wrong(data) == {"basics.birth_date": "出生日期与证件号码不一致"}


@pytest.mark.req("FORM-08")
def test_a_warning_is_said_and_refuses_nothing() -> None:
    data = complete_application()
    del data["work"]

    form = APPLY.effective(data, surroundings(application_world()))

    (found,) = check(form, complete=True)
    assert (found.sentence, found.warning) == ("建议填写工作经历", True)
    assert wrong(data) == {}


def test_a_rule_can_be_checked_in_drafts_and_rows() -> None:
    form = form_of(
        """
        rows:
          title: 行
          items:
            properties:
              low: {title: 低, type: integer}
              high: {title: 高, type: integer}
            rules:
              - that: it.low <= it.high
                when: it.high != null
                say: 低不能大于高
                at: low
                always: true
        """
    )
    data: dict[str, object] = {"rows": [{"low": 1, "high": 2}, {"low": 3, "high": 2}, {"low": 3}]}

    assert wrong(data, form=form, complete=False) == {"rows.1.low": "低不能大于高"}


@pytest.mark.req("FORM-07")
def test_files_are_limited_in_number_type_and_size() -> None:
    world = World(
        files={
            "a": Attachment("a", "a.pdf", 10),
            "b": Attachment("b", "b.exe", 10),
            "c": Attachment("c", "c.pdf", 3_000),
        }
    )
    form = form_of("a: {title: 附件, files: {max: 2, types: [pdf], size: 2KB}}")

    def said(*uids: str) -> str | None:
        return wrong({"a": list(uids)}, form=form, world=world).get("a")

    assert said("a") is None
    assert said("b") == "附件：“b.exe”不是允许的文件类型，可用：pdf"
    assert said("c") == "附件：“c.pdf”超过 2 KB"
    assert said("a", "b", "c") == "附件最多上传 2 个文件，现在是 3 个"
    assert said("gone") == "附件中的文件已不存在，请重新上传"


def test_a_promise_must_be_ticked() -> None:
    data = complete_application()
    data["statement"] = {"photo": "photo", "agreed": False}

    assert wrong(data) == {"statement.agreed": "请阅读并勾选：本人承诺以上内容真实完整"}


def test_a_field_the_form_does_not_have_is_refused() -> None:
    data = complete_application()
    data["salary"] = 1

    assert wrong(data) == {"salary": "没有“salary”这个字段"}


@pytest.mark.req("FORM-06")
def test_what_a_person_may_not_change_is_not_asked_of_them() -> None:
    assert wrong({}, rights=Rights(edit=("statement",))) == {
        "statement.photo": "请上传照片",
        "statement.agreed": "请阅读并勾选：本人承诺以上内容真实完整",
    }
    assert wrong({}, rights=Rights(edit=())) == {}


@pytest.mark.req("PROF-08", "PROF-09")
def test_an_imported_row_needs_no_file_and_an_added_one_does() -> None:
    data = complete_application()
    added = {"school": "某校", "major": "语文", "degree": "master", "before_work": True}
    data["education"] = [*data["education"], {**added, "source": "self"}]  # type: ignore[misc]

    assert wrong(data) == {"education.1.proof": "请上传学历证书附件"}


def test_sentences_in_english() -> None:
    form = APPLY.effective({}, replace(surroundings(), language="en"))

    found: list[FieldError] = check(form, complete=True)

    assert "Choose 单位" in [error.sentence for error in found]
    assert all(error.sentence.isprintable() for error in found)


def test_a_cascade_value_no_longer_offered_is_refused() -> None:
    data = complete_application()
    data["settings"]["sort"] = "c"  # type: ignore[index]

    assert wrong(data) == {"settings.sort": "“丙”已不可选，请重新选择小类"}


def test_files_have_no_limit_that_is_not_written() -> None:
    form = form_of("a: {title: 附件, files: {size: 100B}}")
    world = World(files={"a": Attachment("a", "a.any", 101)})

    assert wrong({"a": ["a"]}, form=form, world=world) == {"a": "附件：“a.any”超过 100 B"}


def test_several_records_are_checked_one_by_one() -> None:
    form = form_of("a: {title: 单位, type: array, reference: units, where: it.open == true}")

    assert wrong({"a": ["u1", "u3"]}, form=form) == {
        "a": "没有找到可选的“已注销单位”，请重新选择单位"
    }
    assert wrong({"a": ["u1", 5]}, form=form)["a.1"] == "单位的内容不符合要求"


def test_a_group_or_rows_of_the_wrong_shape_are_refused() -> None:
    assert wrong({"basics": "x", "work": "y"}, complete=False) == {
        "basics": "个人基本信息的内容不符合要求",
        "work": "工作经历的内容不符合要求",
    }
    assert wrong({"basics": "x", "work": ["y"]})["work.0"] == "工作经历的内容不符合要求"


def test_whole_numbers_are_said_without_a_fraction() -> None:
    assert one("type: number, minimum: 2.0", 1) == "甲不能小于 2"


def test_a_rule_without_a_place_speaks_for_the_whole_form() -> None:
    rules = "rules: [{that: data.a == 'x', say: 整张表单不对}]\n"
    form = form_of("a: {title: 甲, type: string}", rules)

    assert wrong({"a": "y"}, form=form) == {"": "整张表单不对"}
    assert wrong({"a": "y"}, form=form, rights=Rights(edit=("a",))) == {}


def test_a_bound_of_another_type_bounds_nothing() -> None:
    assert one("format: date, at_most: today", 5) == "甲的内容不符合要求"
    form = form_of("a: {title: 甲, type: number, at_most: it.b}\nb: {title: 乙, type: number}")
    assert wrong({"a": 3, "b": "许多"}, form=form) == {"b": "乙应填写数字，不能是“许多”"}


def test_a_code_chosen_where_none_is_known_is_said_as_it_is() -> None:
    form = form_of("a: {title: 甲, type: array, codes: tags}")

    assert wrong({"a": [["x"]]}, form=form).keys() == {"a", "a.0"}
