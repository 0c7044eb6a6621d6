"""An event that needs a permit, for tests of calls and linked cases.

The event calls the permit and waits for it; afterwards it creates a report that lives on by itself,
and may wait for it.
"""

from __future__ import annotations

from typing import Any

from engine.services.platform import Platform
from tests.support.office import open_office, person

LINKED = {
    "definitions/processes/town/event.yaml": """
        process: town/event
        title: 活动备案
        noun: 活动
        form: request
        start: {who: person}
        steps:
          fill:
            title: 填写
            status: draft
            who: initiator
            edit: all
            actions:
              submit: {title: 提交, to: permit}
              report:
                title: 报送
                verb: record
                do:
                  - create:
                      process: town/report
                      with: {subject: data.subject, unit: data.unit}
                      once: true
          permit:
            title: 办理许可
            status: pending
            call:
              process: town/permit
              with: {subject: "'许可：' + data.subject", unit: data.unit}
            outcomes: {granted: hold, refused: not_held}
            to: fill
            actions:
              back:
                title: 退回
                verb: return
                who: &office {permission: review, organisation: data.unit}
                to: fill
              go: {title: 不再等待, verb: pass, who: *office, to: hold}
          hold:
            title: 举办
            status: pending
            who: {permission: review, organisation: data.unit}
            actions:
              pass:
                title: 已举办
                to: reporting
                require: [{that: "!linked.permit.open", say: 许可还没有办完}]
              send:
                title: 办结并报告
                verb: pass
                to: reporting
                do:
                  - create:
                      process: town/report
                      with: {subject: data.subject, unit: data.unit}
          reporting:
            title: 等待报告
            status: pending
            wait: {case: report}
            outcomes: {filed: held, dropped: hold}
          held:
            title: 已举办
            status: done
            end: success
            actions:
              close:
                title: 收回许可和报告
                verb: record
                who: *office
                do: [{send: {to: permit, action: note}}, {send: {to: report, action: again}}]
          not_held: {title: 不予举办, status: done, end: failure}
          discarded: {title: 已取消, status: done, end: cancelled}
        """,
    "definitions/processes/town/permit.yaml": """
        process: town/permit
        title: 许可
        noun: 许可
        form: request
        start:
          who: {permission: check}
          require: [{that: "data.subject != '许可：不行'", say: 该事项不予受理}]
        steps:
          check:
            title: 审查
            status: pending
            who: {permission: check, organisation: data.unit}
            edit: [amount]
            actions:
              pass: {title: 许可, to: granted}
              fail: {title: 不许可, to: refused}
              ask: {title: 要求说明, verb: pass, to: explain}
          explain:
            title: 说明
            status: returned
            who: initiator
            edit: [subject]
            actions: {submit: {title: 说明, to: check}}
          granted:
            title: 已许可
            status: done
            end: success
            actions:
              note: {title: 注记, verb: record, who: system}
              revoke:
                title: 重新审查
                verb: reopen
                who: {permission: check, organisation: data.unit}
                to: check
          refused: {title: 不予许可, status: done, end: failure}
          dropped: {title: 已终止, status: done, end: cancelled}
        """,
    "definitions/processes/town/report.yaml": """
        process: town/report
        title: 活动报告
        noun: 报告
        form: request
        steps:
          write:
            title: 撰写
            status: draft
            who: initiator
            edit: all
            actions:
              submit:
                title: 提交
                to: filed
                require:
                  - that: linked.event.data.subject == data.subject
                    say: 报告与活动不一致
              discard: {title: 放弃, to: dropped}
          filed:
            title: 已归档
            status: done
            end: success
            actions:
              again: {title: 重写, verb: reopen, who: initiator, to: write}
          dropped: {title: 已放弃, status: done, end: cancelled}
        """,
}
REVIEWER = person("王审", "一所")
CHECKER = person("赵复", "一所")


def open_linked(url: str = "sqlite://") -> Platform:
    """The town hall with events, permits and reports."""
    return open_office(url, more=LINKED)


def an_event(platform: Platform, by: str = "张三", **data: Any) -> str:
    """Hand in an event, which calls for its permit; return its id."""
    actor, values = person(by), {"unit": "一所", "subject": "灯会", **data}
    uid = platform.cases.start(actor, "town/event", values).uid
    platform.cases.act(actor, uid, "submit", data=values)
    return uid


def linked(platform: Platform, uid: str, name: str) -> str:
    """The case that another one knows by a name."""
    with platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        found = unit.links.latest(row.id, name)
        assert found is not None
        return found.uid


def at(platform: Platform, uid: str) -> str:
    """The step a case is at."""
    with platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return row.step


def incidents(platform: Platform, uid: str) -> list[str]:
    """Why a case has stopped, or what could not be done."""
    with platform.store.read() as unit:
        row = unit.cases.load(uid)
        assert row is not None
        return [one.code for one in unit.incidents.of(row.id) if one.resolved_at is None]
