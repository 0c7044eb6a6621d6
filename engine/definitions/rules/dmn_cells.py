"""Unary tests of DMN as cells: constants, comparisons, ranges, lists and what is none of them."""

from __future__ import annotations

import re
from itertools import product

from engine.authoring.node import plain_value
from engine.authoring.problem import Phrase
from engine.definitions.markup import Element

STRING = r'"(?:[^"\\]|\\.)*"'
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_VALUE = rf'{STRING}|{NUMBER}|true|false|date\(\s*"[0-9-]+"\s*\)'
#: the constants in a text
CONSTANT = re.compile(_VALUE)
_SPACE = re.compile(rf"({STRING})|\s+")
_COMPARED = re.compile(rf"(?:\?\s*)?(?P<operator><=|>=|!=|<|>|=)\s*(?P<value>{_VALUE})\Z")
_RANGE = re.compile(
    rf"(?:\?\s+in\s+)?(?P<left>[\[(\]])\s*(?P<low>{_VALUE})\s*\.\.\s*(?P<high>{_VALUE})"
    r"\s*(?P<right>[\])\[])\Z"
)
_VALUES = rf"\s*(?:{_VALUE})\s*(?:,\s*(?:{_VALUE})\s*)*"
_LIST = re.compile(rf"\[(?P<values>{_VALUES})\]")
_CONTAINED = re.compile(rf"list contains\(\s*\[(?P<values>{_VALUES})\]\s*,\s*\?\s*\)")
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_ORDERED = ("number", "integer", "date")
#: alternatives a cell comes to when it is turned round
_MOST = 30


class Refused(Exception):
    """Something of a DMN file has no counterpart."""

    def __init__(self, at: Element, zh: str, en: str) -> None:
        """Hold the place and the reason."""
        super().__init__(en)
        self.at, self.reason = at, Phrase(zh, en)


def text_of(one: Element, *path: str) -> str:
    """Return the text at a path; the strings in it stay as they are."""
    found = one.first(*path)
    if found is None:
        return ""
    if "\n" not in found.text:
        return found.text.strip()
    return _SPACE.sub(lambda match: match[1] or " ", found.text).strip()


def split(text: str) -> list[str]:
    """Split a text at the commas outside strings and brackets."""
    tokens = rf"{STRING}|\([^()]*\)|[\[(\]][^\[\]()]*\.\.[^\[\]()]*[\])\[]|[^,]"
    parts = re.findall(rf"(?:{tokens})+", text)
    return [part.strip() for part in parts]


def _unlisted(text: str) -> str:
    """Return the tests that a list stands for: its values, one of which is meant."""
    asked = re.sub(r"\A(?:\?\s*)?in\b\s*", "", text)
    found = _LIST.fullmatch(asked) or _CONTAINED.fullmatch(asked)
    if found:
        return found["values"]
    inside = re.fullmatch(r"\((.*)\)", asked) if asked != text else None
    return inside[1] if inside and not _RANGE.match(asked) else asked


def cell_of(text: str, type_: str, at: Element) -> object:
    """Return a unary test as a cell; None for any value."""
    if text in ("", "-"):
        return None
    text = _unlisted(text)
    negated = re.fullmatch(r"not\s*\((.*)\)", text)
    if negated:
        ways = [_opposite(part, type_, at) for part in split(_unlisted(negated[1]))]
        found = [" && ".join(one) for one in product(*ways)]
        if len(found) > _MOST:
            raise _unsupported(text, at)
        return found[0] if len(found) == 1 else found
    cells = [_test(part, type_, at) for part in split(text)]
    return cells[0] if len(cells) == 1 else cells


def _opposite(text: str, type_: str, at: Element) -> list[str]:
    """Return alternatives that hold where a test does not."""
    if text == "null":
        return ["!= null"]
    compared, between = _COMPARED.match(text), _RANGE.match(text)
    if compared and compared["operator"] in _OPPOSITE and type_ in _ORDERED:
        return [f"{_OPPOSITE[compared['operator']]} {constant_of(compared['value'], type_, at)}"]
    if between and type_ in _ORDERED:
        low, high = (constant_of(between[end], type_, at) for end in ("low", "high"))
        return [
            f"{'<' if between['left'] == '[' else '<='} {low}",
            f"{'>' if between['right'] == ']' else '>='} {high}",
        ]
    if compared and compared["operator"] == "!=":
        return [f"== {_inside(compared['value'], type_, at)}"]
    return [f"!= {_inside(compared['value'] if compared else text, type_, at)}"]


def _test(text: str, type_: str, at: Element) -> object:
    if text == "null":
        return "== null"
    compared, between = _COMPARED.match(text), _RANGE.match(text)
    if compared and compared["operator"] == "!=":
        return f"!= {_inside(compared['value'], type_, at)}"
    if compared and compared["operator"] == "=":
        text = compared["value"]
    elif compared and type_ in _ORDERED:
        return f"{compared['operator']} {constant_of(compared['value'], type_, at)}"
    if between and type_ in _ORDERED:
        low, high = (constant_of(between[end], type_, at) for end in ("low", "high"))
        if between["left"] == "[" and between["right"] == "]":
            return f"{low}..{high}"
        left = ">=" if between["left"] == "[" else ">"
        right = "<=" if between["right"] == "]" else "<"
        return f"{left} {low} && {right} {high}"
    found = _inside(text, type_, at)
    return found if type_ == "text" else plain_value(found)


def _inside(text: str, type_: str, at: Element) -> str:
    """Write a constant as cells take it: texts quoted where they would mean something else."""
    value = constant_of(text, type_, at)
    if type_ != "text":
        return value
    plain = re.fullmatch(r"[\w.]+(?: [\w.]+)*", value) and value != "null"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return value if plain else f"'{escaped}'"


def constant_of(text: str, type_: str, at: Element) -> str:
    """Return a constant as it is written here, without quotes."""
    is_string = re.fullmatch(STRING, text) is not None
    day = re.fullmatch(r'date\(\s*"([0-9-]+)"\s*\)', text)
    if type_ == "text" and is_string:
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if type_ == "date" and (day or is_string):
        return day[1] if day else text[1:-1]
    if type_ in ("number", "integer") and re.fullmatch(NUMBER, text):
        return text
    if type_ == "boolean" and text in ("true", "false"):
        return text
    raise _unsupported(text, at)


def _unsupported(text: str, at: Element) -> Refused:
    return Refused(at, f"不支持“{text}”这种写法", f'"{text}" is not supported')
