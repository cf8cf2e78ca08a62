"""Opening an account: both twins, a first key, one account for an email address."""

import re
from typing import Any

import pytest

from domain.access import queries
from domain.access.credentials import actor_of
from domain.access.errors import EmailTaken
from domain.billing import queries as billing
from domain.billing import registration
from domain.billing.registration import Registered
from domain.kernel import events
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.errors import BadInput
from domain.kernel.permissions import EVERYTHING
from tests.domain.at_once import all_at_once, failures
from tests.support.world import World


async def register(
    world: World, email: str = "new@example.com", *, mode: str = "live", company: str = "New Ltd", **details: Any
) -> Registered:
    async with world.database.work(Actor.anonymous()) as uow:
        return await registration.register(uow, mode=mode, email=email, company=company, **details)


async def account_of(world: World, account_id: int) -> Any:
    found = await queries.by_id(world.database.read(), account_id)
    assert found is not None
    return found


async def live_accounts(world: World, *emails: str) -> list[int | None]:
    return [await queries.by_email(world.database.read(), email) for email in emails]


class TestTwins:
    async def test_are_made_together(self, world: World) -> None:
        """ARCHITECTURE section 8."""
        made = await register(world, country="de", contact_name=" Anna  Berg ", city="")
        live = await account_of(world, made.account_id)
        sandbox = await account_of(world, live.twin)
        assert (live.mode, sandbox.mode, sandbox.twin) == ("live", "test", live.account_id)
        assert (live.email, live.company, live.country, live.language) == ("new@example.com", "New Ltd", "DE", "de")
        assert (live.contact_name, live.city) == ("Anna Berg", None)
        differing = {name for name in live.columns if getattr(live, name) != getattr(sandbox, name)}
        assert differing == {"account_id", "twin", "mode", "slug"}

    async def test_have_a_hundred_credits_in_the_sandbox_alone(self, world: World) -> None:
        made = await register(world)
        read = world.database.read()
        assert (await billing.balance(read, made.account_id)).available == 0
        assert (await billing.balance(read, made.account_id + 1)).available == 100

    @pytest.mark.parametrize(("mode", "prefix"), [("live", "pk_live_"), ("test", "pk_test_")])
    async def test_answer_with_the_key_of_the_mode(self, world: World, mode: str, prefix: str) -> None:
        """R-ESC-1, R-ESC-8, I-ESC-19."""
        made = await register(world, mode=mode)
        assert re.fullmatch(prefix + "[0-9a-f]{32}", made.key.secret)
        assert made.account_id == made.live_account_id + (mode == "test")
        actor = await actor_of(world.database.read(), world.database.environment, made.key.secret, world.clock.now())
        assert actor == Actor(ActorKind.KEY, made.account_id, EVERYTHING, made.key.key)
        others = made.live_account_id + (mode == "live")
        assert await queries.keys_by_key(world.database.read(), others, [made.key.key]) == {}

    async def test_are_noted(self, world: World) -> None:
        """Q-23."""
        made = await register(world)
        noted = await events.after(world.database.read(), made.account_id, 0)
        assert [(row.type, row.actor) for row in noted] == [("account.registered", "anonymous"), ("api_key.created", "anonymous")]
        assert [row.type for row in await events.after(world.database.read(), made.account_id + 1, 0)] == ["credits.added"]


class TestEmail:
    async def test_opens_one_account_in_any_spelling(self, world: World) -> None:
        """R-ESC-9."""
        made = await register(world, "Anna@Müller.de")
        before = await world.rows()
        for spelling in ("anna@müller.de", " ANNA@MÜLLER.DE ", "anna@xn--mller-kva.de"):
            with pytest.raises(EmailTaken):
                await register(world, spelling, mode="test")
        assert await live_accounts(world, "anna@xn--mller-kva.de") == [made.account_id]
        assert await world.rows() == before
        assert await events.last(world.database.read(), made.account_id + 2) == 0

    async def test_opens_one_account_when_many_come_at_once(self, world: World) -> None:
        """Q-7."""
        outcomes = await all_at_once(register(world) for _ in range(6))
        assert failures(outcomes) == ["EmailTaken"] * 5
        [made] = [one for one in outcomes if isinstance(one, Registered)]
        assert await live_accounts(world, "new@example.com") == [made.account_id]

    async def test_is_given_back_by_a_registration_that_fails(self, world: World) -> None:
        with pytest.raises(BadInput):
            await register(world, contact_name="a" * 201)
        assert await live_accounts(world, "new@example.com") == [None]
        assert await register(world)


class TestDetails:
    @pytest.mark.parametrize(
        ("country", "language"), [("DE", "de"), ("AT", "de"), ("LI", "de"), ("CH", "en"), ("US", "en"), (None, "en"), ("", "en")]
    )
    async def test_country_chooses_the_language(self, sqlite_world: World, country: str | None, language: str) -> None:
        """R-ESC-11: without a country, the US."""
        made = await account_of(sqlite_world, (await register(sqlite_world, country=country)).account_id)
        assert (made.country, made.language) == (country or "US", language)

    async def test_that_are_not_valid_are_refused(self, sqlite_world: World) -> None:
        for wrong in (
            {"country": "Germany"},
            {"country": "D1"},
            {"country": "ZZ"},
            {"company": "New\ufffeLtd"},
            {"country": "ÄÖ"},
            {"company": " "},
            {"email": "nope"},
            {"phone": "1\x00"},
        ):
            with pytest.raises(BadInput):
                await register(sqlite_world, **wrong)
        assert await live_accounts(sqlite_world, "new@example.com") == [None]

    async def test_company_names_the_open_link(self, sqlite_world: World) -> None:
        names = {"Müller & Söhne GmbH": "mueller-soehne-gmbh", "李雷": "li-lei", "!!!": "account", "a" * 100: "a" * 60}
        for number, (company, name) in enumerate(names.items()):
            made = await register(sqlite_world, f"n{number}@example.com", company=company)
            account = await account_of(sqlite_world, made.account_id)
            assert re.fullmatch(name + "-[0-9a-f]{8}", account.slug)
            found = await queries.by_slug(sqlite_world.database.read(), account.slug)
            assert found is not None
            assert found.account_id == made.account_id
        assert await queries.by_slug(sqlite_world.database.read(), "unknown") is None
