"""What libyaml reads is what ruamel.yaml reads; the rest is left to ruamel.yaml."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.authoring import Problems, read_yaml
from engine.authoring.source import read_quickly, read_thoroughly
from tests.authoring.reading import FILE

ROOT = Path(__file__).parents[2]
SHIPPED = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for folder in ("definitions", "forms", "examples")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
}
PIECES = "ab: {}[]-,&*!|>'\"#\n \t?%()=<评\r\\/~@`0.é😀+\x85\u2028\ufeff"


def whole(documents):
    """Everything that is known of nodes."""
    return [
        (
            [getattr(node, name) for name in type(node).__slots__ if name not in NESTED],
            list(node.entries),
            [(entry.key.at, entry.key.end, entry.key.raw) for entry in node.entries.values()],
            node.alias_of and node.alias_of.at,
        )
        for document in documents
        for node in document.walk()
    ]


NESTED = ("entries", "items", "alias_of")


def both_alike(text):
    """Compare both readers; return what the quick one read."""
    found = read_quickly(text, FILE)
    if found is not None:
        problems = Problems()
        assert whole(found) == whole(read_thoroughly(text, FILE, problems))
        assert not problems
    return found


@pytest.mark.parametrize("path", SHIPPED)
def test_every_shipped_file_is_read_quickly_and_alike(path):
    assert both_alike(SHIPPED[path])


@settings(max_examples=400, deadline=None)
@given(st.text(PIECES, max_size=60).map(lambda text: f"k: {text}"))
def test_any_text_is_read_alike_or_left_to_the_other(text):
    both_alike(text)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_shipped_file_broken_anywhere_is_read_alike_or_left_to_the_other(draw):
    text = SHIPPED[draw.draw(st.sampled_from(sorted(SHIPPED)))]
    lines = text.split("\n")
    first = draw.draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[first : first + 12])
    place = draw.draw(st.integers(0, len(text)))
    put = draw.draw(st.text(PIECES, max_size=3))
    taken = draw.draw(st.integers(0, 2))

    both_alike(text[:place] + put + text[place + taken :])


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [1, 2\n",  # a bracket left open
        "a: x\ty\n",  # a tab in a text
        "a:  # nothing\nb: 1\n",  # where nothing is written
        "a: &b?c 1\n",
        "a: |# x\n  y\n",
        "%YAML 1.1\n---\na: 1\n",
        "a: b\x85c\n",
        "a: b\rc: d\n",
        "a: 1\na: 2\n",
        "|\n# text\n",
    ],
)
def test_what_they_might_read_otherwise_is_left_to_ruamel(text):
    assert read_quickly(text, FILE) is None
    read, said = Problems(), Problems()

    node = read_yaml(text, FILE, read)

    thorough = read_thoroughly(text, FILE, said)
    assert whole([node] if node else []) == whole(thorough)
    assert read.sorted() == said.sorted()


def test_without_libyaml_everything_is_read_all_the_same(monkeypatch):
    monkeypatch.setattr("engine.authoring.events.CParser", None)
    problems = Problems()

    assert read_yaml("a: {b: [1]}\n", FILE, problems).value == {"a": {"b": [1]}}
    assert not problems
