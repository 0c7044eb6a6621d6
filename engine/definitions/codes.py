"""Code lists: the closed sets of values that forms, statuses and filters choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import CODE, expect, said
from engine.definitions.reading import file_id, read_file
from engine.definitions.shapes import Key, MapOf, One, Text, Values, Vocabulary, Yes


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code list."""

    code: str
    title: str
    help: str = ""
    #: what others than those who handle it read; ``keep`` = the last public one
    public: str | None = None
    #: the code above it, in a list that is a tree
    parent: str | None = None
    #: kept for old data, not offered any more
    retired: bool = False


@dataclass(frozen=True, eq=False)
class CodeList:
    """A code list: its values in order."""

    id: str
    title: str
    node: Node
    values: Mapping[str, Code] = field(default_factory=dict)

    def title_of(self, code: object) -> str:
        """Return the caption of a code; a code that is not in the list is shown as it is."""
        found = self.values.get(str(code))
        return found.title if found else str(code)


def _code(values: Values) -> Code:
    return Code(
        code=values.name,
        title=values.get("title", values.name),
        help=values.get("help", ""),
        public=values.get("public"),
        parent=values.get("parent"),
        retired=values.get("retired", False),
    )


VALUE = Vocabulary(
    "code",
    Phrase("代码", "code"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key("help", Text(), "说明", "explanation beside it"),
        Key(
            "public",
            Text(),
            "对外显示的文字；`keep` 表示沿用上一次对外显示的文字",
            "what outsiders read; `keep` = what they read last",
        ),
        Key("parent", Text(), "上级代码", "the code above it"),
        Key("retired", Yes(), "不再可选", "no longer offered", "false"),
    ),
    called=Phrase('代码 "{name}" ', 'code "{name}"'),
)
CODES = Vocabulary(
    "codes",
    Phrase("代码表", "code list"),
    (
        Key("codes", Text(), "标识，与文件名相同", "id, equal to the file name", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "values",
            MapOf(One(VALUE, _code), Phrase("代码", "code"), pattern=r"[A-Za-z0-9_.-]+"),
            "代码及名称，按顺序",
            "codes with their captions, in order",
            required=True,
        ),
    ),
    called=Phrase("代码表", "the code list"),
)


def parse_codes(node: Node, path: str, problems: Problems) -> CodeList | None:
    """Read a code list."""
    values = read_file(CODES, node, problems)
    if values is None:
        return None
    return CodeList(
        id=file_id(values, "codes", path),
        title=values.get("title", path),
        node=node,
        values=values.get("values", {}),
    )


def check_codes(codes: CodeList, problems: Problems) -> None:
    """Report parents that are not in the list."""
    for code in codes.values.values():
        expect(
            problems,
            codes.node.at_path(["values", code.code, "parent"]),
            CODE,
            code.parent,
            codes.values,
            said("代码", "code", code.code),
        )
