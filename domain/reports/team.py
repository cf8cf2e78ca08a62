"""What the report of a team says, as data for its template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.instruments.bank import Scale
from domain.kernel.language import Language, Text
from domain.reports import charts, texts
from domain.reports.assessment import breakable, day, person, picture, shortened
from domain.reports.charts import Spread, decimal
from domain.reports.focus import TeamFocus
from domain.teams import composition
from domain.teams.composition import Composition, ScaleComposition

TEMPLATE = "team"
STAND_OUT, DIFFER = 6, 3
"""So many scales are told of: by their mean, and by their spread."""
MOST_SHOWN = 40
"""People beyond this number are not shown one by one."""
FEWEST = {TeamFocus.LEADERSHIP: 2, TeamFocus.SALES: 2, TeamFocus.EMPLOYEE: 5}
"""The employee report goes to everybody, so nobody may be found out from it."""
MIDDLE = 5.0
NOTABLE = 0.5
"""A mean of a team nearer to the middle says nothing by itself."""
HIGH, LOW = 70, 30


@dataclass(frozen=True, slots=True)
class Person:
    """What was measured last of one person of a team; the name is None once they were anonymised."""

    name: str | None
    instrument: str
    instrument_version: str
    raw_tenths: Sequence[int | None]
    c_tenths: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class TeamMaterial:
    """What the report of a team is made from."""

    title: str
    made_at: datetime
    people: Sequence[Person]


def document(material: TeamMaterial, focus: TeamFocus, language: Language) -> dict[str, Any]:
    """The data of a report."""
    whole = composition.of(material.people)
    words = texts.words(language) | {key: Text.of(both).in_language(language) for key, both in texts.read("words")["team"].items()}
    operative, values = _of_kind(whole, "operative"), _of_kind(whole, "graves")
    side = texts.chosen("team_focus", focus, language)
    return {
        "date": material.made_at.isoformat(),
        "language": language.value,
        "title": f"{words['report']} – {shortened(material.title)}",
        "name": breakable(material.title),
        "header": f"{words['report']} · {side}",
        "short_name": breakable(shortened(material.title)),
        "purpose": texts.chosen("team_purpose", focus, language),
        "facts": [
            [words["made"], day(material.made_at, language)],
            [words["focus"], side],
            [words["people"], str(whole.people)],
        ],
        "words": words,
        "reading": texts.paragraphs("team_reading", language),
        "overview": _chart(operative, language, named=focus is not TeamFocus.EMPLOYEE),
        "alike": _standing_out(operative, focus, language, STAND_OUT),
        "differ": _differing(operative, language),
        "value_bars": _chart(values, language, named=focus is not TeamFocus.EMPLOYEE, headed=False),
        "values": _standing_out(values, focus, language, len(values)),
        "wir_ich": _wir_ich(whole, language),
        "matrix": None if focus is TeamFocus.EMPLOYEE else _matrix(material.people, language),
        "questions": [texts.chosen("team_questions", f"{focus}_{number}", language) for number in range(1, 5)],
        "method": texts.paragraphs("team_method", language),
    }


def spreads(scales: Sequence[ScaleComposition], language: Language, *, named: bool = True, headed: bool = True) -> list[Spread]:
    """The scales of a composition as rows of a picture; the range, which is of single people, only when people are named."""
    return [
        Spread(
            one.scale.name.in_language(language),
            one.scale.group_name.in_language(language) if headed else "",
            one.mean,
            one.spread,
            one.lowest if named else None,
            one.highest if named else None,
        )
        for one in scales
    ]


def _chart(scales: Sequence[ScaleComposition], language: Language, *, named: bool, headed: bool = True) -> dict[str, str]:
    rows = spreads(scales, language, named=named, headed=headed)
    told = "; ".join(f"{row.name}: {'–' if row.mean is None else decimal(row.mean, language)}" for row in rows)
    return picture(charts.team_chart(rows, language), told)


def _of_kind(whole: Composition, kind: str) -> list[ScaleComposition]:
    return [one for one in whole.scales if one.scale.kind == kind]


def _standing_out(scales: Sequence[ScaleComposition], focus: TeamFocus, language: Language, most: int) -> list[dict[str, str]]:
    """The scales furthest from the middle, with what that means."""
    notable = [(one.scale, one.mean) for one in scales if one.mean is not None and abs(one.mean - MIDDLE) >= NOTABLE]
    chosen = sorted(notable, key=lambda pair: -abs(pair[1] - MIDDLE))[:most]
    return [
        {
            "scale": scale.name.in_language(language),
            "value": decimal(mean, language),
            "text": text_of(focus, scale, mean).in_language(language),
        }
        for scale, mean in chosen
    ]


def text_of(focus: TeamFocus, scale: Scale, mean: float) -> Text:
    """What the side means to which a team tends on a scale."""
    return Text.of(texts.read("team")[scale.key][focus]["low" if mean < MIDDLE else "high"])


def _differing(scales: Sequence[ScaleComposition], language: Language) -> list[dict[str, str]]:
    known = [one for one in scales if one.spread is not None]
    chosen = sorted(known, key=lambda one: -(one.spread or 0))[:DIFFER]
    return [{"scale": one.scale.name.in_language(language), "value": f"± {decimal(one.spread or 0, language)}"} for one in chosen]


def _wir_ich(whole: Composition, language: Language) -> dict[str, str] | None:
    if whole.graves is None:
        return None
    ratio = whole.graves.wir_ich
    told = f"{texts.words(language)['wir']} {decimal(ratio.wir_tenths / 10, language)} %"
    return {**picture(charts.wir_ich(ratio.wir_tenths, language), told), "text": texts.chosen("tendency", ratio.tendency, language)}


def _matrix(people: Sequence[Person], language: Language) -> dict[str, Any]:
    """Everybody's C-values on the operative scales, sorted by name; empty rows for more people than can be shown."""
    scales = [scale for scale in composition.profile_scales() if scale.kind == "operative"]
    columns = composition.c_columns(people)
    shown = sorted(range(len(people)), key=lambda index: (people[index].name or "\uffff").casefold()) if len(people) <= MOST_SHOWN else []
    return {
        "scales": [scale.name.in_language(language) for scale in scales],
        "rows": [
            {
                "name": breakable(shortened(person(people[index].name, language))),
                "cells": [_cell(columns[scale.key][index], language) for scale in scales],
            }
            for index in shown
        ],
    }


def _cell(value: int | None, language: Language) -> dict[str, str]:
    if value is None:
        return {"text": "–", "kind": "none"}
    return {"text": decimal(value / 10, language), "kind": "high" if value >= HIGH else "low" if value <= LOW else "middle"}
