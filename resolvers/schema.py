"""The graph as a whole: its root types from the contexts, its scalars, and what each field and type requires."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema_directive import Location
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from domain.kernel.permissions import Requirement
from resolvers.access import AccessMutation, AccessQuery
from resolvers.attempts import AttemptMutation, AttemptQuery
from resolvers.billing import BillingQuery
from resolvers.candidates import CandidateMutation, CandidateQuery
from resolvers.credentials import CredentialMutation, CredentialQuery
from resolvers.declared import Declared, Guarded, ShownRequirement, declaration
from resolvers.entries import EntryMutation, EntryQuery
from resolvers.event_log import EventQuery
from resolvers.events import EventSubscription
from resolvers.exports import ExportMutation, ExportQuery
from resolvers.external_references import ExternalReferenceMutation, ExternalReferenceQuery
from resolvers.flow_assignments import FlowAssignmentMutation, FlowAssignmentQuery
from resolvers.flow_news import FlowAssignmentSubscription
from resolvers.flows import FlowMutation, FlowQuery
from resolvers.guides import GuideQuery
from resolvers.instruments import InstrumentQuery
from resolvers.invites import InviteMutation, InviteQuery
from resolvers.invoices import InvoiceQuery
from resolvers.job_profiles import JobProfileMutation, JobProfileQuery
from resolvers.nodes import NodeQuery
from resolvers.orders import OrderMutation, OrderQuery
from resolvers.participants import ParticipantMutation, ParticipantQuery
from resolvers.privacy import PrivacyMutation, PrivacyQuery
from resolvers.problems import LimitReached, Shortage
from resolvers.products import ProductQuery
from resolvers.questionnaire_keys import QuestionnaireKeyMutation, QuestionnaireKeyQuery
from resolvers.questionnaire_results import QuestionnaireResultMutation
from resolvers.questionnaires import QuestionnaireMutation, QuestionnaireQuery
from resolvers.result_webhooks import ResultWebhookMutation
from resolvers.results import ResultQuery
from resolvers.saved_matches import SavedMatchMutation, SavedMatchQuery
from resolvers.scalars import SCALARS
from resolvers.statistics import StatisticsQuery
from resolvers.team_reports import TeamReportMutation, TeamReportQuery
from resolvers.teams import TeamMutation, TeamQuery
from resolvers.trials import TrialMutation, TrialQuery
from resolvers.webhooks import WebhookMutation, WebhookQuery


@strawberry.type(description="What can be asked.")
class Query(
    AccessQuery,
    AttemptQuery,
    BillingQuery,
    CandidateQuery,
    ExternalReferenceQuery,
    CredentialQuery,
    EntryQuery,
    EventQuery,
    ExportQuery,
    FlowAssignmentQuery,
    FlowQuery,
    GuideQuery,
    InstrumentQuery,
    InviteQuery,
    InvoiceQuery,
    JobProfileQuery,
    NodeQuery,
    OrderQuery,
    ParticipantQuery,
    PrivacyQuery,
    ProductQuery,
    QuestionnaireKeyQuery,
    QuestionnaireQuery,
    ResultQuery,
    SavedMatchQuery,
    StatisticsQuery,
    TeamQuery,
    TeamReportQuery,
    TrialQuery,
    WebhookQuery,
):
    pass


@strawberry.type(
    description="What can be done. Each field is one transaction unless it calls out, and answers its object or a Problem. An operation "
    "of one field that is sent with the header `Idempotency-Key` is carried out once, however often it comes within 24 hours."
)
class Mutation(
    AccessMutation,
    AttemptMutation,
    CandidateMutation,
    ExternalReferenceMutation,
    CredentialMutation,
    EntryMutation,
    ExportMutation,
    FlowAssignmentMutation,
    FlowMutation,
    InviteMutation,
    JobProfileMutation,
    OrderMutation,
    ParticipantMutation,
    PrivacyMutation,
    QuestionnaireKeyMutation,
    QuestionnaireMutation,
    QuestionnaireResultMutation,
    ResultWebhookMutation,
    SavedMatchMutation,
    TeamMutation,
    TeamReportMutation,
    TrialMutation,
    WebhookMutation,
):
    pass


@strawberry.type(description="What can be listened to.")
class Subscription(EventSubscription, FlowAssignmentSubscription):
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="rest",
    repeatable=True,
    description="An operation of a documented REST API (its short name, method and path) that is answered from this field.",
)
class Rest:
    api: str = strawberry.directive_field(name="api")
    method: str = strawberry.directive_field(name="method")
    path: str = strawberry.directive_field(name="path")


def build() -> strawberry.Schema:
    """Make the schema."""
    for root in (Query, Mutation, Subscription):
        for field in definition(root).fields:
            field.directives = [_requirement(field)]
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Shortage, LimitReached],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def written(served: Mapping[str, Sequence[Rest]]) -> str:
    """Write the schema down; `served` says which REST operations each root field answers, by the field's name in the graph."""
    schema = build()
    names = StrawberryConfig().name_converter
    fields = [field for root in (Query, Mutation, Subscription) for field in definition(root).fields]
    for field in fields:
        field.directives = [_requirement(field), *served.get(names.get_graphql_name(field), ())]
    try:
        return schema.as_str()
    finally:
        for field in fields:
            field.directives = [_requirement(field)]


def _requirement(field: StrawberryField) -> ShownRequirement:
    return ShownRequirement(permission=declaration(field).requirement.value)


def definition(cls: type) -> StrawberryObjectDefinition:
    return cls.__strawberry_definition__  # type: ignore[attr-defined,no-any-return]


def type_requirement(graphql_type: Any) -> Requirement | None:
    """What reading an object type needs; None for the root types and those of introspection."""
    backref = graphql_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return getattr(backref.origin, "__requires__", None) if backref else None


def field_guard(graphql_field: Any) -> Guarded | None:
    """What a root field needs of who calls it; None for any other field."""
    backref = graphql_field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    declared = declaration(backref) if backref else None
    return declared if isinstance(declared, Guarded) else None


def list_bound(graphql_field: Any) -> int | None:
    """How many a list of a root field can have, where it says so."""
    guard = field_guard(graphql_field)
    return guard.most if guard else None


def field_weight(graphql_field: Any) -> int:
    """What a field costs for each parent besides the objects it gives, as a number of objects."""
    backref = graphql_field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    declared = declaration(backref) if backref else None
    return declared.weight if declared else 0


def declared(graphql_field: Any) -> Declared | None:
    """How a field answers for many parents at once; None for one that is asked for each parent."""
    backref = graphql_field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    found = declaration(backref) if backref else None
    if isinstance(found, Guarded):
        return found.answered
    # an extension of a field is there to run, so such a field is asked by its resolver
    return found if isinstance(found, Declared) and found.once_per_level and not backref.extensions else None


def tag_of(kind: type) -> str | None:
    """The object type that the values of a class stand for, when the class alone tells (as `_is_type_of` in `declared` does)."""
    return getattr(kind, "graph_type", kind.__name__)


def field_kind(graphql_field: Any) -> str:
    """How a field was declared: edge, connection, computed, unfold, batched; root or attribute otherwise."""
    backref = graphql_field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    declared = declaration(backref) if backref else None
    if isinstance(declared, Guarded):
        return "root"
    return declared.kind if declared else "attribute"
