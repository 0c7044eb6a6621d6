"""Signing in with an identity platform: OpenID Connect, authorization code with PKCE.

The protocol is Authlib's; here are its transport, which keys and claims are trusted, and how long
what a platform publishes about itself is believed. No token is kept, and none is logged.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import SplitResult, urlencode, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from engine.connectors.http import NotConfigured, Rejected, Unavailable, exchange, read
from engine.definitions.connector import Connector
from engine.definitions.identity import Identity
from engine.domain.clock import Clock
from engine.domain.paths import at_path

#: how a platform may sign: with a key that only it has
ALGORITHMS = tuple(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512))
#: how far its clock may be from ours, in seconds
LEEWAY = 60
#: how long what it publishes about itself is believed, in seconds
BELIEVED = 600
#: how long a secret of one request is
_SECRET_BYTES = 32
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Untrusted(Exception):
    """What came back is not from this platform, or not about this request."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A browser is sent to a platform: to ``address``; the rest is kept until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform says about who signed in."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]


class IdentityPlatform(Protocol):
    """Lets people sign in elsewhere."""

    def missing(self, connector: Connector) -> tuple[str, ...]:
        """The settings of a connector that nobody has given."""
        ...

    def depart(
        self, connector: Connector, back: str, *, register: bool = False, again: bool = False
    ) -> Departure:
        """Say where to send a browser that comes back to ``back``.

        With ``register`` to a new account, with ``again`` to sign in even if that was done lately.

        Raises:
            NotConfigured, Unavailable, Rejected, Untrusted: the platform cannot be asked.
        """
        ...

    def answer(
        self, connector: Connector, back: str, nonce: str, verifier: str, code: str
    ) -> Answer:
        """Fetch what a platform says about whom it sent back with a code.

        Raises:
            NotConfigured, Unavailable: there was no answer.
            Rejected: the code is not valid, or no longer.
            Untrusted: the answer cannot be believed.
        """
        ...

    def farewell(self, connector: Connector, back: str) -> str | None:
        """Where one signs out of a platform, if it has such a page."""
        ...


@dataclass(slots=True)
class _Believed:
    """What a platform publishes about itself, and when that was read."""

    metadata: Mapping[str, Any]
    at: float
    keys: KeySet | None = None


class OpenId:
    """See :class:`IdentityPlatform`. ``settings`` are those of the installation, by name."""

    def __init__(self, settings: Mapping[str, str], clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._believed: dict[str, _Believed] = {}

    def missing(self, connector: Connector) -> tuple[str, ...]:
        """See :class:`IdentityPlatform`."""
        return tuple(name for name in connector.settings if not self._settings.get(name))

    def depart(
        self, connector: Connector, back: str, *, register: bool = False, again: bool = False
    ) -> Departure:
        """See :class:`IdentityPlatform`."""
        identity = _identity(connector)
        metadata = self._known(connector).metadata
        more: dict[str, str] = dict(identity.parameters)
        if register and "create" in (metadata.get("prompt_values_supported") or ()):
            more["prompt"] = "create"
        elif again:
            more["prompt"] = "login"
        state, nonce, verifier = (secrets.token_urlsafe(_SECRET_BYTES) for _ in range(3))
        address, _ = self._client(connector, back).create_authorization_url(
            str(metadata["authorization_endpoint"]),
            state=state,
            code_verifier=verifier,
            **{**more, "nonce": nonce},
        )
        return Departure(address, state, nonce, verifier)

    def answer(
        self, connector: Connector, back: str, nonce: str, verifier: str, code: str
    ) -> Answer:
        """See :class:`IdentityPlatform`."""
        known = self._known(connector)
        client = self._client(connector, back)
        try:
            found = client.fetch_token(
                str(known.metadata["token_endpoint"]), code=code, code_verifier=verifier,
                grant_type="authorization_code",
            )  # fmt: skip
        except AuthlibBaseError as error:
            raise Rejected(str(error.error)) from error
        except (ValueError, TypeError, KeyError) as error:
            raise Untrusted("token") from error
        text, access = found.get("id_token"), found.get("access_token")
        if not isinstance(text, str):
            raise Untrusted("id_token")
        claims = self._verified(connector, known, text, nonce, access)
        identity = _identity(connector)
        told: dict[str, Any] = dict(claims)
        if any(claim_of(told, name) is None for name in identity.claims):
            told |= self._more(connector, known, access, told["sub"])
        subject = claim_of(told, identity.subject)
        if subject is None:
            raise Untrusted(identity.subject)
        return Answer(str(known.metadata["issuer"]), subject, told)

    def farewell(self, connector: Connector, back: str) -> str | None:
        """See :class:`IdentityPlatform`."""
        try:
            metadata = self._known(connector).metadata
        except (NotConfigured, Unavailable, Rejected, Untrusted):
            # Signed out here is signed out here, whatever the platform does.
            return None
        address = metadata.get("end_session_endpoint")
        if not isinstance(address, str) or not _is_safe(address):
            return None
        identity = _identity(connector)
        asked = urlencode(
            {"client_id": self._settings[identity.client], "post_logout_redirect_uri": back}
        )
        return f"{address}{'&' if '?' in address else '?'}{asked}"

    # ------------------------------------------------------------ inside

    def _client(self, connector: Connector, back: str) -> OAuth2Client:
        identity = _identity(connector)
        secret = self._settings.get(identity.secret) if identity.secret is not None else None
        supported = self._known(connector).metadata.get("token_endpoint_auth_methods_supported")
        method = "none"
        if secret is not None:
            basic = not supported or "client_secret_basic" in supported
            method = "client_secret_basic" if basic else "client_secret_post"
        return OAuth2Client(
            _Transport(connector.seconds),
            client_id=self._settings[identity.client],
            client_secret=secret,
            token_endpoint_auth_method=method,
            scope=" ".join(identity.scopes),
            redirect_uri=back,
            code_challenge_method="S256",
        )

    def _known(self, connector: Connector) -> _Believed:
        """What a platform says about itself, read anew when that is old."""
        missing = self.missing(connector)
        if missing:
            raise NotConfigured(", ".join(missing))
        address = self._settings[connector.address].rstrip("/")
        if not _is_safe(address):
            raise NotConfigured(connector.address)
        known = self._believed.get(address)
        if known is None or time.monotonic() - known.at > BELIEVED:
            found = self._get(get_well_known_url(address, external=True), connector.seconds)
            known = _Believed(_checked(found, address), time.monotonic())
            self._believed[address] = known
        return known

    def _keys(self, connector: Connector, known: _Believed, *, anew: bool = False) -> KeySet:
        if known.keys is None or anew:
            found = self._get(str(known.metadata["jwks_uri"]), connector.seconds)
            try:
                known.keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise Untrusted("jwks") from error
        return known.keys

    def _verified(
        self, connector: Connector, known: _Believed, text: str, nonce: str, access: object
    ) -> Mapping[str, Any]:
        """The claims of an id token whose signature and purpose are right."""
        client = self._settings[_identity(connector).client]
        try:
            try:
                token = jwt.decode(text, self._keys(connector, known), algorithms=ALGORITHMS)
            except InvalidKeyIdError:
                # The platform has changed its keys.
                keys = self._keys(connector, known, anew=True)
                token = jwt.decode(text, keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": str(known.metadata["issuer"])},
                    "aud": {"essential": True, "value": client},
                },
                params={"nonce": nonce, "client_id": client, "access_token": access},
            )
            claims.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY)
        except (JoseError, AuthlibBaseError) as error:
            raise Untrusted(str(error.error)) from error
        except (ValueError, TypeError, KeyError) as error:
            raise Untrusted("id_token") from error
        return dict(claims)

    def _more(
        self, connector: Connector, known: _Believed, access: object, subject: str
    ) -> dict[str, Any]:
        """What the platform tells beside the id token, about the same person."""
        address = known.metadata.get("userinfo_endpoint")
        if not isinstance(address, str) or not isinstance(access, str):
            return {}
        if not _is_safe(address):
            raise Untrusted("userinfo_endpoint")
        found = self._get(address, connector.seconds, {"Authorization": f"Bearer {access}"})
        if found.get("sub") != subject:
            raise Untrusted("userinfo")
        return dict(found)

    @staticmethod
    def _get(
        address: str, seconds: float, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        url = urlsplit(address)
        sent = {"Accept": "application/json", **(headers or {})}
        return read(*exchange(url, "GET", _target(url), sent, None, seconds))


class _Transport:
    """What Authlib sends its one request with: a session as it knows them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def post(
        self, address: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth
    ) -> _Response:
        """Send a form."""
        address, sent, body = auth.prepare("POST", address, dict(headers), urlencode(data))
        url = urlsplit(address)
        return _Response(*exchange(url, "POST", _target(url), sent, body.encode(), self._seconds))


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer as Authlib reads it."""

    status_code: int
    content: bytes

    def json(self) -> Mapping[str, Any]:
        """The answer in JSON; a refusal is one too."""
        return read(200, self.content)

    def raise_for_status(self) -> None:
        """Let a failure of the platform be one.

        Raises:
            Unavailable, Rejected: it is one.
        """
        read(self.status_code, self.content)


def claim_of(claims: Mapping[str, Any], name: str) -> str | None:
    """A claim as text: by its name, or by a path with dots into nested ones; None if absent."""
    value: Any = claims.get(name)
    if value is None:
        value = at_path(claims, name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def _identity(connector: Connector) -> Identity:
    if connector.identity is None:
        raise NotConfigured(connector.id)
    return connector.identity


def _checked(found: Mapping[str, Any], address: str) -> Mapping[str, Any]:
    """What a platform says about itself, if it is this platform and safe to talk to."""
    if any(not isinstance(found.get(name), str) for name in _NEEDED):
        raise Untrusted("metadata")
    metadata = OpenIDProviderMetadata({name: _as_secure(value) for name, value in found.items()})
    try:
        for name in _NEEDED:
            getattr(metadata, f"validate_{name}")()
    except ValueError as error:
        raise Untrusted(str(error)) from error
    if str(found["issuer"]).rstrip("/") != address:
        raise Untrusted("issuer")
    return found


def _as_secure(value: Any) -> Any:
    """An address on this machine, as if it were reached as safely as one must be elsewhere."""
    if isinstance(value, str) and value.startswith("http://") and _is_safe(value):
        return f"https://{value.removeprefix('http://')}"
    return value


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is said."""
    url = urlsplit(address)
    return (url.scheme == "https" and bool(url.hostname)) or (
        url.scheme == "http" and url.hostname in _LOOPBACK
    )


def _target(url: SplitResult) -> str:
    return (url.path or "/") + (f"?{url.query}" if url.query else "")
