"""What the reference shows to paste does what it says."""

from tests.rest_compat.pasted import read
from tests.rest_compat.questionnaires.conftest import BASE, DOCUMENT, ON_ONE_DATABASE, Api


@ON_ONE_DATABASE
async def test_every_curl_call_succeeds_when_pasted(api: Api) -> None:
    project = await api.questionnaire()
    one = await api.participant(project, await api.key(project), "0")
    [key] = await api.answer("GET", api.keys_of(project), key=api.http.world.key.secret)
    placeholders = {"TENANT_ID": api.tenant, "QUESTIONNAIRE_ID": project, "PARTICIPANT_ID": one, "KEY_ID": key["id"]}
    placeholders["fd9690b0-9050-4acd-ad74-7f906c07fe93"] = project
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            source = operation["x-codeSamples"][0]["source"]
            for placeholder, value in placeholders.items():
                source = source.replace(placeholder, value)
            told, address, headers, body = read(source, BASE)
            assert (told, headers.pop("Authorization")) == (method.upper(), "YOUR_KEY")
            reply = await api.call(told, address, key=api.http.world.key.secret, headers=headers, **({"data": body} if body else {}))
            assert reply.status in (200, 201, 204), (path, reply.text)
