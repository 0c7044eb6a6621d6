"""Worlds: organisations, people, rights and tables that samples and demonstrations begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from engine.authoring.problems import Problems
from engine.authoring.source import read_yaml
from engine.content import SAMPLE_FILES
from engine.content import Files as Content
from engine.definitions.register import ORGANISATIONS, PEOPLE
from engine.domain.errors import EngineError
from engine.services.attachments import SHARED, TYPES
from engine.store.routes import NewHop

if TYPE_CHECKING:
    from engine.services.platform import Platform
    from engine.services.records import Records
    from engine.store.unit import UnitOfWork

#: where worlds are
WORLDS = "examples/worlds/"
#: a value that stands for a file of examples/files
FILES = "$files/"
#: how the ids of sample files begin
SAMPLE = "sample."
#: keys of a person that are not fields of the record
_NOT_FIELDS = frozenset({"account", "roles"})
#: keys of a route row that are not keys of its table
_HOP = frozenset({"from", "to", "valid_from", "valid_until", "final"})


class NoSuchWorld(EngineError):
    """There is no world of that name, or its file is broken; ``problems`` say why."""

    def __init__(self, name: str, problems: Any = None) -> None:
        super().__init__(name)
        self.name = name
        self.problems = problems


@dataclass(frozen=True, slots=True)
class World:
    """A world file as plain values."""

    name: str
    title: str
    jurisdiction: str
    password: str
    registers: Mapping[str, Mapping[str, Mapping[str, Any]]]
    people: Mapping[str, Mapping[str, Any]]
    routes: Mapping[str, Any]


def names_of_worlds(content: Content) -> list[str]:
    """Return the names of the worlds of some content."""
    found = (path for path in content if path.startswith(WORLDS) and path.endswith(".yaml"))
    return sorted(path.removeprefix(WORLDS).removesuffix(".yaml") for path in found)


def read_world(content: Content, name: str) -> World:
    """Read ``examples/worlds/<name>.yaml``.

    Raises:
        NoSuchWorld: there is none, or it cannot be read.
    """
    path = f"{WORLDS}{name}.yaml"
    if path not in content:
        raise NoSuchWorld(name)
    problems = Problems()
    node = read_yaml(content[path], path, problems)
    value = node.value if node is not None else None
    if not isinstance(value, dict):
        raise NoSuchWorld(name, problems)
    registers = dict(value.get("registers") or {})
    organisations = value.get("organisations") or registers.pop(ORGANISATIONS, {})
    people = value.get("people") or registers.pop(PEOPLE, {})
    return World(
        name=name,
        title=str(value.get("title") or name),
        jurisdiction=str(value["jurisdiction"]),
        password=str(value.get("password") or ""),
        registers={ORGANISATIONS: organisations, **registers},
        people=people,
        routes=value.get("routes") or {},
    )


def load_world(
    platform: Platform, world: World, content: Content, *, accounts: bool = True
) -> None:
    """Put a world into an empty database, in one transaction.

    Args:
        platform: whose database.
        world: what to put.
        content: holds the files that ``$files/…`` names; each becomes an attachment of that id.
        accounts: make accounts too; replays sign nobody in and need none.
    """
    now = platform.clock.now()
    # Hashing a password takes as long as a whole world: once for all who share it.
    hashed = platform.accounts.hash(world.password) if accounts and world.password else ""
    with platform.store.write() as unit:
        _Loader(platform, world, unit, now).load(content, hashed)


class _Loader:
    def __init__(self, platform: Platform, world: World, unit: UnitOfWork, now: datetime) -> None:
        self.platform = platform
        self.world = world
        self.unit = unit
        self.now = now

    def load(self, content: Content, hashed: str) -> None:
        """Everything, what is referred to before what refers to it."""
        for key, values in _parents_first(self.world.registers[ORGANISATIONS]):
            self._put(ORGANISATIONS, key, values, "name")
        others = {k: v for k, v in self.world.registers.items() if k != ORGANISATIONS}
        for register, records in others.items():
            tree = self.platform.release.registers[register].tree
            for key, values in _parents_first(records, tree) if tree else records.items():
                self._put(register, key, values)
        for key, person in self.world.people.items():
            own = {name: value for name, value in person.items() if name not in _NOT_FIELDS}
            self._put(PEOPLE, key, own)
            self._rights(key, person, hashed)
        for route, rows in self.world.routes.items():
            set_route(self.unit, route, rows, self.world.jurisdiction)
        self._files(content)

    def _put(
        self, register: str, key: str, values: Mapping[str, Any], label: str | None = None
    ) -> None:
        if label is not None and label not in values:
            values = {label: key, **values}
        own = with_files(dict(values))
        overwrite(
            self.platform.records, self.unit, register, key, own, self.world.jurisdiction, self.now
        )

    def _rights(self, key: str, person: Mapping[str, Any], hashed: str) -> None:
        for organisation, roles in (person.get("roles") or {}).items():
            for role in roles:
                self.platform.directory.grant(
                    self.unit, key, role, organisation, jurisdiction=self.world.jurisdiction
                )
        login = person.get("account")
        if login and hashed:
            self.platform.accounts.add_in(self.unit, str(login), key, hashed, self.now)

    def _files(self, content: Content) -> None:
        """Every sample file once; records and cases refer to it by the same id."""
        for path in (PurePosixPath(name) for name in content if name.startswith(SAMPLE_FILES)):
            extension = path.suffix.removeprefix(".").lower()
            # Several worlds of one platform share the files.
            if extension in TYPES and self.unit.attachments.load(f"{SAMPLE}{path.name}") is None:
                self.platform.attachments.keep(
                    self.unit,
                    uid=f"{SAMPLE}{path.name}",
                    owner=SHARED,
                    case_uid=None,
                    jurisdiction=self.world.jurisdiction,
                    field="sample",
                    name=path.name,
                    extension=extension,
                    content=content[str(path)],
                )


def overwrite(
    records: Records,
    unit: UnitOfWork,
    register: str,
    key: str,
    values: Mapping[str, Any],
    jurisdiction: str,
    at: datetime,
) -> None:
    """Make a record, or change the fields named in ``values``; no rights are asked."""
    known = records.release.registers[register]
    fields = dict(values)
    state = fields.pop("state", None)
    row = unit.records.load(register, key)
    if row is None:
        records.add(unit, known, fields, jurisdiction=jurisdiction, at=at, key=key, state=state)
    else:
        records.change(unit, known, row, {**row.data, **fields}, at=at, state=state)


def set_route(unit: UnitOfWork, route: str, rows: Any, jurisdiction: str) -> None:
    """Replace all rows of a route table."""
    unit.routes.clear(route)
    for row in rows:
        keys = {name: str(value) for name, value in row.items() if name not in _HOP}
        unit.routes.add(
            NewHop(
                route,
                jurisdiction,
                row["from"],
                row.get("to"),
                keys,
                row.get("valid_from"),
                row.get("valid_until"),
                bool(row.get("final", False)),
            )
        )


def _parents_first(
    records: Mapping[str, Mapping[str, Any]], parent: str = "superior"
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    done: set[str] = set()

    def visit(key: str, above: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        if key in done or key in above:
            return
        upper = records[key].get(parent)
        if upper in records:
            yield from visit(str(upper), (*above, key))
        if key not in done:
            done.add(key)
            yield key, records[key]

    for key in records:
        yield from visit(key, ())


def with_files(value: Any) -> Any:
    """The same value with ``$files/name`` replaced by the id of that sample file."""
    if isinstance(value, str):
        return f"{SAMPLE}{value.removeprefix(FILES)}" if value.startswith(FILES) else value
    if isinstance(value, Mapping):
        return {name: with_files(item) for name, item in value.items()}
    if isinstance(value, list):
        return [with_files(item) for item in value]
    return value
