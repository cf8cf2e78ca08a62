"""Results made up for reports, and PDFs taken apart."""

import io
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from pypdf import PdfReader

from domain.instruments import bank
from domain.reports.assessment import Material
from domain.results import norms, scoring
from tests.support.world import some_answers

INSTRUMENT = bank.instrument(bank.PROFILE, "1.0")
GROUP = norms.designed()
OPERATIVE = [scale for scale in INSTRUMENT.scales if scale.kind == "operative"]
GRAVES = [scale for scale in INSTRUMENT.scales if scale.kind == "graves"]


def material(
    name: str | None = "Jörg Müller-Großkopf", *, seed: int = 1, missing: Collection[str] = (), everywhere: int | None = None
) -> Material:
    """A result by random answers; scales named as missing have none, `everywhere` is a C-value in tenths for all others."""
    given = some_answers(seed)
    answers = [None if item.scale in missing else given[item.key] for item in INSTRUMENT.items]
    scored = scoring.score(INSTRUMENT, answers, GROUP.norms)
    values = [value if value is None or everywhere is None else everywhere for value in scored.c_tenths]
    ratio = scored.wir_ich
    return Material(
        name=name,
        attempt_id=1001,
        completed_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        instrument=INSTRUMENT,
        norm_group=GROUP,
        raw_tenths=scored.raw_tenths,
        c_tenths=values,
        wir_tenths=ratio.wir_tenths if ratio else None,
        tendency=ratio.tendency if ratio else None,
    )


class Paper:
    """A PDF, taken apart."""

    def __init__(self, content: bytes) -> None:
        self.reader: Any = PdfReader(io.BytesIO(content))
        self.count = len(self.reader.pages)
        self._pages: dict[int, str] = {}
        self.root = self.reader.trailer["/Root"]

    def page(self, number: int) -> str:
        """The text of a page, from 1 on; read when first asked for, since that takes a while."""
        if number not in self._pages:
            self._pages[number] = " ".join(self.reader.pages[number - 1].extract_text().split())
        return self._pages[number]

    @property
    def text(self) -> str:
        return " ".join(map(self.page, range(1, self.count + 1)))

    @property
    def metadata(self) -> str:
        return str(self.root["/Metadata"].get_data().decode())

    def fonts(self) -> list[Any]:
        """The descriptor of every font on every page and in every picture on it."""
        found: list[Any] = []
        for page in self.reader.pages:
            self._collect(page["/Resources"].get_object(), found)
        return found

    def _collect(self, resources: Any, found: list[Any]) -> None:
        for font in resources.get("/Font", {}).values():
            [inner] = font.get_object()["/DescendantFonts"]
            found.append(inner.get_object()["/FontDescriptor"].get_object())
        for held in resources.get("/XObject", {}).values():
            drawn = held.get_object()
            if "/Resources" in drawn:
                self._collect(drawn["/Resources"].get_object(), found)
