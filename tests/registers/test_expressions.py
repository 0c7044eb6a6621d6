"""Mistakes in the expressions of registers and lists are said like all others."""

from textwrap import dedent

import pytest

from engine.authoring import render
from engine.definitions import release as releases
from tests.support.office import FILES


def said(path: str, old: str, new: str) -> str:
    """What an author reads after one change in the town hall's content."""
    texts = {name: dedent(text).lstrip() for name, text in FILES.items()}
    assert old in texts[path]
    texts[path] = texts[path].replace(old, new)
    loaded = releases.load(texts)
    return render(loaded.problems, loaded.sources)


ORGANISATIONS = "definitions/registers/organisations.yaml"
EVERYTHING = "definitions/lists/town/everything.yaml"


def test_a_computed_field_names_the_nearest_field():
    assert said(ORGANISATIONS, "it.staff > 100", "it.staf > 100") == dedent("""\
        definitions/registers/organisations.yaml:8:26: DEF403 "it" 没有字段 "staf"。
          8 | computed: {is_large: "it.staf > 100"}
            |                          ^^^^
          是否想写 "staff"？可用：address、credit_code、id、kind、name、staff、state、superior。
        """)


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        (ORGANISATIONS, "it.staff > 100", "it.superior.staff > 100", "REG120"),
        (ORGANISATIONS, "it.staff > 100", "today > '2026-01-01'", "REG120"),
        (ORGANISATIONS, "it.staff > 100", "it.staff > 'many'", "DEF405"),
        ("definitions/registers/keys.yaml", "holder: actor", "holder: today", "DEF404"),
        ("definitions/registers/keys.yaml", "input.reason", "input.reson", "DEF403"),
        (EVERYTHING, "it.data.amount > 10", "it.data.plans == 'x'", "DEF4"),
        (EVERYTHING, "it.data.amount > 10", "it.status == initiator", "DEF4"),
    ],
)
def test_an_expression_is_checked_where_it_stands(path: str, old: str, new: str, code: str):
    text = said(path, old, new)

    assert text.startswith(f"{path}:")
    assert f" {code}" in text
    assert new.split()[0] in text


def test_what_lies_behind_an_indexed_reference_may_be_searched():
    assert said(EVERYTHING, "it.data.amount > 10", "it.data.unit == here") == ""
    units = "definitions/lists/town/staffed.yaml"
    assert said(units, "it.staff >= 30", "it.superior.kind == 'office'") == ""


CONNECTOR = """
connector: ledger
title: 台账
form: request
result: request
address: ledger_url
pending: answer.subjct == null
"""


def test_when_there_is_no_answer_yet_and_when_the_system_acts_are_checked_too():
    texts = {name: dedent(text).lstrip() for name, text in FILES.items()}
    texts["definitions/connectors/ledger.yaml"] = CONNECTOR.lstrip()
    actions = "actions:\n  ask: {title: 询问, automatic: it.staf > 3}\n"
    assert "actions:\n" in texts[ORGANISATIONS]
    texts[ORGANISATIONS] = texts[ORGANISATIONS].replace("actions:\n", actions)
    loaded = releases.load(texts)
    answer, record = loaded.problems

    assert (answer.code, answer.at.file, answer.at.line) == (
        "DEF403", "definitions/connectors/ledger.yaml", 6,
    )  # fmt: skip
    assert (record.code, record.at.file) == ("DEF403", ORGANISATIONS)
    text = render(loaded.problems, loaded.sources)
    assert '是否想写 "subject"？' in text
    assert '是否想写 "staff"？' in text
