"""BPMN files as process files: our own are read back, those of others are rewritten.

A file we wrote holds every key of the process and its steps as extension elements; what is drawn
must still say the same. For any other file see :mod:`engine.definitions.bpmn.normalise`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.bpmn.drawn import Refused, nodes_of
from engine.definitions.bpmn.normalise import Normaliser
from engine.definitions.bpmn.write import EXTENSION, edges
from engine.definitions.flow import flow
from engine.definitions.markup import Element, Unreadable, read_markup
from engine.definitions.parse import parse_process

Keys = dict[str, object]


def read_bpmn(
    content: bytes, file: str, problems: Problems, name: str = "", pool: str = ""
) -> str | None:
    """Return the process of a BPMN file as the text of a process file.

    Args:
        content: the file.
        file: its name, for problems.
        problems: receives what was rewritten (warnings) and what cannot be executed (errors).
        name: the id of the process; else that of the file, below ``imported/`` if it is not ours.
        pool: of several processes, the one meant: its id, its name, or the name of its pool.

    Returns:
        The text; None if anything cannot be executed.
    """
    found = Problems()
    try:
        process = _process(read_markup(content), file, found, pool)
        value = _own(process, file, found) or _foreign(process, file, found, name)
        if name:
            value = {**value, "process": name}
    except Unreadable as error:
        found.add("BPM101", error.at(file), reason=error.reason)
        value = {}
    except Refused as refused:
        refused.report(found, file)
        value = {}
    problems.extend(found)
    return document(value) if value and not found.errors else None


def _foreign(process: Element, file: str, problems: Problems, name: str) -> Keys:
    """Return a process of another tool; what it calls is looked for beside it."""
    folder = name.rpartition("/")[0] or "imported"
    return Normaliser(process, file, problems, folder).value()


def _process(root: Element, file: str, problems: Problems, pool: str) -> Element:
    """Return the process that is meant.

    Raises:
        Refused: there is none, or more than one.
    """
    if root.name != "definitions":
        raise Refused(root, "BPM102", zh="它不是 BPMN 文件", en="it is no BPMN file")
    drawn = [one for one in root.all("process") if any(nodes_of(one))]
    meant = [one for one in drawn if one.attributes.get("isExecutable") == "true"] or drawn
    if not meant:
        raise Refused(root, "BPM102", zh="里面没有流程", en="it holds no process")
    called = {one.attributes.get("id", ""): _called(one, root) for one in drawn}
    if pool:
        meant = [
            one for one in drawn
            if pool in (one.attributes.get("id", ""), *called[one.attributes.get("id", "")])
        ]  # fmt: skip
    if len(meant) != 1:
        names = "、".join(next(iter(one), id_) for id_, one in called.items())
        raise Refused(
            meant[1] if meant else root, "BPM102",
            zh=f"里面有几个流程，请指明泳池：{names}",
            en=f"it holds several processes; say which pool: {names}",
        )  # fmt: skip
    for other in (*drawn, *root.all("collaboration")):
        if other is not meant[0] and (other.name == "process" or other.all("messageFlow")):
            problems.add("BPM151", other.at(file), what=other.name)
    return meant[0]


def _called(process: Element, root: Element) -> tuple[str, ...]:
    """Return what a process is called: by the pool it stands in, and by itself."""
    id_ = process.attributes.get("id", "")
    pools = [
        one.attributes.get("name", "")
        for around in root.all("collaboration")
        for one in around.all("participant")
        if one.attributes.get("processRef", "").rpartition(":")[2] == id_
    ]
    found = (*pools, process.attributes.get("name", ""))
    return tuple(" ".join(one.split()) for one in found if one.strip())


def _keys(element: Element) -> Keys:
    around = element.first("extensionElements")
    return {
        one.attributes.get("name", ""): json.loads(one.text)
        for one in (around.all("key") if around is not None else ())
        if one.space == EXTENSION
    }


def _own(process: Element, file: str, problems: Problems) -> Keys | None:
    """Return what we wrote ourselves; None if it is a file of others."""
    try:
        head = _keys(process)
        written = {one.attributes.get("id", ""): _keys(one) for one in nodes_of(process)}
    except json.JSONDecodeError as error:
        raise Refused(
            process, "BPM102", zh="扩展元素 zc:key 里不是 JSON", en="a zc:key holds no JSON"
        ) from error
    if "process" not in head:
        return None
    if process.attributes.get("name") and process.attributes["name"] != head.get("title"):
        head = {**head, "title": process.attributes["name"]}
    elements = {one.attributes.get("id", ""): one for one in nodes_of(process)}
    steps = {
        id_: _step(elements[id_], keys)
        for id_, keys in written.items()
        if keys or elements[id_].name == "endEvent"
    }
    value = {**head, "steps": _nested(steps)}
    _compare(process, value, file, problems)
    return value


def _step(element: Element, keys: Keys) -> Keys:
    name, id_ = element.attributes.get("name", ""), element.attributes.get("id", "")
    return {"title": name, **keys} if name and name != id_ else keys


def _nested(steps: Mapping[str, Keys]) -> dict[str, object]:
    """Put the steps of branches into the parallel steps that name them."""
    inside: set[str] = set()
    for keys in steps.values():
        parallel = keys.get("parallel")
        branches = parallel.get("branches") if isinstance(parallel, dict) else None
        if not isinstance(branches, dict):
            continue
        for branch, names in branches.items():
            inside.update(names)
            branches[branch] = {name: steps[name] for name in names if name in steps}
    return {name: keys for name, keys in steps.items() if name not in inside}


def _compare(process: Element, value: Keys, file: str, problems: Problems) -> None:
    """Report flows that are drawn otherwise than the steps say."""
    text = document(value)
    found = Problems()
    node = read_yaml(text, file, found)
    if node is None:
        raise Refused(
            process, "BPM102", zh="扩展元素 zc:key 里的内容写不成流程文件",
            en="what the zc:key elements hold is no process file",
        )  # fmt: skip
    read = parse_process(node, found)
    if read is None or found.errors:
        # What is wrong with the keys is said when the file is checked.
        return
    # The ways of a rule table are known only beside the content.
    tables = {name for name, step in read.steps.items() if '"rule"' in json.dumps(step.node.value)}
    said = {(edge.source, edge.target, edge.condition) for edge in edges(flow(read))}
    drawn = dict(_drawn(process))
    for key, element in drawn.items():
        if key not in said and not _is_of(key[0], tables):
            problems.add("BPM114", element.at(file), source=key[0], target=key[1])
    for key in sorted(said - drawn.keys()):
        if not _is_of(key[0], tables):
            problems.add("BPM115", process.at(file), source=key[0], target=key[1])


def _is_of(source: str, steps: set[str]) -> bool:
    ends = ("", "_next", "_when", "_join", "_due", "_meanwhile")
    return any(source == f"{name}{end}" for name in steps for end in ends)


def _drawn(process: Element) -> Iterator[tuple[tuple[str, str, str], Element]]:
    for one in process.all("sequenceFlow"):
        given = one.attributes
        condition = one.first("conditionExpression")
        text = condition.text if condition is not None else ""
        yield (given.get("sourceRef", ""), given.get("targetRef", ""), text), one
