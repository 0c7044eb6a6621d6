"""The syntax tree: what is read from CEL and written back is the same expression."""

import pytest

from engine.expressions import machine, syntax

TEXTS = [
    "a.b.c == 'x' && !d || e",
    "f(a, 1, 2.5, -3, true, null)",
    "a.f('中文')[0].g in [1, 2]",
    "has(a.b) ? a.b : c % 2",
    "a.exists(x, x.y > 1) && a.all(x, x) && a.exists_one(x, x) ",
    "a.filter(x, x.b).map(x, x.c > 2, x.d)",
    "a + b - c * d / e",
    "9223372036854775807 == -9223372036854775808",
    "a == '" + "x" * 300 + "'",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_tree_written_and_read_is_the_same(text):
    root = machine.parse(text).root

    again = syntax.read(syntax.write(root)).root

    assert _shape(again) == _shape(root)
    assert syntax.extent(again) == syntax.extent(root)


def test_places_are_counted_in_characters():
    parsed = machine.parse("'评审' == x")

    assert isinstance(parsed.root, syntax.Call)
    assert parsed.offsets[parsed.root.id] == 5


def test_what_the_language_lacks_cannot_be_written():
    with pytest.raises(TypeError):
        syntax.write(machine.parse("{'a': 1}").root)


def _shape(node):
    if isinstance(node, syntax.Expr):
        return type(node), tuple(
            _shape(getattr(node, name)) for name in type(node).__slots__ if name != "id"
        )
    return tuple(map(_shape, node)) if isinstance(node, tuple) else node
