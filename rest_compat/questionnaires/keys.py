"""API keys of one questionnaire: make, list, delete."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel

from rest_compat.body import SAME, Body, asked, at
from rest_compat.questionnaires.dialect import KEYS
from rest_compat.questionnaires.formats import Needed, Seconds, Uuid
from rest_compat.route import Empty, Parameters, Route

SCOPES = {
    "participant:read": "PARTICIPANTS_READ",
    "participant:write": "PARTICIPANTS_WRITE",
    "participant:delete": "PARTICIPANTS_DELETE",
    "apikey:write": "QUESTIONNAIRE_KEYS_WRITE",
    "apikey:delete": "QUESTIONNAIRE_KEYS_DELETE",
}
"""The wire's scopes, in its order, and the permissions of the graph; the first and the third open nothing here (I-QST-7)."""
Scope = Literal["participant:read", "participant:write", "participant:delete", "apikey:write", "apikey:delete"]


class OfQuestionnaire(Parameters):
    account: Uuid = Field(alias="tenant_id", description="UUID of the tenant.")
    questionnaire: Uuid = Field(alias="questionnaire_id", description="UUID of the questionnaire.")


class CreateKey(OfQuestionnaire):
    name: Annotated[str, Needed] = Field(
        alias="key_name", description="Human-readable name to identify this key.", examples=["ci-participant-writer"]
    )
    permissions: Annotated[list[Scope], Needed] = Field(
        description="Scopes to grant: `participant:write` creates participants, starts retakes and updates outcomes; `apikey:write` makes "
        "and lists keys, `apikey:delete` deletes and lists them. `participant:read` and `participant:delete` open nothing here.",
        examples=[["participant:write"]],
    )

    def variables(self) -> dict[str, Any]:
        return {**super().variables(), "permissions": [SCOPES[scope] for scope in dict.fromkeys(self.permissions)]}


class DeleteKey(OfQuestionnaire):
    key: Uuid = Field(alias="key_id", description="UUID of the API key to delete.")


def _scopes(permissions: Any) -> Any:
    """In the order of the contract."""
    return [scope for scope, permission in SCOPES.items() if permission in permissions]


Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Scopes = Annotated[list[str], BeforeValidator(_scopes)]


class ApiKey(Body):
    """A key never changes, so that it was last updated when it was made."""

    id: Id = at("key")
    api_key: str = at("maskedSecret")
    key_name: str = at("name")
    permissions: Scopes = at("permissions")
    questionnaire_id: Annotated[Id, asked("questionnaire_id"), SAME]
    create_ts: Seconds = at("createdAt")
    update_ts: Seconds = at("createdAt")


class CreatedApiKey(Body):
    id: Id = at("key.key")
    api_key: str = at("secret")
    key_name: str = at("key.name")
    permissions: Scopes = at("key.permissions")
    questionnaire_id: Annotated[Id, asked("questionnaire_id"), SAME]
    create_ts: Seconds = at("key.createdAt")
    update_ts: Seconds = at("key.createdAt")


class ApiKeys(RootModel[list[ApiKey]]):
    pass


PATH = "/tenants/{tenant_id}/questionnaires/{questionnaire_id}/apikeys"
ROUTES = (
    Route(
        "POST",
        PATH,
        "CreateQuestionnaireKey",
        CreateKey,
        CreatedApiKey,
        "Create API key",
        KEYS,
        status=201,
        refusals=(404,),
        needs_body=True,
        operation_id="createApiKey",
        description="Needs the scope `apikey:write`. The whole value is in this answer only; lists mask it.",
    ),
    Route(
        "GET",
        PATH,
        "ListQuestionnaireKeys",
        OfQuestionnaire,
        ApiKeys,
        "List API keys",
        KEYS,
        refusals=(404,),
        operation_id="listApiKeys",
        description="All keys of the questionnaire, masked. Needs the scope `apikey:write` or `apikey:delete`.",
    ),
    Route(
        "DELETE",
        f"{PATH}/{{key_id}}",
        "DeleteQuestionnaireKey",
        DeleteKey,
        Empty(204),
        "Delete API key",
        KEYS,
        status=204,
        refusals=(404,),
        operation_id="deleteApiKey",
        description="Deletes the key for good: whoever uses it gets a 401 from then on. Needs the scope `apikey:delete`.",
    ),
)
