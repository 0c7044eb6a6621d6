"""Which fields show, what they demand and what may be picked, for the data at hand."""

import pytest

from engine.domain.types import BOOLEAN, DATE, NUMBER, ListOf, Record, Reference
from engine.forms import EffectiveForm, Form, Rights, loaded
from tests.forms.world import (
    APPLICATION,
    PROFILE,
    RECOMMENDATION,
    World,
    complete_application,
    form_of,
    forms_of,
    surroundings,
)

FORMS = forms_of(PROFILE, APPLICATION, RECOMMENDATION)
APPLY = FORMS["application"]


def names(form: EffectiveForm) -> set[str]:
    return {one.name for one in form.walk()}


def look(
    data: dict[str, object], rights: Rights | None = None, form: Form = APPLY
) -> EffectiveForm:
    return form.effective(data, surroundings(), rights or Rights())


@pytest.mark.req("FORM-03", "PROF-29")
def test_a_field_shows_only_while_its_condition_holds() -> None:
    data = complete_application()
    assert "work.0.dispatched_to" not in names(look(data))

    data["work"] = [{"dispatched": True}]

    shown = look(data)
    assert "work.0.dispatched_to" in names(shown)
    assert next(one for one in shown.walk() if one.name == "work.0.proof").required


@pytest.mark.req("FORM-10")
def test_a_section_shows_by_the_kind_of_application() -> None:
    data = complete_application()
    assert "extra" not in names(look(data))

    data["settings"] = {"kind": "special", "activity": "a2"}

    assert "extra.conditions" in names(look(data))


@pytest.mark.req("FORM-02", "APP-04")
def test_a_cascade_offers_what_belongs_to_its_parent() -> None:
    def sorts(kind: str | None) -> tuple[list[str], str]:
        one = look({"settings": {"kind": kind}}).find("settings.sort")
        assert one is not None
        return [option.value for option in one.options or ()], one.waits_for

    assert sorts("plain") == (["a", "b"], "")
    assert sorts("special") == (["c"], "")
    assert sorts(None) == ([], "类别")


@pytest.mark.req("APP-13")
def test_options_come_from_a_list_of_the_record_chosen() -> None:
    form = look({"settings": {"kind": "special", "activity": "a2"}})

    conditions = form.find("extra.conditions")

    assert conditions is not None
    assert [option.label for option in conditions.options or ()] == ["获得奖励", "出版专著"]


@pytest.mark.req("APP-04", "APP-05")
def test_a_cascade_over_a_register_skips_what_is_not_yet_chosen() -> None:
    form = form_of(
        """
        kind: {title: 类别, type: string, options_from: {register: activities, field: kind}}
        scope:
          title: 范围
          type: string
          options_from: {register: activities, field: scope, match: {kind: kind}}
        """
    )

    def scopes(data: dict[str, object]) -> list[str]:
        one = form.effective(data, surroundings()).find("scope")
        assert one is not None
        return [option.value for option in one.options or ()]

    assert scopes({}) == ["全部", "部分"]
    assert scopes({"kind": "special"}) == ["部分"]


@pytest.mark.req("FORM-02")
def test_nothing_is_chosen_for_a_person() -> None:
    form = look(APPLY.initial())

    answers = {
        one.name: one.value
        for one in form.walk()
        if one.kind in ("choice", "boolean", "reference") and not one.empty
    }
    assert answers == {"basics.country": "cn"}


@pytest.mark.req("FORM-13")
def test_a_retired_code_is_offered_only_where_it_was_chosen() -> None:
    form = form_of("degree: {title: 学位, codes: degrees}")

    def offered(data: dict[str, object]) -> list[str]:
        one = form.effective(data, surroundings()).find("degree")
        assert one is not None
        return [option.label for option in one.options or ()]

    assert offered({}) == ["学士", "硕士"]
    assert offered({"degree": "old"}) == ["学士", "硕士", "旧学位"]


@pytest.mark.req("FORM-06", "PROF-08")
def test_imported_values_are_locked_and_the_rest_of_the_row_is_not() -> None:
    form = look(complete_application())

    editable = {
        one.name for one in form.walk() if one.editable and one.name.startswith("education.0")
    }

    assert editable == {"education.0.degree", "education.0.before_work", "education.0.proof"}


@pytest.mark.req("PROF-07")
def test_an_imported_row_cannot_be_removed() -> None:
    data = complete_application()
    data["education"] = [{"source": "imported"}, {"source": "self"}]

    section = look(data).find("education")

    assert section is not None
    assert [row.removable for row in section.rows] == [False, True]


@pytest.mark.req("FORM-06")
def test_only_the_sections_given_can_be_changed() -> None:
    form = look(complete_application(), Rights(edit=("work", "settings.kind")))

    assert {one.place[0] for one in form.walk() if one.editable} == {"work", "settings"}
    assert [one.name for one in form.walk() if one.editable and one.place[0] == "settings"] == [
        "settings.kind"
    ]


@pytest.mark.req("FORM-06")
def test_what_is_hidden_is_not_there_and_what_is_masked_cannot_be_read() -> None:
    form = look(complete_application(), Rights(hide=("work", "basics.gender"), mask=("basics",)))

    assert not {name for name in names(form) if name.startswith("work") or "gender" in name}
    number = form.find("basics.id_number")
    assert number is not None
    assert (number.value, number.labels, number.editable) == (
        "110***********002X",
        ("110***********002X",),
        False,
    )
    birth = form.find("basics.birth_date")
    assert birth is not None
    assert birth.value == "1949-12-31"


@pytest.mark.req("UNIT-10", "FORM-03")
def test_an_optional_mode_waives_required_but_not_required_when() -> None:
    form = FORMS["recommendation"]
    case = surroundings(World()).lookup

    def required(mode: str) -> dict[str, bool]:
        given = surroundings()
        given = type(given)(names=given.names, lookup=case, data={"settings": {"unit": "u1"}})
        shown = form.effective({}, given, Rights(mode=mode))  # type: ignore[arg-type]
        return {one.name: one.required for one in shown.walk()}

    assert required("required") == {"opinion": True, "table": True, "default_path": False}
    assert required("optional") == {"opinion": False, "table": True, "default_path": False}
    assert required("hidden") == {"table": True}


def test_conditions_of_a_form_asked_in_a_case_read_the_case() -> None:
    form = FORMS["recommendation"]
    given = surroundings()

    for unit, demanded in (("u1", True), ("u2", False)):
        case = type(given)(given.names, given.lookup, {"settings": {"unit": unit}})
        table = form.effective({}, case).find("table")
        assert table is not None
        assert table.required is demanded


def test_an_unanswered_question_is_neither_yes_nor_no() -> None:
    form = FORMS["recommendation"]

    def shown(answer: object) -> bool:
        return form.effective({"default_path": answer}, surroundings()).find("other") is not None

    assert (shown(None), shown(True), shown(False)) == (False, False, True)


def test_bounds_are_computed() -> None:
    one = look({"work": [{"status": "past", "start": "2020-01-01"}]}).find("work.0.end")

    assert one is not None
    assert one.least == "2020-01-01"


def test_a_display_is_computed_and_not_stored() -> None:
    data = complete_application() | {"settings": {"kind": "special", "activity": "a2"}}

    shown = look(data)

    total = shown.find("extra.total")
    assert total is not None
    assert total.labels == ("2",)
    assert "total" not in str(APPLY.type.fields["extra"])


def test_a_display_of_a_code_says_its_caption() -> None:
    """What a form showed of a chosen record's code was the code."""
    form = form_of(
        """
        chosen: {title: 类别, codes: kinds}
        said: {title: 所选类别, widget: display, shows: data.chosen, codes: kinds}
        """
    )

    def said(code: str | None) -> tuple[str, ...]:
        shown = form.effective({"chosen": code}, surroundings()).find("said")
        assert shown is not None
        return shown.labels

    assert said(None) == ()
    assert said("special") == ("特别",)
    assert said("gone") == ("gone",)


@pytest.mark.req("FORM-14")
def test_captions_can_be_replaced() -> None:
    given = surroundings()
    own = type(given)(given.names, given.lookup, caption=lambda text: text.replace("小类", "细类"))

    one = APPLY.effective({}, own).find("settings.sort")

    assert one is not None
    assert one.title == "细类"


@pytest.mark.req("FORM-12")
def test_a_pinned_form_is_the_same_form_again() -> None:
    again = loaded(APPLY.dumped())

    assert again.hash == APPLY.hash
    assert [one.path for one in again.walk()] == [one.path for one in APPLY.walk()]


def test_the_type_of_the_data_follows_references() -> None:
    fields = APPLY.type.fields
    settings, work = fields["settings"].type, fields["work"].type

    assert isinstance(settings, Record)
    assert isinstance(work, ListOf)
    assert settings.fields["unit"].type == Reference("units")
    assert settings.fields["sort"].label == "小类"
    row = work.item
    assert isinstance(row, Record)
    assert row.fields["dispatched"].type == BOOLEAN
    assert row.fields["start"].type == DATE
    extra = fields["extra"].type
    assert isinstance(extra, Record)
    assert extra.fields["years"].type == NUMBER


def test_the_form_knows_its_references_files_and_private_fields() -> None:
    assert APPLY.reference_paths["work.*.unit"] == "units"
    assert set(APPLY.file_paths) == {"education.*.proof", "work.*.proof", "statement.photo"}
    assert set(APPLY.private_paths) == {"basics.full_name", "basics.id_number", "basics.mobile"}


@pytest.mark.req("APP-16")
def test_the_snapshot_copies_the_profile_and_stays_apart_from_it() -> None:
    profile: dict[str, object] = {
        "basics": {"full_name": "张三"},
        "education": [{"school": "某大学"}],
    }

    copied = APPLY.snapshot({"profile": profile})
    assert copied == profile
    profile["basics"]["full_name"] = "李四"  # type: ignore[index]

    assert copied["basics"] == {"full_name": "张三"}


def test_a_part_of_a_form_is_a_form() -> None:
    part = APPLY.fields(["settings"])

    assert part.sections == ("settings",)
    assert part.rules == ()
    assert names(part.effective({}, surroundings()))
    sort = look({"settings": {"kind": "plain"}}, form=part).find("settings.sort")
    assert sort is not None
    assert [option.value for option in sort.options or ()] == ["a", "b"]


def test_only_fields_that_others_depend_on_are_live() -> None:
    live = {".".join(one.path) for one in APPLY.walk() if not one.children and APPLY.is_live(one)}

    assert live >= {"settings.kind", "settings.activity", "work.*.status", "work.*.dispatched"}
    assert not live & {"basics.full_name", "basics.gender", "statement.remark", "statement.tags"}


def test_a_cascade_inside_a_row_follows_the_row() -> None:
    form = form_of(
        """
        rows:
          title: 行
          row: {columns: [kind, sort]}
          items:
            properties:
              kind: {title: 类别, codes: kinds}
              sort: {title: 小类, type: string, options_from: {codes: sorts, parent: it.kind}}
        """
    )

    rows = form.effective({"rows": [{"kind": "special", "sort": "c"}, {}]}, surroundings())

    first, second = rows.fields[0].rows
    assert [option.value for option in first.fields[1].options or ()] == ["c"]
    assert first.title == "特别 丙"
    assert second.fields[1].waits_for == "类别"
    assert form.is_live(form.walk().__next__().children[0])


def test_a_cascade_reads_the_case_of_a_form_asked_in_it() -> None:
    asked = """
        form: asked
        title: 询问
        for: application
        properties:
          sort:
            title: 小类
            type: string
            options_from: {codes: sorts, parent: data.settings.kind}
        """
    form = forms_of(PROFILE, APPLICATION, asked)["asked"]
    given = surroundings()
    case = type(given)(given.names, given.lookup, {"settings": {"kind": "special"}})

    sort = form.effective({}, case).find("sort")

    assert sort is not None
    assert [option.value for option in sort.options or ()] == ["c"]


def test_a_reference_that_leads_nowhere_is_known_by_its_key() -> None:
    form = form_of(
        """
        unit: {title: 单位, reference: units}
        note: {title: 说明, type: string, visible_when: data.unit == data.other}
        other: {title: 其他, reference: units}
        flag: {title: 标记, type: string, visible_when: data.unit.open == true}
        """
    )

    shown = names(form.effective({"unit": "gone", "other": "gone"}, surroundings()))

    assert "note" in shown
    assert "flag" not in shown


def test_a_condition_over_a_value_of_the_wrong_type_does_not_hold() -> None:
    form = form_of(
        """
        number: {title: 数, type: number}
        more: {title: 更多, type: string, visible_when: it.number > 3}
        """
    )

    assert names(form.effective({"number": "许多"}, surroundings())) == {"number"}
    assert names(form.effective({"number": 5}, surroundings())) == {"number", "more"}


def test_the_form_knows_its_indexes() -> None:
    form = form_of("a: {title: 甲, type: string, index: true}\nb: {title: 乙, type: string}")

    assert set(form.index_paths) == {"a"}
    assert repr(form) == "Form('test')"


def test_without_content_a_lookup_answers_nothing() -> None:
    form = form_of(
        """
        code: {title: 代码, codes: genders}
        unit: {title: 单位, reference: units}
        many: {title: 多个, type: array, reference: units}
        sort: {title: 小类, type: string, options_from: {register: activities, field: kind}}
        proof: {title: 附件, files: {max: 1}}
        """
    )
    data: dict[str, object] = {"unit": "u1", "many": ["u1", "u2"], "proof": ["f"]}

    assert form.validate(data) == []
    assert form.effective(data).find("many").labels == ("u1", "u2")  # type: ignore[union-attr]


def test_a_form_that_was_never_bound_shows_what_needs_no_condition() -> None:
    form = loaded(
        form_of(
            "a: {title: 甲, type: string}\nb: {title: 乙, type: string, visible_when: it.a == 'x'}"
        ).dumped()
    )

    assert names(form.effective({"a": "x"})) == {"a"}


@pytest.mark.req("FORM-06")
def test_every_kind_of_value_is_masked() -> None:
    data = complete_application()
    shown = look(data, Rights(mask=("settings", "work")))

    found = {one.name: one for one in shown.walk() if one.masked}
    given = {one.name for one in look(data).walk() if one.value not in (None, "", [], {})}
    inside = {name for name in given if name.startswith(("settings.", "work.0."))}
    assert set(found) == {name for name in inside if not shown.find(name).children}
    assert all("*" in str(one.value) for one in found.values())
    values = {name: one.value for name, one in found.items()}
    assert values["settings.unit"] == "第***", "of the caption, not of the key"
    assert values["work.0.dispatched"] == values["work.0.start"] == "***"
