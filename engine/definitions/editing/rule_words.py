"""What may be written in a rule table, and where a process asks one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.authoring.cursor import Cursor
from engine.authoring.node import Node
from engine.definitions.release import Loaded
from engine.definitions.rules import FOLDER, Rule, scope_of
from engine.expressions import Scope

Words = Iterator[tuple[str, str]]
PATH = f"definitions/{FOLDER}/"


def names_of_rules(loaded: Loaded) -> Words:
    """Return the rule tables with their captions."""
    for name, table in loaded.content.rules.items():
        yield f"{FOLDER}/{name}", table.title


def keys_in(loaded: Loaded, path: str, cursor: Cursor) -> Words:
    """Return the inputs or outputs that may be named at a key."""
    written = cursor.root.at_path(cursor.path).entries
    for name, title in _columns(loaded, path, cursor):
        if name not in written:
            yield name, title


def _columns(loaded: Loaded, path: str, cursor: Cursor) -> Words:
    keys = cursor.path
    if path.startswith(PATH) and len(keys) == 3 and keys[0] == "rows":
        part = {"when": "inputs", "then": "outputs"}.get(str(keys[2]), "")
        for name, entry in cursor.root.at_path([part]).entries.items() if part else ():
            title = entry.value.get("title")
            yield name, title.text if title is not None else ""
    elif keys[-1:] == ("with",):
        rule = _asked(loaded, cursor)
        for column in rule.inputs.values() if rule is not None else ():
            yield column.name, column.title


def _asked(loaded: Loaded, cursor: Cursor) -> Rule | None:
    written = cursor.root.at_path(cursor.path[:-1]).get("rule")
    return loaded.rules.get(written.text) if written is not None else None


def words_in(loaded: Loaded, path: str, cursor: Cursor) -> Words:
    """Return the words that may stand in a cell of a table."""
    keys = cursor.path
    if not path.startswith(PATH) or keys[:1] != ("rows",) or len(keys) < 3:
        return
    if keys[2] == "when" and len(keys) > 3:
        column = cursor.root.at_path(["inputs", keys[3]])
    elif keys[2] == "then":
        outputs = cursor.root.at_path(["outputs"])
        name = keys[3] if len(keys) > 3 else next(iter(outputs.entries), "")
        column = outputs.at_path([name])
    else:
        return
    yield from _values(loaded, column)


def _values(loaded: Loaded, column: Node) -> Words:
    if (type_ := column.get("type")) is not None and type_.text == "boolean":
        yield from (("true", ""), ("false", ""))
    for item in column.at_path(["values"]).items:
        yield item.text, ""
    codes = column.get("codes")
    found = loaded.content.codes.get(codes.text) if codes is not None else None
    for code in found.values.values() if found is not None else ():
        yield code.code, code.title


def names_in(loaded: Loaded, path: str) -> Scope | None:
    """Return the names that what comes out of a table may be computed from."""
    table = loaded.content.rules.get(path.removeprefix(PATH).removesuffix(".yaml"))
    return scope_of(table.inputs) if table is not None else None
