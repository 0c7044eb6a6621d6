"""What every page works with: the platform, and the person who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from flask import current_app

if TYPE_CHECKING:
    from engine.domain.actor import Actor
    from engine.services.platform import Platform

EXTENSION = "zhicheng"


class SignedIn(Protocol):
    """A session of the accounts service as the pages see it."""

    @property
    def person(self) -> str:
        """The person's record key."""
        ...

    @property
    def organisation(self) -> str | None:
        """The organisation acted for; None for a private person."""
        ...

    @property
    def actor(self) -> Actor:
        """Person and organisation as the services want them."""
        ...


def platform() -> Platform:
    """The services, as ``create_app`` was given them."""
    return cast("Platform", current_app.extensions[EXTENSION])


def setting(name: str) -> Any:
    """A setting of the web layer (``WebSettings``)."""
    return getattr(current_app.config["WEB"], name)
