"""DMN files become rule tables that decide the same, or are refused with their line."""

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.cli.dmn import dmn
from engine.content import bundled
from engine.definitions.release import load
from engine.definitions.rules import bind_rule, parse_rule
from engine.definitions.rules.dmn import read_dmn
from engine.definitions.rules.dmn_writing import write_dmn
from tests.rules.support import read as read_table
from tests.rules.support import rule
from tests.rules.test_exact import rows
from tests.rules.test_exact import table as small

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


# -------------------------------------------------------------------- and back


def signature(table):
    """Return all that a table says, however it is written."""

    def lines(of):
        return [
            (
                {name: cell.tests for name, cell in line.cells.items()},
                {
                    name: out if isinstance(out, str) else line.written[name].text
                    for name, out in line.then.items()
                },
                line.note,
            )
            for line in of
        ]

    def columns(of):
        return [
            (
                one.name, one.title, one.type, one.values, one.codes, one.optional,
                [limit and limit.text for limit in (one.minimum, one.maximum)],
            )
            for one in of.values()
        ]  # fmt: skip

    # A last line that asks nothing says the same as one for the rest.
    otherwise = [table.otherwise] if table.otherwise is not None else []
    return (
        table.id, table.table.title, table.hit, table.table.missing, columns(table.inputs),
        columns(table.outputs), lines([*table.lines, *otherwise]),
    )  # fmt: skip


def there_and_back(table):
    problems = Problems()
    written = write_dmn([table], problems)
    assert [one.sentence() for one in problems] == []
    again = read_dmn(written.encode(), "again.dmn", problems)
    assert [one.sentence() for one in problems] == []
    return again[table.id]


FULL = """
rule: rules/years
title: "年限 & <其他>"
hit: unique
missing: 请填写  年限
inputs:
  degree: {title: 学位, codes: degrees, optional: true}
  mode: {title: 方式, values: [full time, "3..5", "-", "it's \\"so\\""]}
  years: {title: 年限, type: integer, minimum: 0, maximum: 60}
  score: {title: 分数, type: number}
  since: {title: 起, type: date, minimum: 2020-01-01}
  member: {title: 会员, type: boolean}
outputs:
  points: {title: 得分, type: number}
  until: {title: 止, type: date}
  say: {title: 说明, type: text}
  ok: {title: 可以, type: boolean}
rows:
  - {when: {degree: [doctor, master], years: ">= 3 && < 8", member: true},
     then: {points: years * 2 + (score - 1) / 4, until: 2030-12-31,
            say: "甲  \\"乙\\" \\\\ 丙", ok: true},
     note: 第三条  第二款}
  - {when: {degree: "!= doctor && != master", score: "> 0.125", since: "< 2021-06-30"},
     then: {points: 0.5, until: 2030-12-31, say: "", ok: false}}
  - {when: {degree: "== null", mode: ["'3..5'", "'-'", "it's \\"so\\""], score: [1, 2..3.5, "> 4"]},
     then: {points: -1, until: 2030-12-31, say: "true", ok: false}}
  - {when: {degree: doctor, mode: "!= null", years: 0..2, member: "!= true"},
     then: {points: 1, until: 2030-12-31, say: "12", ok: false}}
  - {then: {points: 0, until: 2029-01-01, say: 其余, ok: false}}
"""


def bound(text):
    """Read a table whatever may be said about its gaps and overlaps."""
    found, problems = read_table(text)
    assert found is not None, [one.sentence() for one in problems]
    return found


@pytest.mark.parametrize("hit", ["first", "collect"])
def test_a_table_that_was_exported_is_the_same_table_again(hit):
    text = FULL.replace("hit: unique", f"hit: {hit}")
    table = bound(text if hit == "first" else text[: text.rindex("  - {then:")])

    assert signature(bound(there_and_back(table))) == signature(table)


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from(["first", "unique", "collect"]), st.booleans())
def test_any_small_table_comes_back_the_same(cells, hit, rest):
    text = small(cells, hit)
    if rest and hit != "collect":
        text += "  - {then: rest}\n"
    found, _ = read_table(text)
    if found is None:
        return  # rows that overlap, or never hold: no table at all
    again, _ = read_table(there_and_back(found))

    assert again is not None
    assert signature(again) == signature(found)


def test_the_shipped_tables_come_back_the_same():
    loaded = load(bundled())
    assert loaded.release is not None
    for table in loaded.release.rules.values():
        problems = Problems()
        text = there_and_back(table)
        node = read_yaml(text, "again.yaml", problems)
        again = parse_rule(node, table.id.partition("/")[2], problems)
        same = bind_rule(again, loaded.release.codes, problems)
        assert signature(same) == signature(table)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{when: {years: 1}, then: years > 3}", "“years > 3”不是常量，也不是输入的四则运算"),
        ('{when: {years: "> 1 && != 5"}, then: true}', "DMN 的格子只能写一个比较、一个区间"),
        ('{when: {years: ["!= 3", 3]}, then: true}', "DMN 的格子只能写一个比较、一个区间"),
    ],
)
def test_what_other_tools_would_read_differently_is_refused(row, said):
    text = (
        "rule: rules/years\ntitle: x\ninputs: {years: {type: integer}}\n"
        f"outputs: {{o: {{type: boolean}}}}\nrows:\n  - {row}\n  - {{then: false}}\n"
    )
    problems = Problems()

    write_dmn([bound(text)], problems)

    (problem,) = problems
    assert problem.code == "RUL141"
    assert problem.at.line == 6
    assert said in problem.sentence()


def test_the_command_exports_what_it_can_import_again(tmp_path):
    file, out = tmp_path / "all.dmn", tmp_path / "rules"

    done = CliRunner().invoke(dmn, ["export", "--out", str(file)])
    again = CliRunner().invoke(dmn, ["import", str(file), "--out", str(out)])

    assert (done.exit_code, again.exit_code) == (0, 0), done.output + again.output
    assert (out / "ordinary-conditions.yaml").exists()
    unknown = CliRunner().invoke(dmn, ["export", "rules/none"])
    assert "没有规则表" in unknown.output
