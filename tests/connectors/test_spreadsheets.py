import io
from datetime import UTC, date, datetime

import pytest
from python_calamine import CalamineWorkbook

from engine.connectors.spreadsheets import write_xlsx

COLUMNS = ["姓名", "年限", "日期"]
FORMULAS = ["=1+1", "+1", "-1", "@x", "\tx", "=cmd|'/c calc'!A1"]


def read_xlsx(written: bytes) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(written))
    return book.get_sheet_by_index(0).to_python()


def test_a_sheet_is_read_back_as_it_was_written():
    out = io.BytesIO()
    rows = [["张三", 5, date(2026, 3, 2)], ["李四", None, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)]]
    assert write_xlsx(out, "审核名单", COLUMNS, rows) == 2
    assert read_xlsx(out.getvalue()) == [
        COLUMNS,
        ["张三", 5.0, "2026-03-02"],
        ["李四", "", "2026-03-02 09:30"],
    ]


def test_an_identity_number_stays_a_text():
    out = io.BytesIO()
    write_xlsx(out, "x", ["n"], [["110105194912310021"]])
    assert read_xlsx(out.getvalue())[1] == ["110105194912310021"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_person_typed_never_becomes_a_formula(text: str):
    book = io.BytesIO()
    write_xlsx(book, "x", ["n"], [[text]])
    assert read_xlsx(book.getvalue())[1] == [text]


def test_numbers_and_truths_stay_what_they_are():
    book = io.BytesIO()
    write_xlsx(book, "x", ["n", "b"], [[-1.5, True]])
    assert read_xlsx(book.getvalue())[1] == [-1.5, True]


@pytest.mark.parametrize("title", ["a/b:c*?[]\\", "很" * 40, "''", ""])
def test_any_title_makes_a_sheet(title: str):
    out = io.BytesIO()
    write_xlsx(out, title, ["n"], [])
    assert read_xlsx(out.getvalue()) == [["n"]]


def test_a_cell_that_is_too_long_is_cut():
    out = io.BytesIO()
    write_xlsx(out, "x", ["n"], [["长" * 40_000]])
    assert len(str(read_xlsx(out.getvalue())[1][0])) == 32_767
