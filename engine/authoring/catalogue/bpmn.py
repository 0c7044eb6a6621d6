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
        zh="“{text}”不能译成表达式：只译名称、常量、比较、四则运算、and/or/not、in，和少数函数",
        en='"{text}" cannot be translated: only names, constants, comparisons, arithmetic, '
        "and/or/not, in and a few functions are",
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
        "BPM118",
        zh="{step} 的循环没有条件，不知道何时结束",
        en="The loop of {step} has no condition, so nothing says when it ends",
        example="<standardLoopCharacteristics/>",
    ),
    Entry(
        "BPM119",
        zh="{step} 的次数不能数：只数任务的次数，而且业务不会从别处再回到它；请写循环条件",
        en="How often {step} is done cannot be counted: only a task is, to which the case does not "
        "come back in another way; give the loop a condition",
        example="loopMaximum='3' in another loop",
    ),
    Entry(
        "BPM120",
        zh="定时“{text}”不能写成时间：只接受日期、本地的时刻、变量，和到分钟的期间"
        "（P5D、P2W、PT48H、PT30M）；按月、重复的，请写成日期或几个步骤",
        en='The timer "{text}" cannot be written as a time: dates, moments of local time, '
        "variables and periods down to minutes are accepted (P5D, P2W, PT48H, PT30M); for months "
        "and repetitions write a date or several steps",
        example="<timeDuration>PT30S</timeDuration>",
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
        zh="{step} 有几条出路而没有网关，已补上：没有条件的和条件成立的都走，"
        "条件互相排斥的就是选择",
        en="{step} has several ways out without a gateway; one was put in: all without conditions "
        "or whose conditions hold are taken, which is a choice where they exclude each other",
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
        zh="{step} 之后成立几条走几条，写成了 parallel：条件不成立的分支立即结束",
        en="Behind {step} all ways whose conditions hold are taken: it became a parallel step, and "
        "a branch whose condition does not hold ends at once",
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
        zh="{event} 事件略去：业务由人发起",
        en="The {event} event was left out: people start cases",
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
    Entry(
        "BPM165",
        zh="{step} 的 {what} 略去：表单、监听器、优先级等在本平台另写",
        en="{what} of {step} was left out: forms, listeners and priorities are written "
        "otherwise here",
        example="camunda:formKey='embedded:form.html'",
        level="warning",
    ),
    Entry(
        "BPM166",
        zh="网关 {step} 没有条件，前面也没有可以选择的任务，写成了由人选择的步骤",
        en="The gateway {step} has no conditions and no task before it at which to choose: it "
        "became a step at which somebody chooses",
        example="<exclusiveGateway/> behind a join",
        level="warning",
    ),
    Entry(
        "BPM167",
        zh="{step} 调用的流程写作 {process}；请改为本平台的流程",
        en="What {step} calls is {process} for now; name a process of yours",
        example="<callActivity calledElement='invoice'/>",
        level="warning",
    ),
    Entry(
        "BPM168",
        zh="结束 {step} 的种类写作 {kind}；请核对",
        en="The end {step} became one of kind {kind}; look at it",
        example="<terminateEventDefinition/>",
        level="warning",
    ),
    Entry(
        "BPM170",
        zh="子流程 {step} 的步骤直接写进了流程；上面有定时事件的，写成一个分支的 parallel",
        en="The steps of the sub-process {step} stand in its place; with a timer on its border "
        "they are the single branch of a parallel step",
        example="<subProcess/>",
        level="warning",
    ),
    Entry(
        "BPM171",
        zh="{step} 的循环写成了回到它的路：{condition}",
        en="The loop of {step} became a way back to it: {condition}",
        example="<standardLoopCharacteristics/>",
        level="warning",
    ),
    Entry(
        "BPM172",
        zh="{step} 由 {voters} 各办一次，写成了表决：每人填一份意见，人到齐就往下走；请核对选票",
        en="{step} is done once by each of {voters}: it became a panel in which each fills in a "
        "paper, and goes on when all are in; look at the ballot",
        example="camunda:collection='reviewers'",
        level="warning",
    ),
    Entry(
        "BPM173",
        zh="{step} 同时办 {times} 次，写成了 {times} 个分支的 parallel",
        en="{step} is done {times} times at once: it became a parallel step of {times} branches",
        example="<loopCardinality>3</loopCardinality>",
        level="warning",
    ),
    Entry(
        "BPM174",
        zh="服务任务 {step} 写成了询问外部接口 {connector} 并等待返回，返回在 {into}；"
        "请核对发送的内容和返回的字段",
        en="The service task {step} became a question to the connector {connector}, whose answer "
        "is awaited in {into}; look at what is sent and what comes back",
        example="camunda:topic='check-ledger'",
        level="warning",
    ),
    Entry(
        "BPM175",
        zh="{step} 边界上的错误写成了返回内容的条件：{condition}；外部接口出错时应返回 error",
        en="The error on the border of {step} became a condition over the answer: {condition}; the "
        "system outside should answer with a field error",
        example="<boundaryEvent><errorEventDefinition/></boundaryEvent>",
        level="warning",
    ),
    Entry(
        "BPM176",
        zh="{step} 写成了事实 {fact}，由规则表 {rule} 得出；读到它时才计算，请写上输入",
        en="{step} became the fact {fact} of the rule table {rule}, found when it is read; name "
        "its inputs",
        example="camunda:decisionRef='level'",
        level="warning",
    ),
    Entry(
        "BPM177",
        zh="{step} 发出的消息写成了消息模板 {template}，暂发给发起人；请写正文，说明发给谁",
        en="What {step} sends became the message {template}, to the initiator for now; write what "
        "it says, and to whom it goes",
        example="<sendTask/>",
        level="warning",
    ),
    Entry(
        "BPM178",
        zh="{step} 等待的消息或信号来自外面：收到的人（或有账户的系统经接口）执行动作“收到”",
        en="{step} waits for a message from outside: whoever receives it, a person or a system "
        "with an account, says so by an action",
        example="<receiveTask/>",
        level="warning",
    ),
    Entry(
        "BPM179",
        zh="{step} 告知 {other}，写成了 {effect}；对方不在接收的步骤时生成异常",
        en="That {step} tells {other} became {effect}; it is an incident where the other does not "
        "wait for it",
        example="<messageFlow/>",
        level="warning",
    ),
    Entry(
        "BPM180",
        zh="{step} 等待同时导入的流程的消息，写成了由系统执行的动作 {action}",
        en="{step} waits for a message of a process imported with it: the system does {action}",
        example="<messageFlow/>",
        level="warning",
    ),
    Entry(
        "BPM181",
        zh="{step} 等待的就是 {other} 的返回，已合为一个步骤",
        en="What {step} waits for is the answer to {other}: they became one step",
        example="<sendTask/> before <receiveTask/>",
        level="warning",
    ),
    Entry(
        "BPM182",
        zh="事件子流程 {step}（{event}）写成了在它所在的整个范围内都起作用的截止时间、动作或去处",
        en="The sub-process {step} that an event ({event}) begins became a deadline, an action or "
        "a way of all that it stands in",
        example="<subProcess triggeredByEvent='true'/>",
        level="warning",
    ),
    Entry(
        "BPM183",
        zh="{step} 的事件写成了动作 {action}，由收到消息或发现情况的人执行",
        en="The event of {step} became the action {action} of whoever learns of it",
        example="<boundaryEvent><messageEventDefinition/></boundaryEvent>",
        level="warning",
    ),
    Entry(
        "BPM184",
        zh="已另写草稿 {path}；请核对",
        en="A draft {path} was written; look at it",
        example="camunda:formData",
        level="warning",
    ),
    Entry(
        "BPM185",
        zh="{step} 的表单不在文件里（{what}）；字段只按条件里用到的写了草稿",
        en="The form of {step} is not in the file ({what}): only fields that conditions read are "
        "in the draft",
        example="camunda:formKey='embedded:form.html'",
        level="warning",
    ),
    Entry(
        "BPM186",
        zh="泳池 {pool} 没有导入；与它往来的消息按来自外面或发到外面处理",
        en="The pool {pool} was not imported: messages from and to it are of the outside",
        example="<participant/>",
        level="warning",
    ),
    Entry(
        "BPM187",
        zh="定时没有写时间：暂用字段 {field} 的日期，请改成应等的时间",
        en="The timer does not say when: the date in the field {field} stands for it; "
        "write how long is waited",
        example="<timerEventDefinition/>",
        level="warning",
    ),
    Entry(
        "BPM188",
        zh="子流程 {step} 里什么也没有画，写成一个任务",
        en="Nothing is drawn in the sub-process {step}: it became a task",
        example='<subProcess id="check"/>',
        level="warning",
    ),
    Entry(
        "BPM189",
        zh="{step} 没有写按什么规则决定，写成由人决定的任务；有规则的，请改用规则表",
        en="{step} does not say by which rule it decides: it became a task at which somebody does; "
        "where there is a rule, use a rule table",
        example='<businessRuleTask id="rate"/>',
        level="warning",
    ),
    Entry(
        "BPM190",
        zh="“{event}”不中断 {step}：两者写成并行步骤的分支，{step} 办完时，"
        "还没办完的另一分支一并结束",
        en='"{event}" does not break {step} off: both became branches of a parallel step; what is '
        "not done beside {step} when it is done ends with it",
        example='<boundaryEvent cancelActivity="false"/>',
        level="warning",
    ),
    Entry(
        "BPM191",
        zh="{step} 处的 {event} 事件略去：图上没有与它对应的抛出或捕获",
        en="The {event} event at {step} was left out: nothing in the drawing throws or catches it",
        example="<escalationEventDefinition/>",
        level="warning",
    ),
    Entry(
        "BPM192",
        zh="{step} 的条件事件写成了动作 {action}：条件成立后由人执行，平台不会自己发现",
        en="The conditional event of {step} became the action {action}: somebody does it once the "
        "condition holds; the platform does not find out by itself",
        example="<conditionalEventDefinition/>",
        level="warning",
    ),
    Entry(
        "BPM193",
        zh="业务在 {step} 不停留，它边界上的 {event} 事件不会发生，略去",
        en="A case does not stay at {step}: the {event} event on its border cannot happen and was "
        "left out",
        example="a timer on the border of a <sendTask/>",
        level="warning",
    ),
    Entry(
        "BPM194",
        zh="脚本 {step} 赋值的 {fields} 由 {other} 的动作写入（set）",
        en="What the script {step} assigns ({fields}) is set by the action of {other}",
        example="<script>rate = amount * 2</script>",
        level="warning",
    ),
    Entry(
        "BPM195",
        zh="{step} 的多个实例写成 call 的 each：为 {each} 中的每一项新建一项业务，这一项写作 item",
        en="The instances of {step} became a call for each of {each}, which is read as item",
        example='<callActivity><multiInstanceLoopCharacteristics camunda:collection="units"/>',
        level="warning",
    ),
)
