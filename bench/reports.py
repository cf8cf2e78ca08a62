"""How long a report takes: PDFs of different people in all focuses and languages, each set anew."""

import asyncio
import random
import statistics
import time
from datetime import UTC, datetime
from itertools import cycle, product

from domain.instruments import bank
from domain.kernel.language import Language
from domain.reports import assessment
from domain.reports.assessment import Material
from domain.reports.focus import ReportFocus
from domain.results import norms, scoring
from gateway.adapters.typesetting import Typst

REPORTS = 40
BEAT = 0.001
"""Seconds between two looks at the clock of the event loop."""


def person(number: int) -> Material:
    """Somebody with a name and a result of their own."""
    dice, instrument, group = random.Random(number), bank.instrument(bank.PROFILE, "1.0"), norms.designed()
    scored = scoring.score(instrument, [dice.randint(1, 5) for _ in instrument.items], group.norms)
    assert scored.wir_ich is not None
    return Material(
        name=f"Person Nummer {number}",
        attempt_id=number,
        completed_at=datetime(2026, 3, 2, tzinfo=UTC),
        instrument=instrument,
        norm_group=group,
        raw_tenths=scored.raw_tenths,
        c_tenths=scored.c_tenths,
        wir_tenths=scored.wir_ich.wir_tenths,
        tendency=scored.wir_ich.tendency,
    )


async def _measured() -> dict[str, float]:
    setter, kinds = Typst(), cycle(product(ReportFocus, Language))
    walls, cpus, sizes = [], [], []
    beats: list[float] = []
    beating = asyncio.create_task(_beat(beats))
    for number, (focus, language) in zip(range(REPORTS + 1), kinds, strict=False):
        began, cpu = time.perf_counter(), time.process_time()
        data = await asyncio.to_thread(assessment.document, person(number), focus, language)
        sizes.append(len(await setter.pdf(assessment.TEMPLATE, data)))
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - cpu)
        if not number:
            beats.clear()
    beating.cancel()
    first, *others = (wall * 1000 for wall in walls)
    return {
        "first": first,
        "median": statistics.median(others),
        "p95": statistics.quantiles(others, n=20)[-1],
        "cpu": statistics.median(cpus[1:]) * 1000,
        "lag": statistics.quantiles(beats, n=100)[-1] * 1000,
        "kilobytes": statistics.median(sizes) / 1000,
    }


async def _beat(beats: list[float]) -> None:
    """How much later than asked for the event loop came round."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(BEAT)
        beats.append(time.perf_counter() - before - BEAT)


def measured() -> dict[str, float]:
    """Milliseconds for a report of nine pages, from the values of a result to the bytes."""
    return asyncio.run(_measured())


def lines(found: dict[str, float]) -> list[str]:
    """The figures as sentences."""
    return [
        f"A report of nine pages takes {found['median']:.0f} ms (p95 {found['p95']:.0f}, the first of a process {found['first']:.0f};",
        f"CPU {found['cpu']:.0f}) beside the event loop, which comes round within {found['lag']:.1f} ms meanwhile (p99);",
        f"it has {found['kilobytes']:.0f} kB.",
    ]


if __name__ == "__main__":
    print("\n".join(lines(measured())))
