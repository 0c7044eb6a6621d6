"""Small contents with rule tables."""

from textwrap import dedent

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import read_files
from engine.definitions.codes import CodeList, parse_codes
from engine.definitions.release import Loaded, load
from engine.definitions.rules import Rule, bind_rule, parse_rule
from tests.definitions.support import CONTENT

DEGREES = """
codes: degrees
title: 学位
values: {doctor: {title: 博士}, master: {title: 硕士}, bachelor: {title: 学士}}
"""
YEARS = """
rule: rules/years
title: 年限
inputs:
  degree: {title: 学位, codes: degrees}
  years: {title: 年限, type: integer, minimum: 0}
outputs:
  enough: {title: 够, type: boolean}
rows:
  - {when: {degree: doctor}, then: true}
  - {when: {degree: master, years: ">= 5"}, then: true}
  - {when: {degree: master, years: 0..4}, then: false}
  - {when: {degree: bachelor}, then: years > 6}
"""


def codes() -> dict[str, CodeList]:
    """Return the code list of the tables here."""
    node = read_yaml(DEGREES, "definitions/codes/degrees.yaml", Problems())
    assert node is not None
    found = parse_codes(node, "degrees", Problems())
    assert found is not None
    return {"degrees": found}


def read(text: str) -> tuple[Rule | None, Problems]:
    """Read a table and make it ready."""
    problems = Problems()
    node = read_yaml(dedent(text), "definitions/rules/years.yaml", problems)
    table = parse_rule(node, "years", problems) if node is not None else None
    return (bind_rule(table, codes(), problems) if table is not None else None), problems


def rule(text: str) -> Rule:
    """Read a table without mistakes."""
    found, problems = read(text)
    assert [problem.sentence() for problem in problems] == []
    assert found is not None
    return found


def said(text: str, language: str = "zh") -> list[str]:
    """Return what is said about a table: line, column, code and sentence."""
    _, problems = read(text)
    return [
        f"{one.at.line}:{one.at.column} {one.code} {one.sentence(language)}"  # type: ignore[arg-type]
        for one in problems.sorted()
    ]


def with_process(process: str, **tables: str) -> Loaded:
    """Load the small content with rule tables and a process ``north/asks``."""
    files: dict[str, str | bytes] = dict(read_files(CONTENT))
    files["definitions/codes/degrees.yaml"] = DEGREES
    for name, text in tables.items():
        files[f"definitions/rules/{name}.yaml"] = dedent(text)
    files["definitions/processes/north/asks.yaml"] = dedent(process)
    return load(files)
