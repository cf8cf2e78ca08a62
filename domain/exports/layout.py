"""What stands in an export: its columns, and how a result is written as a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from domain.exports.status import Format
from domain.instruments import bank
from domain.instruments.bank import Instrument
from domain.kernel.language import Language
from domain.kernel.spreadsheets import BOM, Delimiter, lines
from domain.kernel.statements import Row
from domain.results.scoring import LABELS, label_of

GERMAN = dict(
    zip(
        LABELS,
        ("Sehr niedrig", "Niedrig", "Unterdurchschnittlich", "Durchschnittlich", "Überdurchschnittlich", "Hoch", "Sehr hoch"),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """One result with what goes beside it."""

    result: Row
    candidate: Row | None = None
    answers: Sequence[int | None] | None = None


@dataclass(frozen=True)
class Layout:
    """How an export is written."""

    instrument: Instrument
    """The version whose scales and items are columns; those of other versions are found by their keys."""
    format: Format
    delimiter: Delimiter
    language: Language
    people: bool
    labels: bool
    answers: bool

    @classmethod
    def of(cls, row: Row) -> "Layout":
        """The layout that an export was asked for with."""
        key, at, version = row.conditions["instrument"].partition("@")
        return cls(
            bank.instrument(key, version if at else bank.CURRENT[key]),
            Format(row.format),
            Delimiter(row.delimiter),
            Language(row.language),
            row.people,
            row.labels,
            row.answers,
        )

    @cached_property
    def head(self) -> bytes:
        """What comes before the first result."""
        if self.format is Format.JSON_LINES:
            return b""
        about = ["attempt", "candidate", *(("name", "email") if self.people else ()), "completed_at", "instrument", "norm_group"]
        measures = ("raw", "c", "label") if self.labels else ("raw", "c")
        scales = [f"{scale.key}_{measure}" for scale in self.instrument.scales for measure in measures]
        answers = [f"answer_{item.key}" for item in self.instrument.items] if self.answers else []
        return BOM + lines([[*about, "wir_percent", "ich_percent", "tendency", *scales, *answers]], self.delimiter)

    def written(self, batch: Sequence[Line]) -> bytes:
        """Some results as lines."""
        if self.format is Format.CSV:
            return lines(map(self._cells, batch), self.delimiter)
        return b"".join(orjson.dumps(self._object(line), option=orjson.OPT_APPEND_NEWLINE) for line in batch)

    def _cells(self, line: Line) -> list[Any]:
        result, person = line.result, line.candidate
        about = [result.attempt_id, result.candidate_key]
        if self.people:
            about += [person.name, person.email] if person else [None, None]
        about += [_moment(result.completed_at), *_versions(result), *_ratio(result)]
        measured = self._measured(result)
        measures = [value for scale in self.instrument.scales for value in measured.get(scale.key, (None,) * (3 if self.labels else 2))]
        return [*about, *measures, *(self._answers(line).values() if self.answers else ())]

    def _object(self, line: Line) -> dict[str, Any]:
        result, person = line.result, line.candidate
        instrument, norm_group = _versions(result)
        wir, ich, tendency = _ratio(result)
        names = ("rawPercent", "cValue", "label")
        return {
            "attempt": result.attempt_id,
            "candidate": result.candidate_key,
            **({"name": person.name if person else None, "email": person.email if person else None} if self.people else {}),
            "completedAt": _moment(result.completed_at),
            "instrument": instrument,
            "normGroup": norm_group,
            "wirPercent": wir,
            "ichPercent": ich,
            "tendency": tendency,
            "scales": {scale: dict(zip(names, values, strict=False)) for scale, values in self._measured(result).items()},
            **({"answers": self._answers(line)} if self.answers else {}),
        }

    def _measured(self, result: Row) -> dict[str, tuple[Any, ...]]:
        """Raw percent, C-value and, if wanted, label of each scale."""
        scales = bank.instrument(result.instrument, result.instrument_version).scales
        return {
            scale.key: (_tenth(raw), _tenth(c), *((self._label(c),) if self.labels else ()))
            for scale, raw, c in zip(scales, result.raw_tenths, result.c_tenths, strict=True)
        }

    def _label(self, c_tenths: int | None) -> str | None:
        if c_tenths is None:
            return None
        return GERMAN[label_of(c_tenths)] if self.language is Language.DE else label_of(c_tenths)

    def _answers(self, line: Line) -> dict[str, int | None]:
        """The answers as they were given, by the keys of the items."""
        asked = bank.instrument(line.result.instrument, line.result.instrument_version).items
        given = {item.key: answer for item, answer in zip(asked, line.answers or (), strict=False)}
        return {item.key: given.get(item.key) for item in self.instrument.items}


def _ratio(result: Row) -> tuple[float | None, float | None, str | None]:
    if result.wir_tenths is None:
        return None, None, None
    return result.wir_tenths / 10, (1000 - result.wir_tenths) / 10, result.tendency


def _versions(result: Row) -> tuple[str, str]:
    return f"{result.instrument}@{result.instrument_version}", f"{result.norm_group}@{result.norm_version}"


def _tenth(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
