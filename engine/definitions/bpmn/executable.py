"""What of BPMN can be executed, and for the rest the nearest thing that can."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions.bpmn.drawn import TASKS, Node
from engine.definitions.markup import Element

Nearest = tuple[str, str]
_NEAREST: Mapping[str, Nearest] = {
    "scriptTask": ("表达式（facts）或写了 do 的步骤", "a fact, or a step with do"),
    "transaction": ("普通的子流程", "a sub-process"),
    "adHocSubProcess": ("一个有多个动作的步骤", "a step with several actions"),
    "complexGateway": ("parallel 的 join：数字或分支名", "join of parallel: a number or a branch"),
    "intermediateCatchEvent": (
        "等待日期或消息（定时、消息事件）",
        "waiting for a date or a message (a timer, a message)",
    ),
    "intermediateThrowEvent": ("动作的 do", "do of an action"),
}
_PLAIN = (
    *TASKS, "startEvent", "endEvent", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
    "subProcess", "callActivity", "serviceTask", "sendTask", "receiveTask", "businessRuleTask",
    "eventBasedGateway",
)  # fmt: skip
#: steps that something on their border can break off
_BORDERED = (*TASKS, "subProcess", "serviceTask", "receiveTask", "callActivity")
EVENT_SUB_PROCESS = (
    "流程的 actions 和 deadlines", "actions and deadlines of the process"
)  # fmt: skip
_ACTION = ("由人执行的动作（actions）", "an action of somebody (actions)")
_REMIND = ("截止时间的提醒（due 的 remind）", "reminders of a deadline (remind of due)")
LEAVE = ("去外面步骤的动作", "an action that leads to a step outside")
DUE = ("步骤的 due", "due of a step")
RULE = ("规则表（{rule: rules/…}）", "a rule table ({rule: rules/…})")
PANEL = ("表决（panel）", "a vote (panel)")
GROUP = (
    "成组流程，或为每一项新建业务（create）",
    "a group process, or a case of its own for each (create)",
)


def refusal(node: Node, nodes: Mapping[str, Node]) -> tuple[Element, Nearest] | None:
    """Return what of a node is not executed, with the nearest thing that is."""
    element, event = node.element, node.event
    many = element.first("multiInstanceLoopCharacteristics")
    if many is not None and node.kind not in TASKS:
        return many, GROUP
    match node.kind:
        case "boundaryEvent":
            return _at_border(node, nodes)
        case "intermediateCatchEvent" if event in ("timer", "link", "message"):
            return None
        case "intermediateThrowEvent" if event in ("", "link", "message"):
            return None
        case "endEvent" if event in ("compensate", "multiple"):
            return element, LEAVE
        case kind if kind in _PLAIN:
            return None
        case kind:
            return element, _NEAREST.get(kind, ("任务", "a task"))


def _at_border(node: Node, nodes: Mapping[str, Node]) -> tuple[Element, Nearest] | None:
    around = nodes.get(node.element.attributes.get("attachedToRef", ""))
    kind = around.kind if around is not None else ""
    going_on = node.element.attributes.get("cancelActivity") == "false"
    if node.event == "timer":
        if going_on:
            return node.element, _REMIND
        return None if kind in _BORDERED else (node.element, DUE)
    if node.event == "message" and not going_on and kind in _BORDERED:
        return None
    if node.event == "error" and kind in ("subProcess", "serviceTask"):
        return None
    return node.element, LEAVE if node.event in ("error", "escalation", "cancel") else _ACTION
