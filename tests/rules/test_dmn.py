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
        ('hitPolicy="FIRST"', 'hitPolicy="PRIORITY"', "4 不能导入：输出没有列出取值，没有先后"),
        ('hitPolicy="FIRST"', 'hitPolicy="COLLECT" aggregation="MEDIAN"',
         "4 不能导入：不支持命中方式 COLLECT MEDIAN"),
        ("<text>degree</text>", "<text>workYears</text>", "4 不能导入：有两列都叫“work_years”"),
        ('typeRef="integer"', 'typeRef="time"', "9 不能导入：不支持类型“time”"),
        ("<text>7</text>", "<text>modulo(?, 2) = 0</text>",
         "24 不能导入：不支持“modulo(?, 2) = 0”这种写法"),
        ("workYears * 2", "sum(workYears)", "21 不能导入：不支持表达式“sum(workYears)”"),
        ("workYears * 2", "bonus(workYears)", "21 不能导入：不支持表达式“bonus(workYears)”"),
        ("workYears * 2", "workYears + pay", "21 不能导入：表达式用到“pay”，它不是输入"),
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


@pytest.mark.parametrize(
    ("test", "holds", "fails"),
    [
        ("? &gt; 3", (4, 9), (3, None)),
        ("= 3", (3,), (4,)),
        ("!= 3", (4,), (3,)),
        ("? in [3..5)", (3, 4), (2, 5)),
        ("]3..5[", (4,), (3, 5)),
        ("not(&lt; 5)", (5, 6), (4,)),
        ("not([3..5])", (2, 6), (3, 5)),
        ("not(1, [3..5], &gt; 8)", (0, 2, 7), (1, 4, 9)),
        ("-2, null", (-2, None), (2,)),
    ],
)
def test_the_tests_of_other_tools_hold_for_the_same_values(test, holds, fails):
    table = HEAD + (
        '<decision id="years"><decisionTable hitPolicy="FIRST"><input><inputExpression '
        'typeRef="number"><text>n</text></inputExpression></input><output name="o" '
        f'typeRef="boolean"/><rule><inputEntry><text>{test}</text></inputEntry><outputEntry>'
        "<text>true</text></outputEntry></rule><rule><inputEntry><text>-</text></inputEntry>"
        "<outputEntry><text>false</text></outputEntry></rule></decisionTable></decision>"
        "</definitions>"
    )
    found, problems = read(table)
    assert problems == []
    decided = rule(found["rules/years"])

    assert [decided.decide({"n": one}).value for one in holds] == [True] * len(holds)
    assert [decided.decide({"n": one}).value for one in fails] == [False] * len(fails)


POINTS = (
    HEAD
    + """<itemDefinition name="tDegree"><typeRef>string</typeRef>
  <allowedValues><text>"doctor","master"</text></allowedValues></itemDefinition>
<decision id="years" name="积分"><decisionTable hitPolicy="%s">
  <input><inputExpression typeRef="tDegree"><text>Highest Degree</text></inputExpression></input>
  <input><inputExpression typeRef="number"><text>person.papers</text></inputExpression></input>
  <input><inputExpression typeRef="boolean"><text>获奖</text></inputExpression></input>
  <output name="points" typeRef="number"><outputValues><text>8, 3, 5</text></outputValues></output>
  <rule><inputEntry><text>"doctor"</text></inputEntry><inputEntry><text>-</text></inputEntry>
    <inputEntry><text>-</text></inputEntry><outputEntry><text>5</text></outputEntry></rule>
  <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>&gt;= 2</text></inputEntry>
    <inputEntry><text>-</text></inputEntry><outputEntry><text>3</text></outputEntry></rule>
  <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
    <inputEntry><text>true</text></inputEntry><outputEntry><text>8</text></outputEntry></rule>
</decisionTable></decision></definitions>
"""
)


@pytest.mark.parametrize(
    ("policy", "all_three", "two", "none"),
    [
        ('COLLECT" aggregation="SUM', 16, 8, None),
        ('COLLECT" aggregation="MIN', 3, 3, None),
        ('COLLECT" aggregation="MAX', 8, 5, None),
        ('COLLECT" aggregation="COUNT', 3, 2, 0),
        ("RULE ORDER", [5, 3, 8], [5, 3], []),
        # in the order in which the values of the output are listed
        ("OUTPUT ORDER", [8, 3, 5], [3, 5], []),
        ("PRIORITY", 8, 3, None),
    ],
)
def test_every_hit_policy_means_what_it_does_there(policy, all_three, two, none):
    found, problems = read(POINTS % policy)
    assert problems == []
    text = found["rules/years"]
    rest = '  - {when: {highest_degree: master, person_papers: "< 2"}, then: 0}\n'
    table = bound(text + rest if policy == "PRIORITY" else text)
    values = {"highest_degree": "doctor", "person_papers": 2, "input_3": True}

    assert table.inputs["highest_degree"].values == ("doctor", "master")
    assert table.inputs["input_3"].title == "获奖"
    assert table.decide(values).value == all_three
    assert table.decide({**values, "input_3": False}).value == two
    nobody = {"highest_degree": "master", "person_papers": 0}
    if policy != "PRIORITY":
        assert table.decide(nobody).value == none


REQUIRED = (
    HEAD
    + """<inputData id="i" name="pay"><variable name="Base pay" typeRef="number"/></inputData>
<decision id="isSenior" name="senior"><variable name="senior" typeRef="boolean"/>
  <informationRequirement><requiredInput href="#i"/></informationRequirement>
  <literalExpression><text>Base pay &gt;= 100 and not(Base pay = 500)</text>
  </literalExpression></decision>
<decision id="years" name="bonus"><variable name="bonus" typeRef="number"/>
  <informationRequirement><requiredDecision href="#isSenior"/></informationRequirement>
  <informationRequirement><requiredInput href="#i"/></informationRequirement>
  <literalExpression><text>if senior then Base pay * 2 else Base pay / 10</text></literalExpression>
</decision></definitions>
"""
)


def test_decisions_that_require_each_other_are_tables_that_facts_join():
    found, problems = read(REQUIRED)
    assert problems == []
    senior = rule(found["rules/is-senior"].replace("rules/is-senior", "rules/years"))
    bonus = rule(found["rules/years"])

    assert "# rules/is-senior ← senior" in found["rules/years"]
    for pay, answer in ((100, 200), (500, 50), (50, 5)):
        is_senior = senior.decide({"base_pay": pay}).value
        assert bonus.decide({"senior": is_senior, "base_pay": pay}).value == answer


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("#isSenior", "#gone", "9 不能导入：没有这个决策"),
        ("<literalExpression><text>if", "<relation/><literal><text>if",
         "11 不能导入：只接受决策表和表达式，不接受 relation；固定的对照表请写成代码表或登记册"),
        ("if senior then", "if elder then", "11 不能导入：表达式用到“elder”，它不是输入"),
    ],
)  # fmt: skip
def test_what_a_required_decision_lacks_is_said_with_its_line(old, new, said):
    text = REQUIRED.replace(old, new)
    text = text.replace("/ 10</text></literalExpression>", "/ 10</text></literal>") if (
        "<literal>" in text) else text  # fmt: skip

    found, problems = read(text)

    assert problems == [said]
    assert list(found) == ["rules/is-senior"]


KNOWLEDGE = (
    HEAD
    + """<inputData id="a" name="Pay"><variable name="Pay" typeRef="number"/></inputData>
<inputData id="b" name="Years"><variable name="Years" typeRef="number"/></inputData>
<businessKnowledgeModel id="k1" name="Per year"><encapsulatedLogic>
  <formalParameter name="amount" typeRef="number"/><formalParameter name="by" typeRef="number"/>
  <literalExpression><text>amount / by + 1</text></literalExpression>
</encapsulatedLogic></businessKnowledgeModel>
<businessKnowledgeModel id="k2" name="Level"><encapsulatedLogic>
  <formalParameter name="length" typeRef="number"/>
  <decisionTable hitPolicy="FIRST"><input><inputExpression><text>length</text></inputExpression>
    </input><output name="level" typeRef="number"/>
    <rule><inputEntry><text>&gt;= 10</text></inputEntry><outputEntry><text>length * 2</text>
      </outputEntry></rule>
    <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
  </decisionTable></encapsulatedLogic></businessKnowledgeModel>
<decision id="years"><variable name="answer" typeRef="number"/>
  <informationRequirement><requiredInput href="#a"/></informationRequirement>
  <informationRequirement><requiredInput href="#b"/></informationRequirement>
  %s
</decision></definitions>
"""
)
INVOKED = (
    "<invocation><literalExpression><text>%s</text></literalExpression><binding>"
    '<parameter name="%s"/><literalExpression><text>%s</text></literalExpression></binding>'
    "</invocation>"
)
ENTRY = "<contextEntry>%s<literalExpression><text>%s</text></literalExpression></contextEntry>"


@pytest.mark.parametrize(
    ("logic", "answer"),
    [
        # parameters are filled in whole, models call each other
        ("<literalExpression><text>Per year(Pay + 20, Years) * 2</text></literalExpression>", 50),
        ("<literalExpression><text>Per year(Per year(Pay, 5), Years - 4)</text>"
         "</literalExpression>", 22),
        ("<context>" + ENTRY % ('<variable name="base"/>', "Pay + Years")
         + ENTRY % ('<variable name="twice"/>', "base * 2") + ENTRY % ("", "twice - base")
         + "</context>", 105),
        (INVOKED % ("Level", "length", "Years"), 1),
        (INVOKED % ("Level", "length", "Pay"), 200),
        ("<literalExpression><text>Level( Pay )</text></literalExpression>", 200),
    ],
)  # fmt: skip
def test_knowledge_that_is_called_stands_where_it_is_called(logic, answer):
    found, problems = read(KNOWLEDGE % logic)
    assert problems == []

    assert rule(found["rules/years"]).decide({"pay": 100, "years": 5}).value == answer


def test_a_context_without_a_result_has_an_output_for_each_part():
    parts = ENTRY % ('<variable name="total" typeRef="number"/>', "Pay * Years")
    parts += ENTRY % ('<variable name="much" typeRef="boolean"/>', "total &gt; 400")
    found, problems = read(KNOWLEDGE % f"<context>{parts}</context>")
    assert problems == []

    decided = rule(found["rules/years"]).decide({"pay": 100, "years": 5})
    assert decided.value == {"total": 500, "much": True}


@pytest.mark.parametrize(
    ("logic", "said"),
    [
        ("<literalExpression><text>Per year(Pay)</text></literalExpression>",
         "给的不是它要的参数"),
        (INVOKED % ("Nothing", "length", "Pay"), "没有业务知识模型“Nothing”"),
        ("<literalExpression><text>Per year(by, Pay)</text></literalExpression>",
         "表达式用到“by”，它不是输入"),
    ],
)  # fmt: skip
def test_knowledge_that_is_called_in_another_way_is_refused(logic, said):
    found, problems = read(KNOWLEDGE % logic)

    assert found == {}
    assert len(problems) == 1
    assert said in problems[0]


@pytest.mark.parametrize(
    ("logic", "remarks", "answer"),
    [
        ("<literalExpression><text>Level(Pay) * Years + Level(Pay) + Level(Years)</text>"
         "</literalExpression>",
         ["# rules/level (length: pay) ← level", "# rules/level (length: years) ← level_2"], 1201),
        (INVOKED % ("Level", "length", "Pay + 1"), ["# rules/level (length: (pay + 1)) ← level"],
         200),
    ],
)  # fmt: skip
def test_a_table_called_inside_an_expression_is_asked_before(logic, remarks, answer):
    found, problems = read(KNOWLEDGE % logic)
    assert problems == []

    written = [line for line in found["rules/years"].splitlines() if line.startswith("#")]
    assert written == remarks
    level = rule(found["rules/level"].replace("rules/level", "rules/years"))
    asked = {"level": level.decide({"length": 100}).value, "pay": 100, "years": 5}
    asked["level_2"] = level.decide({"length": 5}).value
    table = rule(found["rules/years"])
    assert table.decide({name: asked[name] for name in table.table.inputs}).value == answer


RECORD = (
    HEAD
    + """<itemDefinition name="tLoan">
  <itemComponent name="sum"><typeRef>number</typeRef></itemComponent>
  <itemComponent name="Monthly fee"><typeRef>tFee</typeRef></itemComponent>
  <itemComponent name="unused"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="of"><itemComponent name="grade"><typeRef>string</typeRef></itemComponent>
  </itemComponent></itemDefinition>
<itemDefinition name="tFee"><typeRef>number</typeRef></itemDefinition>
<inputData id="a" name="Loan"><variable name="Loan" typeRef="tLoan"/></inputData>
<inputData id="b" name="x"><variable name="Pre-check A/B?" typeRef="boolean"/></inputData>
<businessKnowledgeModel id="k1" name="Cost"><encapsulatedLogic>
  <formalParameter name="one" typeRef="tLoan"/>
  <literalExpression><text>one.sum + one.Monthly fee * 12</text></literalExpression>
</encapsulatedLogic></businessKnowledgeModel>
<decision id="years"><variable name="answer" typeRef="%s"/>
  <informationRequirement><requiredInput href="#a"/></informationRequirement>
  <informationRequirement><requiredInput href="#b"/></informationRequirement>
  <literalExpression><text>%s</text></literalExpression>
</decision></definitions>
"""
)
LOAN = {"loan_sum": 100, "loan_monthly_fee": 5, "loan_of_grade": "A", "pre_check_a_b": True}


@pytest.mark.parametrize(
    ("type_", "text", "answer", "inputs"),
    [
        ("number", "Loan.sum / Loan.Monthly fee", 20, {"loan_sum", "loan_monthly_fee"}),
        ("number", "if Pre-check A/B? then Cost(Loan) else 0", 160,
         {"loan_sum", "loan_monthly_fee"}),
        ("boolean", 'Loan.of.grade in ("A", "B") and min(Loan.sum, 7, 9) = 7', True,
         {"loan_sum", "loan_of_grade"}),
    ],
)  # fmt: skip
def test_the_fields_of_a_record_are_inputs(type_, text, answer, inputs):
    found, problems = read(RECORD % (type_, text))
    assert problems == []
    table = rule(found["rules/years"])

    assert set(table.table.inputs) == {*inputs, "pre_check_a_b"}
    assert table.decide({name: LOAN[name] for name in table.table.inputs}).value == answer


def test_a_record_as_a_whole_is_no_value():
    found, problems = read(RECORD % ("boolean", "Loan = null"))

    assert found == {}
    assert "只能用它的各栏" in problems[0]


CHOICE = (
    'if Loan.sum &gt; 500 and Loan.of.grade = "A" then "good" else if not(Pre-check A/B?) '
    'then "no" else if Loan.sum &lt;= 50 and Loan.sum != 7 then "small" else "it\'s fair"'
)


@pytest.mark.parametrize(
    ("loan", "grade", "checked", "answer"),
    [(501, "A", False, "good"), (501, "B", False, "no"), (500, "A", True, "it's fair"),
     (50, "A", True, "small"), (7, "A", True, "it's fair")],
)  # fmt: skip
def test_a_text_that_is_chosen_becomes_rows(loan, grade, checked, answer):
    found, problems = read(RECORD % ("string", CHOICE))
    assert problems == []

    given = {"loan_sum": loan, "loan_of_grade": grade, "pre_check_a_b": checked}
    assert rule(found["rules/years"]).decide(given).value == answer


@pytest.mark.parametrize(
    ("asked", "cell", "remark"),
    [
        ("count(children)", "&gt; 2", "# count_children ← size(children)"),
        (
            "sum(for x in items return x.price * x.count)",
            "[10..20]",
            "# sum_for_x_in_items ← sum(items.map(x, x.price * x.count))",
        ),
        (
            "some x in marks satisfies x &lt; 60",
            "true",
            "# some_x_in_marks_satisfies ← marks.exists(x, x < 60)",
        ),
        ('list contains(roles, "head")', "false", "# list_contains_roles_head ← 'head' in roles"),
        (
            'since + duration("P30D")',
            '&lt; date("2026-01-01")',
            "# since_duration_p30_d ← days(since, 30)",
        ),
        ("substring(code, 1, 2)", '"AB"', "# substring_code_1_2 ← substring(code, 1, 2)"),
    ],
)
def test_what_an_input_computes_is_computed_before(asked, cell, remark):
    text = (
        HEAD + '<decision id="years"><decisionTable hitPolicy="FIRST"><input><inputExpression>'
        f"<text>{asked}</text></inputExpression></input>"
        f'<output name="n" typeRef="number"/><rule><inputEntry><text>{cell}</text></inputEntry>'
        "<outputEntry><text>1</text></outputEntry></rule><rule><inputEntry><text>-</text>"
        "</inputEntry><outputEntry><text>0</text></outputEntry></rule></decisionTable></decision>"
        "</definitions>"
    )
    found, problems = read(text)
    assert problems == []

    assert remark in found["rules/years"].splitlines()
    assert set(rule(found["rules/years"]).table.inputs) == {remark.split()[1]}


@pytest.mark.parametrize(
    ("cell", "taken"),
    [
        ('["A", "B"]', "AB"),
        ('in ["A", "C"]', "AC"),
        ('? in ("B", "C")', "BC"),
        ('list contains(["A"], ?)', "A"),
        ('not(["A", "B"])', "CD"),
        ('not(in ["D"])', "ABC"),
        ("[2..3]", (2, 3)),
        ("in (1..4)", (2, 3)),
        ("in [1, 4]", (1, 4)),
    ],
)
def test_a_list_in_a_cell_is_one_of_its_values(cell, taken):
    known = "ABCD" if isinstance(taken, str) else (1, 2, 3, 4)
    kind = "string" if isinstance(taken, str) else "number"
    text = (
        HEAD + '<decision id="years"><decisionTable hitPolicy="FIRST"><input><inputExpression '
        f'typeRef="{kind}"><text>level</text></inputExpression></input>'
        f'<output name="n" typeRef="number"/><rule><inputEntry><text>{cell}</text></inputEntry>'
        "<outputEntry><text>1</text></outputEntry></rule><rule><inputEntry><text>-</text>"
        "</inputEntry><outputEntry><text>0</text></outputEntry></rule></decisionTable></decision>"
        "</definitions>"
    )
    found, problems = read(text)
    assert problems == []
    decided = rule(found["rules/years"])

    assert [one for one in known if decided.decide({"level": one}).value == 1] == list(taken)


def test_a_model_that_calls_itself_is_refused():
    text = KNOWLEDGE.replace("amount / by + 1", "Per year(amount, by)")

    found, problems = read(
        text % "<literalExpression><text>Per year(Pay, Years)</text></literalExpression>"
    )

    assert found == {}
    assert "调用自己" in problems[0]


def test_parts_that_double_each_time_are_refused_at_once():
    parts = "".join(
        ENTRY % (f'<variable name="p{n}"/>', f"p{n - 1} + p{n - 1}" if n else "Pay + Pay")
        for n in range(60)
    )
    found, problems = read(KNOWLEDGE % f"<context>{parts}{ENTRY % ('', 'p59')}</context>")

    assert found == {}
    assert "太长" in problems[0]


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
    assert "输出没有列出取值，没有先后" in refused.output


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
@given(rows, st.sampled_from(["first", "unique", "any", "collect"]), st.booleans())
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
