"""Reads as both databases take and answer them."""

import sqlite3
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import asyncpg
import pytest
from sqlalchemy import bindparam, or_, select

from domain.access.model import ApiKey
from domain.candidates import commands as candidates
from domain.candidates.model import Candidate
from domain.invites.model import Attempt, Invite
from domain.kernel.columns import UtcDateTime
from domain.kernel.events import Event
from domain.kernel.statements import ACCOUNT, DIALECTS, STATEMENTS, Row, Statement, any_of, by_key, group, row_type
from tests.domain.modules import MODULES
from tests.support import happenings
from tests.support.world import World, some_answers

UNSCOPED = {
    "domain.access.queries._BY_SLUG": "an open link names the account by its slug",
    "domain.access.queries._BY_EMAIL": "a registration mail names the account",
    "domain.access.queries._BY_EMAILS": "an operator is told which account an address has already",
    "domain.access.queries._KEY_BY_DIGEST": "a key is found by its digest before its account is known",
    "domain.exports.queries._OVER": "the sweep finds exports of all accounts whose day is over",
    "domain.flows.queries._FLOWS": "the sweep looks at the flows of all accounts",
    "domain.idempotency.queries._OVER": "the sweep finds accounts with answers whose day is over",
    "domain.invites.expiry._EXPIRED": "the sweep finds expired invites of all accounts",
    "domain.invites.expiry._OVER": "the sweep finds accounts with entries whose day is over",
    "domain.privacy.queries._LATEST": "the sweep looks after the latest erasures of all accounts",
    "domain.privacy.queries._UNFINISHED": "one purge of the database does for the erasures of all accounts",
    "domain.privacy.queries._NEWEST": "every process empties its caches when anybody was erased",
    "domain.webhooks.queries._OVERDUE": "the sweep finds the webhooks of all accounts whose messages are overdue",
    "domain.webhooks.queries._OLD": "the sweep finds old deliveries of all accounts",
    "domain.webhooks.queries._OLD_RESULTS": "the sweep finds old results that were not taken, of all accounts",
}
"""Every read that may cross accounts (Q-1); one more is a decision, and stands here."""
AWKWARD = ["plain", "", "it's", 'say "hi"', "back\\slash", "50 %", "a_b", "äöüß", "日本", "🙂", '["a"]', "a,b", "{a}", "null", " "]


def reading(column: Any, *conditions: Any) -> Statement:
    """An account's values of one column."""
    return Statement(lambda _dialect: select(column).where(column.class_.account_id == ACCOUNT, *conditions), "Row", None)


class TestDeclared:
    def test_no_other_read_crosses_accounts(self) -> None:
        """Q-1."""
        found = {
            f"{module.__name__}.{name}": value.unscoped
            for module in MODULES
            for name, value in vars(module).items()
            if isinstance(value, Statement) and value.unscoped is not None
        }
        assert found == UNSCOPED
        assert sorted(UNSCOPED.values()) == sorted(statement.unscoped for statement in STATEMENTS if statement.unscoped is not None)

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_every_one_compiles(self, dialect: str) -> None:
        assert len(STATEMENTS) > len(UNSCOPED)
        for statement in STATEMENTS:
            assert statement.prepared(dialect) is statement.prepared(dialect)

    async def test_every_one_is_understood(self, world: World) -> None:
        texts = [statement.prepared(world.database.dialect).text for statement in STATEMENTS]
        if world.settings.on_sqlite:
            connection = sqlite3.connect(str(world.settings.database.database))
            for text in texts:
                assert connection.execute(f"EXPLAIN {text}", [None] * text.count("?")).fetchone()
            connection.close()
        else:
            server = await asyncpg.connect(world.settings.database.render_as_string(hide_password=False))
            for text in texts:
                assert (await server.prepare(text)).get_attributes()
            await server.close()


class TestAnyOf:
    async def test_finds_exactly_the_rows_of_its_keys(self, world: World) -> None:
        async with world.work() as uow:
            for number, name in enumerate(AWKWARD):
                await candidates.find_or_add(uow, email=f"{number}@example.com", name=name)
        named, read = reading(Candidate.name, any_of(Candidate.name, "names")), world.database.read()
        for name in AWKWARD:
            assert [row.name for row in await read(named, account_id=world.account_id, names=[name])] == [name]
        assert {row.name for row in await read(named, account_id=world.account_id, names=AWKWARD[:5])} == set(AWKWARD[:5])
        assert await read(named, account_id=world.account_id, names=[]) == []
        assert len(await read(named, account_id=world.account_id, names=[*AWKWARD, *map(str, range(5000))])) == len(AWKWARD)

    async def test_takes_numbers(self, world: World) -> None:
        invite = await world.invite()
        attempt = await world.begin(invite)
        numbered = reading(Attempt.attempt_id, any_of(Attempt.attempt_id))
        found = await world.database.read()(numbered, account_id=world.account_id, keys=[attempt, attempt + 1, 2**62, -1, 0])
        assert [row.attempt_id for row in found] == [attempt]

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_is_one_text_and_one_parameter_for_any_number_of_keys(self, dialect: str) -> None:
        prepared = reading(Invite.key, any_of(Invite.key)).prepared(dialect)
        assert len(prepared.bind({"account_id": 1, "keys": ["a"]})) == len(prepared.bind({"account_id": 1, "keys": list("abc")})) == 2


class TestParameters:
    async def test_may_stand_more_than_once(self, world: World) -> None:
        await world.invite()
        moment = bindparam("moment", type_=UtcDateTime())
        twice = reading(Invite.email, or_(Invite.created_at == moment, Invite.expires_at == moment))
        read = world.database.read()
        for days in (0, 30):
            found = await read(twice, account_id=world.account_id, moment=world.clock.now() + timedelta(days=days))
            assert [row.email for row in found] == ["anna@example.com"]
        assert await read(twice, account_id=world.account_id, moment=world.clock.now() + timedelta(days=1)) == []

    async def test_may_have_a_value_of_their_own(self, world: World) -> None:
        await world.invite()
        fixed = reading(Invite.email, Invite.status == bindparam("status", "pending"))
        assert len(await world.database.read()(fixed, account_id=world.account_id)) == 1
        assert len(await world.database.read()(fixed, account_id=world.account_id, status="started")) == 0

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_must_all_be_given(self, dialect: str) -> None:
        with pytest.raises(KeyError):
            reading(Invite.key, Invite.email == bindparam("email")).prepared(dialect).bind({"account_id": 1})


class TestRows:
    async def test_hold_the_same_values_on_both_databases(self, world: World) -> None:
        invite = await world.invite()
        attempt = await world.begin(invite)
        await world.answer(invite, attempt, dict(list(some_answers(1).items())[:3]))
        east = timezone(timedelta(hours=9))
        moment = datetime(2026, 12, 31, 23, 59, 59, 123_000, UTC)
        async with world.work() as uow:
            candidate = (await uow.session.execute(select(Candidate).where(Candidate.account_id == world.account_id))).scalar_one()
            candidate.protected, candidate.anonymized_at = True, moment.astimezone(east)
            uow.record(happenings.FACTS, "x", number=2**53, text='ß 🙂 "', nested={"list": [1, None, 2.5, True]})
        read = world.database.read()
        columns = (Candidate.protected, Candidate.anonymized_at, Candidate.created_at, Candidate.gender, Candidate.birth_year)
        about = Statement(lambda _dialect: select(*columns).where(Candidate.account_id == ACCOUNT), "Candidate", None)
        [person] = await read(about, account_id=world.account_id)
        assert person == (True, moment, world.clock.now(), None, None)
        assert type(person.protected) is bool
        assert person.anonymized_at.utcoffset() == timedelta(0)
        [taken] = await read(reading(Attempt.answers), account_id=world.account_id)
        given = list(some_answers(1).values())
        assert taken.answers == [*given[:3], *[None] * (len(given) - 3)]
        [key] = await read(reading(ApiKey.permissions), account_id=world.account_id)
        assert "invites:write" in key.permissions
        assert type(key.permissions) is list
        [said] = await read(reading(Event.facts, Event.type == "test.facts"), account_id=world.account_id)
        assert said.facts == {"number": 2**53, "text": 'ß 🙂 "', "nested": {"list": [1, None, 2.5, True]}}

    async def test_know_their_type_and_columns(self, world: World) -> None:
        await world.invite()
        tagged = Statement(
            lambda _dialect: select(Invite.key, Invite.status.label("stored")).where(Invite.account_id == ACCOUNT), "Invite", None
        )
        [row] = await world.database.read()(tagged, account_id=world.account_id)
        assert (row.graph_type, row.columns) == ("Invite", ("key", "stored"))
        assert (row.key, row.stored) == tuple(row)
        with pytest.raises(AttributeError, match="InviteRow has no column 'status', only key, stored"):
            _ = row.status

    async def test_of_another_account_are_not_found(self, world: World) -> None:
        """Q-1."""
        await world.invite()
        other, _key = await world.other_account()
        assert await world.database.read()(reading(Invite.key), account_id=other.account_id) == []


class TestHelpers:
    ROWS = [row_type("Pair", ["name", "number"])(values) for values in (("a", 1), ("b", 2), ("a", 3))]

    def test_group_keeps_the_order(self) -> None:
        assert {key: [row.number for row in rows] for key, rows in group(self.ROWS, "name").items()} == {"a": [1, 3], "b": [2]}

    def test_by_key_indexes(self) -> None:
        assert {key: row.name for key, row in by_key(self.ROWS, "number").items()} == {1: "a", 2: "b", 3: "a"}

    def test_a_row_without_a_statement_has_no_columns(self) -> None:
        with pytest.raises(AttributeError):
            _ = Row().key
        assert sys.getsizeof(self.ROWS[0]) == sys.getsizeof(("a", 1))
