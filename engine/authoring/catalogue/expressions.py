"""DEF4xx: expressions: names, types and what `where` can say."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "DEF401",
        zh="表达式写法有误：{reason}",
        en="The expression cannot be read: {reason}",
        example="when: case.returned &&",
    ),
    Entry(
        "DEF402",
        zh='这里没有名为 "{name}" 的值',
        en='There is no value named "{name}" here',
        example="when: cas.returned",
        hint_zh="文本常量要在表达式内加引号：{quoted_text}。",
        hint_en="A text constant is quoted inside the expression: {quoted_text}.",
    ),
    Entry(
        "DEF403",
        zh='"{of}" 没有字段 "{name}"',
        en='"{of}" has no field "{name}"',
        example="when: case.retuned",
    ),
    Entry(
        "DEF404",
        zh="表达式应得到{expected}，实际得到{found}",
        en="The expression must give {expected}; it gives {found}",
        example="when: case.number",
    ),
    Entry(
        "DEF405",
        zh='运算 "{operator}" 不能用于{found}',
        en='"{operator}" cannot be applied to {found}',
        example="when: case.returned > 3",
    ),
    Entry(
        "DEF406",
        zh='没有名为 "{name}" 的函数',
        en='There is no function named "{name}"',
        example="due: workday(today, 5)",
    ),
    Entry(
        "DEF407",
        zh="表达式太长或嵌套太深（上限：{limit}）",
        en="The expression is too long or nested too deep (limit: {limit})",
        example="when: ((((…))))",
    ),
    Entry(
        "DEF408",
        zh='记录 "{name}" 不能整体比较，请比较它的某个字段',
        en='The record "{name}" cannot be compared as a whole: compare one of its fields',
        example="when: data == linked.previous.data",
    ),
    Entry(
        "DEF409",
        zh="表达式应写成文本，实际是 {value}",
        en="An expression is written as text, not as {value}",
        example="when: [case.returned]",
    ),
    Entry(
        "DEF410",
        zh='正则表达式 "{pattern}" 有误',
        en='The pattern "{pattern}" is not a regular expression',
        example="when: data.name.matches('(')",
    ),
    Entry(
        "DEF411",
        zh="不能除以零",
        en="Division by zero",
        example="that: data.score / 0 > 1",
    ),
    Entry(
        "DEF412",
        zh='"{value}" 不是有效的{expected}',
        en='"{value}" is not {expected}',
        example="when: today > '2026-13-01'",
    ),
    Entry(
        "DEF413",
        zh="表达式中不能使用{what}",
        en="Expressions cannot use {what}",
        example="when: \"{'a': 1}.a == 1\"",
    ),
    Entry(
        "DEF414",
        zh='"{of}" 是列表，没有字段 "{name}"；请用 exists、all、filter、map 或 [0]',
        en='"{of}" is a list and has no field "{name}": use exists, all, filter, map or [0]',
        example="when: data.papers.title == 'x'",
    ),
    Entry(
        "DEF415",
        zh='"{of}" 不会是 "{value}"',
        en='"{of}" is never "{value}"',
        example="when: policy.steps == 'tow'",
    ),
    Entry(
        "DEF416",
        zh='"{name}" 应有{takes}',
        en='"{name}" takes {takes}',
        example="due: workdays(today)",
    ),
    Entry(
        "DEF417",
        zh="{call}('{name}')：没有名为 \"{name}\" 的项",
        en="{call}('{name}'): there is no \"{name}\"",
        example="when: case.visits('fil') > 1",
    ),
    Entry(
        "DEF421",
        zh='where 只能使用 == != < <= > >= in && || ! 和 exists，不能使用 "{found}"',
        en='"where" knows only == != < <= > >= in && || ! and exists, not "{found}"',
        example="where: it.name.startsWith('王')",
    ),
    Entry(
        "DEF422",
        zh='where 中的 "{path}" 没有声明索引',
        en='"{path}" in "where" is not a declared index',
        example="where: it.remark == 'x'",
    ),
    Entry(
        "DEF423",
        zh="where 的比较中，一边应是 it 的字段，另一边不能再用 it",
        en='A comparison in "where" has a field of "it" on one side and none on the other',
        example="where: it.from == it.until",
    ),
)
