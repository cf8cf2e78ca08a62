"""What is told of payments: each message and each order once, whatever the copies and order of arrival (Q-22, R-ESC-14)."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.access import commands as access
from domain.billing import credits
from domain.billing import queries as billing
from domain.billing.model import CreditEntry
from domain.billing.vat import share
from domain.invoices.model import Invoice
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.errors import NotFound
from domain.kernel.paging import Window
from domain.orders import mails, payments, placing
from domain.orders.errors import AlreadySettled
from domain.orders.model import PaymentNotice
from domain.orders.payments import NoticeKind, Taken
from tests.domain.at_once import all_at_once, failures
from tests.domain.orders.buying import Provider, buy, order_of, take_in, tell, till, told
from tests.support.world import World

PAID, PROCESSING, FAILED, EXPIRED, REFUNDED = (
    NoticeKind.PAID,
    NoticeKind.PROCESSING,
    NoticeKind.FAILED,
    NoticeKind.EXPIRED,
    NoticeKind.REFUNDED,
)
STANDING = ("stored_status", "stored_payment_status", "refunded_cents", "credits_taken_back", "credits_not_recovered")


async def standing(world: World, order: str) -> tuple[Any, ...]:
    row = await order_of(world, order)
    return tuple(getattr(row, name) for name in STANDING)


async def entries(world: World) -> list[tuple[str, int]]:
    page = await billing.ledger(world.database.read(), world.account_id, Window(first=100))
    return sorted((row.kind, row.amount) for row in page.rows if row.reference != "start")


async def happened(world: World) -> list[str]:
    return [row.type for row in await events.after(world.database.read(), world.account_id, 0) if row.type.startswith("order.")]


async def spend_all_but(world: World, left: int) -> None:
    async with world.work() as uow:
        for number in range((await world.balance()).available - left):
            await credits.spend(uow, reference=f"attempt:{number}")


class TestPaid:
    async def test_completes_in_one_transaction(self, world: World) -> None:
        """Order, ledger, invoice, event and mail."""
        key = await buy(world)
        assert await tell(world, key, PAID, "evt_1") is Taken.DONE
        assert (await standing(world, key))[:2] == ("completed", "paid")
        assert await entries(world) == [("purchase", 10)]
        balance = await world.balance()
        assert (balance.bought, balance.available) == (10, 110)
        assert await world.count(Invoice) == 1
        assert await happened(world) == ["order.placed", "order.completed"]
        noted = [row for row in await events.after(world.database.read(), world.account_id, 0) if row.type == "order.completed"]
        assert [row.facts for row in noted] == [{"product": "pa-pack-10", "credits": 10, "gross_cents": 79000, "currency": "EUR"}]

    async def test_is_mailed_once(self, world: World) -> None:
        key = await buy(world, email="bills@example.com")
        await tell(world, key, PAID, "evt_1")
        await world.run_jobs()
        [mail] = world.outbox.mails
        assert (mail.template, mail.to, mail.reference) == ("receipt", "bills@example.com", key)
        assert (mail.facts["amount"], mail.facts["credits"]) == ("790.00 EUR", "10")
        await mails.send_receipt.run(world.ports(), world.account_id, key)
        assert len(world.outbox.mails) == 1

    async def test_counts_once_however_often_it_is_told(self, world: World) -> None:
        key = await buy(world)
        notice = await told(world, key, PAID, "evt_1")
        outcomes = await all_at_once(take_in(world, notice) for _ in range(8))
        assert failures(outcomes) == []
        assert sorted(outcomes) == sorted([Taken.DONE, *[Taken.REPEATED] * 7])
        another = await all_at_once(tell(world, key, PAID, f"evt_{number}") for number in range(2, 6))
        assert failures(another) == []
        assert await entries(world) == [("purchase", 10)]
        assert await world.count(Invoice) == 1
        assert await world.count(PaymentNotice) == 5
        assert (await happened(world)).count("order.completed") == 1

    async def test_of_what_was_canceled_is_completed(self, world: World) -> None:
        """The money was taken."""
        for number, kind in enumerate((FAILED, EXPIRED)):
            key = await buy(world)
            await tell(world, key, kind, f"evt_{number}a")
            assert (await standing(world, key))[0] == "canceled"
            await tell(world, key, PAID, f"evt_{number}b")
            assert (await standing(world, key))[:2] == ("completed", "paid")
        assert (await world.balance()).bought == 20

    @pytest.mark.parametrize(
        "wrong", [{"charged": 78999}, {"charged": 79001}, {"cents": 1, "charged": 1}, {"cents": 0, "charged": 0}, {"currency": "USD"}]
    )
    async def test_of_another_amount_credits_nothing(self, world: World, wrong: dict[str, Any]) -> None:
        key = await buy(world)
        await tell(world, key, PAID, "evt_1", **wrong)
        assert (await standing(world, key))[:2] == ("pending_payment", "mismatched")
        assert (await world.balance()).bought == 0
        assert await world.count(Invoice) == 0
        assert (await happened(world))[-1] == "order.payment_mismatched"
        await tell(world, key, PAID, "evt_2")
        assert (await standing(world, key))[:2] == ("completed", "paid")

    async def test_of_an_order_that_there_is_not_writes_nothing(self, world: World) -> None:
        """Q-2: an order of another account is none."""
        key, before = await buy(world), await world.rows()
        other, _ = await world.other_account()
        notice = replace(await told(world, key, PAID, "evt_1"), order="ord_unknown")
        assert await take_in(world, notice) is Taken.UNKNOWN_ORDER
        assert await tell(world, key, PAID, "evt_2", account_id=other.account_id) is Taken.UNKNOWN_ORDER
        assert await tell(world, key, PAID, "evt_3", account_id=1) is Taken.UNKNOWN_ORDER
        assert await world.rows() == before
        assert (await standing(world, key))[0] == "pending_payment"


class TestNotPaid:
    async def test_a_payment_on_its_way_keeps_the_order_open(self, world: World) -> None:
        key = await buy(world)
        await tell(world, key, PROCESSING, "evt_1")
        assert (await standing(world, key))[:2] == ("pending_payment", "processing")
        await tell(world, key, FAILED, "evt_2")
        assert (await standing(world, key))[:2] == ("canceled", "failed")
        assert await happened(world) == ["order.placed", "order.canceled"]

    @pytest.mark.parametrize("kind", [EXPIRED, FAILED, PROCESSING])
    async def test_of_another_checkout_says_nothing(self, world: World, kind: NoticeKind) -> None:
        """One that was opened though its answer was a failure ends; the order can be paid at the one that was told."""
        key = await buy(world)
        await tell(world, key, kind, "evt_1", session="cs_lost")
        assert (await standing(world, key))[:2] == ("pending_payment", "unpaid")
        await tell(world, key, kind, "evt_2")
        assert (await standing(world, key))[:2] != ("pending_payment", "unpaid")

    async def test_what_is_completed_stays(self, world: World) -> None:
        key = await buy(world)
        await tell(world, key, PAID, "evt_1")
        for number, kind in enumerate((PROCESSING, FAILED, EXPIRED)):
            await tell(world, key, kind, f"late_{number}")
        assert (await standing(world, key))[:2] == ("completed", "paid")


class TestRefunded:
    async def test_takes_credits_and_invoice_back(self, world: World) -> None:
        key = await buy(world)
        await tell(world, key, PAID, "evt_1")
        await tell(world, key, REFUNDED, "evt_2")
        assert await standing(world, key) == ("completed", "refunded", 79000, 10, 0)
        assert await entries(world) == [("purchase", 10), ("refund", -10)]
        assert await world.count(Invoice) == 2
        balance = await world.balance()
        assert (balance.bought, balance.refunded, balance.available) == (10, 10, 100)
        assert (await happened(world))[-1] == "order.refunded"

    async def test_takes_back_what_is_unspent_and_notes_the_rest(self, world: World) -> None:
        key = await buy(world)
        await tell(world, key, PAID, "evt_1")
        await spend_all_but(world, 3)
        await tell(world, key, REFUNDED, "evt_2")
        assert await standing(world, key) == ("completed", "refunded", 79000, 3, 7)
        assert (await world.balance()).available == 0

    @pytest.mark.parametrize(
        ("parts", "taken"), [([7899], 0), ([7900], 1), ([39500], 5), ([100, 200, 79000], 10), ([79000, 100], 10), ([1, 78999], 9)]
    )
    async def test_in_parts_takes_whole_credits(self, world: World, parts: Sequence[int], taken: int) -> None:
        """What is told is what was given back in all, also when it comes out of order."""
        key = await buy(world)
        await tell(world, key, PAID, "evt_1")
        for number, cents in enumerate(parts):
            await tell(world, key, REFUNDED, f"part_{number}", cents)
        last = max(parts)
        assert await standing(world, key) == ("completed", "refunded" if last == 79000 else "partially_refunded", last, taken, 0)

    async def test_before_the_payment_is_remembered(self, world: World) -> None:
        key = await buy(world)
        await tell(world, key, REFUNDED, "evt_2", 39500)
        assert await standing(world, key) == ("pending_payment", "unpaid", 0, 0, 0)
        assert await entries(world) == []
        await tell(world, key, PAID, "evt_1")
        assert await standing(world, key) == ("completed", "partially_refunded", 39500, 5, 0)
        assert await entries(world) == [("purchase", 10), ("refund", -5)]

    async def test_of_another_payment_is_only_noted(self, world: World) -> None:
        key = await buy(world)
        await tell(world, key, PAID, "evt_1")
        await tell(world, key, REFUNDED, "evt_2", 100, charged=100)
        assert await standing(world, key) == ("completed", "paid", 0, 0, 0)

    async def test_of_a_second_payment_takes_nothing_of_the_first(self, world: World) -> None:
        """Somebody paid twice, and has one payment back: the order stays paid."""
        key = await buy(world)
        for number in range(2):
            await tell(world, key, PAID, f"evt_{number}", session=f"cs_{number}", payment=f"pi_{number}")
        await tell(world, key, REFUNDED, "evt_2", session=None, payment="pi_1")
        assert await standing(world, key) == ("completed", "paid", 0, 0, 0)
        assert await entries(world) == [("purchase", 10)]
        assert await world.count(Invoice) == 1
        assert (await happened(world))[-1] == "order.payment_mismatched"
        await tell(world, key, REFUNDED, "evt_3", session=None, payment="pi_0")
        assert await standing(world, key) == ("completed", "refunded", 79000, 10, 0)

    @pytest.mark.parametrize("parts", [[1], [5_000], [333, 4_711, 50_001], [1, 2, 3, 4, 5, 94_010]])
    async def test_is_credited_to_the_cent(self, world: World, parts: Sequence[int]) -> None:
        """A credit note is of just the money that went back, with the VAT in it."""
        async with world.work() as uow:
            await access.change_account(uow, {"country": "DE"})
        key = await buy(world)
        await tell(world, key, PAID, "evt_1")
        for number, cents in enumerate(parts):
            await tell(world, key, REFUNDED, f"part_{number}", cents)
            async with world.work() as uow:
                noted = select(func.sum(Invoice.gross_cents), func.sum(Invoice.vat_cents)).where(
                    Invoice.account_id == world.account_id, Invoice.kind == "credit_note"
                )
                gross, vat = (await uow.session.execute(noted)).one()
            assert (-gross, -vat) == (cents, share(15_010, cents, 94_010))

    async def test_every_order_of_arrival_ends_the_same(self, sqlite_world: World) -> None:
        world, ends = sqlite_world, set()
        script = [(PAID, None), (REFUNDED, 20000), (REFUNDED, 79000), (EXPIRED, None), (PROCESSING, None)]
        for number, order in enumerate(itertools.permutations(script)):
            key = await buy(world)
            for step, (kind, cents) in enumerate(order):
                await tell(world, key, kind, f"evt_{number}_{step}", cents)
            ends.add(await standing(world, key))
        assert ends == {("completed", "refunded", 79000, 10, 0)}
        balance = await world.balance()
        assert (balance.bought, balance.refunded, balance.available) == (1200, 1200, 100)
        assert await world.count(CreditEntry) > 240

    async def test_copies_in_parallel_end_the_same(self, world: World) -> None:
        key = await buy(world)
        parts: list[tuple[NoticeKind, int | None]] = [(PAID, None), (REFUNDED, 20000), (REFUNDED, None)]
        notices = [await told(world, key, kind, f"evt_{number}", cents) for number, (kind, cents) in enumerate(parts)]
        outcomes = await all_at_once(take_in(world, notice) for notice in notices * 4)
        assert failures(outcomes) == []
        assert await standing(world, key) == ("completed", "refunded", 79000, 10, 0)
        assert (await world.balance()).available == 100


class TestSandbox:
    async def place(self, world: World) -> str:
        actor = Actor.system(world.sandbox_id)
        return await placing.place(till(world, Provider(), actor), product="pa-pack-10")

    async def settle(self, world: World, key: str, *, paid: bool, account_id: int | None = None) -> None:
        async with world.work(Actor.system(account_id or world.sandbox_id)) as uow:
            await payments.settle_in_sandbox(uow, key, paid=paid)

    async def test_is_paid_without_money_invoice_and_mail(self, world: World) -> None:
        """ARCHITECTURE: nothing a sandbox does is billed or mailed out."""
        key = await self.place(world)
        await self.settle(world, key, paid=True)
        order = await order_of(world, key, world.sandbox_id)
        assert (order.stored_status, order.stored_payment_status) == ("completed", "paid")
        assert (await billing.balance(world.database.read(), world.sandbox_id)).bought == 10
        await world.run_jobs()
        assert world.outbox.mails == []
        async with world.work(Actor.system(world.sandbox_id)) as uow:
            invoices = select(func.count()).select_from(Invoice).where(Invoice.account_id == world.sandbox_id)
            assert (await uow.session.execute(invoices)).scalar_one() == 0

    async def test_is_settled_once(self, world: World) -> None:
        key = await self.place(world)
        await self.settle(world, key, paid=False)
        assert (await order_of(world, key, world.sandbox_id)).stored_payment_status == "canceled"
        with pytest.raises(AlreadySettled):
            await self.settle(world, key, paid=True)
        assert (await billing.balance(world.database.read(), world.sandbox_id)).bought == 0

    async def test_is_over_after_a_day(self, world: World) -> None:
        key = await self.place(world)
        world.advance(hours=23)
        with pytest.raises(AlreadySettled):
            await self.settle(world, key, paid=True)

    async def test_settles_no_order_of_a_live_account(self, world: World) -> None:
        key = await buy(world)
        with pytest.raises(NotFound):
            await self.settle(world, key, paid=True, account_id=world.account_id)
        assert (await standing(world, key))[0] == "pending_payment"
