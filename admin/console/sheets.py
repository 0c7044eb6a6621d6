"""What the pages that import sheets share: the file that came, and what travels in a page.

What was checked travels in the page until it is submitted; it is checked again then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from io import BytesIO
from typing import Any, TypeVar

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue

from admin.listing import XLSX
from engine.services.register_sheets import Staged
from engine.services.sheet_lines import Failed

T = TypeVar("T")


def uploaded() -> bytes:
    """The sheet that came with the page; nothing if there is none."""
    file = request.files.get("sheet")
    return file.read() if file is not None else b""


def download(sheet: tuple[str, bytes]) -> ResponseReturnValue:
    """A sheet as a file to keep."""
    name, content = sheet
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def written(rows: Sequence[Any]) -> str:
    """Dataclasses as the text that travels in a page."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False)


def failed() -> list[Failed]:
    """The lines that failed, as the page knew them."""
    return travelled(
        "failed",
        lambda one: Failed(int(one["number"]), str(one["reason"]), list(map(str, one["cells"]))),
    )


def staged() -> list[Staged]:
    """The records that were checked, as the page knew them."""
    return travelled("staged", lambda one: Staged(int(one["number"]), dict(one["data"])))


def travelled(name: str, read: Callable[[Any], T]) -> list[T]:
    """What came back of a text that ``written`` wrote; a broken one is refused."""
    try:
        return [read(one) for one in json.loads(request.form.get(name) or "[]")]
    except (ValueError, TypeError, KeyError, AttributeError):
        abort(400)
