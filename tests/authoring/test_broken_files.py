"""Files that are no YAML, or YAML that is not allowed: each with its place and a plain reason."""

import pytest

from tests.authoring.reading import printed, read

BROKEN = {
    "a bracket never closed": (
        "- a\n- b: [1,\n",
        "f.yaml:2:6: SRC101 This cannot be read as YAML: "
        "a bracket is not closed, or a comma is missing.\n"
        "  2 | - b: [1,\n"
        "    |      ^\n",
    ),
    "a brace never closed": (
        "a: {b: 1\nc: 2\n",
        "f.yaml:1:4: SRC101 This cannot be read as YAML: "
        "a bracket is not closed, or a comma is missing.\n"
        "  1 | a: {b: 1\n"
        "    |    ^\n",
    ),
    "a quote never closed": (
        "a: 'x\nb: 2\n",
        "f.yaml:1:4: SRC101 This cannot be read as YAML: the quotation mark is not closed.\n"
        "  1 | a: 'x\n"
        "    |    ^\n",
    ),
    "a wrong escape": (
        'a: "x\\qy"\n',
        "f.yaml:1:7: SRC101 This cannot be read as YAML: "
        "a backslash in double quotes is not understood.\n"
        '  1 | a: "x\\qy"\n'
        "    |       ^\n",
    ),
    "a key below a value": (
        "a: b\n  c: d\n",
        "f.yaml:2:4: SRC101 This cannot be read as YAML: a colon is not expected here; "
        "look at the indentation and the quotes.\n"
        "  2 |   c: d\n"
        "    |    ^\n",
    ),
    "a list behind a key": (
        "a: - b\n",
        "f.yaml:1:4: SRC101 This cannot be read as YAML: a list item begins on a line of its own.\n"
        "  1 | a: - b\n"
        "    |    ^\n",
    ),
    "a tab": (
        "a:\n\tb: 1\n",
        "f.yaml:2:1: SRC104 The indentation contains a tab: use spaces.\n  2 |  b: 1\n    | ^\n",
    ),
    "a second key": (
        "steps:\n  fill: 1\n  fill: 2\n",
        'f.yaml:3:3: SRC103 The key "fill" is already defined in line 2.\n'
        "  3 |   fill: 2\n"
        "    |   ^^^^\n",
    ),
    "a merge key": (
        "a: &x {b: 1}\nc:\n  <<: *x\n",
        'f.yaml:3:3: SRC108 The merge key "<<" is not allowed: '
        "write the keys out or use based_on.\n"
        "  3 |   <<: *x\n"
        "    |   ^^\n",
    ),
    "an unknown alias": (
        "a: &may_apply 1\nb: *may_aply\n",
        'f.yaml:2:4: SRC109 The alias "*may_aply" has no "&may_aply" before it.\n'
        "  2 | b: *may_aply\n"
        "    |    ^^^^^^^^^\n"
        '  Did you mean "may_apply"? Allowed: may_apply.\n',
    ),
    "an alias of itself": (
        "a: &x [*x]\n",
        'f.yaml:1:8: SRC109 The alias "*x" has no "&x" before it.\n'
        "  1 | a: &x [*x]\n"
        "    |        ^^\n",
    ),
    "a control character": (
        "a: b\x07c\n",
        "f.yaml:1:5: SRC112 The file contains the control character U+0007.\n"
        "  1 | a: b\x07c\n"
        "    |     ^\n",
    ),
    "a second document": (
        "a: 1\n---\nb: 2\n",
        "f.yaml:3:1: SRC113 A file holds one document; a second one begins here.\n"
        "  3 | b: 2\n"
        "    | ^\n",
    ),
    "a list as key": (
        "? [a]\n: c\n",
        "f.yaml:1:3: SRC114 A key must be a single name.\n  1 | ? [a]\n    |   ^^^\n",
    ),
    "nothing": ("", "f.yaml:1:1: SRC115 The file is empty.\n"),
    "comments alone": (
        "# a\n",
        "f.yaml:1:1: SRC115 The file is empty.\n  1 | # a\n    | ^\n",
    ),
}


@pytest.mark.parametrize(("text", "answer"), BROKEN.values(), ids=BROKEN)
def test_what_is_said_about(text, answer):
    assert printed(text) == answer


def test_a_byte_order_mark_is_refused():
    assert "SRC105" in printed("\ufeffa: 1\n")


def test_bytes_that_are_no_utf_8_are_refused_at_their_place():
    node, problems = read(b"a: 1\nb: \xcc\xee\n")

    assert node is None
    assert [str(problem.at) + problem.sentence("en") for problem in problems] == [
        "f.yaml:2:4The file is not UTF-8: the byte 0xcc here cannot be read"
    ]


@pytest.mark.parametrize(
    "text", ["a: !!python/object/apply:os.system [ls]\n", "a: !!binary aGk=\n"]
)
def test_nothing_in_a_file_is_ever_executed(text):
    node, problems = read(text)

    assert node is None
    assert {problem.code for problem in problems} == {"SRC102"}


def test_all_problems_of_a_file_are_found_at_once():
    _, problems = read("a: 1\na: 2\nb: !x\nc: {d: f(x, 1)}\n")

    assert [(p.code, p.at.line) for p in problems] == [("SRC103", 2), ("SRC102", 3), ("SRC102", 4)]
