"""Pictures for many parents at once, made beside the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

AT_ONCE = 20
"""Pictures made in a row: some 50 ms, after which a request that is over stops."""
PICTURE = 20
"""What a picture costs, in objects: about as long as reading so many takes."""


async def drawn(parents: Sequence[Any], draw: Callable[[Any], str | None]) -> list[Any]:
    """Draw a picture of each parent, in threads."""
    made: list[str | None] = []
    for first in range(0, len(parents), AT_ONCE):
        made += await asyncio.to_thread(_of, draw, parents[first : first + AT_ONCE])
    return made


def _of(draw: Callable[[Any], str | None], parents: Sequence[Any]) -> list[str | None]:
    return [draw(parent) for parent in parents]
