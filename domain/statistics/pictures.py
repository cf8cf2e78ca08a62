"""Statistics as pictures: SVG made of plain shapes and text, without scripts, styles of their own or anything from elsewhere."""

import math
from collections.abc import Sequence
from html import escape

from domain.instruments.bank import Scale
from domain.kernel.language import Language, Text
from domain.statistics.distribution import CLASSES, EXPECTED

WIDTH, HEIGHT = 360, 220
LEFT, TOP, BOTTOM = 34, 34, 26
BAR = "#2f6f8f"
LINE = "#c2571a"
INK = "#222222"
FAINT = "#d9dde1"
CELL, LABELS = 20, 150
STEP = (WIDTH - LEFT - 10) / CLASSES
FLOOR = HEIGHT - BOTTOM
CLASSES_TITLE = Text(en="percent of people in the classes 0 to 10", de="Prozent der Personen in den Klassen 0 bis 10")
MATRIX_TITLE = Text(en="Correlations between the scales", de="Korrelationen zwischen den Skalen")
COLD, WHITE, WARM = (33, 102, 172), (255, 255, 255), (178, 24, 43)
_FONT = 'font-family="Inter, Helvetica, Arial, sans-serif"'


def histogram(scale: Scale, n: int | None, counts: Sequence[int] | None, language: Language) -> str | None:
    """The classes of a scale as bars in percent, with what the norm group promises as a line; None when there is nothing to show."""
    if n is None or counts is None:
        return None
    shares = [count * 100 / n for count in counts]
    highest = max(25.0, 5 * math.ceil(max(shares) / 5))
    parts = [_text(LEFT, 18, f"{scale.name.in_language(language)} (n = {n})", size=13)]
    for percent in (0.0, highest / 2, highest):
        y = _height(percent, highest)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 10}" stroke="{FAINT}"/>')
        parts.append(_text(LEFT - 4, y + 4, f"{percent:g} %", anchor="end", size=9))
    for number, share in enumerate(shares):
        left, top = LEFT + number * STEP, _height(share, highest)
        about = f"<title>{number}: {share:.1f} % ({counts[number]})</title>"
        place = f'x="{left + 2:.1f}" y="{top:.1f}" width="{STEP - 4:.1f}" height="{FLOOR - top:.1f}"'
        parts.append(f'<rect {place} fill="{BAR}">{about}</rect>')
        parts.append(_text(left + STEP / 2, HEIGHT - 10, str(number), anchor="middle", size=10))
    points = " ".join(f"{LEFT + (number + 0.5) * STEP:.1f},{_height(percent, highest):.1f}" for number, percent in enumerate(EXPECTED))
    parts.append(f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    return _picture(WIDTH, HEIGHT, f"{scale.name.in_language(language)}, {CLASSES_TITLE.in_language(language)}", parts)


def heat_map(scales: Sequence[Scale], values: Sequence[Sequence[float | None]], language: Language) -> str:
    """Correlations as coloured squares: blue for -1, white for 0, red for 1, grey where there is none."""
    names = [scale.name.in_language(language) for scale in scales]
    parts = []
    for row, name in enumerate(names):
        middle = LABELS + row * CELL + CELL / 2
        parts.append(_text(LABELS - 6, middle + 4, name, anchor="end", size=10))
        parts.append(f'<g transform="translate({middle + 4:.1f} {LABELS - 6}) rotate(-60)">{_text(0, 0, name, size=10)}</g>')
        for column, value in enumerate(values[row]):
            told = "–" if value is None else f"{value:.2f}"
            about = f"<title>{escape(name)} × {escape(names[column])}: {told}</title>"
            place = f'x="{LABELS + column * CELL}" y="{LABELS + row * CELL}" width="{CELL - 1}" height="{CELL - 1}"'
            parts.append(f'<rect {place} fill="{_colour(value)}">{about}</rect>')
    size = LABELS + CELL * len(scales)
    return _picture(size + 90, size + 10, MATRIX_TITLE.in_language(language), parts)


def _height(percent: float, highest: float) -> float:
    return FLOOR - percent / highest * (FLOOR - TOP)


def _colour(value: float | None) -> str:
    if value is None:
        return FAINT
    end, share = (WARM if value > 0 else COLD), abs(value)
    red, green, blue = (round(light + (dark - light) * share) for light, dark in zip(WHITE, end, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{escape(words)}</text>'


def _picture(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" {_FONT}>'
    return f'{head}<title>{escape(title)}</title><rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'
