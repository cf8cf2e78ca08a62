"""Taking part by the account's open link."""

import email
import re
from datetime import timedelta
from email import policy
from urllib.parse import urlsplit

import pytest

from domain.billing import credits
from domain.invites import entries
from gateway.adapters.mail import mailer
from tests.gateway.pages.house import House, mails

PERSON = {"name": "Jörg Größe", "email": "Joerg@Example.com", "language": "de"}


def slug(house: House) -> str:
    return str(house.one("select slug from account where mode = 'live'")[0])


async def link_in_mail(house: House) -> str:
    """Let the mails go out, and find the link in the only one."""
    await house.world.run_jobs(mailer(house.settings))
    [path] = mails(house.settings.var)
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    found = re.search(r"https?://\S+/enter/\S+", message.get_body(("plain",)).get_content())
    return urlsplit(found.group()).path


class TestTheStory:
    async def test_leads_by_mail_to_an_invite_of_ones_own(self, house):
        path = f"/open/{slug(house)}"
        status, html = await house.get(path)
        assert (status, "Teilnehmen bei Nordlicht Werke GmbH" in html) == (200, True)

        assert await house.post(path, **PERSON) == (303, f"{path}/sent?lang=de")
        assert "Bitte sehen Sie in Ihr Postfach" in (await house.get(f"{path}/sent?lang=de"))[1]
        assert house.rows("select * from invite") == []

        enter = await link_in_mail(house)
        status, html = await house.get(enter)
        assert (status, "Guten Tag Jörg Größe," in html) == (200, True)
        assert house.rows("select * from invite") == []

        status, leads = await house.post(enter)
        assert (status, leads[:3]) == (303, "/a/")
        assert "Eine Einladung von" in (await house.get(leads))[1]
        assert house.one("select origin, email, language from invite") == ("open_link", "joerg@example.com", "de")

        await house.post(leads.replace("?", "/begin?"))
        assert house.one("select source, language from attempt") == ("manual", "de")

    async def test_confirmed_twice_gives_the_same_invite(self, house):
        await house.post(f"/open/{slug(house)}", **PERSON)
        enter = await link_in_mail(house)

        assert await house.post(enter) == await house.post(enter)
        assert house.one("select count(*) from invite")[0] == 1
        assert "Ihre Mailadresse ist bestätigt." in (await house.get(enter))[1]


class TestAsking:
    async def test_answers_the_same_for_known_and_unknown_addresses(self, house):
        await house.invite(email="known@example.com")
        path = f"/open/{slug(house)}"

        known = await house.post(path, **PERSON | {"email": "known@example.com"})
        assert known == await house.post(path, **PERSON | {"email": "unknown@example.com"})

    async def test_twice_in_a_short_while_sends_one_mail(self, house):
        path = f"/open/{slug(house)}"
        await house.post(path, **PERSON)

        status, leads = await house.post(path, **PERSON)
        assert (status, leads) == (303, f"{path}?wrong=too_many_entries&lang=de")
        assert "Eine Mail ist schon unterwegs" in (await house.get(leads))[1]
        assert house.one("select count(*) from entry")[0] == 1

    async def test_is_closed_while_the_account_cannot_pay(self, house):
        for number in range(3):
            await house.work(credits.spend, reference=f"elsewhere:{number}")
        path = f"/open/{slug(house)}"

        assert await house.post(path, **PERSON) == (303, f"{path}?wrong=closed&lang=de")
        assert "Die Teilnahme ist gerade nicht möglich" in (await house.get(f"{path}?wrong=closed"))[1]
        assert house.rows("select * from entry") == []

    async def test_is_paused_when_too_many_do_not_confirm(self, house, monkeypatch):
        monkeypatch.setattr(entries, "MOST_UNCONFIRMED", 1)
        path = f"/open/{slug(house)}"
        await house.post(path, **PERSON)

        leads = f"{path}?wrong=too_many_unconfirmed&lang=de"
        assert await house.post(path, **PERSON | {"email": "other@example.com"}) == (303, leads)
        assert "An Sie wurde keine Mail verschickt." in (await house.get(leads))[1]
        assert house.one("select count(*) from entry")[0] == 1

    @pytest.mark.parametrize(
        ("form", "wrong"),
        [
            ({"email": "nonsense"}, ["email"]),
            ({"email": "a@b.c\r\nBcc: d@e.f"}, ["email"]),
            ({"name": "  "}, ["name"]),
            ({"name": "", "email": ""}, ["name", "email"]),
            ({"name": "x" * 201}, ["name"]),
        ],
    )
    async def test_shows_what_is_wrong_beside_the_field(self, house, form, wrong):
        status, leads = await house.post(f"/open/{slug(house)}", **PERSON | form)
        assert (status, leads) == (303, f"/open/{slug(house)}?wrong={'.'.join(wrong)}&lang=de")

        _, html = await house.get(leads)
        assert re.findall(r'id="(\w+)-error"', html) == wrong
        assert house.rows("select * from entry") == []
        assert house.world.jobs.due == []

    @pytest.mark.parametrize("form", [{"language": "fr"}, {"language": ""}, {"admin": "1"}])
    async def test_refuses_what_it_did_not_ask(self, house, form):
        assert (await house.post(f"/open/{slug(house)}", **PERSON | form))[0] == 400
        assert house.rows("select * from entry") == []

    async def test_is_limited_for_each_link(self, make_house):
        house = await make_house(public_rate_limit=8)
        path = f"/open/{slug(house)}"
        statuses = [(await house.post(path, **PERSON | {"email": f"a{number}@example.com"}))[0] for number in range(10)]

        assert statuses[-1] == 429

    @pytest.mark.parametrize("path", ["/open/unknown", "/open/UPPER", "/open/%00", "/enter/forged.token", "/enter/x", "/open/x/y"])
    async def test_is_not_found_by_other_links(self, house, path):
        assert (await house.get(path))[0] == 404
        assert (await house.post(path, **PERSON))[0] == 404


class TestConfirming:
    async def test_ends_with_the_day(self, house):
        await house.post(f"/open/{slug(house)}", **PERSON)
        enter = await link_in_mail(house)
        house.clock.advance(timedelta(hours=24))

        assert (await house.get(enter))[0] == 404
        assert (await house.post(enter))[0] == 404
        assert house.rows("select * from invite") == []

    async def test_leads_nowhere_else(self, make_house):
        house = await make_house(base_url="https://elsewhere.example.com/centil")
        await house.post(f"/open/{slug(house)}", **PERSON)
        enter = (await link_in_mail(house)).removeprefix("/centil")

        status, leads = await house.post(enter)
        assert (status, leads.startswith("/centil/a/")) == (303, True)
