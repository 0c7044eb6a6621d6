"""The authors' manual tells of every key and every problem code, and of nothing else."""

import re
from pathlib import Path

import pytest

from engine.authoring.catalogue import CATALOGUE
from engine.content import bundled
from engine.definitions.manual import ELSEWHERE, all_tables, filled
from tests.definitions.support import loaded

MANUAL = (bundled() / "definitions" / "README.md").read_text("utf-8")


def test_the_tables_are_those_of_the_language():
    assert filled(MANUAL) == MANUAL, "run python -m engine.definitions.manual definitions/README.md"


@pytest.mark.parametrize("table", all_tables())
def test_every_table_is_in_the_manual(table):
    assert f"<!-- table: {table} -->" in MANUAL


def test_every_problem_code_is_in_the_manual():
    codes = [code for code in CATALOGUE if not code.startswith(ELSEWHERE)]

    assert not [code for code in codes if f"| {code} |" not in MANUAL]


def test_the_complete_example_has_no_problems():
    example = re.search(r"```yaml\n(process: north/example\n.*?)```", MANUAL, re.DOTALL)
    assert example is not None

    found = loaded(example=example[1])

    assert not found.problems


def test_the_shown_problem_is_what_is_printed():
    wrong = Path(__file__).parent.parent / "definitions" / "wrong" / "DEF201.txt"

    assert wrong.read_text("utf-8").split("\n\n")[0].strip() in MANUAL
