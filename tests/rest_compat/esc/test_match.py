"""GET /invites/{inviteId}/match, held to a calculation of its own."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import Esc
from tests.support.world import World

PROFILE = {
    "detail": {"ideal": 6, "ok_min": 5, "ok_max": 7, "critical_low": 3, "critical_high": 9},
    "people": {"ideal": 8},
    "goal_orientation": {"ideal": 5, "ok_min": 5, "ok_max": 10},
    "graves5_success": {"ideal": 2.5, "critical_high": 3},
    "stability": {"ideal": 0},
}
COLOURS = (
    (90, "green", "Excellent"),
    (70, "lightgreen", "Good"),
    (60, "yellow", "Acceptable"),
    (50, "orange", "Marginal"),
    (0, "red", "Critical"),
)


def bounds(told: dict[str, float]) -> dict[str, Decimal]:
    """A profile's bounds with those that are missing."""
    known = {name: Decimal(str(value)) for name, value in told.items()}
    ideal = known["ideal"]
    low, high = known.get("critical_low"), known.get("critical_high")
    ok_min = known.get("ok_min", ideal - Decimal("1.5") if low is None else max(ideal - Decimal("1.5"), low))
    ok_max = known.get("ok_max", ideal + Decimal("1.5") if high is None else min(ideal + Decimal("1.5"), high))
    low = min(ideal - 3, ok_min) if low is None else low
    high = max(ideal + 3, ok_max) if high is None else high
    return {"ideal": ideal, "ok_min": ok_min, "ok_max": ok_max, "critical_low": low, "critical_high": high}


def by_hand(value: Decimal, told: dict[str, float]) -> tuple[int, str]:
    """Score and zone of one dimension by the formula of the page."""
    wanted = bounds(told)
    upper = value >= wanted["ideal"]
    ok, critical, end = (wanted["ok_max"], wanted["critical_high"], 10) if upper else (wanted["ok_min"], wanted["critical_low"], 0)
    away, to_ok, to_critical, to_end = (abs(point - wanted["ideal"]) for point in (value, ok, critical, Decimal(end)))
    if away == 0:
        score = Decimal(100)
    elif away <= to_ok:
        score = 100 - 30 * away / to_ok
    elif away <= to_critical:
        score = 70 - 20 * (away - to_ok) / (to_critical - to_ok)
    else:
        score = 50 * (to_end - away) / (to_end - to_critical)
    zone = "green" if away <= to_ok else "yellow" if away <= to_critical else "red"
    return whole(score), zone


def whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def rating(score: int) -> tuple[str, str]:
    return next((colour, word) for least, colour, word in COLOURS if score >= least)


async def profile_of(esc: Esc, dimensions: Any = PROFILE) -> str:
    data = await esc.data("POST", "/job-profiles", status=201, json={"name": "Vertrieb", "dimensions": dimensions})
    return str(data["id"])


class TestMatch:
    @pytest.mark.parametrize("seed", [1, 4])
    async def test_is_what_the_formula_says(self, esc: Esc, world: World, seed: int) -> None:
        """R-ESC-38, R-ESC-40, R-ESC-41, R-ESC-71: stability has no value here, so it is left out."""
        invite = await world.invite()
        await stories.take(world, invite, stories.answers_without("stability", seed=seed))
        key = await profile_of(esc)
        results = await esc.data("GET", f"/invites/{invite}/results")
        values = {name: Decimal(str(found["c_value"])) for name, found in (results["dimensions"] | results["graves_values"]).items()}
        data = await esc.data("GET", f"/invites/{invite}/match?profile_id={key}")
        matched = ["goal_orientation", "detail", "people", "graves5_success"]
        assert list(data["match_details"]) == matched
        expected = {name: by_hand(values[name], PROFILE[name]) for name in matched}
        for name, detail in data["match_details"].items():
            score, zone = expected[name]
            colour, word = rating(score)
            assert detail == {
                "dimension": name,
                "label": detail["label"],
                "candidate_value": float(values[name]),
                "profile_ideal": PROFILE[name]["ideal"],
                "delta": float(values[name] - Decimal(str(PROFILE[name]["ideal"]))),
                "match_score": score,
                "rating": {"en": word, "de": detail["rating"]["de"], "color": colour},
                "zone": zone,
            }
        overall = whole(Decimal(sum(score for score, _zone in expected.values())) / 4)
        colour, word = rating(overall)
        assert (data["overall_match"], data["dimensions_matched"]) == (overall, 4)
        assert (data["overall_rating"]["color"], data["overall_rating"]["en"]) == (colour, word)
        assert data["invite_id"] == invite
        assert data["candidate"] == {"name": "Anna Berg", "email": "anna@example.com"}
        assert data["profile"] == {"id": key, "name": "Vertrieb", "type": "standard"}
        labels = {name: data["match_details"][name]["label"]["en"] for name in matched}
        assert set(data["strengths"]) == {labels[name] for name in matched if expected[name][1] == "green" and expected[name][0] >= 90}
        assert set(data["development_areas"]) == {labels[name] for name in matched if expected[name][1] != "green"}
        assert "Stability" in data["recommendation"]

    async def test_has_tolerance_ranges_when_asked(self, esc: Esc, world: World) -> None:
        """R-ESC-39: those that hold, on the scale."""
        invite, _ = await world.complete()
        key = await profile_of(esc)
        plain = await esc.data("GET", f"/invites/{invite}/match?profile_id={key}&include_details=false")
        data = await esc.data("GET", f"/invites/{invite}/match?profile_id={key}&include_details=true")
        for name, detail in data["match_details"].items():
            shown = detail.pop("tolerance")
            whole_ones = bounds(PROFILE[name])
            del whole_ones["ideal"]
            assert shown == {bound: float(min(max(value, Decimal(0)), Decimal(10))) for bound, value in whole_ones.items()}
        assert data == plain


class TestRefusals:
    async def test_need_a_profile(self, esc: Esc, world: World) -> None:
        """R-ESC-36."""
        invite, _ = await world.complete()
        assert (await esc.told("GET", f"/invites/{invite}/match"))[::2] == (400, "'profile_id' is required.")
        key = await profile_of(esc)
        assert await esc.refusal("GET", f"/invites/{invite}/match?profile_id={key}&include_details=perhaps") == (400, "BAD_REQUEST")

    async def test_tell_what_is_missing(self, esc: Esc, world: World) -> None:
        """R-ESC-37; whatever else is wrong, an invite that is not there comes first."""
        key, empty, deleted = await profile_of(esc), await profile_of(esc, {}), await profile_of(esc)
        await esc.data("DELETE", f"/job-profiles/{deleted}")
        done, _ = await world.complete()
        begun = await world.invite("begun@example.com")
        await world.begin(begun)
        pending = await world.invite("pending@example.com")
        for invite, profile, refusal in (
            ("inv_unknown", key, (404, "NOT_FOUND")),
            ("inv_unknown", "jp_1", (404, "NOT_FOUND")),
            (pending, key, (400, "NOT_COMPLETED")),
            (begun, key, (400, "NOT_COMPLETED")),
            (done, "jp_1", (404, "NOT_FOUND")),
            (done, deleted, (404, "NOT_FOUND")),
            (done, done, (404, "NOT_FOUND")),
            (done, empty, (400, "BAD_REQUEST")),
        ):
            assert await esc.refusal("GET", f"/invites/{invite}/match?profile_id={profile}") == refusal, (invite, profile)

    async def test_where_no_dimension_has_a_value(self, esc: Esc, world: World) -> None:
        """R-ESC-71."""
        invite = await world.invite()
        await stories.take(world, invite, stories.answers_without("stability"))
        key = await profile_of(esc, {"stability": {"ideal": 5}})
        assert await esc.refusal("GET", f"/invites/{invite}/match?profile_id={key}") == (400, "BAD_REQUEST")

    async def test_other_doors_are_not_found(self, esc: Esc, world: World) -> None:
        """R-ESC-69: what came by the open link has no address below /invites; nor has a canceled one."""
        key = await profile_of(esc)
        invite, _ = await stories.enter(world)
        assert await esc.refusal("GET", f"/invites/{invite}/match?profile_id={key}") == (404, "NOT_FOUND")
        canceled = await world.invite("gone@example.com")
        await esc.data("DELETE", f"/invites/{canceled}")
        assert await esc.refusal("GET", f"/invites/{canceled}/match?profile_id={key}") == (404, "NOT_FOUND")

    async def test_another_accounts_things_answer_like_none(self, esc: Esc, world: World) -> None:
        """Q-2."""
        own, _ = await world.complete()
        foreign, _ = await stories.foreign_invite(world, completed=True)
        key, theirs = await profile_of(esc), await stories.foreign_profile(world)
        for invite, profile in ((own, theirs), (foreign, key), (foreign, theirs)):
            told = await esc.call("GET", f"/invites/{invite}/match?profile_id={profile}")
            nothing = await esc.call("GET", "/invites/inv_unknown/match?profile_id=jp_1")
            assert (told.status, told.body) == (nothing.status, nothing.body)
