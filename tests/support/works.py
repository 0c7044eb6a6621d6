"""A permit that two offices of the town check at the same time, for tests of parallel steps."""

from __future__ import annotations

from typing import Any

from engine.services.platform import Platform
from tests.support.office import open_office, person

WORKS = {
    "definitions/lists/town/works.yaml": """
        list: town/works
        title: 会审
        relation: waiting
        permissions: [review, check]
        columns: [number, step, status]
        """,
    "definitions/processes/town/works.yaml": """
        process: town/works
        title: 施工许可
        noun: 申请
        form: request
        start: {who: person}
        steps:
          fill:
            title: 填写
            status: draft
            who: initiator
            edit: all
            actions: {submit: {title: 提交, to: checks}, discard: {title: 废弃, to: discarded}}
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
                    actions:
                      pass: {title: 通过, to: fire_second}
                      return: {title: 退回, to: fill, ask: [reason]}
                  fire_second:
                    title: 消防复审
                    status: checked
                    who: {permission: check, organisation: data.unit}
                    due: {by: "days(today, 10)"}
                    actions: {pass: {title: 通过, to: join}}
                health:
                  health_check:
                    title: 卫生审查
                    status: checked
                    who: {permission: check, organisation: data.unit.superior}
                    actions: {pass: {title: 同意, to: join}, fail: {title: 不同意, to: refused}}
            to: decide
          decide:
            title: 决定
            status: pending
            who: {permission: review, organisation: data.unit}
            actions:
              pass: {title: 发证, to: issued}
              again: {title: 重新消防审查, verb: return, to: fire_check}
          issued: {title: 已发证, status: done, end: success}
          refused: {title: 不予许可, status: done, end: failure}
          discarded: {title: 已废弃, status: done, end: cancelled}
        """,
}
FIRE = person("王审", "一所")
SECOND = person("赵复", "一所")
HEALTH = person("周局", "一分局")


def open_works(url: str = "sqlite://") -> Platform:
    """The town hall with the permit."""
    return open_office(url, more=WORKS)


def a_permit(platform: Platform, by: str = "张三", **data: Any) -> str:
    """Apply for a permit that is checked; return its id."""
    actor, values = person(by), {"unit": "一所", "subject": "施工", **data}
    uid = platform.cases.start(actor, "town/works", values).uid
    platform.cases.act(actor, uid, "submit", data=values)
    return uid
