"""What follows an erasure: files, mails, and whatever was written by those who had read before it (Q-11)."""

from collections.abc import Collection
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select, update

from domain.candidates.model import Candidate
from domain.invites import commands, entries
from domain.invites.model import Invite
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.work import UnitOfWork
from domain.privacy import commands as privacy
from domain.privacy import finishing, queries
from domain.privacy.finishing import finish, sweep
from domain.privacy.model import Erasure
from gateway.adapters.files import Store, store
from gateway.adapters.mail import FileMailer, mailer
from tests.domain.at_once import all_at_once, failures
from tests.domain.privacy.people import Person, candidate_of, erase, erasure_of, everything, found
from tests.support.world import World

ANNA, BERT = Person(1), Person(2)


@pytest.fixture
def files(world: World) -> Store:
    return store(world.settings)


async def two(world: World, files: Store) -> tuple[str, str]:
    """Two people with mails and reports; their keys."""
    keys = []
    for person in (ANNA, BERT):
        await world.invite(person.email, person.name, send_email=True)
        keys.append(await candidate_of(world, person.email))
        await files.put(f"reports/{world.account_id}/{keys[-1]}/en/standard.pdf", person.name.encode())
    await world.run_jobs()
    return keys[0], keys[1]


async def told(world: World, type_: str) -> list[str]:
    rows = await events.after(world.database.read(), world.account_id, 0)
    return [row.subject for row in rows if row.type == type_]


class TestFinish:
    async def test_deletes_their_files_and_those_that_show_many(self, world: World, files: Store) -> None:
        anna, bert = await two(world, files)
        for account in (world.account_id, world.sandbox_id):
            await files.put(f"team-reports/{account}/7/en.pdf", b"x")
            await files.put(f"exports/{account}/1.csv", b"x")
        await erase(world, anna)
        assert len(await files.names("reports")) == 2
        at = world.advance(seconds=2)
        await world.run_jobs()
        sandbox, row = world.sandbox_id, await erasure_of(world, anna)
        left = [f"reports/{world.account_id}/{bert}/en/standard.pdf", f"team-reports/{sandbox}/7/en.pdf", f"exports/{sandbox}/1.csv"]
        log = f"erasures/{world.account_id}/{row.key}.json"
        assert sorted(await files.names("")) == sorted([*left, log])
        assert [mail.to for mail in world.outbox.mails] == [BERT.email]
        assert row.finished_at == at
        assert await told(world, "erasure.finished") == [row.key]

    async def test_writes_down_keys_alone(self, world: World, files: Store) -> None:
        anna, _ = await two(world, files)
        await erase(world, anna)
        await world.run_jobs()
        row = await erasure_of(world, anna)
        content = await files.get(f"erasures/{world.account_id}/{row.key}.json")
        assert content is not None
        assert orjson.loads(content) == {
            "account": world.account_id,
            "key": row.key,
            "candidate": anna,
            "requestedAt": world.clock.now().isoformat(),
            "actor": f"key:{world.key.key}",
        }

    async def test_again_does_nothing_more(self, world: World, files: Store) -> None:
        """Q-9."""
        anna, _ = await two(world, files)
        told_once = await erase(world, anna)
        await world.run_jobs()
        before = everything(world)
        await finish.run(world.ports(), world.account_id, told_once.key)
        await finish.run(world.ports(), world.account_id, "era_nothing")
        assert everything(world) == before

    async def test_mails_in_files_go_whatever_they_were_about(self, world: World, files: Store) -> None:
        """An invitation, a reminder, an entry that was never confirmed; those of others stay."""
        post = mailer(world.settings)
        assert isinstance(post, FileMailer)
        keys = []
        for person in (ANNA, BERT):
            invite = await world.invite(person.email, person.name, send_email=True)
            keys.append(await candidate_of(world, person.email))
            world.advance(hours=25)
            async with world.work() as uow:
                await commands.remind(uow, invite)
                await entries.request(uow, email=person.email, name=person.name, language="de")
            await world.run_jobs(post)
        names = sorted(path.name for path in post.folder.iterdir())
        assert len(names) == 6
        await erase(world, keys[0])
        await world.run_jobs(post)
        left = sorted(path.name for path in post.folder.iterdir())
        assert len(left) == 3
        assert {name.split("-")[1] for name in left} == {"invitation", "reminder", "entry"}


class TestMany:
    async def erased(self, world: World) -> list[tuple[int, str]]:
        """Twenty erasures in two accounts whose jobs have not run."""
        other, _ = await world.other_account()
        made = []
        for number, actor in enumerate([world.actor] * 15 + [other] * 5, 10):
            person = Person(number)
            async with world.work(actor) as uow:
                await commands.send(uow, email=person.email, name=person.name, send_email=False)
                mine = select(Candidate.key).where(Candidate.account_id == uow.account_id, Candidate.email == person.email)
                key = (await uow.session.execute(mine)).scalar_one()
                made.append((uow.account_id, (await privacy.erase(uow, key)).key))
        world.jobs.due.clear()
        return made

    async def finished(self, world: World, erasures: list[tuple[int, str]]) -> list[bool]:
        read = world.database.read()
        return [(await queries.by_keys(read, account, [key]))[key].finished_at is not None for account, key in erasures]

    async def test_share_one_purge(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """It takes a second where there are many candidates: one for each of thousands would take an hour."""
        erasures, purges = await self.erased(world), []
        purge = world.database.purge

        async def counted(tables: Collection[str]) -> None:
            purges.append(tables)
            await purge(tables)

        monkeypatch.setattr(world.database, "purge", counted)
        assert failures(await all_at_once(finish.run(world.ports(), account, key) for account, key in erasures)) == []
        assert [set(tables) for tables in purges] == [{"candidate", "invite"}]
        assert all(await self.finished(world, erasures))
        assert len(await told(world, "erasure.finished")) == 15
        assert len(await world.ports().files.names("erasures")) == 20

    async def test_one_that_fails_keeps_nobody_waiting(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        erasures = await self.erased(world)
        broken, keep = erasures[7][1], finishing.keep

        async def failing(files: Store, log: finishing.Logged) -> None:
            if log.key == broken:
                raise OSError("full")
            await keep(files, log)

        with monkeypatch.context() as patch:
            patch.setattr(finishing, "keep", failing)
            outcomes = await all_at_once(finish.run(world.ports(), account, key) for account, key in erasures)
        assert failures(outcomes) == ["OSError"]
        assert await self.finished(world, erasures) == [key != broken for _, key in erasures]
        await finish.run(world.ports(), *erasures[7])
        assert all(await self.finished(world, erasures))

    async def test_one_that_comes_during_a_purge_has_its_own(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is erased while the log is being cut may be in it afterwards."""
        first, second = (await self.erased(world))[:2]
        async with world.work() as uow:
            await uow.change(update(Erasure).where(Erasure.account_id == uow.account_id).values(finished_at=uow.now))
            await uow.change(_only(uow, first))
        purge, purges = world.database.purge, []

        async def counted(tables: Collection[str]) -> None:
            purges.append(tables)
            if len(purges) == 1:
                async with world.work() as uow:
                    await uow.change(_only(uow, second))
            await purge(tables)

        monkeypatch.setattr(world.database, "purge", counted)
        await finish.run(world.ports(), *first)
        assert await self.finished(world, [first, second]) == [True, False]
        await finish.run(world.ports(), *second)
        assert (len(purges), await self.finished(world, [second])) == (2, [True])


def _only(uow: UnitOfWork, erasure: tuple[int, str]) -> Any:
    """An erasure as if nothing had followed it yet."""
    mine = (Erasure.account_id == uow.account_id, Erasure.key == erasure[1])
    return update(Erasure).where(*mine).values(finished_at=None)


class TestSweep:
    async def test_finishes_what_was_not(self, world: World, files: Store) -> None:
        """Its job is lost for good when it failed for a day."""
        anna, _ = await two(world, files)
        await erase(world, anna)
        world.jobs.due.clear()
        assert await sweep.run(world.ports()) == 1
        assert (await erasure_of(world, anna)).finished_at is not None

    async def test_erases_what_was_written_by_those_who_had_read_before(self, world: World, files: Store) -> None:
        """A name in a row, a report, a mail: each from before the erasure, each written after its job."""
        anna, bert = await two(world, files)
        await erase(world, anna)
        await world.run_jobs()
        mine = (Candidate.account_id == world.account_id, Candidate.key == anna)
        async with world.work(Actor.system(world.account_id)) as uow:
            await uow.change(update(Candidate).where(*mine).values(name=ANNA.name))
            sent = {"account_id": world.account_id, "candidate_key": anna, "email": ANNA.email, "name": ANNA.name}
            rest = {"instrument": "escprofile", "instrument_version": "1.0", "origin": "direct", "status": "canceled", "language": "en"}
            times = {"created_at": uow.now, "expires_at": uow.now, "send_email": False, "settled": True}
            await uow.session.execute(insert(Invite).values(key="inv_late", reminders=0, reminders_mailed=0, **sent, **rest, **times))
        await files.put(f"reports/{world.account_id}/{anna}/de/standard.pdf", b"x")
        world.advance(minutes=5)
        assert await sweep.run(world.ports()) == 1
        assert found(everything(world), ANNA) == set()
        assert found(everything(world), BERT) != set()
        assert await files.names(f"reports/{world.account_id}/{anna}") == []
        assert await files.names(f"reports/{world.account_id}/{bert}") != []
        assert len(await told(world, "erasure.repeated")) == 1
        await sweep.run(world.ports())
        assert len(await told(world, "erasure.repeated")) == 1

    async def test_lets_go_after_a_while(self, world: World, files: Store) -> None:
        anna, _ = await two(world, files)
        await erase(world, anna)
        await world.run_jobs()
        world.advance(seconds=finishing.STRAGGLING.total_seconds() + 1)
        assert await sweep.run(world.ports()) == 0
        assert await queries.newest(world.database.read()) == (await erasure_of(world, anna)).key
