"""Records of requests with an Idempotency-Key, as they are stored."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, account_column, of_account
from domain.kernel.personal import Erasure, nothing

_DIGEST = nothing("a keyed digest, which nobody can make without the caller's Idempotency-Key")
_SEALED = nothing("encrypted with the caller's Idempotency-Key, which is not kept; emptied when anybody is erased", Erasure.CLEAR)


class IdempotentRequest(Entity):
    """A request of an account that was carried out; kept for a day.

    What it made is written with its effect, in one transaction; its answer as soon as it is known. Both null: dropped.
    """

    __tablename__ = "idempotent_request"
    __table_args__ = (of_account(), Index("ix_idempotent_request_expires", "expires_at"))

    account_id: Mapped[int] = account_column()
    name: Mapped[str] = mapped_column(primary_key=True, info=_DIGEST)
    """Of method, path and key."""
    body: Mapped[str] = mapped_column(info=_DIGEST)
    made: Mapped[bytes | None] = mapped_column(LargeBinary, info=_SEALED)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, info=_SEALED)
    held_until: Mapped[datetime | None] = mapped_column(default=None)
    """Until when a verb that calls out counts as running; null for others, and when it has ended."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PublicIdempotentRequest(Entity):
    """The same for those who have no account yet: known by path and key alone."""

    __tablename__ = "public_idempotent_request"
    __table_args__ = (
        Index("ix_public_idempotent_request_expires", "expires_at"),
        Index("ix_public_idempotent_request_about", "about"),
    )

    name: Mapped[str] = mapped_column(primary_key=True, info=_DIGEST)
    about: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """The account in which it was carried out, if in any."""
    body: Mapped[str] = mapped_column(info=_DIGEST)
    made: Mapped[bytes | None] = mapped_column(LargeBinary, info=_SEALED)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, info=_SEALED)
    held_until: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
