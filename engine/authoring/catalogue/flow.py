"""DEF3xx, where a case can and cannot go."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "DEF301",
        zh='步骤 "{step}" 永远到达不了',
        en='The step "{step}" is never reached',
        example="steps: {fill: {to: done}, check: {to: done}, done: {end: success}}",
    ),
    Entry(
        "DEF302",
        zh="业务会停在步骤 {steps}，那里没有出口：{trail}",
        en="Nothing leads out of the step {steps}, where a case stops for good: {trail}",
        example="check: {who: initiator}",
    ),
    Entry(
        "DEF303",
        zh="业务走到步骤 {steps} 后到不了任何结束：{trail}",
        en="No end can be reached any more from the steps {steps}: {trail}",
        example="fill: {to: check}, check: {to: fill}",
    ),
    Entry(
        "DEF304",
        zh="步骤 {steps} 自动绕成一圈，业务停不下来",
        en="The steps {steps} run in a circle by themselves: a case never stops",
        example="one: {to: two}, two: {to: one}",
    ),
    Entry(
        "DEF305",
        zh='动作 "{action}" 退回到 "{target}"，但到达 "{step}" 之前从不经过它',
        en='The action "{action}" returns to "{target}", which a case never passes before "{step}"',
        example="unit: {actions: {return: {to: bureau}}}",
    ),
    Entry(
        "DEF306",
        zh='动作 "{action}" 用 resume，但没有退回、不通过或结束会把业务带到 "{step}"',
        en='The action "{action}" resumes, but no return, failure or end brings a case to "{step}"',
        example="fill: {actions: {submit: {to: resume}}}",
    ),
    Entry(
        "DEF307",
        zh='动作 "{action}" 用 previous，但 "{step}" 之前没有步骤',
        en='The action "{action}" goes to previous, but there is no step before "{step}"',
        example="fill: {actions: {return: {to: previous}}}",
    ),
    Entry(
        "DEF308",
        zh='动作 "{action}" 去 next，但步骤 "{step}" 没有写 to',
        en='The action "{action}" goes to next, but the step "{step}" has no "to"',
        example="unit: {actions: {pass: {to: next}}}",
    ),
    Entry(
        "DEF309",
        zh='"{key}" 在{where}没有意义，它属于 {belongs}',
        en='"{key}" has no meaning in {where}: it belongs to {belongs}',
        example="pass: {to: next, resubmit_to: first_level}",
    ),
    Entry(
        "DEF310",
        zh='步骤 "{step}" 可能被跳过，却没有写 to',
        en='The step "{step}" may be passed over but has no "to"',
        example="publicity: {when: policy.publish, who: system}",
    ),
    Entry(
        "DEF311",
        zh='当 {values} 时，步骤 "{step}" 没有一个阶段',
        en='When {values}, the step "{step}" has no stage at all',
        example="stages: {first: {when: policy.steps == 'two'}}",
    ),
    Entry(
        "DEF312",
        zh="这一项永远不会用到：前面的条件已经包括了它",
        en="This entry is never taken: the conditions before it cover it",
        example="to: [{when: a, then: x}, {when: a, then: y}, {then: z}]",
    ),
    Entry(
        "DEF313",
        zh='到期动作 "{name}" 不是步骤 "{step}" 的动作',
        en='"otherwise" names "{name}", which is not an action of the step "{step}"',
        example="due: {by: today, otherwise: expire}",
    ),
    Entry(
        "DEF314",
        zh='步骤 "{step}" 不会有结果 "{name}"',
        en='The step "{step}" never has the outcome "{name}"',
        example="outcomes: {pased: done}",
    ),
    Entry(
        "DEF315",
        zh='步骤 "{step}" 没有写结果 "{name}" 去哪里',
        en='The step "{step}" does not say where the outcome "{name}" leads',
        example="outcomes: {passed: done}",
    ),
    Entry(
        "DEF316",
        zh='放行结果 "{name}" 不是流程 "{process}" 步骤 "{step}" 的结果，成员无处可去',
        en='The release "{name}" is no outcome of step "{step}" of process "{process}": '
        "its members have nowhere to go",
        example="do: [{release: {as: aproved}}]",
    ),
    Entry(
        "DEF317",
        zh='成组流程 "{group}" 从不以 "{name}" 放行，步骤 "{step}" 的这个结果不会发生',
        en='The group "{group}" never releases as "{name}": this outcome of step "{step}" '
        "does not happen",
        example="outcomes: {approved: next_step, postponed: done}",
    ),
    Entry(
        "DEF318",
        zh='没有列表显示状态 "{status}"，处于步骤 "{step}" 的业务谁也找不到',
        en='No list shows the status "{status}": nobody finds a case at the step "{step}"',
        example="status: pending_somewhere",
    ),
    Entry(
        "DEF319",
        zh="这样的表决不可能通过：{share}{trail}",
        en="No panel can win this vote: {share}{trail}",
        example="decide: {pass: {option: agree, more_than: 1, of: voters}}",
    ),
    Entry(
        "DEF320",
        zh='没有样例走过政策 "{name}" 取 {value} 的情形',
        en='No sample case covers the policy "{name}" being {value}',
        example="policy: {fast: {type: boolean, default: false}}",
        level="warning",
    ),
    Entry(
        "DEF321",
        zh="当 {values} 时，步骤 {steps} 没有可以走到结束的动作，业务会停在这里：{trail}",
        en="When {values}, no action of the step {steps} leads on to an end: {trail}",
        example="actions: {pass: {to: done, when: policy.fast}}",
    ),
    Entry(
        "DEF324",
        zh='步骤名 "{step}" 在本流程中用了两次；分支里的步骤也要有自己的名称',
        en='The step name "{step}" is used twice: steps in branches need names of their own',
        example="parallel: {branches: {a: {check: …}, b: {check: …}}}",
    ),
    Entry(
        "DEF325",
        zh='步骤 "{step}" 要等 {wanted} 个分支汇合，却只有 {count} 个分支',
        en='The step "{step}" is joined by {wanted} branches but has only {count}',
        example="parallel: {join: 3, branches: {a: …, b: …}}",
    ),
    Entry(
        "DEF326",
        zh='"{name}" 不是步骤 "{step}" 的分支，不能由它决定汇合',
        en='"{name}" is no branch of the step "{step}": it cannot decide the join',
        example="parallel: {join: hr, branches: {finance: …}}",
    ),
    Entry(
        "DEF327",
        zh='并行步骤 "{step}" 没有写汇合后去哪里（to）',
        en='The parallel step "{step}" does not say where it leads when joined (to)',
        example="checks: {parallel: {branches: …}}",
    ),
    Entry(
        "DEF328",
        zh='结束 "{step}" 不能写在分支里：用 join 结束分支，或去分支外的结束',
        en='The end "{step}" cannot stand in a branch: end a branch with join, '
        "or go to an end outside",
        example="branches: {a: {done: {end: success}}}",
    ),
    Entry(
        "DEF329",
        zh='步骤 "{step}" 在分支里，不能等待成组流程：整件业务才能进组',
        en='The step "{step}" stands in a branch and cannot wait for a group: '
        "only a whole case can be a member",
        example="branches: {a: {hold: {wait: {group: x/meeting}}}}",
    ),
    Entry(
        "DEF330",
        zh='步骤 "{step}" 不在分支里，不能去 join',
        en='The step "{step}" is in no branch and cannot go to join',
        example="check: {actions: {pass: {to: join}}}",
    ),
    Entry(
        "DEF331",
        zh='步骤 "{step}" 不能直接去 "{target}"：它在并行步骤 "{parallel}" 的分支里，'
        "请去这个并行步骤",
        en='The step "{step}" cannot go straight to "{target}": that is in a branch of the '
        'parallel step "{parallel}"; go to the parallel step',
        example="fill: {actions: {submit: {to: hr_check}}}",
    ),
    Entry(
        "DEF332",
        zh='并行步骤 "{step}" 永远不会汇合：分支 {branches} 的每条路都离开分支，到不了 join',
        en='The parallel step "{step}" is never joined: every way in its branches {branches} '
        "leaves them without coming to join",
        example="parallel: {branches: {a: {check: {actions: {pass: {to: done}}}}}}",
    ),
    Entry(
        "DEF361",
        zh='关联名称 "{link}" 同时指流程 "{process}" 和 "{other}" 的业务，请用 link 另取名称',
        en='The link "{link}" means cases of process "{process}" and of "{other}": '
        "give one of them another name with link",
        example="do: [{create: {process: north/report, link: permit}}]",
    ),
    Entry(
        "DEF362",
        zh='步骤 "{step}" 等待关联业务 "{link}"，但没有效果或调用会新建它',
        en='The step "{step}" waits for the linked case "{link}", which nothing creates',
        example="check: {wait: {case: permt}, to: done}",
    ),
    Entry(
        "DEF363",
        zh='步骤 "{step}" 调用的流程 "{process}" 没有取消的结束步骤：离开该步骤时无法终止它',
        en='The process "{process}" called by step "{step}" has no end of kind cancelled: '
        "it could not be broken off when the step is left",
        example="call: {process: north/permit}",
    ),
    Entry(
        "DEF364",
        zh="流程之间不能循环调用：{path}",
        en="Processes cannot call each other in a circle: {path}",
        example="check: {call: {process: north/request}, to: done}",
    ),
    Entry(
        "DEF365",
        zh='效果 send 的关联名称 "{link}" 不存在',
        en='The effect send names the link "{link}", which does not exist',
        example="do: [{send: {to: permt, action: close}}]",
    ),
    Entry(
        "DEF366",
        zh='流程 "{process}" 没有动作 "{name}"，send 无法执行',
        en='The process "{process}" has no action "{name}" to be sent to it',
        example="do: [{send: {to: permit, action: clse}}]",
    ),
    Entry(
        "DEF388",
        zh='关联名称 "{link}" 也是步骤 "{step}" 的 call 的（{place}）：'
        "created.{link} 会把两处的业务混在一起，请用 link 另取名称",
        en='The link "{link}" is also that of the call of step "{step}" ({place}): created.{link} '
        "would mix the cases of both, give one of them another name with link",
        example="do: [{create: {process: north/permit, link: permit}}]",
    ),
    Entry(
        "DEF341",
        zh='选票上没有可以按 "{name}" 排序的选项或数字',
        en='The ballot has no option and no number "{name}" to put in order by',
        example="decide: {pass: …, places: 3, rank: [agreed]}",
    ),
    Entry(
        "DEF342",
        zh="名额（places）只用于对成员的表决：这里表决的是业务本身",
        en="Places are for panels about members: this one is about the case itself",
        example="panel: {about: case, decide: {pass: …, places: 3}}",
    ),
    Entry(
        "DEF343",
        zh="没有名额（places），就没有末位并列和名额未满，run_off 不会发生",
        en="Without places nobody is equal on the last one and none is left: run_off never happens",
        example="panel: {about: members, decide: {pass: …, run_off: tie}}",
    ),
    Entry(
        "DEF344",
        zh="run_off 与 rounds 不一致：最多 {rounds} 轮。写 run_off 才有第二轮，rounds 应大于 1",
        en='"run_off" and "rounds" do not agree: at most {rounds} rounds. Only run_off makes a '
        "second round, and rounds must then be more than 1",
        example="decide: {pass: …, rounds: 3}",
    ),
    Entry(
        "DEF345",
        zh='规则表 "{rule}" 的输入 "{name}" 不是计票结果，也不是选票的选项或数字',
        en='The input "{name}" of the rule table "{rule}" is no part of the tally, '
        "no option and no number of the ballot",
        example="decide: rules/majority",
    ),
    Entry(
        "DEF367",
        zh='流程 "{process}" 属于另一个辖区 "{jurisdiction}"，不能在这里新建它的业务',
        en='The process "{process}" belongs to another jurisdiction, "{jurisdiction}": '
        "its cases cannot be created here",
        example="do: [{create: {process: south/permit}}]",
    ),
    Entry(
        "DEF368",
        zh='登记册 "{register}" 没有声明 "{fields}" 唯一，不能按它查到一行。可用的有：{unique}',
        en='"{fields}" is not declared unique in register "{register}" and does not find one row. '
        "Unique are: {unique}",
        example="do: [{record: {register: people, by: [name], set: {name: data.name}}}]",
    ),
    Entry(
        "DEF369",
        zh="by 所列的字段都要写在 set 中，且不与 where 同用；keep 只与 by 同用",
        en="The fields of by are all written in set, and by goes without where; keep goes with by",
        example="do: [{record: {register: people, by: [code], set: {name: data.name}}}]",
    ),
    Entry(
        "DEF371",
        zh='截止时间 "{deadline}" 要求到达步骤 "{step}"，但{why}',
        en='The deadline "{deadline}" asks for the step "{step}", {why}',
        example="deadlines: {submit: {title: 提交, reach: fill, by: today}}",
    ),
    Entry(
        "DEF372",
        zh='截止时间 "{deadline}" 的到期动作 "{name}" 不是流程的动作（actions）',
        en='"otherwise" of the deadline "{deadline}" names "{name}", which is not an action of '
        "the process",
        example="deadlines: {submit: {title: 提交, reach: unit, by: today, otherwise: expire}}",
    ),
    Entry(
        "DEF373",
        zh='到期动作 "{name}" 在到达 "{step}" 之前的步骤都不可用，截止时间 "{deadline}" 不起作用',
        en='The action "{name}" is offered at no step before "{step}": the deadline "{deadline}" '
        "does nothing",
        example="actions: {expire: {during: [done]}}",
    ),
    Entry(
        "DEF374",
        zh='政策 "{name}" 的默认值须按 from 的日期先后排列，只有第一项可以不写 from',
        en='The defaults of the policy "{name}" must be in the order of their dates "from"; only '
        "the first may have none",
        example="default: [{then: one}, {from: 2027-01-01, then: two}, {from: 2026-01-01, …}]",
    ),
    Entry(
        "DEF375",
        zh='{day} 以前政策 "{name}" 没有值：第一项不要写 from',
        en='Before {day} the policy "{name}" has no value: the first entry must have no "from"',
        example="default: [{from: 2026-01-01, then: one}, {from: 2027-01-01, then: two}]",
    ),
    Entry(
        "DEF376",
        zh='日历 "{calendar}" 没有 {year} 年的节假日，只按周末推算',
        en='The calendar "{calendar}" holds no holidays of {year}: only weekends are counted off',
        example="until: workdays('2035-09-30', 5)",
        level="warning",
    ),
    Entry(
        "DEF377",
        zh='步骤 "{step}" 的期限 {by} 在业务到达时总是已过：步骤 {waits} 等到这一天结束。'
        "请用更晚的日期，例如 days({by}, 5)",
        en='The deadline {by} of the step "{step}" is always over when a case comes to it: the '
        "step {waits} waits until that day has ended. Give a later date, such as days({by}, 5)",
        example="one: {wait: {until: data.until}, to: two}, two: {panel: …, due: {by: data.until}}",
        level="warning",
    ),
    Entry(
        "DEF378",
        zh='步骤 "{step}" 等到固定的一天 {day}：以后到达的业务一天也不等',
        en='The step "{step}" waits until the fixed day {day}: a case that comes later does not '
        "wait at all",
        example="""publicity: {wait: {until: "'2026-10-01'"}, to: filing}""",
        level="warning",
    ),
    Entry(
        "DEF379",
        zh='没有动作设置标记 "{name}"，也没有写 when：它永远不成立',
        en='No action sets the flag "{name}", and it has no "when": it never holds',
        example="flags: {urgent: 加急}",
        level="warning",
    ),
    Entry(
        "DEF381",
        zh='逐级退回（relay）到步骤 "{step}" 以后，那里没有写 relay 的动作可以再往下退：{trail}',
        en='A case that is relayed back to the step "{step}" stays there: none of its actions '
        "relays it further: {trail}",
        example="unit: {actions: {pass: …}}, office: {actions: {return: {to: previous, relay: "
        "true}}}",
    ),
    Entry(
        "DEF382",
        zh='步骤 "{step}" 由“送往的单位”办理，可是走到那里时还没有送往任何单位：{trail}',
        en='The step "{step}" waits at the organisation the case was sent to, but it is come to '
        "before the case was sent anywhere: {trail}",
        example="unit: {who: {permission: review}, actions: {pass: {to: done}}}",
    ),
    Entry(
        "DEF383",
        zh="这里永远没有人：{text} 总是空的",
        en="Nobody is ever meant here: {text} is always empty",
        example="panel: {voters: '[]'}",
    ),
    Entry(
        "DEF384",
        zh="{where}永远没有人可以办理：{why}{trail}",
        en="Nobody can ever do {where}: {why}{trail}",
        example="office: {who: {permission: review, organisation: unit, person: initiator}}",
    ),
    Entry(
        "DEF385",
        zh="要抽 {count} 人，而符合条件的最多只有 {most} 人：{where}",
        en="{count} people are to be drawn, but at most {most} fulfil the condition: {where}",
        example="voters: {draw: 3, from: experts, where: it.id == data.chair}",
    ),
    Entry(
        "DEF386",
        zh='步骤 "{step}" 等待外部接口返回到 "{into}"，但它的 do 里没有 into 为此的 connector',
        en='The step "{step}" waits for an answer in "{into}", but no connector of its "do" brings '
        "one there",
        example="ask: {wait: {answer: ledger}, to: done}",
    ),
    Entry(
        "DEF387",
        zh='步骤 "{step}" 等待成组流程 "{group}"，但它的 members 不收本流程在这一步的业务，'
        "业务会一直等下去{trail}",
        en='The step "{step}" waits for the group "{group}", whose members are no cases of this '
        "process at this step: a case waits for good{trail}",
        example="wait: {group: north/meeting}",
    ),
    Entry(
        "DEF389",
        zh="流程的情形太多，只查了前 {count} 种：是否有业务走不到结束，没有全部证明{missed}",
        en="The process has too many states: only the first {count} were explored, so it is not "
        "proved that every case comes to an end{missed}",
        example="parallel: {branches: {a: …, b: …, c: …, d: …, e: …, f: …}}",
        level="warning",
    ),
    Entry(
        "DEF391",
        zh='动作 "{action}" 在步骤 "{step}" 增加的单位（insert）没有地方去：'
        "这一步不是链，去的也不是链",
        en='The organisations that the action "{action}" inserts at the step "{step}" have nowhere '
        "to be visited: neither is the step a chain, nor does it lead to one",
        example="unit: {actions: {pass: {to: done, insert: input.next_reviewers}}}",
        level="warning",
    ),
    Entry(
        "DEF392",
        zh='没有人可以执行步骤 "{step}" 的动作 "{action}"：步骤没有办理人，动作也没有写 who',
        en='Nobody can take the action "{action}" of the step "{step}": neither has a "who"',
        example="vote: {panel: {voters: data.voters}, actions: {stop: {to: done}}}",
    ),
    Entry(
        "DEF393",
        zh='动作 "{action}" 按 {verb} 处理，不能去 {target}',
        en='The action "{action}" is of verb {verb}, which cannot go to {target}',
        example="return: {to: next}",
    ),
    Entry(
        "DEF394",
        zh='{where}写入 "data.{path}" 的是{given_type}，而表单 "{form}" 的这一项是{found}',
        en='What {where} writes to "data.{path}" is {given_type}, but in the form "{form}" that is '
        "{found}",
        example="pass: {to: done, ask: [opinion], into: basics}",
    ),
    Entry(
        "DEF395",
        zh='{where}的 was 写了 "{name}"，这个名称属于{other}',
        en='The "was" of {where} names "{name}", which is {other}',
        example="review: {who: …, was: [check]}, check: {who: …}",
    ),
    Entry(
        "DEF397",
        zh='表单 "{form}" 的 "{field}" 最多 {longest} 个字，这里写入的是 {count} 个字',
        en='"{field}" of the form "{form}" takes at most {longest} characters, this text has '
        "{count}",
        example="do: [{record: {register: notes, set: {remark: \"'…'\"}}}]",
    ),
    Entry(
        "DEF398",
        zh='登记册 "{register}" 新增的行缺少必填项：{fields}。由人以后补全的，写 incomplete: true',
        en='A row added to register "{register}" misses what is required: {fields}. Write '
        "incomplete: true if people complete it later",
        example="do: [{record: {register: notes, set: {remark: data.remark}}}]",
    ),
)
