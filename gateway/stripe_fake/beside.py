"""Test payments beside a server that was prepared for trying the product and has no key of Stripe's."""

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.settings import Settings, kept_secret
from gateway.stripe_fake.listening import USUAL_PORT, address_of, listen

if TYPE_CHECKING:
    from gateway.stripe_fake.server import StripeFake

KEY = "sk_test_fake_payments"
SECRET_PREFIX = "whsec_"
SECRET_FILE = "stripe-fake-secret"
STATE = "stripe-fake.sqlite3"
PORT_FILE = "stripe-fake-port"
"""Where they listened last; orders remember the addresses of their pay pages."""
WEBHOOK = "/webhooks/stripe"


def wanted(settings: Settings) -> bool:
    """Whether nobody but this machine is served, and nothing else takes payments: never in production by accident."""
    names = [settings.host, *([urlsplit(settings.base_url).hostname or ""] if settings.base_url else [])]
    return not settings.stripe_key and all(_of_this_machine(name) for name in names)


def _of_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Beside:
    """Takes an address at once, so that the settings can name it, and serves there as soon as the server listens."""

    def __init__(self, settings: Settings) -> None:
        self._var = settings.var
        self._fake: StripeFake | None = None
        self._listening = listen(*_last(self._var), USUAL_PORT, 0)
        self._secret = SECRET_PREFIX + kept_secret(self._var / SECRET_FILE)
        self.address = address_of(self._listening)
        (self._var / PORT_FILE).write_text(str(self._listening.getsockname()[1]))
        told = {"stripe_key": KEY, "stripe_webhook_secret": self._secret, "stripe_url": self.address}
        self.settings = settings.model_copy(update=told)
        """The settings, with these payments in them."""

    async def start(self, server: tuple[str, int]) -> None:
        """Serve; events go to the server that listens at this host and port."""
        from gateway.stripe_fake.server import StripeFake  # not before the server listens

        host, port = server
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}{WEBHOOK}"
        self._fake = StripeFake(self._var / STATE, webhook_url=url, secret=self._secret)
        await self._fake.start(self._listening)

    async def stop(self) -> None:
        if self._fake:
            await self._fake.stop()
        self._listening.close()


def _last(var: Path) -> list[int]:
    """The port of the last start, when it is known."""
    path = var / PORT_FILE
    said = path.read_text().strip() if path.exists() else ""
    return [int(said)] if said.isdecimal() and 0 < int(said) <= 65535 else []


def prepared(settings: Settings) -> Beside | None:
    """Test payments for these settings, or nothing where they may not be."""
    return Beside(settings) if wanted(settings) else None
