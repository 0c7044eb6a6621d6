"""DMN files become rule tables that decide the same, or are refused with their line."""

import pytest
from click.testing import CliRunner

from engine.authoring.problems import Problems
from engine.cli.dmn import dmn
from engine.definitions.rules.dmn import read_dmn
from tests.rules.support import rule

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
"""
TABLE = (
    HEAD
    + """  <decision id="yearsEnough" name="年限">
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="i1" label="学位">
          <inputExpression typeRef="string"><text>degree</text></inputExpression>
        <inputValues><text>"doctor","master","bachelor"</text></inputValues></input>
      <input id="i2">
        <inputExpression typeRef="integer"><text>workYears</text></inputExpression></input>
      <input id="i3"><inputExpression typeRef="date"><text>since</text></inputExpression></input>
      <output id="o1" name="points" typeRef="number"/>
      <output id="o2" name="say" typeRef="string"/>
      <rule id="r1"><description>第三条</description>
        <inputEntry><text>"doctor"</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <inputEntry><text></text></inputEntry>
        <outputEntry><text>10</text></outputEntry><outputEntry><text>"好"</text></outputEntry></rule>
      <rule id="r2">
        <inputEntry><text>not("doctor", "bachelor")</text></inputEntry>
        <inputEntry><text>[3..5), &gt;= 9</text></inputEntry>
        <inputEntry><text>&lt; date("2020-01-01")</text></inputEntry>
        <outputEntry><text>workYears * 2</text></outputEntry>
          <outputEntry><text>"a, b"</text></outputEntry></rule>
      <rule id="r3">
        <inputEntry><text>"bachelor","master"</text></inputEntry><inputEntry><text>7</text></inputEntry>
        <inputEntry><text>-</text></inputEntry>
        <outputEntry><text>1</text></outputEntry><outputEntry><text>"七"</text></outputEntry></rule>
      <rule id="r4">
        <inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <inputEntry><text>-</text></inputEntry>
        <outputEntry><text>0</text></outputEntry><outputEntry><text>""</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""
)
LITERAL = (
    HEAD
    + """  <inputData id="a" name="basePay"><variable name="basePay" typeRef="number"/></inputData>
  <inputData id="b" name="years"><variable name="years" typeRef="number"/></inputData>
  <decision id="bonus" name="奖金">
    <variable name="bonus" typeRef="number"/>
    <informationRequirement><requiredInput href="#a"/></informationRequirement>
    <informationRequirement><requiredInput href="#b"/></informationRequirement>
    <literalExpression><text>basePay * (1 + years / 10)</text></literalExpression>
  </decision>
</definitions>
"""
)


def read(text):
    problems = Problems()
    found = read_dmn(text.encode(), "x.dmn", problems)
    return found, [f"{one.at.line} {one.sentence()}" for one in problems.sorted()]


def test_a_decision_table_decides_the_same():
    found, problems = read(TABLE)
    assert problems == []
    table = rule(found["rules/years-enough"].replace("rules/years-enough", "rules/years"))

    def decide(degree, years, since):
        decided = table.decide({"degree": degree, "work_years": years, "since": since})
        return decided.rows, decided.value["points"], decided.value["say"]

    assert decide("doctor", 1, "2024-01-01") == ((1,), 10, "好")
    assert decide("master", 3, "2019-12-31") == ((2,), 6, "a, b")
    assert decide("master", 5, "2019-12-31") == ((4,), 0, "")
    assert decide("master", 9, "2019-12-31") == ((2,), 18, "a, b")
    assert decide("master", 9, "2020-01-01") == ((4,), 0, "")
    assert decide("bachelor", 7, "2024-01-01") == ((3,), 1, "七")


def test_a_literal_expression_is_a_table_of_one_row():
    found, problems = read(LITERAL)
    assert problems == []
    table = rule(found["rules/bonus"].replace("rules/bonus", "rules/years"))

    assert table.decide({"base_pay": 100, "years": 5}).value == 150


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('hitPolicy="FIRST"', 'hitPolicy="PRIORITY"', "4 不能导入：不支持命中方式 PRIORITY"),
        ('hitPolicy="FIRST"', 'hitPolicy="COLLECT" aggregation="SUM"',
         "4 不能导入：不支持命中方式 COLLECT SUM"),
        ("<text>degree</text>", "<text>person.degree</text>",
         "6 不能导入：“person.degree”不是一个名称；只接受单个英文名称"),
        ('typeRef="integer"', 'typeRef="time"', "9 不能导入：不支持类型“time”"),
        ("<text>7</text>", "<text>? > 3</text>",
         "24 不能导入：不支持“? > 3”这种写法"),
        ("workYears * 2", "sum(workYears)", "21 不能导入：表达式用到“sum”，它不是输入"),
        ("workYears * 2", "if x then 1", "21 不能导入：表达式用到“if”，它不是输入"),
        ("<decisionTable ", "<x/><context/><decisionTabl ", None),
        ('<?xml version="1.0" encoding="UTF-8"?>', '<!DOCTYPE x [<!ENTITY a "b">]>',
         "1 不能导入：不接受 DOCTYPE"),
        ("</definitions>", "", "34 不能导入：不是完整的 XML"),
        ("<definitions", "<process", None),
    ],
)  # fmt: skip
def test_what_cannot_be_written_the_same_is_refused_with_its_line(old, new, said):
    assert old in TABLE
    found, problems = read(TABLE.replace(old, new, 1))

    assert found == {}
    assert len(problems) == 1
    if said is not None:
        assert problems == [said]


def test_a_row_that_asks_nothing_always_counts_where_all_do():
    found, _ = read(TABLE.replace("FIRST", "COLLECT"))
    table = rule(found["rules/years-enough"].replace("rules/years-enough", "rules/years"))

    assert table.decide({"degree": "doctor", "work_years": 1}).rows == (1, 4)


def test_nesting_is_bounded():
    found, problems = read("<a>" * 2000 + "</a>" * 2000)

    assert found == {}
    assert problems == ["1 不能导入：嵌套太深"]


def test_the_command_writes_the_tables_and_says_their_gaps(tmp_path):
    file = tmp_path / "x.dmn"
    unique = TABLE.replace("FIRST", "UNIQUE")
    file.write_text(unique, "utf-8")
    out = tmp_path / "rules"

    done = CliRunner().invoke(dmn, ["import", str(file), "--out", str(out)])

    assert done.exit_code == 0
    assert (out / "years-enough.yaml").read_text("utf-8").startswith("rule: rules/years-enough\n")
    again = CliRunner().invoke(dmn, ["import", str(file), "--out", str(out)])
    assert again.exit_code == 2
    assert "已存在" in again.output
    file.write_text(TABLE.replace("FIRST", "PRIORITY"), "utf-8")
    refused = CliRunner().invoke(dmn, ["import", str(file)])
    assert refused.exit_code == 1
    assert "不支持命中方式 PRIORITY" in refused.output
