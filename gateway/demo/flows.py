"""A flow of the demo account, and some people who are at different places of it."""

from domain.candidates import queries as candidates
from domain.flows import advancing, assigning, commands, queries
from domain.flows.steps import Step
from domain.instruments import bank
from domain.invites import attempts
from domain.invites import queries as invites
from domain.kernel.actor import Actor
from domain.kernel.database import Database
from domain.kernel.paging import Window
from domain.kernel.ports import Ports
from domain.matching import queries as matching
from domain.results import norms
from gateway.demo.people import Population

STEPS_TAKEN = (0, 0, 1, 1, 1, 2, 2, 2)
"""How many steps each person takes, as long as they pass."""
MATCH, MEAN = 55.0, 45.0


async def walk(database: Database, ports: Ports, account_id: int, seed: int) -> None:
    """Make the flow, put people on it who are known already, and let them take steps; nothing is mailed."""
    instrument = bank.current(bank.PROFILE)
    assert instrument is not None
    population = Population(seed, instrument, norms.designed().norms)
    read = database.read()
    given = {"status": ["completed"], "anonymized": ["False"]}
    page = await invites.attempts(read, account_id, Window(first=100), order="newest", given=given)
    keys = list(dict.fromkeys(row.candidate_key for row in page.rows))[: len(STEPS_TAKEN)]
    people = await candidates.by_keys(read, account_id, keys)
    flow = await _flow(database, account_id)
    for key, steps in zip(keys, STEPS_TAKEN, strict=False):
        async with database.work(Actor.system(account_id)) as uow:
            told = assigning.Told(email=people[key].email, given_name=people[key].given_name, family_name=people[key].family_name)
            assignment = await assigning.assign(uow, flow, told)
        for _ in range(steps):
            await _take(ports, account_id, assignment, population.answers())


async def _flow(database: Database, account_id: int) -> int:
    profiles = await matching.everything(database.read(), account_id)
    first = Step(bank.PROFILE, MATCH, name="Passung", job_profile=profiles[0].key if profiles else None)
    second = Step(bank.PROFILE, MEAN, name="Zweiter Blick", instructions="Bitte nehmen Sie sich eine ruhige halbe Stunde.")
    async with database.work(Actor.system(account_id)) as uow:
        about = "From the first look to the talk; the second step is asked for by itself once the first is passed."
        return await commands.create(uow, name="Kundenservice", description=about, steps=[first, second])


async def _take(ports: Ports, account_id: int, assignment: int, answers: dict[str, int]) -> None:
    """Complete what somebody was asked last, and note it at once; nothing when they are not asked any more."""
    asked = (await queries.attempts_by_assignment(ports.database.read(), account_id, [assignment]))[assignment][-1]
    if asked.status != "not_started":
        return
    async with ports.database.work(Actor.system(account_id)) as uow:
        attempt = await attempts.start(uow, asked.taking)
        await attempts.save(uow, attempt, answers)
        await attempts.complete(uow, attempt)
    await advancing.advance.run(ports, account_id, asked.taking)
