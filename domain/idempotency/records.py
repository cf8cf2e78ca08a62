"""The statements on both tables of records: one of accounts, one of those who have none yet."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, literal, or_, select, update

from domain.idempotency.model import IdempotentRequest, PublicIdempotentRequest
from domain.kernel.columns import Entity, UtcDateTime, inserts, table_of

FOUND = ("body", "made", "answer", "held_until", "created_at", "expires_at")
_MOMENT = UtcDateTime()


@dataclass(frozen=True)
class Records:
    """One table, and how a row of it is named."""

    entity: type[Entity]

    @property
    def table(self) -> Any:
        return table_of(self.entity)

    @cached_property
    def _named(self) -> Any:
        keys = self.table.primary_key.columns
        return and_(*(column == bindparam(f"_{column.name}", type_=column.type) for column in keys))

    @cached_property
    def looking(self) -> dict[str, Any]:
        """A row, if there is one, and whether nobody else is at work under its name: PostgreSQL holds a lock for that.

        On SQLite whoever looks has the only writer.
        """
        locked = func.pg_try_advisory_xact_lock(bindparam("_lock", type_=BigInteger))
        return {"sqlite": self._look(literal(True)), "postgresql": self._look(locked)}

    def _look(self, free: Any) -> Any:
        always = select(literal(1).label("one")).subquery("always")
        columns = [self.table.c[name] for name in FOUND]
        return select(free.label("free"), *columns).select_from(always.outerjoin(self.table, self._named))

    @cached_property
    def keeping(self) -> dict[str, Any]:
        """Write a row, unless there is one whose day is not over; tells its name if it was written."""
        return {dialect: self._keep(written) for dialect, written in inserts(self.entity).items()}

    def _keep(self, written: Any) -> Any:
        keys = [column.name for column in self.table.primary_key.columns]
        new, old = written.excluded, self.table.c
        others = {column.name: new[column.name] for column in self.table.columns if column.name not in keys}
        over = old.expires_at <= new.created_at
        return written.on_conflict_do_update(index_elements=keys, set_=others, where=over).returning(old.name)

    @cached_property
    def storing(self) -> Any:
        """Add the answer to a row of this very request, unless it has one or was dropped."""
        c = self.table.c
        same = c.created_at == bindparam("_created_at", type_=_MOMENT)
        open_ = (c.made.is_not(None), c.answer.is_(None))
        return update(self.table).where(self._named, same, *open_).values(answer=bindparam("_answer"), held_until=None)

    @cached_property
    def holding(self) -> Any:
        """Change until when a row is held, if it is held as was seen."""
        seen = self.table.c.held_until == bindparam("_held_until", type_=_MOMENT)
        return update(self.table).where(self._named, seen).values(held_until=bindparam("_until", type_=_MOMENT))

    def dropping(self, whose: Any) -> Any:
        """Empty rows that were begun until a moment."""
        c = self.table.c
        until = c.created_at <= bindparam("_until", type_=_MOMENT)
        return update(self.table).where(whose, until, or_(c.made.is_not(None), c.answer.is_not(None))).values(made=None, answer=None)


OWNED = Records(IdempotentRequest)
PUBLIC = Records(PublicIdempotentRequest)
