"""Where mails go: into files, or to a mail server."""

import email
import os
import ssl
import stat
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from domain.kernel.ports import Mail, Undeliverable
from gateway.adapters.mail import FileMailer, SmtpMailer, mailer
from gateway.settings import Settings

FACTS = {
    "company": "Nordlicht",
    "name": "Kim",
    "link": "http://x.test/a/b",
    "expires": "2026-04-01T09:30:00+00:00",
    "days": "30",
    "minutes": "18",
}
MAIL = Mail("invitation", "de", "kim@example.com", "Kim Müller", "inv_1", FACTS)
PASSWORD = "p@ss:w/örd"


class Inbox:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.refuses = ""
        self.knows_nobody = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.knows_nobody:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  the library's name
        if self.refuses:
            return self.refuses
        self.kept.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (b"user@example.com", PASSWORD.encode())
    return AuthResult(success=known)


def serve(inbox: Inbox, port: int, **options: Any) -> Iterator[int]:
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def port(inbox: Inbox, unused_tcp_port: int) -> Iterator[int]:
    yield from serve(inbox, unused_tcp_port, enable_SMTPUTF8=True)


@pytest.fixture
def guarded_port(inbox: Inbox, unused_tcp_port: int) -> Iterator[int]:
    yield from serve(inbox, unused_tcp_port, authenticator=authenticate, auth_required=True, auth_require_tls=False)


def made(tmp_path: Path, **options: Any) -> Any:
    return mailer(Settings(var=tmp_path, base_url="https://centil.example.com", **options))


class TestFiles:
    async def test_hold_one_mail_each_for_this_user_alone(self, tmp_path):
        one = made(tmp_path)
        assert isinstance(one, FileMailer)

        await one.send(MAIL)

        [path] = (tmp_path / "mail").iterdir()
        assert path.name.endswith("Z-invitation-inv_1.eml")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        assert (message["Message-ID"], str(message["To"])) == ("<inv_1.invitation@centil.example.com>", "Kim Müller <kim@example.com>")

    async def test_are_never_half_written(self, tmp_path):
        (tmp_path / "mail").mkdir()
        (tmp_path / "mail").chmod(0o500)
        with pytest.raises(ValueError, match="not an email address"):
            await made(tmp_path).send(Mail("invitation", "de", "nonsense", "", "inv_1", FACTS))

        assert list((tmp_path / "mail").iterdir()) == []

    async def test_are_found_by_what_they_are_about_and_forgotten(self, tmp_path):
        """Q-11: an invite's key finds its reminders, too, and no other's; what a killed process left half written goes as well."""
        one = made(tmp_path)
        for reference in ("inv_1", "inv_1.2", "inv_11", "ent_1"):
            await one.send(Mail("invitation", "de", "kim@example.com", "", reference, FACTS))
        folder = tmp_path / "mail"
        for name, at in ((".tmpold", 0), (".tmpnew", None)):
            (folder / name).write_text("kim@example.com")
            if at is not None:
                os.utime(folder / name, (at, at))

        assert [name.rpartition("-")[2] for name in await one.kept(["inv_1"])] == ["inv_1.eml", "inv_1.2.eml"]
        assert await one.forget(["inv_1"]) == 3

        assert {path.name.rpartition("-")[2] for path in folder.iterdir()} == {"inv_11.eml", "ent_1.eml", ".tmpnew"}
        assert await one.forget(["inv_1"]) == 0

    async def test_stay_in_their_folder(self, tmp_path):
        await made(tmp_path).send(Mail("invitation", "de", "kim@example.com", "", "../../x", FACTS))

        assert [path.parent for path in tmp_path.rglob("*.eml")] == [tmp_path / "mail"]


class TestAMailServer:
    async def test_is_given_the_mail(self, tmp_path, inbox, port):
        one = made(tmp_path, mail_url=f"smtp://127.0.0.1:{port}", mail_from='"Nörd, Centil" <post@centil.example.com>')
        assert isinstance(one, SmtpMailer)

        await one.send(MAIL)

        [envelope] = inbox.kept
        assert (envelope.mail_from, envelope.rcpt_tos) == ("post@centil.example.com", ["kim@example.com"])
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        assert message["From"].addresses[0].display_name == "Nörd, Centil"
        assert message["Subject"] == "Nordlicht lädt Sie zu einem Fragebogen ein"

    async def test_is_given_addresses_that_are_not_ascii(self, tmp_path, inbox, port):
        await made(tmp_path, mail_url=f"smtp://127.0.0.1:{port}").send(Mail("entry", "en", "jörg@example.com", "Jörg", "ent_1", FACTS))

        assert inbox.kept[0].rcpt_tos == ["jörg@example.com"]

    async def test_is_told_user_and_password_as_they_were_meant(self, tmp_path, inbox, guarded_port):
        await made(tmp_path, mail_url=f"smtp://user%40example.com:p%40ss%3Aw%2F%C3%B6rd@127.0.0.1:{guarded_port}").send(MAIL)

        assert len(inbox.kept) == 1

    async def test_that_refuses_makes_the_job_try_again(self, tmp_path, inbox, port):
        inbox.refuses = "451 come back later"
        with pytest.raises(aiosmtplib.SMTPException):
            await made(tmp_path, mail_url=f"smtp://127.0.0.1:{port}").send(MAIL)

    async def test_that_refuses_for_good_is_told_so(self, tmp_path, inbox, port):
        """Trying again for a day would not make a mailbox."""
        inbox.refuses = "554 never"
        with pytest.raises(Undeliverable):
            await made(tmp_path, mail_url=f"smtp://127.0.0.1:{port}").send(MAIL)
        inbox.knows_nobody = True
        with pytest.raises(Undeliverable):
            await made(tmp_path, mail_url=f"smtp://127.0.0.1:{port}").send(MAIL)

    async def test_that_is_not_there_makes_the_job_try_again(self, tmp_path, unused_tcp_port):
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await made(tmp_path, mail_url=f"smtp://127.0.0.1:{unused_tcp_port}").send(MAIL)

    async def test_without_the_security_that_was_asked_for_gets_nothing(self, tmp_path, inbox, port):
        for scheme in ("smtp+starttls", "smtps"):
            with pytest.raises((aiosmtplib.SMTPException, OSError, ssl.SSLError)):
                await made(tmp_path, mail_url=f"{scheme}://127.0.0.1:{port}").send(MAIL)

        assert inbox.kept == []
