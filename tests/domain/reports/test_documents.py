"""Reports as files: made once, kept by what they say, never with a name that is not theirs any more."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from domain.candidates import commands as candidates
from domain.candidates.model import Candidate
from domain.kernel.downloads import DOWNLOADS, File
from domain.kernel.errors import NotFound
from domain.kernel.ports import Ports
from tests.support.world import World


class Counting:
    """A typesetter that counts, and lets something happen while it sets."""

    def __init__(self, meanwhile: Any = None) -> None:
        self.made: list[Mapping[str, Any]] = []
        self.look = "1"
        self._meanwhile = meanwhile

    async def pdf(self, template: str, data: Mapping[str, Any]) -> bytes:
        self.made.append(data)
        if self._meanwhile:
            await self._meanwhile()
        return f"{template} {self.look} {data['name']}".encode()

    async def e_invoice(self, template: str, data: Mapping[str, Any], _xml: bytes) -> bytes:
        return await self.pdf(template, data)

    def version(self, _template: str) -> str:
        return self.look


@pytest.fixture
def setter() -> Counting:
    return Counting()


async def file(ports: Ports, account_id: int, attempt: int, *, focus: str = "standard", language: str = "en") -> File:
    return await DOWNLOADS["report"](ports, account_id, attempt=str(attempt), focus=focus, language=language)


async def content(made: File) -> bytes:
    return b"".join([piece async for piece in made.chunks()])


def ports_with(world: World, setter: Counting) -> Ports:
    return replace(world.ports(), typesetter=setter)


async def key_of(world: World) -> str:
    async with world.work() as uow:
        found = select(Candidate.key).where(Candidate.account_id == world.account_id)
        return str((await uow.session.execute(found)).scalar_one())


async def anonymise(world: World) -> None:
    """As erasure leaves a person."""
    async with world.work() as uow:
        gone = {"name": "dsgvo", "email": None, "anonymized_at": uow.now}
        await uow.session.execute(update(Candidate).where(Candidate.account_id == world.account_id).values(**gone))


class TestKept:
    async def test_is_set_once_and_kept_by_what_it_says(self, world: World, setter: Counting) -> None:
        _, attempt = await world.complete()
        ports = ports_with(world, setter)
        made = await file(ports, world.account_id, attempt)
        assert setter.made == []  # nothing before somebody reads it
        assert made.name == "Anna Berg - Profile report Standard.pdf"
        assert await content(made) == await content(made) == b"assessment 1 Anna Berg"
        assert len(setter.made) == 1
        again = await file(ports, world.account_id, attempt)
        assert again.etag == made.etag
        assert await content(again) == b"assessment 1 Anna Berg"
        assert len(setter.made) == 1
        place = f"reports/{world.account_id}/{await key_of(world)}"
        assert await ports.files.names(place) == [f"{place}/{attempt}-standard-en-{made.etag}.pdf"]

    async def test_each_focus_and_language_is_a_file_of_its_own(self, world: World, setter: Counting) -> None:
        _, attempt = await world.complete()
        ports = ports_with(world, setter)
        wanted = [("standard", "en"), ("standard", "de"), ("leadership", "de"), ("sales", "en")]
        files = [await file(ports, world.account_id, attempt, focus=focus, language=language) for focus, language in wanted]
        assert len({made.etag for made in files}) == 4
        assert [made.name for made in files][2] == "Anna Berg - Profilbericht Führung.pdf"
        for made in files:
            await content(made)
        assert len(await ports.files.names(f"reports/{world.account_id}")) == 4

    async def test_is_made_anew_when_it_would_say_something_else(self, world: World, setter: Counting) -> None:
        """The older file goes, so that no name stays that was corrected."""
        _, attempt = await world.complete()
        ports = ports_with(world, setter)
        before = await file(ports, world.account_id, attempt)
        await content(before)
        key = await key_of(world)
        async with world.work() as uow:
            await candidates.update(uow, key, {"name": "Anna Tal"})
        after = await file(ports, world.account_id, attempt)
        assert after.etag != before.etag
        assert await content(after) == b"assessment 1 Anna Tal"
        setter.look = "2"
        newest = await file(ports, world.account_id, attempt)
        assert newest.etag not in (before.etag, after.etag)
        await content(newest)
        [only] = await ports.files.names(f"reports/{world.account_id}")
        assert only.endswith(f"-{newest.etag}.pdf")

    async def test_calls_people_by_their_address_when_they_have_no_name(self, world: World, setter: Counting) -> None:
        _, attempt = await world.complete(name="")
        made = await file(ports_with(world, setter), world.account_id, attempt)
        assert made.name.startswith("anna@example.com - ")


class TestErased:
    async def test_names_nobody_afterwards(self, world: World, setter: Counting) -> None:
        _, attempt = await world.complete()
        ports = ports_with(world, setter)
        named = await file(ports, world.account_id, attempt)
        await anonymise(world)
        made = await file(ports, world.account_id, attempt, language="de")
        assert made.etag != named.etag
        assert made.name == "Anonymisierte Person - Profilbericht Standard.pdf"
        assert await content(made) == b"assessment 1 Anonymisierte Person"
        assert "dsgvo" not in str(setter.made)

    async def test_while_it_is_set_leaves_no_file_behind(self, world: World) -> None:
        """Erasure deletes the folder after its commit; what is put there later has to go by itself."""
        _, attempt = await world.complete()
        key = await key_of(world)

        async def erase() -> None:
            await anonymise(world)
            await world.ports().files.delete(f"reports/{world.account_id}/{key}")

        ports = ports_with(world, Counting(erase))
        assert await content(await file(ports, world.account_id, attempt)) == b"assessment 1 Anna Berg"
        assert await ports.files.names(f"reports/{world.account_id}") == []


class TestUnknown:
    async def test_is_not_found(self, world: World, setter: Counting) -> None:
        """Without a result, and from another account."""
        _, attempt = await world.complete()
        begun = await world.begin(await world.invite("b@example.com"))
        other, _key = await world.other_account()
        ports = ports_with(world, setter)
        for account_id, number in ((world.account_id, begun), (world.account_id, 7), (other.account, attempt)):
            with pytest.raises(NotFound):
                await file(ports, account_id, number)  # type: ignore[arg-type]
        assert not (Path(world.settings.var) / "files" / "reports").exists()
