"""The demo account: made once, its key kept in a file that only this user can read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from domain.access import commands, queries
from domain.access.credentials import actor_of
from domain.access.errors import AccountInactive
from domain.billing import credits, registration
from domain.candidates import queries as people
from domain.kernel.actor import Actor
from domain.kernel.clock import Clock, MovableClock
from domain.kernel.database import Database
from domain.kernel.jobs import NoQueue
from domain.kernel.permissions import EVERYTHING
from gateway.app import open_for, ports_for
from gateway.demo import flows, job_profiles, orders, questionnaires, teams
from gateway.demo.fill import SPAN, Filler
from gateway.settings import Settings

EMAIL = "demo@centil.example"
COMPANY: dict[str, Any] = {
    "company": "Beispiel & Partner GmbH",
    "contact_name": "Robin Beispiel",
    "street": "Beispielallee 12",
    "postal_code": "10117",
    "city": "Berlin",
    "country": "DE",
}
CREDITS = 500
SEED = 20261122


async def make(settings: Settings, candidates: int, progress: Callable[[int], Any]) -> bool:
    """Make the demo account unless there is one, and fill it; return whether it was made just now."""
    now = Clock().now()
    clock = MovableClock(now - SPAN - timedelta(days=1))  # the account is older than its first candidate
    database = await open_for(settings, NoQueue(), clock)
    try:
        account_id = await queries.by_email(database.read(), EMAIL)
        made = account_id is None
        if account_id is None:
            account_id = await _register(settings, database)
        clock.move_to(now)
        if not made and not await _has_key(settings, database):
            await _new_key(settings, database, account_id)
        if candidates:
            known = await people.count(database.read(), account_id)
            await Filler(database, account_id, seed=SEED + known, known=known, until=clock.now()).fill(candidates, progress)
            if made:
                await teams.gather(database, account_id, SEED)
                await flows.walk(database, ports_for(settings, database), account_id, SEED + 1)
                await questionnaires.interview(database, account_id)
        return made
    finally:
        await database.close()


async def standing(settings: Settings) -> tuple[bool, bool]:
    """Say whether this database has the demo account, and whether the key that is kept opens it."""
    database = await open_for(settings, NoQueue())
    try:
        return await queries.by_email(database.read(), EMAIL) is not None, await _has_key(settings, database)
    finally:
        await database.close()


async def _has_key(settings: Settings, database: Database) -> bool:
    kept = settings.demo_key
    try:
        return kept is not None and await actor_of(database.read(), database.environment, kept, database.clock.now()) is not None
    except AccountInactive:
        return False


async def _register(settings: Settings, database: Database) -> int:
    async with database.work(Actor.anonymous()) as uow:
        made = await registration.register(uow, mode="live", email=EMAIL, **COMPANY)
        await credits.grant(uow, CREDITS, reference="demo")
        await orders.buy(uow)
        await job_profiles.add(uow)
    _keep(settings, made.key.secret)
    return made.account_id


async def _new_key(settings: Settings, database: Database, account_id: int) -> None:
    async with database.work(Actor.system(account_id)) as uow:
        made = await commands.create_key(uow, name="Demo", permissions=EVERYTHING)
    _keep(settings, made.secret)


def _keep(settings: Settings, secret: str) -> None:
    path = settings.var / "demo-key"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(secret)
