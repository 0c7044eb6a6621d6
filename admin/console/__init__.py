"""The console of administrators: closed by default, changes through services only."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Register the console."""
