"""What our typeface can show: an archivable PDF refuses letters without a shape, so others are shown as boxes."""

import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

BOX = "□"
UNSEEN = frozenset("\n\t\u200b\u200c\u200d")
"""What has no shape of its own and needs none."""
_UNICODE = {(3, 1), (0, 3), (0, 4)}


def showable(value: Any, fonts: Path) -> Any:
    """The same data with a box for each letter that the typeface lacks; keys stay as they are."""
    if isinstance(value, str):
        return _text(value, fonts)
    if isinstance(value, dict):
        return {name: showable(part, fonts) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [showable(part, fonts) for part in value]
    return value


def _text(text: str, fonts: Path) -> str:
    if text.isascii():
        return text
    known = characters(fonts)
    composed = unicodedata.normalize("NFC", text)
    return "".join(_letter(letter, known) for letter in composed)


def _letter(letter: str, known: frozenset[int]) -> str:
    if ord(letter) in known or letter in UNSEEN:
        return letter
    # marks of writing direction and the like have no shape; a box for them would be noise
    return "" if unicodedata.category(letter) in ("Cf", "Mn", "Me") else BOX


@cache
def characters(fonts: Path) -> frozenset[int]:
    """The code points that every font of a folder has a shape for."""
    found = [_mapped(file.read_bytes()) for file in sorted(fonts.glob("*.ttf"))]
    return frozenset.intersection(*found)


def _mapped(font: bytes) -> frozenset[int]:
    """The code points of the basic plane in the `cmap` table of a font."""
    [tables] = struct.unpack_from(">H", font, 4)
    records = {font[at : at + 4]: struct.unpack_from(">II", font, at + 8) for at in range(12, 12 + tables * 16, 16)}
    start = records[b"cmap"][0]
    [count] = struct.unpack_from(">H", font, start + 2)
    for platform, encoding, offset in struct.iter_unpack(">HHI", font[start + 4 : start + 4 + count * 8]):
        [layout] = struct.unpack_from(">H", font, start + offset)
        if (platform, encoding) in _UNICODE and layout == 4:
            return _segments(font, start + offset)
    raise ValueError("a font without a table of Unicode characters")


def _segments(font: bytes, start: int) -> frozenset[int]:
    """Format 4: segments of code points by their ends and starts."""
    [double] = struct.unpack_from(">H", font, start + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, start + 14)
    starts = struct.unpack_from(f">{count}H", font, start + 16 + double)
    return frozenset(point for first, last in zip(starts, ends, strict=True) for point in range(first, last + 1) if point != 0xFFFF)
