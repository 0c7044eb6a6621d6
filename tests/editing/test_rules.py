"""Rule tables as a grid: each edit changes the lines it is about, and no others."""

import pytest

from engine.definitions.editing import (
    AddRow,
    Changed,
    MoveRow,
    RemoveRow,
    SetCell,
    SetNote,
    SetOutput,
    edit_rule,
    rule_outline,
)
from engine.domain.errors import NotFound, Refused
from tests.rules.support import YEARS, codes

PATH = "definitions/rules/years.yaml"
TEXT = (
    YEARS.replace("rows:\n", "rows:                       # 从高到低\n")
    + "  - {then: false}   # 其他\n"
)


def edited(*operations, text=TEXT):
    for operation in operations:
        answer = edit_rule({PATH: text}, "years", operation)
        assert isinstance(answer, Changed)
        text = answer.files.get(PATH, text)
    return text


def differences(after, before=TEXT):
    old, new = before.splitlines(), after.splitlines()
    return [f"-{one}" for one in old if one not in new] + [
        f"+{one}" for one in new if one not in old
    ]


@pytest.mark.parametrize(
    ("operation", "lines"),
    [
        (SetCell(1, "years", ">= 6"), [
            '-  - {when: {degree: master, years: ">= 5"}, then: true}',
            '+  - {when: {degree: master, years: ">= 6"}, then: true}',
        ]),
        (SetCell(2, "years", "4"), [
            "-  - {when: {degree: master, years: 0..4}, then: false}",
            "+  - {when: {degree: master, years: 4}, then: false}",
        ]),
        (SetCell(0, "degree", "doctor, master"), [
            "-  - {when: {degree: doctor}, then: true}",
            "+  - {when: {degree: [doctor, master]}, then: true}",
        ]),
        (SetCell(0, "years", "> 3"), [
            "-  - {when: {degree: doctor}, then: true}",
            '+  - {when: {degree: doctor, years: "> 3"}, then: true}',
        ]),
        (SetCell(1, "years", "-"), [
            '-  - {when: {degree: master, years: ">= 5"}, then: true}',
            "+  - {when: {degree: master}, then: true}",
        ]),
        (SetCell(0, "years", ""), []),
        (SetCell(0, "degree", "doctor"), []),
        (SetOutput(3, "enough", "years > 7"), [
            "-  - {when: {degree: bachelor}, then: years > 6}",
            "+  - {when: {degree: bachelor}, then: years > 7}",
        ]),
        (SetOutput(0, "enough", "false"), [
            "-  - {when: {degree: doctor}, then: true}",
            "+  - {when: {degree: doctor}, then: false}",
        ]),
        (SetNote(0, "第三条"), [
            "-  - {when: {degree: doctor}, then: true}",
            "+  - {when: {degree: doctor}, then: true, note: 第三条}",
        ]),
        (RemoveRow(0), ["-  - {when: {degree: doctor}, then: true}"]),
    ],
)  # fmt: skip
def test_an_edit_changes_its_line(operation, lines):
    assert differences(edited(operation)) == lines


def test_a_row_is_moved_with_its_line():
    rows = edited(MoveRow(0, 1)).splitlines()[9:11]

    assert [row[:30] for row in rows] == [TEXT.splitlines()[10][:30], TEXT.splitlines()[9][:30]]
    assert edited(MoveRow(0, 1), MoveRow(1, -1)) == TEXT


def test_a_new_row_is_written_like_the_one_before_it():
    text = edited(AddRow(1))

    assert text.count('{when: {degree: master, years: ">= 5"}, then: true}') == 2
    assert edited(AddRow(1), RemoveRow(2)) == TEXT


def test_a_row_added_behind_the_last_one_goes_before_it():
    rows = [line for line in edited(AddRow(4)).splitlines() if line.startswith("  - ")]

    assert rows[-2:] == ["  - {when: {}, then: false}", "  - {then: false}   # 其他"]


def test_an_emptied_table_gets_its_first_row():
    text = TEXT.split("rows:")[0] + "rows: []\n"

    assert "then: 0" in edited(AddRow(), text=text).split("rows:")[1]


@pytest.mark.parametrize("operation", [SetCell(9, "years", "5"), RemoveRow(5), MoveRow(0, -1)])
def test_a_row_that_is_not_there_is_refused(operation):
    with pytest.raises(NotFound):
        edited(operation)


def test_nothing_between_commas_is_refused():
    with pytest.raises(Refused, match="edit_bad_cell"):
        edited(SetCell(0, "degree", "doctor,,master"))


def test_a_quoted_comma_belongs_to_the_text():
    text = TEXT.replace("codes: degrees", "type: text")

    assert "degree: \"'a, b'\"" in edited(SetCell(0, "degree", "'a, b'"), text=text)


def test_the_grid_shows_cells_as_they_are_written_also_wrong_ones():
    text = edited(SetCell(0, "degree", "doctor, mastre"))
    found = rule_outline({PATH: text}, "years", codes())

    assert [column.name for column in (*found.inputs, *found.outputs)] == [
        "degree", "years", "enough",
    ]  # fmt: skip
    assert found.inputs[0].words == {"doctor": "博士", "master": "硕士", "bachelor": "学士"}
    assert found.rows[0].when["degree"].text == "doctor, mastre"
    assert found.rows[1].when["years"].text == ">= 5"
    assert found.rows[3].then["enough"].text == "years > 6"
    assert not found.rows[4].asks
    cell = found.rows[1].when["years"]
    assert cell.at is not None
    assert cell.holds(cell.at.line, cell.at.column)
    assert not cell.holds(cell.at.line, cell.at.column - 1)
