"""Every setting, from the environment with the prefix CENTIL_; a wrong one is one clear sentence at start."""

import ipaddress
import os
import re
import secrets
from difflib import get_close_matches
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.manifests import ManifestUnreadable, manifest
from gateway.paying import PaymentSettings
from gateway.selling import SellerSettings

PREFIX = "CENTIL_"
NOT_OURS = ("CENTIL_TEST_", "CENTIL_CLIENT_")
"""What the tests and clients such as `centil listen` are told by the environment."""
SHORTEST_SECRET = 32
MOST_RETRIES, LONGEST_PAUSE = 50, 604_800
MAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""The schemes of mail servers, and where each listens when no port is given."""
_MAILBOX = re.compile(r"[^\s<>()\[\]\\,;:\"@]+@[^\s<>()\\,;:\"@]+")


class WrongSettings(Exception):
    """Settings that nothing can be started with; the message is for the operator."""


class Settings(SellerSettings, PaymentSettings):
    """What an installation can be told. Each field's description is its line in the documentation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    base_url: str = Field("", description="Where people reach the server, for links in mails. Default: http://HOST:PORT.")
    var: Path = Field(Path("var"), description="Folder for the SQLite file, mails without a mail server, and secrets made at first start.")
    database_url: str = Field("", description="postgresql://user:password@host/name, or sqlite:///path. Default: VAR/centil.sqlite3.")
    database_pool: int = Field(10, ge=2, le=200, description="Connections to PostgreSQL for reads, and as many for writes.")
    rls: Literal["writes", "all"] = Field(
        "writes",
        description="On PostgreSQL: row level security around writes, or around reads too (a round trip more; search loses its index).",
    )
    secret: str = Field("", description="At least 32 random characters that sign links and keys. Default: made once, in VAR/secret.")
    mail_url: str = Field(
        "", description="smtp://user:password@host:port, smtps:// or smtp+starttls://. Default: mails become files in VAR/mail."
    )
    mail_from: str = Field("Centil <no-reply@localhost>", description="Sender of mails.")
    operator_email: str = Field(
        "", description="Who is mailed of trial requests. Default: nobody; they are listed by `centil trials list`."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins of browser apps that may call, separated by commas."
    )
    rate_limit_url: str = Field("memory://", description="Where limits are counted; redis://host:6379 shares them between servers.")
    public_rate_limit: int = Field(
        60, ge=1, description="Requests a minute from one address without a credential, and for one candidate link."
    )
    requests_in_flight: int = Field(200, ge=1, description="Requests worked on at once; more get 503 with Retry-After.")
    requests_in_flight_per_account: int = Field(50, ge=1, description="The same for one account.")
    connections: int = Field(1000, ge=1, description="Open connections; more get 503.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas."
    )
    webhook_retries: Annotated[tuple[float, ...], NoDecode] = Field(
        (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400),
        description="Seconds before each try of a message to a webhook, the first included, separated by commas.",
    )
    webhook_loopback: bool = Field(
        False,
        description="Let webhooks lie on this machine (http://localhost:…): for development, for anybody with a key may then call it.",
    )
    files_url: str = Field("", description="Where files lie: s3://bucket/folder; by default a folder under CENTIL_VAR.")
    worker: bool = Field(True, description="Run jobs inside the server; off when `centil worker` runs beside it.")
    introspection: bool = Field(True, description="Answer introspection.")
    suggestions: bool = Field(True, description="Suggest names in GraphQL errors.")
    trusted_documents: Path | None = Field(
        None, description="A manifest of GraphQL documents to be asked for by id, as Relay or GraphQL Code Generator write it."
    )
    only_trusted_documents: bool = Field(False, description="Run no other GraphQL documents than those of the manifest.")
    graphiql: bool = Field(True, description="Serve GraphiQL at /graphiql.")
    metrics: bool = Field(True, description="Serve Prometheus metrics at /metrics, to addresses of this machine only.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")
    log_format: Literal["auto", "text", "json"] = Field("auto", description="Lines for people on a terminal, or JSON for collectors.")

    @field_validator("cors_origins", "trusted_proxies", "webhook_retries", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or origin.endswith("/"):
                raise ValueError(f"'{origin}' is not an origin such as https://app.example.com")
        return value

    @field_validator("webhook_retries")
    @classmethod
    def _schedule(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not 1 <= len(value) <= MOST_RETRIES or any(not 0 <= seconds <= LONGEST_PAUSE for seconds in value):
            raise ValueError(f"must be 1 to {MOST_RETRIES} numbers of seconds, each at most {LONGEST_PAUSE}: 0,5,300")
        return value

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        if value and _server(value) is None:
            raise ValueError("must name a host, and a port that exists: https://centil.example.com")
        if "?" in value or "#" in value:
            raise ValueError("must end before any ? or #")
        return value.rstrip("/")

    @field_validator("trusted_documents")
    @classmethod
    def _manifest(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                manifest(value)
            except ManifestUnreadable as error:
                raise ValueError(str(error)) from None
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in value:
            try:
                ipaddress.ip_network(proxy)
            except ValueError:
                raise ValueError(f"'{proxy}' is not an address such as 10.0.0.1 or a network such as 10.0.0.0/8") from None
        return value

    @field_validator("rate_limit_url")
    @classmethod
    def _counted(cls, value: str) -> str:
        parts = _server(value)
        if value != "memory://" and (parts is None or parts.scheme not in ("redis", "rediss") or parts.port is None):
            raise ValueError("must look like redis://host:6379, rediss://user:password@host:6379 or memory://")
        return value

    @field_validator("files_url")
    @classmethod
    def _files(cls, value: str) -> str:
        if value and not re.fullmatch(r"(s3|file)://\S+", value):
            raise ValueError("must look like s3://bucket/folder or file:///folder")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail(cls, value: str) -> str:
        parts = _server(value)
        if value and (parts is None or parts.scheme not in MAIL_PORTS):
            raise ValueError("must look like smtp://user:password@host:587")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if not _MAILBOX.fullmatch(parseaddr(value)[1]):
            raise ValueError("must look like Centil <no-reply@example.com>")
        return value

    @field_validator("operator_email")
    @classmethod
    def _operator(cls, value: str) -> str:
        if value and not _MAILBOX.fullmatch(value):
            raise ValueError("must be one email address: operator@example.com")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        try:
            known = not value or make_url(value).get_backend_name() in ("sqlite", "postgresql")
        except (ArgumentError, ValueError):
            known = False
        if not known:
            raise ValueError("must look like sqlite:///path or postgresql://user:password@host:5432/name")
        return value

    @field_validator("secret")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and len(value) < SHORTEST_SECRET:
            raise ValueError(f"must have at least {SHORTEST_SECRET} characters; try: openssl rand -hex 32")
        return value

    @model_validator(mode="after")
    def _file_database_has_no_url_parts(self) -> Self:
        if self.on_sqlite and self.database.database in (None, "", ":memory:"):
            raise ValueError("CENTIL_DATABASE_URL: an in-memory database is not enough, give a file: sqlite:///path")
        return self

    @model_validator(mode="after")
    def _only_what_there_is(self) -> Self:
        if self.only_trusted_documents and self.trusted_documents is None:
            raise ValueError("CENTIL_ONLY_TRUSTED_DOCUMENTS: set CENTIL_TRUSTED_DOCUMENTS, or nothing could be asked at all")
        return self

    @property
    def database(self) -> URL:
        """The database, by default a file under `var`."""
        return make_url(self.database_url) if self.database_url else URL.create("sqlite", database=str(self.var / "centil.sqlite3"))

    @property
    def on_sqlite(self) -> bool:
        return self.database.get_backend_name() == "sqlite"

    @property
    def address(self) -> str:
        """Where people reach the server, without a slash at the end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  the address shown, not the one bound
        return self.base_url or f"http://{host}:{self.port}"

    @property
    def demo_key(self) -> str | None:
        """The key of the demo account, which lies in a file of mode 0600 (Q-4)."""
        path = self.var / "demo-key"
        return path.read_text().strip() if path.exists() else None

    @cached_property
    def signing_secret(self) -> str:
        """The secret given, or the one made at first start and kept where only this user can read it."""
        return self.secret or kept_secret(self.var / "secret")


def _server(url: str) -> SplitResult | None:
    """The parts of a URL that names a server; None for another."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and (parts.port or parts.port is None) else None
    except ValueError:  # a port that is none, a bracket without its twin
        return None


def kept_secret(path: Path) -> str:
    """Read a secret from a file of mode 0600, making it at first use; two processes at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            path.hardlink_to(fresh)  # fails when another process was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def load() -> Settings:
    """Read the settings.

    Raises WrongSettings with one sentence for each that is wrong.
    """
    sentences = _unknown()
    try:
        found = Settings()
    except ValidationError as error:
        for fault in error.errors():
            name = PREFIX + "_".join(str(part) for part in fault["loc"][:1]).upper() if fault["loc"] else ""
            text = fault["msg"].removeprefix("Value error, ")
            sentences.append(f"{name}: {text}" if name else text)
    if sentences:
        raise WrongSettings("\n".join(sentences))
    return found


def _unknown() -> list[str]:
    """A sentence for each name of ours in the environment that is no setting; most are misspelt."""
    given = sorted(name.upper() for name in os.environ if name.upper().startswith(PREFIX))
    wrong = [name.removeprefix(PREFIX).lower() for name in given if not name.startswith(NOT_OURS)]
    return [_no_such(name) for name in wrong if name not in Settings.model_fields]


def _no_such(name: str) -> str:
    likely = get_close_matches(name, Settings.model_fields, n=1)
    return f"{PREFIX}{name.upper()}: there is no such setting" + (f"; do you mean {PREFIX}{likely[0].upper()}?" if likely else ".")
