"""A real HTTP server on this machine that answers as it is told, and remembers the requests."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    key: str
    token: str
    body: Any


@dataclass
class Answering:
    """The server: ``answers`` are taken one after the other, the last one again and again."""

    url: str = ""
    #: (status, body or bytes, seconds to wait before)
    answers: list[tuple[int, Any, float]] = field(default_factory=lambda: [(200, {}, 0.0)])
    asked: list[Asked] = field(default_factory=list)

    def will(self, *answers: tuple[int, Any]) -> None:
        """Say what is answered from now on."""
        self.answers = [(status, body, 0.0) for status, body in answers]


@contextmanager
def answering() -> Iterator[Answering]:
    """Run the server."""
    state = Answering()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length))
            key = self.headers.get("Idempotency-Key", "")
            token = self.headers.get("Authorization", "")
            state.asked.append(Asked(self.command, self.path, key, token, body))
            status, content, seconds = (
                state.answers.pop(0) if len(state.answers) > 1 else state.answers[0]
            )
            time.sleep(seconds)
            text = content if isinstance(content, bytes) else json.dumps(content).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                if status == 302:
                    self.send_header("Location", f"{state.url}/elsewhere")
                self.end_headers()
                self.wfile.write(text)
            except OSError:
                # Whoever asked did not wait for the answer.
                return

        do_POST = do_GET = _answer  # noqa: N815  (the names http.server looks for)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
