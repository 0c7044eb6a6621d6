"""The sentences people read when something they entered cannot be taken, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Literal

from engine.forms.keywords import Kind

Language = Literal["zh", "en"]

SENTENCES: dict[str, tuple[str, str]] = {
    "required": ("请填写{title}", "Enter {title}"),
    "required_choice": ("请选择{title}", "Choose {title}"),
    "required_files": ("请上传{title}", "Upload {title}"),
    "required_rows": ("请至少填写一条{title}", "Add at least one entry to {title}"),
    "required_check": ("请阅读并勾选：{title}", "Read and tick: {title}"),
    "required_from": ("请填写{title}的开始日期", "Enter the first day of {title}"),
    "required_until": ("请填写{title}的结束日期", "Enter the last day of {title}"),
    "number": ("{title}应填写数字，不能是“{value}”", "{title} must be a number, not “{value}”"),
    "integer": ("{title}应填写整数，不能是“{value}”",
                "{title} must be a whole number, not “{value}”"),
    "type": ("{title}的内容不符合要求", "{title} cannot be read"),
    "min_length": ("{title}至少 {limit} 个字，现在是 {count} 个",
                   "{title} must have at least {limit} characters; it has {count}"),
    "max_length": ("{title}最多 {limit} 个字，现在是 {count} 个",
                   "{title} must have at most {limit} characters; it has {count}"),
    "min_items": ("{title}至少 {limit} 条，现在是 {count} 条",
                  "{title} needs at least {limit} entries; it has {count}"),
    "max_items": ("{title}最多 {limit} 条，现在是 {count} 条",
                  "{title} takes at most {limit} entries; it has {count}"),
    "min_files": ("{title}至少上传 {limit} 个文件，现在是 {count} 个",
                  "{title} needs at least {limit} files; it has {count}"),
    "max_files": ("{title}最多上传 {limit} 个文件，现在是 {count} 个",
                  "{title} takes at most {limit} files; it has {count}"),
    "unique": ("{title}中有重复的内容", "{title} contains an entry twice"),
    "minimum": ("{title}不能小于 {limit}", "{title} must not be less than {limit}"),
    "maximum": ("{title}不能大于 {limit}", "{title} must not be greater than {limit}"),
    "above": ("{title}应大于 {limit}", "{title} must be greater than {limit}"),
    "below": ("{title}应小于 {limit}", "{title} must be less than {limit}"),
    "earliest": ("{title}不能早于 {limit}", "{title} must not be before {limit}"),
    "latest": ("{title}不能晚于 {limit}", "{title} must not be after {limit}"),
    "multiple": ("{title}应为 {limit} 的整数倍", "{title} must be a multiple of {limit}"),
    "pattern": ("{title}的格式不正确", "{title} is not written as required"),
    "date": ("{title}不是正确的日期", "{title} is not a date"),
    "date-time": ("{title}不是正确的日期和时间", "{title} is not a date with time"),
    "year": ("{title}应为四位年度，如 2026", "{title} must be a year such as 2026"),
    "month": ("{title}应为年月，如 2026-09", "{title} must be a month such as 2026-09"),
    "id-number": ("{title}不是正确的居民身份证号码，请核对 18 位号码",
                  "{title} is not a valid identity number of 18 digits"),
    "officer-id": ("{title}不是正确的军官证号码", "{title} is not a valid officer's card number"),
    "credit-code": ("{title}不是正确的统一社会信用代码，请核对 18 位代码",
                    "{title} is not a valid credit code of 18 characters"),
    "mobile": ("{title}应为 11 位手机号码", "{title} must be a mobile number of 11 digits"),
    "phone": ("{title}不是正确的电话号码", "{title} is not a telephone number"),
    "email": ("{title}不是正确的电子邮箱", "{title} is not an e-mail address"),
    "not_offered": ("“{value}”已不可选，请重新选择{title}",
                    "“{value}” is no longer offered, choose {title} again"),
    "not_found": ("没有找到可选的“{value}”，请重新选择{title}",
                  "“{value}” cannot be picked, choose {title} again"),
    "period": ("{title}的结束日期不能早于开始日期", "{title} must not end before it begins"),
    "file_gone": ("{title}中的文件已不存在，请重新上传",
                  "A file of {title} is gone, upload it again"),
    "file_type": ("{title}：“{value}”不是允许的文件类型，可用：{limit}",
                  "{title}: “{value}” is not of an allowed type: {limit}"),
    "file_empty": ("{title}：“{value}”是空文件，请重新选择",
                   "{title}: “{value}” is empty, choose another file"),
    "file_content": ("{title}：“{value}”的内容不是 {limit} 文件，"
                     "可能已损坏或改过扩展名，请另存后再传",
                     "{title}: the content of “{value}” is not a {limit} file; it may be damaged "
                     "or renamed, save it again and upload that"),
    "file_size": ("{title}：“{value}”超过 {limit}", "{title}: “{value}” is larger than {limit}"),
    "unknown": ("没有“{name}”这个字段", "There is no field “{name}”"),
    "rule": ("{say}", "{say}"),
}  # fmt: skip
# Longer values are cut when they are quoted.
QUOTED = 40
ROW = ("第 {number} 条", "entry {number}")


def sentence(code: str, params: Mapping[str, object], language: Language = "zh") -> str:
    """Say what is wrong, in one sentence."""
    template = SENTENCES[code][0 if language == "zh" else 1]
    named = {name for _, name, _, _ in Formatter().parse(template) if name}
    return template.format(
        **{name: _said(params.get(name, ""), cut=name == "value") for name in named}
    )


def required_code(kind: Kind, widget: str) -> str:
    """Return the code of the sentence that asks for a missing value of a kind."""
    if widget == "check":
        return "required_check"
    if kind in ("files", "photo"):
        return "required_files"
    if kind in ("rows", "group"):
        return "required_rows" if kind == "rows" else "required"
    return "required" if kind in ("text", "number", "integer") else "required_choice"


def _said(value: object, *, cut: bool) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text if len(text) <= QUOTED or not cut else text[: QUOTED - 1] + "…"
