"""Files that belong to cases and records: handed out with the rights of what they belong to."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, send_file
from flask.typing import ResponseReturnValue

from admin import security
from admin.context import platform

pages = Blueprint("attachments", __name__)
#: Shown in the browser; everything else is only ever saved, so that nothing of it can run.
_SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg"})


def deliver(name: str, media_type: str, content: bytes) -> Response:
    """Answer with a file. It is never a page of ours: no type is guessed, nothing in it runs."""
    shown = media_type in _SHOWN
    response = send_file(
        BytesIO(content),
        mimetype=media_type if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=name,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def get(uid: str) -> ResponseReturnValue:
    """One file."""
    name, media_type, content = platform().attachments.get(security.signed_in().actor, uid)
    return deliver(name, media_type, content)


pages.add_url_rule("/attachments/<uid>", view_func=get)
