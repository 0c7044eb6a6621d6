"""DEF1xx: the structure of a definition: keys, types, missing values."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "DEF101",
        zh='{where}没有 "{key}" 这个键',
        en='{where} has no key "{key}"',
        example="steps: {fill: {titel: 填报}}",
    ),
    Entry(
        "DEF102",
        zh='{where}的 "{key}" 应为{expected}，实际是 {value}',
        en='"{key}" of {where} must be {expected}, not {value}',
        example="steps: [fill, unit]",
    ),
    Entry(
        "DEF103",
        zh='{where}缺少必填的键 "{key}"',
        en='{where} lacks the key "{key}"',
        example="steps: {fill: {title: 填报}}",
    ),
    Entry(
        "DEF104",
        zh='{where}的 "{key}" 不能是 "{value}"',
        en='"{key}" of {where} cannot be "{value}"',
        example="verb: approve",
    ),
    Entry(
        "DEF105",
        zh='{where}的 "{key}" 写成了{found} {value}，应为文本，请放进双引号',
        en='"{key}" of {where} must be text; {value} without quotes is {found}: put it in quotes',
        example="title: 1.10",
    ),
)
