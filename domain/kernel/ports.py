"""What the domain asks of the world outside, as protocols; `gateway.adapters` answers them."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from domain.kernel.database import Database
    from domain.kernel.statements import Row


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail by what it says; how it looks is the mailer's business."""

    template: str
    language: str
    to: str
    to_name: str
    reference: str
    """Unique for what the mail is about, and the same when it is sent again, so that receivers can tell: a key, or `key.number`."""
    facts: Mapping[str, str] = field(default_factory=dict)


class Undeliverable(Exception):
    """The mail server refused a mail for good; trying again would not help."""


class Mailer(Protocol):
    """Something that delivers mails."""

    async def send(self, mail: Mail) -> None:
        """Hand over a mail.

        Raises Undeliverable when it is refused for good, and anything else when trying again makes sense.
        """

    async def kept(self, references: Collection[str]) -> list[str]:
        """The files in which mails about these keys lie here; a mail server's are out of our hands."""

    async def forget(self, references: Collection[str]) -> int:
        """Delete those files and say how many there were."""


class Files(Protocol):
    """Where files lie, by names with slashes: `reports/9000001/cand_…/…pdf`."""

    async def put(self, name: str, content: bytes | AsyncIterator[bytes]) -> None:
        """Keep a file whole or not at all; a file of that name is replaced."""

    async def get(self, name: str) -> bytes | None:
        """A small file; None when there is none."""

    def stream(self, name: str) -> AsyncIterator[bytes]:
        """A file piece by piece.

        Raises FileNotFoundError.
        """

    async def names(self, folder: str, *, unfinished: bool = False) -> list[str]:
        """The names of all files below a folder; with those that are `unfinished`, which only `delete` knows."""

    async def delete(self, folder: str) -> int:
        """Delete all files below a folder, or the one of that name, unfinished ones as well, and say how many there were.

        Whoever is writing one of them fails and has to write it again.
        """

    async def clean(self, older: timedelta) -> int:
        """Delete unfinished files that nobody has written to for so long: whoever did was killed. Say how many there were."""


class Typesetter(Protocol):
    """Something that makes PDFs: archivable (PDF/A), tagged, the same bytes for the same input."""

    async def pdf(self, template: str, data: Mapping[str, Any]) -> bytes:
        """Set a template with data that can be written as JSON; `data` has the `date` of the document as ISO text."""

    async def e_invoice(self, template: str, data: Mapping[str, Any], xml: bytes) -> bytes:
        """The same as a PDF/A-3 that carries its XML of EN 16931 as `factur-x.xml`."""

    def version(self, template: str) -> str:
        """What a template looks like, as a short text: another one means other bytes for the same data."""


class Trouble(StrEnum):
    """Why a message got no answer, or was not sent at all."""

    TIMEOUT = "timeout"
    NO_CONNECTION = "no_connection"
    NO_SUCH_NAME = "no_such_name"
    BAD_CERTIFICATE = "bad_certificate"
    ADDRESS_REFUSED = "address_refused"
    NO_HTTP = "no_http"
    NOT_WRITTEN = "not_written"
    NO_TOKEN = "no_token"


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a message: the status of the answer, or why there was none."""

    latency: timedelta
    status: int | None = None
    trouble: Trouble | None = None
    retry_after: str | None = None
    """The header of that name, as it came."""


class Courier(Protocol):
    """Something that carries messages to addresses on the web that customers named."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Deliver a message once, within its own bounds of time and size; whatever happens is in the reply."""

    async def token(self, url: str, form: Mapping[str, str]) -> str | None:
        """Ask a server of OAuth 2 for an access token, within bounds likewise; None when there is none, whatever the reason."""


class Messages(Protocol):
    """Something that writes what is told of events in the words of a documented API."""

    async def body(self, api: str, account_id: int, happened: "Row") -> bytes | None:
        """The body that tells of an event; None when that API has nothing to tell of it."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a payment provider is to ask a customer for."""

    order: str
    account_id: int
    name: str
    """What is bought, as the customer reads it."""
    cents: int
    """All that is to be paid, tax included."""
    currency: str
    email: str
    language: str
    paid_url: str
    """Where the customer is led afterwards."""
    canceled_url: str
    expires_at: datetime
    once: str
    """The same again means the same checkout again, not a second one."""


class OpenedCheckout(NamedTuple):
    """A checkout that a customer can pay."""

    session: str
    """The provider's own number."""
    url: str


class CheckoutUnanswered(Exception):
    """Nobody knows whether a checkout was opened; asking the same again finds out."""


class CheckoutRefused(Exception):
    """The provider said no; nothing was opened, and asking the same again gets the same answer."""


class Payments(Protocol):
    """Something that takes money."""

    @property
    def ready(self) -> bool:
        """Whether this installation takes money at all."""

    async def open(self, checkout: Checkout) -> OpenedCheckout:
        """Open a checkout, or give again the one that was opened for the same.

        Raises CheckoutUnanswered, CheckoutRefused.
        """


class NoPayments:
    """Takes no money: for installations without a payment provider."""

    ready = False

    async def open(self, checkout: Checkout) -> OpenedCheckout:
        raise CheckoutRefused


@dataclass(frozen=True, slots=True)
class Ports:
    """What jobs and downloads are given to work with."""

    database: "Database"
    mailer: Mailer
    files: Files
    typesetter: Typesetter
    courier: Courier
    messages: Messages
