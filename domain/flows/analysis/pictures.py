"""Analyses of flows as pictures: SVG of plain shapes and text."""

from domain.flows.analysis.cut_scores import CutScoreCurve
from domain.flows.analysis.funnel import Funnel, FunnelStep
from domain.kernel.language import Language, Text
from domain.reports.svg import ACCENT, GREY, INK, SHADE, TINT, Picture, path

WIDTH, LEFT, RIGHT, TOP = 480, 150, 14, 44
ROW, BAR = 34, 22
HEIGHT, BOTTOM = 260, 36
LABEL = 22
"""Letters of a step's name that have room."""
FUNNEL = Text("How far people came", "Wie weit die Personen kamen")
ASSIGNED = Text("Assigned", "Zugewiesen")
KEY = (
    (ACCENT, Text("passed", "bestanden")),
    (TINT, Text("waiting", "noch offen")),
    (SHADE, Text("failed or over", "nicht bestanden oder vorbei")),
)
CURVE = Text("How many would pass at each threshold", "Wie viele bei welchem Schwellenwert bestünden")
CURRENT = Text("Current threshold", "Aktueller Schwellenwert")
STEP = Text("Step", "Schritt")


def funnel(one: Funnel, language: Language) -> str:
    """A bar for everybody who was assigned, and one for each step: those who passed, who wait, and who left there."""
    title = FUNNEL.in_language(language)
    told = [f"{_named(step, language)}: {step.reached}, {step.passed}" for step in one.steps]
    about = "; ".join([f"{ASSIGNED.in_language(language)}: {one.assigned}", *told])
    height = TOP + ROW * (len(one.steps) + 1) + 10
    picture = Picture(WIDTH, height, title=title, description=about, language=language)
    picture.box(0, 0, WIDTH, height, "#ffffff")
    picture.text(12, 18, title, size=14, weight=600)
    for place, (colour, meaning) in enumerate(KEY):
        picture.box(LEFT + place * 84, 26, 9, 9, colour)
        picture.text(LEFT + place * 84 + 13, 34, meaning.in_language(language), size=10, colour=GREY)
    _bar(picture, 0, ASSIGNED.in_language(language), one.assigned, [(one.assigned, GREY)], one.assigned)
    for row, step in enumerate(one.steps, 1):
        parts = [(step.passed, ACCENT), (step.waiting, TINT), (step.failed + step.over, SHADE)]
        _bar(picture, row, _named(step, language), step.reached, parts, one.assigned)
    return picture.svg()


def _named(step: FunnelStep, language: Language) -> str:
    name = step.name or f"{STEP.in_language(language)} {step.position}"
    return name if len(name) <= LABEL else f"{name[: LABEL - 1]}…"


def _bar(picture: Picture, row: int, label: str, people: int, parts: list[tuple[int, str]], most: int) -> None:
    y, scale = TOP + row * ROW, (WIDTH - LEFT - RIGHT - 40) / max(most, people, 1)
    picture.text(LEFT - 8, y + 16, label, size=11, anchor="end")
    left = float(LEFT)
    for count, colour in parts:
        picture.box(left, y, count * scale, BAR, colour)
        left += count * scale
    picture.text(left + 6, y + 16, str(people), size=11, colour=INK)


def curve(one: CutScoreCurve, language: Language) -> str | None:
    """The share that would pass at each threshold as a line, with the threshold there is; None when nothing may be told."""
    if one.points is None:
        return None
    title = f"{CURVE.in_language(language)} (n = {one.people})"
    current = f"{CURRENT.in_language(language)}: {one.current:g}"
    picture = Picture(WIDTH, HEIGHT, title=title, description=current, language=language)
    picture.box(0, 0, WIDTH, HEIGHT, "#ffffff")
    picture.text(12, 18, title, size=14, weight=600)
    for percent in (0, 25, 50, 75, 100):
        picture.line(_across(0), _up(percent / 100), _across(100), _up(percent / 100))
        picture.text(_across(0) - 6, _up(percent / 100) + 4, f"{percent} %", size=10, colour=GREY, anchor="end")
        picture.text(_across(percent), HEIGHT - BOTTOM + 16, str(percent), size=10, colour=GREY, anchor="middle")
    corners = [(_across(one.points[0].threshold), _up(one.points[0].share))]
    for before, point in zip(one.points, one.points[1:], strict=False):  # just above a score, those who have it no longer pass
        corners += [(_across(before.threshold), _up(point.share)), (_across(point.threshold), _up(point.share))]
    picture.add("path", d=path(corners), fill="none", stroke=ACCENT, stroke_width=2)
    picture.line(_across(one.current), TOP - 14, _across(one.current), HEIGHT - BOTTOM, colour=INK, stroke_dasharray="4 3")
    anchor = "end" if one.current > 50 else "start"
    picture.text(_across(one.current) + (-5 if anchor == "end" else 5), TOP - 6, current, size=10, anchor=anchor)
    return picture.svg()


def _across(threshold: float) -> float:
    return 52 + threshold / 100 * (WIDTH - 52 - RIGHT)


def _up(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)
