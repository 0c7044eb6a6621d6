"""A release: the whole content read, checked and bound, as one version.

``load`` reads everything and reports everything: a mistake in one file does not hide those in the
others. Only content without errors becomes a :class:`Release`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from engine.authoring.memory import Memory, once
from engine.authoring.node import Node
from engine.authoring.problem import Position, Problem
from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import read_files, texts
from engine.definitions.bind import BoundProcess, bind
from engine.definitions.calendar import Calendar
from engine.definitions.check import Names, Shown, check_process
from engine.definitions.closure import files_of
from engine.definitions.codes import CodeList
from engine.definitions.collecting import collecting_later
from engine.definitions.connector import Connector
from engine.definitions.content_expressions import BoundContent, bind_content
from engine.definitions.context import CASE_ROW, CASES
from engine.definitions.document import DocumentTemplate
from engine.definitions.flatten import flattened
from engine.definitions.jurisdiction import Jurisdiction, Pool
from engine.definitions.kinds import Content, check_kinds, known_from, read_kinds
from engine.definitions.known import Known, index_paths
from engine.definitions.labels import Labels
from engine.definitions.limits import Limits, limits_of, organisation_kinds, rights_in
from engine.definitions.links import Related, relations
from engine.definitions.listing import Listing
from engine.definitions.message import MessageTemplate
from engine.definitions.neighbour import Neighbour, neighbour
from engine.definitions.parse import parse_process
from engine.definitions.placeholders import placeholders
from engine.definitions.process import Process
from engine.definitions.register import Register
from engine.definitions.role import Menu, Permission, Role
from engine.definitions.route import Route
from engine.definitions.rules import FOLDER as RULES
from engine.definitions.rules import Rule, bind_rule, with_rules
from engine.definitions.scopes import Around
from engine.domain.types import Record, Reference, follow
from engine.forms import Form, bind_forms, read_forms
from engine.forms import Names as FormNames
from engine.forms.types import record_of

__all__ = ["BoundProcess", "Loaded", "Release", "load"]

PROCESSES = "definitions/processes/"
FORMS = "forms/"
STATUSES = "statuses"
Indexes = Mapping[str, Collection[tuple[str, ...]]]


@dataclass(frozen=True, eq=False)
class Release:
    """Everything a platform runs on, bound; without errors."""

    files: Mapping[str, str]
    processes: Mapping[str, BoundProcess]
    forms: Mapping[str, Form]
    content: Content = field(repr=False)
    #: the expressions of registers and lists
    bound: BoundContent = field(default_factory=BoundContent, repr=False)
    #: the rule tables by id, ready to decide
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @cached_property
    def hash(self) -> str:
        """The hash of all files."""
        return _hash(self.files, self.files)

    @property
    def registers(self) -> Mapping[str, Register]:
        """The registers by id."""
        return self.content.registers

    @property
    def routes(self) -> Mapping[str, Route]:
        """The route tables by id."""
        return self.content.routes

    @property
    def lists(self) -> Mapping[str, Listing]:
        """The lists by id."""
        return self.content.lists

    @property
    def permissions(self) -> Mapping[str, Permission]:
        """The permissions by name."""
        return self.content.permissions

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """The roles by ``set/name``."""
        return {
            f"{set_.id}/{name}": role
            for set_ in self.content.roles.values()
            for name, role in set_.roles.items()
        }

    @cached_property
    def menus(self) -> Mapping[str, tuple[Menu, ...]]:
        """The menus of each set."""
        return {set_.id: set_.menus for set_ in self.content.roles.values()}

    @property
    def codes(self) -> Mapping[str, CodeList]:
        """The code lists by id."""
        return self.content.codes

    @property
    def documents(self) -> Mapping[str, DocumentTemplate]:
        """The document templates by id."""
        return self.content.documents

    @property
    def messages(self) -> Mapping[str, MessageTemplate]:
        """The message templates by id."""
        return self.content.messages

    @property
    def labels(self) -> Mapping[str, Labels]:
        """Replaced captions by language or jurisdiction."""
        return self.content.labels

    @property
    def connectors(self) -> Mapping[str, Connector]:
        """The connectors by id."""
        return self.content.connectors

    @property
    def calendars(self) -> Mapping[str, Calendar]:
        """The calendars by id."""
        return self.content.calendars

    @property
    def jurisdictions(self) -> Mapping[str, Jurisdiction]:
        """The jurisdictions by id."""
        return self.content.jurisdictions

    def closure(self, process: str) -> str:
        """Return the hash of everything a process refers to: what its cases pin."""
        known = self._closures.get(process)
        if known is None:
            known = _hash(self.files, files_of(self.processes[process].process, self))
            self._closures[process] = known
        return known

    @cached_property
    def _closures(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True)
class Loaded:
    """What came of reading: the release if there are no errors, all problems, and the sources."""

    release: Release | None
    problems: Problems
    sources: dict[str, str]
    #: the bound processes, also of content with errors; for ``explain``
    processes: Mapping[str, BoundProcess] = field(default_factory=dict)
    #: the flattened node of each process
    nodes: Mapping[str, Node] = field(default_factory=dict)
    #: the rest of the content and the forms, also of content with errors; for completion
    content: Content = field(default_factory=Content)
    forms: Mapping[str, Form] = field(default_factory=dict)
    #: the rule tables by id; those with mistakes are None
    rules: Mapping[str, Rule | None] = field(default_factory=dict)


def load(source: Path | Mapping[str, str | bytes], memory: Memory | None = None) -> Loaded:
    """Read, check and bind the whole content.

    Args:
        source: the content's root folder, or its files by path from there.
        memory: what was made when similar files were loaded before; what comes out is the same.
    """
    files = read_files(source) if isinstance(source, Path) else source
    with collecting_later():
        return _Loader(files, memory).load()


class _Loader:
    def __init__(self, files: Mapping[str, str | bytes], memory: Memory | None) -> None:
        self.memory = memory
        self.problems = Problems()
        self.direct: set[tuple[str, Position]] = set()
        self.foreign: list[Problem] = []
        self.whole: set[str] = set()
        self.files = files
        self.sources = texts(
            {path: c.encode() if isinstance(c, str) else c for path, c in files.items()}
        )
        self.nodes = {
            path: node
            for path in sorted(files)
            if path.endswith(".yaml") and (node := self._node(path)) is not None
        }

    def _node(self, path: str) -> Node | None:
        def read(content: str | bytes, found: Problems) -> Node | None:
            return read_yaml(content, path, found)

        return once(self.memory, ("file", path), (self.files[path],), read, self.problems)

    def load(self) -> Loaded:
        content = read_kinds(self.nodes, self.problems, self.memory)
        form_nodes = self._named(FORMS)
        forms = read_forms(form_nodes, self.problems, self.memory)
        codes = {name: tuple(found.values) for name, found in content.codes.items()}
        types = {
            name: once(self.memory, ("form type", name), (form, codes), _type_of, self.problems)
            for name, form in forms.items()
        }
        registers = records(content.registers, types)
        shapes = Known(forms=types, registers=content.registers)
        searchable = {name: index_paths(shapes, name) for name in content.registers}
        indexes = {name: _split(paths) for name, paths in searchable.items()}
        known_to_forms = FormNames(
            registers=registers,
            codes=codes,
            documents=tuple(content.documents),
            forms=types,
            indexes=searchable,
        )
        forms = bind_forms(forms, form_nodes, known_to_forms, self.problems, self.memory)
        rules = self._rules(content)
        processes, flat = self._processes(rules)
        form_indexes = {name: tuple(form.index_paths) for name, form in forms.items()}
        others = {
            name: once(self.memory, ("neighbour", name), (process,), neighbour, self.problems)
            for name, process in processes.items()
        }
        known = known_from(
            content,
            forms=types,
            form_indexes=form_indexes,
            processes=others,
            files=self.files,
        )
        given = content, known
        once(self.memory, "kinds", given, check_kinds, self.problems)
        bound_content = once(self.memory, "content", given, bind_content, self.problems)
        related = relations(processes)
        names = names_of(content, types, registers, others, related, self._asked(forms, content))
        documents = {name: one.data for name, one in content.documents.items()}
        around = Around(types, registers, others, related, content.connectors, documents, indexes)
        bound = self._bound(processes, around, form_indexes, names)
        release = None
        if not self.problems.errors:
            ready = {name: rule for name, rule in rules.items() if rule is not None}
            release = Release(dict(self.sources), bound, forms, content, bound_content, ready)
        return Loaded(release, self.problems, self.sources, bound, flat, content, forms, rules)

    def _bound(
        self,
        processes: Mapping[str, Process],
        around: Around,
        form_indexes: Mapping[str, Collection[str]],
        names: Names,
    ) -> dict[str, BoundProcess]:
        """Bind and check every process, each with the indexes of its own cases."""
        bound = {}
        for name, process in processes.items():
            cases = _case_indexes(process, around.processes, form_indexes)
            own = replace(around, indexes={**around.indexes, CASES: cases})
            found = Problems()
            bound[name] = once(
                self.memory,
                ("bound process", name),
                (process, own, names, name in self.whole),
                partial(_bound, self.memory),
                found,
            )
            self._take(found, process)
        self.problems.extend(self.inherited)
        return bound

    def _asked(self, forms: Mapping[str, Form], content: Content) -> dict[str, _Asked]:
        """Say of each form what its fields can hold."""
        return {
            name: once(self.memory, ("asked", name), (form, content.codes), _asked, self.problems)
            for name, form in forms.items()
        }

    def _rules(self, content: Content) -> dict[str, Rule | None]:
        """Make the rule tables ready; those with mistakes are None."""
        return {
            f"{RULES}/{name}": once(
                self.memory, ("rule", name), (table, content.codes), bind_rule, self.problems
            )
            for name, table in content.rules.items()
        }

    def _take(self, found: Problems, process: Process) -> None:
        """Add the problems of a process; what it shares with its base is said once, there."""
        own = f"{PROCESSES}{process.id}.yaml"
        written = process.node.get("process")
        for problem in found:
            if problem.at.file == own or written is None:
                self.problems.extend([problem])
                self.direct.add((problem.code, problem.at))
            else:
                self.foreign.append(replace(problem, related=written.at))

    @property
    def inherited(self) -> list[Problem]:
        """Problems that only a process based on another has, though they stand in the other."""
        return [
            problem for problem in self.foreign if (problem.code, problem.at) not in self.direct
        ]

    def _named(self, folder: str) -> dict[str, Node]:
        return {
            path.removeprefix(folder).removesuffix(".yaml"): node
            for path, node in self.nodes.items()
            if path.startswith(folder)
        }

    def _processes(
        self, rules: Mapping[str, Rule | None]
    ) -> tuple[dict[str, Process], dict[str, Node]]:
        files = self._named(PROCESSES)
        processes: dict[str, Process] = {}
        flat: dict[str, Node] = {}
        for name, node in files.items():
            written = node.get("process")
            if written is not None and written.text != name:
                self.problems.add("DEF127", written, id=written.text, expected=name)
            merged = self._flat(name, files)
            found = Problems()
            process = self._parsed(name, merged, found) if merged is not None else None
            placed = self._placed(name, process, rules, found) if process is not None else None
            self.problems.extend(found)
            if not found and placed is not None:
                self.whole.add(name)
            process = placed or process
            if process is not None and merged is not None:
                processes[name] = process
                flat[name] = merged
        return processes, flat

    def _flat(self, name: str, files: Mapping[str, Node]) -> Node | None:
        def flatten(files: Mapping[str, Node], found: Problems) -> Node | None:
            return flattened(name, files, found)

        return once(self.memory, ("flat process", name), (files,), flatten, self.problems)

    def _parsed(self, name: str, flat: Node, problems: Problems) -> Process | None:
        def parse(flat: Node, found: Problems) -> Process | None:
            process = parse_process(flat, found)
            other = process is not None and process.id != name
            return replace(process, id=name) if process is not None and other else process

        return once(self.memory, ("process", name), (flat,), parse, problems)

    def _placed(
        self, name: str, process: Process, rules: Mapping[str, Rule | None], problems: Problems
    ) -> Process | None:
        key = ("process with rules", name)
        return once(self.memory, key, (process, rules), with_rules, problems)


def _bound(
    memory: Memory | None,
    process: Process,
    around: Around,
    names: Names,
    whole: bool,
    problems: Problems,
) -> BoundProcess:
    """Bind a process and check it."""
    bound = bind(process, around, problems, memory)
    check_process(bound, names, problems, whole=whole, memory=memory)
    return bound


@dataclass(frozen=True)
class _Asked:
    """What the fields of a form can hold: their limits, and the codes they offer."""

    limits: Mapping[str, Limits]
    options: tuple[str, ...]


def _asked(form: Form, codes: Mapping[str, CodeList], _problems: Problems) -> _Asked:
    return _Asked(limits_of(form), _options(form, codes))


def _type_of(form: Form, codes: Mapping[str, Collection[str]], _problems: Problems) -> Record:
    """Return what expressions read of a form; forms are bound to codes only later."""
    return record_of(form.id, form.elements, codes)


def records(registers: Mapping[str, Register], forms: Mapping[str, Record]) -> dict[str, Record]:
    """Return the record of each register as expressions see it."""
    found = {}
    for name, register in registers.items():
        record = register.record(forms.get(register.form))
        state = replace(record.fields["state"], choices=tuple(register.states))
        found[name] = Record(name, {**record.fields, "state": state})
    return found


def names_of(
    content: Content,
    types: Mapping[str, Record],
    registers: Mapping[str, Record],
    processes: Mapping[str, Neighbour],
    related: Mapping[str, Related],
    asked: Mapping[str, _Asked],
) -> Names:
    """Collect the names that processes may use."""
    roles = [role for set_ in content.roles.values() for role in set_.roles.values()]
    statuses = content.codes.get(STATUSES)
    return Names(
        forms=types,
        registers=registers,
        unique={name: register.unique for name, register in content.registers.items()},
        routes={name: tuple(route.keys) for name, route in content.routes.items()},
        messages={name: _shown_data(found) for name, found in content.messages.items()},
        documents=tuple(content.documents),
        connectors={
            name: found.form for name, found in content.connectors.items() if found.identity is None
        },
        identities=tuple(
            name for name, found in content.connectors.items() if found.identity is not None
        ),
        pools={
            name: {pool.name: _owners(pool, content, registers) for pool in place.pools.values()}
            for name, place in content.jurisdictions.items()
        },
        calendars={
            name: content.calendars[place.calendar]
            for name, place in content.jurisdictions.items()
            if place.calendar in content.calendars
        },
        permissions=tuple(content.permissions),
        held={permission for role in roles for permission in role.permissions},
        roles={role.name for role in roles},
        rights={name: held for name in processes if (held := rights_in(content, name)) is not None},
        kinds=organisation_kinds(content),
        limits={name: one.limits for name, one in asked.items()},
        register_forms={name: one.form for name, one in content.registers.items()},
        keys={name: {"id", one.key or "id"} for name, one in content.registers.items()},
        statuses=tuple(statuses.values) if statuses is not None else (),
        lists=[
            Shown(name, found.processes or None, found.statuses or None)
            for name, found in content.lists.items()
            if found.of == CASES
        ],
        options={name: one.options for name, one in asked.items()},
        processes=processes,
        related=related,
    )


def _owners(pool: Pool, content: Content, registers: Mapping[str, Record]) -> str | None:
    """Return the register of whom the numbers of a pool's ranges belong to."""
    register = content.registers.get(pool.ranges or "")
    if register is None or register.ranges is None:
        return None
    type_ = follow(registers[register.id], tuple(register.ranges.of.split(".")), registers)
    return type_.register if isinstance(type_, Reference) else None


def _shown_data(message: MessageTemplate) -> set[str]:
    """Return the paths of ``data`` that a message shows or is sent to."""
    texts = [text for part in (message.subject, message.body) for text in (part.zh, part.en)]
    found = {name for text in texts for name in _placeholders(text)} | {message.to}
    return {name.removeprefix("data.") for name in found if name.startswith("data.")}


def _placeholders(text: str) -> tuple[str, ...]:
    try:
        return placeholders(text)
    except ValueError:
        # Reported where the message is checked by itself.
        return ()


def _options(form: Form, codes: Mapping[str, CodeList]) -> tuple[str, ...]:
    """Return every code some field of a form offers: the options of a ballot."""
    lists = {element.codes for element in form.walk() if element.codes}
    return tuple(
        dict.fromkeys(
            code for name in sorted(lists) if name in codes for code in codes[name].values
        )
    )


def _case_indexes(
    process: Process,
    processes: Mapping[str, Neighbour],
    form_indexes: Mapping[str, Collection[str]],
) -> set[tuple[str, ...]]:
    members = process.members.processes if process.members is not None else ()
    forms = [process.form, *(processes[name].form for name in members if name in processes)]
    data = {
        ("data", *path.split(".")) for form in forms for path in form_indexes.get(form or "", ())
    }
    return {(name,) for name in CASE_ROW.fields} | data


def _split(paths: Collection[str]) -> set[tuple[str, ...]]:
    return {tuple(path.split(".")) for path in paths}


def _hash(files: Mapping[str, str], paths: Collection[str]) -> str:
    total = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(files[path].encode()).hexdigest()
        total.update(f"{path}\0{content}\n".encode())
    return total.hexdigest()
