"""Trial requests as they are stored."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, account_column
from domain.kernel.language import Text
from domain.kernel.personal import Content, Erasure, about_others, nothing, personal
from domain.trials.status import TrialStatus

_ASKER = personal(Content.CUSTOMER, Erasure.DELETE, "somebody who may become a customer, and no candidate")


class TrialRequest(Entity):
    """Somebody asks for an account. Until there is one the row belongs to the installation itself (`INSTALLATION`)."""

    __tablename__ = "trial_request"
    __table_args__ = (
        Index("uq_trial_request_email", "account_id", "email", unique=True),
        Index("ix_trial_request_requested", "account_id", "requested_at", "key"),
        Index("ix_trial_request_status", "account_id", "status", "requested_at", "key"),
        CheckConstraint("status in ('requested', 'approved', 'declined')", name="status"),
        CheckConstraint("(status = 'approved') = (made_account is not null)", name="made"),
        about_others(
            title=Text("Trial requests", "Anfragen nach einem Testzugang"),
            purpose=Text("Deciding on them, and answering", "Über sie entscheiden und sie beantworten"),
            kept=Text(
                "30 days after the decision, 90 days without one.", "30 Tage nach der Entscheidung, 90 Tage, wenn keine getroffen wird."
            ),
        ),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    email: Mapped[str] = mapped_column(info=_ASKER)
    company: Mapped[str] = mapped_column(info=_ASKER)
    contact_name: Mapped[str | None] = mapped_column(default=None, info=_ASKER)
    website: Mapped[str | None] = mapped_column(default=None, info=_ASKER)
    use_case: Mapped[str] = mapped_column(info=_ASKER)
    language: Mapped[str] = mapped_column(info=nothing("en or de"))
    status: Mapped[str] = mapped_column(default=TrialStatus.REQUESTED.value, info=nothing("a closed list"))
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    made_account: Mapped[int | None] = mapped_column(BigInteger, default=None)
    link: Mapped[int] = mapped_column(SmallInteger, default=0)
    """How many links to the key were mailed; the last one alone works."""
    link_expires_at: Mapped[datetime | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the operator was mailed."""
    acknowledged_at: Mapped[datetime | None] = mapped_column(default=None)
    answered: Mapped[int] = mapped_column(SmallInteger, default=0)
    """The last link that was mailed; 1 when a refusal was."""
