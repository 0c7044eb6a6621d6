"""A small town hall for tests: units in a tree, people with roles, requests they send in.

Everything is content written as an author would; nothing of it is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from engine import bootstrap
from engine.authoring import render
from engine.connectors.identity import LocalAccounts
from engine.definitions import release as releases
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.clock import VirtualClock
from engine.services.accounts import Accounts
from engine.services.platform import Platform
from engine.store.database import Store
from engine.store.outbox import MOST_ATTEMPTS
from engine.store.sealing import Sealer

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 9, 1, 9, tzinfo=ZONE)
PASSWORD = "correct horse battery"

FILES = {
    "forms/organisation.yaml": """
        form: organisation
        title: 单位
        required: [name]
        properties:
          name: {title: 单位名称, type: string, maxLength: 60}
          credit_code: {title: 统一社会信用代码, type: string}
          kind: {title: 类型, codes: kinds}
          superior: {title: 上级单位, reference: organisations}
          staff: {title: 人数, type: integer}
          address: {title: 地址, type: string}
        """,
    "forms/person.yaml": """
        form: person
        title: 个人信息
        properties:
          basics:
            title: 基本信息
            properties:
              name: {title: 姓名, type: string}
              id_number: {title: 证件号码, type: string, private: mask}
              phone: {title: 电话, type: string, maxLength: 11}
          jobs:
            title: 工作经历
            items:
              required: [unit]
              properties:
                unit: {title: 单位, reference: organisations}
                current: {title: 在职, type: boolean}
        """,
    "forms/key.yaml": """
        form: key
        title: 钥匙
        required: [room]
        properties:
          room: {title: 房间, type: string}
          unit: {title: 保管单位, reference: organisations}
          holder: {title: 领用人, reference: people}
          reason: {title: 原因, type: string}
          given_on: {title: 领用日期, format: date}
        """,
    "forms/request.yaml": """
        form: request
        title: 申请
        required: [subject]
        properties:
          unit: {title: 受理单位, reference: organisations, index: true}
          kind: {title: 类别, codes: kinds, index: true}
          subject: {title: 事由, type: string, maxLength: 40, index: true}
          amount: {title: 金额, type: number, index: true}
          plans: {title: 图纸, files: {max: 3, types: [pdf, png], size: 1MB}}
        """,
    "forms/review-action.yaml": """
        form: review-action
        title: 审核
        required: [reason]
        properties:
          reason: {title: 原因, type: string}
          opinion: {title: 意见, type: string}
        """,
    "definitions/codes/kinds.yaml": """
        codes: kinds
        title: 类型
        values: {office: {title: 处室}, hall: {title: 大厅}}
        """,
    "definitions/codes/statuses.yaml": """
        codes: statuses
        title: 状态
        values:
          draft: {title: 草稿, public: 填写中}
          pending: {title: 待审核, public: 审核中}
          checked: {title: 待复核, public: keep}
          returned: {title: 已退回}
          done: {title: 已办结}
        """,
    "definitions/registers/organisations.yaml": """
        register: organisations
        title: 单位
        form: organisation
        label: name
        tree: superior
        scope: id
        states: {approved: {title: 正常}, deregistered: {title: 已注销, closed: true}}
        computed: {is_large: "it.staff > 100"}
        indexes: [kind, superior, staff, is_large]
        columns: [name, credit_code, kind, superior, staff, state]
        search: [name, credit_code]
        filters: [kind, superior, state]
        unique: [[name], [credit_code]]
        locked: {fields: [name, superior], permission: manage_units}
        permissions: {create: manage_units, edit: edit_unit, delete: manage_units}
        actions:
          deregister:
            title: 注销
            to: deregistered
            ask: [reason]
            confirm: 确定吗
            permission: manage_units
        """,
    "definitions/registers/people.yaml": """
        register: people
        title: 人员
        form: person
        label: basics.name
        computed:
          has_job: {title: 在职, value: "it.jobs.exists(j, j.current)", type: boolean}
        indexes: [has_job]
        columns: [basics.name, has_job]
        search: [basics.name, basics.id_number]
        unique: [[basics.id_number]]
        locked: {fields: [basics.name, basics.id_number], permission: manage_people}
        permissions: {view: view_people, create: manage_people, edit: manage_people}
        """,
    "definitions/registers/keys.yaml": """
        register: keys
        title: 钥匙
        form: key
        label: room
        key: room
        scope: unit
        states: {free: {title: 在库}, given: {title: 已领用}}
        indexes: [holder, given_on, unit]
        columns: [room, unit, holder, given_on, state]
        filters: [state]
        permissions: {view: view_keys, create: view_keys, edit: view_keys, export: view_keys}
        actions:
          give:
            title: 领用
            from: [free]
            to: given
            ask: [reason]
            set: {holder: actor, given_on: today, reason: input.reason}
        """,
    "definitions/roles/permissions.yaml": """
        permissions:
          review: {title: 审核}
          check: {title: 复核}
          manage_units: {title: 管理单位}
          edit_unit: {title: 维护单位}
          view_people: {title: 查看人员}
          manage_people: {title: 管理人员}
          view_keys: {title: 管理钥匙}
          manage_accounts: {title: 管理账户}
          see_all: {title: 查询}
          send_messages: {title: 推送消息}
          monitor_cases: {title: 监控业务}
          intervene: {title: 干预业务}
          resolve_incidents: {title: 处理异常}
          cancel: {title: 终止业务}
          use_console: {title: 使用控制台}
        """,
    "definitions/roles/town.yaml": """
        roles:
          reviewer: {title: 审核人, permissions: [review, view_keys]}
          checker: {title: 复核人, permissions: [check]}
          administrator:
            title: 管理员
            permissions: [manage_units, edit_unit, view_people, manage_people, manage_accounts,
                          see_all, view_keys, send_messages]
            keep: true
          monitor:
            title: 监控人员
            permissions: [monitor_cases, intervene, resolve_incidents, cancel, use_console]
          handler: {title: 经办人, permissions: [edit_unit], kinds: [office]}
        persons: [profile, my-requests, start, messages]
        menus:
          - {page: home, title: 首页}
          - {page: profile, title: 个人信息}
          - {page: start, title: 新增申请}
          - {list: town/my-requests}
          - title: 审核
            items: [town/to-review, {list: town/to-check, title: 复核}, town/handled, town/returned]
          - title: 管理
            items:
              - {register: organisations, title: 单位管理, permission: manage_units}
              - {register: people}
              - town/everything
          - {page: messages, title: 消息}
          - {page: console, title: 控制台, permission: use_console}
        """,
    "definitions/messages/returned.yaml": """
        message: returned
        title: 退回
        subject: {zh: "您的{process.noun}已退回", en: "Your {process.noun} was returned"}
        body: {zh: "{here.name}：{input.reason}（编号 {case.number}）"}
        """,
    "definitions/lists/town/my-requests.yaml": """
        list: town/my-requests
        title: 我的申请
        relation: mine
        columns: [number, {field: data.subject, title: 申请事由}, public_status, organisation, due]
        sort: -started_at
        """,
    "definitions/lists/town/to-review.yaml": """
        list: town/to-review
        title: 待审核
        relation: waiting
        permissions: [review, check]
        steps: [review]
        columns: [number, initiator, data.kind, data.subject, data.amount, status, arrived_at]
        filters: [data.kind, data.unit, status]
        search: [number, initiator, data.subject]
        actions: [pass, return]
        export: true
        home: [{title: 待初审, stages: [first]}, {title: 待复审, stages: [second]}]
        """,
    "definitions/lists/town/to-check.yaml": """
        list: town/to-check
        title: 待复核
        relation: waiting
        permission: check
        steps: [check]
        columns: [number, initiator, status]
        """,
    "definitions/lists/town/handled.yaml": """
        list: town/handled
        title: 已审核
        relation: acted
        permissions: [review, check]
        columns: [number, data.subject, handled, handled_at, status, organisation]
        """,
    "definitions/lists/town/returned.yaml": """
        list: town/returned
        title: 已退回
        relation: acted
        permissions: [review, check]
        handled: [return]
        columns: [number, handled]
        """,
    "definitions/lists/town/everything.yaml": """
        list: town/everything
        title: 全部申请
        relation: all
        permission: see_all
        where: it.data.amount > 10
        columns: [number, data.amount, step, stage, organisation, days]
        sort: number
        """,
    "definitions/lists/town/staffed.yaml": """
        list: town/staffed
        title: 下级单位
        of: organisations
        relation: below
        permissions: [manage_units, check]
        where: it.staff >= 30
        columns: [name, {field: staff, title: 在编人数}]
        search: [name]
        sort: -staff
        export: true
        """,
    "definitions/jurisdictions/town.yaml": """
        jurisdiction: town
        title: 本市
        bureau: 市局
        sets: [town]
        """,
    "definitions/processes/town/request.yaml": """
        process: town/request
        title: 用房申请
        noun: 申请
        form: request
        start: {who: person}
        steps:
          fill:
            title: 填写
            status: [{when: case.returned, then: returned}, {then: draft}]
            who: initiator
            edit: all
            actions: {submit: {title: 提交, to: review}, discard: {title: 废弃, to: discarded}}
          review:
            title: 审核
            status: pending
            who: {permission: review, organisation: data.unit}
            stages: {first: {title: 初审}, second: {title: 复审, permission: check}}
            actions:
              pass: {title: 通过, to: check, bulk: true}
              return:
                {title: 退回, to: fill, ask: [reason], bulk: true, do: [{message: returned}]}
          check:
            title: 复核
            status: checked
            who: {permission: check, organisation: data.unit.superior}
            actions: {pass: {title: 同意, to: done}, return: {title: 退回, to: fill, ask: [reason]}}
          done: {title: 办结, status: done, end: success}
          discarded: {title: 已废弃, status: done, end: cancelled}
        """,
}
ORGANISATIONS: Mapping[str, Mapping[str, Any]] = {
    "市局": {"kind": "office", "credit_code": "100"},
    "一分局": {"kind": "office", "superior": "市局", "credit_code": "110"},
    "一所": {"kind": "hall", "superior": "一分局", "credit_code": "111", "staff": 120},
    "二分局": {"kind": "office", "superior": "市局", "credit_code": "120", "staff": 30},
}
PEOPLE = ("张三", "李四", "王审", "赵复", "周局", "钱管", "马监", "牛监")
ROLES = (
    ("王审", "reviewer", "一所"),
    ("赵复", "checker", "一所"),
    ("周局", "checker", "一分局"),
    ("周局", "reviewer", "二分局"),
    ("钱管", "administrator", "市局"),
    ("马监", "monitor", "市局"),
    ("牛监", "monitor", "一分局"),
)


@cache
def release(more: tuple[tuple[str, str], ...] = ()) -> Release:
    """The content, read and checked once; with more files, or other texts of some."""
    files = {**FILES, **dict(more)}
    loaded = releases.load({path: dedent(text).lstrip() for path, text in files.items()})
    assert loaded.release is not None, render(loaded.problems, loaded.sources)
    return loaded.release


def open_office(
    url: str = "sqlite://",
    *,
    at: datetime = NINE,
    more: Mapping[str, str] | None = None,
    sealer: Sealer | None = None,
) -> Platform:
    """A town hall with its units and people, its clock standing still at ``at``."""
    store = Store(url, sealer=sealer)
    if url != "sqlite://":
        store.create_all()
    platform = bootstrap.assemble(store, release(tuple((more or {}).items())), VirtualClock(at))
    # Hashing as carefully as in earnest would take most of the time of the tests.
    cheap = LocalAccounts(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    platform.accounts = Accounts(
        store, platform.directory, platform.sentences, platform.clock, cheap
    )
    registers, records = platform.release.registers, platform.records
    with store.write() as unit:
        for key, data in ORGANISATIONS.items():
            records.add(
                unit, registers["organisations"], {"name": key, **data},
                jurisdiction="town", at=at, key=key,
            )  # fmt: skip
        for number, key in enumerate(PEOPLE):
            basics = {"name": key, "id_number": f"12010119900101{number:04}"}
            records.add(
                unit, registers["people"], {"basics": basics}, jurisdiction="town", at=at, key=key
            )
        for person, role, organisation in ROLES:
            platform.directory.grant(unit, person, role, organisation, jurisdiction="town")
    return platform


def person(key: str, organisation: str | None = None) -> Actor:
    """Somebody of the town, acting for a unit or for themselves."""
    return Actor(key, organisation, "town")


def a_request(
    platform: Platform, by: str = "张三", *, unit: str = "一所", submit: bool = True, **data: Any
) -> str:
    """Send in a request; return its id."""
    actor = person(by)
    values = {"unit": unit, "subject": "会议室", **data}
    done = platform.cases.start(actor, "town/request", values)
    if submit:
        platform.cases.act(actor, done.uid, "submit", data=values)
    return done.uid


def fail_for_good(office: Platform, uid: str) -> None:
    """Let a message of the case be given up, as after eight attempts."""
    with office.store.write() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        payload = {"uid": uid, "template": "returned", "seq": row.journal_seq}
        unit.outbox.add("lost", "message", payload, at=office.clock.now(), case=row)
        (message,) = unit.outbox.take(office.clock.now())
        assert not unit.outbox.failed(
            message._replace(attempts=MOST_ATTEMPTS), office.clock.now(), "the mail server is away"
        )
        unit.incidents.open(row, "not_delivered", {"kind": "message"}, office.clock.now())
