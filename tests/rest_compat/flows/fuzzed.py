"""What fuzzing the assessment flows API begins with."""

from collections.abc import Mapping
from typing import Any

from tests.domain.flows.walking import EASY, make, put, take
from tests.rest_compat.flows.conftest import DOCUMENT
from tests.rest_compat.fuzzing import Subject
from tests.support.http import Http
from tests.support.world import World

MAY_REFUSE = (
    "POST /assessment-flows",
    "PATCH /assessment-flows/{id}",
    "POST /assessment-flows/{id}/assign",
)
"""Assessments must be there, existing steps stay, and a candidate is on a flow once."""


async def people(world: World) -> None:
    """Somebody who goes on, and somebody who does not."""
    flow = await make(world, EASY)
    await take(world, await put(world, flow))
    await put(world, flow, "waiting@example.com")
    await world.run_jobs()


async def there(http: Http) -> Mapping[str, Any]:
    [flow] = (await http.request("GET", "/v1/partner/assessment-flows")).json()["data"]
    return {"id": str(flow["id"])}


FLOWS = Subject("flows", DOCUMENT, MAY_REFUSE, people, there)
