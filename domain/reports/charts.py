"""Pictures of results: pure functions from C-values to SVG text, the same for the graph and for the PDFs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TypeVar

from domain.reports import texts
from domain.reports.svg import ACCENT, GREY, INK, LINE, SHADE, TINT, Picture, path

HIGHEST = 10
AVERAGE = (3.5, 6.5)
"""Where the classes 4 to 6 begin and end on the C-scale."""
CONFIDENCE = 1.96
SHARES = (1.22, 2.78, 6.56, 12.10, 17.47, 19.74, 17.47, 12.10, 6.56, 2.78, 1.22)
"""Percent of a normal population in each class."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One scale in a picture; its C-value in tenths, null when too little was answered."""

    name: str
    group: str
    c_tenths: int | None
    sem: float = 0.0
    """Standard error of measurement on the C-scale."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A team on one scale, as C-values; null when nobody has a value."""

    name: str
    group: str
    mean: float | None
    deviation: float | None = None
    lowest: float | None = None
    highest: float | None = None


R = TypeVar("R", Shown, Spread)
"""What has a row of its own in a picture."""


def decimal(value: float, language: str, places: int = 1) -> str:
    """A number as people of a language write it."""
    text = f"{value:.{places}f}"
    return text.replace(".", ",") if language == "de" else text


def band(c_tenths: int, sem: float) -> tuple[float, float]:
    """The confidence band of a C-value: ± 1.96 standard errors, cut to the scale."""
    return max(c_tenths / 10 - CONFIDENCE * sem, 0.0), min(c_tenths / 10 + CONFIDENCE * sem, float(HIGHEST))


def described(scales: Sequence[Shown], language: str) -> str:
    """The values of a picture as a sentence, for screen readers."""
    missing = texts.words(language)["missing"]
    return "; ".join(f"{scale.name}: {missing if scale.c_tenths is None else decimal(scale.c_tenths / 10, language)}" for scale in scales)


# --- radar

_WIDTH, _HEIGHT, _RADIUS = 630.0, 476.0, 188.0
_RINGS = (2, 4, 6, 8, 10)


def radar(scales: Sequence[Shown], language: str, width: int | None = None) -> str:
    """Scales as axes around a centre, the values joined; a gap where a value is missing."""
    title = texts.words(language)["radar_title"]
    picture = Picture(_WIDTH, _HEIGHT, title=title, description=described(scales, language), language=language)
    _web(picture, len(scales))
    _outline(picture, scales)
    for index, scale in enumerate(scales):
        _axis_label(picture, scale, _angle(index, len(scales)), language)
    return picture.svg(width)


def _angle(index: int, count: int) -> float:
    return 2 * math.pi * index / count


def _at(angle: float, c_value: float) -> tuple[float, float]:
    """Where a C-value lies on the axis of an angle, clockwise from the top."""
    distance = _RADIUS * c_value / HIGHEST
    return _WIDTH / 2 + distance * math.sin(angle), _HEIGHT / 2 - distance * math.cos(angle)


def _web(picture: Picture, count: int) -> None:
    angles = [_angle(index, count) for index in range(count)]
    inner, outer = ([_at(angle, value) for angle in angles] for value in AVERAGE)
    picture.add("path", d=path(outer, closed=True) + path(inner, closed=True), fill=SHADE, fill_rule="evenodd")
    for ring in _RINGS:
        picture.add("path", d=path([_at(angle, ring) for angle in angles], closed=True), fill="none", stroke=LINE, stroke_width=0.8)
    for angle in angles:
        picture.line(*_at(angle, 0), *_at(angle, HIGHEST), width=0.8)
    for ring in _RINGS[:-1]:
        x, y = _at(0, ring)
        picture.text(x - 4, y + 3, str(ring), size=8, colour=GREY, anchor="end")


def _outline(picture: Picture, scales: Sequence[Shown]) -> None:
    count = len(scales)
    places = [None if scale.c_tenths is None else _at(_angle(index, count), scale.c_tenths / 10) for index, scale in enumerate(scales)]
    known = [place for place in places if place is not None]
    if len(known) == count:
        picture.add(
            "path", d=path(known, closed=True), fill=ACCENT, fill_opacity=0.14, stroke=ACCENT, stroke_width=2, stroke_linejoin="round"
        )
    else:
        for here, after in zip(places, [*places[1:], *places[:1]], strict=True):
            if here is not None and after is not None:
                picture.line(*here, *after, colour=ACCENT, width=2, stroke_linecap="round")
    for x, y in known:
        picture.add("circle", cx=x, cy=y, r=3.6, fill=ACCENT, stroke="#ffffff", stroke_width=1)


def _axis_label(picture: Picture, scale: Shown, angle: float, language: str) -> None:
    """The name outside the web, the value below it."""
    x = _WIDTH / 2 + (_RADIUS + 16) * math.sin(angle)
    y = _HEIGHT / 2 - (_RADIUS + 22) * math.cos(angle)
    side = math.sin(angle)
    anchor = "middle" if abs(side) < 0.05 else "start" if side > 0 else "end"
    missing = scale.c_tenths is None
    picture.text(x, y - 1, scale.name, size=12, weight=500, colour=GREY if missing else INK, anchor=anchor)
    if scale.c_tenths is None:
        picture.text(x, y + 12, texts.words(language)["missing"], size=9.5, colour=GREY, anchor=anchor)
    else:
        picture.text(x, y + 13, decimal(scale.c_tenths / 10, language), size=11.5, weight=600, colour=ACCENT, anchor=anchor)


# --- rows on a track

_ROW, _TRACK_FROM, _TRACK_TO = 25.0, 178.0, 508.0
_VALUE_AT, _WORD_AT, _ROWS_WIDTH = 546.0, 560.0, 690.0
_TOP, _HEADING, _BELOW = 20.0, 30.0, 26.0


def _x(c_value: float) -> float:
    return _TRACK_FROM + (_TRACK_TO - _TRACK_FROM) * c_value / HIGHEST


def bars(scales: Sequence[Shown], language: str, width: int | None = None) -> str:
    """Scales as rows under the headings of their groups: C-value, confidence band, word."""
    words = texts.words(language)
    picture = _rows_picture(scales, words["bars_title"], described(scales, language), language)
    for scale, middle in _placed(picture, scales):
        if scale.c_tenths is None:
            picture.text(_TRACK_FROM + 6, middle + 3.5, words["missing"], size=10, colour=GREY)
            continue
        low, high = band(scale.c_tenths, scale.sem)
        picture.box(_x(low), middle - 3.5, _x(high) - _x(low), 7, TINT, rx=3.5)
        _dot(picture, scale.c_tenths / 10, middle)
        picture.text(_VALUE_AT, middle + 4, decimal(scale.c_tenths / 10, language), weight=600, colour=ACCENT, anchor="end")
        picture.text(_WORD_AT, middle + 4, texts.label(scale.c_tenths, language), size=11, colour=GREY)
    _legend(picture, [("dot", words["value_legend"]), ("band", words["band_legend"]), ("shade", words["average_zone"])])
    return picture.svg(width)


def team_chart(scales: Sequence[Spread], language: str, width: int | None = None) -> str:
    """A team on each scale: mean, spread of one standard deviation to both sides, and range."""
    words = texts.words(language)
    told = "; ".join(f"{scale.name}: {words['missing'] if scale.mean is None else decimal(scale.mean, language)}" for scale in scales)
    picture = _rows_picture(scales, words["team_title"], told, language)
    for scale, middle in _placed(picture, scales):
        if scale.mean is None:
            picture.text(_TRACK_FROM + 6, middle + 3.5, words["missing"], size=10, colour=GREY)
            continue
        if scale.lowest is not None and scale.highest is not None:
            picture.line(_x(scale.lowest), middle, _x(scale.highest), middle, colour=ACCENT, width=1.2, stroke_linecap="round")
        if scale.deviation is not None:
            low, high = max(scale.mean - scale.deviation, 0), min(scale.mean + scale.deviation, HIGHEST)
            picture.box(_x(low), middle - 3.5, _x(high) - _x(low), 7, TINT, rx=3.5)
        _dot(picture, scale.mean, middle)
        picture.text(_VALUE_AT, middle + 4, decimal(scale.mean, language), weight=600, colour=ACCENT, anchor="end")
        spread = "" if scale.deviation is None else f"± {decimal(scale.deviation, language)}"
        picture.text(_WORD_AT, middle + 4, spread, size=11, colour=GREY)
    _legend(picture, [("dot", words["mean"]), ("band", words["spread"]), ("line", words["range"]), ("shade", words["average_zone"])])
    return picture.svg(width)


def _groups(scales: Sequence[R]) -> list[tuple[str, list[R]]]:
    return [(name, list(members)) for name, members in groupby(scales, key=_group_of)]


def _group_of(scale: Shown | Spread) -> str:
    return scale.group


def _rows_picture(scales: Sequence[R], title: str, told: str, language: str) -> Picture:
    height = _TOP + _HEADING * sum(bool(name) for name, _ in _groups(scales)) + _ROW * len(scales) + _BELOW
    picture = Picture(_ROWS_WIDTH, height, title=title, description=told, language=language)
    bottom = height - _BELOW
    picture.box(_x(AVERAGE[0]), _TOP, _x(AVERAGE[1]) - _x(AVERAGE[0]), bottom - _TOP, SHADE)
    for tick in range(HIGHEST + 1):
        picture.line(_x(tick), _TOP, _x(tick), bottom, colour=LINE, width=0.6)
        picture.text(_x(tick), _TOP - 6, str(tick), size=9, colour=GREY, anchor="middle")
    return picture


def _placed(picture: Picture, scales: Sequence[R]) -> list[tuple[R, float]]:
    """Write headings and names; each scale with the middle of its row."""
    placed: list[tuple[R, float]] = []
    y = _TOP
    for name, members in _groups(scales):
        if name:
            picture.text(0, y + 20, name, size=11, weight=600, colour=ACCENT)
            y += _HEADING
        for scale in members:
            picture.text(0, y + _ROW / 2 + 4, scale.name)
            placed.append((scale, y + _ROW / 2))
            y += _ROW
    return placed


def _dot(picture: Picture, c_value: float, middle: float) -> None:
    picture.add("circle", cx=_x(c_value), cy=middle, r=4.6, fill=ACCENT, stroke="#ffffff", stroke_width=1.2)


def _legend(picture: Picture, entries: Sequence[tuple[str, str]]) -> None:
    x, y = _TRACK_FROM, picture.height - 7
    for mark, words in entries:
        if mark == "dot":
            picture.add("circle", cx=x + 5, cy=y - 3, r=3.6, fill=ACCENT)
        elif mark == "line":
            picture.line(x, y - 3, x + 14, y - 3, colour=ACCENT, width=1.2)
        else:
            picture.box(x, y - 6.5, 14, 7, TINT if mark == "band" else SHADE, rx=3.5 if mark == "band" else 0)
        picture.text(x + (14 if mark == "dot" else 19), y, words, size=9, colour=GREY)
        x += (14 if mark == "dot" else 19) + len(words) * 4.9 + 14


# --- small pictures


def wir_ich(wir_tenths: int, language: str, width: int | None = None) -> str:
    """The share of the group and of oneself as one divided bar."""
    words = texts.words(language)
    wir, ich = (f"{decimal(tenths / 10, language)} %" for tenths in (wir_tenths, 1000 - wir_tenths))
    told = f"{words['wir']}: {wir}; {words['ich']}: {ich}"
    picture = Picture(_ROWS_WIDTH, 44, title=words["wir_ich"], description=told, language=language)
    at = _ROWS_WIDTH * wir_tenths / 1000
    picture.box(0, 22, _ROWS_WIDTH, 14, TINT)
    picture.box(0, 22, at, 14, ACCENT)
    picture.line(_ROWS_WIDTH / 2, 18, _ROWS_WIDTH / 2, 40, colour=INK, width=1)
    picture.text(0, 13, f"{words['wir']} {wir}", weight=600, colour=ACCENT)
    picture.text(_ROWS_WIDTH, 13, f"{words['ich']} {ich}", weight=600, colour=GREY, anchor="end")
    return picture.svg(width)


@cache
def classes(language: str, width: int | None = None) -> str:
    """How many people of a norm group fall into each class: what the C-scale is."""
    told = "; ".join(f"{number}: {decimal(share, language)} %" for number, share in enumerate(SHARES))
    picture = Picture(_ROWS_WIDTH, 150, title=texts.words(language)["classes_title"], description=told, language=language)
    step, base = _ROWS_WIDTH / len(SHARES), 128.0
    for number, share in enumerate(SHARES):
        height = share / max(SHARES) * 100
        colour = ACCENT if AVERAGE[0] < number < AVERAGE[1] else TINT
        picture.box(number * step + 3, base - height, step - 6, height, colour, rx=2)
        middle = number * step + step / 2
        picture.text(middle, base - height - 5, f"{decimal(share, language)} %", size=9.5, colour=GREY, anchor="middle")
        picture.text(middle, base + 15, str(number), size=11, weight=600, anchor="middle")
    picture.line(0, base + 0.5, _ROWS_WIDTH, base + 0.5)
    return picture.svg(width)
