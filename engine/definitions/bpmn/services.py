"""What files of others say of a service: its name, what it is given, where its answer goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.definitions.bpmn.drawn import Node
from engine.definitions.bpmn.wording import named
from engine.definitions.dialects import Naming, quoted, snake, translated
from engine.definitions.markup import Element

#: types of services that say how something is asked and not what
_GENERAL = re.compile(r"io\.|http|rest$|mail|shell|camel|external", re.IGNORECASE)
#: what belongs to the address of a connector, which is a setting here
_ADDRESS = re.compile(
    r"(?:url|method|headers?|authentication|connection|read|write|request|timeout|disallow|"
    r"ignore|fail|result|store)",
    re.IGNORECASE,
)


def is_mail(element: Element) -> bool:
    """Tell whether a service only sends an e-mail."""
    return element.given("type") == "mail"


def connector_of(node: Node) -> str:
    """Return the name of the connector for a service: what a file calls it, else its caption."""
    element = node.element
    extension = element.first("extensionElements")
    inner = [extension.first(*path) for path in _NAMED] if extension is not None else []
    called = [one.given("type") or one.text.strip() for one in inner if one is not None]
    called += [element.given(one) for one in ("topic", "class", "delegateExpression")]
    for text in called:
        name = snake(text.strip("${}#= ").rpartition(".")[2])
        if name and not _GENERAL.match(text):
            return name.replace("_", "-")
    return named(node).replace("_", "-")


_NAMED = (("taskDefinition",), ("connector", "connectorId"))


def given_of(element: Element, naming: Naming) -> tuple[Mapping[str, str], list[str]]:
    """Return what a service is given as expressions by name, and what cannot be one."""
    given: dict[str, str] = {}
    left_out: list[str] = []
    for name, text, plain in _inputs(element):
        field = snake(name)
        found = quoted(text) if plain else translated(text, naming)
        if not field or _ADDRESS.match(name) or found is None:
            left_out.append(name)
        else:
            given[field] = found
    return given, left_out


def _inputs(element: Element) -> Iterator[tuple[str, str, bool]]:
    """Go through what is given: the name, the text, and whether the text is meant as it stands."""
    extension = element.first("extensionElements")
    if extension is None:
        return
    for path in (("inputOutput",), ("connector", "inputOutput")):
        around = extension.first(*path)
        for one in around.all("inputParameter") if around is not None else ():
            text = one.text.strip()
            plain = not text.startswith(("${", "#{")) and not one.children
            yield one.given("name"), text, plain
    mapping = extension.first("ioMapping")
    for one in mapping.all("input") if mapping is not None else ():
        source = one.given("source").strip()
        yield one.given("target"), source.removeprefix("="), not source.startswith("=")
    for one in extension.all("field"):
        text = one.given("expression") or one.said("expression")
        constant = one.given("stringValue") or one.said("string")
        yield one.given("name"), text or constant, not text and bool(constant)


class Result(NamedTuple):
    """What becomes of a variable that a service sets: a field of its answer, or a fact."""

    #: nothing if its name is none here
    path: str
    #: what is read where the variable is read as it is
    alone: str = ""


def result_of(element: Element) -> str:
    """Return the variable that holds the answer of a service as a whole; nothing if none does."""
    extension = element.first("extensionElements")
    inner = [
        *_at(extension, "calledDecision"), *_at(extension, "script"),
    ]  # fmt: skip
    headers = [
        header.given("value")
        for around in _at(extension, "taskHeaders")
        for header in around.all("header")
        if header.given("key") == "resultVariable"
    ]
    names = ("resultVariable", "resultVariableName")
    found = [element.given(one) for one in names]
    found += [one.given("resultVariable") for one in inner] + headers
    return next((one for one in found if one), "")


def outputs_of(element: Element) -> list[str]:
    """Return the variables that hold a part of the answer each."""
    extension = element.first("extensionElements")
    if extension is None:
        return []
    around = [extension.first("inputOutput"), extension.first("connector", "inputOutput")]
    found = [one.given("name") for each in around if each for one in each.all("outputParameter")]
    mapping = extension.first("ioMapping")
    found += [one.given("target") for one in mapping.all("output")] if mapping else []
    return [one for one in found if one and "." not in one]


def results_of(process: Element) -> tuple[Mapping[str, Result], Mapping[str, str]]:
    """Return what services and decisions of a process set, by variable, and each answer's name."""
    results: dict[str, Result] = {}
    answers: dict[str, str] = {}
    taken: set[str] = set()
    for element in _services(process):
        if element.name == "businessRuleTask":
            name = result_of(element)
            if decision_of(element) and snake(name) and name.isascii():
                results[name] = Result(snake(name))
            continue
        variable = result_of(element)
        whole = snake(variable) if variable.isascii() else ""
        into = whole or named(Node(element))
        number = 2
        while not whole and into in taken:
            into, number = f"{named(Node(element))}_{number}", number + 1
        taken.add(into)
        answers[element.given("id")] = into
        if variable:
            results[variable] = Result(f"data.{into}" if whole else "", ".value")
        for one in outputs_of(element):
            field = snake(one) if one.isascii() else ""
            results[one] = Result(f"data.{into}.{field}" if field else "")
    return results, answers


def decision_of(element: Element) -> str:
    """Return the rule table for a decision; nothing if the file names none, or lists of results."""
    called = next(iter(_at(element.first("extensionElements"), "calledDecision")), None)
    text = element.given("decisionRef") or (called.given("decisionId") if called else "")
    asked = element.given("mapDecisionResult")
    if asked in ("collectEntries", "resultList") or "{" in text or text.startswith("="):
        return ""
    return snake(text).replace("_", "-")


def is_decided(element: Element) -> bool:
    """Tell whether a file says by what a business rule is decided, be it understood or not."""
    extension = element.first("extensionElements")
    inner = ("calledDecision", "taskDefinition")
    return any(map(element.given, _DECIDES)) or any(_at(extension, name) for name in inner)


#: attributes of engines that say how a business rule is decided
_DECIDES = (
    "decisionRef", "class", "expression", "delegateExpression", "topic", "type", "rules",
    "ruleVariablesInput",
)  # fmt: skip


def _services(scope: Element) -> Iterator[Element]:
    for one in scope.children:
        if one.name in ("serviceTask", "businessRuleTask") and one.given("id"):
            yield one
        elif one.name == "subProcess":
            yield from _services(one)


def _at(around: Element | None, name: str) -> list[Element]:
    return around.all(name) if around is not None else []
