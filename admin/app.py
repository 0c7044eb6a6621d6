"""The web application: every page over one platform.

``create_app(platform, WebSettings(secret=…))`` builds all of it; nothing exists before. Pages of
end users are in :mod:`admin.portal`, those of administrators in :mod:`admin.console`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from admin import api, captions, console, errors, filters, guard, layout
from admin.context import EXTENSION
from admin.context import platform as shown
from admin.portal import pages as portal

if TYPE_CHECKING:
    from engine.services.platform import Platform
    from engine.settings import Settings

#: A form of many repeated rows is well below this; files have a limit of their own in the form.
_FORM_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """What the web layer must be told.

    ``secret`` signs the browser session and must be the same on all web nodes. ``secure_cookies``
    is on wherever pages are served over HTTPS. ``demo`` shows the accounts of the sample world on
    the sign-in page. ``proxies`` is the number of trusted proxies in front.
    """

    secret: bytes
    secure_cookies: bool = False
    demo: bool = False
    proxies: int = 0
    #: the largest request, files included
    upload_bytes: int = 60 * 1024 * 1024
    sign_in_rate: str = "30 per minute"
    verify_rate: str = "30 per minute"
    #: whether organisations register themselves here, and how often from one address
    registration: bool = False
    registration_rate: str = "10 per hour"


def web_settings(settings: Settings, *, demo: bool = False) -> WebSettings:
    """The settings of the web layer for an installation.

    The secret that signs sessions is a file beside the master key, made once.
    """
    file = settings.secret_key_file.with_name("session.key")
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(32))
    secure = settings.public_url.startswith("https://")
    return WebSettings(
        secret=file.read_bytes(),
        secure_cookies=secure,
        demo=demo,
        # The sample world is there to try everything.
        registration=settings.registration or demo,
    )


def show(app: Flask, platform: Platform) -> None:
    """Let an application show a platform."""
    app.extensions[EXTENSION] = platform
    platform.sentences.reader = captions.language


def _show_one_content(app: Flask) -> None:
    """Let a request see what is in force when it begins, whatever is published before it ends."""

    @app.before_request
    def hold() -> None:
        if request.endpoint != "static":
            g.content = shown().definitions.held()
            g.content.__enter__()

    @app.teardown_request
    def let_go(error: BaseException | None) -> None:
        held = g.pop("content", None)
        if held is not None:
            held.__exit__(None, None, None)


class _Number(IntegerConverter):
    """A number in an address: none that no row can have."""

    def __init__(self, map: Any, **more: Any) -> None:
        super().__init__(map, max=2**63 - 1, **more)


def create_app(platform: Platform, web: WebSettings) -> Flask:
    """Build the application."""
    app = Flask(__name__)
    app.url_map.converters["int"] = _Number
    app.secret_key = web.secret
    app.config.update(
        WEB=web,
        MAX_CONTENT_LENGTH=web.upload_bytes,
        MAX_FORM_MEMORY_SIZE=_FORM_BYTES,
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=web.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of its usual provider
    show(app, platform)
    if web.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=web.proxies, x_proto=web.proxies, x_host=web.proxies
        )
    _show_one_content(app)
    guard.install(app)
    layout.install(app)
    filters.install(app)
    errors.install(app)
    portal.install(app)
    console.install(app)
    api.install(app)
    return app
