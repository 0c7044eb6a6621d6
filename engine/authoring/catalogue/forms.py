"""FRM1xx, the structure of forms, and FRM2xx, their keywords."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "FRM101",
        zh='表单的标识 "{given_id}" 与文件名 "{file_id}" 不同',
        en='the form calls itself "{given_id}", its file "{file_id}"',
        example="form: leave   # in forms/holiday.yaml",
    ),
    Entry(
        "FRM102",
        zh="{where}看不出是什么数据：请写 type，或 codes、reference、files、properties、items 之一",
        en="{where} does not say what it holds: write type, or one of codes, reference, files, "
        "properties, items",
        example="properties: {reason: {title: 原因}}",
    ),
    Entry(
        "FRM103",
        zh='{where}的 "{key}" 是 "{value}"，但这个字段是{kind}',
        en='"{key}" of {where} is "{value}", but the field is a {kind}',
        example="properties: {days: {title: 天数, type: number, widget: textarea}}",
    ),
    Entry(
        "FRM104",
        zh='{where}的 required 中有 "{name}"，而这里没有这个字段',
        en='required of {where} names "{name}", which is not a field here',
        example="required: [reson]",
    ),
    Entry(
        "FRM105",
        zh='字段名 "{name}" 应由小写字母、数字和下划线组成，以字母开头',
        en='the field name "{name}" must be lower-case letters, digits and underscores, '
        "beginning with a letter",
        example="properties: {Full-Name: {title: 姓名, type: string}}",
    ),
    Entry(
        "FRM106",
        zh="{where}嵌套过深，最多 {limit} 层",
        en="{where} is nested too deep: {limit} levels at most",
        example="items: {properties: {a: {items: …}}}   # and so on",
    ),
    Entry(
        "FRM107",
        zh='{where}引用了 "{name}"，没有这个表单或部分',
        en='{where} uses "{name}", which is not a form or a section of one',
        example="education: {snapshot_of: profil}",
    ),
    Entry(
        "FRM108",
        zh="{where}的引用绕成了圈：{path}",
        en="{where} uses itself: {path}",
        example="education: {use: application}   # in forms/application.yaml",
    ),
    Entry(
        "FRM201",
        zh='"{key}" 不适用于{where}：这是{kind}字段',
        en='"{key}" does not fit {where}, which is a {kind}',
        example="days: {title: 天数, type: number, maxLength: 3}",
    ),
    Entry(
        "FRM202",
        zh="{where}的 {least} {low} 大于 {most} {high}",
        en="{least} {low} of {where} is greater than {most} {high}",
        example="reason: {title: 原因, type: string, minLength: 9, maxLength: 5}",
    ),
    Entry(
        "FRM203",
        zh="{where}的正则表达式不能使用：{value}",
        en="the pattern of {where} cannot be used: {value}",
        example='code: {title: 代码, type: string, pattern: "(a+"}',
        hint_zh="只支持线性时间的 RE2 语法，没有回溯引用和前后查找。",
        hint_en="Only the RE2 syntax, which matches in linear time: no back references, "
        "no look-around.",
    ),
    Entry(
        "FRM204",
        zh='这里不用 "{key}"，请用 "{instead}"',
        en='"{key}" is not used here: write "{instead}"',
        example="gender: {title: 性别, type: string, enum: [男, 女]}",
    ),
    Entry(
        "FRM205",
        zh='{where}的 "{key}" 指向{kind} "{name}"，它不存在',
        en='"{key}" of {where} names the {kind} "{name}", which does not exist',
        example="gender: {title: 性别, codes: gendres}",
    ),
    Entry(
        "FRM206",
        zh="{where}的默认值 {value} 不符合字段本身的要求",
        en="the default {value} of {where} does not fit the field itself",
        example="days: {title: 天数, type: number, default: many}",
    ),
    Entry(
        "FRM207",
        zh='{where}的文件大小写成了 "{value}"，应如 500KB、10MB',
        en='the file size of {where} is "{value}"; write it like 500KB or 10MB',
        example="proof: {title: 证明, files: {size: big}}",
    ),
    Entry(
        "FRM208",
        zh='{where}的 "{key}" 只能写成 {expected}',
        en='"{key}" of {where} can only be {expected}',
        example="promise: {title: 承诺, type: boolean, const: false}",
    ),
    Entry(
        "FRM209",
        zh="{where}没有说从哪里取值：options_from 须有 codes、register、each 之一",
        en="{where} does not say where its options come from: options_from needs one of codes, "
        "register, each",
        example="level: {title: 层级, type: string, options_from: {parent: settings.series}}",
    ),
    Entry(
        "FRM210",
        zh='{where}的 "{key}" 是路径 "{path}"，不是查询时可用的索引',
        en='"{key}" of {where} is the path "{path}", which is not an index of the register',
        example="options_from: {register: offers, field: remark}",
    ),
    Entry(
        "FRM211",
        zh='事实不能叫 "{name}"：这个名称已有含义',
        en='a fact cannot be called "{name}": the name has a meaning already',
        example="facts: {today: {exists: rules}}",
    ),
)
