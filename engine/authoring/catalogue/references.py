"""DEF2xx, names that lead nowhere."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "DEF201",
        zh='{where}的 "{key}" 指向 "{name}"，流程中没有这个步骤',
        en='"{key}" of {where} leads to "{name}", which is not a step of this process',
        example="to: desicion",
    ),
    Entry(
        "DEF202",
        zh='没有流程 "{name}"',
        en='There is no process "{name}"',
        example="based_on: north/permitt",
    ),
    Entry(
        "DEF203",
        zh="based_on 绕成了一圈：{path}",
        en="based_on goes round in a circle: {path}",
        example="based_on: north/itself",
    ),
    Entry(
        "DEF204",
        zh='{where}用到{kind} "{name}"，没有这样的{kind}',
        en='{where} names the {kind} "{name}", which does not exist',
        example="do: [{message: retuned}]",
    ),
    Entry(
        "DEF205",
        zh='没有任何角色拥有权限 "{name}"，{where}永远找不到办理人',
        en='No role holds the permission "{name}": {where} can never be assigned to anybody',
        example="who: {permission: review_alone}",
    ),
    Entry(
        "DEF206",
        zh='{where}没有阶段 "{name}"',
        en='{where} has no stage "{name}"',
        example="ask: {form: opinion, stage: third}",
    ),
    Entry(
        "DEF207",
        zh='没有政策 "{name}"',
        en='There is no policy "{name}"',
        example="resubmit_to: policy.resubmit",
    ),
    Entry(
        "DEF208",
        zh='政策 "{name}" 可以取 {values}，这里只能用 {allowed}',
        en='The policy "{name}" may be {values}; here only {allowed} are known',
        example="mode: policy.anything",
    ),
    Entry(
        "DEF209",
        zh='{where}用到 "{name}"，"{of}" 没有这个字段或分区',
        en='{where} names "{name}", which is no field or section of "{of}"',
        example="edit: [filse]",
    ),
    Entry(
        "DEF210",
        zh='没有标记 "{name}"',
        en='There is no flag "{name}"',
        example='set: {flags.urgnt: "true"}',
    ),
    Entry(
        "DEF211",
        zh='set_by 的 "{name}" 既不是 jurisdiction，也不是值为记录的事实',
        en='"{name}" in set_by is neither jurisdiction nor a fact that is a record',
        example="set_by: [campaign]",
    ),
    Entry(
        "DEF212",
        zh='政策 "{name}" 的默认值应为 {expected}，实际是 {value}',
        en='The default of policy "{name}" must be {expected}, not {value}',
        example="levels: {values: [one, two], default: three}",
    ),
    Entry(
        "DEF213",
        zh='views 的 "{name}" 不是 initiator，也不是权限或角色',
        en='"{name}" in views is neither initiator nor a permission or role',
        example="views: {reviewers: {hide: [contact]}}",
    ),
    Entry(
        "DEF214",
        zh='流程 "{process}" 的步骤 "{step}" 不在等待 "{group}"',
        en='The step "{step}" of process "{process}" does not wait for "{group}"',
        example="members: {processes: [north/permit], waiting_at: unit}",
    ),
    Entry(
        "DEF215",
        zh='"{key}" 只能用在成组流程（有 members 的流程）里',
        en='"{key}" is for group processes only, those with "members"',
        example="do: [{release: {as: passed}}]",
    ),
    Entry(
        "DEF216",
        zh="事实绕成了一圈：{path}",
        en="Facts go round in a circle: {path}",
        example="facts: {a: b, b: a}",
    ),
    Entry(
        "DEF217",
        zh='选票没有选项 "{name}"',
        en='The ballot has no option "{name}"',
        example="decide: {pass: {option: yes, at_least: 2/3, of: present}}",
    ),
    Entry(
        "DEF218",
        zh='要删除的 "{name}" 在 "{base}" 中没有',
        en='"{name}" is to be removed, but "{base}" has none',
        example="steps: {recepton: null}",
    ),
    Entry(
        "DEF219",
        zh='号码池 "{pool}" 用编号段：效果 number 要用 "of" 写明编号归登记表 "{register}" 的哪一条',
        en='the number pool "{pool}" has ranges: the effect number must say with "of" which record '
        'of register "{register}" it belongs to',
        example="do: [{number: {pool: certificates, into: number}}]",
    ),
    Entry(
        "DEF220",
        zh='"{name}" 在语言中已有固定的意思，不能用作{kind}的名称',
        en='"{name}" has a meaning in the language already and cannot be the name of a {kind}',
        example="facts: {data: today}",
    ),
    Entry(
        "DEF221",
        zh='标记 "{name}" 由 when 得出，动作不能设置它',
        en='The flag "{name}" follows from its "when": no action sets it',
        example='set: {flags.big: "true"}',
    ),
)
