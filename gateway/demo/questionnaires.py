"""A questionnaire of the demo account: an interview by phone, some who take it, what was found, and a number that is not called."""

from typing import Any

from domain.candidates import queries as candidates
from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.paging import Window
from domain.questionnaires import blocking, commands, participants, results

DETAILS = {
    "name": "Integritätsinterview",
    "description": "A call of a quarter of an hour, judged by two assessors.",
    "duration_minutes": 15,
    "guide_en": "You will be called at the time you chose. Please have your access code at hand.",
    "guide_de": "Sie werden zur gewählten Zeit angerufen. Bitte halten Sie Ihren Zugangscode bereit.",
}
NUMBERS = ("+49 30 901820 10", "+49 30 901820 11", "+49 30 901820 12", "+49 30 901820 13")
LANGUAGES = ("German", "English", "Español", "Türkçe")
OUTCOMES = ("HIRED", "HIRED", "DECLINED", None)
FINDINGS: tuple[dict[str, Any] | None, ...] = (
    {"evaluation": "LR", "clear": True, "score": 82.0, "ratings": [{"sequence": "Q1", "risk_level": "LR", "text": "Past employers"}]},
    {"evaluation": "MR", "score": 61.0, "notes": "Asked twice about the gap of last year."},
    {"evaluation": "HR", "clear": False, "admission": True, "score": 24.0},
    None,
)
"""What the assessors found at the latest attempt of each."""
BLOCKED = 3
"""Whose number is not called."""


async def interview(database: Database, account_id: int) -> None:
    """Make it, with participants who are candidates of the account already."""
    page = await candidates.page(database.read(), account_id, Window(first=20), order="newest", given={"anonymized": ["False"]})
    people = [row.email for row in page.rows if row.email][: len(NUMBERS)]
    async with database.work(Actor.system(account_id)) as uow:
        await blocking.block(uow, number=NUMBERS[BLOCKED], reason="Asked us not to call")
        questionnaire = await commands.create(uow, DETAILS)
        for place, email in enumerate(people):
            details = {"phone_number1": NUMBERS[place], "email": email, "language": LANGUAGES[place]}
            key = await participants.add(uow, questionnaire, f"IRN-{1001 + place}", details)
            if place == 0:
                await participants.retake(uow, key, questionnaire, f"IRN-{1001 + place}", {})
            if outcome := OUTCOMES[place]:
                await participants.set_outcome(uow, key, outcome=outcome)
            if found := FINDINGS[place]:
                await results.record(uow, {"status": "Result Published", **found}, participant=key)
