"""Column types that mean the same on SQLite and PostgreSQL, and the base of all entities."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, cast, dataclass_transform

import orjson
from sqlalchemy import BigInteger, Dialect, ForeignKeyConstraint, MetaData, SmallInteger, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

Converter = Callable[[Any], Any]


class Portable(TypeDecorator[Any]):
    """A type that PostgreSQL has and SQLite keeps as text."""

    impl = String
    cache_ok = True
    on_postgresql: ClassVar[TypeEngine[Any]]
    write: Converter
    """From a value to the text on SQLite."""
    read: Converter
    """Back to what PostgreSQL gives."""

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(self.on_postgresql if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else self.write(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else self.read(value)


def _fixed_width(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class UtcDateTime(Portable):
    """A moment in UTC: `timestamptz`, or ISO text of fixed width, which sorts."""

    cache_ok = True
    holds_text = False
    on_postgresql = TIMESTAMP(timezone=True)
    write = staticmethod(_fixed_width)
    read = staticmethod(datetime.fromisoformat)


class SmallIntegers(Portable):
    """A short list of small numbers, null where one is missing: a scale's tenths, the answers of an attempt."""

    cache_ok = True
    holds_text = True
    on_postgresql = ARRAY(SmallInteger)
    write = staticmethod(_json)
    read = staticmethod(orjson.loads)


class Strings(Portable):
    """A short list of words, such as the permissions of a key."""

    cache_ok = True
    holds_text = True
    on_postgresql = ARRAY(String)
    write = staticmethod(_json)
    read = staticmethod(orjson.loads)


class Json(Portable):
    """A small document: `jsonb`, or JSON text."""

    cache_ok = True
    holds_text = True
    on_postgresql = JSONB()
    write = staticmethod(_json)
    read = staticmethod(orjson.loads)


TEXT = String().with_variant(String(collation="C"), "postgresql")
"""Text that sorts by code point on both databases, so that pages are the same on both."""


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column,))
class Entity(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of the rows that commands write; nothing of it leaves the domain."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, int: BigInteger, str: TEXT}


def account_column() -> Mapped[int]:
    """The account a row belongs to: first part of every key of an account-owned table."""
    return mapped_column(BigInteger, primary_key=True, autoincrement=False)


_AT_COMMIT: Any = {"deferrable": True, "initially": "DEFERRED"}
"""Checked when the transaction commits, so that rows may be written in any order."""


def of_account() -> ForeignKeyConstraint:
    """The row's account exists."""
    return ForeignKeyConstraint(["account_id"], ["account.account_id"], **_AT_COMMIT)


def within_account(column: str, target: str, target_column: str = "key") -> ForeignKeyConstraint:
    """The row refers to a row of the same account."""
    return ForeignKeyConstraint(["account_id", column], [f"{target}.account_id", f"{target}.{target_column}"], **_AT_COMMIT)


def table_of(entity: type[Entity]) -> Table:
    """The table of an entity, for statements that need no entities."""
    return cast(Table, entity.__table__)


def inserts(entity: type[Entity]) -> dict[str, Any]:
    """An INSERT into an entity's table for each database, which both can be told what to do about a clash."""
    return {"sqlite": sqlite.insert(table_of(entity)), "postgresql": postgresql.insert(table_of(entity))}


def columns_of(row: Entity) -> dict[str, Any]:
    """The values of a row by the names of its columns, for statements that write it."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
