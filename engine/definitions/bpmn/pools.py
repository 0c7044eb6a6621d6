"""The pools of a BPMN file: which processes it holds, and what they tell each other.

Of a collaboration one process is imported, or all that are drawn. Two that are imported together
know each other if a message of one starts the other: then it creates a case there, and further
messages are sent between the two cases. What goes to a pool that is not imported, or comes from
one, is outside.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.definitions.bpmn.drawn import Node, nodes_of
from engine.definitions.bpmn.wording import named
from engine.definitions.links import link_name
from engine.definitions.markup import Element


@dataclass(frozen=True, slots=True)
class Pool:
    """A process that is drawn in a file."""

    #: the id of the process in the file
    id: str
    title: str
    #: all that it is called by, its pool first
    names: tuple[str, ...] = ()
    #: whether it is meant to be executed, or only shows what others do
    executable: bool = True


def pools_of(root: Element) -> list[Pool]:
    """Return the processes of a file that draw anything."""
    return [
        Pool(
            one.given("id"),
            next(iter(names), one.given("id")),
            names,
            one.attributes.get("isExecutable") == "true",
        )
        for one in root.all("process")
        if any(nodes_of(one))
        for names in (_called(one, root),)
    ]


def meant(pools: Collection[Pool], wanted: str) -> list[Pool]:
    """Return the processes a name means; without one those to be executed, else all."""
    if wanted:
        return [one for one in pools if wanted in (one.id, *one.names)]
    return [one for one in pools if one.executable] or list(pools)


def _called(process: Element, root: Element) -> tuple[str, ...]:
    """Return what a process is called: by the pool it stands in, and by itself."""
    pools = [
        one.given("name")
        for around in root.all("collaboration")
        for one in around.all("participant")
        if one.given("processRef").rpartition(":")[2] == process.given("id")
    ]
    found = (*pools, process.given("name"))
    return tuple(dict.fromkeys(" ".join(one.split()) for one in found if one.strip()))


@dataclass(frozen=True, slots=True)
class Told:
    """A message from one process to another that is imported with it."""

    #: how the one who tells calls the case of the other
    link: str
    #: what is done there by the system; nothing if the message creates the case
    action: str
    #: the process of the other
    process: str
    caption: str


@dataclass(frozen=True)
class Around:
    """What stands around the processes of a file: messages as nodes send and receive them."""

    #: what a node tells the others, by its id
    told: Mapping[str, list[Told]] = field(default_factory=dict)
    #: the action by which the system tells a node that its message has come, by its id
    awaited: Mapping[str, str] = field(default_factory=dict)
    #: the starts that are messages of a process imported with it
    created: Collection[str] = ()
    #: the pools outside that a node tells something, and those that tell it something
    outward: Mapping[str, str] = field(default_factory=dict)
    inward: Mapping[str, str] = field(default_factory=dict)
    #: the names of messages and the codes of errors by what elements refer to
    messages: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def around_of(root: Element, imported: Mapping[str, str]) -> Around:
    """Read what stands around; ``imported`` are the ids of processes by those of the file."""
    home = {
        node.given("id"): (process.given("id"), node)
        for process in root.all("process")
        for node in _nodes(process)
    }
    flows = [flow for around in root.all("collaboration") for flow in around.all("messageFlow")]
    ends = [(one, _local(one, "sourceRef"), _local(one, "targetRef")) for one in flows]
    known = [
        (home[source], home[target], one)
        for one, source, target in ends
        if source in home and target in home
        and home[source][0] in imported and home[target][0] in imported
    ]  # fmt: skip
    links: dict[tuple[str, str], str] = {}
    for (one, _), (other, node), _flow in known:
        if node.name == "startEvent" and one != other:
            links[one, other] = link_name(imported[other])
            links.setdefault((other, one), link_name(imported[one]))
    told: dict[str, list[Told]] = {}
    awaited: dict[str, str] = {}
    created: set[str] = set()
    inside: set[tuple[str, str]] = set()
    for (one, sender), (other, node), flow in known:
        starts = node.name == "startEvent"
        receives = node.name in ("receiveTask", "intermediateCatchEvent")
        if (one, other) not in links or not (starts or receives):
            continue
        id_ = node.given("id")
        if starts:
            created.add(id_)
        else:
            awaited.setdefault(id_, _action(node, awaited.values()))
        caption = flow.given("name") or node.given("name")
        message = Told(links[one, other], awaited.get(id_, ""), imported[other], caption)
        told.setdefault(sender.given("id"), []).append(message)
        inside.add((sender.given("id"), id_))
    beyond = [(source, target) for _, source, target in ends if (source, target) not in inside]
    pool = {
        one.given("id"): _local(one, "processRef") or one.given("id")
        for around in root.all("collaboration")
        for one in around.all("participant")
    }
    pool |= {id_: process for id_, (process, _) in home.items()}
    return Around(
        told,
        awaited,
        created,
        {source: pool.get(target, target) for source, target in beyond if source in home},
        {target: pool.get(source, source) for source, target in beyond if target in home},
        {one.given("id"): one.given("name") for one in (*root.all("message"), *root.all("signal"))},
        {one.given("id"): one.given("errorCode") or one.given("name") for one in root.all("error")},
    )


def _action(node: Element, taken: Collection[str]) -> str:
    name = f"receive_{named(Node(node))}"
    return name if name not in taken else f"{name}_{len(taken) + 1}"


def _local(one: Element, attribute: str) -> str:
    return one.given(attribute).rpartition(":")[2]


def _nodes(scope: Element) -> list[Element]:
    found = list(nodes_of(scope))
    return [*found, *(inner for one in found if one.name == "subProcess" for inner in _nodes(one))]
