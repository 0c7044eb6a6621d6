"""What a request brings: JSON that fits the schema in the description."""

from __future__ import annotations

from typing import Any

from flask import request

from admin.captions import _
from engine.domain.errors import InvalidSubmission
from engine.forms import FieldError
from engine.forms.schema import Broken, broken


def body(schema: dict[str, Any]) -> dict[str, Any]:
    """The object that was sent.

    Raises:
        InvalidSubmission: it is no JSON, or does not fit; each error has its place.
    """
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise InvalidSubmission([FieldError((), "json", _("请求的内容须是一个 JSON 对象。"))])
    errors = [FieldError(one.place, one.keyword, _told(one)) for one in broken(schema, sent)]
    if errors:
        raise InvalidSubmission(errors)
    return sent


def _told(one: Broken) -> str:
    match one.keyword:
        case "required":
            missing = [name for name in one.limit if name not in one.value]
            return _("缺少 {names}。", names=", ".join(missing))
        case "additionalProperties":
            unknown = [name for name in one.value if name not in one.known]
            return _(
                "没有 {names} 这一项，可以有的是 {known}。",
                names=", ".join(unknown), known=", ".join(one.known),
            )  # fmt: skip
        case "type":
            return _("类型不对，应为 {type}。", type=one.limit)
    return _("不符合接口说明的要求（{keyword}）。", keyword=one.keyword)
