"""What the reference of the flows API shows to paste does what it says."""

from typing import Any

import pytest

from tests.rest_compat.flows.conftest import DIALECT, DOCUMENT, ON_ONE_DATABASE, Flows
from tests.rest_compat.pasted import read

SAMPLES = {
    f"{method.upper()} {path}": operation["x-codeSamples"]
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


@ON_ONE_DATABASE
@pytest.mark.parametrize("name", SAMPLES)
async def test_every_curl_call_succeeds_when_pasted(name: str, flows: Flows) -> None:
    number = await flows.screen()
    shell, twin = SAMPLES[name]
    method, path, headers, body = read(shell["source"], DIALECT.base_path)
    assert headers.pop("Authorization") == "Bearer YOUR_KEY"
    options: dict[str, Any] = {"data": body} if body else {}
    reply = await flows.call(method, path.replace("/7", f"/{number}"), headers=headers, **options)
    assert (method, reply.status) == (name.partition(" ")[0], 200), reply.text
    assert twin["source"].startswith(("query ", "mutation "))
