"""A small world for forms: one form with every kind of field, its codes, its records."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.authoring import Problems, read_yaml
from engine.domain.types import BOOLEAN, TEXT, Field, ListOf, Record, Reference
from engine.forms import (
    Attachment,
    Form,
    Found,
    Names,
    Query,
    Rights,
    Surroundings,
    bind_forms,
    read_forms,
)

#: the form files of the sample
SAMPLE = Path(__file__).parent / "sample"
PROFILE = (SAMPLE / "profile.yaml").read_text("utf-8")
APPLICATION = (SAMPLE / "application.yaml").read_text("utf-8")
RECOMMENDATION = (SAMPLE / "recommendation.yaml").read_text("utf-8")


@dataclass(frozen=True)
class Code:
    code: str
    title: str
    help: str = ""
    parent: str | None = None
    retired: bool = False


CODES: Mapping[str, Sequence[Code]] = {
    "genders": (Code("m", "男"), Code("f", "女")),
    "countries": (Code("cn", "中国"), Code("other", "其他")),
    "degrees": (
        Code("bachelor", "学士"),
        Code("master", "硕士"),
        Code("old", "旧学位", retired=True),
    ),
    "sources": (Code("self", "自行添加"), Code("imported", "外部导入")),
    "kinds": (Code("plain", "一般", "按一般条件申请"), Code("special", "特别", "按特别条件申请")),
    "sorts": (
        Code("a", "甲", parent="plain"),
        Code("b", "乙", parent="plain"),
        Code("c", "丙", parent="special"),
    ),
    "work-statuses": (Code("current", "当前在职"), Code("past", "已离职")),
    "tags": (Code("one", "标签一"), Code("two", "标签二"), Code("three", "标签三")),
}
UNIT = Record(
    "units", {"name": Field(TEXT, "名称"), "open": Field(BOOLEAN), "manages": Field(BOOLEAN)}
)
CLAUSE = Record("clause", {"code": Field(TEXT), "text": Field(TEXT)})
ACTIVITY = Record(
    "activities",
    {
        "name": Field(TEXT, "名称"),
        "kind": Field(TEXT),
        "scope": Field(TEXT, "范围"),
        "deadline": Field(TEXT, "截止时间"),
        "clauses": Field(ListOf(CLAUSE)),
    },
)
FIELD = Record("fields", {"name": Field(TEXT), "parent": Field(Reference("fields"))})
RECORDS: dict[str, dict[str, dict[str, object]]] = {
    "units": {
        "u1": {"name": "第一中学", "open": True, "manages": True},
        "u2": {"name": "第二中学", "open": True},
        "u3": {"name": "已注销单位", "open": False},
    },
    "activities": {
        "a1": {"name": "春季活动", "kind": "plain", "scope": "全部", "deadline": "2026-09-30"},
        "a2": {
            "name": "秋季活动",
            "kind": "special",
            "scope": "部分",
            "deadline": "2026-10-31",
            "clauses": [{"code": "x", "text": "获得奖励"}, {"code": "y", "text": "出版专著"}],
        },
    },
    "fields": {
        "f1": {"name": "教育", "parent": None},
        "f2": {"name": "语文", "parent": "f1"},
        "f3": {"name": "数学", "parent": "f1"},
    },
}
PEOPLE = Record("people", {"name": Field(TEXT)})


@dataclass
class World:
    """Answers what forms ask, from plain tables."""

    records: dict[str, dict[str, dict[str, object]]] = field(default_factory=lambda: RECORDS)
    files: dict[str, Attachment] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    def codes(self, name: str) -> Sequence[Code]:
        return CODES.get(name, ())

    def record(self, register: str, key: str) -> Mapping[str, object] | None:
        return self.records.get(register, {}).get(key)

    def label(self, register: str, key: str, field: str = "") -> str | None:
        found = self.record(register, key)
        return str(found.get(field or "name", "")) if found else None

    def _fitting(self, query: Query) -> list[tuple[str, dict[str, object]]]:
        fitting = []
        for key, row in self.records.get(query.register, {}).items():
            stored = {"id": key, **row}
            holds = query.condition is None or query.condition.matches(stored, query.values)
            if holds and all(row.get(column) == value for column, value in query.match.items()):
                fitting.append((key, row))
        return fitting

    def column(self, query: Query, field: str) -> Sequence[str]:
        fitting = ({"id": key, **row} for key, row in self._fitting(query))
        return list(dict.fromkeys(str(row[field]) for row in fitting))

    def search(self, query: Query, text: str, limit: int) -> Sequence[Found]:
        return [
            Found(
                key,
                str(row[query.label or "name"]),
                tuple(str(row.get(column, "")) for column in query.columns),
                row.get("parent") if isinstance(row.get("parent"), str) else None,  # type: ignore[arg-type]
            )
            for key, row in self._fitting(query)
            if text in str(row["name"])
        ][:limit]

    def fitting(self, query: Query, keys: Sequence[str]) -> Sequence[str]:
        found = {key for key, _ in self._fitting(query)}
        return [key for key in keys if key in found]

    def found(self, query: Query, limit: int | None) -> Sequence[str]:
        return [key for key, _ in self._fitting(query)][:limit]

    def attachment(self, uid: str) -> Attachment | None:
        return self.files.get(uid)

    def keep(self, _name: str, file_name: str, content: bytes) -> str:
        uid = f"file{len(self.files) + 1}"
        self.files[uid] = Attachment(uid, file_name, len(content))
        self.contents[uid] = content
        return uid


def names(**changes: object) -> Names:
    """What the rest of the content declares."""
    given: dict[str, object] = {
        "registers": {"units": UNIT, "activities": ACTIVITY, "fields": FIELD, "people": PEOPLE},
        "codes": {name: tuple(code.code for code in codes) for name, codes in CODES.items()},
        "documents": ("proof",),
        "indexes": {"units": ("open",), "activities": ("kind", "scope")},
    }
    return Names(**{**given, **changes})  # type: ignore[arg-type]


def forms_of(*texts: str, problems: Problems | None = None) -> dict[str, Form]:
    """Read, complete and bind form files; they must be right when no collector is given."""
    found = Problems() if problems is None else problems
    nodes = {}
    for text in texts:
        text = textwrap.dedent(text).lstrip("\n")
        name = text.split("\n")[0].partition(": ")[2]
        node = read_yaml(text, f"forms/{name}.yaml", found)
        assert node is not None, list(found)
        nodes[name] = node
    forms = read_forms(nodes, found)
    bound = bind_forms(forms, nodes, names(forms={n: f.type for n, f in forms.items()}), found)
    if problems is None:
        assert not found, [f"{each.at} {each.code} {each.sentence('en')}" for each in found]
    return bound


def form_of(properties: str, top: str = "") -> Form:
    """Build a form from the text of its properties."""
    body = textwrap.indent(textwrap.dedent(properties).strip(), "  ")
    text = f"form: test\ntitle: 测试\n{top}properties:\n{body}\n"
    return forms_of(text)["test"]


def surroundings(world: World | None = None, **names_given: object) -> Surroundings:
    """The context of a look at a form on 1 September 2026."""
    values = {"today": "2026-09-01", "now": "2026-09-01T09:00:00", **names_given}
    return Surroundings(names=values, lookup=world or World())


ALL = Rights()


def complete_application() -> dict[str, object]:
    """Data with which an application can be submitted."""
    return {
        "settings": {"unit": "u1", "kind": "plain", "sort": "a", "activity": "a1", "field": "f2"},
        "basics": {
            "full_name": "张三",
            "gender": "m",
            "id_number": "11010519491231002X",
            "birth_date": "1949-12-31",
            "mobile": "13800138000",
        },
        "education": [
            {
                "period": {"from": "1968-09-01", "until": "1972-06-30"},
                "school": "某大学",
                "major": "数学",
                "degree": "bachelor",
                "before_work": True,
                "source": "imported",
            }
        ],
        "work": [
            {
                "status": "current",
                "start": "1972-09-01",
                "unit": "u1",
                "dispatched": False,
                "content": "教学",
            }
        ],
        "statement": {"agreed": True, "photo": "photo"},
    }


def application_world() -> World:
    """A world that knows the files of the complete application."""
    return World(files={"photo": Attachment("photo", "照片.png", 1000)})
