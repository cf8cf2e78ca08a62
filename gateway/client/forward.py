"""Handing events on to a program that is being written, signed like a webhook, so that it needs no address on the internet."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from aiohttp import ClientError, ClientSession, ClientTimeout

from domain.webhooks import signing
from domain.webhooks.words import in_own_words
from gateway.client.listener import Happened

PATIENCE = 15.0
"""Seconds, as for any webhook (Q-20)."""


class Format(StrEnum):
    """Which headers prove where a message comes from."""

    STANDARD = "standard"
    ESC = "esc"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program took a message."""

    status: int | None
    milliseconds: float
    trouble: str = ""

    @property
    def well(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        said = f"{self.status}" if self.status is not None else self.trouble
        return f"{said} ({self.milliseconds:.0f} ms)"


class Forwarder:
    """Posts events to one address, one after another, each once."""

    def __init__(self, session: ClientSession, url: str, secret: str, format: Format) -> None:
        self._session = session
        self._url = url
        self._secret = secret
        self._format = format

    async def forward(self, happened: Happened) -> Outcome:
        """Post an event and say how it was taken."""
        body = in_own_words(
            type=happened.name, timestamp=happened.at, sequence=happened.sequence, subject=happened.subject, facts=happened.facts
        )
        headers = signing.standard_headers([self._secret], key=f"evt_{happened.sequence}", at=datetime.now(UTC), body=body)
        if self._format is Format.ESC:
            headers |= signing.esc_headers([self._secret], body)
        began = time.monotonic()
        try:
            async with self._session.post(
                self._url,
                data=body,
                headers={"Content-Type": "application/json", "User-Agent": "Centil-Listen/1", **headers},
                timeout=ClientTimeout(total=PATIENCE),
                allow_redirects=False,
            ) as response:
                return Outcome(response.status, _since(began))
        except TimeoutError:
            return Outcome(None, _since(began), f"no answer within {PATIENCE:.0f} seconds")
        except (ClientError, OSError) as error:
            return Outcome(None, _since(began), str(error) or type(error).__name__)


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000
