"""What fuzzing the questionnaire API begins with."""

from collections.abc import Mapping
from typing import Any

from tests.rest_compat.answers import Answers
from tests.rest_compat.fuzzing import Subject
from tests.rest_compat.questionnaires.conftest import BASE, DOCUMENT, Api
from tests.rest_compat.questionnaires.contract import KEY, KEYS, OUTCOME
from tests.support.http import Http
from tests.support.world import World

MAY_REFUSE = ("POST /participant", f"PUT {OUTCOME}", f"POST {KEYS}", f"DELETE {KEY}")
"""No schema says that a text is not blank, which references are taken, or which address is one."""


async def people(_world: World) -> None:
    """Nobody but the participant below."""


async def there(http: Http) -> Mapping[str, Any]:
    api = Api(http, Answers(DOCUMENT, BASE))
    project = await api.questionnaire()
    one = await api.participant(project, await api.key(project))
    [key] = await api.answer("GET", api.keys_of(project), key=http.world.key.secret)
    ours = {"project_uuid": project, "participant_uuid": one, "interview_ref_num": "1"}
    return {"tenant_id": api.tenant, "questionnaire_id": project, "participant_id": one, "key_id": key["id"], **ours}


QUESTIONNAIRES = Subject("questionnaires", DOCUMENT, MAY_REFUSE, people, there)
