"""The webhook of a questionnaire, which is told its results (R-QST-22, R-QST-23).

It is one address; nothing is tried twice and nothing is signed unless the account wants it. Locks are taken as
`domain/webhooks/commands.py` says.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from domain.kernel.actor import authorize
from domain.kernel.errors import NotFound
from domain.kernel.events import EventSequence
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork
from domain.questionnaires.errors import QuestionnaireNotFound
from domain.questionnaires.model import Questionnaire
from domain.webhooks import addresses, commands, credentials, events, fanout, secrets, signing, types
from domain.webhooks.credentials import Header, OAuth
from domain.webhooks.model import Delivery, Webhook
from domain.webhooks.status import RESULTS_KEPT, DeliveryStatus, Format


@dataclass(frozen=True, slots=True)
class ResultHook:
    """The webhook of a questionnaire; `secret` is there when it has just got one, and is shown to nobody afterwards."""

    key: str
    secret: str | None


async def put(
    uow: UnitOfWork,
    questionnaire: str,
    *,
    url: str,
    header: Header | None = None,
    oauth: OAuth | None = None,
    retried: bool = False,
    signed: bool = False,
) -> ResultHook:
    """Say where and how the results of a questionnaire are told, in place of what was said before.

    Raises BadInput, QuestionnaireNotFound, and Forbidden for whoever may not read what is told.
    """
    for permission in types.needed([types.RESULT], Format.QUESTIONNAIRES):
        authorize(uow.actor, permission)
    to_loopback = uow.environment.webhooks.to_loopback
    address = addresses.checked(url, to_loopback=to_loopback)
    proof = credentials.checked(header, oauth, to_loopback=to_loopback)
    await uow.one_at_a_time(EventSequence, uow.account_id)
    await _known(uow, questionnaire)
    row, made = await _present(uow, questionnaire, address)
    row.url, row.retried, row.signed, row.updated_at = address, retried, signed, uow.now
    for name, value in proof.columns.items():
        setattr(row, name, value)
    row.credential_secret = proof.secret and secrets.lock_credential(uow.environment, uow.account_id, row.key, proof.secret)
    secret = _signing(uow, row)
    if made:
        uow.record(events.WEBHOOK_CREATED, row.key, events=row.events, format=row.format)
        await uow.follow()
    else:
        uow.record(events.WEBHOOK_CHANGED, row.key, fields=["url", "credential", "retries", "signed"])
    return ResultHook(row.key, secret)


async def remove(uow: UnitOfWork, questionnaire: str) -> str:
    """Tell nobody the results of a questionnaire any more; what was not taken is forgotten.

    Raises QuestionnaireNotFound, NotFound when nobody was told.
    """
    await _known(uow, questionnaire)
    return await commands.remove(uow, await _key(uow, questionnaire))


async def resend(uow: UnitOfWork, questionnaire: str) -> tuple[str, int]:
    """Send all results again that were not taken in the last 15 days, to the address that is set now; return the webhook and how many.

    Raises QuestionnaireNotFound, NotFound when there is no address.
    """
    await _known(uow, questionnaire)
    key = await _key(uow, questionnaire)
    again = update(Delivery).where(
        Delivery.account_id == uow.account_id,
        Delivery.webhook_key == key,
        Delivery.status == DeliveryStatus.FAILED,
        Delivery.done_at > uow.now - RESULTS_KEPT,
        (Delivery.body.is_not(None)) | (Delivery.rendered_at.is_(None)),
    )
    count = await uow.change(again.values(next_at=uow.now, **commands.FRESH))
    await uow.one_at_a_time(EventSequence, uow.account_id)
    if await uow.lock(Webhook, uow.account_id, key) is None:
        raise NotFound("The results of this questionnaire are told nowhere.")
    if count:
        await fanout.wake(uow, key)
    return key, count


async def _known(uow: UnitOfWork, questionnaire: str) -> None:
    found = select(Questionnaire.key).where(Questionnaire.account_id == uow.account_id, Questionnaire.key == questionnaire)
    if (await uow.session.execute(found)).scalar_one_or_none() is None:
        raise QuestionnaireNotFound


async def _key(uow: UnitOfWork, questionnaire: str) -> str:
    """The webhook of a questionnaire.

    Raises NotFound.
    """
    key = (await uow.session.execute(_mine(uow, questionnaire))).scalar_one_or_none()
    if key is None:
        raise NotFound("The results of this questionnaire are told nowhere.")
    return str(key)


async def _present(uow: UnitOfWork, questionnaire: str, url: str) -> tuple[Webhook, bool]:
    """The webhook of a questionnaire, and whether it was made just now; whoever asks has locked the sequence of events."""
    key = (await uow.session.execute(_mine(uow, questionnaire))).scalar_one_or_none()
    if key is not None and (row := await uow.lock(Webhook, uow.account_id, key)) is not None:
        return row, False
    made = Webhook(
        account_id=uow.account_id,
        key=new_key("wh"),
        url=url,
        events=[types.RESULT],
        format=Format.QUESTIONNAIRES.value,
        secret="",
        questionnaire_key=questionnaire,
        created_at=uow.now,
        updated_at=uow.now,
    )
    uow.add(made, uow.account_id, made.key)
    return made, True


def _mine(uow: UnitOfWork, questionnaire: str) -> Any:
    return select(Webhook.key).where(
        Webhook.account_id == uow.account_id, Webhook.questionnaire_key == questionnaire, Webhook.deleted_at.is_(None)
    )


def _signing(uow: UnitOfWork, row: Webhook) -> str | None:
    """Give a webhook that is to be signed a secret, unless it has one; take it from one that is not."""
    if not row.signed:
        row.secret, row.previous_secret, row.previous_until = "", None, None
        return None
    if row.secret:
        return None
    secret = signing.new_secret()
    row.secret = secrets.lock(uow.environment, uow.account_id, row.key, secret)
    return secret
