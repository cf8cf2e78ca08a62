"""What follows an erasure: files, mails, and whatever was written by those who had read before it (Q-11)."""

import orjson
import pytest
from sqlalchemy import insert, update

from domain.candidates.model import Candidate
from domain.invites import commands, entries
from domain.invites.model import Invite
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.privacy import finishing, queries
from domain.privacy.finishing import finish, sweep
from gateway.adapters.files import Store, store
from gateway.adapters.mail import FileMailer, mailer
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
