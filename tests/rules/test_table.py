"""What an author reads about a rule table, and what a table decides."""

import pytest

from engine.authoring.catalogue.rules import TABLE
from tests.rules.support import YEARS, read, rule, said, with_process

NUMBERS = """
rule: rules/years
title: 数
hit: {hit}
inputs:
  n: {{type: number}}
outputs:
  out: {{type: text}}
rows:
{rows}
"""


def numbers(*cells: str, hit: str = "first") -> str:
    rows = "\n".join(f'  - {{when: {{n: {cell}}}, then: "{cell[:1]}"}}' for cell in cells)
    return NUMBERS.format(hit=hit, rows=rows).replace('then: """', 'then: "x"')


POINTS = """
rule: rules/years
title: 积分
hit: {hit}
inputs:
  degree: {{title: 学位, codes: degrees, optional: true}}
  papers: {{title: 论文, type: integer}}
outputs:
  points: {{title: 分, type: {type}}}
rows:
  - {{when: {{degree: doctor}}, then: 5}}
  - {{when: {{papers: ">= 2"}}, then: papers * 1.5}}
  - {{when: {{papers: ">= 5"}}, then: 0.1}}
"""


class TestRowsPutTogether:
    """Points are a tally of conditions: each row that holds adds to it."""

    @pytest.mark.parametrize(
        ("hit", "both", "none"),
        [("sum", 14.1, None), ("min", 0.1, None), ("max", 9, None), ("count", 3, 0),
         ("collect", [5, 9, 0.1], [])],
    )  # fmt: skip
    def test_what_comes_out_of_the_rows_that_hold_is_put_together(self, hit, both, none):
        table = rule(POINTS.format(hit=hit, type="number"))

        assert table.decide({"degree": "doctor", "papers": 6}).value == both
        assert table.decide({"degree": "master", "papers": 0}).value == none

    def test_a_last_row_answers_for_nothing_to_add(self):
        table = rule(POINTS.format(hit="sum", type="number") + "  - {then: 0}\n")

        assert table.decide({"degree": "master", "papers": 0}).value == 0
        assert table.decide({"degree": "doctor", "papers": 0}).value == 5

    def test_only_numbers_are_put_together(self):
        text = POINTS.format(hit="sum", type="date")

        assert '9:11 RUL126 hit: sum 的输出是数字，"points" 不是' in said(text)

    def test_a_count_needs_no_row_for_the_rest(self):
        text = POINTS.format(hit="count", type="number") + "  - {then: 0}\n"

        assert [one.partition(" ")[2][:6] for one in said(text)] == ["RUL127"]


class TestGapsAndOverlaps:
    def test_a_table_that_answers_everything_once_is_without_problems(self):
        assert said(YEARS) == []

    def test_a_gap_is_shown_by_values_no_row_answers(self):
        assert said(YEARS.replace("0..4", "0..3")) == [
            "9:1 RUL120 没有一行适用于：degree = master（硕士），years = 4"
        ]

    def test_a_gap_is_said_in_english_too(self):
        assert said(YEARS.replace("0..4", "0..3"), "en") == [
            "9:1 RUL120 no row answers degree = master, years = 4"
        ]

    def test_a_last_row_without_conditions_closes_every_gap(self):
        assert said(YEARS.replace("0..4", "0..3") + "  - {then: false}\n") == []

    def test_two_rows_of_a_unique_table_may_not_answer_the_same(self):
        text = YEARS.replace("title: 年限\n", "title: 年限\nhit: unique\n", 1)

        assert said(text.replace("0..4", "0..5")) == [
            "13:5 RUL121 第 2 行和第 3 行都适用于：degree = master（硕士），years = 5"
        ]

    def test_the_last_row_of_a_unique_table_answers_only_the_rest(self):
        text = numbers('">= 5"', hit="unique") + '  - {then: "y"}\n'

        assert said(text) == []
        assert rule(text).decide({"n": 7}).rows == (1,)
        assert rule(text).decide({"n": 4}).rows == (2,)

    def test_rows_of_a_first_table_may_overlap_but_not_hide_one(self):
        assert said(numbers('"> 3"', '"<= 5"')) == []
        assert said(numbers('"> 3"', '"> 5"', '"<= 3"')) == [
            "11:5 RUL122 第 2 行永远轮不到：第 1 行已包含它的全部情况"
        ]

    def test_a_row_can_be_hidden_by_several_together(self):
        assert said(numbers('"> 3"', '"<= 3"', '"1..9"')) == [
            "12:5 RUL122 第 3 行永远轮不到：前面几行合起来已包含它的全部情况"
        ]

    def test_between_fractions_there_is_always_another(self):
        assert said(numbers('"<= 4"', '">= 5"')) == ["9:1 RUL120 没有一行适用于：n = 4.5"]
        assert said(numbers('"<= 4"', '">= 5"').replace("number", "integer")) == []

    def test_a_collecting_table_may_leave_gaps(self):
        assert said(numbers('"> 3"', '"> 5"', hit="collect")) == []

    def test_rows_that_say_the_same_may_hold_together(self):
        same = numbers('"> 3"', '"> 5"', '"<= 3"', hit="any")

        assert said(same) == []
        assert said(same.replace('{n: "> 5"}, then: "x"', '{n: "> 5"}, then: other')) == [
            "11:5 RUL123 第 1 行和第 2 行都适用于：n = 6，结果却不同"
        ]

    def test_gaps_and_overlaps_are_shown_for_every_type_of_input(self):
        head = "rule: rules/years\ntitle: x\nhit: unique\ninputs: {i: {%s}}\n"
        rest = (
            "outputs: {o: {type: text}}\nrows: [{when: {i: %s}, then: a}, {when: {i: %s}, then: b}]"
        )
        tables = {
            ("type: date", '"<= 2026-01-31"', '">= 2026-01-31"'): "RUL121 i = 2026-01-31",
            ("type: date", '"< 2026-01-31"', '"> 2026-01-31"'): "RUL120 i = 2026-01-31",
            ("type: boolean", "true", '"!= true"'): "",
            # nobody said is the same as no
            ("type: boolean, optional: true", "true", "false"): "",
            ("type: text", "x", "[y, z]"): "RUL120 i = 其他文本",
            ("values: [x, y, z]", "x", "[y, x, z]"): "RUL121 i = x",
            ("values: [x, y, z]", "x", "y"): "RUL120 i = z",
            ("type: integer, minimum: 0, maximum: 9", "0..4", "6..9"): "RUL120 i = 5",
            ("type: number, optional: true", '"< 5"', '">= 5"'): "RUL120 i 为空",
        }
        for (kind, one, other), expected in tables.items():
            found = said(head % kind + rest % (one, other))
            code, _, example = expected.partition(" ")
            assert len(found) == bool(code)
            assert all(code in one and example in one for one in found)

    def test_an_input_that_may_be_empty_must_be_answered_when_it_is(self):
        text = numbers('"> 3"', '"<= 3"').replace("type: number", "type: number, optional: true")

        assert said(text) == ["9:1 RUL120 没有一行适用于：n 为空"]
        assert said(text + '  - {when: {n: "== null"}, then: none}\n') == []

    def test_texts_that_no_row_names_are_a_gap(self):
        text = numbers("a", '"!= b"').replace("number", "text")

        assert said(text) == ["9:1 RUL120 没有一行适用于：n = b"]
        assert said(numbers("a").replace("number", "text")) == [
            "9:1 RUL120 没有一行适用于：n = 其他文本"
        ]

    def test_dates_are_days(self):
        text = numbers('"<= 2026-08-31"', '">= 2026-09-02"').replace("number", "date")

        assert said(text) == ["9:1 RUL120 没有一行适用于：n = 2026-09-01"]

    def test_a_table_too_wide_to_search_is_said_to_be(self):
        inputs = "".join(f"  i{n}: {{type: integer}}\n" for n in range(14))
        rows = "".join(
            "  - {when: {" + ", ".join(
                f"i{n}: '!= {(row * 7 + n * 3) % 97}'" for n in range(14) if n % 3 != row % 3
            ) + "}, then: true}\n"
            for row in range(60)
        )  # fmt: skip
        head = "rule: rules/years\ntitle: x\n"
        text = f"{head}inputs:\n{inputs}outputs:\n  o: {{type: boolean}}\nrows:\n{rows}"

        assert [one.split()[1] for one in said(text)] == ["RUL124"]


WRONG = {
    "RUL123": numbers('"> 3"', '"<= 5"', hit="any").replace('then: "x"', "then: other", 1),
    "RUL126": POINTS.format(hit="sum", type="date"),
    "RUL127": POINTS.format(hit="count", type="number") + "  - {then: 0}\n",
    "RUL101": YEARS.replace("0..4", "'>= four'"),
    "RUL102": YEARS.replace("years: 0..4", "years: "),
    "RUL103": YEARS.replace('">= 5"', '"years >= 5"'),
    "RUL104": YEARS.replace("{degree: doctor}", "{degree: docter}"),
    "RUL105": YEARS.replace("0..4", '"== null"'),
    "RUL106": YEARS.replace("0..4", '">= 5 && < 3"'),
    "RUL107": YEARS.replace("years: 0..4", "yeers: 0..4"),
    "RUL110": YEARS.replace("{when: {degree: doctor}, then: true}", "{then: true}"),
    "RUL111": YEARS.replace("  enough: {title: 够, type: boolean}", "  {}"),
    "RUL112": YEARS.split("rows:")[0] + "rows: []\n",
    "RUL113": YEARS.replace("boolean}", "boolean}\n  other: {type: boolean}"),
    "RUL114": YEARS.replace("then: false", "then: {}"),
    "RUL120": YEARS.replace("0..4", "0..3"),
    "RUL121": numbers('"> 3"', '"> 5"', hit="unique"),
    "RUL122": numbers('"> 3"', '"> 5"'),
    "RUL125": YEARS.replace(
        "outputs:", "".join(f"  i{n}: {{type: text}}\n" for n in range(16)) + "outputs:"
    ),
}
ELSEWHERE = {"RUL124", "RUL130", "RUL131", "RUL132", "RUL140", "RUL141"}


@pytest.mark.req("TST-08")
@pytest.mark.parametrize("code", WRONG)
def test_each_mistake_is_said_with_its_code(code):
    assert code in [one.split()[1] for one in said(WRONG[code])]
    assert read(WRONG[code])[0] is None


@pytest.mark.parametrize("cell", [">= 5", "> 5", "!= 5", ">= 3 && < 5"])
def test_a_cell_that_yaml_takes_apart_is_answered_with_the_line_as_it_was_meant(cell):
    _, problems = read(YEARS.replace("0..4", cell))

    assert [one.code for one in problems] == ["SRC102"]
    assert f'years: "{cell}"}}, then: false' in problems.sorted()[0].corrected


def test_every_code_has_a_wrong_table():
    assert {entry.code for entry in TABLE} == WRONG.keys() | ELSEWHERE


def test_the_nearest_word_is_offered():
    _, problems = read(WRONG["RUL104"])

    assert [one.hint() for one in problems.sorted()] == [
        '是否想写 "doctor"？可用：bachelor、doctor、master。'
    ]


class TestDeciding:
    def test_the_first_row_that_holds_decides(self):
        decided = rule(YEARS).decide({"degree": "master", "years": 5})

        assert (decided.rows, decided.value) == ((2,), True)

    def test_what_comes_out_may_be_computed_from_the_inputs(self):
        years = rule(YEARS)

        assert years.decide({"degree": "bachelor", "years": 7}).value is True
        assert years.decide({"degree": "bachelor", "years": 6}).value is False

    def test_nothing_comes_out_for_an_input_that_is_empty(self):
        assert rule(YEARS).decide({"years": 9}).value is None
        assert rule(YEARS).decide({"degree": "doctor"}).value is True

    def test_all_rows_that_hold_come_out_of_a_collecting_table(self):
        text = """
            rule: rules/years
            title: 缺少什么
            hit: collect
            inputs:
              paper: {type: boolean}
              years: {type: number}
            outputs:
              say: {type: text}
              points: {type: number}
            rows:
              - {when: {paper: false}, then: {say: 缺论文, points: 2}}
              - {when: {years: "< 5"}, then: {say: 年限不足, points: 5 - years}}
        """
        lacking = rule(text)

        assert lacking.decide({"paper": False, "years": 3}).value == [
            {"say": "缺论文", "points": 2},
            {"say": "年限不足", "points": 2},
        ]
        assert lacking.decide({"paper": True, "years": 5}).value == []


ASKS = """
process: north/asks
title: 询问
form: request
facts:
  enough: {rule: rules/years, with: {degree: "'master'", years: data.settings.amount}}
steps:
  fill:
    who: initiator
    edit: all
    actions:
      submit: {to: done, when: enough}
      discard: {to: done}
  done: {end: success}
"""


class TestUse:
    def test_a_fact_has_the_type_of_the_output(self):
        loaded = with_process(ASKS, years=YEARS)

        assert loaded.problems.errors == []

    def test_a_fact_is_checked_by_that_type(self):
        wrong = ASKS.replace("when: enough", "when: enough > 3")
        problems = with_process(wrong, years=YEARS).problems.errors

        assert [problem.code for problem in problems] == ["DEF405"]

    def test_an_unknown_table_is_said_with_the_nearest(self):
        problems = with_process(ASKS.replace("rules/years", "rules/yeers"), years=YEARS).problems

        assert [(one.code, one.hint()) for one in problems] == [
            ("RUL130", '是否想写 "rules/years"？可用：rules/years。')
        ]

    def test_inputs_must_be_those_of_the_table(self):
        wrong = ASKS.replace("degree: \"'master'\"", "degre: \"'master'\"")
        problems = with_process(wrong, years=YEARS).problems.sorted()

        assert [one.sentence() for one in problems] == [
            '没有给规则表 "rules/years" 的输入 "degree"',
            '规则表没有输入 "degre"',
        ]

    def test_inputs_have_the_types_of_the_table(self):
        wrong = ASKS.replace("data.settings.amount", "\"'five'\"")
        problems = with_process(wrong, years=YEARS).problems

        assert [one.code for one in problems] == ["DEF404"]

    def test_a_mistake_in_a_table_is_said_once_there(self):
        problems = with_process(ASKS, years=WRONG["RUL120"]).problems

        assert [(one.code, one.at.file) for one in problems] == [
            ("RUL120", "definitions/rules/years.yaml")
        ]

    def test_a_case_pins_the_tables_and_code_lists_its_process_asks(self):
        loaded = with_process(ASKS, years=YEARS)
        other = with_process(ASKS, years=YEARS.replace("> 6", "> 7"))

        assert loaded.release is not None
        assert other.release is not None
        assert loaded.release.closure("north/asks") != other.release.closure("north/asks")
        assert loaded.release.closure("north/permit") == other.release.closure("north/permit")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (("hit: first", "hit: collect"), "它取全部成立的行，不是一个值"),
            (("  - {then: done}\n", '  - {when: {n: "<= 3"}, then: done}\n'),
             "最后一行要没有 when，才总有结果"),
            (("type: text", "type: number"), "它应有且只有一个输出，是文本"),
        ],
    )  # fmt: skip
    def test_a_table_that_cannot_choose_is_refused_with_the_reason(self, change, reason):
        table = """
            rule: rules/where
            title: 去向
            hit: first
            inputs: {n: {type: number}}
            outputs: {step: {type: text}}
            rows:
              - {when: {n: "> 3"}, then: fill}
              - {then: done}
        """
        table = "\n".join(line[12:] for line in table.split("\n"))
        wrong = table.replace(*change)
        if "number}}\nrows" in wrong:
            wrong = wrong.replace("then: fill", "then: 1").replace("then: done", "then: 2")
        asks = ASKS.replace("to: done, when: enough", "to: {rule: rules/where, with: {n: 3}}")
        problems = with_process(asks, years=YEARS, where=wrong).problems

        assert [one.params.get("reason").zh for one in problems if one.code == "RUL132"] == [reason]


WHERE = """
rule: rules/where
title: 去向
inputs: {n: {type: number}}
outputs: {step: {type: text}}
rows:
  - {when: {n: "> 3"}, then: high}
  - {then: low}
"""
BRANCHES = """
process: north/asks
title: 询问
form: request
steps:
  fill:
    who: initiator
    edit: all
    actions: {submit: {to: both}}
  both:
    parallel:
      branches:
        one:
          first:
            who: initiator
            actions: {pass: {to: {rule: rules/where, with: {n: data.settings.amount}}}}
          high: {who: initiator, actions: {pass: {to: join}}}
          low: {who: initiator, actions: {pass: {to: join}}}
        two:
          other: {who: initiator, actions: {pass: {to: join}}}
    to: done
  done: {end: success}
"""


def test_a_choice_made_by_a_table_is_the_list_of_its_rows_in_branches_too():
    loaded = with_process(BRANCHES, where=WHERE)

    assert [problem.sentence() for problem in loaded.problems.errors] == []
    assert loaded.release is not None
    process = loaded.release.processes["north/asks"].process
    choice = process.steps["first"].actions["pass"].to
    assert choice is not None
    assert [(when.text if when else "", then) for when, then in choice.cases] == [
        ("data.settings.amount > 3", "high"),
        ("", "low"),
    ]
    parallel = process.steps["both"].parallel
    assert parallel is not None
    assert parallel.branches["one"]["first"] is process.steps["first"]


def test_a_target_in_a_table_that_is_no_step_is_said_where_the_table_is_used():
    problems = with_process(BRANCHES, where=WHERE.replace("then: low", "then: lo")).problems

    first = problems.errors[0]
    assert (first.code, first.at.line) == ("DEF201", 16)
