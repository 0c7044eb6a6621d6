"""Where a page leads back to: only ever an address of this site."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def within(target: str | None) -> str | None:
    """``target`` if it is a path of this site, else None."""
    parts = urlsplit(target or "")
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return target if inside and "\\" not in parts.path else None


def back() -> str | None:
    """The page that the reader came from, as the address or the form says."""
    return within(request.values.get("back"))
