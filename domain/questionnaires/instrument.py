"""Questionnaires as something that can be taken as part of something greater; their score is what an assessor set."""

from collections.abc import Collection, Sequence
from secrets import token_hex

from domain.instruments.port import Asked, Offered, Scored, Standing, offer
from domain.kernel.environment import Environment
from domain.kernel.language import Text
from domain.kernel.statements import Read, Row
from domain.kernel.work import UnitOfWork
from domain.questionnaires import links, participants, queries
from domain.questionnaires.errors import DuplicateInterviewReference, HasResults, ParticipantNotFound
from domain.questionnaires.holding import one_of_mine
from domain.questionnaires.status import Origin

KIND = "QUESTIONNAIRE"


class Questionnaires:
    """What participants are asked to take; asking makes one, whose interview reference is that of what it is part of."""

    async def offered(self, read: Read, account_id: int, keys: Collection[str]) -> dict[str, Offered]:
        found = await queries.by_keys(read, account_id, keys)
        return {key: Offered(key, KIND, Text(row.name, row.name), row.duration_minutes) for key, row in found.items()}

    async def ask(self, uow: UnitOfWork, instrument: str, asked: Asked) -> str:
        """Add a participant, also to a questionnaire that was put aside since: whoever is under way goes on.

        Should the account have given the reference to somebody else, it is lengthened: what it is part of waits for no such thing.
        """
        await one_of_mine(uow, instrument)
        details = {"email": asked.email, "language": asked.language, "candidate_key": asked.candidate_key}
        try:
            row = await participants.insert(uow, instrument, asked.reference, details, origin=Origin.FLOW)
        except DuplicateInterviewReference:
            reference = f"{asked.reference}-{token_hex(4)}"
            row = await participants.insert(uow, instrument, reference, details, origin=Origin.FLOW)
        return row.key

    async def withdraw(self, uow: UnitOfWork, taking: str) -> None:
        """Delete the participant; what an assessor recorded stays."""
        try:
            await participants.remove(uow, taking)
        except (HasResults, ParticipantNotFound):
            return

    def link(self, environment: Environment, account_id: int, taking: str) -> str:
        return links.guide_link(environment, account_id, taking)

    async def standing(self, read: Read, account_id: int, takings: Collection[str]) -> dict[str, Standing]:
        """It is begun with a result and complete with its score; of whoever was deleted nothing is told, nor of what is another's."""
        found = await queries.standing(read, account_id, takings)
        return {taking: _standing(latest) for taking, latest in found.items()}

    async def scores(self, read: Read, account_id: int, wanted: Sequence[Scored]) -> dict[str, float]:
        """The score of the result of each one's latest attempt."""
        found = await queries.standing(read, account_id, [one.taking for one in wanted])
        return {taking: row.score for taking, row in found.items() if row.score is not None}


def _standing(latest: Row) -> Standing:
    return Standing(latest.recorded_at, latest.updated_at if latest.score is not None else None)


offer(Questionnaires())
