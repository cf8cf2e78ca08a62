"""POST /request-trial: a person decides, and the key comes by mail."""

from typing import Any

import pytest

from tests.domain.trials.acting import everything, requests
from tests.rest_compat.esc.conftest import Esc
from tests.support.world import World

ASKED = {
    "company": "AI Startup Ltd",
    "email": "dev@ai-startup.com",
    "contact_name": "John Smith",
    "use_case": "Integration into our ATS for automated candidate assessments",
    "website": "https://ai-startup.com",
}
LEAST = {name: ASKED[name] for name in ("company", "email", "use_case")}
CONSUMER = "give the address that you have at your company."
WRONG: list[tuple[Any, str]] = [
    ({}, "'company' is required."),
    ({**LEAST, "email": "a@gmail.com"}, CONSUMER),
    ({**LEAST, "email": "a@GMX.de"}, CONSUMER),
    ({**LEAST, "email": "a@mail.web.de"}, CONSUMER),
    ({**LEAST, "email": "a@yopmail.com"}, CONSUMER),
    ({**LEAST, "email": "nobody"}, "email address"),
    ({**LEAST, "use_case": " "}, "'use_case'"),
    ({**LEAST, "use_case": None}, "'use_case'"),
    ({**LEAST, "company": ""}, "'company'"),
    ({**LEAST, "company": 1}, "'company'"),
    ({**LEAST, "website": "javascript:alert(1)"}, "'website'"),
    ([], "object"),
] + [({key: value for key, value in LEAST.items() if key != missing}, f"'{missing}' is required.") for missing in LEAST]


class TestRequestTrial:
    @pytest.mark.parametrize("asked", [ASKED, LEAST])
    async def test_is_what_the_contract_says(self, esc: Esc, world: World, asked: dict[str, str]) -> None:
        """R-ESC-3, R-ESC-6: without a key."""
        body = await esc.answer("POST", "/request-trial", key=None, json=asked)
        data = body["data"]
        assert body["success"] is True
        assert data["message"] == "Trial request received. You will receive an email with your credentials within 24 hours."
        assert data["reference"].startswith("trial_")
        assert all(isinstance(step, str) for step in data["next_steps"])
        [kept] = await requests(world)
        assert (kept.key, kept.contact_name, kept.website) == (data["reference"], asked.get("contact_name"), asked.get("website"))

    async def test_again_has_the_same_reference(self, esc: Esc) -> None:
        first, again = [await esc.data("POST", "/request-trial", key=None, json=ASKED) for _ in range(2)]
        assert first == again

    async def test_tells_nothing_of_who_has_an_account(self, esc: Esc, world: World) -> None:
        await world.other_account("known@ai-startup.com")
        known, unknown = [
            await esc.data("POST", "/request-trial", key=None, json={**ASKED, "email": f"{name}@ai-startup.com"})
            for name in ("known", "new")
        ]
        assert {**known, "reference": ""} == {**unknown, "reference": ""}

    async def test_that_is_not_valid_is_400_with_a_sentence_that_helps(self, esc: Esc, world: World) -> None:
        """R-ESC-7."""
        before = await everything(world)
        for wrong, says in WRONG:
            status, code, message = await esc.told("POST", "/request-trial", key=None, json=wrong)
            assert (status, code) == (400, "BAD_REQUEST"), wrong
            assert says in message, (wrong, message)
        assert await everything(world) == before
