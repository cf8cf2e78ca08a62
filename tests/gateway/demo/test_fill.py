"""A small demo: made through the real commands, so everything that holds for accounts holds for it."""

import asyncio
import itertools
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from domain.access.model import Account
from domain.billing.model import CreditBalance, CreditEntry
from domain.candidates.model import Candidate
from domain.flows.model import Flow, FlowAssignment, FlowAttempt
from domain.instruments import bank
from domain.invites.model import Attempt, Invite
from domain.invites.status import InviteStatus, derived
from domain.invoices.model import Invoice
from domain.kernel.clock import Clock
from domain.kernel.columns import Entity
from domain.kernel.events import Event
from domain.orders.model import PlacedOrder
from domain.questionnaires.model import Participant, Questionnaire, QuestionnaireResult
from domain.results import norms, scoring
from domain.results.model import Result
from domain.teams.model import Team, TeamMember
from gateway import storage
from gateway.demo import account, fill
from gateway.demo.flows import STEPS_TAKEN
from gateway.settings import Settings
from tests.gateway.demo.test_people import implied_correlation
from tests.support import missing
from tests.support.databases import SECRET, Databases

COUNT = 120
YEAR = timedelta(days=365)


@dataclass
class Demo:
    """A demo as its rows tell it."""

    settings: Settings
    made_at: datetime = field(default_factory=lambda: Clock().now())
    told: list[int] = field(default_factory=list)

    def make(self, count: int) -> bool:
        return asyncio.run(account.make(self.settings, count, self.told.append))

    def rows(self, entity: type[Entity], order: str) -> list[Any]:
        """The demo account's rows of a kind."""
        engine = sa.create_engine(storage.sync_url(self.settings), poolclass=sa.NullPool)
        table: Any = entity.__table__
        with engine.connect() as connection:
            live = sa.text("SELECT account_id FROM account WHERE email = :email AND mode = 'live'")
            own = connection.execute(live, {"email": account.EMAIL}).scalar_one()
            return list(connection.execute(sa.select(table).where(table.c.account_id == own).order_by(table.c[order])))

    @property
    def invites(self) -> list[Any]:
        return [invite for invite in self.rows(Invite, "created_at") if invite.origin != "flow"]

    @property
    def balance(self) -> Any:
        [row] = self.rows(CreditBalance, "account_id")
        return row

    def jobs(self) -> int:
        engine = sa.create_engine(storage.sync_url(self.settings), poolclass=sa.NullPool)
        with engine.connect() as connection:
            place = "workflow_status" if self.settings.on_sqlite else "dbos.workflow_status"
            return int(connection.execute(sa.text(f"SELECT count(*) FROM {place}")).scalar_one())

    def status(self, invite: Any) -> InviteStatus:
        return derived(invite.status, invite.expires_at, self.made_at)

    def population(self) -> list[tuple[Any, ...]]:
        """Who there is and what they did, without the keys and the time at which it was made."""
        people = {row.key: row for row in self.rows(Candidate, "created_at")}
        attempts = {row.invite_key: row for row in self.rows(Attempt, "started_at")}
        story = []
        for invite in self.invites:
            person, attempt = people[invite.candidate_key], attempts.get(invite.key)
            told = (person.email, person.name, person.given_name, person.family_name, person.gender, person.birth_year, person.language)
            story.append((*told, invite.status, invite.origin, invite.language, attempt and list(attempt.answers)))
        return story


@contextmanager
def fresh(kind: str, databases: Databases, folder: Path) -> Iterator[Demo]:
    """A database in which nothing happened yet."""
    with databases.copy(kind, folder) as url:
        yield Demo(Settings(var=folder, database_url=url, secret=SECRET, log_level="error"))


@pytest.fixture(scope="module")
def demo_on(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Demo]]:
    """A demo on a kind of database, made when it is first asked for; tests only look at it."""
    with ExitStack() as stack:

        @cache
        def made(kind: str) -> Demo:
            demo = stack.enter_context(fresh(kind, databases, tmp_path_factory.mktemp(kind)))
            assert demo.make(COUNT)
            return demo

        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest, demo_on: Callable[[str], Demo]) -> Demo:
    if request.param == "postgresql":
        missing.need_postgresql()
    return demo_on(request.param)


class TestTeams:
    def test_are_made_of_people_who_completed(self, demo: Demo) -> None:
        teams, members = demo.rows(Team, "team_id"), demo.rows(TeamMember, "attempt_id")
        assert [team.title for team in teams] == ["Vertrieb Süd", "Product Development", "Führungskreis"]
        sizes = Counter(member.team_id for member in members)
        assert [sizes[team.team_id] for team in teams] == [8, 6, 5]
        assert len({member.candidate_key for member in members}) == len(members)
        completed = {row.attempt_id for row in demo.rows(Attempt, "attempt_id") if row.status == "completed"}
        assert {member.attempt_id for member in members} <= completed


class TestFlows:
    def test_have_people_at_different_places(self, demo: Demo) -> None:
        """Of those who are known already; what they took is scored, and nobody was mailed."""
        assert [flow.name for flow in demo.rows(Flow, "flow_id")] == ["Kundenservice"]
        assignments = demo.rows(FlowAssignment, "assignment_id")
        assert len({row.candidate_key for row in assignments}) == len(assignments) == len(STEPS_TAKEN)
        assert len({row.status for row in assignments}) >= 3
        asked = demo.rows(FlowAttempt, "assignment_id")
        assert {row.taking for row in asked} == {invite.key for invite in demo.rows(Invite, "key") if invite.origin == "flow"}
        assert all((row.score is not None) == (row.status in ("completed", "failed")) for row in asked)
        assert {row.mailed_at for row in asked} == {None}


class TestQuestionnaires:
    def test_have_evaluations_and_outcomes_to_compare(self, demo: Demo) -> None:
        """What `calibration` shows: one judged rightly, one too severely, one turned down as judged, one who waits."""
        [questionnaire] = demo.rows(Questionnaire, "key")
        assert questionnaire.name == "Integritätsinterview"
        found = {row.participant_key: row.evaluation for row in demo.rows(QuestionnaireResult, "attempt_key")}
        people = demo.rows(Participant, "irn")
        compared = [(found.get(row.key), row.outcome) for row in people]
        assert compared == [("LR", "HIRED"), ("MR", "HIRED"), ("HR", "DECLINED"), (None, None)]


class TestInvites:
    def test_are_as_many_as_were_asked_for(self, demo: Demo) -> None:
        assert len(demo.invites) == len(demo.rows(Candidate, "key")) == sum(demo.told) == COUNT
        assert len({invite.candidate_key for invite in demo.invites}) == COUNT

    def test_are_in_all_states_and_came_through_both_doors(self, demo: Demo) -> None:
        states = Counter(demo.status(invite) for invite in demo.invites)
        assert set(states) == set(InviteStatus)
        assert states[InviteStatus.COMPLETED] > COUNT / 2
        assert {invite.origin for invite in demo.invites} == {"direct", "open_link"}

    def test_are_spread_over_a_year(self, demo: Demo) -> None:
        ages = [(demo.made_at - invite.created_at) / YEAR for invite in demo.invites]
        assert 0 <= min(ages) < 0.02
        assert 0.98 < max(ages) <= 1.01
        assert set(Counter(min(int(age * 12), 11) for age in ages)) == set(range(12))

    def test_happen_in_order_and_never_in_the_future(self, demo: Demo) -> None:
        now = Clock().now()
        for invite in demo.invites:
            happened = [at for at in (invite.created_at, invite.started_at, invite.completed_at) if at is not None]
            assert happened == sorted(happened)
            assert happened[-1] < invite.expires_at
            assert happened[-1] <= now
            assert invite.expires_at - invite.created_at == timedelta(days=30)

    def test_are_never_more_than_ten_pending(self, demo: Demo) -> None:
        """R-ESC-22, at every moment of the year; and at its end there is room for whoever tries the demo."""
        assert most_pending(demo) <= 10
        assert sum(demo.status(invite) is InviteStatus.PENDING for invite in demo.invites) <= fill.MOST_PENDING

    def test_were_not_mailed(self, demo: Demo) -> None:
        assert demo.jobs() == 0
        assert not (demo.settings.var / "mail").exists()
        assert {(invite.send_email, invite.sent_at) for invite in demo.invites} == {(False, None)}


def most_pending(demo: Demo) -> int:
    """How many invites that count towards the limit were pending at once, at most."""
    changes: list[tuple[datetime, int]] = []
    for invite in demo.invites:
        if invite.origin == "direct":
            ended = invite.started_at or invite.canceled_at or invite.expires_at
            changes += [(invite.created_at, 1), (ended, -1)]
    return max(itertools.accumulate(step for _at, step in sorted(changes)))


class TestResults:
    def test_are_those_of_the_answers(self, demo: Demo) -> None:
        instrument = bank.current(bank.PROFILE)
        assert instrument is not None
        attempts = {row.attempt_id: row for row in demo.rows(Attempt, "attempt_id")}
        results = {row.attempt_id: row for row in demo.rows(Result, "attempt_id")}
        assert results.keys() == {number for number, attempt in attempts.items() if attempt.status == "completed"}
        for number, result in results.items():
            scored = scoring.score(instrument, attempts[number].answers, norms.designed().norms)
            assert (list(result.raw_tenths), list(result.c_tenths)) == (scored.raw_tenths, scored.c_tenths)

    def test_differ_between_people_and_hang_together(self, demo: Demo) -> None:
        instrument = bank.current(bank.PROFILE)
        assert instrument is not None
        results = [list(row.raw_tenths) for row in demo.rows(Result, "attempt_id")]
        assert len({tuple(raws) for raws in results}) == len(results) > COUNT / 2
        columns = dict(zip((scale.key for scale in instrument.scales), zip(*results, strict=True), strict=True))
        pairs = list(itertools.combinations(columns, 2))
        found = [statistics.correlation(columns[one], columns[other]) for one, other in pairs]
        assert statistics.correlation(found, [implied_correlation(one, other) for one, other in pairs]) > 0.8

    def test_of_those_who_stopped_are_answers_in_part(self, demo: Demo) -> None:
        begun = [attempt for attempt in demo.rows(Attempt, "attempt_id") if attempt.status == "in_progress"]
        assert begun
        assert all(0 < attempt.answered == sum(answer is not None for answer in attempt.answers) < 115 for attempt in begun)


class TestCredits:
    def test_add_up(self, demo: Demo) -> None:
        """Q-8."""
        entries, balance = demo.rows(CreditEntry, "at"), demo.balance
        completed = [invite for invite in demo.rows(Invite, "created_at") if invite.status == "completed"]
        assert balance.used == len(completed) == sum(entry.amount == -1 for entry in entries)
        assert sum(entry.amount for entry in entries) == balance.granted + balance.bought - balance.refunded - balance.used
        assert balance.granted == account.CREDITS + COUNT + 50
        assert len({entry.reference for entry in entries}) == len(entries)
        assert min(itertools.accumulate(entry.amount for entry in sorted(entries, key=lambda entry: (entry.at, -entry.amount)))) >= 0


class TestOrder:
    def test_is_paid_and_has_its_invoice(self, demo: Demo) -> None:
        """A package, bought before the first candidate came; nothing of it is mailed."""
        [order], [invoice] = demo.rows(PlacedOrder, "created_at"), demo.rows(Invoice, "issued_at")
        assert (order.status, order.payment_status, order.credits) == ("completed", "paid", demo.balance.bought)
        assert (invoice.order_key, invoice.gross_cents) == (order.key, order.gross_cents)
        assert invoice.issued_at == order.completed_at < min(invite.created_at for invite in demo.invites)
        assert invoice.language == "de"
        told = [event.type for event in demo.rows(Event, "sequence") if event.subject in (order.key, invoice.key)]
        assert told == ["order.placed", "order.completed", "invoice.issued"]


class TestSeed:
    def test_gives_the_same_people_on_every_database(self, demo_on: Callable[[str], Demo]) -> None:
        missing.need_postgresql()
        assert demo_on("sqlite").population() == demo_on("postgresql").population()

    @pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
    def test_gives_others_when_it_is_made_again(self, kind: str, databases: Databases, tmp_path: Path) -> None:
        """As many as were asked for each time, few or many, and those who were there stay as they were."""
        if kind == "postgresql":
            missing.need_postgresql()
        with fresh(kind, databases, tmp_path) as demo:
            before: list[tuple[Any, ...]] = []
            for count in (1, 2, 0, 7, 25, 25):
                assert demo.make(count) is (not before)
                after = demo.population()
                assert len(after) == len({person[0] for person in after}) == len(before) + count
                assert [person for person in after if person in before] == before
                before = after
            assert len({tuple(answers) for *_person, answers in before if answers}) == sum(bool(answers) for *_person, answers in before)
            assert sum(demo.status(invite) is InviteStatus.PENDING for invite in demo.invites) <= fill.MOST_PENDING
            assert demo.rows(Account, "account_id")[0].email == account.EMAIL
            assert demo.jobs() == 0


class TestRoom:
    @pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
    def test_is_left_for_invites_of_whoever_tries_it(
        self, kind: str, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Twenty within twenty days who would all stay pending: six do, the others begin."""
        if kind == "postgresql":
            missing.need_postgresql()
        monkeypatch.setattr(fill, "SPAN", timedelta(days=20))
        monkeypatch.setattr(fill, "RECENT_FATES", ["pending"])
        with fresh(kind, databases, tmp_path) as demo:
            demo.make(20)
            assert Counter(demo.status(invite) for invite in demo.invites) == {
                InviteStatus.PENDING: fill.MOST_PENDING,
                InviteStatus.STARTED: 20 - fill.MOST_PENDING,
            }
