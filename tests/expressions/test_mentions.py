"""Quoted texts of an expression, with what they are compared with or asked of."""

import pytest

from engine.expressions import mentions, renamed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("case.visits('fill') > 1", [("case.visits", "fill")]),
        ("'fill' == case.step || it.step != \"x\"", [("case.step", "fill"), ("it.step", "x")]),
        ("case.step in ['a', 'b']", [("case.step", "a"), ("case.step", "b")]),
        ("case.last('fail').step == 'q'", [("case.last", "fail"), ("case.last.step", "q")]),
        ("members.exists(m, m.step == 'x')", [("m.step", "x")]),
        ("size(data.list) > 2 && !flags.urgent", []),
        ("days(today, 3)", []),
        ("case.step == ", []),
    ],
)
def test_each_text_is_found_with_what_it_names(text, found):
    assert [(".".join(one.of), one.value) for one in mentions(text)] == found


def test_names_change_where_they_stand_and_keep_their_quotes():
    text = "'中' == case.step || case.step in ['a', \"b\", 'a'] || data.a == 'a'"
    wanted = [one for one in mentions(text) if one.of == ("case", "step") and one.value == "a"]

    assert renamed(text, wanted, "long") == (
        "'中' == case.step || case.step in ['long', \"b\", 'long'] || data.a == 'a'"
    )
