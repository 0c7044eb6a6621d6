"""DMN 1.3 files as rule tables: decision tables and literal expressions of the simple kind.

What has the same meaning here is written anew as YAML; everything else is refused with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.authoring.emitting import on_one_line, scalar
from engine.authoring.node import plain_value
from engine.authoring.problem import Phrase, Position
from engine.authoring.problems import Problems
from engine.definitions.markup import Element, Unreadable, read_markup
from engine.definitions.rules.table import FOLDER

HITS = {"UNIQUE": "unique", "FIRST": "first", "COLLECT": "collect", "RULE ORDER": "collect"}
TYPES = {
    "string": "text", "number": "number", "integer": "integer", "long": "integer",
    "double": "number", "boolean": "boolean", "date": "date",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_STRING = r'"(?:[^"\\]|\\.)*"'
_SPACE = re.compile(rf"({_STRING})|\s+")
#: our own attributes, for what DMN has no word for
OWN = "urn:zhicheng:rules"
_VALUE = rf'{_STRING}|-?[0-9]+(?:\.[0-9]+)?|true|false|date\(\s*"[0-9-]+"\s*\)'
_COMPARED = re.compile(rf"(?P<operator><=|>=|<|>)\s*(?P<value>{_VALUE})\Z")
_RANGE = re.compile(
    rf"(?P<left>[\[(\]])\s*(?P<low>{_VALUE})\s*\.\.\s*(?P<high>{_VALUE})\s*(?P<right>[\])\[])\Z"
)
_ARITHMETIC = re.compile(r"[A-Za-z0-9_+\-*/(). ]+\Z")
_NAMES = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _own(one: Element, name: str) -> str:
    """Return one of our own attributes, which :mod:`dmn_writing` has written."""
    return one.attributes.get(f"{OWN}}}{name}", "")


def _said(one: Element, *path: str) -> str:
    """Return the text at a path; the strings in it stay as they are."""
    found = one.first(*path)
    if found is None:
        return ""
    if "\n" not in found.text:
        return found.text.strip()
    return _SPACE.sub(lambda match: match[1] or " ", found.text).strip()


class _Refused(Exception):
    def __init__(self, at: Element, zh: str, en: str) -> None:
        super().__init__(en)
        self.at, self.reason = at, Phrase(zh, en)


def read_dmn(content: bytes, file: str, problems: Problems) -> dict[str, str]:
    """Return the rule tables of a DMN file as texts by id, reporting what cannot be one."""
    try:
        root = read_markup(content)
    except Unreadable as error:
        problems.add("RUL140", error.at(file), reason=error.reason)
        return {}
    if root.name != "definitions":
        _report(problems, file, _Refused(root, "不是 DMN 文件", "this is no DMN file"))
        return {}
    data = {
        one.attributes.get("id", ""): one.first("variable") or one for one in root.all("inputData")
    }
    found = {}
    for decision in root.all("decision"):
        try:
            id_ = _own(decision, "rule") or f"{FOLDER}/{_id(decision)}"
            found[id_] = _decision(decision, id_, data)
        except _Refused as refused:
            _report(problems, file, refused)
    if not root.all("decision"):
        _report(problems, file, _Refused(root, "文件里没有决策", "the file holds no decision"))
    return found


def _report(problems: Problems, file: str, refused: _Refused) -> None:
    at = Position(file, refused.at.line, refused.at.column)
    problems.add("RUL140", at, reason=refused.reason)


def _id(decision: Element) -> str:
    written = decision.attributes.get("id") or decision.attributes.get("name", "")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", written)
    found = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    if not found:
        raise _Refused(decision, "决策没有可用的标识", "the decision has no id that can be used")
    return found


def _name(written: str, at: Element) -> str:
    """Return a name as expressions take it."""
    text = written.strip()
    if not _NAME.match(text):
        raise _Refused(
            at,
            f"“{text}”不是一个名称；只接受单个英文名称",
            f'"{text}" is no plain name; only a single name is accepted',
        )
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower().strip("_")


def _type(written: str, at: Element) -> str:
    name = (written or "string").rpartition(":")[2]
    if name not in TYPES:
        raise _Refused(at, f"不支持类型“{name}”", f'the type "{name}" is not supported')
    return TYPES[name]


def _decision(decision: Element, id_: str, data: dict[str, Element]) -> str:
    table, literal = decision.first("decisionTable"), decision.first("literalExpression")
    title = decision.attributes.get("name") or id_
    head = [f"rule: {id_}", f"title: {scalar(title)}"]
    if table is not None:
        if _own(decision, "missing"):
            head.append(f"missing: {scalar(_own(decision, 'missing'))}")
        return "\n".join([*head, *_table(table)]) + "\n"
    if literal is not None:
        return "\n".join([*head, *_literal(decision, literal, data)]) + "\n"
    raise _Refused(
        decision,
        "只接受决策表和表达式",
        "only decision tables and literal expressions are accepted",
    )


def _table(table: Element) -> Iterator[str]:
    policy = table.attributes.get("hitPolicy", "UNIQUE")
    if policy not in HITS or "aggregation" in table.attributes:
        shown = f"{policy} {table.attributes.get('aggregation', '')}".strip()
        raise _Refused(table, f"不支持命中方式 {shown}", f"hit policy {shown} is not supported")
    own = _own(table, "hit")
    yield f"hit: {own if own in HITS.values() else HITS[policy]}"
    inputs = [_input(one) for one in table.all("input")]
    outputs = [_output(one) for one in table.all("output")]
    rows = [_row(one, inputs, outputs) for one in table.all("rule")]
    if inputs:
        yield "inputs:"
        for one in inputs:
            nullable = any("== null" in str(row.get("when", {}).get(one.name)) for row in rows)  # type: ignore[attr-defined]
            yield f"  {one.name}: {on_one_line(one.written(optional=nullable))}"
    yield "outputs:"
    yield from (f"  {one.name}: {on_one_line(one.written())}" for one in outputs)
    # A last row without `when` answers what the others do not: so where all that hold count, and
    # anywhere but at the end, a row that asks nothing says so.
    yield "rows:"
    for place, row in enumerate(rows):
        if "when" in row or (policy in ("FIRST", "UNIQUE") and place == len(rows) - 1):
            yield f"  - {on_one_line(row)}"
        else:
            yield f"  - {on_one_line({'when': {}, **row})}"


@dataclass(frozen=True)
class _Column:
    name: str
    title: str
    type: str
    values: tuple[str, ...]
    #: the code list the values are of
    codes: str = ""
    #: the least and the greatest value, as written
    limits: tuple[tuple[str, str], ...] = ()
    optional: bool = False

    def written(self, *, optional: bool = False) -> dict[str, object]:
        kind: dict[str, object] = {"type": self.type}
        if self.codes:
            kind = {"codes": self.codes}
        elif self.values:
            kind = {"values": list(self.values)}
        limits = {
            name: text if self.type == "date" else plain_value(text) for name, text in self.limits
        }
        found = {"title": self.title, **kind, **limits}
        return {**found, "optional": True} if optional or self.optional else found


def _input(one: Element) -> _Column:
    expression = one.first("inputExpression")
    if expression is None:
        raise _Refused(one, "输入没有表达式", "the input has no expression")
    written = _said(expression, "text")
    name = _name(written, expression)
    type_ = _type(expression.attributes.get("typeRef", ""), expression)
    values = _words(one.first("inputValues"), type_)
    return _Column(name, one.attributes.get("label") or written, type_, values, *_added(one))


def _output(one: Element) -> _Column:
    written = one.attributes.get("name", "") or "result"
    type_ = _type(one.attributes.get("typeRef", ""), one)
    values = _words(one.first("outputValues"), type_)
    title = one.attributes.get("label") or written
    return _Column(_name(written, one), title, type_, values, *_added(one))


def _added(one: Element) -> tuple[str, tuple[tuple[str, str], ...], bool]:
    """Return what our own attributes say of a column."""
    limits = ((name, _own(one, name)) for name in ("minimum", "maximum"))
    known = tuple((name, text) for name, text in limits if text)
    return _own(one, "codes"), known, _own(one, "optional") == "true"


def _words(given: Element | None, type_: str) -> tuple[str, ...]:
    if given is None or type_ != "text":
        return ()
    return tuple(_constant(part, type_, given) for part in _parts(_said(given, "text")))


def _row(rule: Element, inputs: list[_Column], outputs: list[_Column]) -> dict[str, object]:
    entries, outs = rule.all("inputEntry"), rule.all("outputEntry")
    if len(entries) != len(inputs) or len(outs) != len(outputs):
        raise _Refused(rule, "格数与列数不同", "a rule has not as many entries as columns")
    when = {
        column.name: cell
        for column, entry in zip(inputs, entries, strict=True)
        if (cell := _unary(_said(entry, "text"), column.type, entry)) is not None
    }
    then = {
        column.name: _out(_said(entry, "text"), column, entry, inputs)
        for column, entry in zip(outputs, outs, strict=True)
    }
    note = _said(rule, "description") or _said(rule, "annotationEntry", "text")
    row: dict[str, object] = {"when": when} if when else {}
    row["then"] = next(iter(then.values())) if len(then) == 1 else then
    return {**row, "note": note} if note else row


def _parts(text: str) -> list[str]:
    """Split a text at the commas outside strings and brackets."""
    tokens = rf"{_STRING}|\([^()]*\)|[\[(\]][^\[\]()]*\.\.[^\[\]()]*[\])\[]|[^,]"
    parts = re.findall(rf"(?:{tokens})+", text)
    return [part.strip() for part in parts]


def _unary(text: str, type_: str, at: Element) -> object:
    """Return a unary test as a cell; None for any value."""
    if text in ("", "-"):
        return None
    negated = re.fullmatch(r"not\s*\((.*)\)", text)
    if negated:
        parts = _parts(negated[1])
        return " && ".join(f"!= {_opposite(part, type_, at)}" for part in parts)
    cells = [_test(part, type_, at) for part in _parts(text)]
    return cells[0] if len(cells) == 1 else cells


def _opposite(text: str, type_: str, at: Element) -> str:
    if text == "null":
        return text
    value = _constant(text, type_, at)
    return _inside(value) if type_ == "text" else value


def _test(text: str, type_: str, at: Element) -> object:
    if text == "null":
        return "== null"
    compared, between = _COMPARED.match(text), _RANGE.match(text)
    if compared and type_ not in ("text", "boolean"):
        return f"{compared['operator']} {_constant(compared['value'], type_, at)}"
    if between and type_ not in ("text", "boolean"):
        low, high = (_constant(between[end], type_, at) for end in ("low", "high"))
        if between["left"] == "[" and between["right"] == "]":
            return f"{low}..{high}"
        left = ">=" if between["left"] == "[" else ">"
        right = "<=" if between["right"] == "]" else "<"
        return f"{left} {low} && {right} {high}"
    value = _constant(text, type_, at)
    return _inside(value) if type_ == "text" else plain_value(value)


def _inside(value: str) -> str:
    """Write a text as cells take it: quoted where it would mean something else."""
    plain = re.fullmatch(r"[\w.]+(?: [\w.]+)*", value) and value != "null"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return value if plain else f"'{escaped}'"


def _constant(text: str, type_: str, at: Element) -> str:
    """Return a constant as it is written here, without quotes."""
    is_string = re.fullmatch(_STRING, text) is not None
    day = re.fullmatch(r'date\(\s*"([0-9-]+)"\s*\)', text)
    if type_ == "text" and is_string:
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if type_ == "date" and (day or is_string):
        return day[1] if day else text[1:-1]
    if type_ in ("number", "integer") and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return text
    if type_ == "boolean" and text in ("true", "false"):
        return text
    raise _Refused(at, f"不支持“{text}”这种写法", f'"{text}" is not supported')


def _out(text: str, column: _Column, at: Element, inputs: list[_Column]) -> object:
    if column.type in ("number", "integer") and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return _arithmetic(text, at, {one.name for one in inputs})
    value = _constant(text, column.type, at)
    return value if column.type in ("text", "date") else plain_value(value)


def _arithmetic(text: str, at: Element, known: set[str]) -> str:
    """Return arithmetic over the inputs, which reads the same in both languages."""
    if not _ARITHMETIC.match(text) or "**" in text:
        raise _Refused(at, f"不支持表达式“{text}”", f'the expression "{text}" is not supported')
    written = _NAMES.sub(lambda match: _name(match[0], at), text)
    for name in _NAMES.findall(written):
        if name not in known:
            raise _Refused(
                at, f"表达式用到“{name}”，它不是输入", f'the expression reads "{name}", no input'
            )
    return written


def _literal(decision: Element, literal: Element, data: dict[str, Element]) -> Iterator[str]:
    columns = []
    for asked in decision.all("informationRequirement"):
        required = asked.first("requiredInput")
        if required is None:
            raise _Refused(
                asked,
                "表达式只能用输入数据，不能用别的决策",
                "an expression may ask input data only, not another decision",
            )
        one = data.get(required.attributes.get("href", "").removeprefix("#"))
        if one is None:
            raise _Refused(required, "没有这项输入数据", "there is no such input data")
        written = one.attributes.get("name", "")
        type_ = _type(one.attributes.get("typeRef", ""), one)
        columns.append(_Column(_name(written, one), written, type_, ()))
    variable = decision.first("variable")
    type_ = _type((variable or literal).attributes.get("typeRef", ""), literal)
    written = (variable.attributes.get("name", "") if variable is not None else "") or "result"
    output = _Column(_name(written, literal), written, type_, ())
    value = _out(_said(literal, "text"), output, literal, columns)
    if columns:
        yield "inputs:"
        yield from (f"  {one.name}: {on_one_line(one.written())}" for one in columns)
    yield "outputs:"
    yield f"  {output.name}: {on_one_line(output.written())}"
    yield "rows:"
    yield f"  - {on_one_line({'then': value})}"
