"""From the credential of a request to its actor, once; trusted for a second at most (Q-4)."""

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass

from domain.access import commands, credentials, events
from domain.access.errors import AccountInactive
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.database import Database
from domain.kernel.errors import DomainError

log = logging.getLogger("centil.authentication")
TRUSTED_FOR = 1.0
"""Seconds after which a known credential is looked up again, so that a revocation holds everywhere within that time."""
KEPT = 10_000
ENDING = {type.name for type in (events.API_KEY_REVOKED, events.API_KEY_REISSUED, events.ACCOUNT_CHANGED)}
"""Events after which a credential may be worth less."""
NOTED_EVERY = 60.0
"""Seconds between two notes that a key was used."""


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor | None
    until: float
    is_closed: bool = False
    """Whether it would stand for somebody, were its account not closed."""


class Authenticator:
    """Knows who credentials stand for, briefly."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._revocations = 0
        self._noted: dict[str, float] = {}
        self._notes: set[asyncio.Task[None]] = set()
        database.after_commit.append(self._heard)

    async def actor_of(self, credential: str) -> Actor | None:
        """Who a credential stands for; None when it is not valid (any more).

        Raises AccountInactive.
        """
        now = time.monotonic()
        known = self._known.get(credential)
        if known is None or known.until <= now:
            revocations = self._revocations
            known = await self._looked_up(credential, now + TRUSTED_FOR)
            if revocations == self._revocations and not (known.actor and known.actor.questionnaire):
                # else it may have been read before one of them; a narrowed key ends everywhere at once (R-QST-18)
                self._keep(credential, known)
        if known.is_closed:
            raise AccountInactive
        if known.actor is not None:
            self._note_use(known.actor, now)
        return known.actor

    async def _looked_up(self, credential: str, until: float) -> _Known:
        database = self._database
        try:
            return _Known(await credentials.actor_of(database.read(), database.environment, credential, database.clock.now()), until)
        except AccountInactive:
            return _Known(None, until, is_closed=True)

    def _heard(self, recorded: set[str]) -> None:
        """Look every credential up again after a revocation in this process."""
        if recorded & ENDING:
            self._revocations += 1
            self._known.clear()

    def _keep(self, credential: str, known: _Known) -> None:
        self._known[credential] = known
        self._known.move_to_end(credential)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)

    def _note_use(self, actor: Actor, now: float) -> None:
        """Remember in the background, at most once a minute and key, that it was used."""
        if actor.kind is ActorKind.KEY and self._noted.get(actor.credential, -NOTED_EVERY) + NOTED_EVERY <= now:
            self._noted[actor.credential] = now
            note = asyncio.create_task(self._write_note(actor))
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)

    async def _write_note(self, actor: Actor) -> None:
        try:
            async with self._database.work(actor) as uow:
                await commands.note_use(uow, actor.credential)
        except DomainError as error:
            log.warning("use of a key not noted", extra={"code": error.code})

    async def close(self) -> None:
        """Wait for the notes that are being written."""
        await asyncio.gather(*self._notes, return_exceptions=True)
