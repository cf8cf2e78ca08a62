"""Mails go to a mail server, or into files where there is none."""

import asyncio
import ipaddress
import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from domain.kernel.clock import Clock
from domain.kernel.ports import Mail, Mailer, Undeliverable
from gateway.adapters.mails import Message, compose, headers
from gateway.settings import MAIL_PORTS, Settings

PERMANENT = 500
"""Replies of a mail server from here on are final."""
PATIENCE = 30.0
"""Seconds a mail server may take; then the job tries again later."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes messages in the name of this installation."""

    sender: tuple[str, str]
    """Name and address."""
    host: str
    clock: Clock

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "Writer":
        """Write for an installation."""
        return cls(parseaddr(settings.mail_from), _host(settings.address), clock)

    def write(self, mail: Mail) -> Message:
        return compose(mail, sender=self.sender, host=self.host, at=self.clock.now())


class SmtpMailer:
    """Hands mails to a mail server: in the clear (smtp), in TLS from the start (smtps), or turned to TLS (smtp+starttls)."""

    def __init__(self, url: str, writer: Writer) -> None:
        parts = urlsplit(url)
        self._writer = writer
        self._hostname = parts.hostname or ""
        self._port = parts.port or MAIL_PORTS[parts.scheme]
        self._username = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"
        self._start_tls = parts.scheme == "smtp+starttls"

    async def send(self, mail: Mail) -> None:
        """Hand over a mail.

        Raises Undeliverable when the server refuses this mail for good, and aiosmtplib.SMTPException or OSError when it
        does not take it now; the job then tries again.
        """
        import aiosmtplib  # only where there is a mail server: it would slow every start

        try:
            await self._hand_over(aiosmtplib, self._writer.write(mail))
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(refused.code >= PERMANENT for refused in error.recipients):
                raise Undeliverable from None
            raise
        except aiosmtplib.SMTPDataError as error:
            if error.code >= PERMANENT:
                raise Undeliverable from None
            raise

    async def kept(self, references: Collection[str]) -> list[str]:
        return []

    async def forget(self, references: Collection[str]) -> int:
        return 0

    async def _hand_over(self, aiosmtplib: Any, message: Message) -> None:
        await aiosmtplib.send(
            message.content,
            sender=message.sender,
            recipients=[message.to],
            mail_options=[] if message.to.isascii() else ["SMTPUTF8"],
            hostname=self._hostname,
            port=self._port,
            username=self._username,
            password=self._password,
            use_tls=self._tls,
            start_tls=self._start_tls,
            local_hostname=self._writer.host,  # or the library asks the resolver, on the event loop
            timeout=PATIENCE,
        )


class FileMailer:
    """Writes mails into a folder, for trying things out; only this user can read them."""

    def __init__(self, folder: Path, writer: Writer) -> None:
        self.folder = folder
        self._writer = writer

    async def send(self, mail: Mail) -> None:
        """Write a mail, whole or not at all."""
        at = self._writer.clock.now()
        name = f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}Z-{mail.template}-{headers.token(mail.reference)}.eml"
        await asyncio.to_thread(self._keep, name, self._writer.write(mail).content)

    async def kept(self, references: Collection[str]) -> list[str]:
        return sorted(path.name for path in await asyncio.to_thread(self._about, references))

    async def forget(self, references: Collection[str]) -> int:
        return await asyncio.to_thread(self._delete, references)

    def _about(self, references: Collection[str]) -> list[Path]:
        """The files whose mails are about these keys: a name ends with the key, or with the key and a number."""
        wanted = set(map(headers.token, references))
        return [path for path in self.folder.glob("*.eml") if path.stem.rpartition("-")[2].partition(".")[0] in wanted]

    def _delete(self, references: Collection[str]) -> int:
        found = self._about(references)
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def _keep(self, name: str, message: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(prefix=".", dir=self.folder)  # of mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(message)
            Path(unfinished).replace(self.folder / name)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise


def mailer(settings: Settings) -> Mailer:
    """The mailer that the settings ask for."""
    writer = Writer.of(settings, Clock())
    return SmtpMailer(settings.mail_url, writer) if settings.mail_url else FileMailer(settings.var / "mail", writer)


def _host(address: str) -> str:
    """The host of an address as mail knows it; a number goes into brackets."""
    host = urlsplit(address).hostname or "localhost"
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[IPv6:{number}]" if number.version == 6 else f"[{number}]"
