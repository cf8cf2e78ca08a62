"""What happens to trial requests, the short way."""

from typing import Any

from sqlalchemy import select

from domain.billing.registration import Registered
from domain.kernel.actor import INSTALLATION, Actor
from domain.kernel.events import Event
from domain.trials import commands
from domain.trials.model import TrialRequest
from tests.support.world import World

ASKED = {
    "company": "AI Startup Ltd",
    "email": "dev@ai-startup.com",
    "contact_name": "John Smith",
    "use_case": "Integration into our ATS",
    "website": "https://ai-startup.com",
}
_OURS = TrialRequest.account_id == INSTALLATION
OPERATOR = Actor.system(INSTALLATION)


async def ask(world: World, **details: Any) -> str:
    async with world.work(Actor.anonymous()) as uow:
        return await commands.request(uow, **{**ASKED, **details})


async def approve(world: World, key: str, **options: Any) -> str:
    async with world.work(OPERATOR) as uow:
        return await commands.approve(uow, key, **options)


async def decline(world: World, key: str) -> str:
    async with world.work(OPERATOR) as uow:
        return await commands.decline(uow, key)


async def open_link(world: World, token: str) -> Registered:
    async with world.work(Actor.anonymous()) as uow:
        return await commands.open_link(uow, token)


async def requests(world: World) -> list[TrialRequest]:
    async with world.work(OPERATOR) as uow:
        return list((await uow.session.execute(select(TrialRequest).where(_OURS).order_by(TrialRequest.requested_at))).scalars())


async def happened(world: World) -> list[tuple[str, str]]:
    """The events of the installation: what happened, and to what."""
    async with world.work(OPERATOR) as uow:
        found = select(Event.type, Event.subject).where(Event.account_id == INSTALLATION).order_by(Event.sequence)
        return [(type_, subject) for type_, subject in (await uow.session.execute(found)).all()]


async def everything(world: World) -> tuple[Any, ...]:
    """Who asked, what happened, and how many accounts there could be: the same before and after a refusal."""
    async with world.work(OPERATOR) as uow:
        rows = (await uow.session.execute(select(TrialRequest.__table__).where(_OURS).order_by(TrialRequest.key))).all()
    return [tuple(row) for row in rows], await happened(world), list(world.jobs.due), await world.rows()


async def link_in_mail(world: World) -> str:
    """Let the mails go out, and find the token of the newest link to a key."""
    await world.run_jobs()
    links = [mail.facts["link"] for mail in world.outbox.mails if mail.template == "trial_approved"]
    return links[-1].rpartition("/")[2]


async def ready(world: World, **details: Any) -> str:
    """A request that was approved: the token of its link."""
    await approve(world, await ask(world, **details))
    return await link_in_mail(world)
