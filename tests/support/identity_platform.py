"""An identity platform of our own: OpenID Connect over HTTP, with keys it signs with for real.

It speaks the protocol and has no notion of ours: codes are good once and for one client, address
and verifier; id tokens are signed with the key it publishes. A browser gets a page with a button
for each person it knows. What it does wrong on purpose is asked for by its fields.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

CLIENT, SECRET = "zhicheng", "a secret of the client"


@dataclass
class Platform:
    """What the platform knows and has been asked."""

    people: dict[str, dict[str, Any]]
    now: Callable[[], float]
    algorithm: str = "RS256"
    issuer: str = ""
    key: Key | None = None
    #: what it says of itself beside what every platform says
    metadata: dict[str, Any] = field(default_factory=dict)
    #: laid over the claims of the id token, to be wrong about something
    lies: dict[str, Any] = field(default_factory=dict)
    #: laid over what it gives for a code, and over what it tells at its own address
    given: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    #: in place of the keys it signs with
    published: Any = None
    #: signs with this key in place of the one it publishes
    forger: Key | None = None
    is_down: bool = False
    #: gives claims at its own address only, not in the id token
    in_userinfo: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def new_key(self) -> None:
        """Sign with another key from now on, and publish it."""
        self.key = _key(self.algorithm, secrets.token_hex(4))

    def sign_in(self, address: str, subject: str) -> str:
        """Sign somebody in where a browser was sent to; return where it goes from there."""
        asked = _fields(urlsplit(address).query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "subject": subject}
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{asked['redirect_uri']}?{back}"

    def answer(self, path: str, query: str) -> tuple[int, Any]:
        """Answer a request for something to read."""
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/end",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [self.algorithm],
                "prompt_values_supported": ["login", "create"],
                **self.metadata,
            }
        if path == "/keys":
            assert self.key is not None
            return 200, self.published or {"keys": [self.key.as_dict(private=False)]}
        if path == "/authorize":
            return 200, self._page(query)
        if path == "/end":
            return 200, "<!doctype html><title>已退出</title><h1>已退出认证平台</h1>"
        return 404, {"error": "not_found"}

    def _page(self, query: str) -> str:
        asked = _fields(query)
        title = "注册" if asked.get("prompt") == "create" else "登录"
        ways = "".join(
            f'<p><a href="/as?{escape(query)}&amp;subject={subject}">{escape(subject)}</a></p>'
            for subject in self.people
        )
        return f'<!doctype html><html lang="zh"><title>{title}</title><h1>{title}</h1>{ways}'

    def token(self, sent: Mapping[str, str], authorization: str) -> tuple[int, Any]:
        """Give tokens for a code, once."""
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(sent.get("code", ""), None)
        challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or sent.get("redirect_uri") != asked["redirect_uri"]
            or asked.get("code_challenge_method") != "S256"
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        subject, at = asked["subject"], int(self.now())
        access = secrets.token_urlsafe(16)
        self.tokens[access] = subject
        told = {} if self.in_userinfo else self.people[subject]
        claims = {
            "iss": self.issuer, "sub": subject, "aud": CLIENT, "iat": at, "exp": at + 300,
            "nonce": asked["nonce"], **told, **self.lies,
        }  # fmt: skip
        key = self.forger or self.key
        assert key is not None
        signed = jwt.encode(
            {"alg": self.algorithm, "kid": self.key.kid if self.key else None}, claims, key
        )
        tokens = {"access_token": access, "token_type": "Bearer", "id_token": signed}
        return 200, {**tokens, **self.given}


def _key(algorithm: str, kid: str) -> Key:
    more = {"kid": kid, "use": "sig", "alg": algorithm}
    if algorithm.startswith("ES"):
        return ECKey.generate_key("P-256", more)
    return RSAKey.generate_key(2048, more)


@cache
def _first_key(algorithm: str) -> Key:
    """The key every platform begins with: to make one takes longer than to sign in."""
    return _key(algorithm, "first")


def _fields(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def settings_of(platform: Platform) -> dict[str, str]:
    """What an installation in Tianjin sets to sign people and units in with a platform."""
    given = {"url": platform.issuer, "client": CLIENT, "secret": SECRET}
    return {
        f"tianjin_{whom}_{name}": value
        for whom in ("people", "units")
        for name, value in given.items()
    }


@contextmanager
def identity_platform(
    people: dict[str, dict[str, Any]], now: Callable[[], float], algorithm: str = "RS256"
) -> Iterator[Platform]:
    """A platform that knows these people, by what it calls them, on a port of this machine."""
    platform = Platform(people, now, algorithm, key=_first_key(algorithm))

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            platform.asked.append((url.path, _fields(url.query)))
            if platform.is_down:
                self.say(503, {})
            elif url.path == "/as":
                fields = _fields(url.query)
                to = platform.sign_in(f"/authorize?{url.query}", fields["subject"])
                self.send_response(302)
                self.send_header("Location", to)
                self.end_headers()
            elif url.path == "/userinfo":
                access = self.headers.get("Authorization", "").removeprefix("Bearer ")
                subject = platform.tokens[access]
                self.say(200, {"sub": subject, **platform.people[subject], **platform.told})
            else:
                self.say(*platform.answer(url.path, url.query))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            sent = _fields(self.rfile.read(length).decode())
            platform.asked.append((self.path, sent))
            if platform.is_down:
                self.say(503, {})
            else:
                self.say(*platform.token(sent, self.headers.get("Authorization", "")))

        def say(self, status: int, content: Any) -> None:
            is_page = isinstance(content, str)
            text = content if is_page else json.dumps(content)
            self.send_response(status)
            kind = "text/html; charset=utf-8" if is_page else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
