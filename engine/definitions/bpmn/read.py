"""BPMN files as process files: our own are read back, those of others are rewritten.

A file we wrote holds every key of the process and its steps as extension elements; what is drawn
must still say the same. For any other file see :mod:`engine.definitions.bpmn.normalise`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping

from engine.authoring.emitting import document
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.definitions.bpmn.drafts import Drafts
from engine.definitions.bpmn.drawn import Node, Refused, nodes_of
from engine.definitions.bpmn.normalise import Normaliser
from engine.definitions.bpmn.pools import Pool, around_of, meant, pools_of
from engine.definitions.bpmn.wording import named
from engine.definitions.bpmn.write import EXTENSION, edges
from engine.definitions.flow import flow
from engine.definitions.markup import Element, Unreadable, read_markup
from engine.definitions.parse import parse_process

Keys = dict[str, object]


#: the name of the pool that means each of them, as a process of its own
EVERY_POOL = "*"
PROCESSES = "definitions/processes/"


def read_bpmn(
    content: bytes, file: str, problems: Problems, name: str = "", pool: str = ""
) -> str | None:
    """Return the process of a BPMN file as the text of a process file, without what goes with it.

    The arguments are those of :func:`read_files`.

    Returns:
        The text; None if anything cannot be executed.
    """
    return next(iter(read_files(content, file, problems, name, pool).values()), None)


def read_files(
    content: bytes,
    file: str,
    problems: Problems,
    name: str = "",
    pool: str = "",
    taken: Collection[str] = (),
) -> dict[str, str]:
    """Return the processes of a BPMN file, and drafts of what goes with them, as texts by path.

    Args:
        content: the file.
        file: its name, for problems.
        problems: receives what was rewritten (warnings) and what cannot be executed (errors).
        name: the id of the process; else that of the file, below ``imported/`` if it is not ours.
        pool: of several processes, the one meant: its id, its name, or the name of its pool; or
            :data:`EVERY_POOL`.
        taken: the paths of files there already are, which drafts are not called.

    Returns:
        The texts, the process that was named first; none if anything cannot be executed.
    """
    found = Problems()
    texts: dict[str, str] = {}
    try:
        root = read_markup(content)
        for value, drafts in _processes(root, file, found, name, pool, taken):
            texts[f"{PROCESSES}{value['process']}.yaml"] = document(value)
            texts |= {path: text for path, text in drafts.items() if path not in texts}
    except Unreadable as error:
        found.add("BPM101", error.at(file), reason=error.reason)
    except Refused as refused:
        refused.report(found, file)
    problems.extend(found)
    return {} if found.errors else texts


def to_choose(content: bytes) -> list[Pool]:
    """Return the processes of a file of which one has to be chosen; none if there is no choice."""
    try:
        root = read_markup(content)
    except Unreadable:
        return []
    return pools_of(root) if len(meant(pools_of(root), "")) > 1 else []


def _processes(
    root: Element, file: str, problems: Problems, name: str, pool: str, taken: Collection[str]
) -> Iterator[tuple[Keys, Mapping[str, str]]]:
    """Go through the processes that are meant, each with drafts of what goes with it."""
    chosen = _chosen(root, file, problems, pool)
    folder = name.rpartition("/")[0] or "imported"
    ids: dict[str, str] = {}
    for one in chosen:
        id_ = f"{folder}/{named(Node(one)).replace('_', '-')}"
        id_ = name if name and not ids else id_
        ids[one.given("id")] = f"{id_}-{len(ids) + 1}" if id_ in ids.values() else id_
    around = around_of(root, ids)
    for one in chosen:
        own = _own(one, file, problems)
        if own is not None:
            yield {**own, "process": name} if name and one is chosen[0] else own, {}
            continue
        drawn = Normaliser(one, file, problems, ids[one.given("id")], around)
        value = drawn.value()
        drafts = Drafts(drawn.drawing, taken)
        yield drafts.complete(value), drafts.files


def _chosen(root: Element, file: str, problems: Problems, pool: str) -> list[Element]:
    """Return the processes that are meant.

    Raises:
        Refused: there is none, or more than one and none is named.
    """
    if root.name != "definitions":
        raise Refused(root, "BPM102", zh="它不是 BPMN 文件", en="it is no BPMN file")
    pools = pools_of(root)
    found = meant(pools, "" if pool == EVERY_POOL else pool)
    if not pools:
        raise Refused(root, "BPM102", zh="里面没有流程", en="it holds no process")
    drawn = {one.given("id"): one for one in root.all("process")}
    if len(found) != 1 and pool != EVERY_POOL:
        names = "、".join(one.title for one in pools)
        raise Refused(
            drawn[found[1].id] if found else root, "BPM102",
            zh=f"里面有几个流程，请指明泳池：{names}",
            en=f"it holds several processes; say which pool: {names}",
        )  # fmt: skip
    for other in pools:
        if other not in found:
            problems.add("BPM186", drawn[other.id].at(file), pool=other.title)
    return [drawn[one.id] for one in found]


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
