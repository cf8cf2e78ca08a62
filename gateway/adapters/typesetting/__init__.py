"""PDFs by Typst: our own templates, our own font, nothing fetched; off the event loop."""

import asyncio
import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import orjson

from gateway.adapters.typesetting import einvoice
from gateway.adapters.typesetting.coverage import showable

FOLDER = Path(__file__).parent
FONTS = FOLDER / "fonts"
STANDARD: Literal["a-2a"] = "a-2a"
"""Archivable and accessible: fonts embedded, text can be searched, structure tagged."""

WITH_FILES: Literal["a-3a"] = "a-3a"
"""The same, with files attached."""


class Typst:
    """Sets `<template>.typ` of this folder; the template reads its data from `sys.inputs.data`, as JSON and never as markup."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(os.cpu_count() or 1)

    async def pdf(self, template: str, data: Mapping[str, Any]) -> bytes:
        async with self._places:
            return await asyncio.to_thread(render, template, data)

    async def e_invoice(self, template: str, data: Mapping[str, Any], xml: bytes) -> bytes:
        async with self._places:
            return await asyncio.to_thread(lambda: einvoice.declared(render(template, data, xml)))

    def version(self, template: str) -> str:
        """Changes with whatever decides how a template looks."""
        return _version(template)


def render(template: str, data: Mapping[str, Any], xml: bytes | None = None) -> bytes:
    """Set a template here and now: some ten to two hundred milliseconds of one processor, mostly without the interpreter's lock.

    With `xml` the template attaches it, as `sys.inputs.xml`; only PDF/A-3 may have attachments.
    """
    import typst  # only when something is set

    written = orjson.dumps(showable(data, FONTS)).decode()
    made = typst.compile(
        FOLDER / f"{template}.typ",
        root=FOLDER,
        font_paths=_fonts(),
        sys_inputs={"data": written} | ({"xml": xml.decode()} if xml else {}),
        pdf_standards=[WITH_FILES if xml else STANDARD],
        timestamp=datetime.fromisoformat(data["date"]).replace(microsecond=0),  # all that a PDF can tell
    )
    return bytes(made)


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@cache
def _version(template: str) -> str:
    """A hash of the engine, the template, what all templates share, and the fonts."""
    digest = hashlib.sha256(version("typst").encode())
    for file in [FOLDER / f"{template}.typ", FOLDER / "theme.typ", *sorted(FONTS.glob("*.ttf"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
