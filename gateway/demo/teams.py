"""Teams of the demo account: some of those who completed lately, in groups as companies have them."""

import random

from domain.invites import queries as invites
from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.paging import Window
from domain.teams import commands, joining

TEAMS = (
    ("Vertrieb Süd", "Regional Sales", "Wer die Kunden in Bayern und Österreich betreut.", 8),
    ("Product Development", "Platform", "Designers and engineers who work on the same product.", 6),
    ("Führungskreis", None, None, 5),
)
"""Title, subtitle, description, and how many people, where there are as many."""


async def gather(database: Database, account_id: int, seed: int) -> None:
    """Make the teams, of different people each."""
    given = {"status": ["completed"], "anonymized": ["False"]}
    page = await invites.attempts(database.read(), account_id, Window(first=100), order="newest", given=given)
    latest = {row.candidate_key: row.attempt_id for row in reversed(page.rows)}
    people = sorted(latest.values())
    random.Random(seed).shuffle(people)  # noqa: S311  invented groups, not secrets
    for title, subtitle, description, size in TEAMS:
        chosen, people = people[:size], people[size:]
        async with database.work(Actor.system(account_id)) as uow:
            team = await commands.create(uow, title=title, subtitle=subtitle, description=description)
            if chosen:
                await joining.add_members(uow, team, attempts=chosen)
