"""Typed reading of a mapping: wrong keys and types are reported, reading goes on."""

import pytest

from engine.authoring import Fields, Problems, read_yaml, render

ALLOWED = ("title", "bulk", "level", "share", "verb", "who", "steps", "ask")


def fields(text):
    problems = Problems()
    node = read_yaml(text, "f.yaml", problems)
    return Fields(node, problems, allowed=ALLOWED, where='step "fill"'), problems


def said(problems):
    return [f"{p.at.line}:{p.at.column} {p.code} {p.sentence('en')}" for p in problems]


def test_right_values_are_read():
    found, problems = fields(
        "title: 填报\nbulk: true\nlevel: 2\nshare: 0.5\nverb: pass\nwho: initiator\n"
        "steps: {a: 1}\nask: [x, y]\n"
    )

    assert found.text("title") == "填报"
    assert found.boolean("bulk") is True
    assert found.integer("level") == 2
    assert found.number("share") == 0.5
    assert found.word("verb", ("pass", "fail")) == "pass"
    assert [name for name, _ in found.entries("steps")] == ["a"]
    assert [item.text for item in found.names("ask")] == ["x", "y"]
    assert [item.text for item in found.names("who", single=True)] == ["initiator"]
    assert [item.text for item in found.sequence("ask")] == ["x", "y"]
    assert found.ok
    assert not problems


def test_missing_values_give_their_defaults():
    found, problems = fields("title: x\n")

    assert found.boolean("bulk") is False
    assert found.integer("level", 7) == 7
    assert found.number("share", 0.1) == 0.1
    assert found.word("verb", ("pass",), "pass") == "pass"
    assert found.text("who", "nobody") == "nobody"
    assert found.names("ask") == []
    assert found.mapping("steps") is None
    assert found.entries("steps") == ()
    assert found.sequence("ask") == ()
    assert "bulk" not in found
    assert list(found) == ["title"]
    assert not problems


def test_an_unknown_key_is_reported_with_the_nearest():
    text = "titel: 填报\n"
    _, problems = fields(text)

    assert render(problems, {"f.yaml": text}, "en") == (
        'f.yaml:1:1: DEF101 step "fill" has no key "titel".\n'
        "  1 | titel: 填报\n"
        "    | ^^^^^\n"
        '  Did you mean "title"? Allowed: ask, bulk, level, share, steps, title, verb, who.\n'
    )


def test_a_missing_key_is_reported_at_its_parent():
    found, problems = fields("title: x\n")

    found.require("title", "who")

    assert said(problems) == ['1:1 DEF103 step "fill" lacks the key "who"']


@pytest.mark.parametrize(
    ("text", "read", "sentence"),
    [
        ("bulk: yes", lambda f: f.boolean("bulk"), 'must be true or false, not "yes"'),
        ("level: 1.5", lambda f: f.integer("level"), "must be a whole number, not 1.5"),
        ("level: true", lambda f: f.integer("level"), "must be a whole number, not true"),
        (
            "level: 0",
            lambda f: f.integer("level", least=1),
            "must be a whole number of at least 1, not 0",
        ),
        ("share: x", lambda f: f.number("share"), 'must be a number, not "x"'),
        ("title: [a]", lambda f: f.text("title"), 'must be text, not ["a"]'),
        ("title: {a: 1}", lambda f: f.text("title"), "must be text, not {a}"),
        ("title:", lambda f: f.text("title"), "must be text, not null"),
        (
            "title: 1.10",
            lambda f: f.text("title"),
            "must be text; 1.10 without quotes is a number: put it in quotes",
        ),
        (
            "title: true",
            lambda f: f.text("title"),
            "must be text; true without quotes is true or false: put it in quotes",
        ),
        ("verb: approve", lambda f: f.word("verb", ("pass",)), 'cannot be "approve"'),
        ("verb: [pass]", lambda f: f.word("verb", ("pass",)), 'cannot be "["pass"]"'),
        ("steps: [a]", lambda f: f.entries("steps"), 'must be a mapping, not ["a"]'),
        ("ask: {a: 1}", lambda f: f.sequence("ask"), "must be a list, not {a}"),
        ("ask: a", lambda f: f.names("ask"), 'must be a list of names, not "a"'),
        ("ask: [a, 1]", lambda f: f.names("ask"), "must be a list of names, not 1"),
    ],
)
def test_a_wrong_value_is_quoted(text, read, sentence):
    found, problems = fields(text + "\n")

    read(found)

    key = text.split(":")[0]
    assert [problem.sentence("en") for problem in problems] == [
        f'"{key}" of step "fill" {sentence}'
    ]
    assert not found.ok


def test_what_should_be_a_mapping_and_is_not_is_reported_once():
    found, problems = fields("[a, b]\n")

    found.require("title")

    assert found.text("title") == ""
    assert [problem.code for problem in problems] == ["DEF102"]


def test_no_node_reads_as_an_empty_mapping():
    problems = Problems()
    found = Fields(None, problems, allowed=ALLOWED)

    found.require("title")

    assert found.text("title") == ""
    assert not problems


def test_a_long_value_is_shortened():
    found, problems = fields(f"bulk: {'x' * 100}\n")

    found.boolean("bulk")

    assert problems.sorted()[0].sentence("en").endswith("x...")
