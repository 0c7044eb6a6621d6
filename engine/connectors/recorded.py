"""Systems outside for sample cases: answers are prepared, and what was asked is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.connectors.http import NotConfigured
from engine.definitions.connector import Connector


class Asked(NamedTuple):
    """One question."""

    connector: str
    body: Mapping[str, Any]
    key: str


class RecordedConnections:
    """See :class:`engine.connectors.http.Connections`; nothing leaves the platform."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin again: nothing is configured, nothing was asked."""
        #: the connectors an installation is taken to have settings for
        self.configured: set[str] = set()
        #: what was asked, oldest first
        self.asked: list[Asked] = []
        self._answers: dict[str, Mapping[str, Any] | Exception] = {}

    def will(self, connector: str, answer: Mapping[str, Any] | Exception) -> None:
        """Prepare the answer to the next question of a connector."""
        self._answers[connector] = answer

    def missing(self, connector: Connector) -> tuple[str, ...]:
        """The settings nobody has given: all, or none where it is taken to be configured."""
        return () if connector.id in self.configured else connector.settings

    def ask(self, connector: Connector, body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Give the answer that was prepared.

        Raises:
            NotConfigured: none was.
        """
        answer = self._answers.pop(connector.id, None)
        if answer is None:
            raise NotConfigured(connector.address)
        self.asked.append(Asked(connector.id, body, key))
        if isinstance(answer, Exception):
            raise answer
        return answer
