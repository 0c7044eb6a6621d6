"""The names and values that the expressions of these tests read."""

from typing import Any

from engine.authoring import Position, Problems, read_yaml, render
from engine.domain.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    Field,
    ListOf,
    Record,
    Reference,
)
from engine.expressions import Expression, Scope, Where, compile, compile_where

PERSON, UNIT = Reference("people"), Reference("units")


def record(name: str, /, **types: Any) -> Record:
    fields = {key: kind if isinstance(kind, Field) else Field(kind) for key, kind in types.items()}
    return Record(name, fields)


UNITS = record(
    "units",
    state=Field(TEXT, "状态", "register units", ("approved", "closed")),
    kind=TEXT,
    superior=UNIT,
    closes=DATE,
    open=BOOLEAN,
    staff=ListOf(PERSON),
)
REGISTERS = {
    "units": UNITS,
    "people": record("people", name=TEXT, unit=UNIT, age=NUMBER),
    "committees": record("committees", id=UNIT, chair=PERSON),
}
PAPER = record(
    "papers",
    title=TEXT,
    score=NUMBER,
    published=DATE,
    unit=UNIT,
    first_author=BOOLEAN,
    pages=ListOf(record("pages", number=NUMBER)),
    tags=ListOf(TEXT),
)
DATA = record(
    "data",
    settings=record(
        "settings",
        work_unit=Field(UNIT, "工作单位", "form application"),
        committee=Reference("committees"),
    ),
    name=TEXT,
    score=NUMBER,
    bonus=NUMBER,
    born=DATE,
    agree=BOOLEAN,
    tags=ListOf(TEXT),
    marks=ListOf(NUMBER),
    papers=ListOf(PAPER),
    recused=ListOf(UNIT),
)
CASE = record(
    "case",
    id=TEXT,
    number=TEXT,
    returned=BOOLEAN,
    started_at=DATETIME,
    visits=record("visits", fill=NUMBER, unit=NUMBER),
    last=record("last", fail=record("fail", organisation=UNIT, at=DATETIME)),
    actors=record("actors", fill=ListOf(PERSON), unit=ListOf(PERSON)),
)
SCOPE = Scope(
    {
        "data": Field(DATA),
        "case": Field(CASE),
        "policy": Field(record("policy", steps=Field(TEXT, choices=("one", "two")))),
        "here": Field(UNIT, "经办单位"),
        "initiator": Field(PERSON, "申报人"),
        "now": Field(DATETIME),
        "today": Field(DATE),
        "linked": Field(record("linked", previous=record("previous", data=DATA, open=BOOLEAN))),
        "free": Field(ANY),
    },
    REGISTERS,
    {"unit": "data.settings.work_unit", "above": "unit.superior", "old": "linked.previous.data"},
)
VALUES: dict[str, Any] = {
    "data": {
        "settings": {
            "work_unit": {
                "id": "u1",
                "state": "approved",
                "kind": "school",
                "superior": {"id": "u0"},
                "closes": "2026-09-30",
            },
            "committee": "u9",
        },
        "name": "张三",
        "score": 7,
        "tags": ["x", "y"],
        "marks": [1, 2, 6],
        "papers": [
            {
                "title": "A",
                "score": 3,
                "unit": "u1",
                "first_author": True,
                "pages": [{"number": 1}],
            },
            {"title": "B", "unit": {"id": "u2", "kind": "press"}, "tags": ["x"]},
            {"score": 2.5, "published": "2025-12-31"},
        ],
        "recused": ["u1", {"id": "u5", "kind": "press"}],
    },
    "case": {
        "id": "c1",
        "number": "N-7",
        "returned": True,
        "started_at": "2026-09-01T09:00:00",
        "visits": {"fill": 2},
        "last": {"fail": {"organisation": {"id": "u1"}, "at": "2026-09-02T08:00:00"}},
        "actors": {"fill": [{"id": "p1"}]},
    },
    "policy": {"steps": "two"},
    "linked": {"previous": {"data": {"papers": [{"title": "old", "pages": [{"number": 5}]}]}}},
    "here": {"id": "u1"},
    "initiator": {"id": "p1"},
    "now": "2026-09-30T23:59:00",
    "today": "2026-09-30",
    "free": {"a": [1, {"b": 2}], "flag": True},
}

BAR = record(
    "bars",
    id=TEXT,
    person=PERSON,
    unit=UNIT,
    state=Field(TEXT, choices=("active", "lifted")),
    until=DATE,
    at=DATETIME,
    closed=BOOLEAN,
    score=NUMBER,
    remark=TEXT,
    tags=ListOf(TEXT),
    papers=ListOf(PAPER),
)
INDEXES = {
    ("person",),
    ("unit",),
    ("unit", "kind"),
    ("state",),
    ("until",),
    ("at",),
    ("closed",),
    ("score",),
    ("tags",),
    ("papers", "score"),
    ("papers", "unit"),
}


def compiled(text: str, scope: Scope = SCOPE, **options: Any) -> Expression:
    problems = Problems()
    expression = compile(text, scope, node=Position("f.yaml"), problems=problems, **options)
    assert expression is not None, render(problems, {}, "en")
    return expression


def evaluated(text: str, values: dict[str, Any] | None = None, **options: Any) -> Any:
    return compiled(text).evaluate(VALUES if values is None else values, **options)


def where(text: str, row: Record = BAR) -> Where:
    problems = Problems()
    found = compile_where(text, SCOPE, row, INDEXES, node=Position("f.yaml"), problems=problems)
    assert found is not None, render(problems, {}, "en")
    return found


def refused(text: str, *, search: bool = False, **options: Any) -> str:
    """Return everything that is printed about an expression written in a file."""
    source = "when: '" + text.replace("'", "''") + "'\n"
    problems = Problems()
    root = read_yaml(source, "f.yaml", problems)
    assert root is not None
    node = root.get("when")
    assert node is not None
    if search:
        found = compile_where(text, SCOPE, BAR, INDEXES, node=node, problems=problems)
    else:
        found = compile(text, SCOPE, node=node, problems=problems, **options)
    assert found is None
    return render(problems, {"f.yaml": source}, "en")
