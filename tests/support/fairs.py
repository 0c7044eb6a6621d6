"""Entries to a fair, with deadlines of the whole case, for tests of time."""

from __future__ import annotations

from typing import Any

from engine.services.platform import Platform
from tests.support.office import open_office, person

FAIRS = {
    "definitions/calendars/office-days.yaml": """
        calendar: office-days
        title: 办公日
        holidays: [{from: 2026-10-01, to: 2026-10-07}]
        working: [2026-09-27]
        """,
    "definitions/jurisdictions/town.yaml": """
        jurisdiction: town
        title: 本市
        bureau: 市局
        calendar: office-days
        sets: [town]
        """,
    "forms/fair.yaml": """
        form: fair
        title: 展会
        properties:
          name: {title: 名称, type: string}
          closes: {title: 报名截止日期, format: date}
        """,
    "forms/entry.yaml": """
        form: entry
        title: 报名
        properties:
          fair: {title: 展会, reference: fairs, index: true}
          unit: {title: 受理单位, reference: organisations, index: true}
          subject: {title: 展品, type: string, index: true}
        """,
    "definitions/registers/fairs.yaml": """
        register: fairs
        title: 展会
        form: fair
        label: name
        key: name
        columns: [name, closes]
        permissions: {view: view_keys, create: manage_units, edit: manage_units}
        """,
    "definitions/messages/reminder.yaml": """
        message: reminder
        title: 提醒
        to: waiting
        subject: {zh: "{deadline.title}临近", en: "{deadline.title} is near"}
        body: {zh: "{case.number} 须在 {due} 前办理", en: "{case.number} is due by {due}"}
        """,
    "definitions/messages/deadline-extended.yaml": """
        message: deadline-extended
        title: 延期
        subject: {zh: "{deadline.title}改为 {due}", en: "{deadline.title} is now {due}"}
        body: {zh: "{case.number}", en: "{case.number}"}
        """,
    "definitions/lists/town/entries.yaml": """
        list: town/entries
        title: 待审报名
        relation: waiting
        permissions: [review, check]
        columns: [number, step, due, overdue]
        filters: [overdue]
        sort: due
        """,
    "definitions/processes/town/entry.yaml": """
        process: town/entry
        title: 展会报名
        noun: 报名
        form: entry
        start: {who: person}
        deadlines:
          entry:
            title: 报名截止时间
            reach: review
            by: data.fair.closes
            hard: true
            remind: ["workdays(deadlines.entry, -3)"]
            extend: {permission: check, when: any_time}
            otherwise: lapse
          verdict:
            title: 办结时限
            reach: done
            by: workdays(deadlines.entry, 5)
            otherwise: close
          opinions:
            title: 会审时限
            reach: decide
            by: days(deadlines.entry, 3)
            extend: {permission: check}
            otherwise: no_opinion
        actions:
          lapse: {title: 逾期未报名, verb: discard, who: system, to: lapsed, during: [fill]}
          close: {title: 逾期办结, verb: pass, who: system, to: done, during: [review, decide]}
          no_opinion:
            title: 逾期视为无意见
            verb: pass
            who: system
            to: join
            during: [fire_check, health_check]
        steps:
          fill:
            title: 填写
            status: draft
            who: initiator
            edit: all
            actions: {submit: {title: 报名, to: review}}
          review:
            title: 审核
            status: pending
            who: {permission: review, organisation: data.unit}
            actions:
              pass: {title: 通过, to: done}
              both: {title: 会审, verb: pass, to: checks}
              return: {title: 退回, to: fill, ask: [reason]}
          checks:
            title: 会审
            status: pending
            parallel:
              branches:
                fire:
                  fire_check:
                    title: 消防审查
                    status: pending
                    who: {permission: review, organisation: data.unit}
                    actions: {pass: {title: 通过, to: join}}
                health:
                  health_check:
                    title: 卫生审查
                    status: checked
                    who: {permission: check, organisation: data.unit.superior}
                    actions: {pass: {title: 同意, to: join}}
            to: decide
          decide:
            title: 决定
            status: pending
            who: {permission: review, organisation: data.unit}
            actions: {pass: {title: 通过, to: done}}
          done: {title: 办结, status: done, end: success}
          lapsed: {title: 未报名, status: done, end: cancelled}
        """,
}
ENTRY = "definitions/processes/town/entry.yaml"
#: an entry that waits for the fair to open, or for its day to be known
OPENING = {
    ENTRY: FAIRS[ENTRY].replace(
        "title: 消防审查", "title: 消防审查\n                    due: data.fair.closes"
    ),
    "forms/fair.yaml": """
        form: fair
        title: 展会
        properties:
          name: {title: 名称, type: string}
          closes: {title: 报名截止日期, format: date}
          opens: {title: 开幕日期, format: date}
        """,
    "definitions/processes/town/stand.yaml": """
        process: town/stand
        title: 布展
        noun: 布展
        form: entry
        start: {who: person}
        facts: {fair: data.fair}
        steps:
          plan:
            title: 方案
            status: draft
            who: initiator
            edit: all
            due: {by: "days(fair.opens, -10)"}
            actions: {submit: {title: 提交, to: closed_until}}
          closed_until:
            title: 等待开幕
            status: pending
            wait: {until: fair.opens}
            actions: {}
            to: done
          done: {title: 开幕, status: done, end: success}
        """,
    "definitions/messages/rescheduled.yaml": """
        message: rescheduled
        title: 期限已变更
        to: initiator
        subject: {zh: "{deadline.title}改为 {due}", en: "{deadline.title} is now {due}"}
        body: {zh: "{case.number}", en: "{case.number}"}
        """,
}

APPLICANT = person("张三")
REVIEWER = person("王审", "一所")
HEALTH = person("周局", "一分局")
CLERK = person("钱管", "市局")


def open_fairs(url: str = "sqlite://") -> Platform:
    """The town hall with the fair, whose entries close on 30 September 2026."""
    platform = open_office(url, more=FAIRS)
    record(platform, "秋展", "2026-09-30")
    return platform


def record(platform: Platform, name: str, closes: str) -> None:
    """Enter a fair, or another day on which its entries close."""
    platform.registers.create(CLERK, "fairs", {"name": name, "closes": closes})


def an_entry(platform: Platform, *, submit: bool = False, **data: Any) -> str:
    """Begin an entry; return its id."""
    values = {"fair": "秋展", "unit": "一所", "subject": "陶器", **data}
    uid = platform.cases.start(APPLICANT, "town/entry", values).uid
    if submit:
        platform.cases.act(APPLICANT, uid, "submit", data=values)
    return uid


def change(platform: Platform, **data: str | None) -> int:
    """The clerk changes dates of the autumn fair; returns how many cases they were told follow."""
    followers = platform.registers.followers(CLERK, "fairs", "秋展", data)
    platform.registers.change(CLERK, "fairs", "秋展", data)
    return followers


def work_off(platform: Platform) -> None:
    """What a worker does within a second; no time passes."""
    while platform.cases.tick():
        pass
