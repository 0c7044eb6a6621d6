"""The files of the layout: a browser keeps each of them until its content is another."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.security import safe_join

#: where the pages find them
ENDPOINT = "static"


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _version(name: str) -> str | None:
    """What the address of a file carries; another content has another address."""
    found = safe_join(current_app.static_folder or "", name)
    try:
        path = Path(found or "")
        return _digest(path, path.stat().st_mtime_ns)
    except OSError:
        return None


def _address(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == ENDPOINT:
        values.setdefault("v", _version(values["filename"]))


def _keep(response: Response) -> Response:
    """Only what stands here under its version may be kept: while nodes are upgraded both serve."""
    if request.endpoint == ENDPOINT and response.status_code in (200, 304):
        asked = request.args.get("v")
        if asked and asked == _version((request.view_args or {})["filename"]):
            response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def install(app: Flask) -> None:
    """Give the files their versions."""
    app.url_defaults(_address)
    app.after_request(_keep)
