"""The envelope, the statuses and the codes of the assessment flows API; who may call."""

from typing import Any

import pytest

from domain.access import commands as access
from domain.kernel.errors import Kind
from domain.kernel.permissions import Permission
from gateway import bodies
from rest_compat.flows import candidates, dialect, flows, values
from rest_compat.problem import Problem
from tests.contracts.held import FLOWS
from tests.rest_compat.esc import stories
from tests.rest_compat.flows.conftest import ON_ONE_DATABASE, SCREEN, Flows
from tests.support.http import Http
from tests.support.world import World

RESPONSES = FLOWS.asked["components"]["responses"]
ERROR = FLOWS.asked["components"]["schemas"]["Error"]["properties"]["error"]["properties"]
OPERATIONS = (
    ("GET", ""),
    ("POST", ""),
    ("GET", "/1"),
    ("PATCH", "/1"),
    ("GET", "/1/candidates"),
    ("POST", "/1/assign"),
)
BODIES: dict[str, Any] = {"POST": {"json": {**SCREEN, "email": "a@example.com"}}, "PATCH": {"json": {}}, "GET": {}}


def shown(response: str, name: str) -> Any:
    """An error as the contract shows it."""
    return RESPONSES[response]["content"]["application/json"]["examples"][name]["value"]


def refused(kind: str, code: str = "ANYTHING", message: str = "So it is.") -> tuple[int, str, str]:
    status, body = dialect.failure(Problem(kind, code, message))
    return status, body["error"]["code"], body["error"]["type"]


class TestFailure:
    def test_knows_every_kind_in_the_words_of_the_contract(self) -> None:
        """R-FLW-15, R-FLW-17; decision 0040."""
        told = {str(kind): refused(kind) for kind in Kind}
        assert told == {
            "BAD_INPUT": (400, "INVALID_REQUEST", "validation_error"),
            "UNAUTHENTICATED": (401, "UNAUTHORIZED", "authentication_error"),
            "FORBIDDEN": (403, "FORBIDDEN", "permission_error"),
            "NOT_FOUND": (404, "NOT_FOUND", "not_found_error"),
            "CONFLICT": (400, "INVALID_REQUEST", "validation_error"),
            "PAYMENT_REQUIRED": (403, "FORBIDDEN", "permission_error"),
            "WRONG_STATE": (400, "INVALID_REQUEST", "validation_error"),
            "TOO_MANY": (429, "INTERNAL_ERROR", "api_error"),
            "UNAVAILABLE": (503, "INTERNAL_ERROR", "api_error"),
            "INTERNAL": (500, "INTERNAL_ERROR", "api_error"),
        }
        known = [*told.values(), *dialect.BY_CODE.values()]
        assert {code for _, code, _ in known} == set(ERROR["code"]["enum"])
        assert {sort for _, _, sort in known} == set(ERROR["type"]["enum"])

    @pytest.mark.parametrize(
        ("kind", "code", "example"),
        [
            ("UNAUTHENTICATED", "UNAUTHORIZED", ("Unauthorized", "unauthorized")),
            ("UNAUTHENTICATED", "ACCOUNT_INACTIVE", ("Forbidden", "inactive")),
            ("FORBIDDEN", "FORBIDDEN", ("Forbidden", "forbidden")),
            ("NOT_FOUND", "NOT_FOUND", ("NotFound", "notFound")),
            ("INTERNAL", "INTERNAL", ("ServerError", "internal")),
        ],
    )
    def test_is_as_the_contract_shows_it(self, kind: str, code: str, example: tuple[str, str]) -> None:
        assert dialect.failure(Problem(kind, code, "In our words."))[1] == shown(*example)


class TestValues:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [("7", "7"), ("999999999999999999", "999999999999999999")]
        + [(text, str(2**63 - 1)) for text in ("", "0", "07", "-7", "7.0", "x", "Rmxvdzo3", "9" * 30, "٧")],
    )
    def test_an_id_that_is_no_number_is_of_no_flow(self, given: str, kept: str) -> None:
        """I-FLW-6: also where the graph would take it."""
        assert flows.OneFlow.model_validate({"id": given}).key == kept

    @pytest.mark.parametrize(("score", "shown"), [(60.0, "60"), (62.5, "62.5"), (0.0, "0"), (None, "None")])
    def test_numbers_have_no_empty_fraction(self, score: float | None, shown: str) -> None:
        step = {"key": 1, "instrument": "escprofile"}
        attempt = {"step": step, "number": 1, "status": "OVER", "score": score, "passed": None, "startedAt": None, "completedAt": None}
        written = candidates.Attempt.model_validate(attempt)
        assert (str(written.score), written.status, written.submission) == (shown, "FAILED", None)

    @pytest.mark.parametrize("reference", [0, -5, 2**63 - 1, "5501", "ä", " x "])
    def test_references_are_kept_as_they_came(self, reference: int | str) -> None:
        """R-FLW-14."""
        given = candidates.AssignCandidate.model_validate({"id": "1", "jobCandidateId": reference}, strict=True)
        assert given.variables() == {"flow": "1", "jobCandidateReference": reference}
        assert type(given.jobCandidateReference) is type(reference)

    def test_times_are_milliseconds(self) -> None:
        assert values._milliseconds("2026-01-07T10:00:00.123Z") == 1767780000123


class TestRequests:
    @ON_ONE_DATABASE
    async def test_need_a_key_with_the_permission(self, flows: Flows, world: World) -> None:
        """R-FLW-15: and nothing but the permissions of flows."""
        reading = await stories.key_of(world, [Permission.FLOWS_READ])
        neither = await stories.key_of(world, [Permission.INVITES_READ])
        both = await stories.key_of(world, [Permission.FLOWS_READ, Permission.FLOWS_WRITE])
        for method, path in OPERATIONS:
            reply = await flows.call(method, f"/assessment-flows{path}", key=None, **BODIES[method])
            assert (reply.status, reply.json()) == (401, shown("Unauthorized", "unauthorized"))
            assert reply.headers["WWW-Authenticate"] == "Bearer"
            assert (await flows.call(method, f"/assessment-flows{path}", key="sk_live_0", **BODIES[method])).status == 401
            for key in (neither, *([reading] if method != "GET" else [])):
                reply = await flows.call(method, f"/assessment-flows{path}", key=key, **BODIES[method])
                assert (reply.status, reply.json()) == (403, shown("Forbidden", "forbidden"))
            allowed = reading if method == "GET" else both
            assert (await flows.call(method, f"/assessment-flows{path}", key=allowed, **BODIES[method])).status in (200, 404)

    @ON_ONE_DATABASE
    async def test_of_an_inactive_account_say_so(self, flows: Flows, world: World) -> None:
        async with world.work() as uow:
            (await access.own_account(uow)).status = "inactive"
        for method, path in OPERATIONS:
            reply = await flows.call(method, f"/assessment-flows{path}", **BODIES[method])
            assert (reply.status, reply.json()) == (403, shown("Forbidden", "inactive"))

    @ON_ONE_DATABASE
    async def test_to_other_places_are_answered_in_the_envelope(self, flows: Flows, http: Http) -> None:
        for method, path, status, code, allowed in (
            ("GET", "/", 404, "NOT_FOUND", None),
            ("GET", "/assessments", 404, "NOT_FOUND", None),
            ("POST", "/assessment-flows/1/attempts", 404, "NOT_FOUND", None),
            ("DELETE", "/assessment-flows/1", 405, "INVALID_REQUEST", "GET, PATCH"),
            ("PUT", "/assessment-flows", 405, "INVALID_REQUEST", "GET, POST"),
            ("GET", "/assessment-flows/1/assign", 405, "INVALID_REQUEST", "POST"),
        ):
            reply = await http.request(method, flows.base + path)
            assert (reply.status, set(reply.json()), reply.json()["error"]["code"]) == (status, {"error"}, code)
            assert reply.headers.get("Allow") == allowed

    @ON_ONE_DATABASE
    async def test_with_a_body_that_cannot_be_read_are_refused(self, flows: Flows, world: World) -> None:
        """R-FLW-15."""
        number, rows = await flows.screen(), await world.rows()
        for path, method in (("", "POST"), (f"/{number}", "PATCH"), (f"/{number}/assign", "POST")):
            for data, kind, status in (
                (b"{", "application/json", 400),
                (b"[]", "application/json", 400),
                (b'"x"', "application/json", 400),
                (b'{"flowName": "a", "flowName": "b"}', "application/json", 400),
                (b'{"email": "\xff"}', "application/json", 400),
                (b"email=a", "application/x-www-form-urlencoded", 415),
                (b" " * (bodies.LARGEST + 1), "application/json", 413),
                (b"", "application/json", 400),
            ):
                told, error = await flows.refusal(method, path, data=data, headers={"Content-Type": kind})
                assert (told, error["code"], error["type"]) == (status, "INVALID_REQUEST", "validation_error"), (data[:20], path)
        assert {**await world.rows(), "flow": 1} == {**rows, "flow": 1}

    @ON_ONE_DATABASE
    async def test_beyond_the_rate_are_told_when_to_come_back(self, flows: Flows, world: World) -> None:
        key = await stories.key_of(world, rate_limit=1)
        assert (await flows.call("GET", "/assessment-flows", key=key)).status == 200
        reply = await flows.call("GET", "/assessment-flows", key=key)
        assert (reply.status, reply.json()["error"]["code"], reply.json()["error"]["type"]) == (429, "INTERNAL_ERROR", "api_error")
        assert int(reply.headers["Retry-After"]) > 0

    @ON_ONE_DATABASE
    async def test_are_carried_out_once_by_their_key(self, flows: Flows, world: World) -> None:
        """Q-10."""
        headers = {"Idempotency-Key": "one-and-the-same"}
        first, again = [await flows.call("POST", "/assessment-flows", json=SCREEN, headers=headers) for _ in range(2)]
        assert (first.body, again.headers["Idempotent-Replayed"]) == (again.body, "true")
        status, error = await flows.refusal("POST", json={**SCREEN, "flowName": "Another"}, headers=headers)
        assert (status, error["code"]) == (409, "INVALID_REQUEST")
        assert len(await flows.data("GET")) == 1
