"""DEF12x: what is particular to process files: names, choices, step kinds."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "DEF122",
        zh='名称 "{name}" 应以小写字母开头，只含小写字母、数字和下划线',
        en='The name "{name}" must begin with a small letter and hold only small letters, '
        "digits and underscores",
        example="steps: {first-review: {title: 初审}}",
    ),
    Entry(
        "DEF123",
        zh='标识 "{name}" 应为小写英文、数字和连字符，用 / 分隔文件夹',
        en='The id "{name}" must be small letters, digits and hyphens, with / between folders',
        example="form: 表单",
    ),
    Entry(
        "DEF124",
        zh="{where}只能写 {keys} 中的一个，现在写了 {found}",
        en="{where} takes exactly one of {keys}; here is {found}",
        example="evaluation: {wait: {group: meeting}, end: success}",
    ),
    Entry(
        "DEF125",
        zh="条件列表中只有最后一项可以没有 when，后面的项永远不会用到",
        en='Only the last entry of a choice may have no "when": what follows is never reached',
        example="to: [{then: unit}, {when: flags.urgent, then: bureau}]",
    ),
    Entry(
        "DEF126",
        zh="条件列表的最后一项不能有 when：都不成立时就没有结果",
        en='The last entry of a choice must have no "when": nothing is left if none holds',
        example="status: [{when: case.returned, then: returned}]",
    ),
    Entry(
        "DEF127",
        zh='流程标识 "{id}" 与文件路径不一致，应为 "{expected}"',
        en='The process id "{id}" does not match the path of the file: it must be "{expected}"',
        example="process: north/other",
    ),
    Entry(
        "DEF128",
        zh='"{value}" 不是 0 到 1 之间的分数，请写成 2/3 这样的形式',
        en='"{value}" is not a fraction between 0 and 1: write it as 2/3',
        example="quorum: {at_least: two thirds, of: voters}",
    ),
    Entry(
        "DEF129",
        zh='动作 "{name}" 按 {verb} 处理，必须写 to',
        en='The action "{name}" counts as {verb}, so it needs "to"',
        example="actions: {submit: {title: 提交}}",
    ),
)
