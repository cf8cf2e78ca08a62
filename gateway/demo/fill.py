"""Fill an account with a population: invites in all states, dates over a year, results that hang together."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain.billing import credits
from domain.candidates import commands as candidates
from domain.instruments import bank
from domain.invites import attempts, commands, slots
from domain.invites.errors import TooManyPendingInvites
from domain.invites.model import Invite
from domain.invites.status import LIFETIME, Origin
from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.work import UnitOfWork
from domain.results import norms
from gateway.demo.people import Person, Population

AT_ONCE = 100
"""Candidates in one transaction."""
SPAN = timedelta(days=365)
FATES = {"completed": 78, "manual": 6, "started": 7, "canceled": 3, "pending": 6}
"""What becomes of invites, in percent; those started or pending long ago have expired since."""
RECENT_FATES = ["completed"] * 4 + ["manual", "started", "pending", "pending"]
"""What becomes of each eight of the last weeks: who was invited lately has often not come to it yet."""
MOST_PENDING = 6
"""How many stay pending at a time, so that whoever tries the demo can invite some more."""


class Filler:
    """Fills one account; `database` has a clock of its own and a queue that drops jobs, so that nothing is mailed."""

    def __init__(self, database: Database, account_id: int, *, seed: int, known: int = 0, until: datetime) -> None:
        instrument = bank.current(bank.PROFILE)
        assert instrument is not None
        self._database = database
        self._actor = Actor.system(account_id)
        self._population = Population(seed, instrument, norms.designed().norms)
        self._people = self._population.people(known)
        self._dice = self._population.dice
        self._until = until
        self._recent: list[str] = []

    async def fill(self, count: int, progress: Callable[[int], Any]) -> None:
        """Add a number of candidates; `progress` is told how many more there are after each transaction."""
        step = SPAN / max(count, 1)
        at = self._until - SPAN
        async with self._database.work(self._actor) as uow:
            uow.now = at  # before the first completion, so that the ledger never shows less than nothing
            await credits.grant(uow, count + 50, reference=f"demo {self._until.isoformat()}")
        for first in range(0, count, AT_ONCE):
            async with self._database.work(self._actor) as uow:
                for _ in range(min(AT_ONCE, count - first)):
                    at += step
                    await self._one(uow, next(self._people), at, step)
            progress(min(AT_ONCE, count - first))

    async def _one(self, uow: UnitOfWork, person: Person, at: datetime, step: timedelta) -> None:
        """Let one person go through what becomes of their invite; what happens takes no longer than until the next."""
        uow.now = at - step * 0.9
        while_open = min(step, LIFETIME)
        fate = self._fate(at)
        key = await self._invite(uow, person, fate)
        if fate == "canceled":
            uow.now += while_open * 0.3
            await commands.cancel(uow, key)
        elif fate != "pending" or await slots.pending(uow) > MOST_PENDING:
            uow.now += while_open * self._dice.uniform(0.1, 0.5)
            await self._take(uow, person, key, finish=fate not in ("started", "pending"))

    def _fate(self, at: datetime) -> str:
        if at + LIFETIME < self._until:
            return self._dice.choices(list(FATES), list(FATES.values()))[0]
        if not self._recent:
            self._recent = self._dice.sample(RECENT_FATES, len(RECENT_FATES))
        return self._recent.pop()

    async def _invite(self, uow: UnitOfWork, person: Person, fate: str) -> str:
        told: dict[str, Any] = {"email": person.email, "name": f"{person.given_name} {person.family_name}", "language": person.language}
        if fate == "manual":
            return await commands.issue(uow, Origin.OPEN_LINK, **told)
        try:
            return await commands.send(uow, **told, send_email=False)
        except TooManyPendingInvites:  # some of a demo made before, which are still to come at this time
            return await commands.issue(uow, Origin.DIRECT, **told)

    async def _take(self, uow: UnitOfWork, person: Person, key: str, *, finish: bool) -> None:
        attempt = await attempts.start(uow, key)
        await self._tell(uow, person, key)
        answers = self._population.answers()
        if not finish:
            kept = self._dice.randint(5, len(answers) - 5)
            answers = dict(list(answers.items())[:kept])
        await attempts.save(uow, attempt, answers)
        if finish:
            uow.now += min(timedelta(minutes=self._dice.uniform(9, 26)), timedelta(hours=1))
            await attempts.complete(uow, attempt)

    async def _tell(self, uow: UnitOfWork, person: Person, key: str) -> None:
        """Some tell about themselves, some do not."""
        if person.gender is None:
            return
        told = {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "gender": person.gender,
            "birth_year": person.birth_year,
        }
        invite = await uow.lock(Invite, uow.account_id, key)
        assert invite is not None
        await candidates.update(uow, invite.candidate_key, told)
