"""Test payments in a process of their own, until a signal ends it."""

import asyncio
import secrets
from pathlib import Path

from gateway.settings import kept_secret
from gateway.stopping import told_to_stop
from gateway.stripe_fake.beside import KEY, SECRET_FILE, SECRET_PREFIX, STATE
from gateway.stripe_fake.listening import HOST, listen
from gateway.stripe_fake.sending import Disorder
from gateway.stripe_fake.server import StripeFake


class CannotServe(Exception):
    """Something that the operator can mend; the message says how."""


def serve(port: int, webhook_url: str, secret: str, var: Path | None, disorder: Disorder) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises CannotServe.
    """
    if webhook_url and not webhook_url.startswith(("http://", "https://")):
        raise CannotServe("--webhook-url: must begin with http:// or https://")
    try:
        asyncio.run(_serve(port, webhook_url, secret or _secret(var), var, disorder))
    except OSError as error:
        raise CannotServe(f"Cannot listen at {HOST}:{port}: {error.strerror}. Give another --port, or 0 for a free one.") from None


def _secret(var: Path | None) -> str:
    return SECRET_PREFIX + (kept_secret(var / SECRET_FILE) if var else secrets.token_hex(32))


async def _serve(port: int, webhook_url: str, secret: str, var: Path | None, disorder: Disorder) -> None:
    listening = listen(port)
    stop = told_to_stop()
    fake = StripeFake(var / STATE if var else None, webhook_url=webhook_url, secret=secret, disorder=disorder)
    await fake.start(listening)
    lines = [
        f"Test payments at {fake.address}/_fake/ – no money moves",
        "",
        f"  CENTIL_STRIPE_URL             {fake.address}",
        f"  CENTIL_STRIPE_KEY             {KEY} (any that begins with sk_test_)",
        f"  CENTIL_STRIPE_WEBHOOK_SECRET  {secret}",
        f"  Events go to                  {webhook_url or 'nobody (give --webhook-url)'}",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201  this is for the one who started it
    await stop.wait()
    await fake.stop()
