"""A person with everything a person can have, under words that stand nowhere else."""

import random
import sqlite3
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import select

from domain.candidates import commands as candidates
from domain.candidates.model import Candidate
from domain.invites import attempts, commands, entries
from domain.kernel.actor import Actor
from domain.kernel.inputs import folded
from domain.privacy import commands as privacy
from domain.privacy import queries
from domain.questionnaires import commands as questionnaires
from domain.questionnaires import participants
from tests.support.world import World, some_answers


@dataclass
class Person:
    """Somebody by words that can be looked for; `words` are in every place that names them."""

    number: int

    @property
    def given(self) -> str:
        return f"Šárkàny{self.number}Wörð"

    @property
    def family(self) -> str:
        return f"Ŋäßquill{self.number}Ħort"

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def email(self) -> str:
        return f"zzcanary{self.number}qx@mail{self.number}canary.example"

    @property
    def label(self) -> str:
        return f"for-Labelcanary{self.number}"

    @property
    def reference(self) -> str:
        return f"Irncanary{self.number}no"

    @property
    def phone(self) -> str:
        return f"+4930{90_182_000 + self.number}"

    @property
    def words(self) -> set[str]:
        plain = {self.given, self.family, f"zzcanary{self.number}qx", f"mail{self.number}canary", f"Labelcanary{self.number}"}
        plain |= {self.reference, self.phone, f"0{self.phone[3:]}"}
        return plain | set(map(folded, plain))


async def candidate_of(world: World, email: str) -> str:
    async with world.work() as uow:
        found = select(Candidate.key).where(Candidate.account_id == world.account_id, Candidate.email == email)
        return str((await uow.session.execute(found)).scalar_one())


async def live(world: World, person: Person, seed: int) -> str:
    """Invites, entries, details, answers and results, in an order that the seed decides, then a questionnaire; return their key."""
    dice = random.Random(seed)
    async with world.work() as uow:
        await commands.send(uow, email=person.email, name=person.name, label=person.label, send_email=dice.random() < 0.5)
    key = await candidate_of(world, person.email)
    for _ in range(dice.randint(2, 5)):
        await dice.choice([_takes, _enters, _tells, _asks])(world, person, key, dice)
        world.advance(minutes=11)
    await _joins(world, person, key, dice)
    return key


async def _takes(world: World, person: Person, _key: str, dice: random.Random) -> None:
    async with world.work() as uow:
        invite = await commands.send(uow, email=person.email, name=person.name, label=person.label, send_email=False)
    attempt = await world.begin(invite)
    async with world.work(Actor.candidate(world.account_id, invite)) as uow:
        await attempts.save(uow, attempt, some_answers(dice.randint(1, 99)))
        if dice.random() < 0.7:
            await attempts.complete(uow, attempt)


async def _joins(world: World, person: Person, key: str, dice: random.Random) -> None:
    """A participant by their address, or one who is linked to them."""
    async with world.work() as uow:
        questionnaire = await questionnaires.create(uow, {"name": "Integrity interview"})
        details = {"phone_number1": person.phone, "phone_number2": f"0{person.phone[3:]}", "external_ref": person.reference}
        named = {"email": person.email} if dice.random() < 0.5 else {}
        participant = await participants.add(uow, questionnaire, person.reference, details | named)
        if not named:
            await participants.link(uow, participant, key)
        await participants.retake(uow, participant, questionnaire, person.reference, {"language": "Spanish"})


async def _asks(world: World, person: Person, _key: str, dice: random.Random) -> str:
    async with world.work() as uow:
        return await entries.request(uow, email=person.email, name=person.name, language=dice.choice(["en", "de"]))


async def _enters(world: World, person: Person, key: str, dice: random.Random) -> None:
    entry = await _asks(world, person, key, dice)
    async with world.work() as uow:
        await entries.confirm(uow, entry)


async def _tells(world: World, person: Person, key: str, dice: random.Random) -> None:
    details = {"given_name": person.given, "family_name": person.family, "gender": "diverse", "birth_year": 1900 + dice.randint(0, 99)}
    async with world.work() as uow:
        await candidates.update(uow, key, details)


async def erase(world: World, key: str) -> privacy.Erased:
    async with world.work() as uow:
        return await privacy.erase(uow, key)


async def erasure_of(world: World, key: str) -> Any:
    return (await queries.by_candidate(world.database.read(), world.account_id, [key])).get(key)


def everything(world: World) -> str:
    """All rows of all tables of a database as one text, by those who may see them all."""
    if world.settings.on_sqlite:
        with sqlite3.connect(str(world.settings.database.database)) as file:
            tables = [name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return "\n".join(str(row) for table in tables for row in file.execute(f'SELECT * FROM "{table}"'))
    with psycopg.connect(world.settings.database.render_as_string(hide_password=False)) as server:
        listed = server.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'dbos')").fetchall()
        return "\n".join(str(row) for schema, table in listed for row in server.execute(f'SELECT * FROM {schema}."{table}"').fetchall())  # type: ignore[call-overload]


def found(text: str, person: Person) -> set[str]:
    """Which of somebody's words stand in a text."""
    return {word for word in person.words if word in text}
