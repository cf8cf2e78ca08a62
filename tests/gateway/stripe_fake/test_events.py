"""Events: signed as stripe's library wants them, tried until they are taken, and in disorder when that is ordered."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.kernel.clock import MovableClock
from gateway.stripe_fake.sending import Disorder
from tests.gateway.stripe_fake.conftest import TOTAL, Open, Receiver, Shop

AT_ONCE = Disorder(first_wait=0.0)
PAYING = ["charge.succeeded", "checkout.session.completed", "payment_intent.created", "payment_intent.succeeded"]


async def deliveries(shop: Shop) -> list[Any]:
    async with shop.session.get(f"{shop.fake.address}/_fake/deliveries") as response:
        return list((await response.json())["data"])


class TestEvents:
    async def test_tell_what_happened_as_it_was_then(self, shop: Shop) -> None:
        session = await shop.paid()
        [event] = [event for event in shop.receiver.events if event.type == "checkout.session.completed"]
        told = event.data.object
        assert (told.id, told.payment_status, told.amount_total, told.metadata["order"]) == (session.id, "paid", TOTAL, "ord_1")
        assert (event.livemode, event.pending_webhooks, event.api_version) == (False, 1, "2026-10-28.endive")
        known = await shop.client.v1.events.retrieve_async(event.id)
        assert (known.type, known.data.object["id"], known.pending_webhooks) == (event.type, session.id, 0)
        await shop.client.v1.refunds.create_async({"payment_intent": told.payment_intent})
        await shop.delivered()
        [refunded] = [event for event in shop.receiver.events if event.type == "charge.refunded"]
        assert refunded.data.previous_attributes["amount_refunded"] == 0
        assert refunded.request.id.startswith("req_")
        [charged] = [event for event in shop.receiver.events if event.type == "charge.succeeded"]
        assert charged.data.object.amount_refunded == 0

    async def test_are_listed_by_type(self, shop: Shop) -> None:
        await shop.paid()
        found = await shop.client.v1.events.list_async({"types": ["charge.succeeded", "checkout.session.completed"]})
        assert [event.type for event in found.data] == ["checkout.session.completed", "charge.succeeded"]

    async def test_a_session_expires_by_itself(self, open_shop: Open) -> None:
        clock = MovableClock(datetime.now(UTC))
        shop = await open_shop(clock=clock)
        session = await shop.order(expires_at=int(clock.now().timestamp()) + 1800)
        clock.advance(timedelta(minutes=30))
        assert (await shop.again(session)).status == "expired"
        await shop.delivered()
        assert shop.receiver.types() == ["checkout.session.expired"]
        await shop.act(f"sessions/{session.id}/pay", 400)

    async def test_late_money_comes_by_itself(self, open_shop: Open) -> None:
        clock = MovableClock(datetime.now(UTC))
        shop = await open_shop(clock=clock)
        session = await shop.order()
        await shop.act(f"sessions/{session.id}/pay", way="later_fails")
        clock.advance(timedelta(seconds=5))
        await shop.fake.look()
        await shop.delivered()
        assert shop.receiver.types()[-1] == "checkout.session.async_payment_failed"


class TestDelivery:
    async def test_is_tried_until_it_is_taken(self, open_shop: Open) -> None:
        shop = await open_shop(disorder=AT_ONCE)
        shop.receiver.answers = [500, 404, 302]
        await shop.client.v1.checkout.sessions.expire_async((await shop.order()).id)
        await shop.delivered()
        assert shop.receiver.types() == ["checkout.session.expired"]
        [delivery] = await deliveries(shop)
        assert (delivery["status"], [one["status"] for one in delivery["attempts"]]) == ("taken", [500, 404, 302, 200])

    @pytest.mark.parametrize(("how", "refused", "first"), [("drop", 0, None), ("wrong_signature", 1, 400), ("stale", 1, 400)])
    async def test_may_go_wrong_the_first_time(self, open_shop: Open, how: str, refused: int, first: int | None) -> None:
        shop = await open_shop(disorder=AT_ONCE)
        await shop.act("faults", how=how, event="checkout.session.expired")
        await shop.client.v1.checkout.sessions.expire_async((await shop.order()).id)
        await shop.delivered()
        assert (shop.receiver.types(), shop.receiver.refused) == (["checkout.session.expired"], refused)
        [delivery] = await deliveries(shop)
        assert [one["status"] for one in delivery["attempts"]] == [first, 200]

    async def test_goes_on_after_a_restart(self, open_shop: Open, tmp_path: Path, receiver: Receiver) -> None:
        path = tmp_path / "state.sqlite3"
        before = await open_shop(path)
        receiver.answers = [503] * 100
        session = await before.order()
        await before.client.v1.checkout.sessions.expire_async(session.id)
        await receiver.refused_one.wait()
        await before.close()
        assert receiver.types() == []
        receiver.answers = []
        after = await open_shop(path)
        await after.delivered()
        assert receiver.types() == ["checkout.session.expired"]
        assert (await after.again(session)).status == "expired"

    async def test_can_be_repeated(self, shop: Shop) -> None:
        session = await shop.paid()
        event = (await shop.client.v1.events.list_async({"limit": 1})).data[0]
        answer = await shop.act(f"events/{event.id}/resend", copies=3)
        assert len(answer["deliveries"]) == 3
        assert shop.receiver.types().count("checkout.session.completed") == 4
        assert len({one.id for one in shop.receiver.events}) == 4
        await shop.act(f"sessions/{session.id}/resend")
        assert sorted(shop.receiver.types()[7:]) == PAYING
        await shop.act("events/evt_none/resend", 404)
        await shop.act(f"events/{event.id}/resend", 400, copies=21)

    async def test_every_event_may_come_often(self, open_shop: Open) -> None:
        shop = await open_shop(disorder=Disorder(copies=3))
        await shop.paid()
        assert sorted(shop.receiver.types()) == sorted(PAYING * 3)
        assert len({event.id for event in shop.receiver.events}) == 4

    @pytest.mark.parametrize("order", ["made", "reversed"])
    async def test_leaves_in_the_order_that_is_wanted(self, shop: Shop, order: str) -> None:
        await shop.act("hold")
        session = await shop.paid()
        assert shop.receiver.types() == []
        assert (await shop.act("release", order=order, copies=2))["leave"] == 8
        made = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
        assert shop.receiver.types() == (made * 2 if order == "made" else made[::-1] * 2)
        assert (await shop.again(session)).payment_status == "paid"

    async def test_disorder_of_one_seed_is_the_same(self, open_shop: Open) -> None:
        orders = []
        for _ in range(2):
            shop = await open_shop()
            shop.receiver.events.clear()
            await shop.act("hold")
            await shop.paid()
            await shop.act("release", order="shuffled", copies=5, seed=7)
            orders.append(shop.receiver.types())
        assert orders[0] == orders[1]
        assert sorted(orders[0]) == sorted(PAYING * 5)
        assert orders[0] != PAYING * 5

    async def test_shuffled_events_all_come(self, open_shop: Open) -> None:
        shop = await open_shop(disorder=Disorder(copies=2, shuffle=True, seed=1, window=0.0))
        await shop.paid()
        assert sorted(shop.receiver.types()) == sorted(PAYING * 2)

    async def test_nothing_is_sent_without_a_receiver(self, open_shop: Open) -> None:
        shop = await open_shop(webhook_url="")
        session = await shop.paid()
        assert (session.payment_status, await deliveries(shop)) == ("paid", [])
        assert len((await shop.client.v1.events.list_async()).data) == 4


async def test_state_is_a_file_that_only_its_owner_reads(open_shop: Open, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    before = await open_shop(path)
    session = await before.paid()
    await before.close()
    assert path.stat().st_mode & 0o077 == 0
    after = await open_shop(path)
    assert json.loads(str(await after.again(session))) == json.loads(str(session))
    refund = await after.client.v1.refunds.create_async({"payment_intent": str(session.payment_intent)})
    assert refund.amount == TOTAL
