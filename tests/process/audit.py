"""What must hold of an installation when the last has been acknowledged, read from its raw rows and asked of its graph."""

from collections import Counter, defaultdict
from typing import Any

from gateway.stripe_fake.server import StripeFake
from tests.process.installation import Installation, Peer
from tests.process.writing import Acknowledged, sessions_of
from tests.support.world import CREDITS

BALANCE = "{ balance { available granted bought refunded used } }"
ENTRIES = """query($after: String) { creditEntries(first: 100, after: $after) { nodes { kind amount }
  pageInfo { hasNextPage endCursor } } }"""
ONCE = ("invite.sent", "invite.mailed", "invite.started", "invite.completed", "team.created", "job_profile.created",
        "order.placed", "order.completed")  # fmt: skip
"""Events that happen once to each thing at most."""


class Audit:
    """The rows of the account, held against what callers were told and what the payment provider knows."""

    def __init__(self, installation: Installation, told: Acknowledged, fake: StripeFake) -> None:
        self._installation = installation
        self._told = told
        self._fake = fake

    def rows(self, columns: str, table: str, where: str = "1 = 1", order: str = "1") -> list[Any]:
        """Rows of the account as tuples, or as values when it is one column."""
        account = self._installation.world.account_id
        found = self._installation.query(f"SELECT {columns} FROM {table} WHERE account_id = {account} AND {where} ORDER BY {order}")
        return [row[0] if len(row) == 1 else tuple(row) for row in found]

    def writes(self) -> None:
        """All that was acknowledged is there, once, and nothing else is."""
        told = self._told
        assert self.rows("key, email", "invite") == sorted((key, address) for key, (address, _mailed) in told.invites.items())
        assert self.rows("email", "candidate") == sorted(address for address, _mailed in told.invites.values())
        assert self.rows("attempt_id, invite_key", "attempt") == sorted(told.attempts.items())
        assert self.rows("attempt_id", "attempt", "status = 'completed'") == sorted(told.completed)
        assert self.rows("attempt_id", "result") == sorted(told.completed)
        assert self.rows("key", "invite", "status = 'completed'") == sorted(told.attempts[attempt] for attempt in told.completed)
        assert self.rows("team_id, title", "team") == sorted(told.teams.items())
        assert self.rows("team_id, attempt_id", "team_member", order="1, 2") == sorted(told.members)
        assert self.rows("key, name", "job_profile") == sorted(told.job_profiles.items())
        assert self.rows("key, checkout_url", "placed_order") == sorted(told.orders.items())
        assert [len(set(self.rows("answered", "attempt")))] == [1], "every attempt has all of its answers"
        assert self.rows("count(*)", "idempotent_request", "made IS NOT NULL") == [told.total]

    def orders(self) -> Counter[str]:
        """Each order stands as its payment does, with one checkout, one purchase and one invoice; returns how many stand how."""
        purchases = Counter(self.rows("reference, amount", "credit_entry", "kind = 'purchase'"))
        refunds: dict[str, int] = defaultdict(int)
        for reference, amount in self.rows("reference, amount", "credit_entry", "kind = 'refund'"):
            refunds[reference.split(":")[1]] -= amount
        invoices, notes = self.rows("order_key, gross_cents", "invoice", "kind = 'invoice'"), defaultdict(list)
        for order, cents in self.rows("order_key, gross_cents", "invoice", "kind = 'credit_note'"):
            notes[order].append(cents)
        paid = []
        columns = "key, status, gross_cents, refunded_cents, credits, credits_taken_back, credits_not_recovered, mailed_at IS NOT NULL"
        for key, status, gross, refunded, credits, taken, lost, mailed in self.rows(columns, "placed_order"):
            money, back, times = self._paid(key)
            assert (status == "completed", refunded) == (money == gross, back), key
            assert bool(mailed) == (status == "completed"), key
            assert (taken, lost) == (credits * refunded // gross, 0), key
            assert refunds.pop(key, 0) == taken, key
            assert -sum(notes.get(key, [])) == refunded, key
            assert min(times, 1) <= len(notes.pop(key, [])) <= times, key
            paid += [(key, gross, credits)] if money else []
        assert purchases == Counter((f"order:{key}", credits) for key, _gross, credits in paid)
        assert invoices == sorted((key, gross) for key, gross, _credits in paid)
        assert (refunds, notes) == ({}, {})
        return Counter(self.rows("payment_status", "placed_order"))

    def _paid(self, order: str) -> tuple[int, int, int]:
        """What was paid for an order and given back, in cents, as the provider knows it; and in how many parts."""
        [session] = sessions_of(self._fake, order)
        intent = session.shown["payment_intent"] if session.shown["payment_status"] == "paid" else None
        charges = [one.shown for one in self._fake.store.all("charge") if intent and one.shown["payment_intent"] == intent]
        times = [one for one in self._fake.store.all("refund") if intent and one.shown["payment_intent"] == intent]
        return sum(one["amount_captured"] for one in charges), sum(one["amount_refunded"] for one in charges), len(times)

    def numbers(self) -> None:
        """Numbers of documents and of events have no gaps."""
        running = self.rows("year, running", "invoice", order="1, 2")
        by_year: dict[int, list[int]] = defaultdict(list)
        for year, number in running:
            by_year[year].append(number)
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_year.values())
        sequences = self.rows("sequence", "event")
        assert sequences == list(range(1, len(sequences) + 1))
        assert self.rows("last", "event_sequence") == [len(sequences)]
        happened = Counter(self.rows("type, subject", "event", f"type IN {ONCE}"))
        assert [one for one, times in happened.items() if times > 1] == []
        counts = Counter(type for type, _subject in happened)
        told = self._told
        assert (counts["invite.sent"], counts["invite.started"]) == (len(told.invites), len(told.attempts))
        assert (counts["invite.completed"], counts["order.placed"]) == (len(told.completed), len(told.orders))

    async def ledger(self, peer: Peer) -> dict[str, int]:
        """Granted + bought - refunded = available + used: from the entries, from the sums kept with them, and from the graph."""
        entries: dict[str, int] = defaultdict(int, self.rows("kind, sum(amount)", "credit_entry", "1 = 1 GROUP BY kind"))
        used = self.rows("reference", "credit_entry", "kind = 'completion' AND amount = -1")
        assert used == sorted(f"attempt:{attempt}" for attempt in self._told.completed)
        sums = {"granted": entries["grant"], "bought": entries["purchase"], "refunded": -entries["refund"], "used": -entries["completion"]}
        assert self.rows("granted, bought, refunded, used", "credit_balance") == [tuple(sums.values())]
        asked: dict[str, int] = (await peer.graph(BALANCE))["balance"]
        assert asked == {**sums, "available": sum(entries.values())}
        assert asked["granted"] + asked["bought"] - asked["refunded"] == asked["available"] + asked["used"]
        assert await self._asked_entries(peer) == entries
        assert asked["granted"] > CREDITS
        return asked

    async def _asked_entries(self, peer: Peer) -> dict[str, int]:
        """The same sums by the list of the graph, page by page."""
        sums: dict[str, int] = defaultdict(int)
        after, more = None, True
        while more:
            page = (await peer.graph(ENTRIES, after=after))["creditEntries"]
            for entry in page["nodes"]:
                sums[entry["kind"].lower()] += entry["amount"]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        return sums

    def mails(self) -> Counter[int]:
        """Each mail that was wanted has one reference, unless nobody needed it any more; returns how often each went out."""
        mails = self._installation.mails()
        by_key = {reference.removeprefix("<").partition(".")[0]: times for reference, times in mails.items()}
        assert len(by_key) == len(mails), "one mail about each thing"
        wanted = {key for key, (_address, mailed) in self._told.invites.items() if mailed}
        noted = set(self.rows("key", "invite", "sent_at IS NOT NULL"))
        receipts = set(self.rows("key", "placed_order", "status = 'completed'"))
        still_open = {key for attempt, key in self._told.attempts.items() if attempt not in set(self._told.completed)}
        assert noted | receipts <= by_key.keys() <= wanted | receipts
        assert wanted & still_open <= noted
        assert set(self.rows("subject", "event", "type = 'invite.mailed'")) == noted
        return Counter(by_key.values())
