"""How a problem speaks, and how problems are collected, printed and handed to tools."""

import json

import pytest

from engine.authoring import Phrase, Position, Problem, Problems, near, nearest, render
from engine.authoring.catalogue import CATALOGUE, Entry, merged
from engine.authoring.catalogue.text import TABLE
from engine.authoring.problem import _names
from engine.authoring.render import render_json, render_sarif
from tests.authoring.reading import codes

# Bytes that are no text, and files too large to print.
NOT_SHORT = {"SRC106", "SRC107", "SRC110"}
HERE = Position("a.yaml", 2, 3)
STEPS = ("apply", "decision")


def a_problem(**changes):
    given = {
        "code": "DEF104",
        "at": HERE,
        "params": {
            "where": Phrase('步骤 "apply" ', 'step "apply"'),
            "key": "to",
            "value": "desicion",
        },
        "length": 8,
        "given": "desicion",
        "choices": STEPS,
    }
    return Problem(**{**given, **changes})


class TestSaying:
    def test_the_sentence_is_in_both_languages(self):
        assert a_problem().sentence("en") == '"to" of step "apply" cannot be "desicion"'
        assert a_problem().sentence("zh") == '步骤 "apply" 的 "to" 不能是 "desicion"'

    def test_sentence_and_hint_are_read_in_one_go(self):
        assert a_problem().whole("zh") == (
            '步骤 "apply" 的 "to" 不能是 "desicion"。是否想写 "decision"？可用：apply、decision。'
        )
        assert a_problem().whole("en") == (
            '"to" of step "apply" cannot be "desicion". '
            'Did you mean "decision"? Allowed: apply, decision.'
        )
        assert a_problem(choices=()).whole("en") == '"to" of step "apply" cannot be "desicion".'

    def test_the_nearest_name_is_offered_with_the_allowed_ones(self):
        assert a_problem().hint("en") == 'Did you mean "decision"? Allowed: apply, decision.'
        assert a_problem().hint("zh") == '是否想写 "decision"？可用：apply、decision。'

    def test_nothing_is_guessed_when_nothing_is_close(self):
        assert a_problem(given="zzz").hint("en") == "Allowed: apply, decision."

    def test_of_many_names_the_three_nearest_are_shown(self):
        many = (*(f"step_{n}" for n in range(20)), "decision")

        hint = a_problem(choices=many).hint("en")

        assert hint.startswith('Did you mean "decision"? Nearest: decision, ')
        assert hint.count(",") == 2

    def test_a_related_place_is_named(self):
        problem = a_problem(choices=(), related=Position("b.yaml", 7, 1))

        assert problem.hint("en") == "See b.yaml:7."
        assert problem.hint("zh") == "另见 b.yaml:7。"

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (True, "true"),
            (None, "null"),
            (["a", "b"], "a, b"),
            ({"a": 1}, "{a: 1}"),
            ({"b", "a"}, "a, b"),
        ],
    )
    def test_values_are_written_as_an_author_writes_them(self, value, written):
        problem = a_problem(params={"where": "x", "key": "y", "value": value})

        assert problem.sentence("en") == f'"y" of x cannot be "{written}"'


class TestNear:
    def test_case_does_not_matter(self):
        assert near("Decision", STEPS) == "decision"

    def test_no_choices_no_guess(self):
        assert near("x", ()) is None

    def test_the_best_comes_first(self):
        assert nearest("desicion", ["unit", "decision", "division"], 2) == ["decision", "division"]


class TestCollecting:
    def test_problems_come_out_by_place_each_once(self):
        problems = Problems()
        problems.add("SRC104", Position("b.yaml", 1, 1))
        problems.add("SRC104", Position("a.yaml", 9, 1))
        problems.add("SRC104", Position("a.yaml", 2, 5))
        problems.add("SRC104", Position("a.yaml", 2, 5))

        assert [str(problem.at) for problem in problems] == [
            "a.yaml:2:5",
            "a.yaml:9:1",
            "b.yaml:1:1",
        ]
        assert len(problems) == 3

    def test_a_code_that_does_not_exist_is_a_bug(self):
        with pytest.raises(KeyError, match="SRC999"):
            Problems().add("SRC999", HERE)

    def test_problems_of_several_collectors_join(self):
        problems = Problems([a_problem()])
        problems.extend([a_problem(), a_problem(at=Position("a.yaml", 1, 1))])

        assert len(problems) == 2
        assert problems.errors == problems.sorted()


class TestPrinting:
    def test_the_line_is_shown_with_a_caret(self):
        text = render([a_problem()], {"a.yaml": "steps:\n  desicion: x\n"}, "en")

        assert text == (
            'a.yaml:2:3: DEF104 "to" of step "apply" cannot be "desicion".\n'
            "  2 |   desicion: x\n"
            "    |   ^^^^^^^^\n"
            '  Did you mean "decision"? Allowed: apply, decision.\n'
        )

    def test_the_caret_stands_below_chinese_characters(self):
        problem = a_problem(at=Position("a.yaml", 1, 5), length=2, choices=())

        line, caret = render([problem], {"a.yaml": "题目: 填报"}, "en").splitlines()[1:3]

        assert line == "  1 | 题目: 填报"
        assert caret == "    |       ^^^^"

    def test_a_file_that_is_not_at_hand_is_only_named(self):
        assert render([a_problem(choices=())], {}, "en") == (
            'a.yaml:2:3: DEF104 "to" of step "apply" cannot be "desicion".\n'
        )

    def test_a_very_long_line_is_cut_around_the_place(self):
        problem = a_problem(at=Position("a.yaml", 1, 5000), length=3, choices=())

        line, caret = render([problem], {"a.yaml": "x" * 4999 + "abc" + "y" * 5000}).splitlines()[
            1:3
        ]

        assert len(line) < 200
        assert line[caret.index("^") : caret.index("^") + 3] == "abc"

    def test_no_problems_print_nothing(self):
        assert render([], {}) == ""

    def test_json_has_both_languages(self):
        (found,) = json.loads(render_json([a_problem()]))

        assert found["file"] == "a.yaml"
        assert (found["line"], found["column"], found["length"]) == (2, 3, 8)
        assert found["code"] == "DEF104"
        assert found["sentence"]["zh"] == '步骤 "apply" 的 "to" 不能是 "desicion"'
        assert found["hint"]["en"] == 'Did you mean "decision"? Allowed: apply, decision.'

    def test_sarif_names_rule_place_and_level(self):
        run = json.loads(render_sarif([a_problem()], "en"))["runs"][0]

        (result,) = run["results"]
        assert result["ruleId"] == run["tool"]["driver"]["rules"][0]["id"] == "DEF104"
        assert result["level"] == "error"
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region == {"startLine": 2, "startColumn": 3, "endColumn": 11}


class TestCatalogue:
    def test_a_code_used_twice_is_refused(self):
        entry = Entry("SRC101", zh="", en="first", example="")

        with pytest.raises(ValueError, match="Cannot reuse code SRC101: it says first"):
            merged([(("SRC1",), (entry, entry))])

    def test_a_code_of_another_group_is_refused(self):
        with pytest.raises(ValueError, match="DEF101 does not belong to SRC1"):
            merged([(("SRC1",), (Entry("DEF101", zh="", en="", example=""),))])

    @pytest.mark.parametrize("code", sorted(CATALOGUE))
    def test_both_languages_name_the_same_things(self, code):
        entry = CATALOGUE[code]

        assert entry.example
        assert _names(entry.zh) == _names(entry.en)
        assert _names(entry.hint_zh) == _names(entry.hint_en)

    @pytest.mark.parametrize("entry", [e for e in TABLE if e.code not in NOT_SHORT],
                             ids=lambda entry: entry.code)  # fmt: skip
    def test_the_example_of_a_text_code_causes_it(self, entry):
        assert entry.code in codes(entry.example.replace("\\x07", "\x07") + "\n")
