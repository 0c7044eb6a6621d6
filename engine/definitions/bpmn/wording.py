"""What files of others say in words of their own: conditions, dates, and who does something."""

from __future__ import annotations

import re

from engine.definitions.bpmn.drawn import Node
from engine.definitions.dialects import (
    Naming,
    later,
    minutes_of,
    quoted,
    snake,
    translated,
)
from engine.definitions.markup import Element

#: names that mean the same here; all others are fields of the case
_KNOWN = ("data", "case", "initiator", "policy", "flags", "input")
_INITIATOR = ("initiator", "starter", "applicant")
_PATH = re.compile(r"\s*(?:[$#]\{|=)\s*([^\W\d][\w.]*)\s*\}?\s*")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T00:00(?::00)?(?:\.0+)?(?:Z|[+-]\d\d:?\d\d)?)?")
#: a moment of the clock here; one of another zone is another day for some
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?")
#: ids that tools make up
_MADE_UP = re.compile(
    r"[-_]*(?:sid|id|uuid|process)?[-_]*[0-9a-f]{8}[-_][0-9a-f-]{9,}.*|[A-Za-z]+_[0-9a-z]{7}|_\S{20,}"
    r"|sid-\S+",
    re.ASCII | re.IGNORECASE,
)
#: what engines do with an element beyond what is drawn
_DONE = (
    "inputOutput", "ioMapping", "taskHeaders", "connector", "field", "failedJobRetryTimeCycle",
)  # fmt: skip
#: what of it is read where a service or a decision is
_READ = ("inputOutput", "ioMapping", "taskHeaders", "connector", "field")
_SAID = ("followUpDate", "priority", "skipExpression")
#: attributes of engines that name who does a task, what says more first
ASSIGNING = ("candidateGroups", "assignee", "candidateUsers")


def named(node: Node) -> str:
    """Return a name for a node: its id, or its caption if a tool made up the id."""
    id_, title = snake(node.id), snake(node.title)
    if _MADE_UP.fullmatch(node.id):
        id_ = title if len(title) > 2 else ""
    return id_ or title or snake(node.kind)


def of_engines(element: Element) -> list[str]:
    """Return what another engine would do with an element beyond what is drawn."""
    around = element.first("extensionElements")
    service = element.name in ("serviceTask", "businessRuleTask")
    found = [one for one in _SAID if element.given(one)]
    found += [
        one.name for one in (around.children if around is not None else ())
        if (one.name in _DONE and not (service and one.name in _READ))
        or one.name.endswith(("Listener", "Listeners"))
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def path_of(names: tuple[str, ...]) -> str | None:
    """Return the name of a variable as a path of ours: a bare name is a field of the case."""
    parts = [snake(one) if one.isascii() else "" for one in names]
    if not all(parts):
        return None
    return ".".join(parts if parts[0] in _KNOWN else ["data", *parts])


def condition_of(element: Element, naming: Naming = path_of) -> str | None:
    """Return a condition as an expression; None if it is not of a simple form."""
    text = element.text.strip()
    return text if "cel" in element.attributes.get("language", "") else translated(text, naming)


def variable(text: str, naming: Naming = path_of) -> str | None:
    """Return the path of ours that ``${x}``, ``#{x}`` or ``= x`` names; None for other texts."""
    found = _PATH.fullmatch(text)
    return naming(tuple(found[1].split("."))) if found else None


def moment_of(event: Element, naming: Naming = path_of) -> tuple[str | None, str]:
    """Return when a timer goes off as an expression, None if it cannot be one, and its text."""
    definition = event.first("timerEventDefinition")
    if definition is None:
        return None, ""
    day, lasting = definition.first("timeDate"), definition.said("timeDuration")
    if day is not None and day.text.strip():
        text = day.text.strip()
        constant = _DATE.fullmatch(text)
        if constant:
            return f"'{constant[1]}'", text
        if _MOMENT.fullmatch(text):
            return quoted(text), text
        return variable(text, naming) or condition_of(day, naming), text
    inner = re.fullmatch(r"""=?\s*(?:duration\(\s*)?["']?(P[0-9A-Z]+)["']?\s*\)?""", lasting)
    minutes = minutes_of(inner[1]) if inner else None
    if not minutes or minutes < 0:
        return None, lasting or definition.said("timeCycle")
    return later(minutes), lasting


def assignee(node: Node) -> tuple[str, str] | None:
    """Return where a file says who does a task, and what it says."""
    around = node.element.first("extensionElements")
    zeebe = around.all("assignmentDefinition") if around is not None else []
    for element in (node.element, *zeebe):
        for attribute in ASSIGNING:
            text = element.given(attribute)
            if text:
                return attribute, text
    for name in ("humanPerformer", "potentialOwner", "performer"):
        for one in node.element.all(name):
            text = one.said("resourceAssignmentExpression", "formalExpression")
            named = re.search(r"(?:user|group)\(([^)]*)\)", text)
            if text:
                return name, named[1] if named else text
    return None


def is_initiator(text: str, starters: frozenset[str]) -> bool:
    """Tell whether a text names who began the case."""
    name = snake(text.strip().strip("${}#= "))
    return name in starters or name.split("_")[-1] in _INITIATOR


def permission_of(text: str) -> str:
    """Return the name of a permission for a group or a person as a file names them."""
    return snake(text.strip().strip("${}#= ").split(",")[0])
