"""Laws of reading and writing, tried on random data and random edits."""

import string

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from engine.authoring import AliasedNode, Document, EditRefused, Position, Problems, read_yaml
from engine.authoring.emitting import after_key
from engine.authoring.offsets import place_in_scalar

NAMES = st.text(string.ascii_lowercase + "_", min_size=1, max_size=6)
TEXTS = st.text(
    st.one_of(
        st.sampled_from(" :#'\"{}[],&*!|>%@`?-=<()\\\n\t评审填报。，"),
        st.characters(exclude_categories=("Cs",), exclude_characters="\ufeff\x85\u2028\u2029"),
    ),
    max_size=20,
).filter(lambda text: all(char in "\n\t" or char >= " " for char in text))
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
FILES = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


def written(data):
    return "".join(f"{key}:{after_key(value, 0, flow=False)}\n" for key, value in data.items())


def paths(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from paths(item, (*path, place))


@settings(deadline=None)
@given(FILES)
def test_what_is_written_is_read_back(data):
    problems = Problems()

    node = read_yaml(written(data), "", problems)

    assert not problems
    assert node.value == data


@settings(deadline=None)
@given(FILES, st.data())
def test_setting_a_value_changes_that_value_alone(data, draw):
    path = draw.draw(st.sampled_from([path for path in paths(data) if path]))
    value = draw.draw(VALUES)
    document = Document.parse(written(data))

    document.set(path, value)

    expected = data
    for step in path[:-1]:
        expected = expected[step]
    expected[path[-1]] = value
    assert document.value == data
    assert Document.parse(document.text).value == data


@settings(deadline=None)
@given(FILES, st.data())
def test_what_is_inserted_and_removed_again_leaves_the_text_as_it_was(data, draw):
    containers = [
        path for path in paths(data) if isinstance(_at(data, path), dict) and _at(data, path)
    ]
    path = draw.draw(st.sampled_from(containers))
    name = draw.draw(NAMES)
    assume(name not in _at(data, path))
    text = written(data)
    document = Document.parse(text)

    document.insert(path, name, draw.draw(VALUES))
    document.remove((*path, name))

    assert document.text == text


@settings(max_examples=300, deadline=None)
@given(st.text("ab: {}[]-,&*!|>'\"#\n \t?%()=<評", max_size=60))
def test_no_text_makes_the_reader_fail(text):
    problems = Problems()

    node = read_yaml(text, "f.yaml", problems)

    assert (node is None) <= bool(problems)
    lines = text.split("\n")
    for problem in problems:
        assert 1 <= problem.at.line <= len(lines) + 1
        assert problem.sentence("zh")
        assert problem.sentence("en")


FRAGMENTS = (
    "# comment",
    "a: 1   # one",
    "b: {x: 1, y: [2, {z: 3}]}",
    "c: &c {z: 1, w: [a, b]}",
    "d: *c",
    "e:",
    "f:\n  # inside\n  - g: 1\n    h: *c\n  - &i j\n  - *i",
    "k: |\n  text\n\n  more\n",
    "l: &l\n  m:\n    n: 'o'\n  p: \"q\"\n",
    "r: {s: *l, t: *c}",
    "u: []",
)
TEXTS_WITH_ALIASES = st.sets(st.sampled_from(FRAGMENTS), min_size=1).map(
    lambda chosen: "\n".join(part for part in FRAGMENTS if part in chosen) + "\n"
)


@settings(max_examples=300, deadline=None)
@given(TEXTS_WITH_ALIASES, st.data())
def test_an_edit_is_done_or_refused_and_never_leaves_a_broken_file(text, draw):
    problems = Problems()
    root = read_yaml(text, "", problems)
    assume(root is not None and not problems)
    document = Document.parse(text)
    path = draw.draw(st.sampled_from(list(paths(root.value))))
    operation = draw.draw(st.sampled_from(["set", "insert", "remove", "rename", "move"]))
    alias = draw.draw(st.sampled_from([None, "here", "everywhere"]))
    value = draw.draw(st.sampled_from(["x", ["y"], {"z": "!a"}]))
    args = {"set": (value,), "insert": ("new", value), "rename": ("new",)}.get(operation, ())
    options = {"before": draw.draw(st.sampled_from("abcdefx"))} if operation == "move" else {}

    try:
        getattr(document, operation)(path, *args, alias=alias, **options)
    except AliasedNode:
        assert alias is None
        assert document.text == text
    except EditRefused:
        pass

    assert Document.parse(document.text).value == document.value
    if "#" in text:
        assert [line for line in document.text.split("\n") if line == "# comment"] == [
            line for line in text.split("\n") if line == "# comment"
        ]


@settings(deadline=None)
@given(st.text("ab \\\"'é评", min_size=1, max_size=12), st.data())
def test_a_place_in_a_quoted_value_is_the_place_in_the_file(text, draw):
    style = draw.draw(st.sampled_from("'\""))
    offset = draw.draw(st.integers(0, len(text) - 1))
    escaped = {"\\": "\\\\", '"': '\\"'} if style == '"' else {"'": "''"}
    pieces = [escaped.get(char, char) for char in text]

    place = place_in_scalar(style + "".join(pieces) + style, style, Position("f"), offset)

    assert place == Position("f", 1, 2 + len("".join(pieces[:offset])))


def texts(node):
    if node.kind == "mapping":
        return {name: texts(entry.value) for name, entry in node.entries.items()}
    if node.kind == "sequence":
        return [texts(item) for item in node.items]
    return node.text


@settings(max_examples=300, deadline=None)
@given(
    FILES.map(written)
    | TEXTS_WITH_ALIASES
    | st.text("ab: {}[]-,\n'\"#|>", max_size=40).map(lambda text: f"k: {text}\n")
)
def test_what_is_accepted_means_what_the_library_reads(text):
    """Every scalar compared as its text: what a plain text means is our own, stricter rule."""
    problems = Problems()
    node = read_yaml(text, "", problems)
    assume(node is not None and not problems)

    assert texts(node) == YAML(typ="base", pure=True).load(text)


def _at(value, path):
    for step in path:
        value = value[step]
    return value
