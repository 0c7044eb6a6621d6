"""Every file that ships can be edited: one value is one line, and nothing else moves."""

from pathlib import Path

import pytest

from engine.authoring import AliasedNode, Document

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("definitions", "forms", "examples")
    for path in (ROOT / folder).rglob("*.yaml")
)


def scalars(node, path=()):
    for name, entry in node.entries.items():
        yield from scalars(entry.value, (*path, name))
    for place, item in enumerate(node.items):
        yield from scalars(item, (*path, place))
    if node.kind == "scalar" and isinstance(node.scalar, str) and "\n" not in node.text:
        yield path


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_one_value_is_one_line(file):
    text = file.read_text("utf-8")
    document = Document.parse(text, file.name)
    assert document.text == text
    paths = list(scalars(document.root))
    path = paths[len(paths) // 2]

    try:
        document.set(path, "改：x, y")
    except AliasedNode:
        document.set(path, "改：x, y", alias="everywhere")

    before, after = text.split("\n"), document.text.split("\n")
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
