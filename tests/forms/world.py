"""A small world for forms: one form with every kind of field, its codes, its records."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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

PROFILE = """
form: profile
title: 个人信息
properties:
  basics:
    title: 个人基本信息
    layout: {columns: 2}
    required: [full_name, gender, id_number]
    properties:
      full_name: {title: 姓名, type: string, maxLength: 20, locked: true, private: mask}
      gender: {title: 性别, codes: genders}
      id_number: {title: 证件号码, format: id-number, private: mask}
      birth_date: {title: 出生日期, format: date, at_most: today}
      mobile: {title: 手机号码, format: mobile, private: mask}
      country: {title: 国别, codes: countries, default: cn}
    rules:
      - {that: id_birth_date(it.id_number) == it.birth_date, say: 出生日期与证件号码不一致, at: birth_date}
  education:
    title: 学历信息
    minItems: 1
    row: {title: "{school} {major}", add: 添加学历信息, keep_when: it.source == 'imported'}
    items:
      required: [school, major, degree, before_work]
      properties:
        period: {title: 在校时间, widget: period, locked_when: it.source == 'imported'}
        school: {title: 毕业院校, type: string, maxLength: 60, locked_when: it.source == 'imported'}
        major: {title: 所学专业, type: string, maxLength: 60, locked_when: it.source == 'imported'}
        degree: {title: 学位, codes: degrees}
        before_work: {title: 是否工作前学历, type: boolean}
        source: {title: 数据来源, codes: sources, locked: true, default: self}
        proof: {title: 学历证书附件, files: {max: 2, types: [pdf, png], size: 1MB}, required_when: it.source != 'imported'}
"""

APPLICATION = """
form: application
title: 申请表
required: [settings, education, statement]
properties:
  settings:
    title: 申请设置
    help: 请先选择类别，再选择小类。
    layout: {columns: 2}
    required: [unit, kind, sort, activity]
    properties:
      unit: {title: 单位, reference: units, where: it.open == true, help: 输入名称查询。}
      kind: {title: 类别, codes: kinds, widget: radio}
      sort: {title: 小类, type: string, options_from: {codes: sorts, parent: settings.kind}}
      activity: {title: 活动, reference: activities, widget: records, columns: [scope, deadline], where: it.kind == data.settings.kind}
      field: {title: 专业, reference: fields, widget: tree}
  basics: {snapshot_of: profile}
  education: {snapshot_of: profile}
  work:
    title: 工作经历
    row: {title: "{place}", add: 添加工作经历}
    items:
      required: [status, start, dispatched, content]
      properties:
        status: {title: 工作状态, codes: work-statuses}
        start: {title: 开始日期, format: date, at_most: today}
        end: {title: 结束日期, format: date, at_least: it.start, visible_when: it.status == 'past', required_when: it.status == 'past'}
        unit: {title: 工作单位, reference: units, visible_when: it.status == 'current', required_when: it.status == 'current'}
        place: {title: 工作单位名称, type: string, maxLength: 60, visible_when: "it.status != null && it.status != 'current'", required_when: "it.status != null && it.status != 'current'"}
        dispatched: {title: 是否派遣, type: boolean}
        dispatched_to: {title: 被派至单位名称, type: string, maxLength: 60, visible_when: it.dispatched == true, required_when: it.dispatched == true}
        proof: {title: 属实证明, files: {max: 1, types: [pdf], size: 1MB, template: proof}, visible_when: it.dispatched == true, required_when: it.dispatched == true}
        posts:
          title: 任职信息
          row: {add: 添加任职信息}
          items:
            required: [period, post]
            properties:
              period: {title: 起止时间, widget: period, open_end: true}
              post: {title: 职务, type: string, maxLength: 30}
        content: {title: 主要工作内容, widget: textarea, maxLength: 500, help: 请填写工作内容和范围。}
  extra:
    title: 特别条件
    visible_when: data.settings.kind == 'special'
    required: [conditions]
    properties:
      conditions: {title: 符合的条件, type: array, minItems: 1, options_from: {each: data.settings.activity.clauses, value: code, label: text}}
      years: {title: 年限, type: integer, minimum: 0, maximum: 60, suffix: 年}
      rate: {title: 比例, type: number, multipleOf: 0.01}
      year: {title: 年度, format: year}
      total: {title: 合计, widget: display, shows: "size(data.work) + size(data.education)", suffix: 条}
  materials:
    title: 申报材料
    extension:
      items:
        required: [files]
        properties:
          name: {title: 名称, type: string, maxLength: 60}
          files: {title: 附件, files: {max: 3, types: [pdf], size: 1MB}}
  statement:
    title: 承诺
    required: [agreed, photo]
    properties:
      photo: {title: 照片, widget: photo, files: {types: [png, jpg], size: 1MB}}
      tags: {title: 标签, type: array, codes: tags}
      remark: {title: 备注, type: string, pattern: "^[^<>]*$", pattern_say: 备注不能包含尖括号, maxLength: 100}
      agreed: {title: 本人承诺以上内容真实完整, widget: check, const: true}
rules:
  - {that: "data.education.exists(e, e.before_work)", say: 请至少填写一条工作前学历, at: education}
  - {that: "size(data.work) > 0", say: 建议填写工作经历, at: work, level: warning}
"""

RECOMMENDATION = """
form: recommendation
title: 推荐
for: application
required: [opinion]
properties:
  opinion: {title: 意见, widget: textarea, maxLength: 50}
  table: {title: 岗位情况表, files: {max: 1, types: [pdf]}, required_when: data.settings.unit.manages == true}
  default_path: {title: 是否按默认路径, type: boolean}
  other: {title: 其他单位, reference: units, visible_when: "has(it.default_path) && !it.default_path", required_when: "has(it.default_path) && !it.default_path"}
"""


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
        return str(found[field or "name"]) if found else None

    def _fitting(self, query: Query) -> list[tuple[str, dict[str, object]]]:
        fitting = []
        for key, row in self.records.get(query.register, {}).items():
            values = {**query.values, "it": {"id": key, **row}}
            holds = query.condition is None or query.condition.evaluate(values)
            if holds and all(row.get(column) == value for column, value in query.match.items()):
                fitting.append((key, row))
        return fitting

    def column(self, query: Query, field: str) -> Sequence[str]:
        return list(dict.fromkeys(str(row[field]) for _, row in self._fitting(query)))

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

    def fits(self, query: Query, key: str) -> bool:
        return any(found == key for found, _ in self._fitting(query))

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
