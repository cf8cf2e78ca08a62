"""The ledger of credits under any sequence of movements, one after another and at once (Q-8)."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.billing import credits, queries
from domain.kernel.paging import Window
from tests.domain.at_once import all_at_once
from tests.domain.machines import OnWorld, play

REFERENCES = st.sampled_from([f"reference {number}" for number in range(12)])


class Abandoned(Exception):
    """A work that goes wrong after the movement."""


class Ledger(OnWorld):
    """Movements against a dictionary of what was booked."""

    @initialize()
    def begin(self) -> None:
        self.booked: dict[str, int] = {}
        self.kinds = {"bought": 0, "refunded": 0}

    @property
    def available(self) -> int:
        return sum(self.booked.values())

    async def _grant(self, amount: int, reference: str) -> None:
        async with self.world.work(self.actor) as uow:
            await credits.grant(uow, amount, reference=reference)

    async def _spend(self, reference: str, *, abandon: bool = False) -> None:
        async with self.world.work(self.actor) as uow:
            await credits.spend(uow, reference=reference)
            if abandon:
                raise Abandoned

    @rule(amount=st.integers(1, 4), reference=REFERENCES)
    def grant(self, amount: int, reference: str) -> None:
        outcome = self.outcome(self._grant(amount, reference))
        assert outcome == ("AlreadyBooked" if reference in self.booked else "")
        self.booked.setdefault(reference, amount)

    @rule(amount=st.sampled_from([0, -1, credits.LARGEST_GRANT + 1]), reference=REFERENCES)
    def grant_what_is_no_amount(self, amount: int, reference: str) -> None:
        assert self.outcome(self._grant(amount, reference)) == "BadInput"

    @rule(reference=REFERENCES)
    def spend(self, reference: str) -> None:
        expected = "InsufficientCredits" if not self.available else "AlreadyBooked" if reference in self.booked else ""
        assert self.outcome(self._spend(reference)) == expected
        if not expected:
            self.booked[reference] = -1

    @rule(reference=REFERENCES)
    def spend_in_a_work_that_fails(self, reference: str) -> None:
        expected = "InsufficientCredits" if not self.available else "AlreadyBooked" if reference in self.booked else "Abandoned"
        assert self.outcome(self._spend(reference, abandon=True)) == expected

    @rule(references=st.lists(REFERENCES, min_size=2, max_size=6))
    def spend_at_once(self, references: list[str]) -> None:
        outcomes = self.run(all_at_once(self._spend(reference) for reference in references))
        spent = [reference for reference, outcome in zip(references, outcomes, strict=True) if outcome is None]
        refused = {type(outcome).__name__ for outcome in outcomes if outcome is not None}
        assert refused <= {"InsufficientCredits", "AlreadyBooked"}
        assert len(spent) == len(set(spent)) == min(self.available, len(set(references) - self.booked.keys()))
        assert not self.booked.keys() & set(spent)
        self.booked |= dict.fromkeys(spent, -1)

    async def _purchase(self, amount: int, reference: str) -> None:
        async with self.world.work(self.actor) as uow:
            await credits.purchase(uow, amount, reference=reference)

    async def _take_back(self, at_most: int, reference: str) -> int:
        async with self.world.work(self.actor) as uow:
            return await credits.take_back(uow, at_most, reference=reference)

    @rule(amount=st.integers(1, 4), reference=REFERENCES)
    def purchase(self, amount: int, reference: str) -> None:
        outcome = self.outcome(self._purchase(amount, reference))
        assert outcome == ("AlreadyBooked" if reference in self.booked else "")
        if not outcome:
            self.booked[reference] = amount
            self.kinds["bought"] += amount

    @rule(at_most=st.integers(0, 6), reference=REFERENCES)
    def take_back(self, at_most: int, reference: str) -> None:
        """As far as they are unspent."""
        expected = min(at_most, self.available)
        if expected and reference in self.booked:
            assert self.outcome(self._take_back(at_most, reference)) == "AlreadyBooked"
            return
        assert self.run(self._take_back(at_most, reference)) == expected
        if expected:
            self.booked[reference] = -expected
            self.kinds["refunded"] += expected

    @rule(spent=st.integers(1, 4), taken=st.integers(1, 4))
    def spend_and_take_back_at_once(self, spent: int, taken: int) -> None:
        """Whoever comes first, none is both used and taken back."""
        number = len(self.booked)
        spending = [f"at once {number}.{one}" for one in range(spent)]
        *outcomes, back = self.run(
            all_at_once([*(self._spend(reference) for reference in spending), self._take_back(taken, f"back {number}")])
        )
        before = self.available
        done = [reference for reference, outcome in zip(spending, outcomes, strict=True) if outcome is None]
        assert len(done) + back <= before
        assert len(done) == spent or len(done) + back == before
        self.booked |= dict.fromkeys(done, -1)
        if back:
            self.booked[f"back {number}"] = -back
            self.kinds["refunded"] += back

    @rule(amount=st.integers(1, 5))
    def require(self, amount: int) -> None:
        async def ask() -> None:
            async with self.world.work(self.actor) as uow:
                await credits.require(uow, amount)

        assert self.outcome(ask()) == ("InsufficientCredits" if amount > self.available else "")

    @invariant()
    def books_balance(self) -> None:
        balance, entries = self.run(self._books())
        assert entries == self.booked
        assert balance.available == sum(entries.values()) >= 0
        assert balance.granted + balance.bought - balance.refunded == balance.available + balance.used
        assert (balance.bought, balance.refunded) == (self.kinds["bought"], self.kinds["refunded"])
        assert balance.granted == sum(amount for amount in entries.values() if amount > 0) - balance.bought
        assert balance.used == -sum(amount for amount in entries.values() if amount < 0) - balance.refunded

    async def _books(self) -> tuple[Any, dict[str, int]]:
        read = self.world.database.read()
        page = await queries.ledger(read, self.account_id, Window(first=100))
        assert len({row.reference for row in page.rows}) == len(page.rows)
        return await queries.balance(read, self.account_id), {row.reference: row.amount for row in page.rows}


def test_ledger_holds(database_url: str, tmp_path: Path) -> None:
    play(Ledger, database_url, tmp_path, examples=12, steps=20)
