"""Permissions, roles and menus.

Processes, registers and lists name permissions, never roles. A role is a set of permissions with
a caption; it is granted to a person at an organisation. Menus are written once for each set and
show what the permissions of the viewer open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import (
    CODE,
    ENTRY,
    LIST,
    PERMISSION,
    PROCESS,
    REGISTER,
    ROUTE,
    Known,
    expect,
    said,
)
from engine.definitions.reading import read_file
from engine.definitions.register_parts import PERMISSION_NAME
from engine.definitions.shapes import (
    ByKind,
    Closed,
    Id,
    Key,
    ListOf,
    Made,
    MapOf,
    Names,
    One,
    Text,
    Values,
    Vocabulary,
    Yes,
)

PAGES = (
    "home",
    "profile",
    "start",
    "documents",
    "messages",
    "send-message",
    "opinions",
    "account",
    "staff",
    "roles",
    "console",
)
EntryKind = Literal["list", "register", "records", "counts", "route", "page", "start"]
ENTRY_KINDS: tuple[EntryKind, ...] = (
    "list",
    "register",
    "records",
    "counts",
    "route",
    "page",
    "start",
)
#: the code list of the kinds of organisation
KINDS = "organisation-kinds"


@dataclass(frozen=True, slots=True)
class Permission:
    """A right that processes, registers and lists may name."""

    name: str
    title: str
    help: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Role:
    """Permissions granted together; ``id`` is the set and the name."""

    id: str
    name: str
    title: str
    permissions: tuple[str, ...] = ()
    #: menu entries shown to it; None = all that its permissions open
    menus: tuple[str, ...] | None = None
    #: kinds of organisation it may be granted at; empty = any
    kinds: tuple[str, ...] = ()
    #: whether an organisation that has somebody with it must keep one
    keep: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class MenuEntry:
    """One place a menu leads to."""

    name: str
    kind: EntryKind
    #: the list, register, route, page or process
    target: str
    node: Node
    title: str | None = None
    permission: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Menu:
    """A caption with entries below it; a menu of one entry without caption is that entry."""

    title: str | None
    entries: tuple[MenuEntry, ...]


@dataclass(frozen=True, eq=False)
class RoleSet:
    """The roles and menus of one set (a jurisdiction, or ``common``)."""

    id: str
    node: Node
    roles: Mapping[str, Role] = field(default_factory=dict)
    menus: tuple[Menu, ...] = ()
    #: names of the entries every person has without any role
    persons: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[MenuEntry, ...]:
        """All entries in order."""
        return tuple(entry for menu in self.menus for entry in menu.entries)


def _permission(values: Values) -> Permission:
    return Permission(values.name, values.get("title", values.name), values.get("help", ""))


def _role(values: Values) -> Role:
    return Role(
        id=values.name,
        name=values.name,
        title=values.get("title", values.name),
        permissions=values.get("permissions", ()),
        menus=values.get("menus"),
        kinds=values.get("kinds", ()),
        keep=values.get("keep", False),
    )


def _entry(values: Values) -> MenuEntry | None:
    kind = next((kind for kind in ENTRY_KINDS if kind in values), None)
    if kind is None:
        return None
    target: str = values.get(kind)
    return MenuEntry(
        name=values.get("name", target.rsplit("/", 1)[-1]),
        kind=kind,
        target=target,
        node=values.node,
        title=values.get("title"),
        permission=values.get("permission"),
    )


def _menu(values: Values) -> Menu | None:
    if "items" in values:
        return Menu(values.get("title"), values.get("items"))
    entry = _entry(values)
    return Menu(None, (entry,)) if entry else None


def _listed(name: str, node: Node) -> MenuEntry:
    return MenuEntry(name.rsplit("/", 1)[-1], "list", name, node)


_TARGETS = (
    Key("list", Id(Phrase("列表标识", "list id")), "列表", "a list"),
    Key("register", Id(Phrase("登记表标识", "register id")), "登记表", "a register"),
    Key(
        "records",
        Id(Phrase("登记表标识", "register id")),
        "登记表的查询：只看，不办理",
        "the records of a register, to look at only",
    ),
    Key(
        "counts",
        Id(Phrase("登记表或列表标识", "id of a register or list")),
        "登记表或列表的统计",
        "the statistics of a register or list",
    ),
    Key("route", Id(Phrase("审核路径标识", "route id")), "审核路径", "a route table"),
    Key("page", Closed(PAGES), "页面", "a page"),
    Key("start", Id(Phrase("流程标识", "process id")), "发起流程", "start a case of a process"),
    Key(
        "name", Id(Phrase("名称", "name")), "名称，供角色引用", "what a role calls it", "标识的末段"
    ),
    Key("title", Text(), "菜单文字，缺省为目标的名称", "caption, by default the target's"),
    Key("permission", PERMISSION_NAME, "另需的权限", "a permission needed beside the target's"),
)
MENU_ENTRY = Vocabulary(
    "menu-entry",
    Phrase("菜单项", "menu entry"),
    _TARGETS,
    called=Phrase("菜单项", "a menu entry"),
)
LISTED = ByKind(
    scalar=Made(Id(Phrase("列表标识", "list id")), lambda name, node, spot: _listed(name, node)),
    mapping=One(MENU_ENTRY, _entry, ENTRY_KINDS),
)
MENU = Vocabulary(
    "menu",
    Phrase("菜单", "menu"),
    (*_TARGETS, Key("items", ListOf(LISTED), "下级菜单项", "entries below it")),
    called=Phrase("菜单", "a menu"),
)
PERMISSION_VOCABULARY = Vocabulary(
    "permission",
    Phrase("权限", "permission"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key("help", Text(), "说明", "explanation"),
    ),
    called=Phrase('权限 "{name}" ', 'permission "{name}"'),
)
PERMISSIONS = Vocabulary(
    "permissions",
    Phrase("权限表", "permissions"),
    (
        Key(
            "permissions",
            MapOf(One(PERMISSION_VOCABULARY, _permission), Phrase("权限名", "permission")),
            "权限及名称",
            "permissions with their captions",
            required=True,
        ),
    ),
    called=Phrase("权限表", "the permissions"),
)
ROLE = Vocabulary(
    "role",
    Phrase("角色", "role"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key("permissions", Names(PERMISSION_NAME), "权限", "permissions", required=True),
        Key(
            "menus",
            Names(Id(Phrase("菜单项名称", "menu entry"))),
            "只显示这些菜单项；缺省为权限所及的全部",
            "show only these entries; by default all its permissions open",
        ),
        Key("kinds", Names(Text()), "可授予的机构类型", "kinds of organisation it is granted at"),
        Key(
            "keep",
            Yes(),
            "单位最后一名在用的人员不能失去该角色",
            "the last active holder at an organisation cannot lose it",
            "false",
        ),
    ),
    called=Phrase('角色 "{name}" ', 'role "{name}"'),
)
ROLES = Vocabulary(
    "roles",
    Phrase("角色与菜单", "roles and menus"),
    (
        Key("roles", MapOf(One(ROLE, _role), Phrase("角色名", "role")), "角色", "roles"),
        Key(
            "persons",
            Names(Id(Phrase("菜单项名称", "menu entry"))),
            "每个人无需角色即有的菜单项",
            "entries everybody has without a role",
        ),
        Key(
            "menus",
            ListOf(One(MENU, _menu, ("items", *ENTRY_KINDS))),
            "菜单，按顺序",
            "menus, in order",
        ),
    ),
    called=Phrase("角色与菜单", "the roles and menus"),
)


def parse_permissions(node: Node, problems: Problems) -> Mapping[str, Permission]:
    """Read the permissions file."""
    values = read_file(PERMISSIONS, node, problems)
    found: Mapping[str, Permission] = values.get("permissions", {}) if values else {}
    return found


def parse_roles(node: Node, path: str, problems: Problems) -> RoleSet | None:
    """Read the roles and menus of one set; ``path`` is its name."""
    values = read_file(ROLES, node, problems)
    if values is None:
        return None
    roles: dict[str, Role] = {}
    for name, role in values.get("roles", {}).items():
        roles[name] = replace(role, id=f"{path}/{name}")
    return RoleSet(path, node, roles, values.get("menus", ()), values.get("persons", ()))


def check_roles(
    roles: RoleSet, known: Known, entries: Mapping[str, str], problems: Problems
) -> None:
    """Report permissions, menu targets and entries that do not exist, and entries named twice.

    ``entries`` are the menu entries of all sets: roles of one set may show entries of ``common``.
    """
    for role in roles.roles.values():
        where = said("角色", "role", role.name)
        node = roles.node.at_path(["roles", role.name])
        for place, name in enumerate(role.permissions):
            at = node.at_path(["permissions", place])
            expect(problems, at, PERMISSION, name, known.permissions, where)
        for place, name in enumerate(role.menus or ()):
            expect(problems, node.at_path(["menus", place]), ENTRY, name, entries, where)
        kinds = known.codes.get(KINDS)
        for place, name in enumerate(role.kinds if kinds is not None else ()):
            expect(problems, node.at_path(["kinds", place]), CODE, name, kinds or (), where)
    for place, name in enumerate(roles.persons):
        at = roles.node.at_path(["persons", place])
        expect(problems, at, ENTRY, name, entries, said("角色与菜单", "roles", roles.id))
    _check_entries(roles, known, problems)


def _check_entries(roles: RoleSet, known: Known, problems: Problems) -> None:
    targets = {
        "list": (LIST, known.lists),
        "register": (REGISTER, known.registers),
        "counts": (
            REGISTER,
            [name for name, one in (*known.registers.items(), *known.lists.items()) if one.counts],
        ),
        "records": (REGISTER, tuple(known.registers)),
        "route": (ROUTE, known.routes),
        "start": (PROCESS, known.processes),
    }
    first: dict[str, MenuEntry] = {}
    for entry in roles.entries:
        where = said("菜单项", "menu entry", entry.name)
        if entry.kind in targets:
            kind, choices = targets[entry.kind]
            node = entry.node.at_path([entry.kind])
            expect(problems, node, kind, entry.target, tuple(choices), where)
        permission = entry.node.at_path(["permission"])
        expect(problems, permission, PERMISSION, entry.permission, known.permissions, where)
        if entry.name in first:
            other = first[entry.name].node
            problems.add("REG106", entry.node, length=1, name=entry.name, related=other)
        first.setdefault(entry.name, entry)
