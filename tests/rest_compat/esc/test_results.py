"""Full results and the older path to them, against scores worked out by hand."""

from typing import Any

from tests.rest_compat.esc import hand, stories
from tests.rest_compat.esc.conftest import ON_ONE_DATABASE, Esc
from tests.support.world import World, some_answers

BASE = "http://127.0.0.1:8000/api/v1"
NOW = "2026-03-02T09:00:00.000Z"


def expected(invite: str, answers: dict[str, int], **changes: Any) -> dict[str, Any]:
    return {
        "invite_id": invite,
        "candidate": {"name": "Anna Berg", "email": "anna@example.com", "gender": ""},
        "assessment": {"completed_at": NOW, "product_type": "escprofile"},
        "dimensions": hand.scores(answers, hand.DIMENSIONS),
        "graves_values": hand.scores(answers, hand.GRAVES),
        "wir_ich_ratio": hand.wir_ich(answers),
        "norm_group": {"id": 1, "name": "Designed reference 2026"},
        "reports": {kind: f"{BASE}/invites/{invite}/report?type={kind}" for kind in ("standard", "leadership", "sales")},
        **changes,
    }


class TestFull:
    async def test_are_what_the_contract_says_and_a_hand_works_out(self, esc: Esc, world: World) -> None:
        """R-ESC-31, R-ESC-32, R-ESC-33, I-ESC-1, I-ESC-4, I-ESC-5: 17 dimensions, six values, in the published order."""
        invite, _ = await world.complete(seed=1)
        data = await esc.data("GET", f"/invites/{invite}/results")
        assert data == expected(invite, some_answers(1))
        assert list(data["dimensions"]) == hand.DIMENSIONS
        assert list(data["graves_values"]) == hand.GRAVES

    async def test_equal_the_hand_for_others_too(self, esc: Esc, world: World) -> None:
        for seed in range(2, 6):
            invite, _ = await world.complete(seed=seed)
            assert await esc.data("GET", f"/invites/{invite}/results") == expected(invite, some_answers(seed))

    async def test_reach_both_ends_of_their_scales(self, esc: Esc, world: World) -> None:
        """R-ESC-31: raw percents from 0 to 100, C-values from 0 to 10, whoever agrees with everything or with nothing."""
        reverse = {item["key"]: item["reverse"] for scale in hand.BANK["scales"] for item in scale["items"]}
        for most, label in ((True, "Very High"), (False, "Very Low")):
            answers = {item: 5 if most != against else 1 for item, against in reverse.items()}
            invite = await world.invite()
            await stories.take(world, invite, answers)
            data = await esc.data("GET", f"/invites/{invite}/results")
            assert data == expected(invite, answers)
            assert {score["raw_percent"] for score in data["dimensions"].values()} == {100.0 if most else 0.0}
            assert label in {score["label"] for score in data["dimensions"].values()}
            assert data["wir_ich_ratio"] == {"wir_percent": 50.0, "ich_percent": 50.0, "tendency": "balanced"}

    async def test_describe_each_dimension_when_asked(self, esc: Esc, world: World) -> None:
        """R-ESC-34, I-ESC-5."""
        invite, _ = await world.complete()
        described = hand.scores(some_answers(1), hand.DIMENSIONS, described=True)
        for word in ("true", "1", "True"):
            data = await esc.data("GET", f"/invites/{invite}/results?include_descriptions={word}")
            assert data == expected(invite, some_answers(1), dimensions=described)
        for word in ("false", "0"):
            assert await esc.data("GET", f"/invites/{invite}/results?include_descriptions={word}") == expected(invite, some_answers(1))
        assert await esc.refusal("GET", f"/invites/{invite}/results?include_descriptions=maybe") == (400, "BAD_REQUEST")

    async def test_show_the_name_of_the_invite_and_the_gender_of_the_person(self, esc: Esc, world: World) -> None:
        """I-ESC-2: free text shows the stored value."""
        invite, _ = await world.complete(name="A. Berg")
        await stories.describe(world, "anna@example.com", gender="diverse", given_name="Anna", family_name="Tal")
        candidate = (await esc.data("GET", f"/invites/{invite}/results"))["candidate"]
        assert candidate == {"name": "A. Berg", "email": "anna@example.com", "gender": "diverse"}


class TestGaps:
    async def test_leave_out_what_has_no_value(self, esc: Esc, world: World) -> None:
        """R-ESC-71: a dimension without answers is not in the map, and neither is the ratio when a Graves value is missing."""
        answers = stories.answers_without("detail", "graves4_order")
        invite = await world.invite()
        await stories.take(world, invite, answers)
        for path in (f"/invites/{invite}/results", f"/results/{invite}"):
            data = await esc.data("GET", path)
            assert list(data["dimensions"]) == [name for name in hand.DIMENSIONS if name != "detail"]
            assert list(data["graves_values"]) == [name for name in hand.GRAVES if name != "graves4_order"]
            wanted = expected(invite, answers | some_answers(1))
            del wanted["wir_ich_ratio"], wanted["dimensions"]["detail"], wanted["graves_values"]["graves4_order"]
            assert data == wanted

    async def test_keep_the_ratio_when_only_a_dimension_is_missing(self, esc: Esc, world: World) -> None:
        answers = stories.answers_without("global")
        invite = await world.invite()
        await stories.take(world, invite, answers)
        assert (await esc.data("GET", f"/invites/{invite}/results"))["wir_ich_ratio"] == hand.wir_ich(answers)

    async def test_make_up_for_one_item_of_five(self, esc: Esc, world: World) -> None:
        answers = {item: value for item, value in some_answers(4).items() if item not in ("detail_1", "global_1", "global_2")}
        invite = await world.invite()
        await stories.take(world, invite, answers)
        data = await esc.data("GET", f"/invites/{invite}/results")
        assert data["dimensions"] == hand.scores(answers, hand.DIMENSIONS)
        assert "detail" in data["dimensions"]
        assert "global" not in data["dimensions"]

    async def test_are_left_out_of_lists_and_details_too(self, esc: Esc, world: World) -> None:
        answers = stories.answers_without("detail", "graves4_order")
        invite = await world.invite()
        attempt = await stories.take(world, invite, answers)
        [found] = (await esc.data("GET", "/search?q=anna&include_results=true"))["candidates"]
        [listed] = (await esc.data("GET", "/profiles?include_results=true"))["profiles"]
        assert found["scores"] == listed["results"] == hand.basic(answers)
        assert "detail" not in found["scores"]
        details = (await esc.data("GET", f"/profiles/{attempt}"))["results"]
        assert details["dimensions"] == hand.scores(answers, hand.DIMENSIONS)
        assert details["graves_values"] == hand.scores(answers, hand.GRAVES)


class TestNotCompleted:
    async def test_have_no_results(self, esc: Esc, world: World) -> None:
        """R-ESC-30, R-ESC-35: 400 here, an empty 202 by the older path, whether pending, begun or expired."""
        pending, begun = await world.invite("p@example.com"), await world.invite("b@example.com")
        await stories.take(world, begun, complete=False)
        for _ in ("now", "a month later"):
            for invite in (pending, begun):
                assert await esc.refusal("GET", f"/invites/{invite}/results") == (400, "NOT_COMPLETED")
                for query in ("", "?include_raw=true"):
                    reply = await esc.call("GET", f"/results/{invite}{query}")
                    assert (reply.status, reply.body) == (202, b"")
                    assert "RateLimit-Remaining" in reply.headers
                    assert "Content-Type" not in reply.headers
            world.advance(days=31)


class TestLegacy:
    async def test_are_the_same_by_the_older_path(self, esc: Esc, world: World) -> None:
        """R-ESC-35."""
        invite, _ = await world.complete()
        assert await esc.data("GET", f"/results/{invite}") == expected(invite, some_answers(1))

    async def test_carry_the_answers_when_asked(self, esc: Esc, world: World) -> None:
        """R-ESC-35, I-ESC-8: every item in the order it was asked, as it was answered, null where it was not."""
        answers = {item: value for item, value in some_answers(1).items() if item != "detail_3"}
        invite = await world.invite()
        attempt = await stories.take(world, invite, answers)
        data = await esc.data("GET", f"/results/{invite}?include_raw=true")
        raw = data.pop("raw")
        assert data == expected(invite, answers)
        asked = [scale["items"][turn]["key"] for turn in range(5) for scale in hand.BANK["scales"]]
        assert raw == {
            "session_id": attempt,
            "language": "en",
            "started_at": NOW,
            "answers": [{"item": item, "value": answers.get(item)} for item in asked],
        }

    @ON_ONE_DATABASE
    async def test_refuse_another_word_for_raw(self, esc: Esc, world: World) -> None:
        invite, _ = await world.complete()
        assert await esc.refusal("GET", f"/results/{invite}?include_raw=") == (400, "BAD_REQUEST")


class TestUnknown:
    async def test_are_not_found(self, esc: Esc, world: World) -> None:
        """R-ESC-5."""
        _, attempt = await world.complete()
        for key in ("inv_unknown", str(attempt), "inv_12345", "INV_X"):
            assert await esc.refusal("GET", f"/invites/{key}/results") == (404, "NOT_FOUND")
            assert await esc.refusal("GET", f"/results/{key}") == (404, "NOT_FOUND")
