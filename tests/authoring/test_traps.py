"""Expressions and sentences that YAML takes apart are answered with the corrected line."""

import pytest

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from tests.authoring.reading import codes, printed, value_of

TRAPS = [
    ("a tag", "when: !x.y", 'when: "!x.y"'),
    ("a tag before an anchor", "when: !a && b", 'when: "!a && b"'),
    ("a tag in braces", "{when: !a && b, then: c}", '{when: "!a && b", then: c}'),
    ("a tag in a list", "- !x.y", '- "!x.y"'),
    ("an explicit type", "code: !!str 5", 'code: "!!str 5"'),
    ("a comma in a call in braces", "{by: days(x, 45)}", '{by: "days(x, 45)"}'),
    ("a comma in a call in brackets", "[days(x, 45), y]", '["days(x, 45)", y]'),
    ("a comma in a sentence", "{say: 请填写, 再提交, that: x}", '{say: "请填写, 再提交", that: x}'),
    (
        "a comma in a text constant",
        "{that: x == 'a, b', say: c}",
        "{that: \"x == 'a, b'\", say: c}",
    ),
    ("a choice", "to: a ? b : c", 'to: "a ? b : c"'),
    ("a choice in braces", "{to: a ? b : c}", '{to: "a ? b : c"}'),
    ("a list in braces", "{that: x in [a, b]}", '{that: "x in [a, b]"}'),
    ("a leading quote", "that: 'x' == y", "that: \"'x' == y\""),
    ("a leading comparison", "that: >= 5", 'that: ">= 5"'),
    ("a leading ampersand", "that: && x", 'that: "&& x"'),
    ("an anchor of nothing", "that: &x", 'that: "&x"'),
    ("a leading percent sign", "that: %x", 'that: "%x"'),
    ("a leading at sign", "that: @x", 'that: "@x"'),
    ("an asterisk before a comparison", "that: *x == 3", 'that: "*x == 3"'),
    ("a number sign in a text constant", "that: x == 'a #1'", "that: \"x == 'a #1'\""),
    (
        "a number sign and a comment",
        "that: x == 'a #1'  # really",
        "that: \"x == 'a #1'\"  # really",
    ),
    ("a number sign in a call", "that: f(x #1)", 'that: "f(x #1)"'),
    ("a colon in a sentence", "say: 注意: 请填写", 'say: "注意: 请填写"'),
    ("quotes inside", 'that: !x == "a"', 'that: "!x == \\"a\\""'),
]


@pytest.mark.parametrize(
    ("line", "corrected"), [row[1:] for row in TRAPS], ids=[r[0] for r in TRAPS]
)
def test_a_trap_is_answered_with_the_corrected_line(line, corrected):
    text = printed(line + "\n")

    assert "SRC102" in codes(line + "\n")
    assert f"\n  {corrected}\n" in text


@pytest.mark.parametrize("corrected", [row[2] for row in TRAPS], ids=[row[0] for row in TRAPS])
def test_the_corrected_line_can_be_read(corrected):
    value_of(corrected + "\n")


@pytest.mark.parametrize(
    "line",
    [
        "confirm: it's final   # comment",
        "title: a (b) c   # comment",
        "that: x == 'a' && y   # comment",
        "{that: size(x) > 0, say: don't}",
        "status: &review [{when: a == 'b', then: c}]",
        "require: &x\n  - {that: a, say: 不行}",
        "until: days(x, 45)",
        "{a: , b: 1}",
        "url: http://x.example/a?b=c&d=e",
        "who: {permission: p, organisation: \"case.last('fail').organisation\"}",
    ],
)
def test_ordinary_lines_are_no_traps(line):
    assert codes(line + "\n") == []


def test_the_whole_answer():
    assert printed("steps:\n  a: {by: days(x, 45)}\n", "zh") == (
        'f.yaml:2:11: SRC102 "days(x, 45)" 像是一个表达式或带有特殊符号的句子，请放进双引号。\n'
        "  2 |   a: {by: days(x, 45)}\n"
        "    |           ^^^^^^^^^^^\n"
        '  a: {by: "days(x, 45)"}\n'
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("process: a\ntitle： 填报\nnoun: x\n", 2),
        ("process: a\nnoun: x\ntitle：填报\n", 3),
        ("title：填报\n\nnoun: x\n", 1),
        ("steps:\n  - title： 填报\n    to: c\n", 2),
    ],
)
def test_a_full_width_colon_is_named_where_it_stands(text, line):
    problems = Problems()
    read_yaml(text.encode(), "f.yaml", problems)

    (found,) = problems
    assert found.code == "SRC101"
    assert found.at.line == line
    assert text.splitlines()[line - 1][found.at.column - 1] == "："
    assert "全角冒号" in found.whole("zh")


def test_a_full_width_colon_within_a_sentence_is_none_of_our_business():
    assert value_of("help: 说明：如下") == {"help": "说明：如下"}
