"""Listening to an account from outside: its events one after another, none left out or repeated, however often the line breaks."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from gateway.client.sse import sent

ALIVE = 45.0
"""Seconds of silence after which a line is taken for broken; the server says every 15 that it is there."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds before the first new try, and at most before another."""
LARGEST_EVENT = 2**20
ASKED_FIRST = "{ eventTypes { name type } events(last: 1) { nodes { sequence } } }"
FOLLOWED = """subscription Listen($types: [EventType!], $after: BigInt) {
  events(types: $types, after: $after) { sequence name at actor subjectKey facts }
}"""


class Refused(Exception):
    """The server will not tell, and asking again would not help; the message says why."""


class _Broken(Exception):
    """The line broke, or the server is busy; it is tried again."""

    def __init__(self, why: str, pause: float = 0) -> None:
        super().__init__(why)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as the graph tells it."""

    sequence: int
    name: str
    at: str
    actor: str
    subject: str
    facts: dict[str, Any]


class Listener:
    """Follows the events of the account that a key belongs to."""

    def __init__(self, session: ClientSession, url: str, key: str, notice: Callable[[str], None]) -> None:
        self._session = session
        self._graph = f"{url.rstrip('/')}/graphql"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._notice = notice
        """Told in a sentence when the line breaks and when it stands again."""
        self.reached: int | None = None
        """The number of the last event that was told."""
        self._broken = False

    async def follow(self, patterns: Sequence[str] = (), after: int | None = None) -> AsyncIterator[Happened]:
        """Tell what happens from now on, or from after an event; `patterns` are names of types, `invite.*` for several.

        Raises Refused.
        """
        pause = SHORTEST_PAUSE
        types: list[str] | None = None
        begun = False
        self.reached = after
        while True:
            try:
                if not begun:
                    types = await self._begin(patterns)
                    begun = True
                async for happened in self._stream(types):
                    pause = SHORTEST_PAUSE
                    yield happened
                raise _Broken("The server ended the stream.")
            except (_Broken, ClientError, OSError, TimeoutError) as error:
                wait = max(pause * random.uniform(0.75, 1.25), getattr(error, "pause", 0))  # noqa: S311  so that not all come back at once
                if not self._broken:
                    self._notice(f"{str(error) or 'The server does not answer.'} Trying again.")
                self._broken, pause = True, min(pause * 2, LONGEST_PAUSE)
                await asyncio.sleep(wait)

    async def _begin(self, patterns: Sequence[str]) -> list[str] | None:
        """Ask what there is to listen to, and where the account stands, so that nothing is missed from here on."""
        async with self._asked(ASKED_FIRST, {}, "application/json") as response:
            data = _data(await response.json())
        if self.reached is None:
            self.reached = max((node["sequence"] for node in data["events"]["nodes"]), default=0)
        return chosen(patterns, {one["name"]: one["type"] for one in data["eventTypes"]}) if patterns else None

    async def _stream(self, types: list[str] | None) -> AsyncIterator[Happened]:
        async with self._asked(FOLLOWED, {"types": types, "after": self.reached}, "text/event-stream") as response:
            if self._broken:
                self._broken = False
                self._notice("Connected again.")
            async for one in sent(response.content):
                if one.event != "next":
                    return
                told = _data(orjson.loads(one.data))["events"]
                self.reached = told["sequence"]
                yield Happened(told["sequence"], told["name"], told["at"], told["actor"], told["subjectKey"], told["facts"])

    def _asked(self, query: str, variables: dict[str, Any], accept: str) -> "_Answer":
        body = {"query": query, "variables": variables}
        request = self._session.post(self._graph, json=body, headers={**self._headers, "Accept": accept}, allow_redirects=False)
        return _Answer(request)


class _Answer:
    """An answer that is one; others are refusals, or worth another try."""

    def __init__(self, request: Any) -> None:
        self._request = request

    async def __aenter__(self) -> ClientResponse:
        response: ClientResponse = await self._request.__aenter__()
        if response.status == 200:
            return response
        try:
            await _fail(response)
        finally:
            await self._request.__aexit__(None, None, None)
        raise AssertionError

    async def __aexit__(self, *raised: Any) -> None:
        await self._request.__aexit__(*raised)


async def _fail(response: ClientResponse) -> None:
    if response.status in (429, 502, 503, 504):
        after = response.headers.get("Retry-After", "")
        raise _Broken("The server is busy.", float(after) if after.isdigit() else 0)
    try:
        said = (await response.json())["errors"][0]["message"]
    except (ClientError, ValueError, KeyError, TypeError, IndexError):
        raise Refused(f"{response.url} answers {response.status}: is a Centil server there?") from None
    raise Refused(said)


def _data(answer: Any) -> Any:
    """The data of an answer.

    Raises Refused, and _Broken where another try may help.
    """
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not errors:
        return answer["data"]
    if errors[0].get("extensions", {}).get("kind") in ("UNAVAILABLE", "TOO_MANY", "INTERNAL"):
        raise _Broken(errors[0]["message"])
    raise Refused(errors[0]["message"])


def chosen(patterns: Sequence[str], known: dict[str, str]) -> list[str]:
    """The types that patterns name, as the graph calls them.

    Raises Refused for one that names none, with what may have been meant.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        names = [name for name in known if fnmatchcase(name, pattern)]
        if not names:
            near = get_close_matches(pattern, known, n=1)
            raise Refused(f"There is no event '{pattern}'." + (f" Did you mean {near[0]}?" if near else ""))
        found |= dict.fromkeys(known[name] for name in names)
    return list(found)


def session() -> ClientSession:
    """A client for streams: patient as long as the server says that it is there."""
    return ClientSession(timeout=ClientTimeout(total=None, sock_connect=10, sock_read=ALIVE), read_bufsize=LARGEST_EVENT)
