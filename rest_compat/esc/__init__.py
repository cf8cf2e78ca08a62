"""The esc Profile API: 43 documented operations under /api/v1, of which those below are served so far."""

from rest_compat.dialect import Dialect
from rest_compat.esc import (
    account,
    discovery,
    gdpr,
    invites,
    invoices,
    job_profiles,
    matches,
    orders,
    profiles,
    reports,
    results,
    search,
    teams,
    trials,
    webhooks,
)
from rest_compat.esc.dialect import ERROR_SCHEMA, SECURITY, credential, failure, success, success_schema, told
from rest_compat.esc.messages import MESSAGES

DIALECT = Dialect(
    name="esc",
    title="esc Profile API",
    version="1.4.0",
    description="Profile assessments for recruiting and talent development: invite candidates, read results, search.",
    base_path="/api/v1",
    routes=(
        *discovery.ROUTES,
        *trials.ROUTES,
        *account.ROUTES,
        *orders.ROUTES,
        *invites.ROUTES,
        *results.ROUTES,
        *reports.ROUTES,
        *search.ROUTES,
        *profiles.ROUTES,
        *job_profiles.ROUTES,
        *matches.ROUTES,
        *teams.ROUTES,
        *invoices.ROUTES,
        *gdpr.ROUTES,
        *webhooks.ROUTES,
    ),
    credential=credential,
    challenge="Bearer",
    failure=failure,
    success=success,
    success_schema=success_schema,
    told=told,
    messages=MESSAGES,
    error_schema=ERROR_SCHEMA,
    security=SECURITY,
    always=(401, 403, 429, 503),
)
