"""Reading server-sent events: what comes between two empty lines, comments left out."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass


@dataclass(slots=True)
class Sent:
    """One server-sent event."""

    event: str = ""
    id: str = ""
    data: str = ""


async def sent(lines: AsyncIterable[bytes]) -> AsyncIterator[Sent]:
    """The events of a stream; one that breaks off in the middle is none."""
    found, data = Sent(), list[str]()
    async for line in lines:
        text = line.decode().rstrip("\r\n")
        if not text:
            if found.event or data:
                found.data = "\n".join(data)
                yield found
            found, data = Sent(), []
            continue
        name, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "event":
            found.event = value
        elif name == "id":
            found.id = value
