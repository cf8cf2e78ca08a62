"""What candidates tell about themselves: voluntary, and only what they changed."""

import pytest

from tests.gateway.pages.house import House

KNOWN = "select given_name, given_name_source, family_name, gender, birth_year, birth_year_source, name from candidate"


@pytest.fixture
async def path(house: House) -> str:
    return await house.begun()


class TestTheVoluntaryPage:
    async def test_shows_what_is_known_and_why_it_asks(self, house, path):
        status, html = await house.get(f"{path}/about")

        assert status == 200
        assert 'value="Kim"' in html
        assert 'value="Muster"' in html
        assert "Nichts davon fließt in die Auswertung Ihrer Antworten ein." in html

    async def test_keeps_what_is_told(self, house, path):
        told = {"given_name": " Kim ", "family_name": "Müster", "gender": "diverse", "birth_year": "1985", "go": "save"}

        assert await house.post(f"{path}/about", **told) == (303, f"{path}/questions?lang=de")
        assert house.one(KNOWN) == ("Kim", "candidate", "Müster", "diverse", 1985, "candidate", "Kim Müster")

        _, html = await house.get(f"{path}/about")
        assert 'value="diverse" checked' in html

    async def test_takes_away_what_is_no_longer_told(self, house, path):
        await house.post(f"{path}/about", given_name="Kim", family_name="Muster", gender="female", birth_year="1985")
        await house.post(f"{path}/about", given_name="Kim", family_name="Muster", gender="", birth_year="")

        assert house.one(KNOWN)[3:6] == (None, None, None)

    async def test_writes_nothing_when_nothing_changed(self, house, path):
        told = {"given_name": "Kim", "family_name": "Muster", "gender": "female", "birth_year": "1985"}
        await house.post(f"{path}/about", **told)
        before = house.events()

        assert (await house.post(f"{path}/about", **told))[0] == 303
        assert house.events() == before

    async def test_writes_nothing_when_it_is_skipped(self, house, path):
        before = house.one(KNOWN)

        assert (await house.post(f"{path}/about", given_name="Other", birth_year="nonsense", go="skip"))[0] == 303
        assert house.one(KNOWN) == before

    @pytest.mark.parametrize("year", ["1899", "2027", "85", "abcd", "19 5", "-985", "１９８５"])
    async def test_shows_what_is_wrong_beside_the_field(self, house, path, year):
        leads = f"{path}/about?wrong=birth_year&lang=de"
        assert await house.post(f"{path}/about", given_name="Someone", birth_year=year) == (303, leads)

        status, html = await house.get(leads)
        assert (status, "Bitte geben Sie ein Jahr von 1900 bis 2026 an" in html) == (200, True)
        assert html.count('aria-invalid="true"') == 1

    async def test_keeps_what_is_right_beside_what_is_wrong(self, house, path):
        await house.post(f"{path}/about", given_name="Someone", gender="female", birth_year="85")

        assert house.one(KNOWN)[0::3] == ("Someone", "female", "Someone Muster")
        assert house.one(KNOWN)[4] is None
        assert 'value="Someone"' in (await house.get(f"{path}/about?wrong=birth_year"))[1]

    async def test_refuses_names_with_control_characters(self, house, path):
        before = house.one(KNOWN)
        status, leads = await house.post(f"{path}/about", given_name="A\x07B", family_name="x" * 201)

        assert (status, leads) == (303, f"{path}/about?wrong=given_name.family_name&lang=de")
        assert (await house.get(leads))[1].count("höchstens 200 gewöhnliche Zeichen") == 2
        assert house.one(KNOWN) == before

    async def test_knows_only_its_own_fields_as_wrong(self, house, path):
        _, html = await house.get(f"{path}/about?wrong=nonsense.<b>")
        assert "aria-invalid" not in html
        assert "<b>" not in html

    @pytest.mark.parametrize("form", [{"gender": "robot"}, {"email": "x@example.com"}, {"protected": "1"}])
    async def test_refuses_what_it_did_not_ask(self, house, path, form):
        before = house.one(KNOWN)

        assert (await house.post(f"{path}/about", **form))[0] == 400
        assert house.one(KNOWN) == before
