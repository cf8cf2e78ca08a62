"""Long answers on their way out: piece by piece, never a part that looks whole."""

import asyncio
import contextlib
import logging
import unicodedata
from collections.abc import AsyncGenerator, Mapping
from urllib.parse import quote

from aiohttp import web

from domain.kernel.database import DEADLINE

log = logging.getLogger("centil.downloads")
PATIENCE = 30.0
"""Seconds that a reader may take for a piece; pieces have some hundred kB at most."""
_UNSEEN = ("Cc", "Cf", "Cs")
"""Kinds of characters that nobody sees, some of which turn the direction of what is read."""
_AS_THEY_ARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.()")


def disposition(name: str) -> str:
    """How a browser saves a file: its name for old ones in plain letters, for all others as it is (RFC 6266; Q-19)."""
    name = "".join("_" if character in "/\\" or unicodedata.category(character) in _UNSEEN else character for character in name)
    safe = "".join(character if character in _AS_THEY_ARE else "_" for character in name)
    return f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"


async def send(
    request: web.Request, chunks: AsyncGenerator[bytes, None], headers: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    """Send piece by piece; two are there before the headers go, so that what fails at once is told by whoever called.

    What fails later breaks the connection.
    """
    async with contextlib.aclosing(_within_deadline(chunks)) as pieces:
        first = await anext(pieces, b"")
        second = await anext(pieces, None)
        if second is None:
            return web.Response(body=first, status=status, headers=headers)
        response = web.StreamResponse(status=status, headers=headers)
        await response.prepare(request)
        try:
            for piece in (first, second):
                await _write(response, piece)
            async for piece in pieces:
                await _write(response, piece)
        except ConnectionResetError:
            return response  # whoever asked has left
        except Exception:
            log.exception("an answer broke off")
            if request.transport is not None:
                request.transport.abort()  # whoever reads must not take a part for the whole
            return response
        await response.write_eof()
        return response


async def _write(response: web.StreamResponse, piece: bytes) -> None:
    """Hand over a piece; whoever does not read it in time is not waited for, as they hold a place of others.

    Raises TimeoutError.
    """
    async with asyncio.timeout(PATIENCE):
        await response.write(piece)


async def _within_deadline(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The pieces, each within the deadline (Q-15)."""
    async with contextlib.aclosing(chunks):
        while True:
            async with asyncio.timeout(DEADLINE):
                piece = await anext(chunks, None)
            if piece is None:
                return
            yield piece
            await asyncio.sleep(0)  # neither a read on SQLite nor a write to a quick reader waits, and others want their turn
