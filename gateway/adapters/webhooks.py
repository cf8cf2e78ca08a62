"""Messages to webhooks over HTTP, through the guard."""

import ssl
import time
from collections.abc import Mapping
from datetime import timedelta
from socket import gaierror

from aiohttp import ClientError, ClientResponse, ServerDisconnectedError

from domain.kernel.ports import Reply, Trouble
from gateway.adapters import egress
from gateway.adapters.egress import AddressRefused, Guard
from gateway.settings import Settings

AGENT = "Centil-Webhooks/1"


class WebCourier:
    """Posts a message and reads no more of the answer than it must."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Deliver a message once.

        Raises DangerousHeader.
        """
        egress.check_headers(headers)
        sent = {"Content-Type": "application/json", "User-Agent": AGENT, **headers}
        began = time.monotonic()
        try:
            async with (
                egress.session(self._guard) as client,
                client.post(url, data=body, headers=sent, allow_redirects=False) as response,
            ):
                await _read(response)
                return Reply(_since(began), status=response.status, retry_after=response.headers.get("Retry-After"))
        except (ClientError, OSError, ValueError) as error:
            return Reply(_since(began), trouble=_trouble(error))


async def _read(response: ClientResponse) -> None:
    """Read an answer to its end, or until it is longer than anybody has to say; it is not kept."""
    left = egress.LARGEST_ANSWER
    while left > 0 and (piece := await response.content.read(left)):
        left -= len(piece)
    if left <= 0:
        response.close()


def _trouble(error: BaseException) -> Trouble:
    """What went wrong, looked for in the error and in those that it came from."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        if isinstance(found, AddressRefused):
            return Trouble.ADDRESS_REFUSED
        if isinstance(found, TimeoutError):
            return Trouble.TIMEOUT
        if isinstance(found, gaierror):
            return Trouble.NO_SUCH_NAME
        if isinstance(found, ssl.SSLError):
            return Trouble.BAD_CERTIFICATE
        found = getattr(found, "os_error", None) or found.__cause__ or found.__context__
    return Trouble.NO_CONNECTION if isinstance(error, (OSError, ServerDisconnectedError)) else Trouble.NO_HTTP


def _since(began: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - began)


def courier(settings: Settings) -> WebCourier:
    """The courier that the settings ask for."""
    return WebCourier(Guard(settings.webhook_loopback))
