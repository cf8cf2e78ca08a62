"""Mails about trials, as jobs: each looks first whether it is still to be sent. None of them has a key in it."""

import contextlib
import logging
from typing import Any

from sqlalchemy import update

from domain.kernel.actor import INSTALLATION, Actor
from domain.kernel.jobs import job
from domain.kernel.language import Language
from domain.kernel.ports import Mail, Ports, Undeliverable
from domain.kernel.statements import Row
from domain.trials import events, links, queries
from domain.trials.model import TrialRequest
from domain.trials.status import CREDITS, TrialStatus

log = logging.getLogger("centil.trials")
PRODUCT = "Centil"
"""Who writes: there is no account yet in whose name it could be done."""


@job("trials.acknowledge")
async def acknowledge(ports: Ports, _account_id: int, key: str) -> None:
    """Tell whoever asked that the request has arrived, once; the address may be somebody else's, so with no words of theirs."""
    request = await _request(ports, key)
    if request is not None and request.acknowledged_at is None:
        await _deliver(ports, _to_asker("trial_requested", request, ports.database.environment.base_url))
        await _note(ports, key, acknowledged_at=ports.database.clock.now())


@job("trials.tell_operator")
async def tell_operator(ports: Ports, _account_id: int, key: str) -> None:
    """Tell the operator who asks and what for, once; without an address the request is only listed."""
    request, address = await _request(ports, key), ports.database.environment.operator_email
    if request is None or request.told_at is not None or request.status != TrialStatus.REQUESTED:
        return
    if not address:
        log.info("a trial request waits; set CENTIL_OPERATOR_EMAIL to be mailed of them")
        return
    said = ("company", "email", "contact_name", "website", "use_case")
    facts = {name: getattr(request, name) or "–" for name in said} | {"asker": request.company, "reference": key}
    facts |= {"company": PRODUCT, "link": ports.database.environment.base_url}
    await _deliver(ports, Mail("trial_waiting", Language.EN, address, "", f"{key}.operator", facts))
    await _note(ports, key, told_at=ports.database.clock.now())


@job("trials.send_link")
async def send_link(ports: Ports, _account_id: int, key: str, number: str) -> None:
    """Mail whoever asked the link to their key, once for each link."""
    request = await _request(ports, key)
    if request is None or request.answered >= int(number) or request.link != int(number) or request.opened_at is not None:
        return
    if request.link_expires_at <= ports.database.clock.now():
        return
    link = links.link(ports.database.environment, key, int(number))
    mail = _to_asker("trial_approved", request, link, number=number, expires=request.link_expires_at.isoformat())
    await _deliver(ports, mail)
    await _note(ports, key, answered=int(number))


@job("trials.send_refusal")
async def send_refusal(ports: Ports, _account_id: int, key: str) -> None:
    """Tell whoever asked that there will be no trial, once."""
    request = await _request(ports, key)
    if request is not None and request.status == TrialStatus.DECLINED and not request.answered:
        await _deliver(ports, _to_asker("trial_declined", request, ports.database.environment.base_url))
        await _note(ports, key, answered=1)


async def _request(ports: Ports, key: str) -> Row | None:
    return (await queries.by_keys(ports.database.read(), [key])).get(key)


def _to_asker(template: str, request: Row, link: str, *, number: str = "1", **facts: str) -> Mail:
    said = {"company": PRODUCT, "name": request.contact_name or "", "reference": request.key, "credits": str(CREDITS), "link": link}
    return Mail(template, request.language, request.email, request.contact_name or "", f"{request.key}.{number}", said | facts)


async def _deliver(ports: Ports, mail: Mail) -> None:
    """Hand a mail over, or note that it was refused for good: then an operator has to find another way."""
    with contextlib.suppress(Undeliverable):
        await ports.mailer.send(mail)
        return
    async with ports.database.work(Actor.system(INSTALLATION)) as uow:
        uow.record(events.TRIAL_MAIL_REFUSED, mail.reference.partition(".")[0])


async def _note(ports: Ports, key: str, **done: Any) -> None:
    async with ports.database.work(Actor.system(INSTALLATION)) as uow:
        await uow.change(update(TrialRequest).where(TrialRequest.account_id == INSTALLATION, TrialRequest.key == key).values(**done))
