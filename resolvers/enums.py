"""Closed lists of the domain as enums of the graph: named like their members, every value described."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

import strawberry

from domain.invites.status import InviteStatus, Origin
from domain.kernel.errors import Kind
from domain.kernel.language import Language
from domain.kernel.permissions import Permission

E = TypeVar("E", bound=type[Enum])


def graph_enum(enum: E, *, name: str, description: str, values: Mapping[Any, str]) -> E:
    """Show a closed list of the domain in the graph; a member without a description is a KeyError."""
    shown: Any = strawberry.enum(enum, name=name, description=description)
    for value in shown.__strawberry_definition__.values:
        value.description = values[enum(value.value)]
    return enum


graph_enum(
    Kind,
    name="ProblemKind",
    description="What sort of failure it is: a closed list, for programs that do not know a code.",
    values={
        Kind.BAD_INPUT: "Something in the input is wrong; `fields` says what.",
        Kind.UNAUTHENTICATED: "No valid credential was sent.",
        Kind.FORBIDDEN: "The credential may not do this.",
        Kind.NOT_FOUND: "There is no such thing in this account.",
        Kind.CONFLICT: "It clashes with something that is there already.",
        Kind.PAYMENT_REQUIRED: "Credits are missing.",
        Kind.WRONG_STATE: "The thing is not in a state in which this can be done.",
        Kind.TOO_MANY: "A limit is reached; `retryAfter` says when to try again, where time helps.",
        Kind.UNAVAILABLE: "The service is busy; try again in a moment.",
        Kind.INTERNAL: "Something failed that should not; quote the request id.",
    },
)
graph_enum(
    Language,
    name="Language",
    description="A language that candidates are served in.",
    values={Language.EN: "English.", Language.DE: "German."},
)
graph_enum(
    Permission,
    name="Permission",
    description="One thing that an API key or access token can be allowed.",
    values={
        Permission.ACCOUNT_READ: "Read the account and its settings (`account:read`).",
        Permission.ACCOUNT_WRITE: "Change the account's settings (`account:write`).",
        Permission.KEYS_READ: "List API keys, never their secrets (`keys:read`).",
        Permission.KEYS_WRITE: "Make and revoke API keys and access tokens (`keys:write`).",
        Permission.BILLING_READ: "Read credits, the ledger, orders and invoices (`billing:read`).",
        Permission.BILLING_WRITE: "Place orders (`billing:write`).",
        Permission.EVENTS_READ: "Read and follow the events of the account (`events:read`).",
        Permission.WEBHOOKS_READ: "Read webhooks and their deliveries (`webhooks:read`).",
        Permission.WEBHOOKS_WRITE: "Register, change, test and replay webhooks (`webhooks:write`).",
        Permission.CANDIDATES_READ: "Read candidates and their personal details (`candidates:read`).",
        Permission.CANDIDATES_WRITE: "Change and protect candidates (`candidates:write`).",
        Permission.INVITES_READ: "Read invites and their links (`invites:read`).",
        Permission.INVITES_WRITE: "Send, remind and cancel invites (`invites:write`).",
        Permission.ATTEMPTS_READ: "Read attempts and their answers (`attempts:read`).",
        Permission.ATTEMPTS_WRITE: "Begin, answer and complete attempts in a candidate's place (`attempts:write`).",
        Permission.RESULTS_READ: "Read results, norm groups and matches (`results:read`).",
        Permission.FLOWS_READ: "Read flows, who is on them and how they do (`flows:read`).",
        Permission.FLOWS_WRITE: "Make and change flows, assign candidates (`flows:write`).",
        Permission.QUESTIONNAIRES_READ: "Read questionnaires and blocked phone numbers (`questionnaires:read`).",
        Permission.QUESTIONNAIRES_WRITE: "Make and change questionnaires, block phone numbers (`questionnaires:write`).",
        Permission.QUESTIONNAIRE_KEYS_READ: "List keys that are narrowed to one questionnaire (`questionnaire_keys:read`).",
        Permission.QUESTIONNAIRE_KEYS_WRITE: "Make keys that are narrowed to one questionnaire (`questionnaire_keys:write`).",
        Permission.QUESTIONNAIRE_KEYS_DELETE: "Delete keys that are narrowed to one questionnaire (`questionnaire_keys:delete`).",
        Permission.QUESTIONNAIRE_RESULTS_READ: "Read results of questionnaires and their calibration (`questionnaire_results:read`).",
        Permission.QUESTIONNAIRE_RESULTS_WRITE: "Record, import and publish results of questionnaires (`questionnaire_results:write`).",
        Permission.PARTICIPANTS_READ: "Read participants of questionnaires (`participants:read`).",
        Permission.PARTICIPANTS_WRITE: "Add participants, begin retakes, set outcomes (`participants:write`).",
        Permission.PARTICIPANTS_DELETE: "Delete participants (`participants:delete`).",
        Permission.JOB_PROFILES_READ: "Read job profiles (`job_profiles:read`).",
        Permission.JOB_PROFILES_WRITE: "Make, change and delete job profiles, keep matches (`job_profiles:write`).",
        Permission.TEAMS_READ: "Read teams and their members (`teams:read`).",
        Permission.TEAMS_WRITE: "Make, change and delete teams, add and remove members (`teams:write`).",
        Permission.REPORTS_READ: "Download reports (`reports:read`).",
        Permission.REPORTS_WRITE: "Have reports made of teams (`reports:write`).",
        Permission.STATISTICS_READ: "Read statistics over many results (`statistics:read`).",
        Permission.EXPORTS_READ: "Read and download exports (`exports:read`).",
        Permission.EXPORTS_WRITE: "Have exports made (`exports:write`).",
        Permission.PRIVACY_READ: "Read what is held about a person, and the log of erasures (`privacy:read`).",
        Permission.PRIVACY_WRITE: "Erase a person's data for good (`privacy:write`).",
        Permission.TRIALS_READ: "Read who asks for a trial; for operators, never part of a key that is not narrowed (`trials:read`).",
        Permission.TRIALS_WRITE: "Approve and decline trials; for operators, as above (`trials:write`).",
    },
)
graph_enum(
    InviteStatus,
    name="InviteStatus",
    description="Where an invite stands; expiry is judged at the moment of the query.",
    values={
        InviteStatus.PENDING: "Sent, not begun.",
        InviteStatus.STARTED: "Begun, not completed.",
        InviteStatus.COMPLETED: "Completed; there is a result.",
        InviteStatus.EXPIRED: "Its 30 days went by before it was completed.",
        InviteStatus.CANCELED: "Taken back before it was begun.",
    },
)
graph_enum(
    Origin,
    name="InviteOrigin",
    description="Through which door an invite came.",
    values={
        Origin.DIRECT: "Sent to a person by the account; counts towards the limit of pending invites.",
        Origin.OPEN_LINK: "The candidate entered by the account's open link.",
        Origin.FLOW: "Sent as a step of a flow.",
    },
)


class Gender(Enum):
    MALE = "male"
    FEMALE = "female"
    DIVERSE = "diverse"


class DetailSource(Enum):
    ACCOUNT = "account"
    CANDIDATE = "candidate"


class Mode(Enum):
    LIVE = "live"
    TEST = "test"


class AttemptStatus(Enum):
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class AttemptSource(Enum):
    API = "api"
    MANUAL = "manual"


class CreditKind(Enum):
    GRANT = "grant"
    PURCHASE = "purchase"
    COMPLETION = "completion"
    REFUND = "refund"


class ScaleKind(Enum):
    OPERATIVE = "operative"
    GRAVES = "graves"


class Tendency(Enum):
    WIR = "Wir"
    ICH = "Ich"
    BALANCED = "balanced"


class ScaleLabel(Enum):
    VERY_LOW = "Very Low"
    LOW = "Low"
    BELOW_AVERAGE = "Below Average"
    AVERAGE = "Average"
    ABOVE_AVERAGE = "Above Average"
    HIGH = "High"
    VERY_HIGH = "Very High"


class MatchZone(Enum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class MatchColour(Enum):
    GREEN = "green"
    LIGHT_GREEN = "lightgreen"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class AccountType(Enum):
    STANDARD = "standard"
    API = "API"
    ENTERPRISE = "enterprise"


class AccountStatus(Enum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    API_ONLY = "api_only"


class KeyStatus(Enum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class ListOrder(Enum):
    NEWEST = "newest"
    OLDEST = "oldest"


class SearchOrder(Enum):
    NEWEST = "newest"
    RELEVANCE = "relevance"


class PersonOrder(Enum):
    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"


class NamedOrder(Enum):
    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"


graph_enum(
    Gender,
    name="Gender",
    description="What a candidate says of their gender; voluntary, never used in scoring.",
    values={Gender.MALE: "Male.", Gender.FEMALE: "Female.", Gender.DIVERSE: "Diverse, or neither of the others."},
)
graph_enum(
    DetailSource,
    name="DetailSource",
    description="Who told us a detail about a candidate.",
    values={DetailSource.ACCOUNT: "The account, through an API.", DetailSource.CANDIDATE: "The candidate, on their page."},
)
graph_enum(
    Mode,
    name="Mode",
    description="Whether an account and its keys are for real or for trying.",
    values={Mode.LIVE: "For real.", Mode.TEST: "The sandbox: nothing is billed or mailed."},
)
graph_enum(
    AttemptStatus,
    name="AttemptStatus",
    description="Where an attempt stands.",
    values={AttemptStatus.IN_PROGRESS: "Begun, not completed.", AttemptStatus.COMPLETED: "Completed; there is a result."},
)
graph_enum(
    AttemptSource,
    name="AttemptSource",
    description="How an attempt came about.",
    values={AttemptSource.API: "By an invite sent through an API.", AttemptSource.MANUAL: "By hand, through the account's open link."},
)
graph_enum(
    CreditKind,
    name="CreditKind",
    description="Why credits moved.",
    values={
        CreditKind.GRANT: "Given without payment.",
        CreditKind.PURCHASE: "Bought with an order.",
        CreditKind.COMPLETION: "Used by a completed attempt.",
        CreditKind.REFUND: "Taken back with a refund.",
    },
)
graph_enum(
    ScaleKind,
    name="ScaleKind",
    description="What family a scale belongs to.",
    values={ScaleKind.OPERATIVE: "One of 17 ways of working.", ScaleKind.GRAVES: "One of six value levels by Graves, G2 to G7."},
)
graph_enum(
    Tendency,
    name="WirIchTendency",
    description="Which way the Wir/Ich ratio leans.",
    values={
        Tendency.WIR: 'More than 55 % speak for the group ("we").',
        Tendency.ICH: 'Less than 45 % speak for the group, so more for oneself ("I").',
        Tendency.BALANCED: "From 45 to 55 %.",
    },
)
graph_enum(
    ScaleLabel,
    name="ScaleLabel",
    description="A word for a C-value, by its class (the C-value rounded half up).",
    values={
        ScaleLabel.VERY_LOW: "Classes 0 and 1.",
        ScaleLabel.LOW: "Class 2.",
        ScaleLabel.BELOW_AVERAGE: "Class 3.",
        ScaleLabel.AVERAGE: "Classes 4 to 6.",
        ScaleLabel.ABOVE_AVERAGE: "Class 7.",
        ScaleLabel.HIGH: "Class 8.",
        ScaleLabel.VERY_HIGH: "Classes 9 and 10.",
    },
)
graph_enum(
    AccountType,
    name="AccountType",
    description="What kind of customer an account is.",
    values={
        AccountType.STANDARD: "Works with the product's own pages.",
        AccountType.API: "Works through the APIs.",
        AccountType.ENTERPRISE: "Has a contract of its own.",
    },
)
graph_enum(
    AccountStatus,
    name="AccountStatus",
    description="Whether an account can be used.",
    values={
        AccountStatus.ACTIVE: "In use.",
        AccountStatus.INACTIVE: "Closed: its keys are refused.",
        AccountStatus.API_ONLY: "In use through the APIs only.",
    },
)
graph_enum(
    KeyStatus,
    name="ApiKeyStatus",
    description="Whether an API key works.",
    values={KeyStatus.ACTIVE: "It works.", KeyStatus.INACTIVE: "It was revoked or has expired."},
)
graph_enum(
    ListOrder,
    name="ListOrder",
    description="In which order a list is given.",
    values={ListOrder.NEWEST: "Newest first.", ListOrder.OLDEST: "Oldest first."},
)
graph_enum(
    PersonOrder,
    name="PersonOrder",
    description="In which order a list of people is given.",
    values={
        PersonOrder.NEWEST: "Newest first.",
        PersonOrder.OLDEST: "Oldest first.",
        PersonOrder.NAME: "By family name where it is known, else by the name as given.",
    },
)
graph_enum(
    SearchOrder,
    name="SearchOrder",
    description="In which order what was found is given.",
    values={
        SearchOrder.NEWEST: "Newest first.",
        SearchOrder.RELEVANCE: "Where `text` is a whole word of the name or email address, then where a word begins with it, then where "
        "it is a part; newest first within each.",
    },
)
graph_enum(
    NamedOrder,
    name="NamedOrder",
    description="In which order a list of things with names is given.",
    values={
        NamedOrder.NEWEST: "Newest first.",
        NamedOrder.OLDEST: "Oldest first.",
        NamedOrder.NAME: "By name, without regard to case and accents.",
    },
)
graph_enum(
    MatchZone,
    name="MatchZone",
    description="Where a C-value lies by the bounds of a target; never judged by a rounded score.",
    values={
        MatchZone.GREEN: "From `okMin` to `okMax`.",
        MatchZone.YELLOW: "Outside the green zone, not outside the critical bounds.",
        MatchZone.RED: "Below `criticalLow` or above `criticalHigh`.",
    },
)
graph_enum(
    MatchColour,
    name="MatchColour",
    description="A colour for a rounded score.",
    values={
        MatchColour.GREEN: "90 to 100: excellent.",
        MatchColour.LIGHT_GREEN: "70 to 89: good.",
        MatchColour.YELLOW: "60 to 69: acceptable.",
        MatchColour.ORANGE: "50 to 59: marginal.",
        MatchColour.RED: "0 to 49: critical.",
    },
)
