"""How a file of any kind begins: its key names it, and the name is its path."""

from __future__ import annotations

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.shapes import Spot, Values, Vocabulary, read_mapping

FILE = Phrase("此文件", "this file")


def read_file(vocabulary: Vocabulary, node: Node, problems: Problems) -> Values | None:
    """Read the top mapping of a file."""
    return read_mapping(vocabulary, node, Spot(FILE, vocabulary.id, problems))


def file_id(values: Values, key: str, path: str) -> str:
    """Return the id of a file, its path, reporting one that is written differently."""
    written = values.get(key)
    node = values.node.get(key)
    if written is not None and written != path and node is not None:
        values.spot.problems.add("REG101", node, key=key, written=written, path=path)
    return path
