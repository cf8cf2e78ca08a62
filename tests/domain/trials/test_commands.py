"""Asking for a trial, deciding on it, opening its link."""

from datetime import timedelta

import pytest

from domain.access import credentials, queries
from domain.access.errors import EmailTaken
from domain.billing import queries as billing
from domain.kernel.errors import BadInput, DomainError, NotFound
from domain.kernel.permissions import EVERYTHING
from domain.trials import commands, links
from domain.trials.errors import AlreadyDecided, ConsumerAddress, TooManyTrialRequests, TrialLinkNotValid
from domain.trials.status import LINK_LIFETIME
from tests.domain.at_once import all_at_once, failures
from tests.domain.trials.acting import approve, ask, decline, everything, happened, link_in_mail, open_link, ready, requests
from tests.support.world import World


class TestRequest:
    async def test_is_kept_with_what_was_said(self, world: World) -> None:
        key = await ask(world, company="  AI   Startup Ltd ", email="Dev@AI-Startup.com", use_case="One\r\nTwo")
        [kept] = await requests(world)
        assert key.startswith("trial_")
        assert (kept.key, kept.company, kept.email, kept.use_case) == (key, "AI Startup Ltd", "dev@ai-startup.com", "One\nTwo")
        assert (kept.status, kept.language, kept.requested_at) == ("requested", "en", world.clock.now())
        assert await happened(world) == [("trial.requested", key)]
        assert sorted(name for name, *_ in world.jobs.due) == ["trials.acknowledge", "trials.tell_operator"]

    async def test_again_gives_the_same_reference_and_no_other_mail(self, world: World) -> None:
        """Whatever became of it: whoever asks learns nothing, and nobody can be mailed over and over."""
        key = await ask(world)
        before = await everything(world)
        assert await ask(world, email="DEV@ai-startup.com", company="Somebody else") == key
        assert await everything(world) == before
        await decline(world, key)
        before = await everything(world)
        assert await ask(world) == key
        assert await everything(world) == before

    async def test_of_an_address_with_an_account_is_answered_like_any(self, world: World) -> None:
        """Only the operator sees that there is an account."""
        await world.other_account("known@ai-startup.com")
        known, unknown = await ask(world, email="known@ai-startup.com"), await ask(world, email="unknown@ai-startup.com")
        assert len(known) == len(unknown)
        await world.run_jobs()
        mails = [mail for mail in world.outbox.mails if mail.template == "trial_requested"]
        assert [mail.to for mail in mails] == ["known@ai-startup.com", "unknown@ai-startup.com"]
        before = await everything(world)
        with pytest.raises(EmailTaken):
            await approve(world, known)
        assert await everything(world) == before

    @pytest.mark.parametrize(
        ("wrong", "refusal"),
        [
            ({"email": "a@gmail.com"}, ConsumerAddress),
            ({"email": "a@sub.mailinator.com"}, ConsumerAddress),
            ({"email": "nobody"}, BadInput),
            ({"company": " "}, BadInput),
            ({"company": "Look at https://x.example"}, BadInput),
            ({"contact_name": "www.x.example"}, BadInput),
            ({"use_case": " \n "}, BadInput),
            ({"use_case": "x" * 2001}, BadInput),
            ({"website": "javascript:alert(1)"}, BadInput),
        ],
    )
    async def test_that_is_not_valid_leaves_nothing(self, world: World, wrong: dict[str, str], refusal: type[DomainError]) -> None:
        before = await everything(world)
        with pytest.raises(refusal):
            await ask(world, **wrong)
        assert await everything(world) == before

    async def test_of_one_address_at_once_is_one(self, world: World) -> None:
        """Q-7."""
        keys = await all_at_once(ask(world) for _ in range(10))
        [request] = await requests(world)
        assert set(keys) == {request.key}
        assert [name for name, *_ in world.jobs.due].count("trials.acknowledge") == 1

    async def test_are_so_many_a_day_and_no_more(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Q-7: each mails an address that a stranger typed."""
        monkeypatch.setattr(commands, "MOST_IN_A_DAY", 3)
        outcomes = await all_at_once(ask(world, email=f"p{number}@ai-startup.com") for number in range(8))
        assert failures(outcomes) == ["TooManyTrialRequests"] * 5
        assert len(await requests(world)) == 3
        world.advance(days=1, minutes=1)
        await ask(world, email="later@ai-startup.com")
        monkeypatch.setattr(commands, "MOST_IN_A_DAY", 1)
        with pytest.raises(TooManyTrialRequests):
            await ask(world, email="too.late@ai-startup.com")


class TestApprove:
    async def test_opens_an_account_with_three_credits(self, world: World) -> None:
        """R-ESC-6."""
        key = await ask(world, email="dev@ai-startup.de")
        await approve(world, key)
        [request] = await requests(world)
        assert request.made_account is not None
        read = world.database.read()
        account = await queries.by_id(read, request.made_account)
        assert account is not None
        assert (account.company, account.email, account.contact_name) == ("AI Startup Ltd", "dev@ai-startup.de", "John Smith")
        assert (account.country, account.language, account.mode) == ("DE", "de", "live")
        assert (await billing.balance(read, request.made_account)).available == 3
        assert (await billing.balance(read, account.twin)).available == 100
        assert await happened(world) == [("trial.requested", key), ("trial.approved", key)]

    async def test_takes_the_country_that_the_operator_knows(self, world: World) -> None:
        await approve(world, await ask(world), country="at")
        [request] = await requests(world)
        account = await queries.by_id(world.database.read(), request.made_account or 0)
        assert account is not None
        assert (account.country, account.language) == ("AT", "de")

    async def test_twice_or_at_once_is_once(self, world: World) -> None:
        """Q-7: one account, one mail."""
        key = await ask(world)
        assert await all_at_once(approve(world, key) for _ in range(6)) == [key] * 6
        before = await everything(world)
        assert await approve(world, key) == key
        assert await everything(world) == before
        assert [name for name, *_ in world.jobs.due].count("trials.send_link") == 1
        assert [type_ for type_, _ in await happened(world)].count("trial.approved") == 1

    async def test_and_decline_at_once_are_one_of_them(self, world: World) -> None:
        key = await ask(world)
        outcomes = await all_at_once([approve(world, key), decline(world, key)])
        assert failures(outcomes) == ["AlreadyDecided"]

    async def test_of_what_is_not_there_or_wrong_does_nothing(self, world: World) -> None:
        declined, waiting = await ask(world), await ask(world, email="b@ai-startup.com")
        await decline(world, declined)
        before = await everything(world)
        for key, country, refusal in ((declined, None, AlreadyDecided), ("trial_0", None, NotFound), (waiting, "Austria", BadInput)):
            with pytest.raises(refusal):
                await approve(world, key, country=country)
        assert await everything(world) == before


class TestDecline:
    async def test_makes_no_account_and_says_so_once(self, world: World) -> None:
        key = await ask(world)
        await decline(world, key)
        await decline(world, key)
        await world.run_jobs()
        [request] = await requests(world)
        assert (request.status, request.made_account) == ("declined", None)
        assert [mail.template for mail in world.outbox.mails].count("trial_declined") == 1

    async def test_of_what_was_approved_or_is_not_there_does_nothing(self, world: World) -> None:
        key = await ask(world)
        await approve(world, key)
        before = await everything(world)
        for wrong, refusal in ((key, AlreadyDecided), ("trial_0", NotFound)):
            with pytest.raises(refusal):
                await decline(world, wrong)
        assert await everything(world) == before


class TestOpenLink:
    async def test_makes_a_key_that_may_do_everything_of_an_account(self, world: World) -> None:
        made = await open_link(world, await ready(world))
        database = world.database
        actor = await credentials.actor_of(database.read(), database.environment, made.key.secret, database.clock.now())
        assert actor is not None
        assert (actor.account, actor.permissions) == (made.account_id, EVERYTHING)
        assert made.key.secret.startswith("pk_live_")

    async def test_works_once(self, world: World) -> None:
        """Q-5, also at once."""
        token = await ready(world)
        outcomes = await all_at_once(open_link(world, token) for _ in range(6))
        assert failures(outcomes) == ["TrialLinkNotValid"] * 5
        before = await everything(world)
        with pytest.raises(TrialLinkNotValid):
            await open_link(world, token)
        assert await everything(world) == before

    async def test_works_for_seven_days(self, world: World) -> None:
        token = await ready(world)
        world.clock.advance(LINK_LIFETIME - timedelta(seconds=1))
        await open_link(world, token)
        token = await ready(world, email="b@ai-startup.com")
        world.clock.advance(LINK_LIFETIME)
        before = await everything(world)
        with pytest.raises(TrialLinkNotValid):
            await open_link(world, token)
        assert await everything(world) == before

    async def test_is_replaced_when_its_time_is_over(self, world: World) -> None:
        """By who asked, or by the operator; the old one stays useless, and there is one mail for each link."""
        key = await ask(world)
        await approve(world, key)
        first = await link_in_mail(world)
        for by_operator in (False, True):
            world.clock.advance(LINK_LIFETIME)
            assert await all_at_once(approve(world, key) if by_operator else ask(world) for _ in range(3)) == [key] * 3
            newest = await link_in_mail(world)
            with pytest.raises(TrialLinkNotValid):
                await open_link(world, first)
            first = newest
        assert [mail.template for mail in world.outbox.mails].count("trial_approved") == 3
        await open_link(world, newest)
        world.clock.advance(LINK_LIFETIME)
        before = await everything(world)
        assert (await ask(world), await approve(world, key)) == (key, key)
        assert await everything(world) == before

    async def test_of_somebody_else_opens_nothing(self, world: World) -> None:
        token = await ready(world)
        key = (await requests(world))[0].key
        seal = world.database.environment.signer.seal
        forged = ["", "x", f"{token}x", token[:-1], seal("invite-link", f"{key}:1"), seal(links.PURPOSE, f"{key}:2"), "a" * 300]
        before = await everything(world)
        for wrong in forged:
            with pytest.raises(TrialLinkNotValid):
                await open_link(world, wrong)
        assert await everything(world) == before
