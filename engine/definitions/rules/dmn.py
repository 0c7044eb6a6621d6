"""DMN 1.3 files as rule tables: decision tables and literal expressions of the simple kind.

What has the same meaning here is written anew as YAML; everything else is refused with its line.
Of decisions that require each other each becomes a table; a process joins them by facts, and a
remark at the head of a table says which of its inputs is the answer of which table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.authoring.emitting import on_one_line, scalar
from engine.authoring.node import plain_value
from engine.authoring.problem import Position
from engine.authoring.problems import Problems
from engine.definitions.dialects import snake, translated
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
from engine.definitions.rules.dmn_choices import choices_of
from engine.definitions.rules.dmn_columns import (
    TYPES,
    Column,
    added_of,
    inferred,
    name_of,
    own,
    type_of,
    values_of,
    words_of,
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
#: item definitions are named after others so many times
_FARTHEST = 5
#: records hold records so deep, and so many fields
_DEEPEST_RECORD, _MOST_PARTS = 5, 100


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
    _typed(root)
    _resolve(root)
    items = {one.attributes.get("name", ""): one for one in root.all("itemDefinition")}
    data = {
        one.attributes.get("id", ""): one.first("variable") or one for one in root.all("inputData")
    }
    data |= {one.attributes.get("id", ""): _answer(one) for one in root.all("decision")}
    for one in data.values():
        record = items.get(one.given("typeRef").rpartition(":")[2])
        one.children += _parts(items, record, "", 0)[:_MOST_PARTS]
    knowledge = Knowledge(root)
    knowledge.types = {
        " ".join(f"{one.given('name')}{part.given('name')}".split()): part.given("typeRef")
        for one in data.values()
        for part in (Element("part", {"typeRef": one.given("typeRef")}, 1, 1), *one.all("part"))
    }
    found = {}
    for decision in root.all("decision"):
        try:
            id_ = own(decision, "rule") or f"{FOLDER}/{_id(decision)}"
            found[id_] = _decision(decision, id_, data, knowledge)
        except Refused as refused:
            _report(problems, file, refused)
    for id_, title, logic in knowledge.tables.values():
        try:
            found.setdefault(id_, _model(id_, title, logic, knowledge))
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


def _parts(
    items: Mapping[str, Element], record: Element | None, prefix: str, depth: int
) -> list[Element]:
    """Return the fields of a record, those of records in it included, as parts with their paths."""
    if record is None or depth > _DEEPEST_RECORD or record.given("isCollection") == "true":
        return []
    found = []
    for one in record.all("itemComponent"):
        path = f"{prefix}.{one.given('name')}"
        name = one.said("typeRef") or one.given("typeRef")
        for _ in range(_FARTHEST):
            base = items.get(name.rpartition(":")[2])
            if base is None or not base.said("typeRef"):
                break
            name = base.said("typeRef")
        if one.given("isCollection") == "true":
            continue
        held = one if one.all("itemComponent") else items.get(name.rpartition(":")[2])
        kind = Element("part", {"name": path, "typeRef": name}, one.line, one.column)
        found += _parts(items, held, path, depth + 1) or [kind]
    return found


def _typed(root: Element) -> None:
    """Let the outputs of tables be of the types that what holds their answer says."""
    items = {one.attributes.get("name", ""): one for one in root.all("itemDefinition")}
    for decision in root.all("decision"):
        variable, table = decision.first("variable"), decision.first("decisionTable")
        if variable is None or table is None:
            continue
        outputs, type_ = table.all("output"), variable.given("typeRef")
        item = items.get(type_.rpartition(":")[2])
        for _ in range(_FARTHEST):
            base = items.get(item.said("typeRef").rpartition(":")[2]) if item is not None else None
            if base is None:
                break
            item = base
        fields = item.all("itemComponent") if item is not None else []
        for one in outputs:
            if one.attributes.get("typeRef"):
                continue
            field = next((each for each in fields if each.given("name") == one.given("name")), None)
            if field is None and not fields and len(outputs) == 1:
                field = item
                one.attributes["typeRef"] = type_ if item is None else item.said("typeRef")
            if field is not None:
                one.attributes["typeRef"] = field.said("typeRef")
                allowed = field.first("allowedValues")
                if allowed is not None:
                    inner = Element("allowed", {}, one.line, one.column, allowed.children)
                    one.children.append(inner)


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


def _decision(decision: Element, id_: str, data: dict[str, Element], knowledge: Knowledge) -> str:
    title = decision.attributes.get("name") or id_
    head = [f"rule: {id_}", f"title: {scalar(title)}"]
    logic = boxed_of(decision)
    knowledge.begin()
    if logic is None:
        kinds = ("relation", "list", "functionDefinition", "conditional")
        other = next((one for one in decision.children if one.name in kinds), decision)
        raise Refused(
            other,
            f"只接受决策表和表达式，不接受 {other.name}；固定的对照表请写成代码表或登记册",
            f"only decision tables and literal expressions are accepted, no {other.name}; write a "
            "fixed list as a code list or a register",
        )
    called = knowledge.called(logic)
    head += dict.fromkeys(_joined(decision, data))
    if own(decision, "missing"):
        head.append(f"missing: {scalar(own(decision, 'missing'))}")
    if called is not None:
        given = _given(decision, called, data, logic, knowledge)
        body = list(
            _table(called.table, knowledge, given, decision) if given is not None
            else _boxed(decision, logic, data, knowledge)
        )  # fmt: skip
    elif logic.name == "decisionTable":
        _asked(decision, data, knowledge)
        body = list(_table(logic, knowledge, {}, decision))
    else:
        body = list(_boxed(decision, logic, data, knowledge))
    return "\n".join([*head, *knowledge.remarks, *body]) + "\n"


def _model(id_: str, title: str, logic: Element, knowledge: Knowledge) -> str:
    """Return a table that expressions call, as a table of its own."""
    knowledge.begin()
    body = list(_table(logic, knowledge, {}, logic))
    head = [f"rule: {id_}", f"title: {scalar(title)}"]
    return "\n".join([*head, *knowledge.remarks, *body]) + "\n"


def _given(
    decision: Element,
    called: Called,
    data: dict[str, Element],
    at: Element,
    knowledge: Knowledge,
) -> dict[str, Column] | None:
    """Return the inputs of a decision that the parameters of a table are; None if some are not."""
    inputs = {" ".join(one.source.split()): one for one in _asked(decision, data, knowledge)}
    found = {}
    for name, text in called.given.items():
        column = inputs.get(" ".join(text.split()))
        fields = {path: one for path, one in inputs.items() if path.startswith(f"{text}.")}
        if fields:
            for path, one in fields.items():
                inside = f"{name}{path.removeprefix(text)}"
                found[inside] = replace(one, called=inside)
            continue
        if column is None:
            return None
        type_ = type_of(called.types[name], at) if called.types[name] else column.type
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


def _table(
    table: Element, knowledge: Knowledge, given: Mapping[str, Column], decision: Element
) -> Iterator[str]:
    policy = table.attributes.get("hitPolicy", "UNIQUE")
    together = table.attributes.get("aggregation", "")
    if policy not in HITS or (together and (policy != "COLLECT" or together not in _TOGETHER)):
        shown = f"{policy} {together}".strip()
        raise Refused(table, f"不支持命中方式 {shown}", f"hit policy {shown} is not supported")
    ours = own(table, "hit")
    hit = _TOGETHER[together] if together else HITS[policy]
    yield f"hit: {ours if ours in HITS_HERE else hit}"
    cells = [list(map(_text, rule.all("inputEntry"))) for rule in table.all("rule")]
    inputs = [
        _input(one, place, given, knowledge, [row[place] for row in cells if place < len(row)])
        for place, one in enumerate(table.all("input"))
    ]
    cells = [list(map(_text, rule.all("outputEntry"))) for rule in table.all("rule")]
    single = len(table.all("output")) == 1
    answer = _answer(decision) if single and decision is not table else None
    outputs = [
        _output(one, place, answer, [row[place] for row in cells if place < len(row)])
        for place, one in enumerate(table.all("output"))
    ]
    for columns in (inputs, outputs):
        _once(columns, table)
    rules = table.all("rule")
    if policy in _BY_OUTPUT:
        rules = _by_output(rules, table, outputs)
    asked = {one.name for one in inputs}
    # What only the outputs of a table that is called read is an input too.
    inputs += [one for one in given.values() if one.name not in asked and not one.part]
    more = [one for one in given.values() if one.part and one.name not in asked]
    rows = [_row(one, inputs, outputs, knowledge, len(asked), more) for one in rules]
    read = " ".join(str(row["then"]) for row in rows)
    inputs += [one for one in more if re.search(rf"\b{one.name}\b", read)]
    inputs += [one for one in knowledge.made if one not in inputs]
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


def _once(columns: list[Column], table: Element) -> None:
    names = [one.name for one in columns]
    for column in columns:
        if names.count(column.name) > 1:
            raise Refused(
                table, f"有两列都叫“{column.name}”", f'there are two columns "{column.name}"'
            )


def _by_output(rules: list[Element], table: Element, outputs: list[Column]) -> list[Element]:
    """Return the rows in the order in which the values of their outputs are listed."""
    listed = [
        split(text_of(given, "text")) if given is not None else []
        for given in (values_of(one, "outputValues") for one in table.all("output"))
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


def _text(entry: Element) -> str:
    return text_of(entry, "text")


def _input(
    one: Element,
    place: int,
    given: Mapping[str, Column],
    knowledge: Knowledge,
    cells: list[str],
) -> Column:
    expression = one.first("inputExpression")
    if expression is None:
        raise Refused(one, "输入没有表达式", "the input has no expression")
    written = " ".join(text_of(expression, "text").split())
    bound = given.get(written)
    if bound is not None:
        values = words_of(values_of(one, "inputValues"), bound.type) or bound.values
        title = one.attributes.get("label") or bound.title
        return replace(bound, title=title, values=values, part=False)
    if given:
        raise Refused(one, f"“{written}”不是参数", f'"{written}" is no parameter')
    typed = expression.attributes.get("typeRef", "") or knowledge.types.get(written, "")
    type_ = type_of(typed or inferred(cells), expression)
    title = one.attributes.get("label") or written
    name = _plain(written, expression, f"input_{place + 1}", knowledge)
    if not name:
        # What is computed is computed before: the process gives it.
        label = snake(one.attributes.get("label", "")) or snake(written)
        name = "_".join(label.split("_")[:_WORDS_OF_NAME]) or f"input_{place + 1}"
        found = translated(written, lambda names: name_of(".".join(names), expression, "x"))
        knowledge.remarks.append(f"# {name} ← {found or written}")
    values = words_of(values_of(one, "inputValues"), type_)
    return Column(name, title, type_, values, *added_of(one), called=written)


#: a name that is made of an expression has not more words
_WORDS_OF_NAME = 5


def _plain(written: str, at: Element, otherwise: str, knowledge: Knowledge) -> str:
    """Return the name of an input that is one; nothing for an expression."""
    known = written in knowledge.types
    if not known and not re.fullmatch(r"[\w .]+", written):
        return ""
    return name_of(written, at, otherwise)


def _output(one: Element, place: int, answer: Element | None, cells: list[str]) -> Column:
    written = one.attributes.get("name", "") or "result"
    typed = one.attributes.get("typeRef", "")
    if not typed and answer is not None:
        typed = answer.given("typeRef")
    type_ = type_of(typed or inferred(cells), one)
    values = words_of(values_of(one, "outputValues"), type_)
    title = one.attributes.get("label") or written
    name = name_of(written, one, f"output_{place + 1}")
    return Column(name, title, type_, values, *added_of(one))


def _row(
    rule: Element,
    inputs: list[Column],
    outputs: list[Column],
    knowledge: Knowledge,
    asked: int,
    more: list[Column],
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
        column.name: _out(text_of(entry, "text"), column, entry, [*inputs, *more], knowledge)
        for column, entry in zip(outputs, outs, strict=True)
    }
    note = text_of(rule, "description") or text_of(rule, "annotationEntry", "text")
    row: dict[str, object] = {"when": when} if when else {}
    row["then"] = next(iter(then.values())) if len(then) == 1 else then
    return {**row, "note": note} if note else row


def _out(
    text: str, column: Column, at: Element, inputs: list[Column], knowledge: Knowledge
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


def _known(inputs: list[Column]) -> dict[str, str]:
    """Return what the expressions of a file may read, and how it is called here."""
    return {" ".join(one.source.split()): one.name for one in inputs}


def _asked(decision: Element, data: dict[str, Element], knowledge: Knowledge) -> list[Column]:
    """Return what a decision requires as inputs; of a record its fields."""
    columns: list[Column] = []
    for asked in decision.all("informationRequirement"):
        required = asked.first("requiredInput") or asked.first("requiredDecision")
        id_ = required.attributes.get("href", "").removeprefix("#") if required else ""
        one = data.get(id_)
        if one is None:
            raise Refused(required or asked, "没有这项输入", "there is no such input")
        written = " ".join(one.attributes.get("name", "").split())
        name = name_of(written, one, f"input_{len(columns) + 1}")
        fields: dict[str, str] = {}
        for part in one.all("part"):
            if part.given("typeRef").rpartition(":")[2] not in TYPES:
                continue  # it is refused where it is read
            path = f"{written}{part.given('name')}"
            inside = name_of(path, part, f"{name}_{len(fields) + 1}")
            columns.append(
                Column(inside, path, type_of(part.given("typeRef"), part), (), part=True)
            )
            fields[part.given("name").removeprefix(".")] = inside
        if fields:
            knowledge.records[name] = fields
            knowledge.whole[written] = name
            continue
        if decision.first("decisionTable") is not None:
            continue  # the table says of what type its inputs are
        type_ = type_of(one.attributes.get("typeRef", ""), one)
        columns.append(Column(name, written, type_, words_of(values_of(one, "inputValues"), type_)))
    return columns


def _boxed(
    decision: Element, logic: Element, data: dict[str, Element], knowledge: Knowledge
) -> Iterator[str]:
    """Write a decision that is an expression: a table of one row that always holds."""
    columns = _asked(decision, data, knowledge)
    _once(columns, decision)
    known = _known(columns)
    chosen: list[dict[str, object]] | None = None
    parts = knowledge.parts(logic, known) if logic.name == "context" else {"": ""}
    if "" in parts:
        variable = decision.first("variable")
        type_ = type_of((variable or logic).attributes.get("typeRef", ""), logic)
        written = (variable.attributes.get("name", "") if variable is not None else "") or "result"
        outputs = [Column(name_of(written, logic, "result"), written, type_, ())]
        if type_ == "text":
            chosen = choices_of(knowledge.boxed(logic, known), columns)
        if chosen is not None:
            value: object = ""
        elif logic.name == "literalExpression":
            value = _out(text_of(logic, "text"), outputs[0], logic, columns, knowledge)
        else:
            value = knowledge.boxed(logic, known)
        values = [value]
    else:
        entries = [entry.first("variable") for entry in logic.all("contextEntry")]
        outputs = [
            Column(name_of(one.given("name"), one), one.given("name"),
                    type_of(one.given("typeRef"), one), ())
            for one in entries if one is not None
        ]  # fmt: skip
        values = list(parts.values())
    for one in outputs if logic.name != "literalExpression" and chosen is None else ():
        if one.type == "text":
            raise Refused(
                logic, f"“{one.title}”是文本，只能写成决策表",
                f'"{one.title}" is a text, for which there has to be a table',
            )  # fmt: skip
    _once(outputs, decision)
    read = " ".join(map(str, [*values, *(chosen or [])]))
    columns = [
        one for one in columns if not one.part or re.search(rf"\b{one.name}\b", read)
    ] + knowledge.made
    if chosen is not None:
        yield "hit: first"
    if columns:
        yield "inputs:"
        yield from (f"  {one.name}: {on_one_line(one.written())}" for one in columns)
    yield "outputs:"
    yield from (f"  {one.name}: {on_one_line(one.written())}" for one in outputs)
    yield "rows:"
    if chosen is not None:
        yield from (f"  - {on_one_line(row)}" for row in chosen)
        return
    then = dict(zip((one.name for one in outputs), values, strict=True))
    yield f"  - {on_one_line({'then': values[0] if len(values) == 1 else then})}"
