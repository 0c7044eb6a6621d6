"""Systems outside, reached as the installation says: over HTTP, or through a folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.connectors.folder import Folder, Unreadable, WrongAddress
from engine.connectors.http import HttpConnections, NotConfigured, Unavailable
from engine.definitions.connector import Connector
from engine.domain.clock import Clock


class OutsideConnections:
    """See :class:`engine.connectors.http.Connections`; the address decides how.

    Where there is no interface the answer is the name of the file that was left, as ``receipt``,
    or, where one is waited for, what somebody has put beside it.
    """

    def __init__(self, settings: Mapping[str, str], clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._http = HttpConnections(settings)

    def missing(self, connector: Connector) -> tuple[str, ...]:
        """The settings of a connector that nobody has given; a folder needs no token."""
        missing = self._http.missing(connector)
        if self._is_folder(connector):
            return tuple(name for name in missing if name != connector.token)
        return missing

    def ask(self, connector: Connector, body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Send a request and return the answer; ``key`` is the same at each attempt.

        Raises:
            NotConfigured: a setting is missing or wrong.
            Unavailable: there was no answer, or the folder cannot be written to.
            Rejected: the request will never be accepted.
        """
        if not self._is_folder(connector):
            return self._http.ask(connector, body, key)
        try:
            folder = Folder(urlsplit(self._settings[connector.address]), connector.id)
            today = self._clock.now().astimezone().date()
            receipt = folder.leave(body, key, today)
            found = folder.answer(key) if connector.pending is not None else None
            return found or {"receipt": receipt}
        except WrongAddress as error:
            raise NotConfigured(connector.address) from error
        except Unreadable as error:
            raise Unavailable("no JSON") from error
        except OSError as error:
            raise Unavailable(error.strerror or type(error).__name__) from error

    def _is_folder(self, connector: Connector) -> bool:
        return self._settings.get(connector.address, "").startswith("file:")
