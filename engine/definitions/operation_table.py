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
          - {when: data.subject == 'nested', then: outer}
          - {when: data.subject == 'panel', then: vote}
          - {when: data.subject == 'call', then: called}
          - {when: data.subject == 'linked', then: linked}
          - {when: "data.subject in ['group', 'member']", then: waiting}
          - {then: task}
      unseen: {title: 通过（打开后不撤回）, verb: pass, to: *ways, withdraw: until_next_opens}
      final: {title: 通过（不撤回）, verb: pass, to: *ways, withdraw: never}
  task:
    title: 办理
    who: &office {permission: check, organisation: data.unit.superior}
    allow: &allow [claim, transfer, delegate, add_signer, remove_signer, cc, urge]
    due: &due {by: "days(today, 10)", extend: {permission: check}}
    actions:
      pass: {title: 通过, to: done, bulk: true}
      previous: &previous {title: 退回上一环节, verb: return, to: previous}
      relay: &relay {title: 层层退回, verb: return, to: previous, relay: true}
      initiator: &initiator {title: 退回发起人, verb: return, to: fill}
      named: &named {title: 退回初审, verb: return, to: first}
      straight: &straight
        {title: 退回后直达, verb: return, to: fill, resubmit_to: returning_level}
      insert: &insert {title: 先送其他单位, verb: pass, to: done, insert: "[jurisdiction.bureau]"}
      fail: &fail {title: 不通过, to: failed}
  up:
    title: 逐级办理
    who: {permission: check}
    allow: *allow
    due: *due
    chain: {route: town/up, from: data.unit}
    to: done
    actions:
      pass: {title: 通过, to: next, bulk: true}
      previous: *previous
      relay: *relay
      initiator: *initiator
      named: *named
      straight: *straight
      insert: *insert
      fail: *fail
  staged:
    title: 分段办理
    who: *office
    allow: *allow
    due: *due
    stages: {draft: {title: 初核}, final: {title: 复核}}
    actions:
      pass: {title: 通过, to: done, bulk: true}
      previous: *previous
      relay: *relay
      initiator: *initiator
      named: *named
      straight: *straight
      insert: *insert
      fail: *fail
  split:
    title: 同时办理
    parallel:
      branches:
        one:
          left:
            title: 一路
            who: *office
            allow: *allow
            due: *due
            actions:
              pass: {title: 通过, to: join, bulk: true}
              previous: *previous
              relay: *relay
              initiator: *initiator
              named: *named
              straight: *straight
              insert: *insert
              fail: *fail
        two:
          right:
            title: 另一路
            who: {permission: review, organisation: data.unit}
            actions: {pass: {title: 通过, to: join}}
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
                    allow: *allow
                    due: *due
                    actions:
                      pass: {title: 通过, to: join, bulk: true}
                      previous: *previous
                      relay: *relay
                      initiator: *initiator
                      named: *named
                      straight: *straight
                      insert: *insert
                      fail: *fail
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
    outcomes: {passed: done, failed: failed}
  called:
    title: 等待许可
    call: {process: town/part, with: {subject: "'许可'", unit: data.unit.superior}}
    outcomes: {granted: done, dropped: cancelled}
  linked:
    title: 等待另一件业务
    do: [{create: {process: town/part, link: permit, with: {subject: "'许可'", unit: data.unit}}}]
    wait: {case: permit}
    outcomes: {granted: done, dropped: cancelled}
  waiting:
    title: 等待会议
    wait: {group: town/round}
    outcomes: {passed: done}
  done:
    title: 办结
    end: success
    actions: {reopen: {title: 重新办理, who: *office, to: resume}}
  failed: {title: 不通过, end: failure}
  cancelled: {title: 已终止, end: cancelled}
"""

#: the group process that the member waits for, with a task of the same actions
GROUP = """
process: town/round
based_on: town/scopes
title: 会议
members: {processes: [town/scopes], waiting_at: waiting, lock: [task]}
steps:
  first:
    actions:
      supplement: {title: 退回补充材料, verb: return, to: previous, relay: true}
      pass: {title: 通过, to: task}
      unseen: {title: 通过（打开后不撤回）, verb: pass, to: task, withdraw: until_next_opens}
      final: {title: 通过（不撤回）, verb: pass, to: task, withdraw: never}
  up: null
  staged: null
  split: null
  outer: null
  vote: null
  called: null
  linked: null
  waiting: null
  done: {title: 结束, end: success, do: [{release: {as: passed}}]}
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
    Word("nested", "嵌套分支", "branch in a branch"),
    Word("panel", "表决", "panel"),
    Word("call", "调用", "call"),
    Word("linked", "等待关联业务", "wait for a linked case"),
    Word("group", "等待成组", "wait for a group"),
    Word("member", "在组中", "member of a group"),
    Word("meeting", "成组业务", "group case"),
    Word("end", "结束", "end"),
    Word("returned", "退回后", "after a return"),
)
OPERATIONS = (
    Word("pass", "通过", "pass"),
    Word("previous", "退回上一环节", "return to previous"),
    Word("initiator", "退回发起人", "return to the initiator"),
    Word("named", "退回指定环节", "return to an earlier step"),
    Word("relay", "层层退回、退回补充材料", "return layer by layer"),
    Word("straight", "退回后直达", "return and come straight back"),
    Word("fail", "不通过", "fail"),
    Word("reopen", "重新审核", "reopen"),
    Word("insert", "插入单位", "insert"),
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
    Word("remove_signer", "减签", "remove a signer"),
    Word("cc", "抄送", "cc"),
    Word("urge", "催办", "urge"),
    Word("extend", "延期", "extend"),
    Word("suspend", "暂停、恢复", "suspend and resume"),
    Word("reroute", "改派到初审", "jump to an earlier step"),
    Word("cancel", "终止", "cancel"),
    Word("vote", "投票", "vote"),
    Word("decline", "谢绝", "decline to vote"),
    Word("add", "加入成员", "add a member"),
    Word("remove", "移出成员", "remove a member"),
    Word("bulk", "批量通过", "pass in bulk"),
)
#: by operation and scope: the place the case is at afterwards, or the code of the refusal after "!"
CELLS: Mapping[str, Mapping[str, str]] = {
    "pass": {
        "sequence": "done",
        "chain": "up@市局",
        "stages": "staged.final@一分局",
        "parallel": "right@一所",
        "nested": "near@一所 + far@一所",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "done",
        "end": "!case_closed",
        "returned": "done",
    },
    "previous": {
        "sequence": "first@一所",
        "chain": "first@一所",
        "stages": "first@一所",
        "parallel": "first@一所",
        "nested": "first@一所",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "first@一所",
        "end": "!case_closed",
        "returned": "first@一所",
    },
    "initiator": {
        "sequence": "fill",
        "chain": "fill",
        "stages": "fill",
        "parallel": "fill",
        "nested": "fill",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "fill",
        "end": "!case_closed",
        "returned": "fill",
    },
    "named": {
        "sequence": "first@一所",
        "chain": "first@一所",
        "stages": "first@一所",
        "parallel": "first@一所",
        "nested": "first@一所",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "first@一所",
        "end": "!case_closed",
        "returned": "first@一所",
    },
    "relay": {
        "sequence": "fill",
        "chain": "fill",
        "stages": "fill",
        "parallel": "fill",
        "nested": "fill",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "fill",
        "end": "!case_closed",
        "returned": "fill",
    },
    "straight": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "fail": {
        "sequence": "failed",
        "chain": "failed",
        "stages": "failed",
        "parallel": "failed",
        "nested": "failed",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "failed",
        "end": "!case_closed",
        "returned": "failed",
    },
    "reopen": {
        "sequence": "!no_such_action",
        "chain": "!no_such_action",
        "stages": "!no_such_action",
        "parallel": "!no_such_action",
        "nested": "!no_such_action",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "!no_such_action",
        "end": "task@一分局",
        "returned": "!no_such_action",
    },
    "insert": {
        "sequence": "!nowhere_to_insert",
        "chain": "up@市局",
        "stages": "staged.final@一分局",
        "parallel": "!nowhere_to_insert",
        "nested": "!nowhere_to_insert",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "!nowhere_to_insert",
        "end": "!case_closed",
        "returned": "!nowhere_to_insert",
    },
    "withdraw": {
        "sequence": "first@一所",
        "chain": "first@一所",
        "stages": "first@一所",
        "parallel": "first@一所",
        "nested": "first@一所",
        "panel": "first@一所",
        "call": "!withdraw_created",
        "linked": "!withdraw_created",
        "group": "first@一所",
        "member": "!in_group",
        "meeting": "first@一所",
        "end": "!case_closed",
        "returned": "first@一所",
    },
    "withdraw_seen": {
        "sequence": "!withdraw_opened",
        "chain": "!withdraw_opened",
        "stages": "!withdraw_opened",
        "parallel": "!withdraw_opened",
        "nested": "!withdraw_opened",
        "panel": "first@一所",
        "call": "!withdraw_created",
        "linked": "!withdraw_created",
        "group": "first@一所",
        "member": "!in_group",
        "meeting": "!withdraw_opened",
        "end": "!case_closed",
        "returned": "!withdraw_opened",
    },
    "withdraw_never": {
        "sequence": "!withdraw_never",
        "chain": "!withdraw_never",
        "stages": "!withdraw_never",
        "parallel": "!withdraw_never",
        "nested": "!withdraw_never",
        "panel": "!withdraw_never",
        "call": "!withdraw_never",
        "linked": "!withdraw_never",
        "group": "!withdraw_never",
        "member": "!withdraw_never",
        "meeting": "!withdraw_never",
        "end": "!case_closed",
        "returned": "!withdraw_never",
    },
    "save": {
        "sequence": "!not_editable",
        "chain": "!not_editable",
        "stages": "!not_editable",
        "parallel": "!not_editable",
        "nested": "!not_editable",
        "panel": "!not_editable",
        "call": "!not_editable",
        "linked": "!not_editable",
        "group": "!not_editable",
        "member": "!not_editable",
        "meeting": "!not_editable",
        "end": "!case_closed",
        "returned": "!not_editable",
    },
    "claim": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!nothing_waits_for_you",
        "call": "!nothing_waits_for_you",
        "linked": "!nothing_waits_for_you",
        "group": "!nothing_waits_for_you",
        "member": "!nothing_waits_for_you",
        "meeting": "task@一分局",
        "end": "!nothing_waits_for_you",
        "returned": "task@一分局",
    },
    "release": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!nothing_waits_for_you",
        "call": "!nothing_waits_for_you",
        "linked": "!nothing_waits_for_you",
        "group": "!nothing_waits_for_you",
        "member": "!nothing_waits_for_you",
        "meeting": "task@一分局",
        "end": "!nothing_waits_for_you",
        "returned": "task@一分局",
    },
    "transfer": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_transfer",
        "call": "!no_transfer",
        "linked": "!no_transfer",
        "group": "!no_transfer",
        "member": "!no_transfer",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "delegate": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_delegate",
        "call": "!no_delegate",
        "linked": "!no_delegate",
        "group": "!no_delegate",
        "member": "!no_delegate",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "substitute": {
        "sequence": "done",
        "chain": "up@市局",
        "stages": "staged.final@一分局",
        "parallel": "right@一所",
        "nested": "near@一所 + far@一所",
        "panel": "!vote_is_personal",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "done",
        "end": "!case_closed",
        "returned": "done",
    },
    "hand_over": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!nothing_to_hand_over",
        "call": "!nothing_to_hand_over",
        "linked": "!nothing_to_hand_over",
        "group": "!nothing_to_hand_over",
        "member": "!nothing_to_hand_over",
        "meeting": "task@一分局",
        "end": "!nothing_to_hand_over",
        "returned": "task@一分局",
    },
    "add_signer": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_add_signer",
        "call": "!no_add_signer",
        "linked": "!no_add_signer",
        "group": "!no_add_signer",
        "member": "!no_add_signer",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "signer_beside": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_add_signer",
        "call": "!no_add_signer",
        "linked": "!no_add_signer",
        "group": "!no_add_signer",
        "member": "!no_add_signer",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "signer_after": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_add_signer",
        "call": "!no_add_signer",
        "linked": "!no_add_signer",
        "group": "!no_add_signer",
        "member": "!no_add_signer",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "remove_signer": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_remove_signer",
        "call": "!no_remove_signer",
        "linked": "!no_remove_signer",
        "group": "!no_remove_signer",
        "member": "!no_remove_signer",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "cc": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_cc",
        "call": "!no_cc",
        "linked": "!no_cc",
        "group": "!no_cc",
        "member": "!no_cc",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "urge": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "vote",
        "call": "!nobody_to_urge",
        "linked": "!nobody_to_urge",
        "group": "!nobody_to_urge",
        "member": "!nobody_to_urge",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "extend": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "!no_deadline",
        "call": "!no_deadline",
        "linked": "!no_deadline",
        "group": "!no_deadline",
        "member": "!no_deadline",
        "meeting": "task@一分局",
        "end": "!no_deadline",
        "returned": "task@一分局",
    },
    "suspend": {
        "sequence": "task@一分局",
        "chain": "up@一分局",
        "stages": "staged.draft@一分局",
        "parallel": "left@一分局 + right@一所",
        "nested": "near@一所 + leaf@一分局 + far@一所",
        "panel": "vote",
        "call": "called",
        "linked": "linked",
        "group": "waiting",
        "member": "waiting",
        "meeting": "task@一分局",
        "end": "!case_closed",
        "returned": "task@一分局",
    },
    "reroute": {
        "sequence": "first@一所",
        "chain": "first@一所",
        "stages": "first@一所",
        "parallel": "first@一所",
        "nested": "first@一所",
        "panel": "first@一所",
        "call": "first@一所",
        "linked": "first@一所",
        "group": "first@一所",
        "member": "!in_group",
        "meeting": "first@一所",
        "end": "!case_closed",
        "returned": "first@一所",
    },
    "cancel": {
        "sequence": "cancelled",
        "chain": "cancelled",
        "stages": "cancelled",
        "parallel": "cancelled",
        "nested": "cancelled",
        "panel": "cancelled",
        "call": "cancelled",
        "linked": "cancelled",
        "group": "cancelled",
        "member": "!in_group",
        "meeting": "cancelled",
        "end": "!case_closed",
        "returned": "cancelled",
    },
    "vote": {
        "sequence": "!not_a_panel",
        "chain": "!not_a_panel",
        "stages": "!not_a_panel",
        "parallel": "!not_a_panel",
        "nested": "!not_a_panel",
        "panel": "done",
        "call": "!not_a_panel",
        "linked": "!not_a_panel",
        "group": "!not_a_panel",
        "member": "!not_a_panel",
        "meeting": "!not_a_panel",
        "end": "!not_a_panel",
        "returned": "!not_a_panel",
    },
    "decline": {
        "sequence": "!no_declining",
        "chain": "!no_declining",
        "stages": "!no_declining",
        "parallel": "!no_declining",
        "nested": "!no_declining",
        "panel": "vote",
        "call": "!no_declining",
        "linked": "!no_declining",
        "group": "!no_declining",
        "member": "!no_declining",
        "meeting": "!no_declining",
        "end": "!no_declining",
        "returned": "!no_declining",
    },
    "add": {
        "sequence": "!not_a_group",
        "chain": "!not_a_group",
        "stages": "!not_a_group",
        "parallel": "!not_a_group",
        "nested": "!not_a_group",
        "panel": "!not_a_group",
        "call": "!not_a_group",
        "linked": "!not_a_group",
        "group": "!not_a_group",
        "member": "!not_a_group",
        "meeting": "!group_locked",
        "end": "!not_a_group",
        "returned": "!not_a_group",
    },
    "remove": {
        "sequence": "!not_a_group",
        "chain": "!not_a_group",
        "stages": "!not_a_group",
        "parallel": "!not_a_group",
        "nested": "!not_a_group",
        "panel": "!not_a_group",
        "call": "!not_a_group",
        "linked": "!not_a_group",
        "group": "!not_a_group",
        "member": "!not_a_group",
        "meeting": "!group_locked",
        "end": "!not_a_group",
        "returned": "!not_a_group",
    },
    "bulk": {
        "sequence": "done",
        "chain": "up@市局",
        "stages": "staged.final@一分局",
        "parallel": "right@一所",
        "nested": "near@一所 + far@一所",
        "panel": "!no_such_action",
        "call": "!no_such_action",
        "linked": "!no_such_action",
        "group": "!no_such_action",
        "member": "!no_such_action",
        "meeting": "done",
        "end": "!case_closed",
        "returned": "done",
    },
}
#: what the refusals of the table say
SENTENCES: Mapping[str, str] = {
    "no_such_action": "当前环节“{step}”没有该操作",
    "case_closed": "该{noun}已结束",
    "nowhere_to_insert": "“{action}”之前不能增加审核单位",
    "withdraw_created": "已为此新建了其他业务，不能撤回",
    "nothing_waits_for_you": "该事项目前不由您办理",
    "no_transfer": "“{step}”不能转办",
    "no_delegate": "“{step}”不能委派",
    "no_add_signer": "“{step}”不能加签",
    "no_remove_signer": "“{step}”不能减签",
    "no_cc": "“{step}”不能抄送",
    "nobody_to_urge": "“{step}”没有等待办理的人员",
    "no_deadline": "当前环节没有截止时间",
    "not_a_panel": "当前环节不是表决",
    "not_editable": "在“{step}”环节不能修改{noun}",
    "vote_is_personal": "表决由本人进行，不能由他人代理",
    "nothing_to_hand_over": "{person}手里没有需要转办的事项",
    "no_declining": "“{step}”不能谢绝或更换投票人",
    "not_a_group": "该{noun}没有名单",
    "group_locked": "{noun}在“{step}”期间名单不能变动",
    "withdraw_opened": "下一环节已查看，不能撤回",
    "withdraw_never": "该操作不能撤回",
    "in_group": "该{noun}正在“{group}”（编号 {number}）中办理，不能单独操作",
}
