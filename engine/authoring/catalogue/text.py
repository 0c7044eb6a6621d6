"""SRC1xx: what is wrong with a file as a text."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "SRC101",
        zh="此处不能按 YAML 读取：{reason}",
        en="This cannot be read as YAML: {reason}",
        example="steps: [fill, unit",
    ),
    Entry(
        "SRC102",
        zh='"{value}" 像是一个表达式或带有特殊符号的句子，请放进双引号',
        en='"{value}" looks like an expression: put it in double quotes',
        example="when: !activity.concluded",
    ),
    Entry(
        "SRC103",
        zh='键 "{key}" 重复，第一次出现在第 {line} 行',
        en='The key "{key}" is already defined in line {line}',
        example="title: 填报\ntitle: 审核",
    ),
    Entry(
        "SRC104",
        zh="缩进中有制表符，请改用空格",
        en="The indentation contains a tab: use spaces",
        example="steps:\n\tfill: {}",
    ),
    Entry(
        "SRC105",
        zh="文件以字节顺序标记（BOM）开头，请另存为不带 BOM 的 UTF-8",
        en="The file begins with a byte order mark: save it as UTF-8 without BOM",
        example="\ufefftitle: 填报",
    ),
    Entry(
        "SRC106",
        zh="文件不是 UTF-8 编码：从此处开始的字节 {byte} 无法读取",
        en="The file is not UTF-8: the byte {byte} here cannot be read",
        example="title: \\xcc\\xee",
    ),
    Entry(
        "SRC107",
        zh="文件有 {size} 字节，超过上限 {limit} 字节",
        en="The file has {size} bytes, more than the limit of {limit}",
        example="(a file of 100 MB)",
    ),
    Entry(
        "SRC108",
        zh='不能使用合并键 "<<"，请写出各个键或使用 based_on',
        en='The merge key "<<" is not allowed: write the keys out or use based_on',
        example="<<: *common",
    ),
    Entry(
        "SRC109",
        zh='别名 "*{name}" 没有在前文用 "&{name}" 定义',
        en='The alias "*{name}" has no "&{name}" before it',
        example="require: *may_apply",
    ),
    Entry(
        "SRC110",
        zh="内容（别名写出后）超过 {limit} 个值",
        en="There are more than {limit} values, aliases written out",
        example="a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
    ),
    Entry(
        "SRC111",
        zh="嵌套超过 {limit} 层",
        en="Values are nested more than {limit} deep",
        example="[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ),
    Entry(
        "SRC112",
        zh="文件中有控制字符 {character}",
        en="The file contains the control character {character}",
        example="title: a\\x07b",
    ),
    Entry(
        "SRC113",
        zh="一个文件只能有一份内容，此处开始了第二份",
        en="A file holds one document; a second one begins here",
        example="title: 一\n---\ntitle: 二",
    ),
    Entry(
        "SRC114",
        zh="键必须是一个名称",
        en="A key must be a single name",
        example="? [a, b]\n: c",
    ),
    Entry(
        "SRC115",
        zh="文件是空的",
        en="The file is empty",
        example="# nothing but a comment",
    ),
)
