"""Serves the application with gunicorn: one process with threads on each node.

More is had by more nodes: they share nothing but the database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

THREADS = 8
#: a page that takes longer than this is broken
SECONDS = 60


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make = make
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in the process that serves it."""
        return self._make()


def serve(make: Callable[[], Flask], host: str, port: int) -> None:
    """Serve until the process is told to end.

    Args:
        make: builds the application; called in the serving process, after the fork, so that no
            connection is shared with another.
        host: the address to listen at.
        port: the port.
    """
    _Server(
        make,
        {
            "bind": f"{host}:{port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "timeout": SECONDS,
            "graceful_timeout": 10,
            "accesslog": None,
            "loglevel": "warning",
        },
    ).run()
