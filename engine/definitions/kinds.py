"""Every kind of content file beside processes and forms: where it stands and how it is read.

A new kind is a module and a line in ``KINDS``; release, ``check`` and ``schema`` go through this
table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.authoring.memory import Memory, once
from engine.authoring.node import Node
from engine.authoring.problem import Position
from engine.authoring.problems import Problems
from engine.definitions import (
    calendar,
    codes,
    connector,
    document,
    jurisdiction,
    labels,
    listing,
    message,
    register,
    register_check,
    register_file,
    role,
    route,
    rules,
)
from engine.definitions.known import Known
from engine.definitions.neighbour import Neighbour
from engine.definitions.shapes import Vocabulary

ROOT = "definitions"
PERMISSIONS_FILE = f"{ROOT}/roles/permissions.yaml"
REFUSALS_FILE = f"{ROOT}/messages/refusals.yaml"


@dataclass(frozen=True)
class Kind:
    """One kind of file: the folder under ``definitions``, the vocabulary, the reading."""

    folder: str
    vocabulary: Vocabulary
    parse: Callable[[Node, str, Problems], Any]


KINDS: tuple[Kind, ...] = (
    Kind("codes", codes.CODES, codes.parse_codes),
    Kind("registers", register_file.REGISTER, register_file.parse_register),
    Kind("routes", route.ROUTE, route.parse_route),
    Kind(rules.FOLDER, rules.RULE, rules.parse_rule),
    Kind("lists", listing.LIST, listing.parse_listing),
    Kind("roles", role.ROLES, role.parse_roles),
    Kind("documents", document.DOCUMENT, document.parse_document),
    Kind("messages", message.MESSAGE, message.parse_message),
    Kind("connectors", connector.CONNECTOR, connector.parse_connector),
    Kind("calendars", calendar.CALENDAR, calendar.parse_calendar),
    Kind("jurisdictions", jurisdiction.JURISDICTION, jurisdiction.parse_jurisdiction),
    Kind("labels", labels.LABELS, labels.parse_labels),
)
#: single files inside those folders that are something else
SINGLE: Mapping[str, Vocabulary] = {
    PERMISSIONS_FILE: role.PERMISSIONS,
    REFUSALS_FILE: message.REFUSALS,
}


@dataclass
class Content:
    """Everything but processes and forms, by id."""

    codes: dict[str, codes.CodeList] = field(default_factory=dict)
    registers: dict[str, register.Register] = field(default_factory=dict)
    routes: dict[str, route.Route] = field(default_factory=dict)
    rules: dict[str, rules.RuleTable] = field(default_factory=dict)
    lists: dict[str, listing.Listing] = field(default_factory=dict)
    roles: dict[str, role.RoleSet] = field(default_factory=dict)
    documents: dict[str, document.DocumentTemplate] = field(default_factory=dict)
    messages: dict[str, message.MessageTemplate] = field(default_factory=dict)
    connectors: dict[str, connector.Connector] = field(default_factory=dict)
    calendars: dict[str, calendar.Calendar] = field(default_factory=dict)
    jurisdictions: dict[str, jurisdiction.Jurisdiction] = field(default_factory=dict)
    labels: dict[str, labels.Labels] = field(default_factory=dict)
    permissions: Mapping[str, role.Permission] = field(default_factory=dict)
    refusals: message.Refusals | None = None


def kind_of(path: str) -> Kind | None:
    """Return the kind of a file by its path from the content's root, None for other files."""
    parts = path.split("/")
    if len(parts) < 3 or parts[0] != ROOT or not path.endswith(".yaml"):
        return None
    return next((kind for kind in KINDS if kind.folder == parts[1]), None)


def read_kinds(
    nodes: Mapping[str, Node], problems: Problems, memory: Memory | None = None
) -> Content:
    """Read every file of these kinds.

    Args:
        nodes: the files' content by their path from the content's root; other files are ignored.
        problems: receives what is wrong with each file by itself.
        memory: what was read before.
    """
    content = Content()
    for path, node in nodes.items():
        if path == PERMISSIONS_FILE:
            content.permissions = once(
                memory, ("kind", path), (node,), role.parse_permissions, problems
            )
        elif path == REFUSALS_FILE:
            content.refusals = once(
                memory, ("kind", path), (node,), message.parse_refusals, problems
            )
        elif kind := kind_of(path):
            id_ = path.removeprefix(f"{ROOT}/{kind.folder}/").removesuffix(".yaml")
            parsed = once(memory, ("kind", path), (node, id_), kind.parse, problems)
            if parsed is not None:
                getattr(content, kind.folder)[id_] = parsed
    return content


def check_kinds(content: Content, known: Known, problems: Problems) -> None:
    """Report every name that leads nowhere, in every file of these kinds.

    Expressions are bound by :mod:`engine.definitions.content_expressions`.
    """
    for name in (register.ORGANISATIONS, register.PEOPLE):
        if content.registers and name not in content.registers:
            problems.add("REG121", Position(f"{ROOT}/registers"), name=name)
    entries = {entry.name: set_.id for set_ in content.roles.values() for entry in set_.entries}
    for code_list in content.codes.values():
        codes.check_codes(code_list, problems)
    for set_ in content.roles.values():
        role.check_roles(set_, known, entries, problems)
    for days in content.calendars.values():
        calendar.check_calendar(days, problems)
    for text in content.messages.values():
        message.check_message(text, problems)
    if content.refusals:
        message.check_refusals(content.refusals, problems)
    checks: tuple[tuple[Mapping[str, Any], Callable[[Any, Known, Problems], None]], ...] = (
        (content.registers, register_check.check_register),
        (content.routes, route.check_route),
        (content.lists, listing.check_listing),
        (content.documents, document.check_document),
        (content.connectors, connector.check_connector),
        (content.jurisdictions, jurisdiction.check_jurisdiction),
    )
    for files, check in checks:
        for each in files.values():
            check(each, known, problems)


def known_from(
    content: Content,
    *,
    forms: Mapping[str, Any] | None = None,
    form_indexes: Mapping[str, Any] | None = None,
    processes: Mapping[str, Neighbour] | None = None,
    files: Mapping[str, object] | None = None,
) -> Known:
    """Collect the names of the content for checking.

    Args:
        content: what was read.
        forms: the type of each form.
        form_indexes: the index paths of each form.
        processes: each process by id, as others know it.
        files: all paths, among them the document templates.
    """
    prefix = f"{ROOT}/documents/"
    return Known(
        forms=forms or {},
        form_indexes=form_indexes or {},
        registers=content.registers,
        codes={name: tuple(found.values) for name, found in content.codes.items()},
        permissions=tuple(content.permissions),
        roles={name for set_ in content.roles.values() for name in set_.roles},
        processes=processes or {},
        lists=content.lists,
        connectors=content.connectors,
        routes=(*content.routes, route.SUPERIOR),
        calendars=tuple(content.calendars),
        sets=tuple(content.roles),
        templates=tuple(
            path.removeprefix(prefix)
            for path in files or ()
            if path.startswith(prefix) and path.endswith(".typ")
        ),
    )
