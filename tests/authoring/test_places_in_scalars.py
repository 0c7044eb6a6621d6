"""A mistake inside a value is shown where it stands in the file, however the value is written."""

import pytest

from tests.authoring.reading import read

WAYS = {
    "plain": "when: a && MARK\n",
    "double quotes": 'when: "a && MARK"\n',
    "single quotes": "when: 'a && MARK'\n",
    "double quotes with escapes": 'when: "a == \\"x\\" && \\u0041 MARK"\n',
    "single quotes with quotes": "when: 'a == ''x'' && MARK'\n",
    "plain over two lines": "when: a &&\n  MARK\n",
    "quotes over two lines": 'when: "a\n   && MARK"\n',
    "quotes over a blank line": 'when: "a\n\n   && MARK"\n',
    "quotes with an escaped break": 'when: "a \\\n   && MARK"\n',
    "a block": "when: |\n  a &&\n  MARK\n",
    "a block with a blank line": "when: |\n  a &&\n\n    MARK\n",
    "a folded block": "when: >\n  a &&\n  MARK\n",
    "a block with a comment": "when: |-   # here\n    a && MARK\n",
    "an alias": "other: &x a && MARK\nwhen: *x\n",
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_the_place_of_a_character(text):
    node, problems = read(text)
    when = node.get("when")

    place = when.place(when.text.index("MARK"))

    assert not problems
    line = text.split("\n")[place.line - 1]
    assert line[place.column - 1 :].startswith("MARK")


def test_a_place_behind_the_end_is_the_end():
    node, _ = read("when: ab\n")

    assert node.get("when").place(99).column == 9
