"""What mails say and how they look, read back as a mail program reads them."""

import email
import re
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.language import Language
from domain.kernel.ports import Mail
from gateway.adapters import mails
from gateway.adapters.mails import headers

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LINK = "https://centil.example.com/a/OTAwMDAwMTppbnY.t-GpgI_39nvjagqDlL30Aw"
TEMPLATES = ("invitation", "reminder", "entry")
TRIALS = ("trial_requested", "trial_approved", "trial_declined", "trial_waiting")
TO_ACCOUNTS = ("webhook_failing", "webhook_gone")
PEOPLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


def mail(
    template: str = "invitation", language: str = "de", to: str = "kim@example.com", to_name: str = "Kim Muster", **facts: str
) -> Mail:
    known = {"company": "Größe & Söhne GmbH", "name": "Kim Müller", "link": LINK, "minutes": "18"}
    if template != "entry":
        known |= {"expires": "2026-04-01T09:30:00+00:00", "days": "30"}
    return Mail(template, language, to, to_name, "inv_1", known | facts)


def read(sent: mails.Message) -> EmailMessage:
    return email.message_from_bytes(sent.content, policy=policy.default)  # type: ignore[return-value]


def compose(one: Mail) -> EmailMessage:
    return read(mails.compose(one, sender=("Centil", "no-reply@example.com"), host="centil.example.com", at=AT))


def body(message: EmailMessage, kind: str) -> str:
    part: Any = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", list(Language))
class TestEveryMail:
    def test_says_who_and_what_and_where_in_text_and_html(self, template, language):
        message = compose(mail(template, language.value))

        assert "Größe & Söhne GmbH" in message["Subject"]
        assert message.get_content_type() == "multipart/alternative"
        for kind, company in (("plain", "Größe & Söhne GmbH"), ("html", "Größe &amp; Söhne GmbH")):
            text = body(message, kind)
            assert company in text
            assert ("Kim Müller" in text) == (template != "entry")
            assert LINK in text
            assert re.search(r"18 (minutes|Minuten)", text)
            assert "{" not in text or kind == "html"

    def test_loads_and_links_nothing_else(self, template, language):
        message = compose(mail(template, language.value))

        for kind in ("plain", "html"):
            assert set(re.findall(r"(?:https?:)?//[^\s\"'<>)]+", body(message, kind))) == {LINK}
        assert "<img" not in body(message, "html")
        assert "@import" not in body(message, "html")

    def test_names_its_language(self, template, language):
        assert f'<html lang="{language.value}"' in body(compose(mail(template, language.value)), "html")


@pytest.mark.parametrize("template", TRIALS)
@pytest.mark.parametrize("language", list(Language))
class TestMailsAboutTrials:
    def test_say_what_they_are_about_and_why_they_come(self, template, language):
        message = compose(about_trial(template, language.value))

        for kind in ("plain", "html"):
            text = body(message, kind)
            assert "trial_0123" in text
            assert LINK in text
            assert "{" not in text or kind == "html"
            assert not re.search(r"(because|weil) \S+ (uses )?Centil( verwendet)?\.", text)

    def test_show_nothing_of_whoever_typed_an_address_before_somebody_approved(self, template, language):
        message = compose(about_trial(template, language.value))

        told = "Evil" in message.as_string() or "Evil" in body(message, "plain")
        assert told == (template != "trial_requested")


def about_trial(template: str, language: str) -> Mail:
    facts = {"company": "Centil", "name": "Evil Name", "reference": "trial_0123", "credits": "3", "link": LINK}
    facts |= {"expires": "2026-04-01T09:30:00+00:00"} if template == "trial_approved" else {}
    if template == "trial_waiting":
        facts |= dict.fromkeys(("asker", "email", "contact_name", "website", "use_case"), "Evil <b>words</b>")
    return Mail(template, language, "kim@example.com", "Evil Name", "trial_0123", facts)


class TestHeaders:
    def test_tell_receivers_that_it_is_the_same_mail(self):
        first, again = compose(mail()), compose(mail(name="Other"))
        reminder = compose(mail("reminder"))

        assert first["Message-ID"] == again["Message-ID"] == "<inv_1.invitation@centil.example.com>"
        assert reminder["Message-ID"] != first["Message-ID"]

    def test_are_those_of_a_machine(self):
        message = compose(mail())

        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"].datetime == AT
        assert str(message["From"]) == "Centil <no-reply@example.com>"

    @pytest.mark.parametrize(
        "name",
        [
            "Kim",
            "Muster, Kim",
            'Kim "K" Muster',
            "Größe, Jörg (Dr.)",
            "x" * 90 + ", y <evil@example.com>",
            "Meier, " * 28 + "Kim",
            "東京 🙂",
            "=?utf-8?q?evil?=",
        ],
    )
    def test_name_one_recipient_whatever_the_name(self, name):
        message = compose(mail(to_name=name))

        assert [address.addr_spec for address in message["To"].addresses] == ["kim@example.com"]
        assert name_in(message) == " ".join(name.split())

    @pytest.mark.parametrize("breaking", ["\r\nBcc: evil@example.com", "\nBcc: evil@example.com", "\r\n\r\nBody", "\u2028Bcc: x", "\x00"])
    def test_take_no_line_breaks_from_anywhere(self, breaking):
        message = compose(mail(to_name=f"Kim{breaking}", company=f"Nord{breaking}", name=f"Kim{breaking}"))

        assert message["Bcc"] is None
        assert len(message["To"].addresses) == 1
        assert message["Subject"].startswith("Nord")
        assert sorted(message.keys()) == sorted(
            ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
        )

    @pytest.mark.parametrize("address", ["kim", "a@b.c\r\nBcc: d@e.f", "a@b.c, d@e.f", "<a@b.c>", "a b@c.d", ""])
    def test_take_nothing_but_an_address(self, address):
        with pytest.raises(ValueError, match="not an email address"):
            compose(mail(to=address))

    @given(PEOPLE, PEOPLE)
    @settings(max_examples=200, deadline=None)
    def test_give_back_what_was_meant(self, name, company):
        message = compose(mail(to_name=name, company=company))

        assert len(message["To"].addresses) == 1
        assert name_in(message) == headers.one_line(name)
        assert message["Subject"] == headers.one_line(f"{company} lädt Sie zu einem Fragebogen ein")
        assert all(len(line) <= 998 for line in message.as_bytes().split(b"\n"))


def name_in(message: EmailMessage) -> str:
    """The recipient's name as careful mail programs read it; the standard library puts spaces between encoded words."""
    [raw] = [value for name, value in message.raw_items() if name == "To"]
    return str(make_header(decode_header(parseaddr(str(raw).replace("\r\n", "").replace("\n", ""))[0])))


class TestWordsOfOthers:
    def test_are_escaped_in_html_only(self):
        message = compose(mail(company='<script>alert("1")</script></mj-text>{{7919*7919}}', name="<b>Kim</b>"))

        assert "<script>" not in body(message, "html")
        assert "<b>" not in body(message, "html")
        assert "62710561" not in body(message, "html").partition("<body")[2]
        assert '<script>alert("1")</script></mj-text>{{7919*7919}}' in body(message, "plain")


def test_without_a_name_the_greeting_has_none():
    assert body(compose(mail(name="", to_name="")), "plain").startswith("Guten Tag,\n")
    assert str(compose(mail(to_name=""))["To"]) == "kim@example.com"


def test_what_a_stranger_typed_is_not_shown_to_whom_it_is_sent():
    """Anybody can enter another person's address at an open link, with any words for a name."""
    made = compose(mail("entry", name="WIN NOW", to_name="WIN NOW"))

    assert body(made, "plain").startswith("Guten Tag,\n")
    assert str(made["To"]) == "kim@example.com"
    assert "WIN" not in made.as_string()


@pytest.mark.parametrize("template", TO_ACCOUNTS)
@pytest.mark.parametrize("language", list(Language))
def test_those_to_accounts_name_the_webhook(template: str, language: Language) -> None:
    """Q-21."""
    message = compose(mail(template, language.value, url="https://hooks.example.com/<b>", key="wh_1", link="https://centil.example.com"))
    assert "Größe & Söhne GmbH" in message["Subject"]
    assert "https://hooks.example.com/<b> (wh_1)" in body(message, "plain").replace("\n", " ")
    assert "https://hooks.example.com/&lt;b&gt;" in body(message, "html")
    assert "{" not in body(message, "plain")
