"""Wrong expressions are refused with their place, the reason and the nearest right name."""

import pytest

from engine.authoring import Problems, read_yaml, render
from engine.authoring.catalogue import CATALOGUE
from engine.domain.types import ANY, BOOLEAN, DATE, DATETIME, NUMBER, ListOf, Reference
from engine.expressions import compile
from tests.expressions.world import SCOPE, compiled, refused

# The expression, the column in it, the code and the beginning of the sentence.
REFUSED = [
    ("cas.returned", 1, "DEF402", 'There is no value named "cas" here'),
    ("case.retuned", 6, "DEF403", '"case" has no field "retuned"'),
    ("case.returned && data.nope == 1", 23, "DEF403", '"data" has no field "nope"'),
    ("has(data.nope)", 10, "DEF403", '"data" has no field "nope"'),
    ("data.papers.exists(p, p.titel == 'x')", 25, "DEF403", '"p" has no field "titel"'),
    ("data.papers[0].unit.knd == 'x'", 21, "DEF403", '"….unit" has no field "knd"'),
    ("data.name.size", 11, "DEF403", '"data.name" has no field "size"'),
    ("case.visit('fill')", 6, "DEF403", '"case" has no field "visit"'),
    ("case.last('fail').organization", 19, "DEF403", '"last(…)" has no field "organization"'),
    ("data.papers.title == 'x'", 13, "DEF414", '"data.papers" is a list and has no field "title"'),
    ("case.visits('fil') > 1", 13, "DEF417", "visits('fil'): there is no \"fil\""),
    ("case.visits(data.name) > 1", 1, "DEF416", '"visits" takes one quoted name'),
    ("unit.state == 'aproved'", 15, "DEF415", '"unit.state" is never "aproved"'),
    ("'aproved' == unit.state", 1, "DEF415", '"unit.state" is never "aproved"'),
    ("policy.steps in ['one', 'tow']", 25, "DEF415", '"policy.steps" is never "tow"'),
    ("data.score > 'x'", 12, "DEF405", '">" cannot be applied to a number and text'),
    ("data.score == 'x'", 12, "DEF405", '"==" cannot be applied to a number and text'),
    ("data.score && true", 1, "DEF405", '"&&" cannot be applied to a number'),
    ("!data.name", 2, "DEF405", '"!" cannot be applied to text'),
    ("data.agree > true", 1, "DEF405", '">" cannot be applied to true or false'),
    ("data.name + 1", 11, "DEF405", '"+" cannot be applied to text'),
    ("today + 3", 7, "DEF405", '"+" cannot be applied to a date'),
    ("-data.name", 1, "DEF405", '"-" cannot be applied to text'),
    ("data.tags + data.marks", 11, "DEF405", '"+" cannot be applied to a list (a number)'),
    ("data.score in data.tags", 12, "DEF405", '"in" cannot be applied to a number and text'),
    ("data.score in data.name", 12, "DEF405", '"in" cannot be applied to text'),
    ("[1, 'a'] == []", 5, "DEF405", '"[ ]" cannot be applied to text'),
    ("data.name[0]", 1, "DEF405", '"[ ]" cannot be applied to text'),
    ("data.tags['x']", 11, "DEF405", '"[ ]" cannot be applied to text'),
    ("case.returned ? 1 : 'x'", 15, "DEF405", '"? :" cannot be applied to text'),
    ("case.returned ? now : today", 15, "DEF405", '"? :" cannot be applied to a date'),
    ("data.score ? 1 : 2", 1, "DEF405", '"? :" cannot be applied to a number'),
    ("unit == initiator", 6, "DEF405",
     '"==" cannot be applied to a row of register "units" and a row of register "people"'),
    ("unit == 'u1'", 6, "DEF405", '"==" cannot be applied to a row of register "units" and text'),
    ("initiator in data.recused", 11, "DEF405",
     '"in" cannot be applied to a row of register "people" and a row of register "units"'),
    ("data.name.exists(x, true)", 1, "DEF405", '"exists" cannot be applied to text'),
    ("data.tags.map(t, null)", 18, "DEF405", '"map" cannot be applied to nothing'),
    ("size(data.score)", 6, "DEF405", '"size" cannot be applied to a number'),
    ("days(data.name, 3)", 6, "DEF405", '"days" cannot be applied to text'),
    ("mean(data.tags)", 6, "DEF405", '"mean" cannot be applied to a list (text)'),
    ("data == linked.previous.data", 1, "DEF408", 'The record "data" cannot be compared'),
    ("data.papers == data.papers", 1, "DEF408", 'The record "data.papers" cannot be compared'),
    ("data.score in data.papers", 15, "DEF408", 'The record "data.papers" cannot be compared'),
    ("foo(1)", 1, "DEF406", 'There is no function named "foo"'),
    ("1 == workday(today, 3)", 6, "DEF406", 'There is no function named "workday"'),
    ("data.name.upper()", 11, "DEF406", 'There is no function named "upper"'),
    ("type(1)", 1, "DEF406", 'There is no function named "type"'),
    ("timestamp('2026-01-01T00:00:00Z')", 1, "DEF406", 'There is no function named "timestamp"'),
    ("days(today)", 1, "DEF416", '"days" takes 2 arguments'),
    ("year_end()", 1, "DEF416", '"year_end" takes 1 argument'),
    ("startsWith(data.name, 'a')", 1, "DEF416",
     '"startsWith" takes 1 argument and is written after a text'),
    ("data.settings.committee == data.settings.committee.chair", 25, "DEF405", '"==" cannot'),
    ("1 / 0 > 2", 5, "DEF411", "Division by zero"),
    ("today > '2026-13-01'", 9, "DEF412", '"2026-13-01" is not a date'),
    ("now > '2026-01-01 25:00'", 7, "DEF412", '"2026-01-01 25:00" is not a moment'),
    ("days('tomorrow', 3)", 6, "DEF412", '"tomorrow" is not a date'),
    ("data.name.matches('(')", 19, "DEF410", 'The pattern "(" is not a regular expression'),
    ("{'a': 1}.a == 1", 1, "DEF413", "Expressions cannot use a map in braces"),
    ("b'x' == b'x'", 1, "DEF413", "Expressions cannot use a bytes constant"),
    ("a &&", 5, "DEF401", "The expression cannot be read: it is not complete"),
    ("", 1, "DEF401", "The expression cannot be read: it is empty"),
    ("a = b", 3, "DEF401", "The expression cannot be read: equality is written =="),
    ("a and b", 3, "DEF401", 'The expression cannot be read: "and" is written &&'),
    ("a or b", 3, "DEF401", 'The expression cannot be read: "or" is written ||'),
    ("a & b", 3, "DEF401", 'The expression cannot be read: "and" is written &&'),
    ("'abc", 1, "DEF401", "The expression cannot be read: a quotation mark is not closed"),
    ("a b", 3, "DEF401", 'The expression cannot be read: "b" is not expected here'),
    ("a $ b", 3, "DEF401", "The expression cannot be read: this character is not known"),
    ("has(unit)", 5, "DEF401", "The expression cannot be read: has takes a field"),
    ("data.tags.exists(1, 2)", 18, "DEF401", "The expression cannot be read: a loop begins"),
    ("'评审' == 评审", 9, "DEF401", "The expression cannot be read: this character is not known"),
    ("(" * 60 + "1" + ")" * 60, 1, "DEF407", "The expression is too long or nested too deep"),
    ("true && " * 600 + "true", 1, "DEF407", "The expression is too long or nested too deep"),
]  # fmt: skip


@pytest.mark.req("ENG-10")
@pytest.mark.parametrize(("text", "column", "code", "sentence"), REFUSED,
                         ids=[row[0][:40] for row in REFUSED])  # fmt: skip
def test_it_is_refused(text, column, code, sentence):
    before = text[: column - 1]
    in_file = 8 + len(before.replace("'", "''"))

    first = refused(text).splitlines()[0]

    assert first.startswith(f"f.yaml:1:{in_file}: {code} {sentence}")


def test_the_whole_answer():
    assert refused("unit.stat == 'approved'") == (
        'f.yaml:1:13: DEF403 "unit" has no field "stat".\n'
        "  1 | when: 'unit.stat == ''approved'''\n"
        "    |             ^^^^\n"
        '  Did you mean "state"? Allowed: closes, id, kind, open, staff, state, superior.\n'
    )


def test_all_mistakes_of_an_expression_are_found():
    text = refused("cas.returned && data.nope == 1 || foo(days(bar, 'x'))")

    assert [line.split()[1] for line in text.splitlines() if line.startswith("f.yaml")] == [
        "DEF402",
        "DEF403",
        "DEF406",
    ]


def test_a_bare_word_is_offered_in_quotes():
    assert "A text constant is quoted inside the expression: \"'approved'\"." in refused("approved")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("data.score > 1", BOOLEAN),
        ("today", (DATE, DATETIME)),
        ("'2026-01-01'", DATE),
        ("unit", Reference("")),
        ("data.settings.committee", Reference("units")),
        ("data.recused", ListOf(ANY)),
        ("data.recused", ListOf(Reference("units"))),
        ("[]", ListOf(Reference("units"))),
        ("free.x", NUMBER),
        ("null", DATE),
        ("data", None),
    ],
)
def test_what_is_wanted_is_accepted(text, want):
    assert compiled(text, want=want).text == text


@pytest.mark.parametrize(
    ("text", "want", "sentence"),
    [
        ("data.score", BOOLEAN, "must give true or false; it gives a number"),
        ("data.name", (DATE, DATETIME), "must give a date or a moment; it gives text"),
        ("initiator", Reference("units"),
         'must give a row of register "units"; it gives a row of register "people"'),
        ("unit", ListOf(Reference("units")),
         'must give a list (a row of register "units"); it gives a row of register "units"'),
        ("data", NUMBER, 'must give a number; it gives the record "data"'),
    ],
)  # fmt: skip
def test_another_type_than_wanted_is_refused(text, want, sentence):
    assert f"DEF404 The expression {sentence}." in refused(text, want=want)


@pytest.mark.parametrize(
    "entry",
    [
        entry
        for code, entry in CATALOGUE.items()
        if "DEF401" <= code <= "DEF419" and code != "DEF409"
    ],
    ids=lambda entry: entry.code,
)
def test_the_example_of_a_code_causes_it(entry):
    key, text = entry.example.split(": ", 1)
    if text.startswith('"'):
        text = text.strip('"')
    text = text.replace("((((…))))", "(" * 50 + "1" + ")" * 50)
    wanted = {"when": BOOLEAN, "that": BOOLEAN}.get(key)

    text = refused(text, want=wanted)

    assert entry.code in text


def test_an_alias_hides_behind_a_name_of_its_scope():
    child = SCOPE.child(unit=SCOPE.names["initiator"])
    problems = Problems()
    node = read_yaml("unit.state == 'x'\n", "f.yaml", problems)

    assert compile(node.text, child, node=node, problems=problems) is None
    assert '"unit" has no field "state"' in render(problems, {}, "en")
