"""REST and the graph answer the same, for both read the same rows."""

from typing import Any

from tests.rest_compat.esc import stories
from tests.rest_compat.esc.conftest import Esc
from tests.support.world import World

RESULT = """query($k: ID!) { invite(key: $k) {
  key name email link status createdAt
  candidate { name givenName familyName email gender birthYear }
  attempt { key status startedAt completedAt result {
    completedAt normGroup { key name { en } } wirIch { wirPercent ichPercent tendency }
    scales { rawPercent cValue label scale { key kind name { en de } } } } } } }"""
BALANCE = "{ balance { available used pendingInvites account { key company email } packages { key kind credits remaining addedAt } } }"
PRODUCTS = "{ products { key name { en } description { en } price currency credits features { en } } }"


def score(found: Any) -> Any:
    shown = {"raw_percent": found["rawPercent"], "c_value": found["cValue"], "name": found["scale"]["name"]}
    return shown | ({"label": found["label"].replace("_", " ").title()} if found["scale"]["kind"] == "OPERATIVE" else {})


class TestResults:
    async def test_are_the_same_values(self, esc: Esc, world: World) -> None:
        """Also where a scale has no value."""
        invite = await world.invite()
        session = await stories.take(world, invite, stories.answers_without("people", seed=5))
        await stories.describe(world, "anna@example.com", gender="female", birth_year=1999)
        rest = await esc.data("GET", f"/invites/{invite}/results")
        graph = await result(esc, invite)
        measured = graph["attempt"]["result"]
        scales = {found["scale"]["key"]: score(found) for found in measured["scales"] if found["cValue"] is not None}
        assert len(scales) == 22
        assert rest["dimensions"] | rest["graves_values"] == scales
        ratio = measured["wirIch"]
        assert rest["wir_ich_ratio"]["wir_percent"] == ratio["wirPercent"]
        assert rest["wir_ich_ratio"]["ich_percent"] == ratio["ichPercent"]
        assert rest["wir_ich_ratio"]["tendency"].upper() == ratio["tendency"]
        assert rest["norm_group"] == {"id": measured["normGroup"]["key"], "name": measured["normGroup"]["name"]["en"]}
        assert rest["assessment"]["completed_at"] == measured["completedAt"]
        assert rest["candidate"] == {"name": graph["name"], "email": graph["email"], "gender": graph["candidate"]["gender"].lower()}
        profile = await esc.data("GET", f"/profiles/{session}")
        assert profile["results"]["dimensions"] | profile["results"]["graves_values"] == scales
        assert profile["session_id"] == graph["attempt"]["key"]
        assert profile["candidate"]["first_name"] == graph["candidate"]["givenName"]


async def result(esc: Esc, invite: str) -> Any:
    return (await esc.http.graph(RESULT, k=invite))["invite"]


class TestOthers:
    async def test_invites_are_the_same_values(self, esc: Esc, world: World) -> None:
        invite = await esc.data("POST", "/invites", status=201, json={"email": "anna@example.com", "name": "Anna Berg"})
        graph = await result(esc, invite["invite_id"])
        assert invite == {
            "invite_id": graph["key"],
            "status": graph["status"].lower(),
            "candidate": {"email": graph["email"], "name": graph["name"]},
            "analysis_link": graph["link"],
            "created_at": graph["createdAt"],
        }

    async def test_balances_and_products_are_the_same_values(self, esc: Esc, world: World) -> None:
        await world.complete()
        rest, graph = await esc.data("GET", "/balance"), (await esc.http.graph(BALANCE))["balance"]
        assert list(rest["balance"].values()) == [graph["available"], graph["used"], graph["pendingInvites"]]
        assert list(rest["customer"].values()) == list(graph["account"].values())
        assert [package["id"] for package in rest["packages"]] == [entry["key"] for entry in graph["packages"]]
        products = (await esc.http.graph(PRODUCTS))["products"]
        shown = (await esc.data("GET", "/products"))["products"]
        assert [product["offers"] for product in shown] == [
            {"price": product["price"], "priceCurrency": product["currency"]} for product in products
        ]
