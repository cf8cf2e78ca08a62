"""Texts, envelopes and the order of checks, without a server: every refusal that the contract shows is said as it shows it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rest_compat.problem import Problem
from rest_compat.questionnaires import DIALECT
from rest_compat.questionnaires.formats import _moment, _uuid
from rest_compat.route import Parameters, Route
from rest_compat.serve import Call, read, refuse
from tests.rest_compat.questionnaires.contract import KEY, KEYS, OUTCOME, PARTICIPANT, refusals, sent

CREATE, RETAKE = (sent("post", PARTICIPANT)[name] for name in ("create", "retake"))
TENANT, QUESTIONNAIRE = "0b5a3c3e-58b9-5a8e-9e2b-3d6f1a7c9e10", CREATE["project_uuid"]
PATH = {"tenant_id": TENANT, "questionnaire_id": QUESTIONNAIRE, "key_id": "a1b2c3d4-0000-0000-0000-000000000001"}
PATH["participant_id"] = RETAKE["participant_uuid"]
BODIES = {("post", PARTICIPANT): CREATE, ("put", OUTCOME): {"outcome": "x"}, ("post", KEYS): sent("post", KEYS)["participantWriter"]}
NO_KEY = Problem("UNAUTHENTICATED", "UNAUTHORIZED", "A valid API key is needed.")
UNKNOWN = Problem("UNAUTHENTICATED", "UNKNOWN_CREDENTIAL", "A valid API key is needed.")
LACKS = Problem("FORBIDDEN", "FORBIDDEN", "This credential lacks the permission 'x'.")
ELSEWHERE = Problem("FORBIDDEN", "NOT_ASSOCIATED", "This key works for another questionnaire.")
NOBODY = Problem("NOT_FOUND", "PARTICIPANT_NOT_FOUND", "There is no such participant.")
NOTHING = Problem("NOT_FOUND", "QUESTIONNAIRE_NOT_FOUND", "There is no such questionnaire.")
CHANGED = Problem("BAD_INPUT", "INTERVIEW_REFERENCE_CHANGED", "A retake keeps it.")
TAKEN = Problem("BAD_INPUT", "DUPLICATE_INTERVIEW_REFERENCE", "Taken.", asked={"interview_ref_num": CREATE["interview_ref_num"]})
FAILED = Problem("INTERNAL", "INTERNAL", "Something went wrong.")
SETTLED = Problem("WRONG_STATE", "SETTLED", "It cannot change.")

CAUSES: Mapping[str, Any] = {
    "badRequest": None,
    "projectUUIDRequired": {"project_uuid": ...},
    "irnCannotBeEmpty": {"interview_ref_num": ""},
    "invalidProjectUUIDFormat": {"project_uuid": "7"},
    "invalidParticipantUUIDFormat": {"participant_uuid": "7"},
    "invalidEmailFormat": {"email": "nobody"},
    "retakeReferenceNumberMismatch": CHANGED,
    "duplicateIRN": TAKEN,
    "unauthorized": NO_KEY,
    "invalidAPIKey": UNKNOWN,
    "projectNotFound": NOTHING,
    "questionnaireNotFound": NOTHING,
    "internalServerError": FAILED,
    "invalidParticipantIdFormat": {"participant_id": "7"},
    "invalidOutcomeTsFormat": {"outcome_ts": "2025-12-12 06:06:29"},
    "failedToUpdateOutcomeTracking": SETTLED,
    "missingKeyName": {"key_name": None},
    "missingScope": {"permissions": []},
    "invalidKeyId": {"key_id": "7"},
}
"""What brings each refusal about: a problem of the graph, parameters of a request (`...` for one left out), or no JSON at all."""


def route_of(method: str, path: str, body: Any = None) -> Route:
    found = next(route for route in DIALECT.routes if (route.method.lower(), route.path) == (method, path))
    return found.meant(body) if isinstance(body, dict) else found


def asked(method: str, path: str, changes: Mapping[str, Any]) -> Parameters | Problem:
    """What becomes of a good request with some parameters changed."""
    given = {name: value for name, value in {**PATH, **BODIES.get((method, path), {}), **changes}.items() if value is not ...}
    body = {name: value for name, value in given.items() if name not in PATH}
    has_body = (method, path) in BODIES
    return read(DIALECT, route_of(method, path, body), Call({name: given[name] for name in PATH}, {}, body if has_body else None))


def answered(problem: Any, route: Route | None) -> tuple[int, Any]:
    assert isinstance(problem, Problem), "it was not refused"
    answer = refuse(DIALECT, problem, route)
    return answer.status, orjson.loads(answer.body)


def text_of(problem: Any, route: Route | None) -> str:
    _status, body = answered(problem, route)
    return str(body["message"] if "message" in body else body["error"])


class TestEveryRefusalOfTheContract:
    @pytest.mark.parametrize(("place", "wanted"), [pytest.param(*one, id=" ".join(map(str, one[0]))) for one in refusals().items()])
    def test_is_said_as_it_shows_it(self, place: tuple[str, str, int, str], wanted: Any) -> None:
        """R-QST-3, R-QST-5 to R-QST-9, R-QST-12 to R-QST-15, R-QST-18, R-QST-25."""
        method, path, status, name = place
        by_place = {
            ("forbidden", PARTICIPANT): ELSEWHERE,
            ("forbidden", OUTCOME): ELSEWHERE,
            ("forbidden", KEYS): LACKS,
            "notFound": NOBODY,
        }
        cause = CAUSES.get(name, by_place.get(name, by_place.get((name, path))))
        route = route_of(method, path, RETAKE if name == "internalServerError" else None)
        if cause is None:
            problem: Any = read(DIALECT, route, Call(PATH, {}, "no object"))
        else:
            problem = cause if isinstance(cause, Problem) else asked(method, path, cause)
        found_status, found = answered(problem, route)
        assert found_status == status
        if "timestamp" in wanted:
            moment = datetime.strptime(found.pop("timestamp"), "%d-%m-%Y %H:%M:%S").replace(tzinfo=UTC)
            assert abs((datetime.now(UTC) - moment).total_seconds()) < 5
            assert found == {name: value for name, value in wanted.items() if name != "timestamp"}
        else:
            assert found == wanted


ORDERED: Mapping[tuple[str, str], Mapping[str, tuple[Any, str]]] = {
    ("post", PARTICIPANT): {
        "project_uuid": ("7", "Invalid project_uuid format"),
        "interview_ref_num": (..., "IRN cannot be empty."),
        "participant_uuid": ("", "Invalid participant_uuid format"),
        "email": ("a@b@c", "Invalid email format"),
        "phone_number1": (7, "Invalid phone_number1 format"),
        "phone_number2": ([], "Invalid phone_number2 format"),
        "external_ref_id": ({}, "Invalid external_ref_id format"),
        "language": (True, "Invalid language format"),
    },
    ("put", OUTCOME): {
        "participant_id": ("x", "Invalid participant_id format"),
        "outcome": (" ", "outcome is required"),
        "outcome_ts": ("", "Invalid outcome_ts format. Use RFC3339 format (e.g., 2025-12-12T06:06:29Z)"),
    },
    ("post", KEYS): {
        "tenant_id": ("x", "Invalid tenant ID format"),
        "questionnaire_id": ("x", "Invalid questionnaire ID format"),
        "key_name": ("", "key_name is required and cannot be null or empty"),
        "permissions": (..., "scope is required and cannot be null or empty"),
    },
    ("delete", KEY): {
        "tenant_id": ("x", "Invalid tenant ID format"),
        "questionnaire_id": ("x", "Invalid questionnaire ID format"),
        "key_id": ("x", "Invalid api key ID format"),
    },
}
"""A wrong value of each parameter with what is said of it, in the order in which they are checked."""


class TestOrder:
    @pytest.mark.parametrize("place", ORDERED, ids=" ".join)
    def test_is_kept_when_two_things_are_wrong(self, place: tuple[str, str]) -> None:
        """The notes of the contract, section 3."""
        for first, second in combinations(ORDERED[place], 2):
            changes = {name: ORDERED[place][name][0] for name in (first, second)}
            assert text_of(asked(*place, changes), route_of(*place)) == ORDERED[place][first][1], (first, second)

    @pytest.mark.parametrize("place", ORDERED, ids=" ".join)
    def test_says_what_is_wrong_with_each(self, place: tuple[str, str]) -> None:
        for name, (value, text) in ORDERED[place].items():
            assert text_of(asked(*place, {name: value}), route_of(*place)) == text, name

    @pytest.mark.parametrize(
        ("place", "name", "value", "text"),
        [
            (("post", PARTICIPANT), "project_uuid", None, "project_uuid is required"),
            (("post", PARTICIPANT), "project_uuid", "", "project_uuid is required"),
            (("post", PARTICIPANT), "project_uuid", 7, "Invalid project_uuid format"),
            (("post", PARTICIPANT), "interview_ref_num", None, "IRN cannot be empty."),
            (("post", PARTICIPANT), "interview_ref_num", " \t", "IRN cannot be empty."),
            (("post", PARTICIPANT), "interview_ref_num", 7858934895810, "Invalid interview_ref_num format"),
            (("post", PARTICIPANT), "participant_uuid", 7, "Invalid participant_uuid format"),
            (("put", OUTCOME), "outcome", ..., "outcome is required"),
            (("put", OUTCOME), "outcome", None, "outcome is required"),
            (("put", OUTCOME), "outcome", 7, "Invalid outcome format"),
            (("post", KEYS), "key_name", 7, "Invalid key_name format"),
            (("post", KEYS), "permissions", None, "scope is required and cannot be null or empty"),
            (
                ("post", KEYS),
                "permissions",
                ["participant:write", "results:read"],
                "Invalid scope. Valid values: participant:read, participant:write, participant:delete, apikey:write, apikey:delete",
            ),
        ],
    )
    def test_tells_missing_from_malformed(self, place: tuple[str, str], name: str, value: Any, text: str) -> None:
        assert text_of(asked(*place, {name: value}), route_of(*place)) == text


class TestDispatch:
    def test_goes_by_the_participant(self) -> None:
        """I-QST-1: the document's own example of a retake fits both of its schemas."""
        made, again = asked("post", PARTICIPANT, {}), asked("post", PARTICIPANT, RETAKE)
        assert [route_of("post", PARTICIPANT, body).operation for body in (CREATE, RETAKE)] == ["AddParticipant", "RetakeQuestionnaire"]
        assert isinstance(made, Parameters)
        assert isinstance(again, Parameters)
        shared = {"questionnaire": QUESTIONNAIRE, "interviewReference": "7858934895810", "email": "participant@gmail.com"}
        shared |= {"phoneNumber1": "+916263877039", "phoneNumber2": "", "language": "English"}
        shared |= {"externalReference": "12345-46b5-464d-a8e4-afecc"}
        assert made.variables() == shared
        assert again.variables() == {**shared, "participant": RETAKE["participant_uuid"]}

    def test_takes_null_for_what_may_be_left_out(self) -> None:
        names = ("participant_uuid", "email", "phone_number1", "phone_number2", "external_ref_id", "language")
        found = asked("post", PARTICIPANT, dict.fromkeys(names))
        assert isinstance(found, Parameters)
        assert found.variables() == {"questionnaire": QUESTIONNAIRE, "interviewReference": "7858934895810"}


class TestEnvelopes:
    @pytest.mark.parametrize(
        ("code", "kind", "status"),
        [
            ("METHOD_NOT_ALLOWED", "BAD_INPUT", 405),
            ("REQUEST_TIMEOUT", "BAD_INPUT", 408),
            ("IDEMPOTENCY_KEY_REUSED", "CONFLICT", 409),
            ("PAYLOAD_TOO_LARGE", "BAD_INPUT", 413),
            ("UNSUPPORTED_MEDIA_TYPE", "BAD_INPUT", 415),
            ("RATE_LIMIT_EXCEEDED", "TOO_MANY", 503),
            ("TOO_MANY_KEYS", "WRONG_STATE", 400),
            ("UNAVAILABLE", "UNAVAILABLE", 503),
            ("SOMETHING_NEW", "INTERNAL", 500),
        ],
    )
    def test_hold_for_what_the_contract_does_not_know(self, code: str, kind: str, status: int) -> None:
        """I-QST-4, I-QST-10: the enum of names stays closed."""
        problem = Problem(kind, code, "What happened.")
        for route in (*DIALECT.routes, *DIALECT.routes[0].instead.values(), None):
            found_status, body = answered(problem, route)
            assert found_status == status
            if route is not None and route.tag == "API Keys":
                assert set(body) == {"error"}
            else:
                assert set(body) == {"error", "status", "message", "timestamp"}
                assert body["error"] == ("INTERNAL_SERVER_ERROR" if status >= 500 else "BAD_REQUEST")
                assert re.fullmatch(r"\d\d-\d\d-\d{4} \d\d:\d\d:\d\d", body["timestamp"])

    def test_of_keys_say_why_a_key_may_not(self) -> None:
        """The notes of the contract, section 2; R-QST-19."""
        texts = {
            (method, path): [text_of(problem, route_of(method, path)) for problem in (NO_KEY, UNKNOWN, LACKS, ELSEWHERE, NOTHING)]
            for method, path in (("post", KEYS), ("get", KEYS), ("delete", KEY))
        }
        other, none = "API Key not associated with this Questionnaire", "API key not found or Invalid tenant for this questionnaire"
        unknown = ["Authorization header is required", "Invalid API key"]
        assert texts["post", KEYS] == [*unknown, "You are not authorized to perform this operation", other, none]
        assert texts["get", KEYS] == texts["post", KEYS]
        assert texts["delete", KEY] == [*unknown, "Invalid API key scope", other, none]

    def test_pass_on_what_the_graph_says_of_a_field(self) -> None:
        problem = Problem("BAD_INPUT", "BAD_REQUEST", "All.", fields=(("language", "'language' is too long."),))
        assert text_of(problem, route_of("post", PARTICIPANT)) == "'language' is too long."
        assert text_of(replace(problem, fields=(("email", "No."),)), route_of("post", PARTICIPANT)) == "Invalid email format"


class TestFormats:
    @given(st.uuids())
    def test_take_uuids_in_their_one_form(self, one: UUID) -> None:
        assert _uuid(str(one).upper()) == str(one)
        for other in (one.hex, f"{{{one}}}", one.urn, f"{one}\n", f" {one}"):
            with pytest.raises(ValueError, match="UUID"):
                _uuid(other)

    @given(st.datetimes(timezones=st.just(UTC)))
    def test_take_any_moment_of_rfc_3339(self, moment: datetime) -> None:
        for text in (moment.isoformat(), moment.isoformat().replace("+00:00", "z").replace("T", "t")):
            assert datetime.fromisoformat(_moment(text)) == moment

    @pytest.mark.parametrize(
        "text",
        [
            "2025-12-12",
            "2025-12-12T06:06:29",
            "2025-12-12 06:06:29Z",
            "2025-12-12T06:06Z",
            "2025-13-12T06:06:29Z",
            "2025-12-12T24:06:29Z",
            "20251212T060629Z",
            "2025-W50-5T06:06:29Z",
            "0001-01-01T00:00:00+23:59",
            "2025-12-12T06:06:29+2400",
            "٢٠٢٥-12-12T06:06:29Z",
            "2025-12-12T06:06:29Z\n",
            "",
        ],
    )
    def test_refuse_what_is_none(self, text: str) -> None:
        wanted = "Invalid outcome_ts format. Use RFC3339 format (e.g., 2025-12-12T06:06:29Z)"
        assert text_of(asked("put", OUTCOME, {"outcome_ts": text}), route_of("put", OUTCOME)) == wanted

    def test_turn_moments_to_utc(self) -> None:
        assert _moment("2025-12-12T06:06:29.5+05:30") == "2025-12-12T00:36:29.500000+00:00"


def test_key_is_the_whole_header() -> None:
    """R-QST-1."""
    assert DIALECT.credential({"Authorization": "cs_live_1"}) == "cs_live_1"
    assert DIALECT.credential({"Authorization": "Bearer cs_live_1"}) == "Bearer cs_live_1"
    assert [DIALECT.credential(headers) for headers in ({}, {"Authorization": " "})] == [None, None]
