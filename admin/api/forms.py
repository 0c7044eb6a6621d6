"""What is filled in, as the reader sees it, and the files that belong to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from admin.api.cases import done_as
from admin.api.reading import actor, body, key, version
from admin.api.schemas import SAVE
from admin.captions import _
from admin.context import platform
from admin.portal.attachments import deliver
from admin.problems import pointer
from engine.domain.errors import InvalidSubmission
from engine.forms import FieldError
from engine.forms.effective import EffectiveField


def show(uid: str) -> ResponseReturnValue:
    """The form data of a case: what is hidden from the reader is left out, the rest masked."""
    views, at = platform().views, request.args.get("at")
    view = views.view(actor(), uid, at=at)
    with views.sheets.open():
        form = views.sheets.content(actor(), uid, edit=view.edit, at=view.at)
        fields = form.fields if form is not None else ()
        every = list(form.walk()) if form is not None else []
        answer = jsonify(
            {
                "version": view.version,
                "data": _values(fields),
                "masked": [pointer(one.place) for one in every if one.masked],
                "editable": [pointer(one.place) for one in every if one.editable],
            }
        )
    answer.set_etag(str(view.version))
    return answer


def _values(fields: Iterable[EffectiveField]) -> dict[str, Any]:
    return {one.element.name: _value(one) for one in fields if not one.empty}


def _value(one: EffectiveField) -> Any:
    if one.rows:
        return [_values(row.fields) for row in one.rows]
    return _values(one.children) if one.children else one.value


def save(uid: str) -> ResponseReturnValue:
    """Keep a draft: incomplete is fine, ill-typed is not."""
    sent = body(SAVE)
    with version(sent) as seen:
        done = platform().cases.save(
            actor(), uid, sent["data"], version=seen, key=key(), at=sent.get("at")
        )
    return done_as(done)


def upload() -> ResponseReturnValue:
    """Keep a file for a field; its id is what the field holds."""
    file, field = request.files.get("file"), request.form.get("field", "")
    if file is None or not file.filename or not field:
        raise InvalidSubmission(
            [FieldError((), "required", _("缺少 {names}。", names="file, field"))]
        )
    uid = request.form.get("case") or actor().person
    kept = platform().attachments.put(actor(), uid, field, file.filename, file.stream.read())
    answer = jsonify({"id": kept, "name": file.filename})
    answer.status_code = 201
    answer.headers["Location"] = url_for(".get_file", uid=kept, _external=True)
    return answer


def get_file(uid: str) -> ResponseReturnValue:
    """A file, for whoever may see what it belongs to."""
    return deliver(*platform().attachments.get(actor(), uid))


def install(interface: Blueprint) -> None:
    """Put the addresses of this module below ``interface``."""
    interface.add_url_rule("/cases/<uid>/data", "data", show, methods=["GET"])
    interface.add_url_rule("/cases/<uid>/data", "save", save, methods=["PUT"])
    interface.add_url_rule("/attachments", view_func=upload, methods=["POST"])
    interface.add_url_rule("/attachments/<uid>", view_func=get_file, methods=["GET"])
