"""Keys of a questionnaire: made, listed masked, deleted for good."""

from uuid import UUID, uuid4

import pytest

from domain.access.uuids import account_uuid
from tests.rest_compat.questionnaires.conftest import EVERY_SCOPE, Api
from tests.rest_compat.questionnaires.contract import KEYS, examples, sent

NO_TENANT = (404, "API key not found or Invalid tenant for this questionnaire")
OURS = ("id", "api_key", "questionnaire_id", "create_ts", "update_ts")
"""What is ours to give out, and so is not what the contract's examples show."""


class TestCreate:
    @pytest.mark.parametrize("name", sent("post", KEYS))
    async def test_shows_the_whole_key_once(self, api: Api, name: str) -> None:
        """R-QST-15, R-QST-16: and it works, with what it was given."""
        project, body = await api.questionnaire(), sent("post", KEYS)[name]
        key = await api.key(project, ["apikey:write"])
        found = await api.answer("POST", api.keys_of(project.upper()), key=key, status=201, json=body)
        wanted = examples("post", KEYS, 201)["created"]
        assert set(found) == set(wanted)
        assert {key: value for key, value in found.items() if key not in OURS} == body
        assert str(UUID(found["id"])) == found["id"]
        assert found["questionnaire_id"] == project
        assert found["create_ts"] == found["update_ts"] == "2026-03-02T09:00:00Z"
        await api.participant(project, found["api_key"])

        listed = await api.answer("GET", api.keys_of(project), key=key)
        assert {**found, "api_key": f"{found['api_key'][:12]}...{found['api_key'][-4:]}"} in listed
        assert len(listed) == 2
        assert found["api_key"] not in str(listed)

    async def test_may_give_what_the_caller_lacks(self, api: Api) -> None:
        """The notes of the contract, section 2; scopes once, in the contract's order."""
        project = await api.questionnaire()
        key = await api.key(project, ["apikey:write"])
        body = {"key_name": "All", "permissions": [*reversed(EVERY_SCOPE), "participant:read"]}
        assert (await api.answer("POST", api.keys_of(project), key=key, status=201, json=body))["permissions"] == EVERY_SCOPE

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            ({"permissions": ["participant:write"]}, "missingKeyName"),
            ({"key_name": None, "permissions": []}, "missingKeyName"),
            ({"key_name": "  ", "permissions": ["participant:write"]}, "missingKeyName"),
            ({"key_name": "x"}, "missingScope"),
            ({"key_name": "x", "permissions": None}, "missingScope"),
            ({"key_name": "x", "permissions": []}, "missingScope"),
        ],
    )
    async def test_needs_a_name_and_scopes(self, api: Api, body: object, name: str) -> None:
        """R-QST-15, I-QST-3."""
        project = await api.questionnaire()
        key, before = await api.key(project), await api.http.world.rows()
        wanted = examples("post", KEYS, 400)[name]["error"]
        assert await api.refusal("POST", api.keys_of(project), key=key, json=body) == (400, wanted)
        assert await api.http.world.rows() == before

    async def test_is_not_answered_again_to_a_key_of_another_questionnaire(self, api: Api) -> None:
        """R-QST-2, Q-10: who knows request and Idempotency-Key is still held to their own questionnaire."""
        project = await api.questionnaire()
        mine, theirs = await api.key(project), await api.key(await api.questionnaire("Another"))
        asked = {"json": sent("post", KEYS)["participantWriter"], "headers": {"Idempotency-Key": "one"}}
        made = await api.answer("POST", api.keys_of(project), key=mine, status=201, **asked)
        refused = await api.call("POST", api.keys_of(project), key=theirs, **asked)
        assert (refused.status, made["api_key"] in refused.text) == (403, False)
        assert (await api.answer("POST", api.keys_of(project), key=mine, status=201, **asked)) == made


class TestScopes:
    async def test_open_what_they_say_and_nothing_else(self, api: Api) -> None:
        """R-QST-15, R-QST-17, R-QST-18, I-QST-7."""
        project = await api.questionnaire()
        doomed = (await api.answer("GET", api.keys_of(project), key=await api.key(project)))[0]["id"]
        secrets = {scope: await api.key(project, [scope]) for scope in EVERY_SCOPE}
        statuses = {}
        for scope, key in secrets.items():
            body = {"project_uuid": project, "interview_ref_num": scope}
            replies = [
                await api.call("POST", "/participant", key=key, json=body),
                await api.call("POST", api.keys_of(project), key=key, json=sent("post", KEYS)["participantWriter"]),
                await api.call("GET", api.keys_of(project), key=key),
                await api.call("DELETE", api.keys_of(project, key=doomed), key=key),
            ]
            statuses[scope] = [reply.status for reply in replies]
        assert statuses == {
            "participant:read": [403, 403, 403, 403],
            "participant:write": [200, 403, 403, 403],
            "participant:delete": [403, 403, 403, 403],
            "apikey:write": [403, 201, 200, 403],
            "apikey:delete": [403, 403, 200, 204],
        }
        key, lacking = secrets["participant:read"], (403, "You are not authorized to perform this operation")
        body = {"project_uuid": project, "interview_ref_num": "9"}
        assert await api.refusal("POST", "/participant", key=key, json=body) == lacking
        assert await api.refusal("PUT", f"/participant/{uuid4()}", key=key, json={"outcome": "x"}) == lacking
        assert await api.refusal("GET", api.keys_of(project), key=key) == lacking
        assert await api.refusal("DELETE", api.keys_of(project, key=doomed), key=key) == (403, "Invalid API key scope")


class TestDelete:
    async def test_ends_a_key_at_once(self, api: Api) -> None:
        """R-QST-18: also the very one that deletes."""
        project = await api.questionnaire()
        key = await api.key(project)
        made = await api.answer("POST", api.keys_of(project), key=key, status=201, json=sent("post", KEYS)["fullAccess"])
        await api.participant(project, made["api_key"], "1")
        reply = await api.call("DELETE", api.keys_of(project, key=made["id"]), key=key)
        assert (reply.status, reply.body, reply.headers.get("Content-Type")) == (204, b"", None)
        body = {"project_uuid": project, "interview_ref_num": "2"}
        assert await api.refusal("POST", "/participant", key=made["api_key"], json=body) == (401, "Invalid API key")
        assert await api.refusal("GET", api.keys_of(project), key=made["api_key"]) == (401, "Invalid API key")
        assert await api.refusal("DELETE", api.keys_of(project, key=made["id"]), key=key) == NO_TENANT
        [own] = await api.answer("GET", api.keys_of(project), key=key)
        assert (await api.call("DELETE", api.keys_of(project, key=own["id"]), key=key)).status == 204
        assert await api.refusal("GET", api.keys_of(project), key=key) == (401, "Invalid API key")


class TestPlaces:
    async def test_of_others_are_refused(self, api: Api) -> None:
        """R-QST-2, R-QST-19, Q-2: another tenant, another questionnaire, another account, and nothing happens."""
        project, other = await api.questionnaire(), await api.questionnaire("Another")
        key, others = await api.key(project), await api.key(other)
        theirs = (await api.answer("GET", api.keys_of(other), key=others))[0]["id"]
        actor, account = await api.http.world.other_account()
        foreign = await api.questionnaire(key=account.secret)
        tenant = str(account_uuid(actor.account_id))
        before = await api.http.world.rows()
        associated = (403, "API Key not associated with this Questionnaire")
        for path, wanted in (
            (api.keys_of(project, tenant=tenant), NO_TENANT),
            (api.keys_of(project, tenant=str(uuid4())), NO_TENANT),
            (api.keys_of(other), associated),
            (api.keys_of(foreign), NO_TENANT),
            (api.keys_of(foreign, tenant=tenant), NO_TENANT),
            (api.keys_of(str(uuid4())), NO_TENANT),
        ):
            assert await api.refusal("POST", path, key=key, json=sent("post", KEYS)["fullAccess"]) == wanted, path
            assert await api.refusal("GET", path, key=key) == wanted, path
            assert await api.refusal("DELETE", f"{path}/{theirs}", key=key) == wanted, path
        assert await api.refusal("DELETE", api.keys_of(project, key=theirs), key=key) == NO_TENANT
        assert await api.http.world.rows() == before
        assert len(await api.answer("GET", api.keys_of(other), key=others)) == 1
