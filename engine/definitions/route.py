"""Route tables: which institution is the next one, by declared keys and dates.

Only the declaration is a file; its rows are records, so that a bureau can change them at any time.
The route ``superior`` is built in: it is the tree of the organisations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.known import CODES, PERMISSION, REGISTER, Known, expect, said
from engine.definitions.reading import file_id, read_file
from engine.definitions.register_parts import PERMISSION_NAME
from engine.definitions.shapes import Id, Key, MapOf, One, Text, Values, Vocabulary

#: the route that is the tree of the organisations
SUPERIOR = "superior"


@dataclass(frozen=True, slots=True)
class RouteKey:
    """A key that selects a row beside the institution itself; a row may leave it open."""

    name: str
    title: str
    codes: str | None = None
    register: str | None = None


@dataclass(frozen=True, eq=False)
class Route:
    """A route table."""

    id: str
    title: str
    node: Node
    keys: Mapping[str, RouteKey] = field(default_factory=dict)
    view: str | None = None
    edit: str | None = None


@dataclass(frozen=True, slots=True)
class RouteRights:
    """Who sees and who changes the rows."""

    view: str | None = None
    edit: str | None = None


def _key(values: Values) -> RouteKey:
    return RouteKey(
        values.name,
        values.get("title", values.name),
        values.get("codes"),
        values.get("register"),
    )


KEY = Vocabulary(
    "route-key",
    Phrase("键", "route key"),
    (
        Key("title", Text(), "名称", "caption", required=True),
        Key("codes", Id(Phrase("代码表", "code list")), "取值的代码表", "code list of its values"),
        Key("register", Id(Phrase("登记表", "register")), "取值的登记表", "register of its values"),
    ),
    called=Phrase('键 "{name}" ', 'route key "{name}"'),
)
RIGHTS = Vocabulary(
    "route-permissions",
    Phrase("权限", "permissions"),
    (
        Key("view", PERMISSION_NAME, "查看", "to see the rows"),
        Key("edit", PERMISSION_NAME, "修改", "to change the rows"),
    ),
    called=Phrase("permissions", "permissions"),
)
ROUTE = Vocabulary(
    "route",
    Phrase("审核路径", "route table"),
    (
        Key("route", Text(), "标识，与文件名相同", "id, equal to the file name", required=True),
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "keys",
            MapOf(One(KEY, _key), Phrase("名称", "name")),
            "除机构外决定下一机构的键",
            "what decides beside the institution",
        ),
        Key(
            "permissions",
            One(RIGHTS, lambda values: RouteRights(values.get("view"), values.get("edit"))),
            "权限",
            "permissions",
        ),
    ),
    called=Phrase("审核路径", "the route table"),
)


def parse_route(node: Node, path: str, problems: Problems) -> Route | None:
    """Read a route table's declaration."""
    values = read_file(ROUTE, node, problems)
    if values is None:
        return None
    rights = values.get("permissions", RouteRights())
    return Route(
        id=file_id(values, "route", path),
        title=values.get("title", path),
        node=node,
        keys=values.get("keys", {}),
        view=rights.view,
        edit=rights.edit,
    )


def check_route(route: Route, known: Known, problems: Problems) -> None:
    """Report code lists, registers and permissions that do not exist."""
    for key in route.keys.values():
        at, where = route.node.at_path(["keys", key.name]), said("键", "route key", key.name)
        expect(problems, at.at_path(["codes"]), CODES, key.codes, known.codes, where)
        expect(problems, at.at_path(["register"]), REGISTER, key.register, known.registers, where)
    where = said("审核路径", "route table", route.id)
    for name in ("view", "edit"):
        at = route.node.at_path(["permissions", name])
        expect(problems, at, PERMISSION, getattr(route, name), known.permissions, where)
