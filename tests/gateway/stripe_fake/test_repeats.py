"""Idempotency keys and failures of calls, through the real stripe library."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe

from domain.kernel.clock import MovableClock
from tests.gateway.stripe_fake.conftest import SESSION, Open, Shop

KEYED: Any = {"idempotency_key": "order-1"}


async def create(client: stripe.StripeClient, options: Any = KEYED, **changes: Any) -> stripe.checkout.Session:
    params: Any = {**SESSION, **changes}
    return await client.v1.checkout.sessions.create_async(params, options)


async def count(shop: Shop) -> int:
    return len((await shop.client.v1.checkout.sessions.list_async()).data)


class TestKeys:
    async def test_the_same_call_answers_the_same_object(self, shop: Shop) -> None:
        first, again = await create(shop.client), await create(shop.client)
        assert first == again
        assert await count(shop) == 1
        headers = again.last_response.headers  # type: ignore[union-attr]
        assert headers["Idempotent-Replayed"] == "true"
        assert headers["Original-Request"] == first.last_response.request_id  # type: ignore[union-attr]
        assert headers["Request-Id"] != headers["Original-Request"]
        assert "Idempotent-Replayed" not in first.last_response.headers  # type: ignore[union-attr]

    async def test_answers_as_it_did_whatever_became_of_the_object(self, shop: Shop) -> None:
        first = await create(shop.client)
        await shop.act(f"sessions/{first.id}/pay")
        assert (await create(shop.client)).status == "open"

    async def test_other_parameters_under_a_key_are_refused(self, shop: Shop) -> None:
        await create(shop.client)
        with pytest.raises(stripe.IdempotencyError, match="same parameters"):
            await create(shop.client, client_reference_id="ord_2")
        assert await count(shop) == 1

    async def test_another_call_under_a_key_is_refused(self, shop: Shop) -> None:
        session = await shop.paid()
        refund: Any = {"payment_intent": session.payment_intent}
        await shop.client.v1.refunds.create_async(refund, KEYED)
        with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
            await create(shop.client)

    async def test_wrong_parameters_leave_the_key_free(self, shop: Shop) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            await create(shop.client, mode="subscription")
        assert (await create(shop.client)).status == "open"

    async def test_a_refund_is_made_once(self, shop: Shop) -> None:
        session = await shop.paid()
        refund: Any = {"payment_intent": session.payment_intent, "amount": 500}
        made = [await shop.client.v1.refunds.create_async(refund, KEYED) for _ in range(3)]
        assert len({one.id for one in made}) == 1
        [charge] = (await shop.client.v1.charges.list_async()).data
        assert charge.amount_refunded == 500

    async def test_two_at_once_are_told_apart(self, shop: Shop) -> None:
        await shop.act("faults", answer="hang")
        first = asyncio.create_task(create(shop.client))
        await shop.fake.api.hangs.wait()
        with pytest.raises(stripe.StripeError) as refused:
            await create(shop.client)
        assert (refused.value.http_status, refused.value.code) == (409, None)
        assert refused.value.error is not None
        assert refused.value.error.code == "idempotency_key_in_use"
        await shop.act("go-on")
        assert (await first).id == (await create(shop.client)).id
        assert await count(shop) == 1

    async def test_are_kept_over_a_restart_and_for_a_day(self, open_shop: Open, tmp_path: Path) -> None:
        clock = MovableClock(datetime.now(UTC))
        path = tmp_path / "state.sqlite3"
        before = await open_shop(path, clock=clock)
        first = await create(before.client)
        await before.close()
        after = await open_shop(path, clock=clock)
        assert (await create(after.client)).id == first.id
        clock.advance(timedelta(hours=24))
        assert (await create(after.client)).id != first.id


class TestFailures:
    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            ("400", stripe.InvalidRequestError),
            ("401", stripe.AuthenticationError),
            ("402", stripe.CardError),
            ("403", stripe.PermissionError),
            ("404", stripe.InvalidRequestError),
            ("409", stripe.APIError),
            ("429", stripe.RateLimitError),
            ("500", stripe.APIError),
            ("503", stripe.APIError),
            ("garbage", stripe.APIError),
            ("reset", stripe.APIConnectionError),
        ],
    )
    async def test_ordered_ones_come_as_often_as_ordered_and_nothing_is_done(self, shop: Shop, answer: str, error: Any) -> None:
        await shop.act("faults", answer=answer, path="/v1/checkout", next=2)
        for _ in range(2):
            with pytest.raises(error):
                await create(shop.client)
        async with shop.session.get(f"{shop.fake.address}/_fake/") as desk:
            assert "Nobody ordered anything yet" in await desk.text()
        assert (await create(shop.client)).status == "open"
        assert await count(shop) == 1

    async def test_an_answer_that_is_lost_is_given_to_the_repeat(self, shop: Shop) -> None:
        """What the library repeats by itself, under a key of its own."""
        await shop.act("faults", answer="lost")
        client = shop.other_client(retries=2)
        session = await create(client, {})
        assert session.status == "open"
        assert await count(shop) == 1

    async def test_only_the_calls_that_are_named_fail(self, shop: Shop) -> None:
        await shop.act("faults", answer="500", path="/v1/refunds", method="post")
        assert (await create(shop.client)).status == "open"
        assert (await shop.client.v1.refunds.list_async()).data == []
        await shop.act("faults/clear")
        with pytest.raises(stripe.InvalidRequestError):
            await shop.client.v1.refunds.create_async({"charge": "ch_none"})

    @pytest.mark.parametrize("asked", [{"answer": "418"}, {"answer": "500", "next": 0}, {"answer": "500", "next": "2"}, {"how": "late"}])
    async def test_orders_that_make_no_sense_are_refused(self, shop: Shop, asked: dict[str, Any]) -> None:
        await shop.act("faults", 400, **asked)
        assert (await create(shop.client)).status == "open"
