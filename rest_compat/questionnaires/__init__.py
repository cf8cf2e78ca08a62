"""The questionnaire API: participants, their outcomes, and keys that work for one questionnaire."""

from rest_compat.dialect import Dialect
from rest_compat.questionnaires import keys, participants
from rest_compat.questionnaires.dialect import (
    ERROR_SCHEMA,
    ERROR_SCHEMAS,
    SECURITY,
    credential,
    error_name,
    failure,
    fault,
    success,
    success_schema,
    unreadable,
)
from rest_compat.questionnaires.messages import MESSAGES

DIALECT = Dialect(
    name="questionnaires",
    title="Questionnaire API",
    version="v1",
    description="Participants of questionnaires, retakes and outcomes; results are delivered by webhook.",
    base_path="/questionnaire/v1",
    routes=(*participants.ROUTES, *keys.ROUTES),
    credential=credential,
    challenge="ApiKey",
    failure=failure,
    success=success,
    success_schema=success_schema,
    fault=fault,
    unreadable=unreadable,
    reads_first=True,
    messages=MESSAGES,
    error_schema=ERROR_SCHEMA,
    error_schemas=ERROR_SCHEMAS,
    error_name=error_name,
    security=SECURITY,
    always=(401, 403, 503),
    counted=False,
)
