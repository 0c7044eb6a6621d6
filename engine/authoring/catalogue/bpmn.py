"""BPM1xx, what becomes of BPMN files of others: refused (1), rewritten (15)."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "BPM101",
        zh="文件不能读：{reason}",
        en="The file cannot be read: {reason}",
        example="<!DOCTYPE bpmn>",
    ),
    Entry(
        "BPM102",
        zh="文件不能导入：{reason}",
        en="The file cannot be imported: {reason}",
        example="<definitions/>",
    ),
    Entry(
        "BPM110",
        zh="{what} 不能执行；最接近的写法是{nearest}",
        en="{what} cannot be executed; the nearest thing that can is {nearest}",
        example="<serviceTask/>",
    ),
    Entry(
        "BPM111",
        zh="从 {node} 分出的路没有在同一个网关汇合，或绕了回去；每条分支要在同一处汇合",
        en="The ways that part at {node} do not meet in one gateway, or lead back: "
        "all branches must meet in one place",
        example="<parallelGateway/> with a flow back before it",
    ),
    Entry(
        "BPM112",
        zh="“{text}”不能译成表达式：只译比较、and/or/not、名称、文本和数字，日期只译变量和 P5D",
        en='"{text}" cannot be translated: only comparisons, and/or/not, names, texts and numbers '
        "are, of dates only variables and P5D",
        example="<conditionExpression>${bean.check(x)}</conditionExpression>",
    ),
    Entry(
        "BPM113",
        zh="这里的连线没有起点或终点",
        en="A flow here has no source or no target",
        example='<sequenceFlow sourceRef="a"/>',
    ),
    Entry(
        "BPM114",
        zh="图上从 {source} 到 {target} 有连线，步骤的 zc:key 却没有这样写；"
        "请改步骤的写法，或删去扩展元素当作别的文件导入",
        en="A flow from {source} to {target} is drawn, but the zc:key of the step does not say so: "
        "change the step, or remove the extension elements and import it as a file of others",
        example="a flow added in an editor",
    ),
    Entry(
        "BPM115",
        zh="步骤的 zc:key 说从 {source} 到 {target}，图上却没有这条连线",
        en="The zc:key of a step leads from {source} to {target}, but no such flow is drawn",
        example="a flow removed in an editor",
    ),
    Entry(
        "BPM116",
        zh="{node} 有几条没有条件的出路，无法选择；请给连线写条件或名称",
        en="Several ways out of {node} have no condition, or there are too many: give the flows "
        "conditions, or captions behind a task",
        example="<exclusiveGateway/> with two plain flows",
    ),
    Entry(
        "BPM117",
        zh="网关 {node} 绕成一圈，中间没有任务",
        en="The gateway {node} leads back to itself without a task between",
        example="two exclusive gateways that lead to each other",
    ),
    Entry(
        "BPM151",
        zh="略去 {what}：它不影响执行",
        en="{what} was left out: it does not matter to execution",
        example="<dataStoreReference/>",
        level="warning",
    ),
    Entry(
        "BPM152",
        zh="{step} 有几条出路而没有网关，已补上：没有条件的同时走，有条件的走第一条成立的",
        en="{step} has several ways out without a gateway; one was put in: without conditions all "
        "are taken, with conditions the first that holds",
        example="<task/> with two outgoing flows",
        level="warning",
    ),
    Entry(
        "BPM153",
        zh="{step} 处没有写结束或汇合，已补上",
        en="At {step} an end or a join was missing; it was put in",
        example="a branch that ends by itself",
        level="warning",
    ),
    Entry(
        "BPM154",
        zh="网关没有默认出路，已把最后一条（到 {target}）作为默认",
        en="The gateway has no default flow; the last one (to {target}) was made it",
        example="<exclusiveGateway/> without default",
        level="warning",
    ),
    Entry(
        "BPM155",
        zh="有 {count} 个开始，已合为一个步骤，由发起人选择",
        en="There are {count} starts: they became one step at which the initiator chooses",
        example="two <startEvent/>",
        level="warning",
    ),
    Entry(
        "BPM156",
        zh="{step} 在泳道“{lane}”里，办理人暂写为权限 {who}；请改为本平台的权限和单位",
        en='{step} is in the lane "{lane}": its permission is {who} for now; name one of yours '
        "and the organisation",
        example="<lane name='Finance'/>",
        level="warning",
    ),
    Entry(
        "BPM157",
        zh="{attribute}“{text}”写成了 {who}；请核对办理人",
        en='{attribute} "{text}" became {who}; look at who does it',
        example="camunda:candidateGroups='hr'",
        level="warning",
    ),
    Entry(
        "BPM158",
        zh="条件“{before}”译为“{after}”",
        en='The condition "{before}" became "{after}"',
        example="${amount > 5}",
        level="warning",
    ),
    Entry(
        "BPM159",
        zh="包容网关 {step} 写成了 parallel：条件不成立的分支立即结束",
        en="The inclusive gateway {step} became a parallel step: a branch whose condition does not "
        "hold ends at once",
        example="<inclusiveGateway/>",
        level="warning",
    ),
    Entry(
        "BPM161",
        zh="标识 {before} 改为 {after}",
        en="The id {before} became {after}",
        example="id='CheckForm'",
        level="warning",
    ),
    Entry(
        "BPM162",
        zh="{event} 事件略去：业务由人发起，消息由 do 发出",
        en="The {event} event was left out: people start cases, and do sends messages",
        example="<startEvent><messageEventDefinition/></startEvent>",
        level="warning",
    ),
    Entry(
        "BPM163",
        zh="{step} 之后的网关只有名称没有条件，写成了 {step} 的动作，由办理人选择",
        en="The gateway behind {step} has captions and no conditions: they became its actions",
        example="<sequenceFlow name='agree'/>",
        level="warning",
    ),
    Entry(
        "BPM164",
        zh="{step} 没有写办理人，暂写为 {who}；请核对",
        en="Nobody is named for {step}: it is {who} for now",
        example="<userTask/>",
        level="warning",
    ),
)
