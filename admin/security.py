"""Who is there: the browser session and the person signed in, read once for each request.

The actor is read here and nowhere else; pages pass it to the services, which decide. The rules
that every request must satisfy are in :mod:`admin.guard`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import g, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

from admin.captions import INTERFACE
from admin.context import SignedIn, platform

View = TypeVar("View", bound=Callable[..., Any])
_TOKEN = "sign_in"  # noqa: S105  (the name of a field of the session)
_WHO = "person"
_BEARER = "Bearer "

#: Per process and by address, against flooding; the lock-out of an account is a row (accounts).
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)
csrf = CSRFProtect()


def public(view: View) -> View:
    """Mark a view that anybody may reach."""
    view.public = True  # type: ignore[attr-defined]  # a mark on the function
    return view


def signed_in() -> SignedIn:
    """Who is signed in; only for views that are not public."""
    found = who()
    if found is None:
        raise LookupError("a public page asked for the person signed in")
    return found


def who() -> SignedIn | None:
    """Who is signed in, read once for each request."""
    if "who" not in g:
        token = _sent() if request.blueprint == INTERFACE else session.get(_TOKEN)
        g.who = platform().accounts.session(token) if token else None
    found: SignedIn | None = g.who
    return found


def _sent() -> str | None:
    """The token of a request to the interface, which has no cookies (RFC 6750)."""
    header = request.headers.get("Authorization", "")
    return header.removeprefix(_BEARER).strip() if header.startswith(_BEARER) else None


def begin(token: str) -> None:
    """Start the browser session of a person; of an earlier one only the language survives."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session[_TOKEN] = token
    g.pop("who", None)
    found = who()
    if found is not None:
        session[_WHO] = found.person


def end() -> None:
    """End the browser session, here and among the rows."""
    token = session.get(_TOKEN)
    if token:
        platform().accounts.sign_out(token)
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    g.pop("who", None)


def token() -> str:
    """The token of the browser session."""
    return str(session[_TOKEN])


def last_person() -> str | None:
    """Whose browser session this was, also after it has run out."""
    person = session.get(_WHO)
    return str(person) if person else None


def of_this_site() -> bool:
    """Whether the request comes from a page of ours (asked where the token cannot tell)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is not None and urlsplit(origin).netloc == request.host
