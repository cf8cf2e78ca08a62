"""Issuing, taking back and settling: R-ESC-19, and what the law wants of invoices."""

import contextlib
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from domain.access import commands as access
from domain.billing.vat import Tax
from domain.invoices import commands, queries
from domain.invoices.commands import Line
from domain.invoices.errors import AlreadyPaid, TooManyCreditNotes
from domain.invoices.model import Invoice
from domain.kernel import events
from domain.kernel.errors import BadInput, NotFound
from domain.kernel.language import Text
from domain.kernel.statements import Row
from tests.domain.at_once import all_at_once, failures, held_up
from tests.domain.invoices.selling import OUTSIDE, PACK, REVERSED, credited, documents, issued, sale
from tests.support.world import START, World


class Abandoned(Exception):
    """A work that goes wrong after the invoice."""


async def invoice(world: World, key: str | None) -> Row:
    assert key is not None
    return (await queries.by_keys(world.database.read(), world.account_id, [key]))[key]


async def numbers(world: World) -> list[str]:
    async with world.work() as uow:
        found = sa.select(Invoice.number).where(Invoice.account_id == world.account_id).order_by(Invoice.year, Invoice.running)
        return [str(number) for number in (await uow.session.execute(found)).scalars()]


class TestIssue:
    async def test_freezes_everything(self, world: World) -> None:
        async with world.work() as uow:
            details = {"street": "High Street 1", "postalCode": "N1", "city": "London", "vatId": "GB980780684", "billingAttention": "Books"}
            names = {
                "street": "street",
                "postalCode": "postal_code",
                "city": "city",
                "vatId": "vat_id",
                "billingAttention": "billing_attention",
            }
            await access.change_account(uow, {names[name]: value for name, value in details.items()})
        key = await issued(world, tax=OUTSIDE)
        before = await invoice(world, key)
        assert before.buyer == {
            "company": "Owner Ltd",
            "street": "High Street 1",
            "postal_code": "N1",
            "city": "London",
            "country": "GB",
            "email": "owner@example.com",
            "attention": "Books",
            "vat_id": "GB980780684",
            "number": 1001,
        }
        assert before.seller["company"] == world.database.environment.seller.company
        assert before.product == {"key": "pa-pack-10", "number": 2, "name": "Package of 10", "net": 79_000}
        assert before.lines == [{"description": "Package of 10", "additional": "Ten profile assessments.", "net": 79_000, "vat": 0}]
        assert (before.number, before.issued_on, before.language, before.test) == ("2026/1001/1", "2026-03-02", "en", False)
        async with world.work() as uow:
            await access.change_account(uow, {"company": "Renamed Ltd", "country": "DE", "street": None})
        assert await invoice(world, key) == before

    async def test_rounds_by_line_and_knows_lines_of_text(self, world: World) -> None:
        """R-ESC-19."""
        half = Line(Text("Half", "Halb"), 50)
        key = await issued(world, "ord_1", half, half, Line(Text("Only text", "Nur Text"), None), tax=Tax("standard", 100))
        row = await invoice(world, key)
        assert (row.net_cents, row.vat_cents, row.gross_cents) == (100, 2, 102)
        assert [(line["net"], line["vat"]) for line in row.lines] == [(50, 1), (50, 1), (None, None)]

    @pytest.mark.parametrize(("country", "language"), [("DE", "de"), ("AT", "de"), ("CH", "de"), ("FR", "en"), ("US", "en")])
    async def test_speaks_the_language_of_the_country(self, world: World, country: str, language: str) -> None:
        async with world.work() as uow:
            await access.change_account(uow, {"country": country})
        row = await invoice(world, await issued(world))
        assert row.language == language
        assert row.lines[0]["description"] == PACK.description.in_language(language)

    @pytest.mark.parametrize(
        ("tax", "english", "german"),
        [
            (REVERSED, "VAT reverse charge", "Steuerschuldnerschaft des Leistungsempfängers"),
            (OUTSIDE, "Not subject to", "Nicht steuerbar"),
        ],
    )
    async def test_says_why_there_is_no_vat(self, world: World, tax: Tax, english: str, german: str) -> None:
        assert english in (await invoice(world, await issued(world, tax=tax))).notes
        async with world.work() as uow:
            await access.change_account(uow, {"country": "DE"})
        assert german in (await invoice(world, await issued(world, "ord_2", tax=tax))).notes

    async def test_is_once_for_an_order(self, world: World) -> None:
        first = await issued(world)
        before = await world.rows()
        assert await issued(world, "ord_1", Line(Text("Other", "Anders"), 1)) == first
        assert await world.rows() == before
        outcomes = await all_at_once(issued(world, "ord_2") for _ in range(8))
        assert failures(outcomes) == []
        assert len(set(outcomes)) == 1
        assert await numbers(world) == ["2026/1001/1", "2026/1001/2"]

    async def test_of_a_sandbox_is_a_sample(self, world: World) -> None:
        async with world.work() as uow:
            await uow.enter(world.sandbox_id)
            key = await commands.issue(uow, sale=sale())
        row = (await queries.by_keys(world.database.read(), world.sandbox_id, [key]))[key]
        assert (row.test, row.number) == (True, "2026/1002/1")
        assert row.notes.startswith("Sample from a sandbox")

    async def test_is_told(self, world: World) -> None:
        key = await issued(world)
        told = [event for event in await events_of(world) if event.type == "invoice.issued"]
        [event] = told
        assert event.subject == key
        assert event.facts == {
            "number": "2026/1001/1",
            "order": "ord_1",
            "net_cents": 79_000,
            "gross_cents": 94_010,
            "currency": "EUR",
            "paid": True,
        }


async def events_of(world: World) -> list[Row]:
    return await events.after(world.database.read(), world.account_id, 0)


class TestNumbers:
    async def test_have_no_gap_whoever_comes_at_once(self, world: World) -> None:
        outcomes = await all_at_once(issued(world, f"ord_{number}") for number in range(24))
        assert failures(outcomes) == []
        assert await numbers(world) == [f"2026/1001/{running}" for running in range(1, 25)]

    async def test_are_given_back_by_a_work_that_fails(self, world: World) -> None:
        """Another waits for it, and takes its number."""
        with contextlib.suppress(Abandoned):
            async with world.work() as uow:
                await commands.issue(uow, sale=sale("ord_1"))
                second = await held_up(world, issued(world, "ord_2"))
                raise Abandoned
        assert (await invoice(world, await second)).number == "2026/1001/1"
        assert await numbers(world) == ["2026/1001/1"]

    async def test_begin_anew_each_year_by_the_sellers_calendar(self, world: World) -> None:
        """In Berlin it is 2027 an hour earlier than in UTC."""
        world.clock.advance(datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC) - world.clock.now())
        last = await issued(world, "ord_1")
        world.advance(seconds=1)
        first = await issued(world, "ord_2")
        assert (await invoice(world, last)).number == "2026/1001/1"
        row = await invoice(world, first)
        assert (row.number, row.issued_on) == ("2027/1001/1", "2027-01-01")

    async def test_are_each_accounts_own(self, world: World) -> None:
        other, _ = await world.other_account()
        await issued(world)
        key = await issued(world, actor=other)
        row = (await queries.by_keys(world.database.read(), other.account_id, [key]))[key]
        assert row.number == f"2026/{other.account_id - 9_000_000 + 1_000}/1"
        assert await queries.by_keys(world.database.read(), world.account_id, [key]) == {}


class TestUnchangeable:
    @pytest.mark.parametrize("change", ["UPDATE invoice SET net_cents = 1, gross_cents = 1 + vat_cents", "DELETE FROM invoice"])
    async def test_is_what_was_issued(self, world: World, change: str) -> None:
        before = await invoice(world, await issued(world))
        with pytest.raises(DBAPIError):
            async with world.work() as uow:
                await uow.session.execute(sa.text(f"{change} WHERE account_id = {world.account_id}"))
        assert await invoice(world, before.key) == before


class TestCredit:
    async def test_takes_all_of_it_back(self, world: World) -> None:
        key = await issued(world)
        world.advance(days=3)
        note = await invoice(world, await credited(world, reason="requested_by_customer"))
        assert (note.kind, note.number, note.corrects, note.corrects_number) == ("credit_note", "2026/1001/2", key, "2026/1001/1")
        assert (note.net_cents, note.vat_cents, note.gross_cents) == (-79_000, -15_010, -94_010)
        assert note.lines[0]["description"] == "Cancelation of invoice 2026/1001/1 of 2 March 2026"
        assert note.lines[0]["additional"] == "At the customer's request"
        assert note.settled_at == world.clock.now()
        found = await queries.credit_notes(world.database.read(), world.account_id, [key])
        assert [row.key for row in found[key]] == [note.key]
        [event] = [event for event in await events_of(world) if event.type == "invoice.credited"]
        assert event.facts == {
            "number": "2026/1001/2", "order": "ord_1", "net_cents": -79_000, "gross_cents": -94_010, "currency": "EUR", "invoice": key,
        }  # fmt: skip

    async def test_never_takes_more_than_there_was(self, world: World) -> None:
        await issued(world)
        assert (await invoice(world, await credited(world, gross_cents=59_500))).net_cents == -50_000
        assert (await invoice(world, await credited(world, gross_cents=59_500))).net_cents == -29_000
        before = await world.rows()
        assert await credited(world, gross_cents=1) is None
        assert await credited(world) is None
        assert await world.rows() == before

    async def test_is_of_the_invoice_as_it_was(self, world: World) -> None:
        key = await issued(world)
        async with world.work() as uow:
            await access.change_account(uow, {"company": "Renamed Ltd", "country": "DE"})
        note, before = await invoice(world, await credited(world)), await invoice(world, key)
        assert (note.buyer, note.seller, note.language, note.tax_rate) == (before.buyer, before.seller, "en", 1900)

    async def test_of_nothing_is_none(self, world: World) -> None:
        before = await world.rows()
        assert await credited(world, "ord_unknown") is None
        await issued(world, "ord_free", Line(Text("Free", "Frei"), 0))
        assert await credited(world, "ord_free") is None
        assert await documents(world) == 1
        assert before["invoice"] == 0

    @pytest.mark.parametrize("cents", [0, -1])
    async def test_is_of_something(self, world: World, cents: int) -> None:
        await issued(world)
        with pytest.raises(BadInput):
            await credited(world, gross_cents=cents)
        assert await documents(world) == 1

    async def test_whoever_comes_at_once(self, world: World) -> None:
        await issued(world)
        outcomes = await all_at_once(credited(world, gross_cents=35_700) for _ in range(6))
        assert failures(outcomes) == []
        notes = [await invoice(world, key) for key in outcomes if key is not None]
        assert sorted(note.net_cents for note in notes) == [-30_000, -30_000, -19_000]
        assert sum(note.vat_cents for note in notes) == -15_010
        assert await numbers(world) == [f"2026/1001/{running}" for running in range(1, 5)]

    async def test_ends_when_there_are_too_many(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands, "MOST_CREDIT_NOTES", 3)
        await issued(world)
        for _ in range(2):
            await credited(world, gross_cents=1)
        before = await world.rows()
        with pytest.raises(TooManyCreditNotes):
            await credited(world, gross_cents=1)
        assert await world.rows() == before
        assert (await invoice(world, await credited(world))).net_cents == -78_998


class TestSettle:
    async def test_notes_a_transfer_once(self, world: World) -> None:
        key = await issued(world, paid_at=None, payment_reference=None)
        assert (await invoice(world, key)).settled_at is None
        outcomes = await all_at_once(settled(world, key) for _ in range(4))
        assert sorted(failures(outcomes)) == ["AlreadyPaid"] * 3
        assert (await invoice(world, key)).settled_at == START
        assert (await invoice(world, key)).paid_at_issue is None, "what was issued stays"

    async def test_refuses_what_was_paid_by_card(self, world: World) -> None:
        key = await issued(world)
        before = await world.rows()
        with pytest.raises(AlreadyPaid):
            await settled(world, key)
        with pytest.raises(NotFound):
            await settled(world, "inv_unknown")
        assert await world.rows() == before

    async def test_a_credit_note_is_set_off_against_what_is_owed(self, world: World) -> None:
        key = await issued(world, paid_at=None, payment_reference=None)
        part = await credited(world, gross_cents=10_710)
        assert (await invoice(world, part)).settled_at == START
        assert (await invoice(world, key)).settled_at is None
        await credited(world)
        assert (await invoice(world, key)).settled_at == START


async def settled(world: World, key: str) -> str:
    async with world.work() as uow:
        return await commands.settle(uow, key, reference="statement 7")
