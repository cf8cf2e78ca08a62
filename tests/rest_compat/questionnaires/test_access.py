"""Who may call and what is said first: keys, the order of checks, unknown paths, other accounts, the sandbox."""

from itertools import combinations
from typing import Any
from uuid import uuid4

from tests.rest_compat.esc import stories
from tests.rest_compat.questionnaires.conftest import ON_ONE_DATABASE, Api
from tests.rest_compat.questionnaires.contract import KEYS, PARTICIPANT, examples, sent

CREATE, RETAKE = (sent("post", PARTICIPANT)[name] for name in ("create", "retake"))
CHANGED = examples("post", PARTICIPANT, 400)["retakeReferenceNumberMismatch"]["message"]
NOBODY = "cs_live_00000000000000000000000000000000"


class TestKeys:
    @ON_ONE_DATABASE
    async def test_are_asked_before_anything_is_read(self, api: Api) -> None:
        """R-QST-1, R-QST-3: each surface in its own words."""
        project = str(uuid4())
        needed, unknown = "API key is required", "Invalid API key"
        bodies: list[dict[str, Any]] = [{"data": b"{broken"}, {"json": {}}, {"data": b"x", "headers": {"Content-Type": "text/plain"}}]
        for options in bodies:
            for method, path in (("POST", "/participant"), ("PUT", "/participant/x")):
                assert await api.refusal(method, path, key=None, **dict(options)) == (401, needed)
                assert await api.refusal(method, path, key=NOBODY, **dict(options)) == (401, unknown)
            assert await api.refusal("POST", api.keys_of(project), key=None, **dict(options)) == (401, "Authorization header is required")
            assert await api.refusal("POST", api.keys_of("x"), key=NOBODY, **dict(options)) == (401, unknown)
        for method, path in (("GET", api.keys_of("x")), ("DELETE", api.keys_of("x", key="x"))):
            assert await api.refusal(method, path, key=None) == (401, "Authorization header is required")
            assert await api.refusal(method, path, key="x" * 3000) == (401, unknown)
        secret = api.http.world.key.secret
        assert await api.refusal("POST", "/participant", key=f"Bearer {secret}", json={}) == (401, unknown)
        reply = await api.call("POST", "/participant", key=None, json={})
        assert reply.json()["error"] == "UNAUTHORIZED"
        assert reply.headers["WWW-Authenticate"] == "ApiKey"

    @ON_ONE_DATABASE
    async def test_are_not_counted(self, api: Api) -> None:
        """Q-16, I-QST-4: this API knows no 429, and tells nothing of limits."""
        key = await stories.key_of(api.http.world, rate_limit=1)
        replies = [await api.call("POST", "/participant", key=key, json={}) for _ in range(3)]
        assert [reply.status for reply in replies] == [400, 400, 400]
        assert not [name for name in replies[-1].headers if name.startswith("RateLimit")]


class TestOrder:
    async def test_of_refusals_is_that_of_the_contract(self, api: Api) -> None:
        """The notes of the contract, section 3: of any two things that are wrong the first is told."""
        project, other = await api.questionnaire(), await api.questionnaire("Another")
        good, weak, elsewhere = await api.key(project), await api.key(project, ["participant:read"]), await api.key(other)
        one = await api.participant(project, good, "1")
        await api.participant(project, good, "2")
        right = {"project_uuid": project, "interview_ref_num": "1", "participant_uuid": one, "email": "p@example.com"}
        wrongs: list[tuple[str, dict[str, Any], tuple[int, str]]] = [
            ("no key", {"key": None}, (401, "API key is required")),
            ("unknown key", {"key": NOBODY}, (401, "Invalid API key")),
            ("no JSON", {"data": b'{"project_uuid": '}, (400, "Invalid JSON format")),
            ("project format", {"project_uuid": "x"}, (400, "Invalid project_uuid format")),
            ("no reference", {"interview_ref_num": ""}, (400, "IRN cannot be empty.")),
            ("participant format", {"participant_uuid": "x"}, (400, "Invalid participant_uuid format")),
            ("email format", {"email": "x"}, (400, "Invalid email format")),
            ("scope", {"key": weak}, (403, "You are not authorized to perform this operation")),
            ("no project", {"project_uuid": str(uuid4())}, (404, "Project not found")),
            ("other project", {"key": elsewhere}, (403, "API Key not associated with this Questionnaire")),
            ("nobody", {"participant_uuid": str(uuid4())}, (404, "Participant not found")),
            (
                "reference",
                {"interview_ref_num": "2"},
                (400, examples("post", PARTICIPANT, 400)["retakeReferenceNumberMismatch"]["message"]),
            ),
        ]
        before = await api.http.world.rows()
        for first, second in [*combinations(wrongs, 2), *((wrong, wrong) for wrong in wrongs)]:
            if first[1].keys() & second[1].keys() and first is not second:
                continue  # one parameter cannot be wrong in two ways
            asked = {**right, "key": good, **first[1], **second[1]}
            key, data = asked.pop("key"), asked.pop("data", None)
            options = {"data": data, "headers": {"Content-Type": "application/json"}} if data else {"json": asked}
            assert await api.refusal("POST", "/participant", key=key, **options) == first[2], (first[0], second[0])
        assert await api.http.world.rows() == before

    @ON_ONE_DATABASE
    async def test_holds_on_keys(self, api: Api) -> None:
        """Forms before scopes, scopes before what there is, in this order."""
        project = await api.questionnaire()
        weak, body = await api.key(project, ["participant:read"]), sent("post", KEYS)["participantWriter"]
        assert await api.refusal("POST", api.keys_of("x", tenant="x"), key=weak, json={}) == (400, "Invalid tenant ID format")
        assert await api.refusal("GET", api.keys_of("x"), key=weak) == (400, "Invalid questionnaire ID format")
        assert await api.refusal("DELETE", api.keys_of(project, key="x"), key=weak) == (400, "Invalid api key ID format")
        lacking = "You are not authorized to perform this operation"
        assert await api.refusal("POST", api.keys_of(str(uuid4())), key=weak, json=body) == (403, lacking)
        assert await api.refusal("DELETE", api.keys_of(project, key=str(uuid4())), key=weak) == (403, "Invalid API key scope")


class TestBodies:
    @ON_ONE_DATABASE
    async def test_that_are_no_object_are_no_json(self, api: Api) -> None:
        """R-QST-6, Q-17."""
        project = await api.questionnaire()
        key = await api.key(project)
        for raw in (b"", b"null", b"[]", b'"x"', b"7", b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": "\\u0000"}', b"\xff"):
            for method, path in (("POST", "/participant"), ("PUT", f"/participant/{uuid4()}"), ("POST", api.keys_of(project))):
                options = {"data": raw, "headers": {"Content-Type": "application/json"}}
                assert await api.refusal(method, path, key=key, **options) == (400, "Invalid JSON format"), (raw, path)

    @ON_ONE_DATABASE
    async def test_that_are_too_large_or_of_another_kind_are_told_as_such(self, api: Api) -> None:
        """Q-16."""
        key = await api.key(await api.questionnaire())
        for status, options in ((415, {"data": b"a=1"}), (413, {"data": b" " * 1_100_000})):
            headers = {"Content-Type": "application/json" if status == 413 else "text/plain"}
            reply = await api.call("POST", "/participant", key=key, headers=headers, **options)
            assert (reply.status, reply.json()["status"], reply.json()["error"]) == (status, status, "BAD_REQUEST")


class TestPaths:
    @ON_ONE_DATABASE
    async def test_that_are_not_documented_answer_in_the_envelope_of_their_surface(self, api: Api) -> None:
        key = api.http.world.key.secret
        for path in ("/", "/participants", "/participant/a/b", "/nothing"):
            assert (await api.refusal("GET", path, key=key))[0] == 404, path
        for path in ("/tenants", "/tenants/a/questionnaires/b", f"{api.keys_of('a', key='b')}/c"):
            assert (await api.refusal("GET", path, key=key))[0] == 404, path
        for method, path, allowed in (
            ("GET", "/participant", "POST"),
            ("DELETE", f"/participant/{uuid4()}", "PUT"),
            ("PUT", api.keys_of(str(uuid4())), "GET, POST"),
            ("GET", api.keys_of(str(uuid4()), key=str(uuid4())), "DELETE"),
        ):
            assert (await api.refusal(method, path, key=key))[0] == 405, path
            assert (await api.call(method, path, key=key)).headers["Allow"] == allowed


class TestOthers:
    async def test_have_things_that_answer_like_none_at_all(self, api: Api) -> None:
        """Q-2: the questionnaires and participants of another account."""
        _actor, account = await api.http.world.other_account()
        foreign = await api.questionnaire(key=account.secret)
        theirs = await api.participant(foreign, await api.key(foreign, key=account.secret))
        project = await api.questionnaire()
        keys = (await api.key(project), api.http.world.key.secret)
        before = await api.http.world.rows()
        for key in keys:
            replies = []
            for questionnaire, participant in ((foreign, theirs), (str(uuid4()), str(uuid4()))):
                body = {**RETAKE, "project_uuid": questionnaire, "participant_uuid": participant}
                replies += [
                    await api.refusal("POST", "/participant", key=key, json={**CREATE, "project_uuid": questionnaire}),
                    await api.refusal("POST", "/participant", key=key, json=body),
                    await api.refusal("POST", "/participant", key=key, json={**body, "project_uuid": project}),
                    await api.refusal("PUT", f"/participant/{participant}", key=key, json={"outcome": "x"}),
                ]
            assert replies[:4] == replies[4:]
            assert replies[:4] == [(404, "Project not found")] * 2 + [(404, "Participant not found")] * 2
        assert await api.http.world.rows() == before


class TestSandbox:
    async def test_has_keys_of_its_own(self, api: Api) -> None:
        """Section 8 of the architecture: its questionnaires are not the live account's."""
        world = api.http.world
        own = await stories.key_of(world, account_id=world.sandbox_id)
        project = await api.questionnaire(key=own)
        key = await api.key(project, key=own)
        assert key.startswith("cs_test_")
        await api.participant(project, key)
        body = {**CREATE, "project_uuid": project, "interview_ref_num": "2"}
        assert await api.refusal("POST", "/participant", key=world.key.secret, json=body) == (404, "Project not found")
        assert await api.refusal("GET", api.keys_of(project), key=key) == (
            404,
            "API key not found or Invalid tenant for this questionnaire",
        )
        await world.run_jobs()
        assert world.outbox.mails == []


@ON_ONE_DATABASE
async def test_has_a_document_and_a_reference_of_its_own(api: Api) -> None:
    document = await api.http.request("GET", "/questionnaire/v1/openapi.json", key=None)
    assert document.json()["info"]["title"] == "Questionnaire API"
    reference = await api.http.request("GET", "/questionnaire/v1/docs", key=None)
    assert (reference.status, reference.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Questionnaire API" in reference.text
