"""The authors' manual tells of every key and every problem code, and of nothing else."""

import re
from pathlib import Path

import pytest

from engine.authoring import render
from engine.authoring.catalogue import CATALOGUE
from engine.bootstrap import samples_of
from engine.content import below, bundled, read_files
from engine.definitions.listing import RELATIONS
from engine.definitions.manual import ELSEWHERE, all_tables, filled
from engine.definitions.placeholders import ROOTS
from engine.definitions.process import VERBS
from engine.definitions.release import load

MANUAL = (bundled() / "definitions" / "README.md").read_text("utf-8")


def test_the_tables_are_those_of_the_language():
    assert filled(MANUAL) == MANUAL, "run python -m engine.definitions.manual definitions/README.md"


@pytest.mark.parametrize("table", all_tables())
def test_every_table_is_in_the_manual(table):
    assert f"<!-- table: {table} -->" in MANUAL


def test_every_problem_code_is_in_the_manual():
    codes = [code for code in CATALOGUE if not code.startswith(ELSEWHERE)]

    assert not [code for code in codes if f"| {code} |" not in MANUAL]


#: files of the examples, by path
EXAMPLE = {
    path: text.encode()
    for path, text in re.findall(r"```\w+\n(?:#|//) (\S+\.\w+)\n(.*?)```", MANUAL, re.DOTALL)
}
PIECES = re.findall(r"```yaml\n(?!# \S+\.yaml\n)(.*?)```", MANUAL, re.DOTALL)


def test_the_files_of_the_examples_are_content_without_problems():
    loaded = load(below(EXAMPLE))

    assert render(loaded.problems, loaded.sources) == ""


def test_the_samples_of_the_examples_come_out_as_written():
    release = load(below(EXAMPLE)).release
    assert release is not None
    samples = samples_of(EXAMPLE, release)

    results = list(samples.run(samples.samples))

    assert len(results) == 6
    assert not samples.problems
    assert [(one.sample.file, one.differences, one.error) for one in results if not one.ok] == []


def test_there_is_an_example_of_every_kind_of_file():
    folders = {path.split("/")[1] for path in EXAMPLE if path.startswith("definitions/")}
    told = re.findall(r"^\| `(\w+)/", MANUAL, re.MULTILINE)

    assert set(told) - folders == {"labels"}


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_without_a_path_is_shipped(piece):
    shipped = [text.decode() for text in read_files(bundled()).values()]

    assert any(piece in text or piece.strip() in text for text in shipped)


@pytest.mark.parametrize("name", [*VERBS, *ROOTS, *RELATIONS])
def test_the_words_that_need_words_have_them(name):
    assert f"\n| `{name}` | " in MANUAL


def test_the_shown_problem_is_what_is_printed():
    wrong = Path(__file__).parent.parent / "definitions" / "wrong" / "DEF201.txt"

    assert wrong.read_text("utf-8").split("\n\n")[0].strip() in MANUAL
