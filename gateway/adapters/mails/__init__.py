"""Mails as messages: what each says, and how it looks as text and as HTML."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

import jinja2

from domain.kernel.ports import Mail
from gateway import moments
from gateway.adapters.mails import headers

UNCONFIRMED = ("entry", "trial_requested")
"""Mails to an address that somebody typed, perhaps of another person: they show no words of whoever typed it."""
_NAMESPACE = ' xmlns="http://www.w3.org/1999/xhtml"'
"""Means nothing in HTML, and looks like an address to filters."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, in the language of its reader."""

    company: str
    subject: str
    hello: str
    lead: list[str]
    button: str
    link: str
    more: list[str]
    copy: str
    foot: str


@dataclass(frozen=True, slots=True)
class Message:
    """A mail ready to be sent."""

    sender: str
    to: str
    content: bytes


def compose(mail: Mail, *, sender: tuple[str, str], host: str, at: datetime) -> Message:
    """Write a mail as text and as HTML; the same mail always gets the same Message-ID, so that receivers can tell."""
    said = letter(mail)
    head = {
        "From": headers.mailbox(*sender),
        "To": headers.mailbox("" if mail.template in UNCONFIRMED else mail.to_name, mail.to),
        "Subject": headers.words(said.subject, "Subject"),
        "Date": format_datetime(at),
        "Message-ID": f"<{headers.token(f'{mail.reference}.{mail.template}')}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    body = EmailMessage(policy=policy.SMTP)
    body.set_content(as_text(said), cte="quoted-printable")
    body.add_alternative(as_html(said, mail.language), subtype="html", cte="quoted-printable")
    return Message(sender[1], mail.to, headers.block(head) + body.as_bytes())


def letter(mail: Mail) -> Letter:
    """Put the facts of a mail into its words."""
    facts = {name: headers.one_line(fact) for name, fact in mail.facts.items()}
    if facts.get("expires"):
        facts["expires"] = moments.told(facts["expires"], mail.language)
    words, frame = _texts()[mail.template][mail.language], _texts()["frame"][mail.language]
    named = facts.get("name") and mail.template not in UNCONFIRMED
    hello = _texts()["hello"][mail.language]["named" if named else "unnamed"]
    return Letter(
        company=facts["company"],
        subject=words["subject"].format_map(facts),
        hello=hello.format_map(facts),
        lead=_paragraphs(words["lead"], facts),
        button=words["button"],
        link=facts["link"],
        more=_paragraphs(words["more"], facts),
        copy=frame["copy"],
        foot=words.get("foot", frame["foot"]).format_map(facts),
    )


def _paragraphs(words: Sequence[str], facts: Mapping[str, str]) -> list[str]:
    """Paragraphs with their facts; one that names a fact that is empty is left out."""
    named = [(paragraph, [field for _, field, _, _ in Formatter().parse(paragraph) if field]) for paragraph in words]
    return [paragraph.format_map(facts) for paragraph, fields in named if all(facts[field] for field in fields)]


def as_text(said: Letter) -> str:
    """A letter as plain text."""
    return "\n\n".join([said.hello, *said.lead, f"{said.button}:\n{said.link}", *said.more, f"-- \n{said.foot}"]) + "\n"


def as_html(said: Letter, language: str) -> str:
    """A letter as HTML for mail programs; it loads nothing from anywhere."""
    import mrml  # only when a mail is written: it would slow every start

    source = _template().render(letter=said, language=language)
    made: str = mrml.to_html(source, render_options=mrml.RenderOptions(fonts={})).content
    return made.replace(_NAMESPACE, "", 1)


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads((resources.files(__name__) / "texts.toml").read_text("utf-8"))


@cache
def _template() -> jinja2.Template:
    text = (resources.files(__name__) / "mail.mjml").read_text("utf-8")
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
