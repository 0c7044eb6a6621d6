"""The manual tells what the language is."""

import re
import textwrap
from pathlib import Path

import pytest

from engine.authoring import Problems, read_yaml
from engine.forms import bind_forms, read_forms
from engine.forms.keywords import INSTEAD, KEYWORDS, PARTS
from engine.forms.manual import TABLES, filled, main
from tests.forms.content import ROOT, names, nodes_of

MANUAL = (ROOT / "forms" / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)


def test_the_tables_are_those_of_the_language() -> None:
    assert filled(MANUAL) == MANUAL


def test_the_tables_are_written_by_the_command(tmp_path: Path) -> None:
    manual = tmp_path / "README.md"
    manual.write_text("<!-- table: formats -->\nold\n<!-- end -->\n", "utf-8")

    main([str(manual)])

    assert "| `id-number` |" in manual.read_text("utf-8")


def test_every_table_is_in_the_manual() -> None:
    assert set(re.findall(r"<!-- table: (\w+) -->", MANUAL)) == set(TABLES)


@pytest.mark.parametrize("text", EXAMPLES, ids=[text.split("\n")[0] for text in EXAMPLES])
def test_the_examples_are_right(text: str) -> None:
    problems = Problems()
    text = textwrap.dedent(text)
    name = re.match(r"form: ([a-z-]+)", text)
    assert name is not None
    node = read_yaml(text, f"forms/{name[1]}.yaml", problems)
    assert node is not None
    nodes = {**nodes_of("forms"), name[1]: node}

    bind_forms(read_forms({name[1]: nodes[name[1]]}, problems), nodes, names(), problems)

    assert [each.sentence("en") for each in problems] == []


def test_the_keys_inside_a_hint_are_explained() -> None:
    for keys in PARTS.values():
        for key in keys:
            assert f"`{key}`" in MANUAL or f"{key}:" in MANUAL, key


def test_no_keyword_means_two_things() -> None:
    assert not KEYWORDS.keys() & INSTEAD.keys()
    assert PARTS.keys() - {"layout.groups", "rules", "facts"} <= KEYWORDS.keys()
