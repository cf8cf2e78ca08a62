"""The assessment flows API: six documented operations under /v1/partner."""

from rest_compat.dialect import Dialect
from rest_compat.flows import candidates, flows
from rest_compat.flows.dialect import ERROR_SCHEMA, SECURITY, credential, failure, fault, success, success_schema

DIALECT = Dialect(
    name="flows",
    title="Assessment Flows Partner API",
    version="v1",
    description="Assessment flows group ordered steps with thresholds: candidates who pass one are invited to the next.",
    base_path="/v1/partner",
    routes=(*flows.ROUTES, *candidates.ROUTES),
    credential=credential,
    challenge="Bearer",
    failure=failure,
    success=success,
    success_schema=success_schema,
    fault=fault,
    error_schema=ERROR_SCHEMA,
    security=SECURITY,
    always=(401, 403, 429, 500, 503),
)
