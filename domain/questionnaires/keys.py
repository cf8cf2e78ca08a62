"""API keys that work for one questionnaire alone."""

from collections.abc import Collection
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from domain.access import credentials
from domain.access.commands import own_account
from domain.access.credentials import NewKey
from domain.access.errors import TokenMakesNoCredential
from domain.access.model import ApiKey
from domain.access.uuids import account_uuid
from domain.kernel import inputs
from domain.kernel.actor import RATE_LIMIT, Actor, ActorKind
from domain.kernel.errors import BadInput
from domain.kernel.identifiers import new_secret
from domain.kernel.permissions import NARROWED, Permission
from domain.kernel.statements import Read, Row
from domain.kernel.work import UnitOfWork
from domain.questionnaires import events, queries
from domain.questionnaires.errors import KeyOrAccountNotFound, QuestionnaireNotFound, TooManyKeys
from domain.questionnaires.holding import hold
from domain.questionnaires.model import Questionnaire

MOST_KEYS = 100
"""So many keys of one questionnaire can work at a time."""


async def create(uow: UnitOfWork, questionnaire: str, account: UUID | None, *, name: str, permissions: Collection[Permission]) -> NewKey:
    """Make a key of a questionnaire; its secret is in the answer and nowhere else.

    It may get any permission that such keys can have, also those that the actor lacks (contract notes, section 2).
    Raises QuestionnaireNotFound, NotAssociated, KeyOrAccountNotFound, TokenMakesNoCredential, TooManyKeys, BadInput.
    """
    await _held(uow, questionnaire, account)
    if uow.actor.kind is ActorKind.TOKEN:
        raise TokenMakesNoCredential
    called = inputs.line(name, "name", required=True) or ""
    granted = _grantable(permissions)
    if await _count(uow, questionnaire) >= MOST_KEYS:
        raise TooManyKeys(MOST_KEYS)
    mode = (await own_account(uow)).mode
    secret = f"cs_{mode}_{new_secret()}"
    row = ApiKey(
        account_id=uow.account_id,
        key=str(uuid4()),
        digest=credentials.digest(uow.environment, secret),
        prefix=secret[: credentials.PREFIX_SHOWN],
        last_four=secret[-4:],
        name=called,
        mode=mode,
        permissions=granted,
        questionnaire=questionnaire,
        rate_limit=RATE_LIMIT,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.record(events.QUESTIONNAIRE_KEY_CREATED, row.key, questionnaire=questionnaire, permissions=granted)
    return NewKey(row.key, secret)


async def remove(uow: UnitOfWork, questionnaire: str, account: UUID | None, key: str) -> str:
    """End a key of a questionnaire at once and for good (R-QST-18).

    Raises QuestionnaireNotFound, NotAssociated, KeyOrAccountNotFound, also for one that was deleted before.
    """
    await _held(uow, questionnaire, account)
    mine = update(ApiKey).where(
        ApiKey.account_id == uow.account_id, ApiKey.key == key, ApiKey.questionnaire == questionnaire, ApiKey.revoked_at.is_(None)
    )
    if not await uow.change(mine.values(revoked_at=uow.now)):
        raise KeyOrAccountNotFound
    uow.record(events.QUESTIONNAIRE_KEY_DELETED, key, questionnaire=questionnaire)
    return key


async def listed(read: Read, actor: Actor, questionnaire: str, account: UUID | None) -> list[Row]:
    """The keys of a questionnaire that work.

    Raises QuestionnaireNotFound, NotAssociated, KeyOrAccountNotFound.
    """
    if not await queries.by_keys(read, actor.account_id, [questionnaire]):
        raise QuestionnaireNotFound
    hold(actor, questionnaire)
    if not is_of_account(account, actor.account_id):
        raise KeyOrAccountNotFound
    return await queries.keys_of(read, actor.account_id, questionnaire)


def is_of_account(account: UUID | None, account_id: int) -> bool:
    """Whether the account that was named, as a UUID, is the one that asks; none named is."""
    return account is None or account == account_uuid(account_id)


async def _held(uow: UnitOfWork, questionnaire: str, account: UUID | None) -> None:
    """Hold the work to one questionnaire, whose keys nobody else makes before it ends."""
    if await uow.lock(Questionnaire, uow.account_id, questionnaire) is None:
        raise QuestionnaireNotFound
    hold(uow.actor, questionnaire)
    if not is_of_account(account, uow.account_id):
        raise KeyOrAccountNotFound


def _grantable(permissions: Collection[Permission]) -> list[str]:
    if not permissions:
        raise BadInput.field("permissions", message="Name at least one permission.")
    if others := sorted(set(permissions) - NARROWED):
        raise BadInput.field("permissions", message=f"A key of a questionnaire cannot have {', '.join(others)}.")
    return sorted(permission.value for permission in set(permissions))


async def _count(uow: UnitOfWork, questionnaire: str) -> int:
    working = select(func.count()).where(
        ApiKey.account_id == uow.account_id, ApiKey.questionnaire == questionnaire, ApiKey.revoked_at.is_(None)
    )
    return int((await uow.session.execute(working)).scalar_one())
