"""DMN 1.3 files as rule tables: decision tables and literal expressions of the simple kind.

What has the same meaning here is written anew as YAML; everything else is refused with its line.
Of decisions that require each other each becomes a table; a process joins them by facts, and a
remark at the head of a table says which of its inputs is the answer of which table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.authoring.emitting import on_one_line, scalar
from engine.authoring.node import plain_value
from engine.authoring.problem import Position
from engine.authoring.problems import Problems
from engine.definitions.dialects import snake
from engine.definitions.markup import Element, Unreadable, read_markup
from engine.definitions.rules.dmn_cells import (
    NUMBER,
    STRING,
    Refused,
    cell_of,
    constant_of,
    split,
    text_of,
)
from engine.definitions.rules.dmn_knowledge import Called, Knowledge, boxed_of
from engine.definitions.rules.table import FOLDER
from engine.definitions.rules.table import HITS as HITS_HERE

#: what hit policies are called here
HITS = {
    "UNIQUE": "unique", "FIRST": "first", "ANY": "any", "PRIORITY": "first", "COLLECT": "collect",
    "RULE ORDER": "collect", "OUTPUT ORDER": "collect",
}  # fmt: skip
_BY_OUTPUT = ("PRIORITY", "OUTPUT ORDER")
_TOGETHER = {"SUM": "sum", "MIN": "min", "MAX": "max", "COUNT": "count"}
TYPES = {
    "string": "text", "number": "number", "integer": "integer", "long": "integer",
    "double": "number", "boolean": "boolean", "date": "date",
}  # fmt: skip
#: item definitions are named after others so many times
_FARTHEST = 5
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS = re.compile(r"[A-Za-z_][\w ]*(?:\.[A-Za-z_][\w ]*)*\Z")
#: our own attributes, for what DMN has no word for
OWN = "urn:zhicheng:rules"


def _own(one: Element, name: str) -> str:
    """Return one of our own attributes, which :mod:`dmn_writing` has written."""
    return one.attributes.get(f"{OWN}}}{name}", "")


def read_dmn(content: bytes, file: str, problems: Problems) -> dict[str, str]:
    """Return the rule tables of a DMN file as texts by id, reporting what cannot be one."""
    try:
        root = read_markup(content)
    except Unreadable as error:
        problems.add("RUL140", error.at(file), reason=error.reason)
        return {}
    if root.name != "definitions":
        _report(problems, file, Refused(root, "不是 DMN 文件", "this is no DMN file"))
        return {}
    _resolve(root)
    data = {
        one.attributes.get("id", ""): one.first("variable") or one for one in root.all("inputData")
    }
    data |= {one.attributes.get("id", ""): _answer(one) for one in root.all("decision")}
    knowledge = Knowledge(root)
    found = {}
    for decision in root.all("decision"):
        try:
            id_ = _own(decision, "rule") or f"{FOLDER}/{_id(decision)}"
            found[id_] = _decision(decision, id_, data, knowledge)
        except Refused as refused:
            _report(problems, file, refused)
    if not root.all("decision"):
        _report(problems, file, Refused(root, "文件里没有决策", "the file holds no decision"))
    return found


def _answer(decision: Element) -> Element:
    """Return what names and types the answer of a decision."""
    output = decision.first("decisionTable", "output")
    variable = decision.first("variable")
    if variable is None:
        return output or decision
    typed = variable.attributes.get("typeRef") or (output or variable).attributes.get("typeRef", "")
    name = variable.attributes.get("name", "")
    return Element("variable", {"name": name, "typeRef": typed}, variable.line, variable.column)


def _resolve(root: Element) -> None:
    """Put types in the place of the item definitions that name them, with the values they allow."""
    items = {one.attributes.get("name", ""): one for one in root.all("itemDefinition")}
    waiting = [root]
    for one in waiting:
        waiting += one.children
        for _ in range(_FARTHEST):
            item = items.get(one.attributes.get("typeRef", "").rpartition(":")[2])
            base = item.said("typeRef") if item is not None else ""
            if item is None or not base or item.attributes.get("isCollection") == "true":
                break
            one.attributes["typeRef"] = base
            allowed = item.first("allowedValues")
            if allowed is not None:
                one.children.append(Element("allowed", {}, one.line, one.column, allowed.children))


def _report(problems: Problems, file: str, refused: Refused) -> None:
    at = Position(file, refused.at.line, refused.at.column)
    problems.add("RUL140", at, reason=refused.reason)


def _id(decision: Element) -> str:
    written = decision.attributes.get("id") or decision.attributes.get("name", "")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", written)
    found = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    if not found:
        raise Refused(decision, "决策没有可用的标识", "the decision has no id that can be used")
    return found


def _name(written: str, at: Element, otherwise: str = "") -> str:
    """Return a name as expressions take it; one of other letters gives way to another name."""
    text = " ".join(written.split())
    if _NAME.match(text):
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower().strip("_")
    if _WORDS.match(text) and text.isascii():
        return "_".join(snake(part) for part in text.split("."))
    if otherwise and re.fullmatch(r"[\w .]+", text) and not text.isascii():
        return otherwise
    raise Refused(
        at,
        f"“{text}”不是一个名称",
        f'"{text}" is no name',
    )


def _type(written: str, at: Element) -> str:
    name = (written or "string").rpartition(":")[2]
    if name not in TYPES:
        raise Refused(at, f"不支持类型“{name}”", f'the type "{name}" is not supported')
    return TYPES[name]


def _decision(decision: Element, id_: str, data: dict[str, Element], knowledge: Knowledge) -> str:
    title = decision.attributes.get("name") or id_
    head = [f"rule: {id_}", f"title: {scalar(title)}"]
    logic = boxed_of(decision)
    if logic is None:
        kinds = ("relation", "list", "functionDefinition", "conditional")
        other = next((one for one in decision.children if one.name in kinds), decision)
        raise Refused(
            other,
            f"只接受决策表和表达式，不接受 {other.name}",
            f"only decision tables and literal expressions are accepted, no {other.name}",
        )
    called = knowledge.called(logic)
    head += _joined(decision, data)
    if _own(decision, "missing"):
        head.append(f"missing: {scalar(_own(decision, 'missing'))}")
    if called is not None:
        body = _table(called.table, knowledge, _given(decision, called, data, logic))
    elif logic.name == "decisionTable":
        body = _table(logic, knowledge, {})
    else:
        body = _boxed(decision, logic, data, knowledge)
    return "\n".join([*head, *body]) + "\n"


def _given(
    decision: Element, called: Called, data: dict[str, Element], at: Element
) -> dict[str, _Column]:
    """Return the inputs of a decision that the parameters of a table are."""
    inputs = {" ".join(one.source.split()): one for one in _asked(decision, data)}
    found = {}
    for name, text in called.given.items():
        column = inputs.get(" ".join(text.split()))
        if column is None:
            raise Refused(
                at, f"调用决策表时，“{name}”要是一项输入，不是“{text}”",
                f'where a table is called, "{name}" has to be an input, not "{text}"',
            )  # fmt: skip
        type_ = _type(called.types[name], at) if called.types[name] else column.type
        found[name] = replace(column, type=type_, called=name)
    return found


def _joined(decision: Element, data: dict[str, Element]) -> Iterator[str]:
    """Say which decisions an answer is made from."""
    for asked in decision.all("informationRequirement"):
        required = asked.first("requiredDecision")
        if required is None:
            continue
        id_ = required.attributes.get("href", "").removeprefix("#")
        if id_ not in data:
            raise Refused(required, "没有这个决策", "there is no such decision")
        yield f"# {_required(id_)} ← {data[id_].attributes.get('name', id_)}"


def _required(id_: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", id_)
    return f"{FOLDER}/{re.sub(r'[^a-z0-9]+', '-', words.lower()).strip('-')}"


def _table(table: Element, knowledge: Knowledge, given: Mapping[str, _Column]) -> Iterator[str]:
    policy = table.attributes.get("hitPolicy", "UNIQUE")
    together = table.attributes.get("aggregation", "")
    if policy not in HITS or (together and (policy != "COLLECT" or together not in _TOGETHER)):
        shown = f"{policy} {together}".strip()
        raise Refused(table, f"不支持命中方式 {shown}", f"hit policy {shown} is not supported")
    own = _own(table, "hit")
    hit = _TOGETHER[together] if together else HITS[policy]
    yield f"hit: {own if own in HITS_HERE else hit}"
    inputs = [_input(one, place + 1, given) for place, one in enumerate(table.all("input"))]
    outputs = [_output(one, place + 1) for place, one in enumerate(table.all("output"))]
    for columns in (inputs, outputs):
        _once(columns, table)
    rules = table.all("rule")
    if policy in _BY_OUTPUT:
        rules = _by_output(rules, table, outputs)
    asked = {one.name for one in inputs}
    # What only the outputs of a table that is called read is an input too.
    inputs += [one for one in given.values() if one.name not in asked]
    rows = [_row(one, inputs, outputs, knowledge, len(asked)) for one in rules]
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
        single = policy in ("FIRST", "UNIQUE", "PRIORITY")
        if "when" in row or (single and place == len(rows) - 1):
            yield f"  - {on_one_line(row)}"
        else:
            yield f"  - {on_one_line({'when': {}, **row})}"


def _once(columns: list[_Column], table: Element) -> None:
    names = [one.name for one in columns]
    for column in columns:
        if names.count(column.name) > 1:
            raise Refused(
                table, f"有两列都叫“{column.name}”", f'there are two columns "{column.name}"'
            )


def _by_output(rules: list[Element], table: Element, outputs: list[_Column]) -> list[Element]:
    """Return the rows in the order in which the values of their outputs are listed."""
    listed = [
        split(text_of(given, "text")) if given is not None else []
        for given in (_values(one, "outputValues") for one in table.all("output"))
    ]

    def place(rule: Element) -> list[int]:
        found = []
        for values, entry in zip(listed, rule.all("outputEntry"), strict=False):
            text = text_of(entry, "text")
            if text not in values:
                raise Refused(
                    entry,
                    f"“{text}”不在输出的取值里，没有先后",
                    f'"{text}" is not among the values of the output, so it has no priority',
                )
            found.append(values.index(text))
        return found

    if len(listed) != len(outputs) or not all(listed):
        raise Refused(
            table, "输出没有列出取值，没有先后", "an output lists no values, so there is no order"
        )
    return sorted(rules, key=place)


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
    #: how expressions of the file call it, if not as its caption
    called: str = ""

    @property
    def source(self) -> str:
        """What expressions of the file call it."""
        return self.called or self.title

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


def _values(one: Element, name: str) -> Element | None:
    """Return the values a column may have: its own, or those its type allows."""
    return one.first(name) or one.first("allowed") or one.first("inputExpression", "allowed")


def _input(one: Element, number: int, given: Mapping[str, _Column]) -> _Column:
    expression = one.first("inputExpression")
    if expression is None:
        raise Refused(one, "输入没有表达式", "the input has no expression")
    written = text_of(expression, "text")
    bound = given.get(" ".join(written.split()))
    if bound is not None:
        values = _words(_values(one, "inputValues"), bound.type) or bound.values
        return replace(bound, title=one.attributes.get("label") or bound.title, values=values)
    if given:
        raise Refused(one, f"“{written}”不是参数", f'"{written}" is no parameter')
    name = _name(written, expression, f"input_{number}")
    type_ = _type(expression.attributes.get("typeRef", ""), expression)
    values = _words(_values(one, "inputValues"), type_)
    title = one.attributes.get("label") or written
    return _Column(name, title, type_, values, *_added(one), called=written)


def _output(one: Element, number: int) -> _Column:
    written = one.attributes.get("name", "") or "result"
    type_ = _type(one.attributes.get("typeRef", ""), one)
    values = _words(_values(one, "outputValues"), type_)
    title = one.attributes.get("label") or written
    name = _name(written, one, f"output_{number}")
    return _Column(name, title, type_, values, *_added(one))


def _added(one: Element) -> tuple[str, tuple[tuple[str, str], ...], bool]:
    """Return what our own attributes say of a column."""
    limits = ((name, _own(one, name)) for name in ("minimum", "maximum"))
    known = tuple((name, text) for name, text in limits if text)
    return _own(one, "codes"), known, _own(one, "optional") == "true"


def _words(given: Element | None, type_: str) -> tuple[str, ...]:
    if given is None or type_ != "text":
        return ()
    return tuple(constant_of(part, type_, given) for part in split(text_of(given, "text")))


def _row(
    rule: Element, inputs: list[_Column], outputs: list[_Column], knowledge: Knowledge, asked: int
) -> dict[str, object]:
    entries, outs = rule.all("inputEntry"), rule.all("outputEntry")
    if len(entries) != asked or len(outs) != len(outputs):
        raise Refused(rule, "格数与列数不同", "a rule has not as many entries as columns")
    when = {
        column.name: cell
        for column, entry in zip(inputs, entries, strict=False)
        if (cell := cell_of(text_of(entry, "text"), column.type, entry)) is not None
    }
    then = {
        column.name: _out(text_of(entry, "text"), column, entry, inputs, knowledge)
        for column, entry in zip(outputs, outs, strict=True)
    }
    note = text_of(rule, "description") or text_of(rule, "annotationEntry", "text")
    row: dict[str, object] = {"when": when} if when else {}
    row["then"] = next(iter(then.values())) if len(then) == 1 else then
    return {**row, "note": note} if note else row


def _out(
    text: str, column: _Column, at: Element, inputs: list[_Column], knowledge: Knowledge
) -> object:
    """Return what comes out of a row: a constant, or an expression over the inputs."""
    simple = {
        "number": NUMBER, "integer": NUMBER, "boolean": r"true|false",
        "date": rf'{STRING}|date\(\s*"[0-9-]+"\s*\)',
    }.get(column.type, "")  # fmt: skip
    if column.type != "text" and not re.fullmatch(simple, text):
        return knowledge.text(text, at, _known(inputs))
    value = constant_of(text, column.type, at)
    return value if column.type in ("text", "date") else plain_value(value)


def _known(inputs: list[_Column]) -> dict[str, str]:
    """Return what the expressions of a file may read, and how it is called here."""
    return {" ".join(one.source.split()): one.name for one in inputs}


def _asked(decision: Element, data: dict[str, Element]) -> list[_Column]:
    """Return what a decision requires as inputs."""
    columns: list[_Column] = []
    for asked in decision.all("informationRequirement"):
        required = asked.first("requiredInput") or asked.first("requiredDecision")
        id_ = required.attributes.get("href", "").removeprefix("#") if required else ""
        one = data.get(id_)
        if one is None:
            raise Refused(required or asked, "没有这项输入", "there is no such input")
        written = one.attributes.get("name", "")
        type_ = _type(one.attributes.get("typeRef", ""), one)
        name = _name(written, one, f"input_{len(columns) + 1}")
        columns.append(_Column(name, written, type_, _words(_values(one, "inputValues"), type_)))
    return columns


def _boxed(
    decision: Element, logic: Element, data: dict[str, Element], knowledge: Knowledge
) -> Iterator[str]:
    """Write a decision that is an expression: a table of one row that always holds."""
    columns = _asked(decision, data)
    _once(columns, decision)
    known = _known(columns)
    parts = knowledge.parts(logic, known) if logic.name == "context" else {"": ""}
    if "" in parts:
        variable = decision.first("variable")
        type_ = _type((variable or logic).attributes.get("typeRef", ""), logic)
        written = (variable.attributes.get("name", "") if variable is not None else "") or "result"
        outputs = [_Column(_name(written, logic, "result"), written, type_, ())]
        if logic.name == "literalExpression":
            value = _out(text_of(logic, "text"), outputs[0], logic, columns, knowledge)
        else:
            value = knowledge.boxed(logic, known)
        values = [value]
    else:
        entries = [entry.first("variable") for entry in logic.all("contextEntry")]
        outputs = [
            _Column(_name(one.given("name"), one), one.given("name"),
                    _type(one.given("typeRef"), one), ())
            for one in entries if one is not None
        ]  # fmt: skip
        values = list(parts.values())
    for one in outputs if logic.name != "literalExpression" else ():
        if one.type == "text":
            raise Refused(
                logic, f"“{one.title}”是文本，只能写成决策表",
                f'"{one.title}" is a text, for which there has to be a table',
            )  # fmt: skip
    _once(outputs, decision)
    if columns:
        yield "inputs:"
        yield from (f"  {one.name}: {on_one_line(one.written())}" for one in columns)
    yield "outputs:"
    yield from (f"  {one.name}: {on_one_line(one.written())}" for one in outputs)
    yield "rows:"
    then = dict(zip((one.name for one in outputs), values, strict=True))
    yield f"  - {on_one_line({'then': values[0] if len(values) == 1 else then})}"
