"""Invites from the first credit to the result, in any order and at once, against the rules in plain Python (Q-7, Q-8)."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.billing import credits
from domain.billing import queries as billing
from domain.instruments import bank
from domain.invites import attempts, commands, expiry, queries
from domain.invites.status import InviteStatus, Origin
from domain.kernel import events
from domain.kernel.actor import Actor
from domain.kernel.paging import Window
from domain.results import queries as results
from tests.domain.at_once import all_at_once
from tests.domain.invites.acting import patient
from tests.domain.invites.life import Act, Life, Standing
from tests.domain.machines import OnWorld, play

PEOPLE = st.sampled_from([f"person{number}@example.com" for number in range(4)])
ITEMS = [item.key for item in bank.instrument("escprofile", "1.0").items]
VERBS = st.sampled_from(["start", "save", "complete", "remind", "remind", "cancel"])
ACTS = st.lists(st.tuples(VERBS, st.sampled_from([0, 0, 0, 1]), st.sampled_from([3, 115])), min_size=1, max_size=4)
"""What is tried at once, mostly with one invite, sometimes with the next one too."""
WHICH = st.sampled_from([0, 0, 0, 1, 2, 5, -1])
"""Which invite, those first that are still open."""
SOON = st.sampled_from([0, 0, 23, 24])
LATER = st.sampled_from([1, 24 * 7, 24 * 29, 24 * 30])
STATUSES = list(InviteStatus)
TAKING = ("save", "complete")


def name_of(outcome: Any) -> str:
    return type(outcome).__name__ if isinstance(outcome, BaseException) else ""


@dataclass
class Seen:
    """What the database holds of an account."""

    invites: dict[str, Any]
    status: InviteStatus
    showing: set[str]
    attempts: dict[str, Any]
    results: set[int]
    ledger: list[Any]
    balance: Any


class Invites(OnWorld):
    """The real commands beside the model; every command is a transaction of its own."""

    @initialize(amount=st.integers(1, 2), people=st.lists(PEOPLE, min_size=1, max_size=12))
    def begin(self, amount: int, people: list[str]) -> None:
        self.life = Life()
        self.noted: list[tuple[str, str]] = []
        self.reached = 0
        self.looks = 0
        self.world.jobs.due.clear()
        self.send(people, direct=True, mail=True)
        self.grant(amount)
        self.send(people, direct=True, mail=True)

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    @rule(amount=st.integers(1, 2))
    def grant(self, amount: int) -> None:
        """When there are none; no precondition, for who wins a race, and so the rest of a run, may differ when it is run again."""
        if self.life.available:
            return

        async def work() -> None:
            async with self.world.work(self.actor) as uow:
                await credits.grant(uow, amount, reference=f"grant {self.life.granted}")

        self.run(work())
        self.life = replace(self.life, granted=self.life.granted + amount)

    @rule(people=st.lists(PEOPLE, min_size=1, max_size=4), direct=st.booleans(), mail=st.booleans())
    def send(self, people: list[str], direct: bool, mail: bool) -> None:
        """At once; what comes by the open link needs no credit and no room (R-ESC-69)."""
        outcomes = self.run(all_at_once(patient(self._send)(email, direct=direct, mail=mail) for email in people))
        refused = Counter(name_of(outcome) for outcome in outcomes if isinstance(outcome, BaseException))
        room = len(people) if not direct else max(10 - self.life.pending(self.now), 0) if self.life.available else 0
        expected = "TooManyPendingInvites" if self.life.available else "InsufficientCredits"
        assert refused == Counter({expected: len(people) - room} if len(people) > room else {})
        self._sent(direct=direct, mail=direct and mail)

    async def _send(self, email: str, *, direct: bool, mail: bool) -> None:
        async with self.world.work(self.actor) as uow:
            if direct:
                await commands.send(uow, email=email, name="Anna Berg", send_email=mail)
            else:
                await commands.issue(uow, Origin.OPEN_LINK, email=email, name="Anna Berg")

    def _sent(self, *, direct: bool, mail: bool) -> None:
        """Let the model know the invites that were made, in the order in which they were."""
        for type_, key in self.run(self._news()):
            if type_ == "invite.sent":
                self.life = self.life.sent(key, direct=direct, mail=mail, now=self.now)

    @rule(hours=SOON, which=WHICH, drawn=ACTS)
    def act_at_once(self, hours: int, which: int, drawn: list[tuple[str, int, int]]) -> None:
        """Whatever comes at once ends as if it had come in some order."""
        self.world.advance(hours=hours)
        shown = {key: invite.shows(self.now) for key, invite in self.life.invites.items()}
        keys = sorted(shown, key=lambda key: shown[key] not in ("pending", "started"))
        known = self.run(queries.attempts_by_invite(self.world.database.read(), self.account_id, keys))
        acts = [Act(verb, keys[(which + beside) % len(keys)], answers) for verb, beside, answers in drawn]
        acts = [act for act in acts if act.key in known or act.verb not in TAKING]
        outcomes = self.run(all_at_once(patient(self._act)(act, known.get(act.key)) for act in acts))
        self.run(self._news())
        failures = [name_of(outcome) for outcome in outcomes]
        for life, expected in self.life.orders(acts, self.now):
            if expected == failures and list(life.noted) == self.noted:
                self.life = life
                return
        raise AssertionError(f"no order of {acts} gives {failures}: {self.noted[len(self.life.noted) :]}")

    async def _act(self, act: Act, attempt: Any) -> None:
        candidate = act.verb in ("start", *TAKING)
        async with self.world.work(Actor.candidate(self.account_id, act.key) if candidate else self.actor) as uow:
            match act.verb:
                case "cancel":
                    await commands.cancel(uow, act.key)
                case "remind":
                    await commands.remind(uow, act.key)
                case "start":
                    await attempts.start(uow, act.key)
                case "save":
                    await attempts.save(uow, attempt.attempt_id, dict.fromkeys(ITEMS[: act.answers], 4))
                case "complete":
                    await attempts.complete(uow, attempt.attempt_id)

    @rule(which=WHICH, clicks=st.integers(1, 2))
    def take(self, which: int, clicks: int) -> None:
        """The way to a completion, which chance alone seldom finds, with double clicks."""
        for verb in ("start", "save", "complete"):
            self.act_at_once(0, which, [(verb, 0, 115)] * clicks)

    @rule(which=WHICH, hours=st.lists(st.sampled_from([23, 24, 24]), min_size=1, max_size=4), clicks=st.integers(1, 2))
    def remind_daily(self, which: int, hours: list[int], clicks: int) -> None:
        """The way to the last reminder."""
        for pause in hours:
            self.act_at_once(pause, which, [("remind", 0, 0)] * clicks)

    @rule(hours=LATER)
    def sweep_later(self, hours: int) -> None:
        self.world.advance(hours=hours)
        self.run(self._sweep())
        self.run(self._news())
        self.life = self.life.swept(self.now)
        assert Counter(self.noted) == Counter(self.life.noted)
        self.life = replace(self.life, noted=tuple(self.noted))

    async def _sweep(self) -> None:
        await expiry.expire.run(self.world.ports())

    @rule()
    def deliver(self) -> None:
        self.world.outbox.mails.clear()
        self.run(self.world.run_jobs())
        self.run(self._news())
        self.life, expected = self.life.delivered(self.now)
        template = {"invites.send_invitation": "invitation", "invites.send_reminder": "reminder"}
        sent = [(mail.template, *mail.reference.split(".")) for mail in self.world.outbox.mails]
        assert sent == [(template[job[0]], *job[1:]) for job in expected]

    async def _news(self) -> list[tuple[str, str]]:
        """The events of invites since the last look, in the order of their commits."""
        news: list[tuple[str, str]] = []
        while rows := await events.after(self.world.database.read(), self.account_id, self.reached):
            self.reached = rows[-1].sequence
            news += [(row.type, row.subject) for row in rows if row.type.startswith("invite.")]
        self.noted += news
        return news

    async def _look(self) -> Seen:
        read = self.world.database.read()
        keys = list(self.life.invites)
        invites = await queries.by_keys(read, self.account_id, keys)
        taken = await queries.attempts_by_invite(read, self.account_id, keys)
        found = await results.by_attempt(read, self.account_id, [attempt.attempt_id for attempt in taken.values()])
        self.looks += 1
        status = STATUSES[self.looks % len(STATUSES)]
        page = await queries.page(read, self.account_id, Window(first=100), order="oldest", given={"status": [status]}, now=self.now)
        showing = {row.key for row in page.rows}
        ledger = (await billing.ledger(read, self.account_id, Window(first=100))).rows
        return Seen(invites, status, showing, taken, set(found), ledger, await billing.balance(read, self.account_id))

    @invariant()
    def is_what_the_rules_say(self) -> None:
        seen = self.run(self._look())
        for key, invite in self.life.invites.items():
            self._same(invite, seen.invites[key], seen.attempts.get(key), seen.results)
        assert seen.showing == self.life.showing(seen.status.value, self.now)
        assert self.life.pending(self.now) <= 10
        assert self.run(queries.pending(self.world.database.read(), self.account_id, now=self.now)) == self.life.pending(self.now)
        assert self.noted == list(self.life.noted)
        due = [(name, *keys) for name, account, keys in self.world.jobs.due if account == self.account_id]
        assert Counter(due) == Counter(self.life.due)
        self._books(seen)

    def _same(self, invite: Standing, row: Any, attempt: Any, scored: set[int]) -> None:
        assert (row.stored_status, row.reminders, row.reminded_at) == (invite.status, invite.reminders, invite.reminded)
        assert (row.sent_at is not None, row.reminders_mailed) == (invite.mailed, invite.reminders_mailed)
        assert (attempt is not None) == (invite.status in ("started", "completed"))
        if attempt is not None:
            assert attempt.answered == invite.answered
            assert attempt.status == ("completed" if invite.status == "completed" else "in_progress")
            assert (attempt.attempt_id in scored) == (invite.status == "completed")
            assert attempt.source == ("api" if invite.direct else "manual")

    def _books(self, seen: Seen) -> None:
        """Q-8: the balance is the sum of the ledger, and each completed attempt was paid for once."""
        assert (seen.balance.granted, seen.balance.used) == (self.life.granted, self.life.used)
        assert seen.balance.available == sum(row.amount for row in seen.ledger) == self.life.available >= 0
        paid = [row.reference for row in seen.ledger if row.kind == "completion"]
        completed = [row.attempt_id for row in seen.attempts.values() if row.status == "completed"]
        assert Counter(paid) == Counter(f"attempt:{attempt}" for attempt in completed)


@pytest.mark.timeout(1800)  # thousands of steps in the long gate
def test_invites_hold(database_url: str, tmp_path: Path) -> None:
    play(Invites, database_url, tmp_path, examples=5, steps=40)
