"""What can be done with trials. Each verb runs inside the caller's unit of work, which is held to the installation."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Update, func, select, update

from domain.access import commands as access
from domain.billing import credits, registration
from domain.billing.registration import Registered
from domain.kernel import inputs
from domain.kernel.actor import INSTALLATION
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.identifiers import new_secret
from domain.kernel.permissions import EVERYTHING
from domain.kernel.work import UnitOfWork
from domain.trials import addresses, events, links, mails
from domain.trials.errors import AlreadyDecided, TooManyTrialRequests, TrialLinkNotValid
from domain.trials.model import TrialRequest
from domain.trials.status import CREDITS, LINK_LIFETIME, MOST_IN_A_DAY, TrialStatus

LONGEST_USE_CASE = 2_000
DAY = timedelta(days=1)
_OURS = TrialRequest.account_id == INSTALLATION


async def request(uow: UnitOfWork, *, company: str, email: str, use_case: str, **details: Any) -> str:
    """Note that somebody asks for a trial, mail them and the operator, and return the reference.

    The same address gets the same reference while its request is kept, whatever became of it and whether or not it has an
    account: whoever asks learns nothing of others. Raises BadInput, ConsumerAddress, TooManyTrialRequests.
    """
    address = addresses.of_company(email)
    asked: dict[str, Any] = {
        "company": inputs.line(company, "company", required=True, plain=True),
        "contact_name": inputs.line(details.get("contact_name"), "contactName", plain=True),
        "website": inputs.web_page(details.get("website"), "website"),
        "use_case": _use_case(use_case),
        "language": details.get("language") or addresses.language_of(address).value,
    }
    await uow.enter(INSTALLATION)
    await uow.in_turn("trials.request")
    known = (await uow.session.execute(select(TrialRequest.key).where(_OURS, TrialRequest.email == address))).scalar_one_or_none()
    if known is not None:
        await _renew(uow, known)
        return known
    today = select(func.count()).where(_OURS, TrialRequest.requested_at > uow.now - DAY)
    if (await uow.session.execute(today)).scalar_one() >= MOST_IN_A_DAY:
        raise TooManyTrialRequests(retry_after=int(DAY.total_seconds()))
    key = f"trial_{new_secret(80)}"  # without the time in it, which would tell a known address from a new one
    uow.add(TrialRequest(account_id=INSTALLATION, key=key, email=address, requested_at=uow.now, **asked), INSTALLATION, key)
    uow.record(events.TRIAL_REQUESTED, key)
    await uow.enqueue(mails.acknowledge, key)
    await uow.enqueue(mails.tell_operator, key)
    return key


def _use_case(given: str) -> str:
    text = inputs.paragraph(given, "useCase", longest=LONGEST_USE_CASE)
    if text is None:
        raise BadInput.field("useCase", message="'useCase' must not be empty: say briefly what you want to use it for.")
    return text


async def approve(uow: UnitOfWork, key: str, *, country: str | None = None) -> str:
    """Make the account with the credits of a trial and mail the link to its key; return the reference.

    Without a country it is the one that the address tells. Doing it again does nothing, but for a link whose time was over
    before it was opened: that one is replaced. Raises NotFound, AlreadyDecided for a declined one, EmailTaken, BadInput.
    """
    await uow.enter(INSTALLATION)
    request = await uow.lock(TrialRequest, INSTALLATION, key)
    if request is None:
        raise NotFound("There is no such trial request.")
    if request.status == TrialStatus.APPROVED:
        await _renew(uow, key)
        return key
    if request.status != TrialStatus.REQUESTED:
        raise AlreadyDecided
    account_id = await _make_account(uow, request, country or addresses.country_of(request.email))
    approved = {"status": TrialStatus.APPROVED.value, "decided_at": uow.now, "made_account": account_id}
    if not await uow.change(_while_it_is(key, TrialStatus.REQUESTED).values(**approved, link=1, link_expires_at=uow.now + LINK_LIFETIME)):
        raise AlreadyDecided
    uow.record(events.TRIAL_APPROVED, key, account=f"cus_{account_id}")
    await uow.enqueue(mails.send_link, key, "1")
    return key


async def _make_account(uow: UnitOfWork, request: TrialRequest, country: str | None) -> int:
    """Open the account and its sandbox, with credits in both; the work is the installation's again afterwards."""
    names = ("email", "company", "contact_name", "website")
    account_id, _ = await registration.open_accounts(uow, {name: getattr(request, name) for name in names} | {"country": country})
    await uow.enter(account_id)
    await credits.grant(uow, CREDITS, reference=f"trial:{request.key}")
    await uow.enter(INSTALLATION)
    return account_id


async def decline(uow: UnitOfWork, key: str) -> str:
    """Turn a request down and mail whoever asked; doing it again does nothing.

    Raises NotFound, AlreadyDecided for an approved one.
    """
    await uow.enter(INSTALLATION)
    if await uow.change(_while_it_is(key, TrialStatus.REQUESTED).values(status=TrialStatus.DECLINED.value, decided_at=uow.now)):
        uow.record(events.TRIAL_DECLINED, key)
        await uow.enqueue(mails.send_refusal, key)
        return key
    request = await uow.lock(TrialRequest, INSTALLATION, key)
    if request is None:
        raise NotFound("There is no such trial request.")
    if request.status != TrialStatus.DECLINED:
        raise AlreadyDecided
    return key


async def open_link(uow: UnitOfWork, token: str) -> Registered:
    """Make the first key of a trial's account, once; the link is useless afterwards.

    Raises TrialLinkNotValid when it was used, replaced, forged, or its time is over.
    """
    await uow.enter(INSTALLATION)
    target = links.target_of(uow.environment, token)
    if target is None:
        raise TrialLinkNotValid
    usable = _while_it_is(target.key, TrialStatus.APPROVED).where(
        TrialRequest.link == target.number, TrialRequest.opened_at.is_(None), TrialRequest.link_expires_at > uow.now
    )
    found = await uow.changed(usable.values(opened_at=uow.now).returning(TrialRequest.made_account))
    if not found:
        raise TrialLinkNotValid
    [account_id] = found
    uow.record(events.TRIAL_OPENED, target.key, account=f"cus_{account_id}")
    await uow.enter(account_id)
    return Registered(account_id, account_id, await access.create_key(uow, name="First key", permissions=EVERYTHING))


async def _renew(uow: UnitOfWork, key: str) -> None:
    """Mail a new link in the place of one whose time was over before it was opened."""
    ended = _while_it_is(key, TrialStatus.APPROVED).where(TrialRequest.opened_at.is_(None), TrialRequest.link_expires_at <= uow.now)
    renewed = ended.values(link=TrialRequest.link + 1, link_expires_at=uow.now + LINK_LIFETIME).returning(TrialRequest.link)
    for number in await uow.changed(renewed):
        uow.record(events.TRIAL_LINK_RENEWED, key)
        await uow.enqueue(mails.send_link, key, str(number))


def _while_it_is(key: str, status: TrialStatus) -> Update:
    return update(TrialRequest).where(_OURS, TrialRequest.key == key, TrialRequest.status == status.value)
