"""What a credential may be allowed to do."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that an API key or access token can be allowed; the value is its name on every surface."""

    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    BILLING_READ = "billing:read"
    BILLING_WRITE = "billing:write"
    EVENTS_READ = "events:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    CANDIDATES_READ = "candidates:read"
    CANDIDATES_WRITE = "candidates:write"
    INVITES_READ = "invites:read"
    INVITES_WRITE = "invites:write"
    ATTEMPTS_READ = "attempts:read"
    ATTEMPTS_WRITE = "attempts:write"
    RESULTS_READ = "results:read"
    FLOWS_READ = "flows:read"
    FLOWS_WRITE = "flows:write"
    QUESTIONNAIRES_READ = "questionnaires:read"
    QUESTIONNAIRES_WRITE = "questionnaires:write"
    QUESTIONNAIRE_KEYS_READ = "questionnaire_keys:read"
    QUESTIONNAIRE_KEYS_WRITE = "questionnaire_keys:write"
    QUESTIONNAIRE_KEYS_DELETE = "questionnaire_keys:delete"
    QUESTIONNAIRE_RESULTS_READ = "questionnaire_results:read"
    QUESTIONNAIRE_RESULTS_WRITE = "questionnaire_results:write"
    PARTICIPANTS_READ = "participants:read"
    PARTICIPANTS_WRITE = "participants:write"
    PARTICIPANTS_DELETE = "participants:delete"
    JOB_PROFILES_READ = "job_profiles:read"
    JOB_PROFILES_WRITE = "job_profiles:write"
    TEAMS_READ = "teams:read"
    TEAMS_WRITE = "teams:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    STATISTICS_READ = "statistics:read"
    EXPORTS_READ = "exports:read"
    EXPORTS_WRITE = "exports:write"
    PRIVACY_READ = "privacy:read"
    PRIVACY_WRITE = "privacy:write"
    TRIALS_READ = "trials:read"
    TRIALS_WRITE = "trials:write"


OPERATING = frozenset({Permission.TRIALS_READ, Permission.TRIALS_WRITE})
"""What reaches beyond one account: a key has these only when an operator named them, at the command line or with such a key."""

EVERYTHING = frozenset(Permission) - OPERATING
"""All that an account may do with what is its own; what keys get that are not narrowed."""

TAKING = frozenset(
    {
        Permission.ACCOUNT_READ,
        Permission.CANDIDATES_READ,
        Permission.CANDIDATES_WRITE,
        Permission.INVITES_READ,
        Permission.ATTEMPTS_READ,
        Permission.ATTEMPTS_WRITE,
    }
)
"""What a candidate's link carries. It opens the few fields that admit candidates, and no other (see `Access`)."""

NARROWED = frozenset(
    {
        Permission.PARTICIPANTS_READ,
        Permission.PARTICIPANTS_WRITE,
        Permission.PARTICIPANTS_DELETE,
        Permission.QUESTIONNAIRE_KEYS_WRITE,
        Permission.QUESTIONNAIRE_KEYS_DELETE,
    }
)
"""What a key can be given that is narrowed to one questionnaire. It opens the few fields that admit such keys, and no other."""

IMPLIED = {
    Permission.PARTICIPANTS_WRITE: Permission.PARTICIPANTS_READ,
    Permission.QUESTIONNAIRE_KEYS_WRITE: Permission.QUESTIONNAIRE_KEYS_READ,
    Permission.QUESTIONNAIRE_KEYS_DELETE: Permission.QUESTIONNAIRE_KEYS_READ,
}
"""What a narrowed key may read because of what it may do, so that it is answered (R-QST-17)."""

ANALYST = frozenset(permission for permission in EVERYTHING if permission.value.endswith(":read"))
"""What a browser's access token carries unless it asks for something else."""


class Access(StrEnum):
    """Who may use a field or a type that needs no particular permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"


Requirement = Permission | Access
