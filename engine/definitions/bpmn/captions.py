"""What elements, events and attributes of BPMN files are called, for who did not draw them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.authoring.problem import Phrase

_ZH: Mapping[str, str] = {
    # elements
    "adHocSubProcess": "随意次序的子流程", "association": "关联线", "boundaryEvent": "边界事件",
    "businessRuleTask": "业务规则任务", "callActivity": "调用活动", "choreographyTask": "编排任务",
    "completionCondition": "完成条件", "complexGateway": "复杂网关",
    "dataInputAssociation": "数据输入", "dataObject": "数据对象", "dataObjectReference": "数据对象",
    "dataOutputAssociation": "数据输出", "dataStore": "数据存储", "dataStoreReference": "数据存储",
    "endEvent": "结束事件", "eventBasedGateway": "事件网关", "group": "分组框",
    "intermediateCatchEvent": "等待事件", "intermediateThrowEvent": "抛出事件",
    "ioSpecification": "输入输出", "multiInstanceLoopCharacteristics": "多实例",
    "property": "属性", "scriptTask": "脚本任务", "sendTask": "发送任务",
    "serviceTask": "服务任务", "standardLoopCharacteristics": "循环", "startEvent": "开始事件",
    "subProcess": "子流程", "textAnnotation": "注释", "transaction": "事务子流程",
    # events
    "cancel": "取消", "compensate": "补偿", "conditional": "条件", "error": "错误",
    "escalation": "升级", "message": "消息", "signal": "信号", "terminate": "终止",
    "timer": "定时",
    # attributes and what engines add
    "assignee": "办理人", "candidateGroups": "候选组", "candidateUsers": "候选人",
    "executionListener": "执行监听器", "executionListeners": "执行监听器",
    "failedJobRetryTimeCycle": "重试设置", "followUpDate": "跟进日期",
    "humanPerformer": "办理人", "inputOutput": "输入输出映射", "ioMapping": "输入输出映射",
    "performer": "办理人", "potentialOwner": "候选人", "priority": "优先级",
    "skipExpression": "跳过条件", "taskHeaders": "任务附加信息", "taskListener": "任务监听器",
    "taskListeners": "任务监听器",
}  # fmt: skip


def called(name: str) -> Phrase | str:
    """Return what something of BPMN is called in each language; the name where that is unknown."""
    zh = _ZH.get(name)
    return Phrase(f"{zh} {name}", name) if zh else name


def of_step(name: str, title: str) -> Phrase | str:
    """Return a step by its caption, where it has one."""
    if not title or title == name:
        return name
    return title if title.isascii() else Phrase(f"“{title}”", f'"{title}"')
