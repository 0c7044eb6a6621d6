"""Labels: captions of the content said differently, in a language or in a jurisdiction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import Key, MapOf, Text, Vocabulary


@dataclass(frozen=True, eq=False)
class Labels:
    """Captions as written in the files, with what is shown instead."""

    id: str
    node: Node
    captions: Mapping[str, str] = field(default_factory=dict)

    def shown(self, caption: str) -> str:
        """Return what is shown for a caption."""
        return self.captions.get(caption, caption)


LABELS = Vocabulary(
    "labels",
    Phrase("标签", "labels"),
    (
        Key(
            "labels",
            Text(),
            "语言或地区，与文件名相同",
            "a language or jurisdiction",
            required=True,
        ),
        Key(
            "captions",
            MapOf(Text(), Phrase("文件中的文字", "caption"), pattern=r"(?s:.+)"),
            "文件中的文字 → 显示的文字",
            "caption as written → as shown",
            required=True,
        ),
    ),
    called=Phrase("标签", "the labels"),
)


def parse_labels(node: Node, path: str, problems: Problems) -> Labels | None:
    """Read a labels file."""
    values = read_file(LABELS, node, problems)
    if values is None:
        return None
    return Labels(file_id(values, "labels", path), node, values.get("captions", {}))
