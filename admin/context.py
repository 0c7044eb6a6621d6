"""What every page works with: the platform, and the person who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

from flask import current_app

if TYPE_CHECKING:
    from engine.services.accounts import Session
    from engine.services.platform import Platform

EXTENSION = "zhicheng"
#: who is signed in, as the pages see it
SignedIn: TypeAlias = "Session"


def platform() -> Platform:
    """The services, as ``create_app`` was given them."""
    return cast("Platform", current_app.extensions[EXTENSION])


def setting(name: str) -> Any:
    """A setting of the web layer (``WebSettings``)."""
    return getattr(current_app.config["WEB"], name)
