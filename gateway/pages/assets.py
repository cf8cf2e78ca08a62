"""What the pages load: style, scripts and the mark, from this server and kept long by browsers."""

import hashlib
from importlib.resources.abc import Traversable

from aiohttp import web

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=60"
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cross-Origin-Resource-Policy": "same-origin"}


class Assets:
    """Static files, read once; the hash of a file stands in its address, so that a changed one is asked for anew."""

    def __init__(self, folder: Traversable, root: str, *more: Traversable) -> None:
        self._root = root
        files = [file for one in (folder, *more) for file in one.iterdir()]
        self._files = {file.name: file.read_bytes() for file in files if file.name.rpartition(".")[2] in KINDS}
        self._hashes = {name: hashlib.sha256(body).hexdigest()[:16] for name, body in self._files.items()}

    def address(self, name: str) -> str:
        return f"{self._root}/pages/static/{name}?v={self._hashes[name]}"

    async def answer(self, request: web.Request) -> web.Response:
        """Serve a file; only the address that names its content may be kept for ever."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        known = request.query.get("v") == self._hashes[name]
        return web.Response(
            body=self._files[name],
            content_type=KINDS[name.rpartition(".")[2]],
            charset="utf-8",
            headers={**HEADERS, "Cache-Control": FOREVER if known else BRIEFLY},
        )
