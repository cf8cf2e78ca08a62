"""Requests that do one thing under an Idempotency-Key, as tests run them."""

import hashlib
from collections.abc import Awaitable, Callable

from domain.access import commands as access
from domain.idempotency.claims import Claim, Kept
from domain.idempotency.first_work import FirstWork
from domain.idempotency.sealing import Sealer
from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.work import UnitOfWork
from tests.support.world import World


class Text:
    """What a verb makes, when it is a text."""

    def dump_json(self, made: str) -> bytes:
        return made.encode()

    def validate_json(self, written: bytes) -> str:
        return written.decode()


def claim_of(world: World, key: str = "k", body: bytes = b"body", actor: Actor | None = None) -> Claim:
    """A request of the account, or of somebody else."""
    who = actor or world.actor
    sealer = Sealer(world.database.environment.signer, who.account, "POST", "/things", key)
    return Claim(who, sealer, sealer.fingerprint(hashlib.sha256(body).digest()))


async def effect(uow: UnitOfWork) -> str:
    """Something that can be counted: another key of the account."""
    return (await access.create_key(uow, name="effect")).key


async def carry_out(database: Database, claim: Claim, make: Callable[[UnitOfWork], Awaitable[str]] = effect) -> str:
    """What a mutation with a transaction does."""
    async with database.work(claim.actor) as uow:
        before = await claim.look(uow)
        if before is None:
            made = await make(uow)
            await claim.keep(uow, made.encode())
        else:
            made = before.decode()
    claim.committed()
    return made


async def begin_outside(database: Database, claim: Claim) -> str:
    """The first work of a verb that calls out."""
    async with database.work(claim.actor) as uow:
        return await FirstWork(claim, Text()).once(uow, lambda: effect(uow))


def answer_of(made: str, number: int = 0) -> Kept:
    return Kept(201, {"Content-Type": "application/json"}, f"{made} {number}".encode())
