"""A whole process file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from engine.authoring.problem import Phrase
from engine.authoring.problems import Problems
from engine.definitions.process import URGE_HOURS, Members, Process, Start, Step
from engine.definitions.shapes import Closed, Key, Names, One, Text, Values, Vocabulary, Whole
from engine.definitions.vocabulary import terms
from engine.definitions.vocabulary.action import ACTIONS, ASKED, REQUIREMENTS
from engine.definitions.vocabulary.deadline import DEADLINES
from engine.definitions.vocabulary.extended import FORM
from engine.definitions.vocabulary.names import FACTS, FLAGS, POLICIES, VIEWS
from engine.definitions.vocabulary.people import STARTER
from engine.definitions.vocabulary.step import STEPS

START = Vocabulary(
    "start",
    Phrase("发起", "start"),
    (
        Key("who", STARTER, "谁可以发起", "who may start", default="person"),
        Key("require", REQUIREMENTS, "不成立时不能发起", "the refusals"),
        Key("ask", ASKED, "发起前要同意或填写的表单", "a form to agree to first"),
    ),
    called=Phrase("start", "start"),
    origin="1.1",
)
MEMBERS = Vocabulary(
    "members",
    Phrase("成员", "members"),
    (
        Key(
            "processes",
            Names(terms.PROCESS),
            "哪些流程的业务可以加入",
            "cases of which processes",
            required=True,
        ),
        Key("waiting_at", terms.STEP, "它们在哪个步骤等待", "the step they wait at", required=True),
        Key(
            "where",
            terms.CONDITION,
            "对业务 `it` 的条件",
            "condition over the case `it`",
            default="true",
        ),
        Key(
            "fill",
            Closed(("all", "none")),
            "新建时自动全部加入",
            "taken in automatically when created",
            default="none",
        ),
        Key(
            "lock",
            Names(terms.STEP),
            "在这些步骤名单不能变动",
            "steps in which the list is locked",
            default="除第一个外全部 / all but the first",
        ),
        Key("row", terms.FORM, "每个成员的数据 `member.row`", "data per member (`member.row`)"),
    ),
    called=Phrase("members", "members"),
    origin="1.4",
)


def _start(values: Values) -> Start:
    return Start(values.get("who", "person"), values.get("require", ()), values.get("ask"))


def _members(values: Values) -> Members | None:
    if "processes" not in values or "waiting_at" not in values:
        return None
    return Members(
        values.get("processes"),
        values.get("waiting_at"),
        where=values.get("where"),
        fill=values.get("fill", "none"),
        lock=values.get("lock"),
        row=values.get("row"),
    )


def _all_steps(
    steps: Mapping[str, Step], within: tuple[tuple[str, str], ...], problems: Problems
) -> dict[str, Step]:
    """Steps with those of their branches; a name may be used once in a process."""
    found: dict[str, Step] = {}
    for name, step in steps.items():
        inner: dict[str, Step] = {}
        branches = {}
        for branch, own in step.parallel.branches.items() if step.parallel is not None else ():
            below = _all_steps(own, (*within, (name, branch)), problems)
            branches[branch] = {key: below[key] for key in own}
            inner |= _unused(below, {*found, *inner, *steps}, problems)
        if step.parallel is not None:
            step = replace(step, parallel=replace(step.parallel, branches=branches))
        found[name] = replace(step, within=within)
        found |= inner
    return found


def _unused(
    steps: Mapping[str, Step], used: Collection[str], problems: Problems
) -> Mapping[str, Step]:
    for name in sorted(steps.keys() & used):
        problems.add("DEF324", steps[name].node, length=1, step=name)
    return {name: step for name, step in steps.items() if name not in used}


def _build(values: Values) -> Process | None:
    id_ = values.get("process")
    if not values.get("steps") or id_ is None:
        return None
    steps = _all_steps(values.get("steps"), (), values.spot.problems)
    form, extend = values.get("form", (None, None))
    return Process(
        id_,
        values.get("title") or id_,
        values.node,
        steps,
        noun=values.get("noun", ""),
        help=values.get("help", ""),
        based_on=values.get("based_on"),
        form=form,
        extend=extend,
        facts=values.get("facts", {}),
        policy=values.get("policy", {}),
        flags=values.get("flags", {}),
        views=tuple(values.get("views", {}).values()),
        start=values.get("start"),
        members=values.get("members"),
        actions=values.get("actions", {}),
        deadlines=values.get("deadlines", {}),
        urge_hours=values.get("urge_hours", URGE_HOURS),
    )


PROCESS = Vocabulary(
    "process",
    Phrase("流程", "process"),
    (
        Key(
            "process",
            terms.PROCESS,
            "标识，与文件路径一致；第一段是辖区",
            "id, equal to the path; its first folder is the jurisdiction",
            required=True,
        ),
        Key("title", Text(), "名称", "caption", required=True),
        Key(
            "noun",
            Text(),
            "这种业务叫什么（申请、方案），用在提示语里",
            "what a case is called in sentences",
        ),
        Key(
            "help",
            Text(),
            "发起前显示的说明：做什么、谁可以办",
            "shown before a case begins: what it is for, and for whom",
        ),
        Key(
            "based_on",
            terms.PROCESS,
            "在另一文件的基础上修改：按名称合并，`null` 删除",
            "start from that file: merged by name, `null` removes",
        ),
        Key(
            "form",
            FORM,
            "`data` 的表单",
            "shape of `data`",
        ),
        Key("facts", FACTS, "给值取名：表达式或查询", "names for values: expressions or queries"),
        Key("policy", POLICIES, "政策开关", "declared switches"),
        Key("flags", FLAGS, "状态之外的标记", "marks beside the state"),
        Key(
            "views",
            VIEWS,
            "谁看不到什么：页面、列表和导出中不显示，列表不能按它查询，附件不给",
            "who does not see what: neither on pages nor in lists and exports, "
            "lists are not asked by it, its files are not given",
        ),
        Key(
            "start",
            One(START, _start),
            "谁可以发起、在什么条件下",
            "who may start, and when",
            default="who: person",
        ),
        Key("members", One(MEMBERS, _members), "使其成为成组流程", "makes it a group process"),
        Key("actions", ACTIONS, "多个步骤都可用的动作", "actions available in several steps"),
        Key(
            "urge_hours",
            Whole(),
            "催办的最短间隔（小时）：同一环节在此时间内只能催办一次",
            "least hours between two reminders at the same place",
            default=str(URGE_HOURS),
        ),
        Key(
            "deadlines",
            DEADLINES,
            "整个业务须在何时之前到达哪个步骤",
            "by when a case must have come to which step",
        ),
        Key(
            "steps",
            STEPS,
            "步骤；第一个是起点，结束也是步骤",
            "the first is where a case begins; ends are steps",
            required=True,
        ),
    ),
    called=Phrase("流程", "the process"),
    origin="1.1",
    removable=True,
    inherits="based_on",
)
FILE = One(PROCESS, _build)
