"""Plain data as YAML text, the way the files of this project are written.

Short mappings and lists stand on one line in braces and brackets, longer ones as blocks. Whether a
text may stand without quotes is not guessed: it is read back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from engine.authoring.node import Style, plain_value
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml

# A mapping or list up to this width is written on one line.
ONE_LINE = 80
STEP = 2

_UNPRINTABLE = re.compile(
    r"[^\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def scalar(value: object, *, flow: bool = False, style: Style = "") -> str:
    """Write one value on one line, in the given style where it can hold the value."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if style == "'" and not _UNPRINTABLE.search(value):
        return "'" + value.replace("'", "''") + "'"
    if style == '"' or not is_plain(value, flow):
        return double_quoted(value)
    return value


def double_quoted(value: str) -> str:
    """Write a text in double quotes."""
    escaped = json.dumps(value, ensure_ascii=False)
    # JSON leaves some characters alone that YAML wants escaped.
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped)


def literal(value: str, indent: int) -> str:
    """Write a text of several lines as a block that begins with ``|``; see ``fits_block``."""
    chomping = "" if value.endswith("\n") else "-"
    hint = str(STEP) if value.startswith(" ") else ""
    lines = value.removesuffix("\n").split("\n")
    body = "\n".join(" " * indent + line if line else "" for line in lines)
    return f"|{hint}{chomping}\n{body}\n"


def fits_block(value: str) -> bool:
    """Tell whether a text can be written as a block, a line break at its end included."""
    blank = not value.strip() or value.startswith("\n") or value.endswith("\n\n")
    return not blank and not _UNPRINTABLE.search(value.replace("\n", ""))


@lru_cache(maxsize=4096)
def is_plain(value: str, flow: bool) -> bool:
    """Tell whether a text can stand without quotes and still be read as the same text."""
    if value != value.strip() or "\n" in value or not isinstance(plain_value(value), str):
        return False
    # In braces and brackets what follows matters: a colon before a comma is only a colon.
    written = "{a: " + value + ", b: [" + value + "], c: {d: " + value + "}}" if flow else value
    expected = {"a": value, "b": [value], "c": {"d": value}} if flow else value
    problems = Problems()
    node = read_yaml(f"key: {written}\n", "", problems)
    return not problems and node is not None and node.value == {"key": expected}


def on_one_line(value: object) -> str:
    """Write any value in braces and brackets."""
    if isinstance(value, Mapping):
        parts = [
            f"{scalar(str(key), flow=True)}: {on_one_line(item)}" for key, item in value.items()
        ]
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(on_one_line(item) for item in value) + "]"
    return scalar(value, flow=True)


def document(value: Mapping[str, object]) -> str:
    """Write a whole file."""
    return "\n".join(_block(value, 0)) + "\n"


def after_key(value: object, indent: int, *, flow: bool) -> str:
    """Write a value as it follows ``key:``: with the blank or line break in front.

    Args:
        value: plain data.
        indent: the column of the key, counted from 0.
        flow: whether the key stands in braces.
    """
    if not isinstance(value, Mapping | list | tuple):
        if isinstance(value, str) and "\n" in value and not flow and fits_block(value):
            return " " + literal(value, indent + STEP).rstrip("\n")
        return " " + scalar(value, flow=flow)
    short = on_one_line(value)
    if flow or not value or len(short) + indent <= ONE_LINE:
        return " " + short
    return "\n" + "\n".join(_block(value, indent + STEP))


def after_dash(value: object, indent: int) -> str:
    """Write a value as it follows ``- ``; ``indent`` is the column of the dash."""
    if not isinstance(value, Mapping | list | tuple):
        return after_key(value, indent, flow=False)[1:]
    short = on_one_line(value)
    if not value or len(short) + indent <= ONE_LINE:
        return short
    return "\n".join(_block(value, indent + STEP)).lstrip(" ")


def _block(value: Mapping[str, object] | Sequence[object], indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(value, Mapping):
        return [
            f"{pad}{scalar(str(key))}:{after_key(item, indent, flow=False)}"
            for key, item in value.items()
        ]
    return [f"{pad}- {after_dash(item, indent)}" for item in value]
