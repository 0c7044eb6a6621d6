"""Rule tables as DMN 1.3 files: what :mod:`engine.definitions.rules.dmn` reads again as the same.

What DMN has no word for (a code list, limits, whether an input may be empty) stands in attributes
of our own, which other tools pass over. What other tools would understand differently is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Context
from fractions import Fraction
from xml.etree import ElementTree as Xml

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.rules.cells import Cell, Comparison, Constant
from engine.definitions.rules.rule import Line, Rule
from engine.definitions.rules.table import SINGLE, Column

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
#: our own attributes
OWN = "urn:zhicheng:rules"
_TYPES = {"text": "string"}
_LOWER, _UPPER = (">", ">="), ("<", "<=")
_PLAIN = re.compile(r"[A-Za-z0-9_+\-*/(). ]+\Z")
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXACT = Context(prec=40)


class _Refused(Exception):
    def __init__(self, at: Node, zh: str, en: str) -> None:
        super().__init__(en)
        self.at, self.reason = at, Phrase(zh, en)


def write_dmn(rules: Iterable[Rule], problems: Problems) -> str:
    """Write rule tables as one DMN file, reporting what would mean something else there."""
    Xml.register_namespace("", MODEL)
    Xml.register_namespace("zhicheng", OWN)
    names = {"id": "definitions", "name": "definitions", "namespace": OWN}
    root = Xml.Element(_tag("definitions"), names)
    for rule in rules:
        try:
            root.append(_decision(rule))
        except _Refused as refused:
            problems.add("RUL141", refused.at, rule=rule.id, reason=refused.reason)
    Xml.indent(root)
    return Xml.tostring(root, "unicode", xml_declaration=True) + "\n"


def _tag(name: str) -> str:
    return f"{{{MODEL}}}{name}"


def _own(name: str) -> str:
    return f"{{{OWN}}}{name}"


def _with(parent: Xml.Element, name: str, text: str, **attributes: str) -> Xml.Element:
    """Add an element that holds a text element."""
    one = Xml.SubElement(parent, _tag(name), attributes)
    Xml.SubElement(one, _tag("text")).text = text
    return one


def _decision(rule: Rule) -> Xml.Element:
    id_ = re.sub(r"[^A-Za-z0-9]+", "-", rule.id)
    names = {"id": id_, "name": rule.table.title, _own("rule"): rule.id}
    decision = Xml.Element(_tag("decision"), names)
    if rule.table.missing:
        decision.set(_own("missing"), rule.table.missing)
    # A row for what no other answers overlaps them all, which UNIQUE forbids; nor has COLLECT one.
    together = rule.hit not in SINGLE
    if together and rule.otherwise is not None:
        raise _Refused(
            rule.otherwise.node,
            "取全部成立的行时，DMN 没有“其余情况”这一行",
            "where all rows that hold count, DMN has no row for the rest",
        )
    policy = "FIRST" if rule.otherwise is not None else rule.hit.upper()
    policy = "COLLECT" if together else policy
    table = Xml.SubElement(decision, _tag("decisionTable"), {"id": f"{id_}-table"})
    table.set("hitPolicy", policy)
    if together and rule.hit != "collect":
        table.set("aggregation", rule.hit.upper())
    table.set(_own("hit"), rule.hit)
    for column in rule.inputs.values():
        one = Xml.SubElement(table, _tag("input"), {"label": column.title})
        _with(one, "inputExpression", column.name, typeRef=_type(column))
        _limits(one, column)
        if column.values is not None:
            _with(one, "inputValues", _listed(column))
    for column in rule.outputs.values():
        one = Xml.SubElement(table, _tag("output"), {"name": column.name, "label": column.title})
        one.set("typeRef", _type(column))
        _limits(one, column)
        if column.values is not None:
            _with(one, "outputValues", _listed(column))
    for line in _lines(rule):
        table.append(_row(rule, line))
    return decision


def _lines(rule: Rule) -> Iterator[Line]:
    yield from rule.lines
    if rule.otherwise is not None:
        yield rule.otherwise


def _type(column: Column) -> str:
    return _TYPES.get(column.type, column.type)


def _limits(one: Xml.Element, column: Column) -> None:
    if column.codes is not None:
        one.set(_own("codes"), column.codes)
    if column.optional:
        one.set(_own("optional"), "true")
    for name, limit in (("minimum", column.minimum), ("maximum", column.maximum)):
        if limit is not None:
            one.set(_own(name), limit.text)


def _listed(column: Column) -> str:
    return ", ".join(_constant(value) for value in column.values or ())


def _row(rule: Rule, line: Line) -> Xml.Element:
    row = Xml.Element(_tag("rule"))
    if line.note:
        Xml.SubElement(row, _tag("description")).text = line.note
    for name in rule.inputs:
        _with(row, "inputEntry", _tests(line.cells.get(name, Cell()), line.node))
    for column in rule.outputs.values():
        _with(row, "outputEntry", _out(rule, column, line))
    return row


def _tests(cell: Cell, at: Node) -> str:
    """Write a cell as unary tests."""
    if not cell.tests:
        return "-"
    if len(cell.tests) == 1 and all(one.operator == "!=" for one in cell.tests[0]):
        return f"not({', '.join(_constant(one.value) for one in cell.tests[0])})"
    return ", ".join(_test(test, at) for test in cell.tests)


def _test(test: tuple[Comparison, ...], at: Node) -> str:
    if len(test) == 1 and test[0].operator != "!=":
        value = _constant(test[0].value)
        return value if test[0].operator == "==" else f"{test[0].operator} {value}"
    low = [one for one in test if one.operator in _LOWER]
    high = [one for one in test if one.operator in _UPPER]
    if len(test) == 2 and len(low) == len(high) == 1:
        left = "[" if low[0].operator == ">=" else "("
        right = "]" if high[0].operator == "<=" else ")"
        return f"{left}{_constant(low[0].value)}..{_constant(high[0].value)}{right}"
    raise _Refused(
        at,
        "DMN 的格子只能写一个比较、一个区间，或整格取反",
        "a cell of DMN is one comparison, one range, or the opposite of values",
    )


def _constant(value: Constant) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return format(_EXACT.divide(value.numerator, value.denominator), "f")
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _out(rule: Rule, column: Column, line: Line) -> str:
    """Write what comes out: a constant, or arithmetic over the inputs."""
    said, node = line.then[column.name], line.written[column.name]
    if isinstance(said, str):
        return _constant(said)
    text = node.text.strip()
    if column.type == "boolean" and text in ("true", "false"):
        return text
    if column.type == "date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return f'date("{text}")'
    names = set(_WORDS.findall(text))
    if column.type in ("number", "integer") and _PLAIN.match(text) and names <= set(rule.inputs):
        return text
    raise _Refused(
        node,
        f"“{text}”不是常量，也不是输入的四则运算",
        f'"{text}" is neither a constant nor arithmetic over the inputs',
    )
