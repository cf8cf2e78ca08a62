"""The page that tells participants of questionnaires what will happen."""

from urllib.parse import urlsplit

import pytest

from domain.questionnaires import commands, participants
from domain.questionnaires.links import guide_link
from tests.domain.questionnaires.acting import attempts_of, join, judge, make
from tests.gateway.pages.house import COMPANY, House


async def path_of(house: House, participant: str) -> str:
    return urlsplit(guide_link(house.database.environment, house.account_id, participant)).path


class TestThePage:
    @pytest.mark.parametrize(
        ("language", "words", "spoken"),
        [
            ("German", "Was Sie erwartet: Interview", None),
            ("englisch", "What will happen: Interview", None),
            ("Spanisch", "What will happen: Interview", '<span lang="es" dir="auto">español</span>'),
            ("arabic", "What will happen: Interview", '<span lang="ar" dir="auto">العربية</span>'),
            ("<b>ours", "What will happen: Interview", "<span>&lt;b&gt;ours</span>"),
        ],
    )
    async def test_speaks_their_language_or_says_in_which_they_are_asked(
        self, house: House, language: str, words: str, spoken: str | None
    ) -> None:
        questionnaire = await make(house.world, "Interview", duration_minutes=20, guide_en="Bring your <i>passport</i>.")
        path = await path_of(house, await join(house.world, questionnaire, language=language))
        async with house.client.get(path) as response:
            html = await response.text()
        assert response.status == 200
        assert words in html
        assert all(part in html for part in (COMPANY, "20 ", "Bring your &lt;i&gt;passport&lt;/i&gt;."))
        code = house.one("select access_code from questionnaire_attempt")[0]
        assert f"{code[:3]} {code[3:6]} {code[6:]}" in html
        if spoken:
            assert spoken in html
        else:
            assert "You will be asked" not in html
            assert "werden Sie befragt" not in html
        assert "Was Sie erwartet" in (await house.get(f"{path}?lang=de"))[1]

    async def test_shows_the_code_of_a_retake_and_ends(self, house: House) -> None:
        """Once taken nothing is left to do, until they are asked again; deleted, put aside or forged it is not there."""
        world, questionnaire = house.world, await make(house.world)
        participant = await join(world, questionnaire, language="en")
        path = await path_of(house, participant)
        [first] = await attempts_of(world, participant)
        await judge(world, first, participant, questionnaire)
        _, html = await house.get(path)
        assert "You have taken part already" in html
        assert "access code" not in html
        async with world.work() as uow:
            await participants.retake(uow, participant, questionnaire, "IRN-1", {})
        code = house.one("select access_code from questionnaire_attempt where number = 2")[0]
        assert f"{code[:3]} {code[3:6]} {code[6:]}" in (await house.get(path))[1]
        gone = await join(world, questionnaire, "IRN-2")
        other = await path_of(house, gone)
        async with world.work() as uow:
            await participants.remove(uow, gone)
        assert (await house.get(other))[0] == (await house.get(path[:-1]))[0] == (await house.get("/guide/x"))[0] == 404
        async with world.work() as uow:
            await commands.update(uow, questionnaire, {"active": False})
        assert (await house.get(path))[0] == 404
        assert (await house.post(path))[0] == 405
