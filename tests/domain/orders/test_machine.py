"""Orders, payments, refunds and completions in any order, with copies: the books always balance (Q-8, Q-22)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, rule
from sqlalchemy import select

from domain.billing import credits, queries
from domain.invoices.model import Invoice, InvoiceKind
from domain.kernel.actor import Actor
from domain.kernel.paging import Window
from domain.orders import payments, placing
from domain.orders import queries as orders
from domain.orders.payments import Notice, NoticeKind
from tests.domain.at_once import all_at_once
from tests.domain.machines import OnWorld, play
from tests.domain.orders.buying import Provider, till

GROSS = {"pa-single": 8900, "pa-pack-10": 79000}
CREDITS = {"pa-single": 1, "pa-pack-10": 10}


class Shop(OnWorld):
    """What was told of each order, and what must have come of it."""

    placed = Bundle("placed")
    said = Bundle("said")

    @initialize()
    def begin(self) -> None:
        self.paid: set[str] = set()
        self.back: dict[str, int] = {}
        self.bought: dict[str, str] = {}
        self.used = 0
        self.granted = 0
        self.number = 0

    @rule(target=placed, product=st.sampled_from(sorted(GROSS)))
    def place(self, product: str) -> str:
        key = self.run(placing.place(till(self.world, Provider(), self.actor), product=product))
        self.bought[key] = product
        return key

    @rule(target=said, order=placed, kind=st.sampled_from(NoticeKind), part=st.integers(1, 10), wrong=st.booleans())
    def tell(self, order: str, kind: NoticeKind, part: int, wrong: bool) -> Notice:
        """Something new about an order; sometimes not over what was ordered."""
        self.number += 1
        gross = GROSS[self.bought[order]]
        cents = gross * part // 10 if kind is NoticeKind.REFUNDED else gross
        notice = Notice(
            f"evt_{self.account_id}_{self.number}", kind, self.account_id, order, cents, gross, "EUR", self.world.clock.now(), "cs", "pi"
        )
        if wrong and kind in (NoticeKind.PAID, NoticeKind.REFUNDED):
            notice = replace(notice, charged=gross + 1)
        self.run(self._take_in(notice))
        self._expect(notice)
        return notice

    @rule(notices=st.lists(said, min_size=1, max_size=5))
    def repeat_at_once(self, notices: list[Notice]) -> None:
        outcomes = self.run(all_at_once(self._take_in(notice) for notice in notices))
        assert set(outcomes) == {payments.Taken.REPEATED}

    @rule(amount=st.integers(1, 5))
    def grant(self, amount: int) -> None:
        self.number += 1
        self.run(self._grant(amount))
        self.granted += amount

    @rule(many=st.integers(1, 4))
    def complete_attempts_at_once(self, many: int) -> None:
        first, self.number = self.number, self.number + many
        outcomes = self.run(all_at_once(self._spend(f"attempt:{first + one}") for one in range(many)))
        assert {type(outcome).__name__ for outcome in outcomes if outcome is not None} <= {"InsufficientCredits"}
        self.used += outcomes.count(None)

    def _expect(self, notice: Notice) -> None:
        if notice.charged != GROSS[self.bought[notice.order]]:
            return
        if notice.kind is NoticeKind.PAID:
            self.paid.add(notice.order)
        if notice.kind is NoticeKind.REFUNDED:
            self.back[notice.order] = max(self.back.get(notice.order, 0), notice.cents)

    async def _take_in(self, notice: Notice) -> Any:
        async with self.world.database.work(Actor.system(self.account_id)) as uow:
            return await payments.take_in(uow, notice)

    async def _grant(self, amount: int) -> None:
        async with self.world.work(self.actor) as uow:
            await credits.grant(uow, amount, reference=f"grant {self.number}")

    async def _spend(self, reference: str) -> None:
        async with self.world.work(self.actor) as uow:
            await credits.spend(uow, reference=reference)

    @invariant()
    def books_balance(self) -> None:
        balance, purchases = self.run(self._books())
        assert balance.available >= 0
        assert balance.granted + balance.bought - balance.refunded == balance.available + balance.used
        assert (balance.granted, balance.used) == (self.granted, self.used)
        assert purchases == {f"order:{key}": CREDITS[self.bought[key]] for key in self.paid}
        assert balance.bought == sum(purchases.values())

    @invariant()
    def orders_follow_what_was_told(self) -> None:
        taken = 0
        for key, row in self.run(self._orders()).items():
            completed, product = key in self.paid, self.bought[key]
            back = self.back.get(key, 0) if completed else 0
            assert (row.stored_status == "completed") == completed
            assert row.refunded_cents == back
            assert row.credits_taken_back + row.credits_not_recovered == CREDITS[product] * back // GROSS[product]
            taken += row.credits_taken_back
        assert self.run(self._books())[0].refunded == taken

    @invariant()
    def every_paid_order_has_one_invoice(self) -> None:
        invoiced = self.run(self._invoices())
        assert sorted(key for key, kind, _ in invoiced if kind == InvoiceKind.INVOICE) == sorted(self.paid)
        for key in self.paid:
            left = sum(gross for order, _, gross in invoiced if order == key)
            assert left == GROSS[self.bought[key]] - self.back.get(key, 0)

    async def _books(self) -> tuple[Any, dict[str, int]]:
        read = self.world.database.read()
        page = await queries.ledger(read, self.account_id, Window(first=100), given={"kind": ["purchase"]})
        return await queries.balance(read, self.account_id), {row.reference: row.amount for row in page.rows}

    async def _orders(self) -> dict[str, Any]:
        return await orders.by_keys(self.world.database.read(), self.account_id, list(self.bought))

    async def _invoices(self) -> list[tuple[str, str, int]]:
        async with self.world.work(self.actor) as uow:
            found = select(Invoice.order_key, Invoice.kind, Invoice.gross_cents).where(Invoice.account_id == self.account_id)
            return [(str(key), str(kind), int(gross)) for key, kind, gross in await uow.session.execute(found)]


def test_shop_holds(database_url: str, tmp_path: Path) -> None:
    play(Shop, database_url, tmp_path, examples=10, steps=20)
