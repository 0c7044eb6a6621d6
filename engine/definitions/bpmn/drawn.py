"""What a BPMN file draws: nodes and the flows between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.markup import Element

LEFT_OUT = (
    "dataObject", "dataObjectReference", "dataStoreReference", "association", "textAnnotation",
    "group", "property", "ioSpecification",
)  # fmt: skip
_NOT_NODES = (
    *LEFT_OUT, "sequenceFlow", "laneSet", "extensionElements", "documentation", "monitoring",
    "auditing",
)  # fmt: skip


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


@dataclass(eq=False)
class Node:
    """Something flows connect."""

    element: Element
    out: list[Flow] = field(default_factory=list)
    into: list[Flow] = field(default_factory=list)
    #: boundary events
    attached: list[Node] = field(default_factory=list)
    name: str = ""

    @property
    def id(self) -> str:
        """Its id in the file."""
        return self.element.attributes.get("id", "")

    @property
    def kind(self) -> str:
        """What it is called in BPMN."""
        return self.element.name

    @property
    def title(self) -> str:
        """Its caption."""
        return " ".join(self.element.attributes.get("name", "").split())

    @property
    def default(self) -> str:
        """The id of its default flow."""
        return self.element.attributes.get("default", "")


def nodes_of(process: Element) -> Iterator[Element]:
    """Go through what flows connect."""
    return (
        one for one in process.children if one.name not in _NOT_NODES and "id" in one.attributes
    )
