"""The 43 control-flow patterns of the Workflow Patterns Initiative, and what becomes of each here.

The table of the manual is made from this. ``tests/patterns`` runs or refuses each of them, and
looks for the words of ``how`` in the process it ran.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern: how it is written here, or why it is not and what is nearest."""

    number: int
    zh: str
    en: str
    how: str
    runs: bool = True


PATTERNS: tuple[Pattern, ...] = (
    Pattern(1, "顺序", "Sequence", "动作的 `to`"),
    Pattern(2, "并行分支", "Parallel Split", "`parallel: {branches: …}`"),
    Pattern(3, "同步", "Synchronization", "`join: all`"),
    Pattern(4, "排他选择", "Exclusive Choice", "`to: [{when, then}, …, {then}]`"),
    Pattern(5, "简单合并", "Simple Merge", "几个步骤的 `to` 写同一个步骤"),
    Pattern(6, "多路选择", "Multi-Choice", "分支先写一个只有 `to` 的步骤，条件不成立就去 `join`"),
    Pattern(
        7, "结构化同步合并", "Structured Synchronizing Merge",
        "没有事做的分支不等：`join: all` 只等选中的分支",
    ),
    Pattern(
        8, "多路合并", "Multi-Merge",
        "业务在并行步骤之外只在一处；离开分支去外面的步骤会结束其他分支。每份材料各走一遍的，写成各自的业务",
        runs=False,
    ),
    Pattern(
        9, "结构化鉴别器", "Structured Discriminator",
        "汇合以后其他分支就结束，没有人再办一件不起作用的事；最接近的是 29",
        runs=False,
    ),
    Pattern(10, "任意循环", "Arbitrary Cycles", "`to` 可以写任何步骤，前面的也可以"),
    Pattern(
        11, "隐式终止", "Implicit Termination",
        "没有出口的步骤是错误（DEF302）：结束要写成 `end`，列表和统计才知道结果",
        runs=False,
    ),
    Pattern(
        12, "无同步的多实例", "Multiple Instances without Synchronization",
        "`do: [{create: {process: …}}]`：每个实例是自己的业务",
    ),
    Pattern(
        13, "设计时已知数目的多实例", "Multiple Instances with a Priori Design-Time Knowledge",
        "`panel: {voters: {draw: 3, …}}`",
    ),
    Pattern(
        14, "运行时已知数目的多实例", "Multiple Instances with a Priori Run-Time Knowledge",
        "`panel: {voters: data.voters}`，到达时确定",
    ),
    Pattern(
        15, "事先不知数目的多实例", "Multiple Instances without a Priori Run-Time Knowledge",
        "`wait: {case: …, join: all}`，等待时的 `actions` 里写 `do: [{create: …}]` 还可以再新建；"
        "表决开始以后人数不变",
    ),
    Pattern(16, "延迟选择", "Deferred Choice", "等待步骤的 `actions`：动作和时间，先到的算"),
    Pattern(
        17, "交错并行路由", "Interleaved Parallel Routing",
        "一个步骤选择下一件，办完回来；`flags` 记住办过的，`when` 规定先后",
    ),
    Pattern(
        18, "里程碑", "Milestone",
        "到达时设 `flags.x`，离开时取消；另一分支的动作写 `when: flags.x`",
    ),
    Pattern(19, "取消任务", "Cancel Task", "由别人办的动作（`who`）离开这一步骤"),
    Pattern(20, "取消业务", "Cancel Case", "`verb: discard` 或管理员的终止"),
    Pattern(21, "结构化循环", "Structured Loop", "`to` 按条件回到前面的步骤，或 `verb: return`"),
    Pattern(
        22, "递归", "Recursion",
        "流程不能调用自己（DEF364）：办理次数由路径决定的写成链（`chain`）",
        runs=False,
    ),
    Pattern(
        23, "瞬时触发", "Transient Trigger",
        "等待步骤的动作：业务不在那里时被拒绝，不留下什么",
    ),
    Pattern(
        24, "持久触发", "Persistent Trigger",
        "流程级的 `record` 动作设 `flags.x`，等待步骤写 `when: '!flags.x'`",
    ),
    Pattern(25, "取消区域", "Cancel Region", "并行步骤的动作，或分支里去外面的动作，结束其余分支"),
    Pattern(26, "取消多实例", "Cancel Multiple Instance Activity", "表决步骤的 `actions` 离开表决"),
    Pattern(
        27, "提前完成多实例", "Complete Multiple Instance Activity",
        "`due`：到期按已投的票计算",
    ),
    Pattern(
        28, "阻塞鉴别器", "Blocking Discriminator",
        "并行步骤汇合前不会再次到达，没有要挡住的第二次；最接近的是 29",
        runs=False,
    ),
    Pattern(29, "取消鉴别器", "Cancelling Discriminator", "`join: any`"),
    Pattern(
        30, "结构化部分汇合", "Structured Partial Join",
        "汇合以后其他分支就结束；最接近的是 32",
        runs=False,
    ),
    Pattern(
        31, "阻塞部分汇合", "Blocking Partial Join",
        "并行步骤汇合前不会再次到达；最接近的是 32",
        runs=False,
    ),
    Pattern(32, "取消部分汇合", "Cancelling Partial Join", "`join: 2`"),
    Pattern(
        33, "广义与汇合", "Generalised AND-Join",
        "分支只在自己的并行步骤汇合；从几处来的令牌不能在别处相遇",
        runs=False,
    ),
    Pattern(
        34, "多实例静态部分汇合", "Static Partial Join for Multiple Instances",
        "`wait: {case: …, join: 2}`：够数就继续，其余的业务自己办完；表决够数以后不再收票",
    ),
    Pattern(
        35, "多实例取消部分汇合", "Cancelling Partial Join for Multiple Instances",
        "`panel: {enough: …}`：够了就结束，其余席位不再等",
    ),
    Pattern(
        36, "多实例动态部分汇合", "Dynamic Partial Join for Multiple Instances",
        "同 34，等待时的 `actions` 里写 `do: [{create: …}]` 还可以再新建",
    ),
    Pattern(
        37, "局部同步合并", "Local Synchronizing Merge",
        "每一轮分支开头各自决定是否参加，`join: all` 只等参加的",
    ),
    Pattern(
        38, "一般同步合并", "General Synchronizing Merge",
        "汇合只看自己的分支，不看流程其他地方还会不会来；写成 7 或 37",
        runs=False,
    ),
    Pattern(
        39, "临界区", "Critical Section",
        "进入的动作写 `when: '!flags.busy'` 并设 `flags.busy`，离开时取消",
    ),
    Pattern(40, "交错路由", "Interleaved Routing", "同 17，不规定先后"),
    Pattern(
        41, "线程合并", "Thread Merge",
        "一个分支里只有一处在办，没有要合并的线程",
        runs=False,
    ),
    Pattern(
        42, "线程分裂", "Thread Split",
        "一个分支里只有一处在办；几个人办同一件事写成表决",
        runs=False,
    ),
    Pattern(43, "显式终止", "Explicit Termination", "到达 `end`：业务结束，其他分支一并结束"),
)  # fmt: skip
