"""Conditions of other engines in our words: the simple forms of JUEL and FEEL."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    |(?P<sign>==|!=|<=|>=|&&|\|\||[=<>!()]))""",
    re.VERBOSE | re.ASCII,
)
_SIGNS = {"=": "==", "!": "!"}
_WORDS = {
    "and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "lt": "<", "gt": ">",
    "le": "<=", "ge": ">=", "true": "true", "false": "false", "null": "null",
}  # fmt: skip
#: names that mean the same here; all others are fields of the case
_KNOWN = ("data", "case", "initiator", "policy", "flags", "input")


def translated(text: str) -> str | None:
    """Return a condition as an expression, None if it is not of a simple form.

    ``${x == 'y'}``, ``#{…}`` and ``= x = "y"`` lose what is around them; a bare name is a field of
    the case's data.
    """
    inner = re.fullmatch(r"\s*(?:[$#]\{(?P<juel>.*)\}|=(?P<feel>.*)|(?P<bare>.*))\s*", text, re.S)
    found = next((one for one in inner.groups() if one is not None), "") if inner else ""
    parts: list[str] = []
    place = 0
    while found[place:].strip():
        token = _TOKEN.match(found, place)
        if token is None:
            return None
        place = token.end()
        if token["name"] and found[place:].lstrip().startswith("(") and token["name"] != "not":
            return None
        parts.append(_part(token))
    return _joined(parts) if parts else None


def _part(token: re.Match[str]) -> str:
    if token["string"]:
        inside = re.sub(r"\\(.)", r"\1", token["string"][1:-1])
        return "'" + inside.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if token["name"]:
        return _WORDS.get(token["name"]) or name_of(token["name"])
    return token["number"] or _SIGNS.get(token["sign"], token["sign"])


def name_of(path: str) -> str:
    """Return the name of a variable as a path of ours."""
    parts = [snake(one) for one in path.split(".")]
    return ".".join(parts if parts[0] in _KNOWN else ["data", *parts])


def snake(text: str) -> str:
    """Return an id or a caption as a name; nothing if it has no letters of ours."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_").lstrip("0123456789_")


def _joined(parts: list[str]) -> str:
    text = " ".join(parts)
    return re.sub(r"\( | (?=\))|(?<=!) (?!=)", lambda one: one[0].strip(), text)
