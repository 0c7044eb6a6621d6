"""What each operation does in each scope, or with which refusal it answers.

The table of the manual is made from this, and ``tests/cases/test_operation_table.py`` proves every
cell: it takes a case of :data:`PROCESS` to the scope and uses the operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: the process the cells are about; ``subject`` chooses the scope that follows the first step
PROCESS = """
process: town/scopes
title: 各种环节
noun: 事项
form: request
start: {who: person}
deadlines:
  finish:
    title: 办结期限
    reach: done
    by: "days(case.started_at, 90)"
    extend: {permission: check}
steps:
  fill:
    title: 填写
    who: initiator
    edit: all
    actions: {submit: {title: 提交, to: first}}
  first:
    title: 初审
    who: {permission: review, organisation: data.unit}
    actions:
      supplement: {title: 退回补充材料, verb: return, to: previous, relay: true}
      pass:
        title: 通过
        to: &ways
          - {when: data.subject == 'sequence', then: task}
          - {when: data.subject == 'chain', then: up}
          - {when: data.subject == 'stages', then: staged}
          - {when: data.subject == 'parallel', then: split}
          - {when: data.subject == 'branch_chain', then: forked}
          - {when: data.subject == 'branch_stages', then: halved}
          - {when: data.subject == 'nested', then: outer}
          - {when: data.subject == 'panel', then: vote}
          - {when: data.subject == 'all', then: vote_all}
          - {when: data.subject == 'any', then: vote_any}
          - {when: data.subject == 'turn', then: vote_turn}
          - {when: data.subject == 'share', then: vote_share}
          - {when: data.subject == 'invalid', then: vote_invalid}
          - {when: data.subject == 'drawn', then: vote_drawn}
          - {when: "data.subject in ['call', 'called']", then: called}
          - {when: data.subject == 'linked', then: linked}
          - {when: "data.subject in ['group', 'member']", then: waiting}
          - {then: task}
      unseen: {title: 通过（打开后不撤回）, verb: pass, to: *ways, withdraw: until_next_opens}
      final: {title: 通过（不撤回）, verb: pass, to: *ways, withdraw: never}
  task:
    title: 办理
    who: &office
      permission: check
      organisation: data.unit.superior
      except: &kept_out [{people: case.actors('first'), say: 初审过的人应当回避}]
    edit: &edit [amount]
    allow: &allow [claim, transfer, delegate, add_signer, remove_signer, cc, urge]
    due: &due {by: "days(today, 10)", extend: {permission: check}}
    actions: &decided
      pass: {title: 通过, to: done, bulk: true}
      previous: &previous {title: 退回上一环节, verb: return, to: previous}
      relay: &relay {title: 层层退回, verb: return, to: previous, relay: true}
      initiator: &initiator {title: 退回发起人, verb: return, to: fill}
      named: &named {title: 退回初审, verb: return, to: first}
      straight: &straight
        {title: 退回后直达, verb: return, to: fill, resubmit_to: returning_level}
      insert: &insert {title: 先送其他单位, verb: pass, to: done, insert: "[jurisdiction.bureau]"}
      path: &path {title: 转送其他途径, verb: pass, to: side, send_to: data.unit}
      fail: &fail {title: 不通过, to: failed}
      discard: &discard {title: 废弃, verb: discard, to: cancelled}
  up:
    title: 逐级办理
    who: &visited {permission: check, except: *kept_out}
    edit: *edit
    allow: *allow
    due: *due
    chain: {route: town/up, from: data.unit}
    to: done
    actions: &visiting
      pass: {title: 通过, to: next, bulk: true}
      previous: *previous
      relay: *relay
      initiator: *initiator
      named: *named
      straight: *straight
      insert: *insert
      path: *path
      fail: *fail
      discard: *discard
  staged:
    title: 分段办理
    who: *office
    edit: *edit
    allow: *allow
    due: *due
    stages: {draft: {title: 初核}, final: {title: 复核}}
    actions: *decided
  split:
    title: 同时办理
    parallel:
      branches:
        one:
          left:
            title: 一路
            who: *office
            edit: *edit
            allow: *allow
            due: *due
            actions: &joining
              pass: {title: 通过, to: join, bulk: true}
              previous: *previous
              relay: *relay
              initiator: *initiator
              named: *named
              straight: *straight
              insert: *insert
              path: *path
              fail: *fail
              discard: *discard
        two:
          right: &beside
            title: 另一路
            who: {permission: review, organisation: data.unit}
            actions: {pass: {title: 通过, to: join}}
    to: done
  forked:
    title: 同时逐级办理
    parallel:
      branches:
        one:
          climb:
            title: 分支里逐级办理
            who: *visited
            edit: *edit
            allow: *allow
            due: *due
            chain: {route: town/up, from: data.unit}
            to: join
            actions: *visiting
        two:
          aside: *beside
    to: done
  halved:
    title: 同时分段办理
    parallel:
      branches:
        one:
          parts:
            title: 分支里分段办理
            who: *office
            edit: *edit
            allow: *allow
            due: *due
            stages: {draft: {title: 初核}, final: {title: 复核}}
            actions: *joining
        two:
          besides: *beside
    to: done
  outer:
    title: 嵌套
    parallel:
      branches:
        one:
          inner:
            title: 其中再同时办理
            parallel:
              branches:
                deep:
                  leaf:
                    title: 里面一路
                    who: *office
                    edit: *edit
                    allow: *allow
                    due: *due
                    actions: *joining
                beside:
                  near:
                    title: 里面另一路
                    who: {permission: review, organisation: data.unit}
                    actions: {pass: {title: 通过, to: join}}
            to: join
        two:
          far:
            title: 外面一路
            who: {permission: review, organisation: data.unit}
            actions: {pass: {title: 通过, to: join}}
    to: done
  vote:
    title: 表决
    panel: {voters: case.actors('first'), may_decline: true, decide: all}
    outcomes: &counted {passed: done, failed: failed}
  vote_all:
    title: 会签
    panel: {voters: &two "data.voters", decide: all}
    outcomes: *counted
  vote_any:
    title: 或签
    panel: {voters: *two, enough: vote.counts.agree > 0, decide: any}
    outcomes: *counted
  vote_turn: {title: 顺签, panel: {voters: *two, in_turn: true, decide: all}, outcomes: *counted}
  vote_share:
    title: 票签
    panel:
      voters: *two
      enough: vote.counts.agree * 2 >= vote.voters
      decide: {pass: {option: agree, at_least: 1/2, of: voters}}
    outcomes: *counted
  vote_invalid:
    title: 只计有效票
    panel:
      voters: case.actors('first')
      invalid: ballot.choice == 'against'
      decide: {pass: {option: agree, more_than: 1/2, of: valid}}
    outcomes: *counted
  vote_drawn:
    title: 抽取投票人
    panel: {voters: {draw: 1, from: people, where: "!it.has_job"}, may_decline: true, decide: all}
    outcomes: *counted
  called:
    title: 等待许可
    call: {process: town/part, with: {subject: "'sequence'", unit: data.unit}}
    outcomes: &ended {done: done, failed: failed, cancelled: cancelled}
  linked:
    title: 等待另一件业务
    do:
      - create: {process: town/part, link: permit, with: {subject: "'sequence'", unit: data.unit}}
    wait: {case: permit}
    outcomes: *ended
  waiting:
    title: 等待会议
    wait: {group: town/round}
    outcomes: {passed: done}
  side:
    title: 其他途径
    who: {permission: review, organisation: case.sent_to}
    actions: {pass: {title: 通过, to: done}}
  done:
    title: 办结
    end: success
    actions: {reopen: {title: 重新办理, who: *office, to: resume}}
  failed: {title: 不通过, end: failure}
  cancelled: {title: 已终止, end: cancelled}
"""

#: the steps of the scopes beside the task
BESIDE = (
    "up",
    "staged",
    "split",
    "forked",
    "halved",
    "outer",
    "vote",
    "vote_all",
    "vote_any",
    "vote_turn",
    "vote_share",
    "vote_invalid",
    "vote_drawn",
    "called",
    "linked",
    "waiting",
)


def without(*kept: str) -> str:
    """The lines with which a process based on it leaves out the steps beside the task."""
    return "".join(f"  {name}: null\n" for name in BESIDE if name not in kept)


#: what the processes beside it say of the steps: they have the task alone
_ALONE = f"""
  first:
    actions:
      supplement: {{title: 退回补充材料, verb: return, to: previous, relay: true}}
      pass: {{title: 通过, to: task}}
      unseen: {{title: 通过（打开后不撤回）, verb: pass, to: task, withdraw: until_next_opens}}
      final: {{title: 通过（不撤回）, verb: pass, to: task, withdraw: never}}
{without()}"""
#: the process that is called
PART = f"""
process: town/part
based_on: town/scopes
title: 许可
steps:{_ALONE}"""
#: the group process that the member waits for
GROUP = f"""
process: town/round
based_on: town/scopes
title: 会议
members: {{processes: [town/scopes], waiting_at: waiting, lock: [task]}}
steps:{_ALONE}  done: {{title: 结束, end: success, do: [{{release: {{as: passed}}}}]}}
"""


@dataclass(frozen=True, slots=True)
class Word:
    """A row or a column: its name, and its captions."""

    name: str
    zh: str
    en: str


SCOPES = (
    Word("sequence", "顺序环节", "sequence"),
    Word("chain", "链", "chain"),
    Word("stages", "分段", "stages"),
    Word("parallel", "并行分支", "parallel"),
    Word("branch_chain", "分支中的链", "chain in a branch"),
    Word("branch_stages", "分支中的分段", "stages in a branch"),
    Word("nested", "嵌套分支", "branch in a branch"),
    Word("panel", "表决", "panel"),
    Word("call", "调用", "call"),
    Word("called", "被调用的业务", "called case"),
    Word("linked", "等待关联业务", "wait for a linked case"),
    Word("group", "等待成组", "wait for a group"),
    Word("member", "在组中", "member of a group"),
    Word("meeting", "成组业务", "group case"),
    Word("end", "结束", "end"),
    Word("returned", "退回后", "after a return"),
)
OPERATIONS = (
    Word("start", "另办一件", "start another one"),
    Word("submit", "退回发起人后再提交", "submit again, returned to the initiator"),
    Word("pass", "通过", "pass"),
    Word("previous", "退回上一环节", "return to previous"),
    Word("initiator", "退回发起人", "return to the initiator"),
    Word("named", "退回指定环节", "return to an earlier step"),
    Word("relay", "层层退回、退回补充材料", "return layer by layer"),
    Word("straight", "退回后直达", "return and come straight back"),
    Word("fail", "不通过", "fail"),
    Word("reopen", "重新审核", "reopen"),
    Word("insert", "插入单位", "insert"),
    Word("path", "转送其他途径", "send to another path"),
    Word("discard", "废弃", "discard"),
    Word("recused", "应当回避的人通过", "pass by somebody recused"),
    Word("withdraw", "撤回", "withdraw"),
    Word("withdraw_seen", "撤回（已打开，until_next_opens）", "withdraw once opened"),
    Word("withdraw_never", "撤回（never）", "withdraw what never may be"),
    Word("save", "暂存", "save"),
    Word("claim", "认领", "claim"),
    Word("release", "放回", "release"),
    Word("transfer", "转办", "transfer"),
    Word("delegate", "委派", "delegate"),
    Word("substitute", "代理人通过", "pass by a substitute"),
    Word("hand_over", "离职转办", "hand over on leaving"),
    Word("add_signer", "前加签", "add a signer before"),
    Word("signer_beside", "并加签", "add a signer beside"),
    Word("signer_after", "后加签", "add a signer after"),
    Word("sign", "签署意见", "sign"),
    Word("remove_signer", "减签", "remove a signer"),
    Word("cc", "抄送", "cc"),
    Word("urge", "催办", "urge"),
    Word("extend", "延期", "extend"),
    Word("extend_case", "整件业务延期", "extend the deadline of the whole case"),
    Word("suspend", "暂停、恢复", "suspend and resume"),
    Word("reroute", "改派到初审", "jump to an earlier step"),
    Word("cancel", "终止", "cancel"),
    Word("retry", "失败后重试", "try again what has failed"),
    Word("unclaim", "收回认领", "take a claim back"),
    Word("vote", "投票", "vote"),
    Word("vote_all", "会签：两人中一人同意", "vote, all: one of two agrees"),
    Word("vote_any", "或签：两人中一人同意", "vote, any: one of two agrees"),
    Word("vote_turn", "顺签：第二人先投", "vote, in turn: the second comes first"),
    Word("vote_share", "票签：半数已同意", "vote, share: half have agreed"),
    Word("vote_abstain", "弃权", "abstain"),
    Word("vote_invalid", "废票", "invalid ballot"),
    Word("vote_twice", "重复投票", "vote twice"),
    Word("vote_other", "不是投票人的人投票", "vote without a seat"),
    Word("decline", "谢绝", "decline to vote"),
    Word("redraw", "谢绝后再抽", "decline and draw again"),
    Word("replace", "更换投票人", "replace a voter"),
    Word("add", "加入成员", "add a member"),
    Word("remove", "移出成员", "remove a member"),
    Word("add_open", "名单锁定前加入成员", "add a member before the list is locked"),
    Word("remove_open", "名单锁定前移出成员", "remove one before it is locked"),
    Word("bulk", "批量通过", "pass in bulk"),
)
#: the scopes in which somebody has a task
TASKS = (
    "sequence", "chain", "stages", "parallel", "branch_chain", "branch_stages", "nested", "called",
    "meeting", "returned",
)  # fmt: skip
#: where the case of each scope is: what moves nothing leaves it there
HERE: Mapping[str, str] = {
    "sequence": "task@一分局",
    "chain": "up@一分局",
    "stages": "staged.draft@一分局",
    "parallel": "left@一分局 + right@一所",
    "branch_chain": "climb@一分局 + aside@一所",
    "branch_stages": "parts.draft@一分局 + besides@一所",
    "nested": "near@一所 + leaf@一分局 + far@一所",
    "panel": "vote",
    "call": "called",
    "called": "task@一分局",
    "linked": "linked",
    "group": "waiting",
    "member": "waiting",
    "meeting": "task@一分局",
    "end": "done",
    "returned": "task@一分局",
}
#: where a pass leads
_ONWARD: Mapping[str, str] = {
    **dict.fromkeys(TASKS, "done"),
    "chain": "up@市局",
    "stages": "staged.final@一分局",
    "parallel": "right@一所",
    "branch_chain": "climb@市局 + aside@一所",
    "branch_stages": "parts.final@一分局 + besides@一所",
    "nested": "near@一所 + far@一所",
}
#: how the case goes on that has called one, by where that one is; else it waits for it still
_GOES_ON = {"done": "done", "failed": "failed", "cancelled": "cancelled"}
_NONE, _CLOSED, _FIRST = "!no_such_action", "!case_closed", "first@一所"


def _row(
    task: Mapping[str, str] | str, other: Mapping[str, str] | str, **scopes: str
) -> Mapping[str, str]:
    """The cells of an operation: where somebody has a task, elsewhere, and the exceptions."""
    found = {}
    for scope in SCOPES:
        name = scope.name
        cell = task if name in TASKS else other
        found[name] = scopes.get(name) or (cell if isinstance(cell, str) else cell[name])
        if name == "called" and not found[name].startswith("!"):
            found[name] += f" / {_GOES_ON.get(found[name], 'called')}"
    return found


def _panel(outcome: str, refusal: str = "!not_a_panel") -> Mapping[str, str]:
    return _row(refusal, refusal, panel=outcome)


def _group(outcome: str) -> Mapping[str, str]:
    return _row("!not_a_group", "!not_a_group", meeting=outcome)


_DIVIDED = {one: _ONWARD[one] for one in ("stages", "branch_stages")}
_TAKEN = {"call": "!withdraw_created", "linked": "!withdraw_created", "member": "!in_group"}
#: by operation and scope: the place the case is at afterwards, or the code of the refusal after
#: "!"; of a called case its place and, after "/", that of the case that has called it
CELLS: Mapping[str, Mapping[str, str]] = {
    "start": _row(HERE, HERE),
    "submit": _row(_FIRST, _NONE, end=_CLOSED),
    "pass": _row(_ONWARD, _NONE, end=_CLOSED),
    "previous": _row(_FIRST, _NONE, end=_CLOSED),
    "initiator": _row("fill", _NONE, end=_CLOSED),
    "named": _row(_FIRST, _NONE, end=_CLOSED),
    "relay": _row("fill", _NONE, end=_CLOSED),
    "straight": _row(HERE, _NONE, end=_CLOSED),
    "fail": _row("failed", _NONE, end=_CLOSED),
    "reopen": _row(_NONE, _NONE, end="task@一分局"),
    "insert": _row(
        "!nowhere_to_insert",
        _NONE,
        end=_CLOSED,
        chain=_ONWARD["chain"],
        branch_chain=_ONWARD["branch_chain"],
        **_DIVIDED,
    ),
    "path": _row("side@一所", _NONE, end=_CLOSED, **_DIVIDED),
    "discard": _row("cancelled", _NONE, end=_CLOSED),
    "recused": _row("!recused", _NONE, end=_CLOSED),
    "withdraw": _row(_FIRST, _FIRST, end=_CLOSED, **_TAKEN),
    "withdraw_seen": _row("!withdraw_opened", _FIRST, end=_CLOSED, **_TAKEN),
    "withdraw_never": _row("!withdraw_never", "!withdraw_never", end=_CLOSED),
    "save": _row(HERE, "!not_editable", end=_CLOSED),
    "claim": _row(HERE, "!nothing_waits_for_you"),
    "release": _row(HERE, "!nothing_waits_for_you"),
    "transfer": _row(HERE, "!no_transfer", end=_CLOSED),
    "delegate": _row(HERE, "!no_delegate", end=_CLOSED),
    "substitute": _row(
        _ONWARD,
        _NONE,
        end=_CLOSED,
        panel="!vote_is_personal",
        **dict.fromkeys(("call", "linked", "group"), "!no_such_case"),
    ),
    "hand_over": _row(HERE, "!nothing_to_hand_over"),
    "add_signer": _row(HERE, "!no_add_signer", end=_CLOSED),
    "signer_beside": _row(HERE, "!no_add_signer", end=_CLOSED),
    "signer_after": _row(HERE, "!no_add_signer", end=_CLOSED),
    "sign": _row(HERE, "!not_a_signer"),
    "remove_signer": _row(HERE, "!no_remove_signer", end=_CLOSED),
    "cc": _row(HERE, "!no_cc", end=_CLOSED),
    "urge": _row(HERE, "!nobody_to_urge", end=_CLOSED, panel="vote"),
    "extend": _row(HERE, "!no_deadline"),
    "extend_case": _row(HERE, HERE, end=_CLOSED, member="!in_group"),
    "suspend": _row(HERE, HERE, end=_CLOSED),
    "reroute": _row(_FIRST, _FIRST, end=_CLOSED, member="!in_group"),
    "cancel": _row("cancelled", "cancelled", end=_CLOSED, member="!in_group"),
    "retry": _row(HERE, HERE),
    "unclaim": _row(HERE, "!nothing_claimed"),
    "vote": _panel("done"),
    "vote_all": _panel("vote_all"),
    "vote_any": _panel("done"),
    "vote_turn": _panel("!not_your_turn"),
    "vote_share": _panel("done"),
    "vote_abstain": _panel("failed"),
    "vote_invalid": _panel("failed"),
    "vote_twice": _panel("!voted_already"),
    "vote_other": _panel("!not_a_voter"),
    "decline": _panel("vote", "!no_declining"),
    "redraw": _panel("vote_drawn", "!no_declining"),
    "replace": _panel("vote", "!no_declining"),
    "add": _group("!group_locked"),
    "remove": _group("!group_locked"),
    "add_open": _group(_FIRST),
    "remove_open": _group(_FIRST),
    "bulk": _row(_ONWARD, _NONE, end=_CLOSED),
}
#: what the refusals of the table say
SENTENCES: Mapping[str, str] = {
    "no_such_action": "当前环节“{step}”没有该操作，请刷新页面，按现有的按钮办理",
    "case_closed": "该{noun}已结束",
    "nowhere_to_insert": "“{action}”之前不能增加审核单位，只能在逐级审核的环节增加",
    "withdraw_created": "已为此新建了其他业务，不能撤回；需要改动请联系办理单位退回",
    "nothing_waits_for_you": "该事项目前不由您办理，由谁办理请看“办理流程”",
    "no_transfer": "“{step}”不能转办，流程没有为该环节开放；确有需要请联系管理员",
    "no_delegate": "“{step}”不能委派，流程没有为该环节开放；确有需要请联系管理员",
    "no_add_signer": "“{step}”不能加签，流程没有为该环节开放；确有需要请联系管理员",
    "not_a_signer": "没有需要您签署的意见",
    "no_remove_signer": "“{step}”不能减签，流程没有为该环节开放；确有需要请联系管理员",
    "no_cc": "“{step}”不能抄送，流程没有为该环节开放；确有需要请联系管理员",
    "nobody_to_urge": "“{step}”没有等待办理的人员，不需要催办",
    "no_deadline": "当前环节没有截止时间，不需要延期",
    "not_a_panel": "当前环节不是表决，不需要投票",
    "not_a_voter": "您不在本次表决的专家名单中",
    "not_your_turn": "还没有轮到您表决，现在由{person}表决",
    "voted_already": "您已投票，不能重复投票",
    "not_editable": "在“{step}”环节不能修改{noun}",
    "vote_is_personal": "表决由本人进行，不能由他人代理",
    "nothing_claimed": "没有人认领该{noun}，不需要收回",
    "recused": "您在本{noun}中应当回避",
    "nothing_to_hand_over": "{person}手里没有需要转办的事项",
    "no_declining": "“{step}”不能谢绝或更换投票人",
    "not_a_group": "该{noun}单独办理，没有名单",
    "group_locked": "{noun}在“{step}”期间名单不能变动",
    "withdraw_opened": "下一环节已查看，不能撤回；需要改动请联系其退回",
    "withdraw_never": "该操作不能撤回；需要改动请联系下一环节退回",
    "in_group": "该{noun}正在“{group}”（编号 {number}）中办理，不能单独操作",
    "no_such_case": "没有该事项，或您无权查看",
}
