"""API keys, and the short-lived tokens that browsers get instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

import strawberry

from domain.access import commands, queries
from domain.access.credentials import NewKey
from domain.kernel.paging import Page, Window
from domain.kernel.permissions import ANALYST, Permission
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import KeyStatus, Mode
from resolvers.fields import Connection, Info, arg, attribute, computed, graph_type, listing, mutation
from resolvers.inputs import defaulted, required
from resolvers.nodes import Node, findable

OF_MODE = "A live key may name keys of its sandbox: `TEST`. Left out: as your own."


@graph_type(requires=Permission.KEYS_READ, description="A credential of the account; its secret was shown once, when it was made.")
class ApiKey(Node):
    id: strawberry.ID = computed(ids.encoder("ApiKey"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key; not the secret.")
    name: str = attribute("What the account calls it.")
    prefix: str = attribute("The first twelve characters of the secret, to recognise it by.")
    last_four: str = attribute("The last four characters of the secret.")
    mode: Mode = attribute("Whether it belongs to the live account or the sandbox.")
    permissions: list[Permission] = attribute("What it may do.")
    rate_limit: int = attribute("Requests a minute.")
    created_at: datetime = attribute("When it was made.")
    expires_at: datetime | None = attribute("When it ends by itself.")
    revoked_at: datetime | None = attribute("When it was revoked.")
    last_used_at: datetime | None = attribute("When it was used last, to the minute.")


@graph_type(requires=Permission.KEYS_WRITE, description="An API key just made; its secret is shown here and never again.")
class NewApiKey:
    api_key: ApiKey = attribute("The key as it is listed.")
    secret: str = attribute("The secret to send as `Authorization: Bearer …`. Save it: it is shown only once.")


@graph_type(requires=Permission.KEYS_WRITE, description="A short-lived credential for a browser.")
class AccessToken:
    token: str = attribute("What to send as `Authorization: Bearer …`.")
    permissions: list[Permission] = attribute("What it may do.")
    expires_at: datetime = attribute("When it ends.")


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token just made; it is stored nowhere, so it is answered as it is."""

    graph_type: ClassVar[str] = "AccessToken"
    token: str
    permissions: list[Permission]
    expires_at: datetime


@strawberry.input(description="What a new API key is to be.")
class CreateApiKeyInput:
    name: str = required("What to call it, such as the system that will use it.")
    permissions: list[Permission] | None = defaulted("What it may do; left out: all that your own credential may.", None)
    expires_at: datetime | None = defaulted("When it ends by itself; left out: never.", None)
    mode: Mode | None = defaulted("A live key may make keys of its sandbox: `TEST`. Left out: as your own.", None)


@strawberry.input(description="Which API key to end.")
class RevokeApiKeyInput:
    key: strawberry.ID = required("The key (`key_…`) or its id.")
    mode: Mode | None = defaulted(OF_MODE, None)


@strawberry.input(description="Which API key to replace.")
class ReissueApiKeyInput:
    key: strawberry.ID = required("The key (`key_…`) or its id.")
    mode: Mode | None = defaulted(OF_MODE, None)
    overlap_seconds: int = defaulted("How long the old secret goes on working, in seconds: 0 to 604800 (a week).", 86_400)


@strawberry.input(description="What an access token is to be.")
class CreateAccessTokenInput:
    permissions: list[Permission] | None = defaulted("What it may do; left out: what may be read.", None)
    lifetime_seconds: int = defaulted("How long it lasts, in seconds: 60 to 3600.", 3600)


@strawberry.input(description="Which API keys.")
class ApiKeyFilter:
    status: list[KeyStatus] | None = defaulted("Those that work, or those that do not.", None)
    mode: Mode | None = defaulted("With a live key: those of its sandbox, `TEST`. Left out: those of your own side.", None)


async def _new_key(context: Context, made: tuple[int, NewKey]) -> NewApiKey:
    account_id, new = made
    rows = await queries.keys_by_key(context.read, account_id, [new.key])
    api_key: Any = rows[new.key]
    return NewApiKey(api_key=api_key, secret=new.secret)


async def _key(context: Context, made: tuple[int, str]) -> Any:
    account_id, key = made
    return (await queries.keys_by_key(context.read, account_id, [key]))[key]


async def _keys(context: Context, window: Window, _order: str, given: Mapping[str, Any]) -> Page:
    mode = given.get("mode")
    account_id = context.account_id if mode is None else await queries.in_mode(context.read, context.account_id, mode)
    conditions = {name: value for name, value in given.items() if name != "mode"}
    return await queries.keys(context.read, account_id, window, given=conditions, now=context.now)


async def _as_is(_context: Context, made: Any) -> Any:
    return made


@strawberry.type
class CredentialQuery:
    api_keys: Connection[ApiKey] = listing(
        _keys,
        of=ApiKey,
        requires=Permission.KEYS_READ,
        filter=ApiKeyFilter,
        offset=False,
        description="The account's API keys, newest first.",
    )


@strawberry.type
class CredentialMutation:
    @mutation(requires=Permission.KEYS_WRITE, answers=NewApiKey, then=_new_key, description="Make an API key.")
    async def create_api_key(self, info: Info, input: Annotated[CreateApiKeyInput, arg("What it is to be.")]) -> tuple[int, NewKey]:
        work = info.context.work
        await commands.enter_mode(work, input.mode.value if input.mode else None)
        made = await commands.create_key(work, name=input.name, permissions=input.permissions, expires_at=input.expires_at)
        return work.account_id, made

    @mutation(
        requires=Permission.KEYS_WRITE,
        answers=ApiKey,
        then=_key,
        description="End an API key at once; access tokens made with it end too.",
    )
    async def revoke_api_key(self, info: Info, input: Annotated[RevokeApiKeyInput, arg("Which one.")]) -> tuple[int, str]:
        work = info.context.work
        await commands.enter_mode(work, input.mode.value if input.mode else None)
        return work.account_id, await commands.revoke_key(work, ids.key_of("ApiKey", input.key))

    @mutation(
        requires=Permission.KEYS_WRITE,
        answers=NewApiKey,
        then=_new_key,
        description="Replace an API key: a new secret with the same permissions, the old one ends after an overlap.",
    )
    async def reissue_api_key(self, info: Info, input: Annotated[ReissueApiKeyInput, arg("Which one.")]) -> tuple[int, NewKey]:
        work = info.context.work
        await commands.enter_mode(work, input.mode.value if input.mode else None)
        overlap = timedelta(seconds=input.overlap_seconds)
        return work.account_id, await commands.reissue_key(work, ids.key_of("ApiKey", input.key), overlap=overlap)

    @mutation(
        requires=Permission.KEYS_WRITE,
        answers=AccessToken,
        then=_as_is,
        description="Make a short-lived credential for a browser, with some of your permissions; keys stay on servers.",
    )
    async def create_access_token(self, info: Info, input: Annotated[CreateAccessTokenInput, arg("What it is to be.")]) -> MadeToken:
        own = info.context.actor.permissions
        wanted = set(input.permissions) if input.permissions is not None else ANALYST & own
        lifetime = timedelta(seconds=input.lifetime_seconds)
        token, expires_at = await commands.create_token(info.context.work, permissions=wanted, lifetime=lifetime)
        return MadeToken(token=token, permissions=sorted(wanted), expires_at=expires_at)


findable("ApiKey", Permission.KEYS_READ, queries.keys_by_key)
