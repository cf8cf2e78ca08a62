"""The job profiles of the demo: three jobs that most people know, so that there is something to match with."""

from typing import Any

from domain.kernel.work import UnitOfWork
from domain.matching import commands

PROFILES: tuple[dict[str, Any], ...] = (
    {
        "name": "Vertriebsleitung",
        "name_en": "Head of sales",
        "type": "leadership",
        "description": "Führt zwölf Menschen im Außendienst und gewinnt selbst die größten Kunden.",
        "targets": [
            ("goal_orientation", {"ideal": 7.5, "ok_min": 6, "ok_max": 9}),
            ("proactive", {"ideal": 7, "ok_min": 5.5, "ok_max": 9, "critical_low": 4}),
            ("external", {"ideal": 6}),
            ("failure_tolerance", {"ideal": 7, "ok_min": 5, "ok_max": 9}),
            ("people", {"ideal": 7, "ok_min": 5.5, "ok_max": 8.5}),
            ("options", {"ideal": 6}),
            ("graves5_success", {"ideal": 7, "ok_min": 5.5, "ok_max": 8.5}),
        ],
    },
    {
        "name": "Softwareentwicklung",
        "name_en": "Software developer",
        "description": "Entwirft, schreibt und prüft Programme in einem kleinen Team; versteht, warum, bevor es losgeht.",
        "targets": [
            ("problem_solving", {"ideal": 7, "ok_min": 5.5, "ok_max": 9}),
            ("reflective", {"ideal": 6.5}),
            ("internal", {"ideal": 6}),
            ("difference", {"ideal": 6, "ok_min": 4, "ok_max": 8}),
            ("detail", {"ideal": 7, "ok_min": 5, "ok_max": 9, "critical_low": 3.5}),
            ("stability", {"ideal": 5.5}),
            ("graves7_growth", {"ideal": 6.5, "ok_min": 5, "ok_max": 9}),
        ],
    },
    {
        "name": "Kundenservice",
        "name_en": "Customer service",
        "description": "Hört zu, klärt Anliegen am Telefon und bleibt freundlich, auch wenn es laut wird.",
        "targets": [
            ("external", {"ideal": 6.5, "ok_min": 5, "ok_max": 8}),
            ("sameness", {"ideal": 5.5}),
            ("stability", {"ideal": 7, "ok_min": 5.5, "ok_max": 10, "critical_low": 4, "critical_high": 10}),
            ("procedural", {"ideal": 6}),
            ("people", {"ideal": 7.5, "ok_min": 6, "ok_max": 9.5}),
            ("graves6_community", {"ideal": 6.5, "ok_min": 5, "ok_max": 8.5}),
        ],
    },
)


async def add(uow: UnitOfWork) -> None:
    """Add them to the account that the work is in."""
    for profile in PROFILES:
        await commands.create(uow, **profile)
