"""An erasure and what comes at the same time: one after another in effect, whatever the order (Q-11)."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from domain.candidates import commands as candidates
from domain.exports import commands as exports
from domain.exports import jobs
from domain.exports import queries as exported
from domain.invites import attempts, commands, entries
from domain.invites.model import Attempt, Entry, Invite
from domain.kernel.actor import Actor
from domain.kernel.work import UnitOfWork
from domain.privacy import commands as privacy
from domain.privacy.model import Erasure
from domain.results.model import Result
from tests.domain.at_once import all_at_once, failures, held_up
from tests.domain.privacy.people import Person, candidate_of, erase, everything, found
from tests.support.world import World, some_answers

ANNA = Person(7)
Verb = Callable[[UnitOfWork], Coroutine[Any, Any, Any]]


async def during(world: World, first: Verb, second: Coroutine[Any, Any, Any]) -> Any:
    """Let one work wait for another that is not committed yet; what the second gave or raised."""
    async with world.work() as uow:
        await first(uow)
        await uow.flush()
        waiting = await held_up(world, second)
    [outcome] = await all_at_once([waiting])  # type: ignore[list-item]
    return outcome


async def work(world: World, verb: Verb) -> Any:
    async with world.work() as uow:
        return await verb(uow)


async def answered(world: World) -> tuple[str, int]:
    invite = await world.invite(ANNA.email, ANNA.name)
    attempt = await world.begin(invite)
    await world.answer(invite, attempt, some_answers(1))
    return invite, attempt


async def nothing_is_left(world: World) -> None:
    await world.run_jobs()
    assert found(everything(world), ANNA) == set()


class TestErasing:
    async def test_twice_at_once_happens_once(self, world: World) -> None:
        invite, _ = await answered(world)
        key = await candidate_of(world, ANNA.email)
        outcomes = await all_at_once(erase(world, key) for _ in range(10))
        assert failures(outcomes) == ["Anonymized"] * 9
        assert await world.count(Erasure) == 1
        other = await world.invite("bert@example.com", "Bert")
        assert other != invite
        bert = await candidate_of(world, "bert@example.com")
        second = await during(world, lambda uow: privacy.erase(uow, bert), erase(world, bert))
        assert failures([second]) == ["Anonymized"]
        assert await world.count(Erasure) == 2

    @pytest.mark.parametrize("erased_first", [False, True])
    async def test_while_an_attempt_is_completed(self, world: World, erased_first: bool) -> None:
        """Whoever is first: a result that was made stays, and none is made for somebody who is gone."""
        _, attempt = await answered(world)
        key = await candidate_of(world, ANNA.email)
        if erased_first:
            outcome = await during(world, lambda uow: privacy.erase(uow, key), work(world, lambda uow: attempts.complete(uow, attempt)))
            assert failures([outcome]) == ["AlreadyCanceled"]
        else:
            outcome = await during(world, lambda uow: attempts.complete(uow, attempt), erase(world, key))
            assert failures([outcome]) == []
        assert await world.count(Result) == (0 if erased_first else 1)
        assert (await world.balance()).used == (0 if erased_first else 1)
        await nothing_is_left(world)

    async def test_while_an_invite_is_sent(self, world: World) -> None:
        """One that came before is canceled with the others; one that comes after is to somebody new."""
        await answered(world)
        key = await candidate_of(world, ANNA.email)
        send: Verb = lambda uow: commands.send(uow, email=ANNA.email, name=ANNA.name, send_email=False)  # noqa: E731
        assert failures([await during(world, send, erase(world, key))]) == []
        assert await world.count(Invite) == 2
        await nothing_is_left(world)
        again = await candidate_after(world)
        sent = await during(world, lambda uow: privacy.erase(uow, again), work(world, send))
        assert failures([sent]) == []
        assert await candidate_of(world, ANNA.email) not in (key, again)

    async def test_while_an_entry_is_confirmed(self, world: World) -> None:
        await answered(world)
        key = await candidate_of(world, ANNA.email)
        entry = await work(world, lambda uow: entries.request(uow, email=ANNA.email, name=ANNA.name, language="en"))
        assert failures([await during(world, lambda uow: entries.confirm(uow, entry), erase(world, key))]) == []
        assert (await world.count(Entry), await world.count(Invite)) == (0, 2)
        await nothing_is_left(world)

    async def test_while_they_ask_to_take_part(self, world: World) -> None:
        await answered(world)
        key = await candidate_of(world, ANNA.email)
        ask: Verb = lambda uow: entries.request(uow, email=ANNA.email, name=ANNA.name, language="en")  # noqa: E731
        assert failures([await during(world, ask, erase(world, key))]) == []
        await nothing_is_left(world)

    @pytest.mark.parametrize("erased_first", [False, True])
    async def test_while_they_are_protected(self, world: World, erased_first: bool) -> None:
        await answered(world)
        key = await candidate_of(world, ANNA.email)
        protect: Verb = lambda uow: candidates.protect(uow, key, protected=True)  # noqa: E731
        before = everything(world)
        if erased_first:
            outcome = await during(world, lambda uow: privacy.erase(uow, key), work(world, protect))
            assert failures([outcome]) == ["Anonymized"]
            await nothing_is_left(world)
        else:
            outcome = await during(world, protect, erase(world, key))
            assert failures([outcome]) == ["Protected"]
            assert found(everything(world), ANNA) == found(before, ANNA)

    async def test_while_they_change_their_name(self, world: World) -> None:
        await answered(world)
        key = await candidate_of(world, ANNA.email)
        rename: Verb = lambda uow: candidates.update(uow, key, {"name": ANNA.family})  # noqa: E731
        assert failures([await during(world, rename, erase(world, key))]) == []
        await nothing_is_left(world)

    async def test_while_an_export_begins(self, world: World) -> None:
        """The job waits for the erasure, although nothing of its export was begun, and so reads nobody who is gone."""
        _, attempt = await answered(world)
        await work(world, lambda uow: attempts.complete(uow, attempt))
        key = await candidate_of(world, ANNA.email)
        export = await work(world, asked)
        world.jobs.due.clear()
        making = jobs.make.run(world.ports(), world.account_id, export)
        assert failures([await during(world, lambda uow: privacy.erase(uow, key), making)]) == []
        row = (await exported.by_keys(world.database.read(), world.account_id, [export]))[export]
        [name] = await world.ports().files.names("exports")
        content = await world.ports().files.get(name)
        assert (row.stored_status, row.done) == ("ready", 1)
        assert content is not None
        assert found(content.decode(), ANNA) == set()
        await nothing_is_left(world)

    async def test_in_the_middle_of_everything(self, world: World) -> None:
        """Fifty works at once, some of them erasures: each ends or says why not, and who was erased is gone."""
        people = [Person(number) for number in range(5)]
        keys = {}
        for person in people:
            invite = await world.invite(person.email, person.name)
            attempt = await world.begin(invite)
            await world.answer(invite, attempt, some_answers(1))
            keys[person.email] = await candidate_of(world, person.email), attempt
        works = []
        for person in people:
            key, attempt = keys[person.email]
            works += [
                work(world, lambda uow, attempt=attempt: attempts.complete(uow, attempt)),  # type: ignore[misc]
                work(world, lambda uow, attempt=attempt: attempts.save(uow, attempt, {"detail_1": 3})),  # type: ignore[misc]
                work(world, lambda uow, key=key: candidates.use_language(uow, key, "de")),  # type: ignore[misc]
                work(world, lambda uow, key=key: privacy.erase(uow, key)),  # type: ignore[misc]
                work(world, lambda uow, key=key: privacy.erase(uow, key)),  # type: ignore[misc]
            ]
        outcomes = failures(await all_at_once(works))
        assert outcomes.count("Anonymized") == 5
        assert set(outcomes) <= {"Anonymized", "AlreadyCompleted", "AlreadyCanceled"}
        assert await world.count(Attempt) == 5
        await world.run_jobs()
        text = everything(world)
        assert [found(text, person) for person in people] == [set()] * 5


async def asked(uow: UnitOfWork) -> str:
    """An export with names."""
    return await exports.request(uow, format=exports.Format.CSV, conditions={"instrument": "escprofile"}, people=True)


async def candidate_after(world: World) -> str:
    """Somebody of the same address, known after the first was erased."""
    async with world.work(Actor.system(world.account_id)) as uow:
        return await candidates.find_or_add(uow, email=ANNA.email, name=ANNA.name)
