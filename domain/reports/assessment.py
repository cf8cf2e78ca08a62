"""What the report of one person says, as data for its template: every word is chosen here, the template only lays out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.instruments.bank import Instrument, Scale
from domain.kernel.language import Language
from domain.reports import charts, texts
from domain.reports.charts import Shown, band, decimal
from domain.reports.focus import ReportFocus
from domain.results import scoring
from domain.results.norms import NormGroup

TEMPLATE = "assessment"
QUESTIONS = 6
"""So many scales come with a question: as many as fit on a page with room for notes."""
STAND_OUT = 3
"""So many scales are named at each end of the profile."""
LONGEST_WORD = 24
"""Longer words of names may be broken after so many characters."""
LONGEST_HEADER = 60


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made from; the name is None once the person was anonymised."""

    name: str | None
    attempt_id: int
    completed_at: datetime
    instrument: Instrument
    norm_group: NormGroup
    raw_tenths: Sequence[int | None]
    c_tenths: Sequence[int | None]
    wir_tenths: int | None
    tendency: str | None


def document(material: Material, focus: ReportFocus, language: Language) -> dict[str, Any]:
    """The data of a report."""
    words = texts.words(language)
    scales = shown(material.instrument, material.norm_group, material.c_tenths, language)
    operative = [scale for scale, kind in zip(scales, _kinds(material), strict=True) if kind == "operative"]
    values = scales[len(operative) :]
    name = person(material.name, language)
    return {
        "date": material.completed_at.isoformat(),
        "language": language.value,
        "title": f"{words['report']} – {shortened(name)}",
        "name": breakable(name),
        "header": f"{words['report']} · {texts.chosen('focus', focus, language)}",
        "short_name": breakable(shortened(name)),
        "focus": texts.chosen("focus", focus, language),
        "plain": focus is ReportFocus.STANDARD,
        "purpose": texts.chosen("purpose", focus, language),
        "facts": facts(material, focus, language),
        "remark": remark(material.norm_group, language),
        "words": dict(words),
        "reading": texts.paragraphs("reading", language),
        "classes": picture(charts.classes(language), words["classes_title"]),
        "labels": labels(language),
        "radar": picture(charts.radar(operative, language), charts.described(operative, language)),
        "most": _ends(operative, language, lowest=False),
        "least": _ends(operative, language, lowest=True),
        "overview": picture(charts.bars(operative, language), charts.described(operative, language)),
        "groups": _groups(material, focus, language),
        "value_bars": picture(charts.bars([unheaded(scale) for scale in values], language), charts.described(values, language)),
        "wir_ich": _wir_ich(material, language),
        "questions": _questions(material, focus, language),
        "table": _table(material, language),
        "method": texts.paragraphs("method", language),
    }


def person(name: str | None, language: str) -> str:
    """How a report calls the person."""
    words = texts.words(language)
    return words["anonymised"] if name is None else name or words["nameless"]


def breakable(name: str) -> str:
    """A name whose very long words may be broken, by spaces without width."""
    parts = ("\u200b".join(word[start : start + LONGEST_WORD] for start in range(0, len(word), LONGEST_WORD)) for word in name.split(" "))
    return " ".join(parts)


def shortened(name: str) -> str:
    """A name that fits into one line of a header."""
    return name if len(name) <= LONGEST_HEADER else name[: LONGEST_HEADER - 1].rstrip() + "…"


def shown(instrument: Instrument, group: NormGroup, c_tenths: Sequence[int | None], language: str) -> list[Shown]:
    """Every scale as pictures show it."""
    return [
        Shown(scale.name.in_language(language), scale.group_name.in_language(language), value, scoring.sem(group.norms[scale.key]))
        for scale, value in zip(instrument.scales, c_tenths, strict=True)
    ]


def unheaded(scale: Shown) -> Shown:
    """A row without the heading of its group."""
    return Shown(scale.name, "", scale.c_tenths, scale.sem)


def picture(svg: str, told: str) -> dict[str, str]:
    return {"svg": svg, "alt": told}


def facts(material: Material, focus: ReportFocus, language: Language) -> list[list[str]]:
    """What the cover says beside the name."""
    words = texts.words(language)
    instrument = material.instrument
    return [
        [words["completed"], day(material.completed_at, language)],
        [words["focus"], texts.chosen("focus", focus, language)],
        [words["instrument"], f"{instrument.name.in_language(language)}, {words['version']} {instrument.version}"],
        [words["norm_group"], f"{material.norm_group.name.in_language(language)}, {words['version']} {material.norm_group.version}"],
        [words["reference"], f"{words['attempt']} {material.attempt_id}"],
    ]


def day(moment: datetime, language: str) -> str:
    """A date in words."""
    from babel.dates import format_date  # only when a report is made: it would slow every start

    return str(format_date(moment.date(), "long", locale="de" if language == "de" else "en_GB"))


def remark(group: NormGroup, language: str) -> str:
    """What to know about the norm group before trusting it."""
    words = texts.words(language)
    return words["empirical"].format(n=group.n) if group.empirical else words["designed"]


def labels(language: str) -> list[list[str]]:
    """The words for C-values with their classes and the percent of people in them."""
    found: dict[str, list[int]] = {}
    for number in range(len(charts.SHARES)):
        found.setdefault(texts.label(number * 10, language), []).append(number)
    return [
        [
            "–".join(dict.fromkeys((str(classes[0]), str(classes[-1])))),
            word,
            f"{decimal(sum(charts.SHARES[n] for n in classes), language)} %",
        ]
        for word, classes in found.items()
    ]


def _kinds(material: Material) -> list[str]:
    return [scale.kind for scale in material.instrument.scales]


def _ends(scales: Sequence[Shown], language: str, *, lowest: bool) -> list[list[str]]:
    known = sorted((scale for scale in scales if scale.c_tenths is not None), key=lambda scale: -(scale.c_tenths or 0))
    ordered = known[STAND_OUT:][: -STAND_OUT - 1 : -1] if lowest else known[:STAND_OUT]
    return [[scale.name, decimal((scale.c_tenths or 0) / 10, language), texts.label(scale.c_tenths or 0, language)] for scale in ordered]


def _groups(material: Material, focus: ReportFocus, language: Language) -> list[dict[str, Any]]:
    """Every scale with its text, under the heading of its group."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for scale, value in zip(material.instrument.scales, material.c_tenths, strict=True):
        groups.setdefault(scale.group_name.in_language(language), []).append(_in_words(scale, value, focus, language))
    return [{"name": name, "scales": members} for name, members in groups.items()]


def _in_words(scale: Scale, value: int | None, focus: ReportFocus, language: Language) -> dict[str, Any]:
    name, words = scale.name.in_language(language), texts.words(language)
    if value is None:
        return {"name": name, "value": None, "label": words["missing"], "text": words["missing_text"], "beside": None}
    level = texts.level_of(value)
    beside = None if focus is ReportFocus.STANDARD else texts.of_scale(focus, scale.key, level).in_language(language)
    return {
        "name": name,
        "value": decimal(value / 10, language),
        "label": texts.label(value, language),
        "text": texts.of_scale(ReportFocus.STANDARD, scale.key, level).in_language(language),
        "beside": beside,
    }


def _wir_ich(material: Material, language: Language) -> dict[str, Any] | None:
    if material.wir_tenths is None or material.tendency is None:
        return None
    svg = charts.wir_ich(material.wir_tenths, language)
    words = texts.words(language)
    alt = f"{words['wir']} {decimal(material.wir_tenths / 10, language)} %"
    return {**picture(svg, alt), "text": texts.chosen("tendency", material.tendency, language)}


def _questions(material: Material, focus: ReportFocus, language: Language) -> list[dict[str, str]]:
    """Questions about the scales furthest from the middle; the published order decides between equals."""
    known = [(scale, value) for scale, value in zip(material.instrument.scales, material.c_tenths, strict=True) if value is not None]
    chosen = sorted(known, key=lambda pair: -abs(pair[1] - 50))[:QUESTIONS]
    return [
        {
            "scale": scale.name.in_language(language),
            "why": f"{decimal(value / 10, language)} · {texts.label(value, language)}",
            "question": texts.question(focus, scale.key, value).in_language(language),
        }
        for scale, value in chosen
    ]


def _table(material: Material, language: Language) -> list[list[str]]:
    """Every scale in numbers: name, raw percent, C-value, confidence band, class, percentile."""
    rows = []
    for scale, raw, value in zip(material.instrument.scales, material.raw_tenths, material.c_tenths, strict=True):
        name = scale.name.in_language(language)
        if raw is None or value is None:
            rows.append([name, "–", "–", texts.words(language)["missing"], "–", "–"])
            continue
        low, high = band(value, scoring.sem(material.norm_group.norms[scale.key]))
        around = f"{decimal(low, language)} – {decimal(high, language)}"
        rows.append(
            [
                name,
                decimal(raw / 10, language),
                decimal(value / 10, language),
                around,
                str(scoring.class_of(value)),
                decimal(scoring.percentile(value), language),
            ]
        )
    return rows
