"""Messages to webhooks over HTTP, through the guard."""

import re
import ssl
import time
from collections.abc import Mapping
from datetime import timedelta
from socket import gaierror

import orjson
from aiohttp import ClientError, ClientResponse, ClientTimeout, ServerDisconnectedError

from domain.kernel.headers import check
from domain.kernel.ports import Reply, Trouble
from gateway.adapters import egress
from gateway.adapters.egress import AddressRefused, Guard
from gateway.settings import Settings

AGENT = "Centil-Webhooks/1"
_TOKEN_TIMEOUT = ClientTimeout(total=10.0)
"""With the message that follows it is less than a claim lasts."""
_TOKEN = re.compile(r"[!-~]{1,16000}")


class WebCourier:
    """Posts a message and reads no more of the answer than it must."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Deliver a message once.

        Raises DangerousHeader.
        """
        check(headers)
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

    async def token(self, url: str, form: Mapping[str, str]) -> str | None:
        """Ask a server of OAuth 2 for an access token (RFC 6749, section 4.4); None when there is none."""
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": AGENT}
        try:
            async with (
                egress.session(self._guard) as client,
                client.post(url, data=dict(form), headers=sent, allow_redirects=False, timeout=_TOKEN_TIMEOUT) as response,
            ):
                return _token(await _beginning(response)) if response.status == 200 else None
        except (ClientError, OSError, ValueError):
            return None


async def _beginning(response: ClientResponse) -> bytes:
    """An answer, or as much of it as anybody may say."""
    said = b""
    while len(said) < egress.LARGEST_ANSWER and (piece := await response.content.read(egress.LARGEST_ANSWER - len(said))):
        said += piece
    return said


def _token(answer: bytes) -> str | None:
    """The token in an answer, if it is one that a header can carry."""
    found = orjson.loads(answer)  # a ValueError when it is no JSON
    token = found.get("access_token") if isinstance(found, dict) else None
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else None


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
