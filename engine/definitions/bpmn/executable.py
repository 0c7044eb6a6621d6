"""What of BPMN can be executed, and for the rest the nearest thing that can."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.bpmn.drawn import TASKS, Node
from engine.definitions.markup import Element

Nearest = tuple[str, str]
_NEAREST: Mapping[str, Nearest] = {
    "transaction": ("普通的子流程", "a sub-process"),
    "adHocSubProcess": ("一个有多个动作的步骤", "a step with several actions"),
    "complexGateway": ("parallel 的 join：数字或分支名", "join of parallel: a number or a branch"),
    "intermediateCatchEvent": (
        "等待日期、消息、信号或条件",
        "waiting for a date, a message, a signal or a condition",
    ),
    "intermediateThrowEvent": ("动作的 do", "do of an action"),
}
_PLAIN = (
    *TASKS, "startEvent", "endEvent", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
    "subProcess", "callActivity", "serviceTask", "sendTask", "receiveTask", "businessRuleTask",
    "eventBasedGateway", "scriptTask",
)  # fmt: skip
#: steps that something on their border can break off
_BORDERED = (*TASKS, "subProcess", "serviceTask", "receiveTask", "callActivity")
#: what a case passes at once, so that nothing happens meanwhile
PASSED = ("sendTask", "scriptTask", "businessRuleTask")
_CAUGHT = ("message", "signal", "conditional")
EVENT_SUB_PROCESS = (
    "流程的 actions 和 deadlines", "actions and deadlines of the process"
)  # fmt: skip
_ACTION = ("由人执行的动作（actions）", "an action of somebody (actions)")
BESIDE = (
    "自己结束、不回到后面的路，或另一项业务（create）",
    "ways that end by themselves and do not lead back, or a case of its own (create)",
)
LEAVE = ("去外面步骤的动作", "an action that leads to a step outside")
DUE = ("步骤的 due", "due of a step")
RULE = ("规则表（{rule: rules/…}）", "a rule table ({rule: rules/…})")
SCRIPT = (
    "任务的动作里的 set（脚本只赋值，前面直接是一个任务）、表达式（facts）或外部接口",
    "set of an action (for a script that only assigns, right behind a task), a fact or a connector",
)
SIGNAL = (
    "在一处汇合的分支（parallel），或由人执行的动作",
    "branches that meet (parallel), or an action of somebody",
)
PANEL = ("表决（panel）", "a vote (panel)")
GROUP = (
    "单独画成一个流程的调用活动：为每一项新建一项业务（call 的 each）",
    "a call activity of a process drawn by itself: a case for each (each of call)",
)
COUNT = ("结束的项数（join）", "how many have ended (join)")


def refusal(node: Node, nodes: Mapping[str, Node]) -> tuple[Element, Nearest] | None:
    """Return what of a node is not executed, with the nearest thing that is."""
    element, event = node.element, node.event
    many = element.first("multiInstanceLoopCharacteristics")
    if many is not None and node.kind not in (*TASKS, "callActivity"):
        return many, GROUP
    match node.kind:
        case "boundaryEvent":
            return _at_border(node, nodes)
        case "intermediateCatchEvent" if event in ("timer", "link", *_CAUGHT):
            return None
        case "intermediateThrowEvent" if event in ("", "link", "message", "signal", "escalation"):
            return None
        case "endEvent" if event in ("compensate", "multiple"):
            return element, LEAVE
        case kind if kind in _PLAIN or kind == "passed":
            return None
        case kind:
            return element, _NEAREST.get(kind, ("任务", "a task"))


def _at_border(node: Node, nodes: Mapping[str, Node]) -> tuple[Element, Nearest] | None:
    around = nodes.get(node.element.attributes.get("attachedToRef", ""))
    kind = around.kind if around is not None else ""
    if node.event in ("timer", *_CAUGHT, "escalation"):
        return None if kind in (*_BORDERED, *PASSED) else (node.element, DUE)
    if node.event == "error":
        return None if kind in _BORDERED else (node.element, LEAVE)
    return node.element, LEAVE if node.event in ("compensate", "cancel") else _ACTION
