"""What every request must satisfy, decided once for all pages.

Closed by default: an endpoint is reached by a signed-in person only, unless its view is marked
:func:`admin.security.public`. Every post carries a token against forgery, every answer the
headers below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from admin import parked
from admin.captions import INTERFACE, _
from admin.problems import problem
from admin.security import csrf, limiter, of_this_site, who

#: No inline script or style anywhere; pictures may be data addresses (arrows of select boxes).
POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
    "font-src 'self'", "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
    "base-uri 'none'", "object-src 'none'", "frame-src 'self'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def is_public(views: Mapping[str, Callable[..., Any]], endpoint: str | None) -> bool:
    """Whether an endpoint asks for no sign-in: marked so, or a file of the layout."""
    if endpoint is None or endpoint == "static":
        return True
    return bool(getattr(views.get(endpoint), "public", False))


def _require_person() -> ResponseReturnValue | None:
    """Send whoever is not signed in to the sign-in page, keeping what was typed."""
    if is_public(current_app.view_functions, request.endpoint) or who() is not None:
        return None
    if request.blueprint == INTERFACE:
        return problem(401, _("请先登录，并在请求中带上会话令牌。"), code="session_over")
    if request.headers.get("HX-Request") == "true":
        return parked.fragment()
    if request.method == "POST" and of_this_site():
        return parked.sign_in_page()
    return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        # Files that are handed out too: the next person at the computer finds nothing kept.
        response.headers["Cache-Control"] = "no-store"
    return response


def install(app: Flask) -> None:
    """Put the rules of this module in force."""
    limiter.init_app(app)
    app.before_request(_require_person)
    csrf.init_app(app)
    app.after_request(_protect)
    app.register_error_handler(CSRFError, parked.on_forged)
