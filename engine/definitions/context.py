"""The context table: every name an expression can read, as data.

The compiler's scopes, ``zhicheng explain``, the editor's completion and the authors' manual are all
made from it. What depends on the process (``data``, ``policy``, ``flags``, facts, ``linked``,
``input``) is filled in by :mod:`engine.definitions.scopes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.definitions.uses import Place
from engine.domain.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    Field,
    ListOf,
    Record,
    Reference,
    Type,
)

ORGANISATION = Reference("organisations")
PERSON = Reference("people")
#: pseudo registers: rows that expressions compare by id although no file declares them
CASES = "cases"
MEMBERS = "members"
ORIGIN = "language"

EVERYWHERE: tuple[Place, ...] = (
    "everywhere",
    "action",
    "action_when",
    "until",
    "ballot",
    "vote",
    "member",
    "row",
    "item",
)


def _record(name: str, **fields: tuple[Type, str]) -> Record:
    return Record(
        name, {key: Field(type_, label, ORIGIN) for key, (type_, label) in fields.items()}
    )


ACT = _record(
    "act",
    action=(TEXT, "动作 / action"),
    person=(PERSON, "办理人 / who did it"),
    organisation=(ORGANISATION, "办理单位 / acting organisation"),
    step=(TEXT, "步骤 / step"),
    at=(DATETIME, "时间 / when"),
)
CASE = _record(
    "case",
    id=(TEXT, "业务标识 / id"),
    number=(TEXT, "业务编号 / number"),
    process=(TEXT, "流程标识 / process"),
    year=(NUMBER, "年度 / year"),
    started_at=(DATETIME, "发起时间 / started at"),
    arrived_at=(DATETIME, "到达当前步骤的时间 / arrived here at"),
    due=(DATETIME, "当前截止时间 / present deadline"),
    due_given=(DATETIME, "退回时给的截止时间 / deadline given with the last action"),
    step=(TEXT, "当前步骤 / present step"),
    stage=(TEXT, "当前阶段 / present stage"),
    status=(TEXT, "状态代码 / status code"),
    returned=(BOOLEAN, "被退回 / was returned here"),
    relaying=(BOOLEAN, "正在逐级退回 / on its way down"),
    overdue=(BOOLEAN, "已逾期 / the deadline has passed"),
    late=(BOOLEAN, "误了流程的截止时间 / a deadline of the process was missed"),
    closed=(BOOLEAN, "已结束 / closed"),
    outcome=(TEXT, "结束结果 / how it ended"),
    sent_to=(ORGANISATION, "送往的单位 / organisation it was sent to"),
)


@dataclass(frozen=True, slots=True)
class Method:
    """A function on a value, such as ``case.last('fail')``."""

    of: str
    name: str
    parameters: tuple[Type, ...]
    gives: Type
    zh: str
    en: str
    #: what its text argument names, checked at author time
    names: Literal["step", "action"] = "step"


METHODS = (
    Method("case", "visits", (TEXT,), NUMBER, "到过该步骤几次", "how often the step was visited"),
    Method(
        "case",
        "last",
        (TEXT,),
        ACT,
        "最近一次该动作：谁、哪个单位、何时",
        "the last time of an action: who, for whom, when",
        "action",
    ),
    Method(
        "case", "actors", (TEXT,), ListOf(PERSON), "在该步骤办理过的人", "who has acted at the step"
    ),
)


@dataclass(frozen=True, slots=True)
class Named:
    """One row of the context table."""

    name: str
    #: None: made for each process
    type: Type | None
    where: tuple[Place, ...]
    zh: str
    en: str
    #: only in a group process
    group: bool = False


#: names of who acts are also where an effect of an action puts rows, members or items in place
_ACTION: tuple[Place, ...] = ("action", "action_when")
TABLE: tuple[Named, ...] = (
    Named(
        "data",
        None,
        EVERYWHERE,
        "业务的表单数据；引用字段可继续写出登记册的字段",
        "the case's form; a reference is followed into its register",
    ),
    Named("case", CASE, EVERYWHERE, "业务本身", "the case itself"),
    Named("initiator", PERSON, EVERYWHERE, "发起人", "who started the case"),
    Named("jurisdiction", None, EVERYWHERE, "辖区", "the jurisdiction"),
    Named(
        "now",
        DATETIME,
        EVERYWHERE,
        "现在；在 `due.by` 和 `wait.until` 中是到达的时刻，在 `deadlines` 的 `by` 中是发起的时刻",
        "this moment; in `due.by` and `wait.until` the moment of arrival, in `by` of `deadlines` "
        "that of the start",
    ),
    Named("today", DATE, EVERYWHERE, "今天", "this day"),
    Named("policy", None, EVERYWHERE, "政策开关的值", "the declared switches"),
    Named("flags", None, EVERYWHERE, "标记", "the flags"),
    Named(
        "deadlines",
        None,
        EVERYWHERE,
        "流程的截止时间，按名称；没有日期则为空",
        "the deadlines of the process by name; nothing where there is no date",
    ),
    Named("linked", None, EVERYWHERE, "关联业务，按关联名", "cases by link name"),
    Named(
        "created",
        None,
        EVERYWHERE,
        "本业务新建的各项业务，按关联名：正在等待的，或最近一次等待的",
        "the cases it created, by link name: those it waits for, or waited for last",
    ),
    Named("actor", PERSON, _ACTION, "执行动作的人", "the person acting"),
    Named("here", ORGANISATION, _ACTION, "执行动作的单位", "the organisation acting"),
    Named("input", None, ("action",), "本动作填写的内容", "what was asked"),
    Named("org", ORGANISATION, ("until",), "正在判断的单位", "the organisation under test"),
    Named(
        "vote", None, ("vote",), "计票：counts、valid、present、voters、cast、means", "the tally"
    ),
    Named("ballot", None, ("ballot",), "一张选票", "one paper"),
    Named(
        "members",
        ListOf(Reference(MEMBERS)),
        EVERYWHERE,
        "本组成员",
        "rows of the group",
        group=True,
    ),
    Named(
        "member",
        Reference(MEMBERS),
        ("member",),
        "正在判断的成员",
        "the member under test",
        group=True,
    ),
    Named("it", None, ("row",), "正在判断的行", "the row under test"),
    Named("item", None, ("item",), "`each` 的一项", "the one of `each`"),
)

JURISDICTION = _record(
    "jurisdiction",
    id=(TEXT, "标识 / id"),
    title=(TEXT, "名称 / title"),
    bureau=(ORGANISATION, "主管单位 / the bureau"),
)
VOTE = _record(
    "vote",
    voters=(NUMBER, "应投票人数 / voters"),
    present=(NUMBER, "到会人数 / present"),
    cast=(NUMBER, "已投票数 / ballots in"),
    valid=(NUMBER, "有效票数 / valid ballots"),
    counts=(ANY, "各选项票数 / votes by option"),
    means=(ANY, "各项平均分 / means"),
    round=(NUMBER, "第几轮 / round"),
)
BALLOT = _record("ballot", choice=(TEXT, "选项：agree、against、abstain / option"))
CASE_ROW = _record(
    "case row",
    id=(TEXT, "业务标识 / id"),
    number=(TEXT, "业务编号 / number"),
    process=(TEXT, "流程标识 / process"),
    year=(NUMBER, "年度 / year"),
    initiator=(PERSON, "发起人 / who started it"),
    organisation=(ORGANISATION, "现在所在单位 / organisation it is at"),
    step=(TEXT, "当前步骤 / present step"),
    stage=(TEXT, "当前阶段 / present stage"),
    status=(TEXT, "状态代码 / status code"),
    started_at=(DATETIME, "发起时间 / started at"),
    arrived_at=(DATETIME, "到达时间 / arrived at"),
    due=(DATETIME, "截止时间 / deadline"),
    closed=(BOOLEAN, "已结束 / closed"),
    open=(BOOLEAN, "未结束 / open"),
    outcome=(TEXT, "结束结果 / how it ended"),
)
