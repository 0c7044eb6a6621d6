"""What a page sends along with a press of a button: its key, and what the person saw."""

from __future__ import annotations

import secrets

from flask import request


def new_key() -> str:
    """A key for the buttons of one page: pressed twice, they act once."""
    return secrets.token_urlsafe(12)


def place() -> str | None:
    """The step of the place that the page is about, where a case is at several at once."""
    return request.values.get("at")


def version() -> int | None:
    """The version of the case that the page showed."""
    text = request.form.get("version", "")
    return int(text) if text.isdigit() else None
