"""Systems outside, asked in JSON over HTTP.

Whoever answers is told the key of the request with every attempt, so that asking twice does
nothing twice. Redirects are not followed: an address is what the installation says it is.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import SplitResult, quote, urlsplit

from engine.definitions.connector import Connector

#: answers that are no fault of the request: asked again
_LATER = frozenset({408, 425, 429})
#: where an answer says why it refuses, and how much of that is kept
_REASONS = ("detail", "message", "reason", "error", "title")
LONGEST_REASON = 200
#: more than this is no answer
_MOST = 1 << 20


class NotConfigured(Exception):
    """A setting without which a connector cannot be used is missing."""


class Unavailable(Exception):
    """There was no answer, or none to this request: it may be asked again."""


class Rejected(Exception):
    """The other side will not have this request, however often it is asked."""


class Connections(Protocol):
    """Asks systems outside."""

    def missing(self, connector: Connector) -> tuple[str, ...]:
        """The settings of a connector that nobody has given; none when it can be used."""
        ...

    def ask(self, connector: Connector, body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Send a request and return the answer; ``key`` is the same at each attempt.

        Raises:
            NotConfigured: a setting is missing.
            Unavailable: there was no answer.
            Rejected: the request will never be accepted.
        """
        ...


@dataclass(frozen=True, slots=True)
class HttpConnections:
    """See :class:`Connections`. ``settings`` are those of the installation, by name."""

    settings: Mapping[str, str]

    def missing(self, connector: Connector) -> tuple[str, ...]:
        """The settings of a connector that nobody has given."""
        return tuple(name for name in connector.settings if not self.settings.get(name))

    def ask(self, connector: Connector, body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """See :class:`Connections`."""
        missing = self.missing(connector)
        if missing:
            raise NotConfigured(", ".join(missing))
        url = urlsplit(self.settings[connector.address])
        if url.scheme not in ("http", "https") or not url.hostname:
            raise NotConfigured(connector.address)
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            # A header holds no Chinese.
            "Idempotency-Key": quote(key, safe="/:#"),
        }
        if connector.token is not None:
            headers["Authorization"] = f"Bearer {self.settings[connector.token]}"
        target = f"{url.path.rstrip('/')}/{connector.path.lstrip('/')}".rstrip("/") or "/"
        text = json.dumps(body, ensure_ascii=False).encode()
        method = connector.method.upper()
        return read(*exchange(url, method, target, headers, text, connector.seconds))


def exchange(
    url: SplitResult,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes | None,
    seconds: float,
) -> tuple[int, bytes]:
    """Send one request to the host of an address; return the status and what it answers.

    Raises:
        Unavailable: there was no answer.
    """
    connection = _connection(url, seconds)
    try:
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(type(error).__name__) from error
    finally:
        connection.close()


def _connection(url: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = str(url.hostname)
    if url.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, url.port, timeout=seconds, context=context)
    return http.client.HTTPConnection(host, url.port, timeout=seconds)


def read(status: int, content: bytes) -> Mapping[str, Any]:
    """Read an answer in JSON.

    Raises:
        Unavailable: it may be asked again.
        Rejected: it is none, or says no.
    """
    if status in _LATER or status >= 500:
        raise Unavailable(f"HTTP {status}")
    if not 200 <= status < 300:
        raise Rejected(f"HTTP {status}{_why(content)}")
    if len(content) > _MOST:
        raise Rejected("too long")
    try:
        found = json.loads(content) if content.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Rejected("no JSON") from error
    if not isinstance(found, dict):
        raise Rejected("no object")
    return found


def _why(content: bytes) -> str:
    """What an answer says about why it is none, in one of the usual places."""
    try:
        found = json.loads(content[:_MOST])
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    said = [text for name in _REASONS if isinstance(text := found.get(name), str) and text]
    return f"：{said[0][:LONGEST_REASON]}" if said else ""
