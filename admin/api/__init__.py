"""The REST interface under ``/api/v1``: the same services, rights and sentences as the pages.

Whoever calls signs in with name and password and sends the token of the session with each request
(RFC 6750). Cookies are not looked at, so a foreign page can send nothing in somebody's name.
"""

from __future__ import annotations

from flask import Blueprint, Flask

from admin.api import asking, cases, description, forms, groups, jobs, lists, sessions
from admin.captions import INTERFACE
from admin.security import csrf


def install(app: Flask) -> None:
    """Register the addresses of the interface."""
    interface = Blueprint(INTERFACE, __name__, url_prefix="/api/v1")
    for subject in (sessions, cases, forms, lists, groups, jobs, description):
        subject.install(interface)
    interface.before_request(asking.check)
    csrf.exempt(interface)
    app.register_blueprint(interface)
