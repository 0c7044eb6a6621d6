"""Typed reading of a mapping with a closed vocabulary.

Every parser of a definition language reads through ``Fields``: what is misspelt, missing or of the
wrong type becomes a problem at its place, and reading goes on with a default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from engine.authoring.node import Entry, Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems

TEXT = Phrase("文本", "text")
BOOLEAN = Phrase("true 或 false", "true or false")
INTEGER = Phrase("整数", "a whole number")
NUMBER = Phrase("数字", "a number")
MAPPING = Phrase("一组键值", "a mapping")
SEQUENCE = Phrase("列表", "a list")
NAMES = Phrase("名称列表", "a list of names")
KINDS = {"mapping": MAPPING, "sequence": SEQUENCE, "scalar": TEXT}


def shown(node: Node) -> str:
    """Quote a node's value for a sentence, shortened."""
    if node.kind == "mapping":
        text = "{" + ", ".join(node.entries) + "}"
    elif node.kind == "sequence":
        text = "[" + ", ".join(shown(item) for item in node.items[:4]) + "]"
    else:
        text = node.text or "null"
        if node.quoted or isinstance(node.scalar, str):
            text = f'"{text}"'
    return text if len(text) <= 60 else text[:57] + "..."


class Fields:
    """The keys of one mapping, read one by one with their types.

    Each reading method returns the default when the key is missing or its value is of another
    type; the latter is also reported. ``ok`` is False once anything was reported.
    """

    def __init__(
        self,
        node: Node | None,
        problems: Problems,
        *,
        allowed: Collection[str],
        where: Phrase | str = "",
    ) -> None:
        """Begin to read a node, reporting keys outside the vocabulary.

        Args:
            node: the mapping; None reads as an empty one.
            problems: where reports go.
            allowed: the closed vocabulary.
            where: how sentences call the mapping, such as ``step "unit"``.
        """
        self.problems = problems
        self.where = where or Phrase("此处", "this place")
        self.ok = True
        self.node = node
        self._entries: dict[str, Entry] = {}
        if node is None:
            return
        if node.kind != "mapping":
            self.ok = False
            problems.add(
                "DEF102", node, where=self.where, key="", expected=MAPPING, value=shown(node)
            )
            return
        for name, entry in node.entries.items():
            if name in allowed:
                self._entries[name] = entry
            else:
                self.ok = False
                problems.add(
                    "DEF101", entry.key, where=self.where, key=name, given=name, choices=allowed
                )

    def __contains__(self, name: str) -> bool:
        """Tell whether a key is written."""
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        """Go through the known keys that are written."""
        return iter(self._entries)

    def require(self, *names: str) -> None:
        """Report each of these keys that is missing, at the mapping itself."""
        for name in names:
            if name not in self._entries and self.node is not None and self.node.kind == "mapping":
                self.ok = False
                self.problems.add("DEF103", self.node, length=1, where=self.where, key=name)

    def get(self, name: str) -> Node | None:
        """Return the value of a key as it stands."""
        entry = self._entries.get(name)
        return entry.value if entry else None

    def text(self, name: str, default: str = "") -> str:
        """Read a text. A number or true/false without quotes is reported, not converted."""
        node = self.get(name)
        if node is None:
            return default
        value = node.scalar
        if isinstance(value, str):
            return value
        if isinstance(value, bool | int | float):
            self.ok = False
            self.problems.add(
                "DEF105",
                node,
                where=self.where,
                key=name,
                value=node.text,
                found=BOOLEAN if isinstance(value, bool) else NUMBER,
            )
            return default
        self.wrong(name, TEXT)
        return default

    def boolean(self, name: str, default: bool = False) -> bool:
        """Read true or false; nothing else counts."""
        node = self.get(name)
        if node is None:
            return default
        if isinstance(node.scalar, bool):
            return node.scalar
        self.wrong(name, BOOLEAN)
        return default

    def integer(self, name: str, default: int = 0, *, least: int | None = None) -> int:
        """Read a whole number, not below ``least``."""
        node = self.get(name)
        if node is None:
            return default
        value = node.scalar
        if isinstance(value, int) and not isinstance(value, bool):
            if least is None or value >= least:
                return value
            self.wrong(
                name, Phrase(f"不小于 {least} 的整数", f"a whole number of at least {least}")
            )
            return default
        self.wrong(name, INTEGER)
        return default

    def number(self, name: str, default: float = 0) -> float:
        """Read a number."""
        node = self.get(name)
        if node is None:
            return default
        value = node.scalar
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        self.wrong(name, NUMBER)
        return default

    def word(self, name: str, choices: Collection[str], default: str = "") -> str:
        """Read one word of a closed set."""
        node = self.get(name)
        if node is None:
            return default
        if node.kind == "scalar" and node.text in choices:
            return node.text
        self.ok = False
        self.problems.add(
            "DEF104",
            node,
            where=self.where,
            key=name,
            value=node.text if node.kind == "scalar" else shown(node),
            given=node.text,
            choices=choices,
        )
        return default

    def names(self, name: str, *, single: bool = False) -> list[Node]:
        """Read a list of texts as their nodes; with ``single`` one text alone is such a list."""
        node = self.get(name)
        if node is None:
            return []
        if single and node.kind == "scalar" and isinstance(node.scalar, str):
            return [node]
        if node.kind != "sequence":
            self.wrong(name, NAMES)
            return []
        good = []
        for item in node.items:
            if isinstance(item.scalar, str):
                good.append(item)
            else:
                self.wrong(name, NAMES, item)
        return good

    def mapping(self, name: str) -> Node | None:
        """Read a mapping."""
        return self._of_kind(name, "mapping")

    def entries(self, name: str) -> Sequence[tuple[str, Entry]]:
        """Read a mapping whose keys are free names, in order of writing."""
        node = self.mapping(name)
        return tuple(node.entries.items()) if node else ()

    def sequence(self, name: str) -> Sequence[Node]:
        """Read a list."""
        node = self._of_kind(name, "sequence")
        return node.items if node else ()

    def wrong(self, name: str, expected: Phrase, node: Node | None = None) -> None:
        """Report that the value of a key is not what it must be."""
        found = node or self.get(name) or self.node
        if found is None:
            return
        self.ok = False
        self.problems.add(
            "DEF102", found, where=self.where, key=name, expected=expected, value=shown(found)
        )

    def _of_kind(self, name: str, kind: str) -> Node | None:
        node = self.get(name)
        if node is None or node.kind == kind:
            return node
        self.wrong(name, KINDS[kind])
        return None
