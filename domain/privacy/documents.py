"""Documents for people and programs: sections of pairs and tables, as the typesetter takes them, as Markdown, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from domain.privacy.words import label, word

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    heads: list[str]
    rows: list[list[str]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document: notes on what it is, pairs of a label and a value, tables, and parts of its own."""

    title: str
    notes: list[str] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    parts: list["Section"] = field(default_factory=list)


def shown(value: Any, language: str) -> str:
    """A value as people read it."""
    match value:
        case None | "" | [] | {}:
            return "–"
        case bool():
            return word("dossier", "yes" if value else "no", language)
        case datetime():
            return f"{value.astimezone(UTC):{'%d.%m.%Y %H:%M' if language == 'de' else '%Y-%m-%d %H:%M'}} UTC"
        case float():
            return f"{value:.1f}".replace(".", "," if language == "de" else ".")
        case list():
            return ", ".join(shown(part, language) for part in value)
        case dict():
            return ", ".join(f"{name}: {shown(part, language)}" for name, part in value.items())
    return str(value)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def table(rows: Sequence[Mapping[str, Any]], language: str, title: str = "") -> Table:
    """Rows that have the same columns."""
    heads = [label(name, language) for name in rows[0]]
    return Table(heads, [[shown(value, language) for value in row.values()] for row in rows], title)


def row_section(row: Mapping[str, Any], language: str) -> Section:
    """One row: its plain values as pairs, and tables for what is a list of rows itself."""
    plain = {name: value for name, value in row.items() if not _is_table(value)}
    tables = [table(value, language, label(name, language)) for name, value in row.items() if _is_table(value)]
    pairs = [(label(name, language), shown(value, language)) for name, value in plain.items() if value is not None]
    return Section("", pairs=pairs, tables=tables)


def printed(*, title: str, subtitle: str, intro: Sequence[str], sections: Sequence[Section], language: str, at: datetime) -> dict[str, Any]:
    """A document as the template `dossier` takes it."""
    return {
        "date": at.isoformat(),
        "made": shown(at, language),
        "language": language,
        "title": title,
        "subtitle": subtitle,
        "intro": list(intro),
        "sections": list(sections),
    }


def markdown(document: Mapping[str, Any]) -> str:
    """A printed document as Markdown."""
    lines = [f"# {_plain(document['title'])}", "", f"{_plain(document['subtitle'])}, {document['made']}", ""]
    for text in document["intro"]:
        lines += [_plain(text), ""]
    for section in document["sections"]:
        lines += _section(section, 2)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section, level: int) -> list[str]:
    lines = [f"{'#' * level} {_plain(section.title)}", ""] if section.title else []
    for note in section.notes:
        lines += [_plain(note), ""]
    lines += [f"- {_plain(name)}: {_plain(value)}" if name else f"- {_plain(value)}" for name, value in section.pairs]
    lines += [""] if section.pairs else []
    for found in section.tables:
        lines += [f"| {' | '.join(map(_cell, found.heads))} |", f"|{' --- |' * len(found.heads)}"]
        lines += [f"| {' | '.join(map(_cell, row))} |" for row in found.rows]
        lines += [""]
    for part in section.parts:
        lines += _section(part, level + 1)
    return lines


_MARKUP = str.maketrans({character: f"\\{character}" for character in "\\`*_<>"})


def _plain(text: str) -> str:
    """Text that means itself in Markdown (Q-19)."""
    return " ".join(text.split()).translate(_MARKUP)


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def json(data: Any) -> bytes:
    """Data as a file."""
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
