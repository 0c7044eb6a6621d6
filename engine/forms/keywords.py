"""The closed vocabulary of form files: every keyword, what it may hold and which fields it fits.

One table serves the reader, the published JSON Schema and the manual (`forms/README.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",
    "number",
    "integer",
    "boolean",
    "choice",
    "reference",
    "date",
    "datetime",
    "year",
    "month",
    "period",
    "photo",
    "files",
    "many",
    "rows",
    "group",
    "display",
    "note",
]
Holds = Literal[
    "text", "boolean", "integer", "number", "names", "columns", "mapping", "expression", "word",
    "rules", "plain",
]  # fmt: skip

MOMENTS: frozenset[Kind] = frozenset({"date", "datetime", "year", "month"})
NUMBERS: frozenset[Kind] = frozenset({"number", "integer"})
CHOSEN: frozenset[Kind] = frozenset({"choice", "reference", "many"})
LISTS: frozenset[Kind] = frozenset({"many", "rows", "files"})
STORED: frozenset[Kind] = frozenset(
    {
        "text", "number", "integer", "boolean", "choice", "reference", "date", "datetime", "year",
        "month", "period", "photo", "files", "many", "rows", "group",
    }
)  # fmt: skip

# How sentences and the manual call the kinds.
KIND_TITLES: dict[Kind, tuple[str, str]] = {
    "text": ("文本", "text"),
    "number": ("数字", "number"),
    "integer": ("整数", "whole number"),
    "boolean": ("是非", "yes/no"),
    "choice": ("选项", "choice"),
    "reference": ("引用", "reference"),
    "date": ("日期", "date"),
    "datetime": ("时间", "date and time"),
    "year": ("年度", "year"),
    "month": ("月份", "month"),
    "period": ("起止日期", "period"),
    "photo": ("照片", "photo"),
    "files": ("附件", "files"),
    "many": ("多项选择", "several choices"),
    "rows": ("多行记录", "rows"),
    "group": ("分组", "group"),
    "display": ("计算显示", "display"),
    "note": ("说明文字", "note"),
}

# The type written in JSON Schema for each kind; None for what holds no value.
JSON_TYPES: dict[Kind, str | None] = {
    "text": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "choice": "string",
    "reference": "string",
    "date": "string",
    "datetime": "string",
    "year": "string",
    "month": "string",
    "period": "object",
    "photo": "string",
    "files": "array",
    "many": "array",
    "rows": "array",
    "group": "object",
    "display": None,
    "note": None,
}


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword: where it fits (no kinds = everywhere), what it holds and what it means."""

    name: str
    holds: Holds
    zh: str
    en: str
    kinds: frozenset[Kind] = frozenset()
    hint: bool = True
    words: tuple[str, ...] = ()

    def fits(self, kind: Kind) -> bool:
        """Tell whether a field of this kind may have the keyword."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Widget:
    """A way to enter a value, and the kinds of field it is for."""

    name: str
    kinds: frozenset[Kind]
    zh: str
    en: str


def _widget(name: str, kinds: str, zh: str, en: str) -> Widget:
    return Widget(name, _kinds(kinds), zh, en)


def _kinds(names: str) -> frozenset[Kind]:
    known = {kind: kind for kind in KIND_TITLES}
    return frozenset(known[name] for name in names.split())  # type: ignore[index]


WIDGETS: dict[str, Widget] = {
    widget.name: widget
    for widget in (
        _widget("text", "text year", "单行文本", "one line of text"),
        _widget(
            "textarea", "text", "多行文本，有 maxLength 时显示字数", "several lines, with counter"
        ),
        _widget("link", "text", "网址，显示时可以点击", "an address, to follow where it is shown"),
        _widget("number", "number integer", "数字", "a number"),
        _widget("date", "date", "日期", "a date"),
        _widget("datetime", "datetime", "日期和时间", "a date with time"),
        _widget("year", "year", "年度", "a year"),
        _widget("month", "month", "年月", "a month"),
        _widget("period", "period", "起止日期：from、until", "two dates: from, until"),
        _widget("yes_no", "boolean", "是、否两个单选，不预选", "two radios, nothing pre-selected"),
        _widget("check", "boolean", "一个勾选框", "one box to tick"),
        _widget("radio", "choice", "单选按钮", "radio buttons"),
        _widget("select", "choice", "下拉框", "a drop-down"),
        _widget("checkboxes", "many", "多个勾选框", "several boxes to tick"),
        _widget("picker", "reference many", "模糊查询后选取", "search, then pick"),
        _widget("tree", "reference", "按树形逐级选取", "pick from a tree"),
        _widget(
            "records",
            "reference",
            "符合条件的记录逐条列出，选一条",
            "the records that fit with their columns, one to pick",
        ),
        _widget("photo", "photo", "照片", "a photo"),
        _widget("files", "files", "附件", "attachments"),
        _widget("rows", "rows", "可增删的多行记录", "rows to add and remove"),
        _widget("group", "group", "分组", "a group of fields"),
        _widget("display", "display", "计算出来的内容，不保存", "computed, never stored"),
        _widget("note", "note", "只有说明文字", "an explanation only"),
    )
}

# What a field's format makes of its text.
FORMATS: dict[str, tuple[Kind, str, str]] = {
    "date": ("date", "日期", "date"),
    "date-time": ("datetime", "日期时间", "date and time"),
    "year": ("year", "四位年度", "a year of four digits"),
    "month": ("month", "年月，如 2026-09", "a month such as 2026-09"),
    "id-number": (
        "text",
        "居民身份证号码（校验末位）",
        "resident identity number, check digit verified",
    ),
    "officer-id": ("text", "军官证号码", "officer's card number"),
    "credit-code": ("text", "统一社会信用代码（校验末位）", "unified social credit code"),
    "mobile": ("text", "11 位手机号码", "mobile number of 11 digits"),
    "phone": ("text", "电话号码", "telephone number"),
    "email": ("text", "电子邮箱", "e-mail address"),
}


def _keyword(
    name: str, holds: Holds, zh: str, en: str, kinds: str = "", words: tuple[str, ...] = ()
) -> Keyword:
    return Keyword(name, holds, zh, en, _kinds(kinds), words=words)


def _schema(
    name: str, holds: Holds, zh: str, en: str, kinds: str = "", words: tuple[str, ...] = ()
) -> Keyword:
    return Keyword(name, holds, zh, en, _kinds(kinds), hint=False, words=words)


_VALUES = " ".join(sorted(STORED))
_BOUNDED = "number integer date datetime year month"

KEYWORDS: dict[str, Keyword] = {
    keyword.name: keyword
    for keyword in (
        _schema(
            "type",
            "word",
            "数据类型；能从其他键看出时可省略",
            "JSON type; may be omitted where implied",
            words=("string", "number", "integer", "boolean", "object", "array"),
        ),
        _schema("title", "text", "名称", "caption"),
        _schema("properties", "mapping", "各字段", "the fields", "group"),
        _schema("required", "names", "必填的字段", "fields that must be filled in", "group"),
        _schema(
            "items", "mapping", "每一行（或每一项）的样子", "what one row or item is", "rows many"
        ),
        _schema("minLength", "integer", "最少字数", "fewest characters", "text"),
        _schema("maxLength", "integer", "最多字数", "most characters", "text"),
        _schema("minItems", "integer", "最少条数", "fewest entries", "rows many files"),
        _schema("maxItems", "integer", "最多条数", "most entries", "rows many files"),
        _schema("uniqueItems", "boolean", "不得重复", "no entry twice", "rows many"),
        _schema("minimum", "number", "最小值", "least value", "number integer"),
        _schema("maximum", "number", "最大值", "greatest value", "number integer"),
        _schema("exclusiveMinimum", "number", "必须大于", "must be greater than", "number integer"),
        _schema("exclusiveMaximum", "number", "必须小于", "must be less than", "number integer"),
        _schema(
            "multipleOf",
            "number",
            "须为其倍数（0.01 即两位小数）",
            "a multiple of (0.01 = two decimals)",
            "number integer",
        ),
        _schema(
            "pattern",
            "text",
            "正则表达式（RE2 语法，线性时间）",
            "regular expression (RE2 syntax, linear time)",
            "text",
        ),
        _schema(
            "format",
            "word",
            "格式，见下表",
            "format, see below",
            "text date datetime year month",
            words=tuple(FORMATS),
        ),
        _schema(
            "const", "boolean", "只能是 true：必须勾选", "only true: must be ticked", "boolean"
        ),
        _schema(
            "default",
            "plain",
            "新表单、新行的初值；不得代人作答",
            "value of a new form or row; never an answer a person must give",
            "text number integer boolean choice reference date datetime year month many",
        ),
        _keyword("help", "text", "说明，显示在字段旁", "explanation beside the field"),
        _keyword(
            "widget",
            "word",
            "填写方式，见下表",
            "how it is entered, see below",
            words=tuple(WIDGETS),
        ),
        _keyword("visible_when", "expression", "满足时才出现", "shown only while this holds"),
        _keyword(
            "required_when",
            "expression",
            "满足时必填",
            "must be filled in while this holds",
            _VALUES,
        ),
        _keyword(
            "locked_when",
            "expression",
            "满足时不可修改",
            "cannot be changed while this holds",
            _VALUES,
        ),
        _keyword(
            "locked", "boolean", "任何人不可在表单中修改", "nobody changes it in the form", _VALUES
        ),
        _keyword(
            "index",
            "boolean",
            "可用于查询条件和列表",
            "may be used in queries and lists",
            "text number integer boolean choice reference date datetime year month",
        ),
        _keyword(
            "private",
            "plain",
            "个人信息：true，或 mask（对部分人员遮盖显示）",
            "personal data: true, or mask (masked for some)",
            _VALUES,
        ),
        _keyword("wide", "boolean", "占满一行", "takes the whole line"),
        _keyword(
            "at_least", "expression", "不得小于（早于）的计算值", "computed lower bound", _BOUNDED
        ),
        _keyword(
            "at_most", "expression", "不得大于（晚于）的计算值", "computed upper bound", _BOUNDED
        ),
        _keyword(
            "bound_say",
            "text",
            "超出 at_least、at_most 时的提示",
            "sentence when a computed bound is broken",
            _BOUNDED,
        ),
        _keyword(
            "pattern_say",
            "text",
            "不符合 pattern 时的提示",
            "sentence when the pattern does not match",
            "text",
        ),
        _keyword(
            "suffix", "text", "数字后的单位", "unit behind the number", "number integer display"
        ),
        _keyword(
            "open_end", "boolean", "结束日期可以为空（至今）", "the end may be left open", "period"
        ),
        _keyword(
            "weight",
            "number",
            "计总分时的权重：平均分占 maximum 的比例乘以它；不写则平均分直接计入",
            "counts in a total as its share of maximum times this; without it as it is",
            "number integer",
        ),
        _keyword(
            "codes",
            "text",
            "代码表；display 显示的代码按它换成名称",
            "code list; of a display, what says the caption of the code it shows",
            "choice many display",
        ),
        _keyword(
            "only", "names", "只用代码表中的这些", "only these of the code list", "choice many"
        ),
        _keyword(
            "reference", "text", "引用的登记表", "register referred to", "reference many choice"
        ),
        _keyword(
            "where",
            "expression",
            "可选记录的条件，it 为登记表的一行",
            "which records may be picked; `it` is the register's row",
            "reference many",
        ),
        _keyword(
            "label",
            "text",
            "显示登记表的哪个字段",
            "which field of the register is shown",
            "reference many",
        ),
        _keyword(
            "columns",
            "columns",
            "records 每条记录显示的列",
            "columns shown of each record",
            "reference many",
        ),
        _keyword(
            "options_from",
            "mapping",
            "可选值从何而来（级联）",
            "where the options come from (cascade)",
            "choice many reference",
        ),
        _keyword(
            "files",
            "mapping",
            "附件限制：max、types、size、template",
            "limits of attachments: max, types, size, template",
            "photo files",
        ),
        _keyword(
            "row",
            "mapping",
            "行的显示：title、columns、add、keep_when",
            "how rows are shown: title, columns, add, keep_when",
            "rows",
        ),
        _keyword(
            "layout", "mapping", "排版：columns、groups", "layout: columns, groups", "group rows"
        ),
        _keyword("rules", "rules", "跨字段、跨行的规则", "rules across fields and rows", "group"),
        _keyword("shows", "expression", "display 显示的内容", "what a display shows", "display"),
        _keyword(
            "snapshot_of",
            "text",
            "定义与数据取自该表单的同名部分",
            "definition and data from the section of that name of the form",
            "group rows",
        ),
        _keyword(
            "use",
            "text",
            "只取其定义：表单，或 表单.部分",
            "the definition only: form, or form.section",
            "group rows",
        ),
        _keyword(
            "extension",
            "mapping",
            "扩展点：items 为每项的行，或 field 为每项的数字",
            "extension point: items is the row of each item, or field its number",
            "group",
        ),
    )
}

TOP = (
    "form", "for", "title", "help", "facts", "type", "required", "properties", "rules", "layout",
)  # fmt: skip
#: the questions a fact can put to a register
QUESTIONS: tuple[Literal["exists", "count", "first"], ...] = ("exists", "count", "first")

# The keys of the small mappings inside a field.
PARTS: dict[str, tuple[str, ...]] = {
    "facts": (*QUESTIONS, "where"),
    "files": ("max", "types", "size", "template"),
    "row": ("title", "columns", "add", "keep_when"),
    "layout": ("columns", "groups"),
    "layout.groups": ("title", "fields"),
    "options_from": (
        "codes",
        "parent",
        "register",
        "field",
        "where",
        "match",
        "each",
        "value",
        "label",
    ),
    "extension": ("items", "field", "title", "maximum", "weight"),
    "rules": ("that", "say", "at", "when", "level", "always"),
}

# Keywords of JSON Schema that authors may know, with what to use instead.
INSTEAD: dict[str, str] = {
    "enum": "codes",
    "oneOf": "visible_when",
    "anyOf": "visible_when",
    "allOf": "rules",
    "not": "rules",
    "if": "visible_when",
    "then": "visible_when",
    "else": "visible_when",
    "$ref": "use",
    "$defs": "use",
    "dependentRequired": "required_when",
    "description": "help",
}
