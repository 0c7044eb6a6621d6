"""What a person sees when something cannot be done: a sentence and what to do, never a trace."""

from __future__ import annotations

from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from admin import parked, problems
from admin.captions import _
from admin.context import platform
from engine.domain.errors import InvalidSubmission, NotAllowed, NotFound, Refused, Stale

#: The class of a refusal and the status of its page; the first that fits counts.
STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Stale, 409),
    (InvalidSubmission, 422),
    (Refused, 409),
)


def status_of(refusal: Refused) -> int:
    """The HTTP status for a refusal."""
    return next(status for kind, status in STATUS if isinstance(refusal, kind))


def _texts(status: int) -> tuple[str, str, str]:
    """Title, sentence and advice for a status."""
    return {
        400: (_("请求不完整"), _("服务器没有看懂这个请求。"), _("请返回上一页再试。")),
        403: (
            _("没有权限"),
            _("您没有查看这个页面或执行这个操作的权限。"),
            _("如果这是您的工作，请联系本单位管理员授予权限，或切换到相应的单位。"),
        ),
        404: (
            _("没有这个页面"),
            _("您要找的内容不存在，或者您无权知道它是否存在。"),
            _("可能已经办完，不再由您办理。请检查地址，或从菜单重新进入。"),
        ),
        405: (_("操作不适用"), _("这个地址不支持这种操作。"), _("请从菜单重新进入。")),
        409: (_("不能执行"), _("内容已经变化。"), _("请刷新后再试。")),
        413: (
            _("文件太大"),
            _("您提交的内容超过了允许的大小，没有保存。"),
            _("请压缩文件或减少数量后再试。"),
        ),
        429: (_("操作太频繁"), _("短时间内的请求太多。"), _("请过一分钟再试。")),
    }.get(
        status,
        (
            _("系统出错了"),
            _("这是系统的问题，不是您的问题。您刚才的操作没有执行。"),
            _("请稍后再试。如果一直这样，请联系管理员并告诉出错的时间。"),
        ),
    )


def page(status: int, sentence: str | None = None) -> ResponseReturnValue:
    """The page for a status; ``sentence`` replaces the general one."""
    title, general, advice = _texts(status)
    shown = sentence or general
    if problems.are_asked():
        return problems.problem(status, shown)
    if request.headers.get("HX-Request") == "true":
        text = render_template("errors/fragment.html", sentence=shown, advice=advice)
        return parked.aside(make_response(text, status))
    # After a bug the menu may be what is broken.
    text = render_template(
        "errors/error.html", title=title, sentence=shown, advice=advice, plain=status >= 500
    )
    return make_response(text, status)


def _on_refused(refusal: Refused) -> ResponseReturnValue:
    worded = platform().sentences.worded(refusal)
    if problems.are_asked():
        return problems.refused(worded, status_of(refusal))
    return page(status_of(refusal), worded.sentence)


def _on_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    return page(error.code)


def _on_bug(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("unexpected error at %s", request.path, exc_info=error)
    return page(500)


def install(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(Refused, _on_refused)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_bug)
