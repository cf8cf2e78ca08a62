"""Results of a questionnaire are told to its own webhook, once, with the credential it wants (R-QST-21 to R-QST-24)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest
from sqlalchemy import select, update

from domain.kernel.errors import BadInput, DomainError, Forbidden
from domain.kernel.permissions import EVERYTHING, Permission
from domain.privacy import commands as privacy
from domain.questionnaires import results
from domain.questionnaires.model import Participant
from domain.webhooks import commands, keeping, result_hooks
from domain.webhooks.credentials import Header, OAuth
from domain.webhooks.model import Delivery, Webhook
from domain.webhooks.result_hooks import ResultHook
from tests.domain.at_once import all_at_once
from tests.domain.webhooks.hooks import attempts, hook, log, send_due, state
from tests.support.questionnaires import again, found, participant, published, questionnaire
from tests.support.questionnaires import attempts as attempts_of
from tests.support.receiver import Receiver
from tests.support.world import World

HEADER = Header("X-Api-Key", "s3cret value")


@pytest.fixture
async def tokens() -> AsyncIterator[Receiver]:
    """A server of OAuth 2."""
    async with Receiver.open() as server:
        server.otherwise, server.says = 200, orjson.dumps({"access_token": "tok-1", "token_type": "Bearer", "expires_in": 60})
        yield server


@pytest.fixture
async def asked(world: World) -> tuple[str, str]:
    """A questionnaire, and somebody of whom there is a result."""
    of = await questionnaire(world)
    key = await participant(world, of, email="erika@example.com", language="German")
    await found(world, key)
    return of, key


async def put(world: World, of: str, url: str, **options: Any) -> ResultHook:
    async with world.work() as uow:
        return await result_hooks.put(uow, of, url=url, **options)


async def resend(world: World, of: str) -> int:
    async with world.work() as uow:
        return (await result_hooks.resend(uow, of))[1]


async def publish(world: World, key: str) -> None:
    await published(world, key)
    await world.run_jobs()


class TestTelling:
    async def test_is_for_that_questionnaire_alone(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        of, key = asked
        receiver.otherwise = 200
        await put(world, of, receiver.url + "/mine", header=HEADER)
        other = await questionnaire(world, "Other")
        await put(world, other, receiver.url + "/other")
        await hook(world, receiver.url + "/all", ["questionnaire_result.published", "questionnaire_result.recorded"])
        await publish(world, key)
        mine, everything = sorted(receiver.messages, key=lambda message: message.path, reverse=True)
        assert (mine.path, everything.path) == ("/mine", "/all")
        assert mine.headers["X-Api-Key"] == "s3cret value"
        assert not [name for name in mine.headers if "webhook" in name.lower()], "there is no signature"
        assert (mine.body["project_uuid"], mine.body["interview_ref_num"]) == (of, "IRN-1")
        assert (mine.body["overall_evaluation"], mine.body["summary"], mine.body["clear"]) == ("LR", "AR", True)
        assert mine.body["questions_risk_rating"][0] == {"sequence": "Q1", "risk_level": "HR", "text": "Fraud", "note": "hesitates"}
        assert everything.body["data"] == {"subject": key, "questionnaire": of, "attempt": 1}

    async def test_again_after_a_change(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        of, key = asked
        receiver.otherwise = 200
        await put(world, of, receiver.url)
        await publish(world, key)
        await found(world, key, evaluation="HR")
        await world.run_jobs()
        assert len(receiver.messages) == 1, "recording tells nobody"
        await publish(world, key)
        assert [body["overall_evaluation"] for body in receiver.bodies] == ["LR", "HR"]

    async def test_of_each_attempt_that_is_published(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        """In any order, and also where nothing was told yet when the next is published."""
        of, key = asked
        receiver.otherwise = 200
        await put(world, of, receiver.url)
        await again(world, key, of)
        await found(world, key, evaluation="HR")
        first, second = await attempts_of(world, key)
        for attempt in (second, first):
            async with world.work() as uow:
                await results.publish(uow, attempt=attempt.key)
        await world.run_jobs()
        told = [(body["access_code"], body["overall_evaluation"]) for body in receiver.bodies]
        assert told == [(second.access_code, "HR"), (first.access_code, "LR")]

    async def test_is_signed_where_that_is_wanted(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        of, key = asked
        made = await put(world, of, receiver.url, signed=True)
        assert made.secret is not None
        assert (await put(world, of, receiver.url, signed=True)).secret is None, "it has one already"
        await publish(world, key)
        assert receiver.messages[0].headers["webhook-signature"].startswith("v1,")
        await put(world, of, receiver.url)
        await publish(world, key)
        assert "webhook-signature" not in receiver.messages[1].headers


class TestFailing:
    @pytest.mark.parametrize("status", [204, 302, 410, 500])
    async def test_is_all_but_200_and_is_not_tried_again(
        self, world: World, receiver: Receiver, asked: tuple[str, str], status: int
    ) -> None:
        of, key = asked
        made = await put(world, of, receiver.url)
        receiver.otherwise = status
        for day in range(7):
            await publish(world, key)
            world.advance(days=1)
            await send_due(world)
            assert len(receiver.messages) == day + 1
        assert {(row.status, row.tries) for row in await log(world)} == {("failed", 1)}
        webhook = await state(world, made.key)
        assert (webhook.disabled_at, webhook.failing_since, world.outbox.mails) == (None, None, []), "it is never switched off"

    async def test_is_tried_again_where_that_is_wanted(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        of, key = asked
        await put(world, of, receiver.url, retried=True)
        receiver.answers, receiver.otherwise = [500], 200
        await publish(world, key)
        world.advance(seconds=6)
        await send_due(world)
        assert [row.status for row in await log(world)] == ["succeeded"]
        assert len(receiver.messages) == 2

    async def test_is_sent_again_to_the_address_set_then(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        of, key = asked
        receiver.otherwise = 500
        await put(world, of, receiver.url + "/old")
        await publish(world, key)
        world.advance(days=1)
        await publish(world, key)
        receiver.otherwise = 200
        await put(world, of, receiver.url + "/new", header=HEADER)
        assert await resend(world, of) == 2
        await world.run_jobs()
        assert [message.path for message in receiver.messages] == ["/old", "/old", "/new", "/new"]
        assert [message.raw for message in receiver.messages[2:]] == [message.raw for message in receiver.messages[:2]]
        assert await resend(world, of) == 0
        await world.run_jobs()
        assert len(receiver.messages) == 4

    async def test_is_kept_for_fifteen_days(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        of, key = asked
        receiver.answers, receiver.otherwise = [200], 500
        await put(world, of, receiver.url)
        await publish(world, key)
        await publish(world, key)
        world.clock.advance(timedelta(days=15, seconds=-1))
        assert await keeping.clean.run(world.ports()) == 0
        await publish(world, key)
        world.advance(seconds=1)
        assert await resend(world, of) == 1, "the one that failed just now, not the one of fifteen days ago"
        await world.run_jobs()
        assert await keeping.clean.run(world.ports()) == 1
        assert [row.status for row in await log(world)] == ["succeeded", "failed"]

    async def test_leaves_nothing_twice_when_a_worker_was_killed(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        """What was claimed by somebody who is gone is sent once more when the claim is over, and noted once."""
        of, key = asked
        receiver.otherwise = 200
        await put(world, of, receiver.url)
        await published(world, key)
        killed = update(Delivery).where(Delivery.account_id == world.account_id)
        async with world.work() as uow:
            await uow.change(killed.values(claimed_until=world.clock.now() + timedelta(seconds=30)))
        await world.run_jobs()
        assert receiver.messages == []
        world.advance(seconds=31)
        await send_due(world)
        await send_due(world)
        [row] = await log(world)
        assert (len(receiver.messages), row.status, row.tries) == (1, "succeeded", 1)


class TestTokens:
    async def test_are_fetched_before_each_delivery(
        self, world: World, receiver: Receiver, tokens: Receiver, asked: tuple[str, str]
    ) -> None:
        of, key = asked
        receiver.otherwise = 200
        await put(world, of, receiver.url, oauth=OAuth(tokens.url + "/token", "https://hooks.example", "me", "gh&im"))
        await publish(world, key)
        tokens.says = orjson.dumps({"access_token": "tok-2"})
        await publish(world, key)
        assert [message.headers["Authorization"] for message in receiver.messages] == ["Bearer tok-1", "Bearer tok-2"]
        assert parse_qs(tokens.messages[0].raw.decode()) == {
            "grant_type": ["client_credentials"],
            "client_id": ["me"],
            "client_secret": ["gh&im"],
            "audience": ["https://hooks.example"],
        }

    @pytest.mark.parametrize(
        ("status", "says"),
        [
            (401, b'{"access_token": "x"}'),
            (302, b""),
            (200, b"no json"),
            (200, b'["access_token"]'),
            (200, b'{"access_token": 7}'),
            (200, b'{"access_token": "a\\r\\nHost: evil"}'),
            (200, b'{"access_token": "' + b"x" * 70_000 + b'"}'),
        ],
    )
    async def test_that_cannot_be_had_are_a_failure_of_their_own(
        self, world: World, receiver: Receiver, tokens: Receiver, asked: tuple[str, str], status: int, says: bytes
    ) -> None:
        of, key = asked
        await put(world, of, receiver.url, oauth=OAuth(tokens.url, None, "me", "geheim"))
        tokens.otherwise, tokens.says = status, says
        await publish(world, key)
        [row] = await log(world)
        [tried] = await attempts(world, row.key)
        assert (row.status, tried.status_code, tried.trouble, receiver.messages) == ("failed", None, "no_token", [])
        assert len(tokens.messages) == 1

    async def test_come_by_the_same_guard(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        """Q-20: an address that is not public is not asked, wherever it came from."""
        of, key = asked
        made = await put(world, of, receiver.url, oauth=OAuth("https://tokens.example.com/", None, "me", "geheim"))
        async with world.work() as uow:
            mine = update(Webhook).where(Webhook.account_id == world.account_id, Webhook.key == made.key)
            await uow.change(mine.values(token_url="http://10.0.0.7/token"))
        await publish(world, key)
        [row] = await log(world)
        assert [(tried.trouble) for tried in await attempts(world, row.key)] == ["no_token"]
        assert receiver.messages == []


class TestSetting:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"url": "http://example.com/"},
            {"header": Header("Host", "x")},
            {"header": Header("Content-Type", "x")},
            {"header": Header("webhook-signature", "x")},
            {"header": Header("X Y", "x")},
            {"header": Header("X-Key", "a\r\nHost: evil")},
            {"header": Header("X-Key", "")},
            {"oauth": OAuth("http://10.0.0.1/", None, "me", "x")},
            {"oauth": OAuth("https://example.com/", None, " ", "x")},
            {"header": HEADER, "oauth": OAuth("https://example.com/", None, "me", "x")},
        ],
    )
    async def test_is_refused_with_nothing_written(self, world: World, wrong: dict[str, Any]) -> None:
        of = await questionnaire(world)
        before = await world.rows()
        with pytest.raises(BadInput):
            await put(world, of, **{"url": "https://example.com/", **wrong})
        assert await world.rows() == before

    async def test_needs_to_read_what_is_told_and_a_questionnaire(self, world: World) -> None:
        of = await questionnaire(world)
        before = await world.rows()
        for lacking in (Permission.QUESTIONNAIRE_RESULTS_READ, Permission.PARTICIPANTS_READ):
            from dataclasses import replace

            with pytest.raises(Forbidden):
                async with world.work(replace(world.actor, permissions=EVERYTHING - {lacking})) as uow:
                    await result_hooks.put(uow, of, url="https://example.com/")
        foreign, _key = await world.other_account()
        for act in (lambda uow: result_hooks.put(uow, of, url="https://example.com/"), lambda uow: result_hooks.resend(uow, of)):
            with pytest.raises(DomainError) as refused:
                async with world.work(foreign) as uow:
                    await act(uow)
            assert refused.value.code == "QUESTIONNAIRE_NOT_FOUND"
        assert await world.rows() == before

    async def test_keeps_secrets_and_is_one_in_a_race(self, world: World) -> None:
        of = await questionnaire(world)
        made = await all_at_once([put(world, of, f"https://example.com/{n}", header=HEADER) for n in range(8)])
        assert len({one.key for one in made}) == 1
        assert await world.count(Webhook) == 1
        async with world.work() as uow:
            row = (await uow.session.execute(select(Webhook).where(Webhook.account_id == world.account_id))).scalar_one()
            assert HEADER.value not in str(vars(row))

    async def test_is_undone_by_deleting(self, world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
        of, key = asked
        await put(world, of, receiver.url)
        await publish(world, key)
        async with world.work() as uow:
            await result_hooks.remove(uow, of)
        await publish(world, key)
        assert [await world.count(Webhook), await world.count(Delivery), len(receiver.messages)] == [0, 0, 1]
        with pytest.raises(DomainError):
            await resend(world, of)

    async def test_cannot_be_bent_to_tell_something_else(self, world: World) -> None:
        of = await questionnaire(world)
        made = await put(world, of, "https://example.com/")
        for act in (
            lambda uow: commands.change(uow, made.key, {"events": ["invite.sent"]}),
            lambda uow: commands.test(uow, made.key),
            lambda uow: commands.rotate_secret(uow, made.key),
        ):
            with pytest.raises(DomainError) as refused:
                async with world.work() as uow:
                    await act(uow)
            assert refused.value.code == "WEBHOOK_OF_QUESTIONNAIRE"


async def test_an_erased_person_is_told_of_no_more(world: World, receiver: Receiver, asked: tuple[str, str]) -> None:
    """Q-11: bodies are blanked, and what failed is not sent again."""
    of, key = asked
    receiver.otherwise = 500
    await put(world, of, receiver.url)
    await publish(world, key)
    async with world.work() as uow:
        mine = select(Participant.candidate_key).where(Participant.account_id == world.account_id, Participant.key == key)
        await privacy.erase(uow, str((await uow.session.execute(mine)).scalar_one()))
    assert [row.body for row in await log(world)] == [None]
    assert await resend(world, of) == 0
    with pytest.raises(DomainError) as refused:
        await published(world, key)
    assert refused.value.code == "PARTICIPANT_NOT_FOUND"
    await world.run_jobs()
    assert len(receiver.messages) == 1
