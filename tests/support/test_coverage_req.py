from pathlib import Path
from textwrap import dedent

import pytest

from tests.support.coverage_req import main, marks, report, requirements

KNOWN = {"AAA-01": "It starts.", "AAA-02": "It stops.", "BBB-01": "It lasts."}


def a_test_file(folder: Path, text: str) -> Path:
    file = folder / "test_example.py"
    file.write_text(dedent(text), encoding="utf-8")
    return file


def test_marks_are_found_on_a_module_a_class_a_test_and_a_parameter(tmp_path):
    a_test_file(
        tmp_path,
        """
        pytestmark = pytest.mark.req("AAA-01")

        @pytest.mark.req("AAA-02", "AAA-03")
        class TestIt:
            @pytest.mark.req("AAA-04")
            def test_one(self): ...

        @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.req("AAA-05"))])
        def test_two(x): ...
        """,
    )

    found = [mark.requirement for mark in marks(tmp_path)]

    assert sorted(found) == ["AAA-01", "AAA-02", "AAA-03", "AAA-04", "AAA-05"]


def test_a_mark_tells_its_file_and_line(tmp_path):
    file = a_test_file(tmp_path, '@pytest.mark.req("AAA-01")\ndef test_one(): ...\n')

    assert marks(tmp_path) == [("AAA-01", file, 1)]


def test_a_mark_that_is_not_literal_is_given_as_its_source(tmp_path):
    a_test_file(tmp_path, "pytestmark = pytest.mark.req(SOME_ID)")

    assert [mark.requirement for mark in marks(tmp_path)] == ["SOME_ID"]


def test_the_report_counts_each_group_and_lists_what_waits():
    assert report(KNOWN, ["AAA-02", "AAA-02", "BBB-01"]) == dedent(
        """\
        Named by a test:
        AAA     1 of   2
        BBB     1 of   1
        all     2 of   3

        Waiting: 1
        AAA-01  It starts."""
    )


def test_the_report_can_be_about_some_groups():
    assert report(KNOWN, [], ["BBB"]) == dedent(
        """\
        Named by a test:
        BBB     0 of   1
        all     0 of   1

        Waiting: 1
        BBB-01  It lasts."""
    )


def test_the_command_refuses_a_group_that_does_not_exist(capsys):
    with pytest.raises(SystemExit):
        main(["--group", "ENG,NOPE"])

    assert "no such group: NOPE; there are ACC, APP, " in capsys.readouterr().err


def test_every_requirement_of_the_catalogue_is_there_once():
    known = requirements()

    assert len(known) == 417
    assert all(sentence.strip() == sentence != "" for sentence in known.values())
