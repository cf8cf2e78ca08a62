"""Whether an installation is well: each thing looked at says how it is, and what to do when it is not."""

import ipaddress
import os
import smtplib
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from domain.kernel.seller import EXAMPLE_SELLER
from gateway import storage
from gateway.settings import MAIL_PORTS, Settings

MOST_DRIFT = 5.0
"""Seconds by which this clock and the database's may differ."""
_SQLITE = "select sqlite_version(), count(*) from sqlite_schema"
"""Reads the file, too: whatever it is, SQLite would open it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    well: bool
    says: str


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one thing after another."""
    yield Finding("settings", True, f"understood; people reach this server at {settings.address}")
    yield _folder(settings.var)
    yield _secret(settings)
    database = _database(settings)
    yield database
    if database.well:
        yield _migrations(settings)
        yield _clock(settings)
    yield _mail(settings)
    yield _payments(settings)
    yield _operator(settings)


def _folder(var: Path) -> Finding:
    probe = var / f".probe-{os.getpid()}"
    try:
        var.mkdir(parents=True, exist_ok=True)
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        return Finding("write access", False, f"cannot write to {var}: {error.strerror}. Make it writable, or set CENTIL_VAR.")
    return Finding("write access", True, f"{var} can be written")


def _secret(settings: Settings) -> Finding:
    path = settings.var / "secret"
    if not settings.secret and not settings.on_sqlite:
        return Finding(
            "secret", False, f"it lies in {path}; several servers need the same one: set CENTIL_SECRET to its content everywhere"
        )
    if not settings.secret and path.exists() and path.stat().st_mode & 0o077:
        return Finding("secret", False, f"others can read {path}. Run: chmod 600 {path}")
    return Finding("secret", True, "set" if settings.secret else f"made at first start, in {path}")


def _database(settings: Settings) -> Finding:
    if settings.on_sqlite and not Path(str(settings.database.database)).exists():  # which connecting would make
        return Finding("database", False, f"there is none yet at {settings.database.database}. Run: centil migrate")
    try:
        with _connection(settings) as connection:
            version = connection.execute(sa.text(_SQLITE if settings.on_sqlite else "show server_version")).scalar()
    except (sa.exc.SQLAlchemyError, OSError) as error:
        return Finding("database", False, f"cannot connect: {storage.reason(error)}. Check CENTIL_DATABASE_URL.")
    return Finding("database", True, f"{'SQLite' if settings.on_sqlite else 'PostgreSQL'} {version} answers")


def _migrations(settings: Settings) -> Finding:
    try:
        storage.check(settings)
    except storage.WrongSchema as error:
        return Finding("migrations", False, str(error))
    return Finding("migrations", True, "the schema is that of this release")


def _clock(settings: Settings) -> Finding:
    now = datetime.now(UTC)
    if now.year < 2026:
        return Finding("clock", False, f"this machine believes it is {now:%Y-%m-%d}. Set its clock.")
    if settings.on_sqlite:
        return Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")
    with _connection(settings) as connection:
        theirs: datetime = connection.execute(sa.text("select clock_timestamp()")).scalar_one()
    drift = abs((theirs - datetime.now(UTC)).total_seconds())
    if drift > MOST_DRIFT:
        return Finding("clock", False, f"this machine and the database differ by {drift:.0f} seconds. Synchronise their clocks.")
    return Finding("clock", True, f"within {drift:.1f} seconds of the database's")


def _mail(settings: Settings) -> Finding:
    if not settings.mail_url:
        return Finding("mail", True, f"no mail server: mails become files in {settings.var / 'mail'}. Set CENTIL_MAIL_URL to send them.")
    parts = urlsplit(settings.mail_url)
    host, port = parts.hostname or "", parts.port or MAIL_PORTS[parts.scheme]
    began = time.perf_counter()
    try:
        server = (smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP)(host, port, timeout=10)
        with suppress(smtplib.SMTPException):
            server.noop()
        server.close()
    except (OSError, smtplib.SMTPException) as error:
        return Finding("mail", False, f"{host}:{port} does not answer: {error}. Check CENTIL_MAIL_URL.")
    return Finding("mail", True, f"{host}:{port} answers in {(time.perf_counter() - began) * 1000:.0f} ms")


def _payments(settings: Settings) -> Finding:
    """Whether Stripe knows our key, and can tell us what is paid."""
    if not settings.stripe_key:
        return Finding("payments", True, "none are taken. Set CENTIL_STRIPE_KEY and CENTIL_STRIPE_WEBHOOK_SECRET to take them.")
    kind = "real money" if settings.takes_real_money else "test payments"
    if not settings.stripe_webhook_secret:
        return Finding("payments", False, "Stripe cannot tell what is paid. Set CENTIL_STRIPE_WEBHOOK_SECRET.")
    if settings.takes_real_money and not _is_public(settings.address):
        return Finding("payments", False, f"real money, but Stripe cannot reach {settings.address}. Set CENTIL_BASE_URL.")
    if settings.takes_real_money and settings.seller == EXAMPLE_SELLER:
        return Finding("payments", False, "real money, but invoices name an example as the seller. Set CENTIL_SELLER_COMPANY and its like.")
    if why := _refused_by_stripe(settings):
        return Finding("payments", False, f"{why}. Check CENTIL_STRIPE_KEY and CENTIL_STRIPE_URL.")
    return Finding(
        "payments", True, f"{kind}: {settings.stripe_url} knows the key; its webhook leads to {settings.address}/webhooks/stripe"
    )


def _refused_by_stripe(settings: Settings) -> str:
    """Why Stripe takes no call with this key; empty when it does."""
    import stripe  # only when it is asked: it would slow every start

    http = stripe.RequestsClient(timeout=10)
    client = stripe.StripeClient(settings.stripe_key, http_client=http, base_addresses={"api": settings.stripe_url})
    try:
        client.v1.balance.retrieve()
    except stripe.PermissionError:
        return ""  # a restricted key that may open checkouts need not read the balance
    except stripe.AuthenticationError:
        return f"{settings.stripe_url} does not know the key"
    except stripe.StripeError as error:
        return f"{settings.stripe_url} does not answer as it should ({type(error).__name__})"
    return ""


def _is_public(address: str) -> bool:
    """Whether an address can be reached from outside, safely, as far as it tells by itself."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ipaddress.ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host and not host.endswith((".local", ".localhost", ".internal", ".test"))


def _operator(settings: Settings) -> Finding:
    if not settings.operator_email:
        listed = "nobody is mailed of trial requests, they are only listed: centil trials list. Set CENTIL_OPERATOR_EMAIL to be mailed."
        return Finding("operator", True, listed)
    return Finding("operator", True, f"{settings.operator_email} is mailed of trial requests")


def _connection(settings: Settings) -> sa.Connection:
    arguments = {} if settings.on_sqlite else {"connect_timeout": 5}
    return sa.create_engine(storage.sync_url(settings), connect_args=arguments, poolclass=sa.NullPool).connect()
