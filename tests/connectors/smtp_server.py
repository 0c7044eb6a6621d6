"""A mail server that keeps what it is given: enough of SMTP for a client to be tested against."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Received:
    port: int
    mails: list[bytes] = field(default_factory=list)


@contextmanager
def smtp_server(*, refuse: bool = False) -> Iterator[Received]:
    received = Received(0)

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 test")
            for line in self.rfile:
                word = line[:4].upper()
                if word == b"DATA":
                    self.say("354 go on")
                    received.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                if word == b"RCPT" and refuse:
                    self.say("550 nobody here")
                else:
                    self.say("250 ok")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        received.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()
