"""A picture as SVG text: escaped, without scripts, styles or anything from elsewhere."""

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

ACCENT = "#1b5e6b"
INK = "#1d2429"
GREY = "#5b6770"
LINE = "#d5dbdf"
SHADE = "#edf1f3"
TINT = "#a9c8ce"
FONT = "Inter, system-ui, sans-serif"


def number(value: float) -> str:
    """A coordinate: two decimals at most, the same text for the same value."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def clean(text: str) -> str:
    """Text that XML can hold: no control characters, no lone surrogates."""
    return text if text.isprintable() else "".join(character if character.isprintable() else " " for character in text)


class Picture:
    """A drawing on a canvas, with a title and a description for those who cannot see it."""

    def __init__(self, width: float, height: float, *, title: str, description: str, language: str) -> None:
        self.width, self.height = width, height
        self._head = (title, description, language)
        self._parts: list[str] = []

    def add(self, name: str, **attributes: Any) -> None:
        """Draw a shape; attributes are spelled with underscores."""
        self._parts.append(f"<{name}{_attributes(attributes)}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str = LINE, width: float = 1, **more: Any) -> None:
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_width=width, **more)

    def box(self, x: float, y: float, width: float, height: float, colour: str, **more: Any) -> None:
        self.add("rect", x=x, y=y, width=max(width, 0), height=max(height, 0), fill=colour, **more)

    def text(
        self, x: float, y: float, words: str, *, size: float = 12, colour: str = INK, weight: int = 400, anchor: str = "start"
    ) -> None:
        """Write a line; y is its base line."""
        attributes = _attributes({"x": x, "y": y, "font_size": size, "font_weight": weight, "fill": colour, "text_anchor": anchor})
        self._parts.append(f"<text{attributes}>{escape(clean(words))}</text>")

    def svg(self, width: int | None = None) -> str:
        """The whole picture, shown at a width in pixels or at its natural size."""
        title, description, language = self._head
        shown = width or self.width
        root = {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {number(self.width)} {number(self.height)}",
            "width": shown,
            "height": shown * self.height / self.width,
            "role": "img",
            "lang": language,
            "font_family": FONT,
        }
        told = f"<title>{escape(clean(title))}</title><desc>{escape(clean(description))}</desc>"
        return f"<svg{_attributes(root)}>{told}{''.join(self._parts)}</svg>"


def path(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    """The outline through points, for the attribute `d`."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if closed else "")


def _attributes(given: dict[str, Any]) -> str:
    return "".join([f" {name.replace('_', '-')}={_value(value)}" for name, value in given.items()])


def _value(value: Any) -> str:
    """An attribute in quotes; numbers need no escaping."""
    return quoteattr(clean(value)) if isinstance(value, str) else f'"{number(value)}"'
