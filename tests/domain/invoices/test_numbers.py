"""Numbers without a gap, and credit notes that never take more than there was, under any sequence of works."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.billing.vat import Tax, vat_on
from domain.invoices import commands, queries
from domain.invoices.commands import Line
from domain.invoices.numbers import customer_number
from domain.kernel.language import Text
from domain.kernel.paging import Window
from domain.kernel.statements import Row
from tests.domain.at_once import all_at_once, failures
from tests.domain.invoices.selling import sale
from tests.domain.machines import OnWorld, play

ORDERS = st.sampled_from([f"ord_{number}" for number in range(5)])
CENTS = st.integers(1, 20_000)
RATES = st.sampled_from([1900, 810, 100, 2550])


class Abandoned(Exception):
    """A work that goes wrong after the invoice."""


class Books(OnWorld):
    """Invoices against a dictionary of what was charged and taken back."""

    @initialize()
    def begin(self) -> None:
        self.net: dict[str, int] = {}
        self.vat: dict[str, int] = {}
        self.back: dict[str, int] = {}
        self.documents = 0

    async def _issue(self, order: str, cents: list[int], rate: int, *, abandon: bool = False) -> str:
        lines = [Line(Text("Line", "Zeile"), amount) for amount in cents]
        async with self.world.work(self.actor) as uow:
            key = await commands.issue(uow, sale=sale(order, *lines, tax=Tax("standard", rate)))
            if abandon:
                raise Abandoned
            return key

    async def _credit(self, order: str, cents: int | None) -> str | None:
        async with self.world.work(self.actor) as uow:
            return await commands.credit(uow, order_key=order, gross_cents=cents, reason="")

    def _charged(self, order: str, cents: list[int], rate: int) -> None:
        if order not in self.net:
            self.net[order], self.back[order] = sum(cents), 0
            self.vat[order] = sum(vat_on(amount, Tax("standard", rate)) for amount in cents)
            self.documents += 1

    @rule(order=ORDERS, cents=st.lists(CENTS, min_size=1, max_size=3), rate=RATES)
    def issue(self, order: str, cents: list[int], rate: int) -> None:
        self.run(self._issue(order, cents, rate))
        self._charged(order, cents, rate)

    @rule(order=ORDERS)
    def issue_in_a_work_that_fails(self, order: str) -> None:
        assert self.outcome(self._issue(order, [100], 1900, abandon=True)) == "Abandoned"

    @rule(orders=st.lists(ORDERS, min_size=2, max_size=5), cents=CENTS, fails=st.booleans())
    def issue_at_once(self, orders: list[str], cents: int, fails: bool) -> None:
        outcomes = self.run(
            all_at_once([*(self._issue(order, [cents], 1900) for order in orders), self._issue("ord_0", [1], 100, abandon=fails)])
        )
        if not fails and "ord_0" not in self.net:  # whoever came first of two that are not the same
            row = self.run(self._rows())
            self._charged("ord_0", [next(one.net_cents for one in row if one.order_key == "ord_0" and one.kind == "invoice")], 1900)
            self.vat["ord_0"] = next(one.vat_cents for one in row if one.order_key == "ord_0" and one.kind == "invoice")
        for order in orders:
            self._charged(order, [cents], 1900)
        assert failures(outcomes) == ["Abandoned"] * fails

    @rule(order=ORDERS, cents=CENTS | st.none())
    def credit(self, order: str, cents: int | None) -> None:
        left = self.net.get(order, 0) + self.vat.get(order, 0) - self.back.get(order, 0)
        key = self.run(self._credit(order, cents))
        assert (key is None) == (left == 0)
        if key is not None:
            self.back[order] += left if cents is None else min(cents, left)
            self.documents += 1

    @rule(order=ORDERS, cents=CENTS)
    def credit_at_once(self, order: str, cents: int) -> None:
        outcomes = self.run(all_at_once(self._credit(order, cents) for _ in range(3)))
        assert failures(outcomes) == []
        done = sum(outcome is not None for outcome in outcomes)
        left = self.net.get(order, 0) + self.vat.get(order, 0) - self.back.get(order, 0)
        assert done == min(3, -(-left // cents))
        if done:
            self.back[order] += min(3 * cents, left)
            self.documents += done

    @rule(days=st.integers(1, 200))
    def wait(self, days: int) -> None:
        self.world.advance(days=days)

    @invariant()
    def numbers_have_no_gap(self) -> None:
        rows = self.run(self._rows())
        assert len(rows) == self.documents
        by_year: dict[str, list[int]] = {}
        for row in rows:
            year, customer, running = row.number.split("/")
            assert int(customer) == customer_number(self.account_id)
            assert row.issued_on.startswith(year)
            by_year.setdefault(year, []).append(int(running))
        for numbers in by_year.values():
            assert numbers == [*range(1, len(numbers) + 1)]

    @invariant()
    def books_balance(self) -> None:
        rows = self.run(self._rows())
        for order, net in self.net.items():
            mine = [row for row in rows if row.order_key == order]
            [invoice] = [row for row in mine if row.kind == "invoice"]
            notes = [row for row in mine if row.kind == "credit_note"]
            assert (invoice.net_cents, invoice.vat_cents) == (net, self.vat[order])
            assert -sum(note.gross_cents for note in notes) == self.back[order] <= net + self.vat[order], "to the cent"
            assert all(note.net_cents <= 0 and note.vat_cents <= 0 for note in notes)
            assert abs(-sum(note.vat_cents for note in notes) - Fraction(self.vat[order] * self.back[order], net + self.vat[order])) <= 0.5
            if self.back[order] == net + self.vat[order]:
                assert sum(row.net_cents for row in mine) == 0, "all of it was taken back"
            assert all(note.corrects == invoice.key for note in notes)

    async def _rows(self) -> list[Row]:
        """All documents, oldest first."""
        rows: list[Row] = []
        page: Any = None
        while page is None or page.has_next:
            window = Window(first=100, after=page.cursor(page.rows[-1]) if page else None)
            page = await queries.page(self.world.database.read(), self.account_id, window, order="oldest", given={})
            rows += page.rows
        return rows


def test_any_sequence_of_works(database_url: str, tmp_path: Path) -> None:
    play(Books, database_url, tmp_path, examples=12, steps=20)
