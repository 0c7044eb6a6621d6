import io
import re
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from engine.connectors.documents import CannotPrint, TypstPrinter, qr_svg
from engine.connectors.fonts import characters_of, missing_characters

AT = datetime(2026, 3, 2, tzinfo=UTC)
TEMPLATE = """
#let data = json("data.json")
#set text(font: "Noto Serif SC", lang: "zh")
姓名：#data.name
#image("code.svg", width: 20mm)
"""


def test_the_data_is_printed_as_it_is(printer: TypstPrinter):
    name = '张三 #panic("x") *b* ]'
    pdf = printer.print(TEMPLATE, {"name": name}, {"code.svg": qr_svg("x")}, AT)
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert re.sub(r"\s", "", name) in re.sub(r"\s", "", text)


def test_the_same_document_is_the_same_bytes(printer: TypstPrinter):
    files = {"code.svg": qr_svg("x")}
    once = printer.print(TEMPLATE, {"name": "张三"}, files, AT)
    assert printer.print(TEMPLATE, {"name": "张三"}, files, AT) == once


def test_the_font_is_in_the_file(printer: TypstPrinter):
    pdf = printer.print(TEMPLATE, {"name": "张三"}, {"code.svg": qr_svg("x")}, AT)
    assert b"NotoSerifSC" in pdf


def test_a_preview_is_a_picture_of_each_page(printer: TypstPrinter):
    pages = printer.preview("一 #pagebreak() 二", {}, {}, AT)
    assert [page[:8] for page in pages] == [b"\x89PNG\r\n\x1a\n"] * 2


def test_a_name_that_no_font_can_print_stops_the_document(printer: TypstPrinter):
    with pytest.raises(CannotPrint) as refused:
        printer.print(TEMPLATE, {"rows": [{"name": "𠮷田"}]}, {"code.svg": qr_svg("x")}, AT)
    assert refused.value.code == "missing_characters"
    assert refused.value.params == {"characters": "𠮷"}


def test_rare_characters_that_the_fonts_have_are_printed():
    assert missing_characters(["㛃䶮𬭎𫖮", "Zoë\n"]) == []


def test_a_file_that_is_no_font_is_refused():
    with pytest.raises(ValueError, match="no character map"):
        characters_of(b"OTTO" + bytes(8))


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("#nothing", "broken_template"),
        ("#let f(x) = f(x)\n#f(1)", "broken_template"),
        ("#while true {}", "broken_template"),
        ('#read("/etc/passwd")', "broken_template"),
        ('#read("../../etc/passwd")', "broken_template"),
        ("#range(2000000000).len()", "broken_template"),
        ('#import "@preview/cetz:0.1.0"', "foreign_template"),
        ('#import ("@" + "preview/cetz:0.1.0")', "foreign_template"),
        ("#import/**/(x)", "foreign_template"),
    ],
)
def test_a_template_that_may_not_or_cannot_is_refused_and_the_next_is_printed(
    printer: TypstPrinter, template: str, code: str
):
    with pytest.raises(CannotPrint) as refused:
        printer.print(template, {}, {}, AT)
    assert refused.value.code == code
    assert printer.print("好", {}, {}, AT).startswith(b"%PDF")


def test_a_template_that_takes_too_long_is_ended():
    hurried = TypstPrinter(seconds=1)
    endless = "#let n = 0\n" + "#for a in range(9999) { for b in range(9999) { n += 1 } }\n" * 9
    with pytest.raises(CannotPrint, match="too much time"):
        hurried.print(endless, {}, {}, AT)
    hurried.close()


def test_a_file_is_never_written_beside_the_folder(printer: TypstPrinter):
    with pytest.raises(CannotPrint, match="has a path"):
        printer.print("x", {}, {"../x.svg": b""}, AT)


def test_a_word_that_looks_like_an_import_in_a_comment_is_no_import(printer: TypstPrinter):
    assert printer.print("// import of goods\n好", {}, {}, AT).startswith(b"%PDF")


def test_a_qr_code_is_a_drawing():
    assert qr_svg("http://localhost/verify/X").startswith(b"<?xml")
