"""Fields of a form and values of a code list are edited by the lines they are about."""

import pytest

from engine.definitions.editing import (
    AddCode,
    AddField,
    Changed,
    MoveCode,
    MoveField,
    RemoveField,
    RenameField,
    RequireField,
    RetireCode,
    SetCode,
    SetField,
    edit_codes,
    edit_form,
    form_outline,
)
from engine.domain.errors import NotFound, Refused
from tests.editing.support import difference, problems_of, shipped

FORM = """\
# What a person applies with.
form: claim
title: 申领表
required: [settings]
properties:
  settings:   # 先填
    title: 设置
    required: [level]
    layout: {groups: [{title: 一, fields: [unit, level]}]}
    properties:
      unit: {title: 单位, reference: organisations}
      # 层级决定路径
      level: {title: 层级, codes: levels, help: "请选择"}
      note: {title: 备注, type: string, visible_when: it.level == 'senior'}
  works:
    title: 业绩
    row: {columns: [name], add: 添加}
    items:
      required: [name]
      properties:
        name: {title: 名称, type: string}
        date: {title: 日期, format: date, at_most: today}
  borrowed: {snapshot_of: profile}
rules:
  - {that: data.settings.level != null, say: 请选择层级}
"""
LEVELS = """\
codes: levels
title: 层级
values:
  "1": {title: 初级}   # 员级
  "2": {title: 中级}
  old: {title: 旧, retired: true}
"""
PROCESS = """\
process: a/claim
form: claim
facts: {level: data.settings.level, other: data.settings.levels}
steps: {fill: {edit: [settings]}}
"""
FILES = {
    "forms/claim.yaml": FORM,
    "definitions/codes/levels.yaml": LEVELS,
    "definitions/processes/a/claim.yaml": PROCESS,
    "definitions/processes/a/else.yaml": PROCESS.replace("claim", "else"),
}


def changed(answer, path):
    assert isinstance(answer, Changed)
    return difference(FILES[path], answer.files[path]) if path in answer.files else []


def in_form(operation):
    answer = edit_form(FILES, "claim", operation)
    assert set(answer.files) <= {"forms/claim.yaml"}
    return changed(answer, "forms/claim.yaml")


def in_codes(operation):
    return changed(edit_codes(FILES, "levels", operation), "definitions/codes/levels.yaml")


@pytest.mark.req("VER-02", "FORM-01")
class TestFields:
    def test_a_required_field_is_added(self):
        values = {"title": "专业", "type": "string", "maxLength": 60}

        assert in_form(AddField("settings", "specialty", values, required=True, after="unit")) == [
            "-    required: [level]",
            "+    required: [specialty, level]",
            "+      specialty: {title: 专业, type: string, maxLength: 60}",
        ]

    def test_a_field_stands_before_another_and_the_comment_stays_with_that(self):
        answer = edit_form(
            FILES, "claim", AddField("settings", "mode", {"title": "方式"}, before="level")
        )

        assert (
            "{title: 方式}\n      # 层级决定路径\n      level:" in answer.files["forms/claim.yaml"]
        )

    def test_a_row_gets_a_field_and_the_first_that_is_required(self):
        assert in_form(AddField("works", "role", {"title": "角色", "type": "string"})) == [
            "+        role: {title: 角色, type: string}"
        ]
        assert in_form(RequireField("works.date")) == [
            "-      required: [name]",
            "+      required: [name, date]",
        ]
        assert in_form(RequireField("works.name", required=False)) == ["-      required: [name]"]
        assert in_form(RequireField("settings")) == []

    def test_a_section_is_added(self):
        values = {"title": "联系", "properties": {"phone": {"title": "电话", "format": "phone"}}}

        assert in_form(AddField("", "contact", values, required=True, after="settings")) == [
            "-required: [settings]",
            "+required: [settings, contact]",
            "+  contact: {title: 联系, properties: {phone: {title: 电话, format: phone}}}",
        ]

    def test_a_form_without_required_fields_gets_the_list(self):
        text = "form: b\ntitle: b\nproperties:\n  a: {title: a, type: string}\n"

        answer = edit_form({"forms/b.yaml": text}, "b", RequireField("a"))

        assert difference(text, answer.files["forms/b.yaml"]) == ["+required: [a]"]

    def test_fields_change_places_with_their_comments(self):
        answer = edit_form(FILES, "claim", MoveField("settings.level", before="unit"))

        assert (
            "    properties:\n      # 层级决定路径\n      level: {title: 层级, codes: levels, "
            'help: "请选择"}\n      unit: {title: 单位, reference: organisations}\n      note:'
        ) in answer.files["forms/claim.yaml"]
        assert in_form(MoveField("settings.level", after="unit")) == []

    def test_what_is_said_about_a_field_changes(self):
        assert in_form(SetField("settings.level", "title", "职称层级")) == [
            '-      level: {title: 层级, codes: levels, help: "请选择"}',
            '+      level: {title: 职称层级, codes: levels, help: "请选择"}',
        ]
        assert in_form(SetField("settings.level", "help", "请如实选择")) == [
            '-      level: {title: 层级, codes: levels, help: "请选择"}',
            '+      level: {title: 层级, codes: levels, help: "请如实选择"}',
        ]
        assert in_form(SetField("settings.level", "help", None)) == [
            '-      level: {title: 层级, codes: levels, help: "请选择"}',
            "+      level: {title: 层级, codes: levels}",
        ]
        assert in_form(SetField("", "title", "申请表")) == ["-title: 申领表", "+title: 申请表"]
        assert in_form(SetField("settings.level", "title", "层级")) == []

    def test_a_field_goes_with_its_place_in_lists_and_what_reads_it_is_shown(self):
        answer = edit_form(FILES, "claim", RemoveField("settings.level"))

        assert changed(answer, "forms/claim.yaml") == [
            "-    required: [level]",
            "-    layout: {groups: [{title: 一, fields: [unit, level]}]}",
            "+    layout: {groups: [{title: 一, fields: [unit]}]}",
            "-      # 层级决定路径",
            '-      level: {title: 层级, codes: levels, help: "请选择"}',
        ]
        assert sorted((spot.file, spot.text) for spot in answer.look_at) == [
            ("definitions/processes/a/claim.yaml", "data.settings.level"),
            ("forms/claim.yaml", "data.settings.level != null"),
            ("forms/claim.yaml", "it.level == 'senior'"),
        ]

    def test_a_field_is_renamed_with_what_names_it(self):
        answer = edit_form(FILES, "claim", RenameField("settings.level", "rank"))

        assert set(answer.files) == {"forms/claim.yaml", "definitions/processes/a/claim.yaml"}
        assert changed(answer, "definitions/processes/a/claim.yaml") == [
            "-facts: {level: data.settings.level, other: data.settings.levels}",
            "+facts: {level: data.settings.rank, other: data.settings.levels}",
        ]
        added = [line for line in changed(answer, "forms/claim.yaml") if line[0] == "+"]
        assert added == [
            "+    required: [rank]",
            "+    layout: {groups: [{title: 一, fields: [unit, rank]}]}",
            '+      rank: {title: 层级, codes: levels, help: "请选择"}',
            "+      note: {title: 备注, type: string, visible_when: it.rank == 'senior'}",
            "+  - {that: data.settings.rank != null, say: 请选择层级}",
        ]

    def test_a_column_is_renamed_in_the_caption_of_its_rows(self):
        added = [line for line in in_form(RenameField("works.name", "work")) if line[0] == "+"]

        assert added == [
            "+    row: {columns: [work], add: 添加}",
            "+      required: [work]",
            "+        work: {title: 名称, type: string}",
        ]

    @pytest.mark.parametrize(
        ("operation", "code"),
        [
            (AddField("settings", "unit", {}), "edit_name_taken"),
            (AddField("settings", "Unit", {}), "edit_bad_name"),
            (AddField("settings", "x", {}, after="nope"), "edit_no_field"),
            (AddField("nope", "x", {}), "edit_no_field"),
            (AddField("borrowed", "x", {}), "edit_no_fields_inside"),
            (AddField("settings.unit", "x", {}), "edit_no_fields_inside"),
            (MoveField("settings.unit", after="name"), "edit_no_field"),
            (RenameField("settings.unit", "level"), "edit_name_taken"),
            (RenameField("settings.unit", "a-b"), "edit_bad_name"),
            (RemoveField("settings.nope"), "edit_no_field"),
        ],
    )
    def test_what_cannot_be_is_refused(self, operation, code):
        with pytest.raises(Refused, match=code):
            in_form(operation)

    def test_the_shipped_forms_are_edited_without_problems(self):
        values = {"title": "补充说明", "widget": "textarea", "maxLength": 200}

        for form, section in (("application", "settings"), ("profile", "personal_basics")):
            answer = edit_form(shipped(), form, AddField(section, "remark_more", values))
            assert isinstance(answer, Changed)
            assert problems_of(shipped(), answer) == []


@pytest.mark.req("FORM-13", "VER-02")
class TestCodes:
    def test_a_value_is_added(self):
        assert in_codes(AddCode("3", "高级", after="2")) == ['+  "3": {title: 高级}']
        assert in_codes(AddCode("0", "无", {"help": "未定级"}, before="1")) == [
            '+  "0": {title: 无, help: 未定级}'
        ]

    def test_a_value_is_offered_no_more_and_again(self):
        assert in_codes(RetireCode("2")) == [
            '-  "2": {title: 中级}',
            '+  "2": {title: 中级, retired: true}',
        ]
        assert in_codes(RetireCode("old", retired=False)) == [
            "-  old: {title: 旧, retired: true}",
            "+  old: {title: 旧}",
        ]

    def test_the_caption_changes_and_the_code_stays(self):
        assert in_codes(SetCode("1", "title", "助理级")) == [
            '-  "1": {title: 初级}   # 员级',
            '+  "1": {title: 助理级}   # 员级',
        ]

    def test_values_change_places(self):
        answer = edit_codes(FILES, "levels", MoveCode("old", before="2"))

        assert answer.files["definitions/codes/levels.yaml"].split("\n")[3:6] == [
            '  "1": {title: 初级}   # 员级',
            "  old: {title: 旧, retired: true}",
            '  "2": {title: 中级}',
        ]

    @pytest.mark.parametrize(
        ("operation", "code"),
        [
            (AddCode("1", "x"), "edit_name_taken"),
            (AddCode("一", "x"), "edit_bad_code"),
            (AddCode("3", "x", after="9"), "edit_nothing_there"),
            (SetCode("9", "title", "x"), "edit_nothing_there"),
        ],
    )
    def test_what_cannot_be_is_refused(self, operation, code):
        with pytest.raises((Refused, NotFound), match=code):
            in_codes(operation)


class TestOutline:
    def test_it_shows_sections_fields_and_what_is_said_of_them(self):
        found = form_outline(FILES, "claim")

        assert (found.title, [one.path for one in found.fields]) == (
            "申领表",
            ["settings", "works", "borrowed"],
        )
        settings, works, borrowed = found.fields
        assert (settings.kind, settings.required, settings.title) == ("group", True, "设置")
        level = settings.fields[1]
        assert (level.path, level.kind, level.required) == ("settings.level", "choice", True)
        assert level.keys == {"title": "层级", "codes": "levels", "help": "请选择"}
        assert (level.lines.first, level.lines.last) == (13, 13)
        assert (works.kind, [one.path for one in works.fields]) == (
            "rows",
            ["works.name", "works.date"],
        )
        assert borrowed.borrowed_from == "profile"

    def test_every_shipped_form_has_one(self):
        for path in shipped():
            if path.startswith("forms/") and path.endswith(".yaml"):
                assert form_outline(shipped(), path[6:-5]).fields
