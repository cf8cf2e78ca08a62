"""Accounts and API keys as they are stored."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.columns import Entity, Strings, account_column, of_account
from domain.kernel.language import Text
from domain.kernel.personal import Content, Erasure, about_others, nothing, personal

_CUSTOMER = personal(Content.CUSTOMER, Erasure.KEEP, "the account's own people, who are not candidates")


class Account(Entity):
    """The owner of everything and the boundary of tenancy; a live account and its sandbox are each other's twin."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_email", "email", unique=True, sqlite_where=text("mode = 'live'"), postgresql_where=text("mode = 'live'")),
        Index("uq_account_slug", "slug", unique=True),
        CheckConstraint("mode in ('live', 'test')", name="mode"),
        about_others(
            title=Text("Accounts", "Konten"),
            purpose=Text("Contract and contact with the customer", "Vertrag und Kontakt mit dem Kunden"),
            kept=Text("As long as the account exists.", "Solange das Konto besteht."),
        ),
    )

    account_id: Mapped[int] = account_column()
    twin: Mapped[int] = mapped_column(BigInteger)
    mode: Mapped[str] = mapped_column(info=nothing("live or test"))
    company: Mapped[str] = mapped_column(info=_CUSTOMER)
    slug: Mapped[str] = mapped_column(info=_CUSTOMER)
    type: Mapped[str] = mapped_column(default="API", info=nothing("a closed list"))
    status: Mapped[str] = mapped_column(default="active", info=nothing("a closed list"))
    email: Mapped[str] = mapped_column(info=_CUSTOMER)
    contact_name: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    phone: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    website: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    street: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    postal_code: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    city: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    country: Mapped[str] = mapped_column(default="US", info=nothing("an ISO country code"))
    vat_id: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    billing_attention: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    billing_email: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    billing_company: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    billing_street: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    billing_postal_code: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    billing_city: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    language: Mapped[str] = mapped_column(default="en", info=nothing("en or de"))
    imprint: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    privacy: Mapped[str | None] = mapped_column(default=None, info=_CUSTOMER)
    norm_group: Mapped[int | None] = mapped_column(BigInteger, default=None)
    created_at: Mapped[datetime]


class ApiKey(Entity):
    """A credential of an account: only its digest is stored, and what is needed to recognise it in a list."""

    __tablename__ = "api_key"
    __table_args__ = (
        of_account(),
        Index("uq_api_key_digest", "digest", unique=True),
        Index("ix_api_key_created", "account_id", "created_at", "key"),
        Index("ix_api_key_questionnaire", "account_id", "questionnaire", "created_at", "key"),
    )

    account_id: Mapped[int] = account_column()
    key: Mapped[str] = mapped_column(primary_key=True, info=nothing("random"))
    digest: Mapped[str] = mapped_column(info=nothing("a keyed digest"))
    prefix: Mapped[str] = mapped_column(info=nothing("the first twelve characters of a secret"))
    last_four: Mapped[str] = mapped_column(info=nothing("the last four characters of a secret"))
    name: Mapped[str] = mapped_column(info=nothing("the account's own name for the key"))
    mode: Mapped[str] = mapped_column(info=nothing("live or test"))
    permissions: Mapped[list[str]] = mapped_column(Strings, info=nothing("a closed list"))
    questionnaire: Mapped[str | None] = mapped_column(default=None, info=nothing("the key of the one questionnaire it is narrowed to"))
    rate_limit: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
