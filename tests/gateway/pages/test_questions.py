"""The statements: every answer is kept, and none gets lost or in by mistake."""

import pytest

from tests.gateway.pages.house import House, answers_given, names_of_radios

FIRST = "goal_orientation_1"


@pytest.fixture
async def path(house: House) -> str:
    return await house.begun()


async def save(house: House, path: str, body: object, **options: object) -> int:
    async with house.client.post(f"{path}/answers", **({"json": body} | options)) as response:
        return response.status


class TestAPage:
    async def test_shows_few_statements_with_real_choices(self, house, path):
        _, html = await house.get(f"{path}/questions/2")

        assert len(names_of_radios(html)) == 7
        assert html.count("<fieldset") == html.count("<legend") == 7
        assert html.count('type="radio"') == 35
        assert "Seite 2 von 17, 0 % beantwortet" in html
        assert html.count("Stimme voll und ganz zu") == 7

    async def test_keeps_what_was_answered_and_marks_what_is_missing(self, house, path):
        status, leads = await house.post(f"{path}/questions/1", **{FIRST: "5"}, go="next")
        assert (status, leads) == (303, f"{path}/questions/1?missing=1&lang=de")

        _, html = await house.get(leads)
        assert answers_given(house) == [5]
        assert "5 Aussagen auf dieser Seite sind noch offen" in html
        assert html.count("Bitte wählen Sie eine Antwort.") == 5
        assert html.count(" autofocus") == 1
        assert 'name="problem_solving_1" value="1" autofocus' in html
        assert f'name="{FIRST}" value="5" checked' in html

    async def test_keeps_answers_on_the_way_back(self, house, path):
        _, html = await house.get(f"{path}/questions/2")
        key = names_of_radios(html)[0]

        assert await house.post(f"{path}/questions/2", **{key: "2"}, go="back") == (303, f"{path}/questions/1?lang=de")
        assert answers_given(house) == [2]

    async def test_answered_again_keeps_the_later_answer(self, house, path):
        await house.post(f"{path}/questions/1", **{FIRST: "5"})
        await house.post(f"{path}/questions/1", **{FIRST: "1"})

        assert answers_given(house) == [1]

    @pytest.mark.parametrize(
        "form", [{FIRST: "6"}, {FIRST: "0"}, {FIRST: ""}, {FIRST: "44"}, {FIRST: "²"}, {"unknown_1": "1"}, {FIRST: "1", "go": "away"}]
    )
    async def test_refuses_what_it_did_not_ask(self, house, path, form):
        status, html = await house.post(f"{path}/questions/1", **form)

        assert (status, "Das hat nicht geklappt" in html) == (400, True)
        assert answers_given(house) == []

    @pytest.mark.parametrize("page", ["0", "18", "9999", "x", "-1", "1.0"])
    async def test_is_not_found_beyond_the_last(self, house, path, page):
        assert (await house.get(f"{path}/questions/{page}"))[0] == 404

    @pytest.mark.parametrize(
        ("body", "kind", "status"),
        [
            (b"goal_orientation_1=1&goal_orientation_1=2", "application/x-www-form-urlencoded", 400),
            (b"goal_orientation_1", "application/x-www-form-urlencoded", 400),
            (b"goal_orientation_1=%ff", "application/x-www-form-urlencoded", 400),
            (b"goal_orientation_1=%00", "application/x-www-form-urlencoded", 400),
            ("goal_orientation_1=ü".encode(), "application/x-www-form-urlencoded", 400),
            (b"&".join(b"a%d=1" % number for number in range(200)), "application/x-www-form-urlencoded", 400),
            (b"a=" + b"1" * 70_000, "application/x-www-form-urlencoded", 413),
            (b"goal_orientation_1=1", "text/plain", 415),
            (b'{"goal_orientation_1": 1}', "application/json", 415),
        ],
    )
    async def test_reads_forms_strictly(self, house, path, body, kind, status):
        async with house.client.post(f"{path}/questions/1", data=body, headers={"Content-Type": kind}) as response:
            assert response.status == status
        assert answers_given(house) == []


class TestSavingAsTheyAreGiven:
    async def test_keeps_them(self, house, path):
        assert await save(house, path, {"answers": [{"item": FIRST, "value": 3}, {"item": "reflective_1", "value": 2}]}) == 204
        assert answers_given(house) == [3, 2]

    async def test_twice_is_the_same_as_once(self, house, path):
        body = {"answers": [{"item": FIRST, "value": 3}]}
        assert [await save(house, path, body) for _ in range(2)] == [204, 204]
        assert answers_given(house) == [3]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            {"answers": []},
            {"answers": {}},
            {"answers": [{"item": FIRST}]},
            {"answers": [{"item": FIRST, "value": "3"}]},
            {"answers": [{"item": FIRST, "value": True}]},
            {"answers": [{"item": FIRST, "value": 6}]},
            {"answers": [{"item": FIRST, "value": 2**40}]},
            {"answers": [{"item": "unknown", "value": 3}]},
            {"answers": [{"item": FIRST, "value": 3, "attempt": 1}]},
            {"answers": [{"item": FIRST, "value": 3}], "attempt": 1},
            {"answers": [{"item": FIRST, "value": 3}] * 501},
        ],
    )
    async def test_refuses_other_bodies(self, house, path, body):
        assert await save(house, path, body) == 400
        assert answers_given(house) == []

    async def test_refuses_other_kinds_of_body(self, house, path):
        assert await save(house, path, None, data=b"{}", json=None, headers={"Content-Type": "text/plain"}) == 415
        assert (
            await save(house, path, None, data=b'{"answers":1,"answers":2}', json=None, headers={"Content-Type": "application/json"}) == 400
        )

    async def test_tells_a_script_in_json_that_it_is_over(self, house, path):
        await house.answer_all()
        await house.post(f"{path}/complete")

        async with house.client.post(f"{path}/answers", json={"answers": [{"item": FIRST, "value": 1}]}) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (409, "ALREADY_COMPLETED")
        assert 1 not in answers_given(house)

    async def test_needs_the_invite_to_be_begun(self, house):
        path = await house.invite(email="other@example.com")
        assert await save(house, path, {"answers": [{"item": FIRST, "value": 1}]}) == 409
        assert house.rows("select * from attempt") == []
