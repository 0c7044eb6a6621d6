"""The tables of the authors' manual, made from the language itself.

``python -m engine.definitions.manual definitions/README.md`` writes them anew between the markers
``<!-- table: NAME -->`` and ``<!-- end -->``; a test compares. So the manual cannot tell of a key
the parser does not know, and no key or problem code can be missing in it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from engine.authoring.catalogue import CATALOGUE
from engine.definitions.context import ACT, CASE, CASE_ROW, METHODS, TABLE, VOTE
from engine.definitions.kinds import KINDS, SINGLE
from engine.definitions.listing import CASE_FIELDS, SORTABLE
from engine.definitions.operation_table import CELLS, OPERATIONS, SCOPES, SENTENCES
from engine.definitions.patterns import PATTERNS
from engine.definitions.shapes import Key, Vocabulary
from engine.definitions.uses import Place
from engine.definitions.vocabulary import vocabularies
from engine.domain.types import Record
from engine.expressions import explain_functions, type_words

_MARKED = re.compile(r"<!-- table: (?P<name>[^>]+?) -->\n.*?<!-- end -->", re.DOTALL)
_PLACES: Mapping[Place, str] = {
    "everywhere": "其他各处",
    "action": "动作的 to、require、set、do（及其中的 where、which、with）、send_to、insert、due",
    "action_when": "动作的 when",
    "until": "chain.until",
    "vote": "panel.enough",
    "ballot": "panel.invalid",
    "member": "release.which、panel.extend",
    "row": "where、of、except.when",
    "item": "写了 each 的 with",
}
#: codes described in the manuals of other languages
ELSEWHERE = ("FRM", "SMP")


def filled(text: str) -> str:
    """Return a manual with every table written anew.

    Raises:
        KeyError: a marker names no table.
    """
    tables = all_tables()
    return _MARKED.sub(
        lambda match: f"<!-- table: {match['name']} -->\n{tables[match['name']]()}\n<!-- end -->",
        text,
    )


def all_tables() -> dict[str, Callable[[], str]]:
    """Return the makers of all tables by name."""
    tables: dict[str, Callable[[], str]] = {
        "context": context_table,
        "case": lambda: _fields(CASE),
        "act": lambda: _fields(ACT),
        "case-row": lambda: _fields(CASE_ROW),
        "vote": lambda: _fields(VOTE),
        "functions": functions_table,
        "columns": columns_table,
        "patterns": patterns_table,
        "operations": operations_table,
    }
    for prefix in ("SRC", "DEF1", "DEF2", "DEF3", "DEF4", "REG", "RUL", "BPM"):
        tables[f"problems {prefix}"] = _problems(prefix)
    for name, vocabulary in all_vocabularies().items():
        tables[f"keys {name}"] = _keys(vocabulary)
    return tables


def all_vocabularies() -> dict[str, Vocabulary]:
    """Return the vocabularies of all kinds of files described in this manual."""
    found = dict(vocabularies())
    tops = [kind.vocabulary for kind in KINDS] + list(SINGLE.values())
    for top in tops:
        found[top.id] = top
        for key in top.keys:
            for part in key.shape.parts():
                found.setdefault(part.id, part)
    return found


def keys_table(vocabulary: Vocabulary) -> str:
    """Return the keys of one mapping."""
    rows = [_key(key) for key in vocabulary.keys]
    return _table(("键", "类型", "默认", "含义"), rows)


def _key(key: Key) -> tuple[str, ...]:
    default = "必填" if key.required else key.default.split(" / ")[0]
    return (f"`{key.name}`", key.shape.words().zh, default, key.zh)


def context_table() -> str:
    """Return the names expressions can read, and where."""
    rows = []
    for row in TABLE:
        everywhere = len(row.where) == len(TABLE[0].where)
        where = "各处" if everywhere else "；".join(_PLACES[place] for place in row.where)
        if row.group:
            where += "（成组流程）"
        rows.append((f"`{row.name}`", row.zh, where))
    for method in METHODS:
        rows.append((f"`{method.of}.{method.name}('…')`", method.zh, "各处"))
    return _table(("名称", "内容", "哪里可以用"), rows)


def functions_table() -> str:
    """Return the functions."""
    rows = [(f"`{call}`", zh) for call, zh, _ in explain_functions()]
    return _table(("函数", "含义"), rows)


def patterns_table() -> str:
    """Return the control-flow patterns, how each is written or why it is not."""
    rows = [
        (str(one.number), f"{one.zh} ({one.en})", "✓" if one.runs else "—", one.how)
        for one in PATTERNS
    ]
    return _table(("", "模式", "能执行", "写法，或不做的理由"), rows)


def operations_table() -> str:
    """Return what each operation does in each scope, with the refusals below."""
    number = {code: place for place, code in enumerate(SENTENCES, start=1)}

    def cell(outcome: str) -> str:
        refused = outcome.startswith("!")
        return f"✗ {number[outcome[1:]]}" if refused else f"`{outcome}`"

    rows = [
        (one.zh, *(cell(CELLS[one.name][scope.name]) for scope in SCOPES)) for one in OPERATIONS
    ]
    table = _table(("", *(scope.zh for scope in SCOPES)), rows)
    said = (f"{number[code]}. {sentence}" for code, sentence in SENTENCES.items())
    return "\n".join((table, "", *said))


def problems_table(prefix: str) -> str:
    """Return the problem codes of one group."""
    rows = [
        (
            code,
            ("提醒：" if entry.level == "warning" else "") + _plain(entry.zh),
            f"`{_plain(entry.example)}`",
        )
        for code, entry in sorted(CATALOGUE.items())
        if code.startswith(prefix)
    ]
    return _table(("代码", "说什么", "例如"), rows)


def columns_table() -> str:
    """Return what lists of cases show beside the fields of the form."""
    rows = [
        (f"`{name}`", field.label, "可以" if name in SORTABLE else "")
        for name, field in CASE_FIELDS.items()
    ]
    return _table(("名称", "含义", "筛选和排序"), rows)


def _fields(record: Record) -> str:
    rows = [
        (f"`{name}`", type_words(field.type).zh, field.label.split(" / ")[0])
        for name, field in record.fields.items()
    ]
    return _table(("字段", "类型", "含义"), rows)


def _keys(vocabulary: Vocabulary) -> Callable[[], str]:
    return lambda: keys_table(vocabulary)


def _problems(prefix: str) -> Callable[[], str]:
    return lambda: problems_table(prefix)


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    heads = list(heads)
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return "\n".join(lines)


def _plain(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    """Write the tables of the given manuals anew."""
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(filled(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
