import re

import pytest

from admin.app import WebSettings, create_app
from tests.web import fakes


class Visitor:
    """A browser without JavaScript: keeps cookies, sends the token of the page it saw."""

    def __init__(self, app):
        self.app = app
        self.client = app.test_client()
        self.page = None

    def get(self, address, **more):
        self.page = self.client.get(address, **more)
        return self.page

    def post(self, address, data=None, *, token=None, **more):
        sent = dict(data or {})
        if token is None:
            token = self.token()
        if token:
            sent["csrf_token"] = token
        more.setdefault("headers", {"Sec-Fetch-Site": "same-origin"})
        self.page = self.client.post(address, data=sent, **more)
        return self.page

    def token(self):
        return field(self.get("/verify").text, "csrf_token")

    def sign_in(self, login="zhang", password=fakes.PASSWORD, **more):
        return self.post("/sign-in", {"login": login, "password": password, **more})


def field(html, name):
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    return found.group(1) if found else None


@pytest.fixture
def platform():
    return fakes.platform()


@pytest.fixture
def app(platform):
    return create_app(
        platform, WebSettings(secret=b"0" * 32, demo=False, sign_in_rate="5 per minute")
    )


@pytest.fixture
def visitor(app):
    return Visitor(app)
