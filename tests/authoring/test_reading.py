"""What a YAML file says, and where each part of it stands."""

import pytest

from engine.authoring import Position, Problems, read_yaml, read_yaml_all
from tests.authoring.reading import FILE, codes, read, value_of


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("2e3", 2000.0),
        ("yes", "yes"),
        ("on", "on"),
        ("0123", "0123"),
        ("2026-09-30", "2026-09-30"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".5", ".5"),
        ("110105194912310021", 110105194912310021),
        ("11010519491231002100", "11010519491231002100"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("填报", "填报"),
        ("https://x.example/a", "https://x.example/a"),
    ],
)
def test_only_true_false_null_and_decimal_numbers_are_not_text(written, meant):
    value = value_of(f"key: {written}\n")

    assert value == {"key": meant}
    assert type(value["key"]) is type(meant)


def test_every_node_knows_its_place():
    node, _ = read("steps:\n  fill: {title: 填报, who: initiator}\n")

    who = node.at_path(("steps", "fill", "who"))
    assert who.at == Position(FILE, 2, 26)
    assert who.end == Position(FILE, 2, 35)
    assert node.get("steps").entries["fill"].key.at == Position(FILE, 2, 3)


def test_a_path_that_leads_nowhere_ends_at_the_deepest_part_there_is():
    node, _ = read("steps:\n  fill: {title: 填报}\n")

    assert node.at_path(("steps", "fill", "who", "permission")) is node.at_path(("steps", "fill"))


def test_everything_below_a_node_is_gone_through_with_aliases_written_out():
    node, _ = read("a: &x [1, 2]\nb: {c: *x}\n")

    assert [part.text for part in node.walk() if part.kind == "scalar"] == ["1", "2", "1", "2"]
    assert len(list(node.walk_written())) == 6


def test_a_key_has_a_place_of_its_own():
    node, _ = read("a: 1\nb: 2\n")

    assert node.key("b").at == Position(FILE, 2, 1)
    assert node.key("nope") is node


def test_an_alias_is_what_it_stands_for_at_its_own_place():
    node, _ = read("a: &x {b: 1}\nc: *x\n")

    alias = node.get("c")
    assert alias.value == {"b": 1}
    assert alias.at == Position(FILE, 2, 4)
    assert alias.alias_of is node.get("a")
    assert alias.get("b") is node.get("a").get("b")


def test_an_anchored_value_begins_behind_its_anchor():
    node, _ = read("a: &x [1]\nb: &y\n  c: 2\n")

    assert node.get("a").at == Position(FILE, 1, 7)
    assert node.get("b").at == Position(FILE, 3, 3)


def test_keys_are_names_whatever_they_look_like():
    assert value_of("on: 1\n2: x\nnull: y\ntrue: z\n") == {
        "on": 1,
        "2": "x",
        "null": "y",
        "true": "z",
    }


def test_a_block_ends_with_its_last_value_not_with_the_comments_behind():
    node, _ = read("a:\n  b: 1\n\n# about c\nc: 2\n")

    assert node.get("a").end == Position(FILE, 2, 7)


def test_a_block_text_ends_with_its_last_line():
    node, _ = read("a: |\n  x\n\nb: |+\n  y\n\nc: 1\n")

    assert node.value == {"a": "x\n", "b": "y\n\n", "c": 1}
    assert node.get("a").raw == "|\n  x\n"
    assert node.get("b").raw == "|+\n  y\n\n"


def test_several_documents_are_read_when_asked_for():
    problems = Problems()

    documents = read_yaml_all("a: 1\n---\nb: 2\n", FILE, problems)

    assert [document.value for document in documents] == [{"a": 1}, {"b": 2}]
    assert not problems


def test_bytes_are_read_as_utf_8():
    problems = Problems()

    assert read_yaml("题: 好".encode(), FILE, problems).value == {"题": "好"}


def test_windows_line_ends_are_line_ends():
    node, problems = read("a: 1\r\nb: x\r\n")

    assert node.value == {"a": 1, "b": "x"}
    assert node.get("b").at == Position(FILE, 2, 4)
    assert not problems


@pytest.mark.parametrize("written", ["a: 1\na: 2\n", "a: {b: 1, b: 2}\n"])
def test_a_second_key_of_the_same_name_is_refused(written):
    assert codes(written) == ["SRC103"]


def test_a_large_file_is_refused_unread():
    assert codes("a: " + "x" * 1_000_001) == ["SRC107"]


def test_a_hundred_megabytes_are_refused_at_once():
    assert codes(b"[" * 100_000_000) == ["SRC107"]


def test_aliases_cannot_multiply_without_end():
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for name, last in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{last}'] * 10)}]")

    assert codes("\n".join(lines)) == ["SRC110"]


def test_deep_nesting_is_refused():
    assert codes("[" * 100_000) == ["SRC111"]
