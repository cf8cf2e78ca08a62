"""PDFs by Typst: our own templates, our own font, nothing fetched; off the event loop."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson

FOLDER = Path(__file__).parent
STANDARD: Literal["a-2a"] = "a-2a"
"""Archivable and accessible: fonts embedded, text can be searched, structure tagged."""


class Typst:
    """Sets `<template>.typ` of this folder; the template reads its data from `sys.inputs.data`."""

    async def pdf(self, template: str, data: Mapping[str, Any]) -> bytes:
        return await asyncio.to_thread(_set, template, orjson.dumps(data).decode(), datetime.fromisoformat(data["date"]))


def _set(template: str, data: str, date: datetime) -> bytes:
    import typst  # only when something is set

    made = typst.compile(
        FOLDER / f"{template}.typ",
        root=FOLDER,
        font_paths=_fonts(),
        sys_inputs={"data": data},
        pdf_standards=[STANDARD],
        timestamp=date,
    )
    return bytes(made)


@cache
def _fonts() -> Any:
    import typst

    own = FOLDER / "fonts"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=not own.exists(), font_paths=[str(own)])
