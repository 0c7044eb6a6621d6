"""What a request brings: who asks, JSON that fits the description, and what they have seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import request
from werkzeug.exceptions import PreconditionFailed

from admin import security
from admin.captions import _
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, Stale
from engine.forms import FieldError
from engine.forms.schema import Broken, broken

#: deeper nested is no body that the description knows
DEEPEST = 32


def actor() -> Actor:
    """Who asks, and for which organisation."""
    return security.signed_in().actor


def key() -> str | None:
    """What makes a repeated request harmless."""
    return request.headers.get("Idempotency-Key")


@contextmanager
def version(sent: dict[str, Any]) -> Iterator[int | None]:
    """The version of the case that whoever asks has seen: in ``If-Match``, or in what was sent.

    Raises:
        PreconditionFailed: ``If-Match`` names another one.
    """
    known = [one for one in request.if_match.as_set() if one.isdigit()]
    if request.if_match and not known:
        raise PreconditionFailed
    try:
        yield int(known[0]) if known else sent.get("version")
    except Stale as stale:
        if known:
            raise PreconditionFailed from stale
        raise


def body(schema: dict[str, Any]) -> dict[str, Any]:
    """The object that was sent.

    Raises:
        InvalidSubmission: it is no JSON, or does not fit; each error has its place.
    """
    try:
        sent: Any = request.get_json(silent=True)
    except RecursionError:
        sent = None
    if not isinstance(sent, dict) or not _is_plain(sent):
        raise InvalidSubmission([FieldError((), "json", _("请求的内容须是一个 JSON 对象。"))])
    errors = [FieldError(one.place, one.keyword, _told(one)) for one in broken(schema, sent)]
    if errors:
        raise InvalidSubmission(errors)
    return sent


def _is_plain(value: Any, depth: int = DEEPEST) -> bool:
    """Whether a value is nested no deeper than a form is, and its texts can be kept."""
    match value:
        case str():
            return is_text(value)
        case dict():
            return depth > 0 and all(
                is_text(name) and _is_plain(one, depth - 1) for name, one in value.items()
            )
        case list():
            return depth > 0 and all(_is_plain(one, depth - 1) for one in value)
    return True


def is_text(value: str) -> bool:
    """Whether a text is one: without halves of characters, nor the one no database keeps."""
    return "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)


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
