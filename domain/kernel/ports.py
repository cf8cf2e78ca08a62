"""What the domain asks of the world outside, as protocols; `gateway.adapters` answers them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.kernel.database import Database


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail by what it says; how it looks is the mailer's business."""

    template: str
    language: str
    to: str
    to_name: str
    reference: str
    """Unique for what the mail is about, and the same when it is sent again, so that receivers can tell."""
    facts: Mapping[str, str] = field(default_factory=dict)


class Undeliverable(Exception):
    """The mail server refused a mail for good; trying again would not help."""


class Mailer(Protocol):
    """Something that delivers mails."""

    async def send(self, mail: Mail) -> None:
        """Hand over a mail.

        Raises Undeliverable when it is refused for good, and anything else when trying again makes sense.
        """


@dataclass(frozen=True, slots=True)
class Ports:
    """What a job is given to work with."""

    database: "Database"
    mailer: Mailer
