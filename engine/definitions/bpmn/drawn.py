"""What a BPMN file draws: nodes and the flows between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.markup import Element

LEFT_OUT = (
    "dataObject", "dataObjectReference", "dataStoreReference", "dataStore", "association",
    "textAnnotation", "group", "property", "ioSpecification", "dataInputAssociation",
    "dataOutputAssociation",
)  # fmt: skip
_NOT_NODES = (
    *LEFT_OUT, "sequenceFlow", "laneSet", "extensionElements", "documentation", "monitoring",
    "auditing", "standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "artifact",
    "humanPerformer", "potentialOwner", "performer", "resourceRole", "correlationSubscription",
)  # fmt: skip
TASKS = ("userTask", "task", "manualTask")
#: what is done outside, or waited for from there, as :mod:`outside` calls it
OUTSIDE = ("service", "tell", "receive", "events")
#: ends at which the case itself ends, whatever else goes on
ENDING = ("terminate", "error", "cancel")
#: events that are actions: of whoever learns of them, or of whoever does the task
ACTED = ("message", "signal", "conditional", "escalation", "error")


class Refused(Exception):
    """Something of a file cannot be executed."""

    def __init__(self, at: Element, code: str, *, zh: str = "", en: str = "", **params: Any):
        """Hold the place, the code and what its sentence names."""
        super().__init__(code)
        self.element, self.code = at, code
        self.params: dict[str, Any] = {"reason": Phrase(zh, en), **params} if zh else params

    def report(self, problems: Problems, file: str) -> None:
        """Report it."""
        problems.add(self.code, self.element.at(file), **self.params)


@dataclass(eq=False)
class Flow:
    """A sequence flow."""

    element: Element
    source: str
    target: str
    condition: str = ""

    @property
    def label(self) -> str:
        """What is written beside it."""
        return self.element.attributes.get("name", "").strip()


@dataclass(frozen=True, slots=True)
class Question:
    """What a service is asked: the connector, what is sent, and where its answer is kept."""

    connector: str
    title: str
    given: Mapping[str, str]
    into: str

    @property
    def effect(self) -> dict[str, object]:
        """It as an effect."""
        return {"connector": {"name": self.connector, "with": dict(self.given), "into": self.into}}


@dataclass(eq=False)
class Node:
    """Something flows connect."""

    element: Element
    out: list[Flow] = field(default_factory=list)
    into: list[Flow] = field(default_factory=list)
    #: boundary events
    attached: list[Node] = field(default_factory=list)
    name: str = ""
    #: the id of its default flow
    default: str = ""
    #: the nodes inside it and the node at which it is left, if it is a sub-process
    inside: frozenset[str] = frozenset()
    closes: str = ""
    #: what it stands for instead of what it is called
    stands: str = ""
    #: who does it, each for himself: the keys of a panel
    panel: Mapping[str, object] | None = None
    #: for what it calls a case each, and what such a case begins with: keys of a call
    several: dict[str, object] = field(default_factory=dict)
    #: how many times it is done side by side, and how many of them are enough
    times: int = 1
    enough: int = 0
    #: what is asked of a system outside, and what is done on arrival or with each action
    asks: Question | None = None
    do: list[dict[str, object]] = field(default_factory=list)
    #: what its actions set, by path
    sets: dict[str, str] = field(default_factory=dict)
    #: the condition under which it is offered that it has happened
    when: str = ""
    #: the action by which the system says that a message has come; none if a person does
    awaited: str = ""

    @property
    def id(self) -> str:
        """Its id in the file."""
        return self.element.attributes.get("id", "")

    @property
    def kind(self) -> str:
        """What it is called in BPMN; ``leave`` and ``again`` end what was unfolded."""
        return self.stands or self.element.name

    @property
    def title(self) -> str:
        """Its caption."""
        return " ".join(self.element.attributes.get("name", "").split())

    @property
    def event(self) -> str:
        """What kind of event it is; nothing for one without a trigger."""
        found = (one.name for one in self.element.children if one.name.endswith("EventDefinition"))
        return next(found, "").removesuffix("EventDefinition")


def thrown_by(node: Node) -> str:
    """Return what an event of an error or an escalation throws or catches; nothing for any."""
    found = node.element.first(f"{node.event}EventDefinition")
    return found.given(f"{node.event}Ref") if found is not None else ""


def nodes_of(process: Element) -> Iterator[Element]:
    """Go through what flows connect."""
    return (
        one for one in process.children if one.name not in _NOT_NODES and "id" in one.attributes
    )
