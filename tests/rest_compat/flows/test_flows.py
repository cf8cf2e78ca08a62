"""Flows made, listed, looked up and changed, as the contract shows it."""

from typing import Any

import pytest

from domain.access.uuids import account_uuid
from domain.instruments import bank
from tests.rest_compat.flows.conftest import INSTRUMENT, ON_ONE_DATABASE, SCREEN, Flows, shown
from tests.support.world import World

BODY = ("paths", "/assessment-flows", "post", "requestBody")
ANSWER = ("paths", "/assessment-flows", "post", "responses", "200")
CHANGE = ("paths", "/assessment-flows/{id}", "patch", "requestBody")
REFUSED = ("paths", "/assessment-flows/{id}", "patch", "responses", "400")
DETAIL = ("paths", "/assessment-flows/{id}", "get", "responses", "200")
LISTED = ("paths", "/assessment-flows", "get", "responses", "200")
KEPT = {"assessmentId": INSTRUMENT, "passThreshold": 60}
QUIZ, TALK = ({"assessmentId": INSTRUMENT, "passThreshold": threshold} for threshold in (60, 70))


def with_ours(value: Any) -> Any:
    """An example of the contract with assessments that this account has."""
    return {**value, "steps": [{**step, "assessmentId": INSTRUMENT} for step in value["steps"]]}


def of_ours(example: Any, flow: Any, *, kinds: tuple[str, ...]) -> Any:
    """An example of a flow with the numbers, the company and the assessments of ours."""
    pairs = zip(example["steps"], flow["steps"], kinds, strict=True)
    steps = [{**told, "id": ours["id"], "assessmentId": INSTRUMENT, "assessmentType": kind} for told, ours, kind in pairs]
    return {**example, "id": flow["id"], "companyId": flow["companyId"], "steps": steps}


class TestExamples:
    async def test_are_created_listed_and_shown_in_detail(self, flows: Flows, world: World) -> None:
        """R-FLW-2 to R-FLW-7, I-FLW-1, I-FLW-8: the contract's own bodies, answered as it shows."""
        made = await flows.data("POST", json=with_ours(shown("twoSteps", *BODY)))
        example = of_ours(shown("created", *ANSWER)["data"], made, kinds=("PROFILE", "INTERVIEW"))
        assert made == example
        assert made["companyId"] == str(account_uuid(world.account_id))
        assert await flows.data("GET") == [made]
        assert made.keys() == shown("published", *LISTED)["data"][0].keys()
        detail, taken = await flows.data("GET", f"/{made['id']}"), bank.current(INSTRUMENT)
        assert taken is not None
        named = {"assessmentName": taken.name.en, "assessmentDuration": taken.duration_minutes}
        assert detail == {**made, "steps": [{**step, **named} for step in made["steps"]]}
        assert detail["steps"][0].keys() == shown("detail", *DETAIL)["data"]["steps"][0].keys()

    async def test_are_changed_by_thresholds_and_by_what_is_appended(self, flows: Flows) -> None:
        """R-FLW-6, I-FLW-4."""
        number = await flows.screen()
        before = await flows.data("GET")
        changed = await flows.data("PATCH", f"/{number}", json=with_ours(shown("raiseAndAppend", *CHANGE)))
        assert [step["passThreshold"] for step in changed["steps"]] == [65, 70, 50]
        assert [step["name"] for step in changed["steps"]] == ["Product quiz", None, "Case"]
        assert [step["order"] for step in changed["steps"]] == [1, 2, 3]
        assert [step["id"] for step in changed["steps"][:2]] == [step["id"] for step in before[0]["steps"]]
        assert changed["steps"][1]["assessmentType"] == "INTERVIEW"
        removed = await flows.call("PATCH", f"/assessment-flows/{number}", json={"steps": [KEPT]})
        assert (removed.status, removed.json()) == (400, shown("removedStep", *REFUSED))
        assert await flows.data("GET") == [changed]


class TestCreating:
    @pytest.mark.parametrize(
        ("body", "details"),
        [
            ({}, {"flowName": '"flowName" is required', "steps": '"steps" is required'}),
            ({"flowName": None, "steps": None}, {"flowName": '"flowName" must be a string', "steps": '"steps" must be a list'}),
            ({"flowName": "", "steps": []}, {"flowName": '"flowName" must not be empty', "steps": '"steps" must have at least 1 entry'}),
            ({"flowName": 5, "steps": [KEPT], "description": 5}, {"flowName": ..., "description": '"description" must be a string'}),
            (
                {**SCREEN, "steps": [KEPT, {"passThreshold": 100.5}, 7]},
                {
                    "steps.1.assessmentId": '"assessmentId" is required',
                    "steps.1.passThreshold": '"passThreshold" must be 100 or less',
                    "steps.2": ...,
                },
            ),
            ({**SCREEN, "steps": [{**KEPT, "passThreshold": -1}]}, {"steps.0.passThreshold": ...}),
            ({**SCREEN, "steps": [{**KEPT, "passThreshold": "60"}]}, {"steps.0.passThreshold": '"passThreshold" must be a number'}),
            ({**SCREEN, "steps": [{**KEPT, "name": None}]}, {"steps.0.name": '"name" must be a string'}),
            ({**SCREEN, "steps": [KEPT, {**KEPT, "assessmentId": "asm-none"}]}, {"steps.1.assessmentId": ...}),
            ({**SCREEN, "flowName": " "}, {"flowName": ...}),
            ({**SCREEN, "steps": [{**KEPT, "type": "x" * 500}]}, {"steps.0.assessmentType": ...}),
        ],
    )
    @ON_ONE_DATABASE
    async def test_is_refused_with_all_that_is_wrong(self, flows: Flows, world: World, body: Any, details: Any) -> None:
        """R-FLW-3, R-FLW-4, R-FLW-15: nothing is made then."""
        rows = await world.rows()
        told = await flows.faults("POST", json=body)
        assert told.keys() == details.keys()
        assert {name: text for name, text in told.items() if details[name] is not ...} == {
            name: text for name, text in details.items() if text is not ...
        }
        assert await world.rows() == rows

    @ON_ONE_DATABASE
    async def test_takes_either_word_for_the_type_and_any_number_for_the_threshold(self, flows: Flows) -> None:
        """R-FLW-5, I-FLW-3, I-FLW-9."""
        kinds: list[dict[str, Any]] = [{}, {"type": "A"}, {"assessmentType": "B"}, {"type": "A", "assessmentType": "B"}]
        thresholds = [0, 62.5, 100, 33.25]
        steps = [{**KEPT, "passThreshold": threshold, **kind} for threshold, kind in zip(thresholds, kinds, strict=True)]
        made = await flows.data("POST", json={"flowName": "Any", "steps": steps, "description": None})
        assert [step["assessmentType"] for step in made["steps"]] == ["PROFILE", "A", "B", "B"]
        assert [(step["passThreshold"], type(step["passThreshold"])) for step in made["steps"]] == [
            (0, int),
            (62.5, float),
            (100, int),
            (33.25, float),
        ]
        assert made["description"] is None


class TestChanging:
    async def test_leaves_what_is_left_out_and_takes_away_what_is_null(self, flows: Flows) -> None:
        """I-FLW-4."""
        number = await flows.screen()
        made = (await flows.data("GET"))[0]
        for body, changed in (
            ({}, {}),
            ({"flowName": "Screen"}, {"flowName": "Screen"}),
            ({"status": "INACTIVE"}, {"status": "INACTIVE"}),
            ({"description": None}, {"description": None}),
            ({"description": "Again", "status": "ACTIVE"}, {"description": "Again", "status": "ACTIVE"}),
        ):
            made |= changed
            assert await flows.data("PATCH", f"/{number}", json=body) == made
        whole = await flows.data("PATCH", f"/{number}", json=SCREEN)
        assert whole == {**made, **{name: SCREEN[name] for name in ("flowName", "description")}}

    @pytest.mark.parametrize(
        ("body", "details"),
        [
            ({"flowName": None}, {"flowName"}),
            ({"status": "ARCHIVED"}, {"status"}),
            ({"status": None}, {"status"}),
            ({"steps": None}, {"steps"}),
            ({"steps": []}, {"steps"}),
            ({"steps": [{**QUIZ, "name": "Another"}, TALK]}, {"steps.0.name"}),
            ({"steps": [QUIZ, {**TALK, "assessmentType": "QUIZ"}]}, {"steps.1.assessmentType"}),
            ({"steps": [{**QUIZ, "assessmentId": "asm-none"}, TALK]}, {"steps.0.assessmentId"}),
            ({"steps": [QUIZ, {**TALK, "passAction": "CALL"}, {**TALK, "passThreshold": 5}]}, {"steps.1.passAction"}),
            ({"steps": [QUIZ, TALK, {**TALK, "assessmentId": "asm-none"}]}, {"steps.2.assessmentId"}),
        ],
    )
    @ON_ONE_DATABASE
    async def test_is_refused_by_the_place_of_what_is_wrong(self, flows: Flows, body: Any, details: set[str]) -> None:
        """R-FLW-6: nothing is changed then."""
        number = await flows.screen()
        before = await flows.data("GET")
        assert set(await flows.faults("PATCH", f"/{number}", json={"description": "New", **body})) == details
        assert await flows.data("GET") == before

    async def test_to_deleted_hides_a_flow(self, flows: Flows) -> None:
        """R-FLW-2, I-FLW-5."""
        kept, number = await flows.screen(), await flows.screen(flowName="Gone")
        gone = await flows.data("PATCH", f"/{number}", json={"status": "DELETED"})
        assert (gone["id"], gone["status"], len(gone["steps"])) == (number, "DELETED", 2)
        assert [flow["id"] for flow in await flows.data("GET")] == [kept]
        for method, path in (("GET", ""), ("PATCH", ""), ("GET", "/candidates"), ("POST", "/assign")):
            status, error = await flows.refusal(
                method, f"/{number}{path}", **({} if method == "GET" else {"json": {"email": "a@b.example"}})
            )
            assert (status, error) == (404, {"code": "NOT_FOUND", "type": "not_found_error", "message": "Flow not found"})
