"""Events for trying out: each is made to happen in a sandbox, by the real commands where there is an easy way, else with sample facts."""

import random
from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches

from domain.access import commands as access
from domain.access.events import ACCOUNT
from domain.billing import credits
from domain.candidates import commands as candidates
from domain.instruments import bank
from domain.invites import attempts, commands
from domain.invites import events as invites
from domain.kernel.event_types import CATALOGUE, EventType
from domain.kernel.identifiers import new_key
from domain.kernel.work import UnitOfWork
from domain.matching import commands as matching
from domain.privacy import commands as privacy
from domain.results import norms
from domain.teams import commands as teams
from domain.teams import joining
from gateway.demo.people import Population

PERSON = {"email": "trigger@example.com", "name": "Trigger Example"}
"""The one whom invites go to; earlier ones that are still open are canceled first, so that there is always room for another."""


class SandboxOnly(Exception):
    """Events are triggered in sandboxes alone: nothing made up belongs among what really happened."""


def named(name: str) -> EventType:
    """The type of event with a name.

    Raises KeyError, whose argument says what may have been meant, and what there is.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    near = get_close_matches(name, CATALOGUE, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise KeyError(f"There is no event '{name}'.{meant} There are: {', '.join(sorted(CATALOGUE))}.")


async def trigger(uow: UnitOfWork, happened: EventType) -> bool:
    """Make an event happen, with whatever comes with it; return whether it really did, or was recorded with sample facts.

    Raises SandboxOnly, and what the commands raise.
    """
    if (await access.own_account(uow)).mode != "test":
        raise SandboxOnly
    if happened.name in DONE:
        await DONE[happened.name](uow)
        return True
    own = happened.subject.name == ACCOUNT.name
    uow.record(happened, f"cus_{uow.account_id}" if own else happened.subject.example, **happened.example)
    return False


async def _invite(uow: UnitOfWork) -> str:
    known = await candidates.find_or_add(uow, **PERSON)
    await commands.cancel_all(uow, known)
    return await commands.send(uow, **PERSON, send_email=False)


async def _cancel(uow: UnitOfWork) -> None:
    await commands.cancel(uow, await _invite(uow))


async def _remind(uow: UnitOfWork) -> None:
    await commands.remind(uow, await _invite(uow))


async def _begin(uow: UnitOfWork) -> int:
    return await attempts.start(uow, await _invite(uow))


async def _answer(uow: UnitOfWork) -> int:
    attempt, instrument = await _begin(uow), bank.instrument(bank.PROFILE, bank.CURRENT[bank.PROFILE])
    drawn = random.SystemRandom().randrange(2**32)
    await attempts.save(uow, attempt, Population(drawn, instrument, norms.designed().norms).answers())
    return attempt


async def _complete(uow: UnitOfWork) -> int:
    return await attempts.complete(uow, await _answer(uow))


async def _candidate(uow: UnitOfWork) -> str:
    return await candidates.find_or_add(uow, email=f"{new_key('trigger')}@example.com", name=PERSON["name"])


async def _change_candidate(uow: UnitOfWork) -> None:
    await candidates.update(uow, await _candidate(uow), {"language": "de"})


async def _protect(uow: UnitOfWork) -> str:
    return await candidates.protect(uow, await _candidate(uow), protected=True)


async def _unprotect(uow: UnitOfWork) -> None:
    await candidates.protect(uow, await _protect(uow), protected=False)


async def _erase(uow: UnitOfWork) -> None:
    await uow.flush()
    await privacy.erase(uow, await _candidate(uow))


async def _team(uow: UnitOfWork) -> int:
    return await teams.create(uow, title="Triggered")


async def _change_team(uow: UnitOfWork) -> None:
    await teams.update(uow, await _team(uow), {"subtitle": "Changed"})


async def _fill_team(uow: UnitOfWork) -> tuple[int, int]:
    team, attempt = await _team(uow), await _complete(uow)
    await uow.flush()
    await joining.add_members(uow, team, attempts=[attempt])
    return team, attempt


async def _job_profile(uow: UnitOfWork) -> str:
    return await matching.create(uow, name="Triggered", targets=[("detail", {"ideal": 6})])


async def _change_job_profile(uow: UnitOfWork) -> None:
    await matching.update(uow, await _job_profile(uow), {"name": "Triggered anew"})


async def _delete_job_profile(uow: UnitOfWork) -> None:
    await matching.delete(uow, await _job_profile(uow))


async def _credits(uow: UnitOfWork) -> None:
    await credits.grant(uow, 1, reference=new_key("trigger"))


async def _key(uow: UnitOfWork) -> str:
    return (await access.create_key(uow, name="Triggered")).key


async def _revoke(uow: UnitOfWork) -> None:
    await access.revoke_key(uow, await _key(uow))


DONE: Mapping[str, Callable[[UnitOfWork], Awaitable[object]]] = {
    "candidate.added": _candidate,
    "candidate.anonymized": _erase,
    "candidate.changed": _change_candidate,
    "candidate.protected": _protect,
    "candidate.unprotected": _unprotect,
    "credits.added": _credits,
    "credits.used": _complete,
    "invite.canceled": _cancel,
    "invite.reminded": _remind,
    "job_profile.changed": _change_job_profile,
    "job_profile.created": _job_profile,
    "job_profile.deleted": _delete_job_profile,
    "result.recorded": _complete,
    "team.changed": _change_team,
    "team.created": _team,
    "team.members_added": _fill_team,
    "api_key.created": _key,
    "api_key.revoked": _revoke,
    invites.ATTEMPT_ANSWERED.name: _answer,
    invites.INVITE_COMPLETED.name: _complete,
    invites.INVITE_SENT.name: _invite,
    invites.INVITE_STARTED.name: _begin,
}
"""What really happens, by the commands that everybody uses; all else is recorded with sample facts."""
