from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from engine.connectors.mail import Mail, MemoryMailer, SMTPMailer

from .smtp_server import smtp_server

MAIL = Mail(
    key="case-1:end:1:0",
    to="li@example.org",
    subject="结果\r\nBcc: everybody@example.org",
    text="您的申报已通过。\n.\n",
    at=datetime(2026, 3, 2, tzinfo=UTC),
)


def mailer(port: int) -> SMTPMailer:
    return SMTPMailer("127.0.0.1", port, "平台 <noreply@example.org>", security="none")


def test_a_mail_arrives_as_it_was_written():
    with smtp_server() as server:
        mailer(server.port).send(MAIL)
    mail = message_from_bytes(server.mails[0], policy=policy.default)
    assert mail["To"] == "li@example.org"
    assert mail["From"] == "平台 <noreply@example.org>"
    assert mail.get_content().replace("\r\n", "\n").startswith("您的申报已通过。")


def test_a_subject_never_becomes_a_header():
    with smtp_server() as server:
        mailer(server.port).send(MAIL)
    mail = message_from_bytes(server.mails[0], policy=policy.default)
    assert mail["Subject"] == "结果 Bcc: everybody@example.org"
    assert mail["Bcc"] is None


def test_a_mail_sent_again_is_known_to_be_the_same():
    with smtp_server() as server:
        mailer(server.port).send(MAIL)
        mailer(server.port).send(MAIL)
    first, second = (message_from_bytes(mail)["Message-ID"] for mail in server.mails)
    assert first == second
    assert first.endswith("@example.org>")


def test_a_server_that_refuses_or_is_not_there_is_an_error_to_try_again_after():
    with smtp_server(refuse=True) as server, pytest.raises(OSError, match="nobody here"):
        mailer(server.port).send(MAIL)
    with pytest.raises(OSError, match="refused"):
        mailer(1).send(MAIL)


@pytest.mark.req("SEC-09")
def test_without_a_server_mail_is_kept_once():
    kept = MemoryMailer()
    kept.send(MAIL)
    kept.send(MAIL)
    assert kept.sent == [MAIL]
