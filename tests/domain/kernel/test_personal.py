"""The registry of personal data is whole (Q-11): every column, and every table that is not ours."""

import sqlite3
from typing import Any

import asyncpg
import pytest
from sqlalchemy import JSON, Column, Integer, LargeBinary, MetaData, String, Table

from domain.kernel.columns import Entity, Json, SmallIntegers, Strings, UtcDateTime
from domain.kernel.language import Text
from domain.kernel.personal import (
    OUTSIDE,
    SUBJECT_COLUMN,
    Content,
    Erasure,
    Via,
    about_candidates,
    held_in,
    may_hold_text,
    nothing,
    personal,
    places,
    unclassed,
    undeclared,
)
from tests.domain.modules import MODULES
from tests.support.world import World

PERSONAL = {
    "candidate.email": (Content.EMAIL, Erasure.CLEAR),
    "candidate.name": (Content.NAME, Erasure.REPLACE),
    "candidate.given_name": (Content.NAME, Erasure.CLEAR),
    "candidate.family_name": (Content.NAME, Erasure.CLEAR),
    "candidate.gender": (Content.DEMOGRAPHIC, Erasure.CLEAR),
    "candidate.birth_year": (Content.DEMOGRAPHIC, Erasure.CLEAR),
    "candidate.language": (Content.DEMOGRAPHIC, Erasure.CLEAR),
    "candidate.sort_name": (Content.NAME, Erasure.REPLACE),
    "candidate.search_email": (Content.EMAIL, Erasure.REPLACE),
    "candidate_merge.reason": (Content.WORDS, Erasure.CLEAR),
    "external_reference.reference": (Content.WORDS, Erasure.DELETE),
    "entry.email": (Content.EMAIL, Erasure.DELETE),
    "entry.name": (Content.NAME, Erasure.DELETE),
    "invite.email": (Content.EMAIL, Erasure.REPLACE),
    "invite.name": (Content.NAME, Erasure.REPLACE),
    "flow_assignment.email": (Content.EMAIL, Erasure.REPLACE),
    "flow_assignment.sort_name": (Content.NAME, Erasure.REPLACE),
    **{f"flow_assignment.{name}": (Content.NAME, Erasure.CLEAR) for name in ("given_name", "family_name")},
    **{f"flow_assignment.{name}": (Content.WORDS, Erasure.CLEAR) for name in ("job_candidate_ref", "job_ref", "talent_ref")},
    "flow_attempt.score": (Content.SCORES, Erasure.KEEP),
    "attempt.answers": (Content.ANSWERS, Erasure.KEEP),
    **{f"result.{name}": (Content.SCORES, Erasure.KEEP) for name in ("raw_tenths", "c_tenths", "wir_tenths", "tendency")},
    "invite.label": (Content.WORDS, Erasure.CLEAR),
    "delivery.body": (Content.MESSAGE, Erasure.CLEAR),
    "blocked_number.number": (Content.PHONE, Erasure.KEEP),
    "participant.irn": (Content.WORDS, Erasure.CLEAR),
    "participant.external_ref": (Content.WORDS, Erasure.CLEAR),
    **{f"participant.phone_number{name}": (Content.PHONE, Erasure.CLEAR) for name in ("1", "1_e164", "2", "2_e164")},
    "participant.email": (Content.EMAIL, Erasure.REPLACE),
    "participant.language": (Content.DEMOGRAPHIC, Erasure.CLEAR),
    "participant.outcome": (Content.WORDS, Erasure.KEEP),
    **{f"questionnaire_result.{name}": (Content.SCORES, Erasure.KEEP) for name in ("evaluation", "ratings", "score", "summary")},
    **{f"questionnaire_result.{name}": (Content.WORDS, Erasure.CLEAR) for name in ("rating_notes", "notes")},
    "candidate_text": (Content.NAME, Erasure.REPLACE),
    "var/mail/*.eml": (Content.MESSAGE, Erasure.DELETE),
    "reports": (Content.DOCUMENT, Erasure.DELETE),
    "team-reports": (Content.DOCUMENT, Erasure.DELETE),
    "exports": (Content.DOCUMENT, Erasure.DELETE),
    "idempotent answers": (Content.DOCUMENT, Erasure.DELETE),
    "operation cache": (Content.WORDS, Erasure.DELETE),
}
"""What is held about candidates, and what erasing one does to it; a change here is a decision."""
TITLE = Text("Something", "Etwas")
JOB_QUEUE = {
    "application_versions",
    "dbos_migrations",
    "notifications",
    "operation_outputs",
    "queues",
    "streams",
    "workflow_events",
    "workflow_events_history",
    "workflow_input",
    "workflow_output",
    "workflow_schedules",
    "workflow_status",
}
"""The tables of the job engine, which lie in the same file on SQLite."""


class TestRegistry:
    def test_classes_every_column_that_could_hold_words(self) -> None:
        assert MODULES
        assert unclassed(Entity.metadata) == []

    def test_knows_what_is_held_about_candidates(self) -> None:
        aside = (Content.NONE, Content.CUSTOMER)
        held = {place.name: (place.holding.content, place.holding.erasure) for place in places(Entity.metadata)}
        assert {name: how for name, how in held.items() if how[0] not in aside} == PERSONAL

    def test_says_why_where_something_is_said_to_be_nothing(self) -> None:
        silent = [place.name for place in places(Entity.metadata) if place.holding.erasure is Erasure.KEEP and not place.holding.why]
        assert silent == []

    def test_names_each_place_once(self) -> None:
        names = [place.name for place in places(Entity.metadata)]
        assert len(names) == len(set(names))

    async def test_has_every_table_of_the_database(self, world: World) -> None:
        """A table that a migration made beside the entities is personal until somebody says otherwise."""
        if world.settings.on_sqlite:
            file = sqlite3.connect(str(world.settings.database.database))
            tables = {row[0] for row in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            file.close()
        else:
            server = await asyncpg.connect(world.settings.database.render_as_string(hide_password=False))
            tables = {row[0] for row in await server.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
            await server.close()
        assert tables >= set(Entity.metadata.tables)
        others = {name for name in tables - set(Entity.metadata.tables) if not name.startswith("candidate_text")}
        assert others - JOB_QUEUE == ({"alembic_version", "sqlite_stat1"} if world.settings.on_sqlite else {"alembic_version"})
        assert {"candidate_text", "job queue"} <= {place.name for place in OUTSIDE}


class TestDeclared:
    """Each table about candidates says how the rows about one of them are found, or nothing could erase or tell them."""

    def test_every_table_about_candidates_leads_to_them(self) -> None:
        assert undeclared(Entity.metadata) == []

    def test_every_way_is_one(self) -> None:
        for table in Entity.metadata.sorted_tables:
            held = held_in(table)
            for way in held.ways if held else ():
                if isinstance(way, Via):
                    assert way.column in table.columns
                    target = Entity.metadata.tables[way.table]
                    assert way.target in target.columns
                    assert (near := held_in(target))
                    assert near.ways
                else:
                    assert way in table.columns

    def test_a_table_that_says_nothing_is_found(self) -> None:
        metadata = MetaData()
        Table("friend", metadata, Column(SUBJECT_COLUMN, String, info=nothing("a key")))
        Table("words", metadata, Column("said", String, info=personal(Content.NAME, Erasure.CLEAR)))
        declared = about_candidates(SUBJECT_COLUMN, title=TITLE, purpose=TITLE, rows=Erasure.DELETE)
        Table("known", metadata, Column(SUBJECT_COLUMN, String, info=nothing("a key")), **declared)
        Table("owner", metadata, Column("name", String, info=personal(Content.CUSTOMER, Erasure.KEEP, "not a candidate")))
        assert undeclared(metadata) == ["friend", "words"]

    def test_what_is_replaced_says_by_what(self) -> None:
        for place in places(Entity.metadata):
            assert (place.holding.placeholder is not None) == (place.holding.erasure is Erasure.REPLACE), place.name

    def test_rows_that_stay_are_found_by_a_column_and_an_index(self) -> None:
        """Erasure finds them without reading the account."""
        for table in Entity.metadata.sorted_tables:
            if SUBJECT_COLUMN in table.columns:
                starts = [[column.name for column in index.columns][:2] for index in table.indexes]
                assert ["account_id", SUBJECT_COLUMN] in starts, table.name


class TestMayHoldText:
    @pytest.mark.parametrize(
        ("kind", "may"),
        [
            (String(), True),
            (String(collation="C"), True),
            (JSON(), True),
            (LargeBinary(), True),
            (Json(), True),
            (Strings(), True),
            (SmallIntegers(), True),
            (Integer(), False),
            (UtcDateTime(), False),
        ],
    )
    def test_is_true_for_everything_with_words_in_it(self, kind: Any, may: bool) -> None:
        assert may_hold_text(kind) is may

    def test_an_unclassed_column_is_found(self) -> None:
        metadata = MetaData()
        Table("note", metadata, Column("id", Integer), Column("words", String), Column("code", String, info=nothing("a code")))
        assert unclassed(metadata) == ["note.words"]
        assert "note.code" in {place.name for place in places(metadata)}
