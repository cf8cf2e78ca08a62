"""What an instrument must offer to be taken as part of something greater, such as a step of a flow.

A context that has instruments declares one provider in its `instrument.py` by `offer`; those who ask people to take one
know no context by name. The profile questionnaire, questionnaires and custom assessments all stand behind this.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.kernel.environment import Environment
from domain.kernel.language import Text
from domain.kernel.statements import Read
from domain.kernel.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Offered:
    """An instrument that an account can ask people to take."""

    key: str
    kind: str
    """What sort of instrument it is, as a word for integrators: `PROFILE`, `QUESTIONNAIRE`."""
    name: Text
    duration_minutes: int | None
    matches_job_profiles: bool = False
    """Whether its score can be the match to a job profile."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked to take an instrument, and as part of what."""

    candidate_key: str
    email: str
    name: str
    language: str | None
    reference: str
    """Unique in the account for what it is part of, such as `flow-301-1`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody is with what they were asked."""

    started_at: datetime | None = None
    completed_at: datetime | None = None
    over: bool = False
    """Nothing more will come of it: it expired or was taken back."""
    expires_at: datetime | None = None
    """Until when they can take it; None where there is no end."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What somebody is to be scored by."""

    taking: str
    """The key that `ask` returned."""
    job_profile: str | None = None


class Provider(Protocol):
    """The instruments of one context."""

    async def offered(self, read: Read, account_id: int, keys: Collection[str]) -> dict[str, Offered]:
        """Those of these instruments that this context has; others are another's."""

    async def ask(self, uow: UnitOfWork, instrument: str, asked: Asked) -> str:
        """Write that somebody is asked, and return the key of it (an invite, a participant); mail nothing.

        It costs no credit now and counts towards no limit of pending invites (R-ESC-69).
        """

    async def withdraw(self, uow: UnitOfWork, taking: str) -> None:
        """Take back what somebody was asked, if they have not completed it."""

    def link(self, environment: Environment, account_id: int, taking: str) -> str:
        """Where they take it, or read what they have to do."""

    async def standing(self, read: Read, account_id: int, takings: Collection[str]) -> dict[str, Standing]:
        """How far they are."""

    async def scores(self, read: Read, account_id: int, wanted: Sequence[Scored]) -> dict[str, float]:
        """Scores from 0 to 100 by the keys of what was asked; left out as long as there is none."""


PROVIDERS: list[Provider] = []
"""All there are, in the order in which they are asked; `domain.catalogue` imports those who declare them."""


def offer(provider: Provider) -> None:
    """Declare the instruments of a context."""
    PROVIDERS.append(provider)


async def offered(read: Read, account_id: int, keys: Collection[str]) -> dict[str, tuple[Offered, Provider]]:
    """Instruments of an account by their keys, each with who provides it; unknown ones are left out."""
    found: dict[str, tuple[Offered, Provider]] = {}
    for provider in PROVIDERS:
        if missing := [key for key in keys if key not in found]:
            found |= {key: (one, provider) for key, one in (await provider.offered(read, account_id, missing)).items()}
    return found


async def taken(read: Read, account_id: int, takings: Collection[str]) -> dict[str, tuple[Standing, Provider]]:
    """How far those are who were asked, by what `ask` returned, each with who provides it; unknown ones are left out."""
    found: dict[str, tuple[Standing, Provider]] = {}
    for provider in PROVIDERS:
        if missing := [taking for taking in takings if taking not in found]:
            found |= {taking: (one, provider) for taking, one in (await provider.standing(read, account_id, missing)).items()}
    return found
