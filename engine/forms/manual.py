"""The tables of the form authors' manual, made from the vocabulary itself.

``python -m engine.forms.manual forms/README.md`` writes them anew between the markers
``<!-- table: NAME -->`` and ``<!-- end -->``; a test compares.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from engine.authoring.catalogue import CATALOGUE
from engine.forms.keywords import FORMATS, KEYWORDS, KIND_TITLES, WIDGETS, Keyword, Kind
from engine.forms.names import CONTEXT
from engine.forms.sentences import SENTENCES

_MARKED = re.compile(r"<!-- table: (?P<name>[^>]+?) -->\n.*?<!-- end -->", re.DOTALL)
_HOLDS = {
    "text": "文本",
    "boolean": "true / false",
    "integer": "整数",
    "number": "数字",
    "names": "名称列表",
    "columns": "列名列表",
    "mapping": "一组键值",
    "expression": "表达式",
    "word": "见说明",
    "rules": "规则列表",
    "plain": "值",
}


def filled(text: str) -> str:
    """Return a manual with every table written anew.

    Raises:
        KeyError: a marker names no table.
    """
    return _MARKED.sub(
        lambda match: f"<!-- table: {match['name']} -->\n{TABLES[match['name']]()}\n<!-- end -->",
        text,
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines
    )


def _kinds(kinds: frozenset[Kind]) -> str:
    if not kinds:
        return "所有字段"
    if len(kinds) > 10:
        return "有值的字段"
    return "、".join(title for kind, (title, _) in KIND_TITLES.items() if kind in kinds)


def _keywords(*, hint: bool) -> str:
    def row(keyword: Keyword) -> tuple[str, ...]:
        return (f"`{keyword.name}`", _HOLDS[keyword.holds], _kinds(keyword.kinds), keyword.zh)

    rows = [row(keyword) for keyword in KEYWORDS.values() if keyword.hint is hint]
    return _table(("键", "值", "用于", "含义"), rows)


def _widgets() -> str:
    rows = [(f"`{one.name}`", _kinds(one.kinds), one.zh) for one in WIDGETS.values()]
    return _table(("widget", "用于", "含义"), rows)


def _formats() -> str:
    rows = [(f"`{name}`", zh) for name, (_, zh, _) in FORMATS.items()]
    return _table(("format", "含义"), rows)


def _context() -> str:
    rows = [(f"`{name}`", declared.label) for name, declared in CONTEXT.items()]
    return _table(("名称", "含义"), rows)


def _problems() -> str:
    entries = [entry for code, entry in sorted(CATALOGUE.items()) if code.startswith("FRM")]
    return _table(("代码", "问题"), [(entry.code, entry.zh) for entry in entries])


def _sentences() -> str:
    return _table(("代码", "提示语"), [(f"`{code}`", zh) for code, (zh, _) in SENTENCES.items()])


TABLES: dict[str, Callable[[], str]] = {
    "schema": lambda: _keywords(hint=False),
    "hints": lambda: _keywords(hint=True),
    "widgets": _widgets,
    "formats": _formats,
    "context": _context,
    "problems": _problems,
    "sentences": _sentences,
}


def main(paths: list[str]) -> None:
    """Write the tables of the manuals anew."""
    for name in paths:
        path = Path(name)
        path.write_text(filled(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
