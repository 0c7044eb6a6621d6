"""Mail, by SMTP or kept in memory."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail. ``key`` is the same each time it is sent again, so that it can be told apart."""

    key: str
    to: str
    subject: str
    text: str
    at: datetime


class Mailer(Protocol):
    """Sends mail."""

    def send(self, mail: Mail) -> None:
        """Hand a mail over. Raises OSError if that did not work, and may later."""
        ...


@dataclass(slots=True)
class MemoryMailer:
    """Keeps what would be sent: for development, replays and tests."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Keep a mail; one with a known key is the same one."""
        if all(before.key != mail.key for before in self.sent):
            self.sent.append(mail)


@dataclass(frozen=True, slots=True)
class SMTPMailer:
    """Hands mail to a server. ``security`` is how the connection is protected."""

    host: str
    port: int
    sender: str
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str | None = None
    password: str | None = None
    seconds: float = 20.0

    def send(self, mail: Mail) -> None:
        """Hand a mail over. Raises OSError (smtplib's errors are among them)."""
        with self._connect() as connection:
            if self.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.user is not None:
                connection.login(self.user, self.password or "")
            connection.send_message(self._message(mail))

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=self.seconds)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = mail.to
        # A title from a definition or a person never becomes a second header.
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(mail.at)
        domain = self.sender.rpartition("@")[2].rstrip(">")
        message["Message-ID"] = f"<{mail.key.encode().hex()}@{domain}>"
        message.set_content(mail.text)
        return message
