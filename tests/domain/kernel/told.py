"""Every list told a second time, in plain Python: its rows, what each filter lets through, what each order sorts by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select

from domain.access.model import ApiKey
from domain.access.queries import KEYS
from domain.billing.model import CreditEntry
from domain.billing.queries import LEDGER
from domain.candidates.model import Candidate
from domain.candidates.queries import CANDIDATES
from domain.candidates.search import BETWEEN_WORDS, Closeness
from domain.exports.model import Export
from domain.exports.queries import EXPORTS
from domain.flows.model import Flow, FlowAssignment
from domain.flows.queries import ASSIGNMENTS_OF_ONE, FLOWS
from domain.invites.model import Attempt, Invite
from domain.invites.queries import ATTEMPTS, INVITES
from domain.invites.status import derived
from domain.kernel.event_log import EVENTS
from domain.kernel.event_types import CATALOGUE
from domain.kernel.events import Event
from domain.kernel.inputs import folded
from domain.kernel.listing import Listing
from domain.kernel.paging import encode_cursor
from domain.matching.model import JobProfile, SavedMatch
from domain.matching.queries import JOB_PROFILES, SAVED_MATCHES
from domain.privacy.model import Erasure
from domain.privacy.queries import ERASED_ATTEMPTS, ERASURES
from domain.questionnaires.model import BlockedNumber, Participant, Questionnaire
from domain.questionnaires.queries import BLOCKED, PARTICIPANTS, QUESTIONNAIRES
from domain.results.model import Result
from domain.results.queries import RESULTS
from domain.statistics.queries import MEASURED
from domain.teams.model import Team
from domain.teams.queries import TEAMS
from domain.webhooks.model import Delivery
from domain.webhooks.queries import DELIVERIES
from tests.domain.kernel.population import MOMENTS, NOW
from tests.support.world import World

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """A list as it should be: its rows, what each filter takes and lets through, and what each order sorts by."""

    listing: Listing
    rows: Any
    filters: Mapping[str, tuple[st.SearchStrategy[Any], Callable[[Row, Any], bool]]]
    orders: Mapping[str, tuple[Sequence[str], bool]]
    parent: Any = None
    within: Mapping[str, Any] = field(default_factory=dict)
    """What the list is told always, besides the time."""

    async def expected(self, world: World, order: str, given: Mapping[str, Any]) -> list[Row]:
        async with world.work() as uow:
            found = (await uow.session.execute(self.rows(world.account_id))).mappings()
            rows = [row for row in found if all(self.filters[name][1](row, value) for name, value in given.items())]
        columns, descending = self.orders[order]
        return sorted(rows, key=lambda row: tuple(row[column] for column in columns), reverse=descending)

    @property
    def always(self) -> dict[str, Any]:
        return {name: self.within.get(name, NOW) for name in self.listing.always}

    def cursor(self, order: str, row: Row) -> str:
        """The cursor of a row in an order."""
        return encode_cursor(f"{self.listing.graph_type}.{order}", [row[column] for column in self.orders[order][0]])

    def given(self) -> st.SearchStrategy[dict[str, Any]]:
        """Any of the filters, each with a value."""
        return st.fixed_dictionaries({}, optional={name: values for name, (values, _test) in self.filters.items()})


def own(entity: Any, *more: Any) -> Callable[[int], Any]:
    return lambda account_id: select(*entity.__table__.c, *more).where(entity.account_id == account_id)


def own_attempts(account_id: int) -> Any:
    return (
        own(Attempt, *(Candidate.__table__.c[name].label(f"candidate_{name}") for name in ("sort_name", "search_email", "anonymized_at")))(
            account_id
        )
        .join(Candidate, Candidate.key == Attempt.candidate_key)
        .where(Candidate.account_id == account_id)
    )


def erased_attempts(account_id: int) -> Any:
    """Attempts with the erasure of their candidate."""
    together = (Erasure.account_id == Attempt.account_id) & (Erasure.candidate_key == Attempt.candidate_key)
    return select(*Attempt.__table__.c, Erasure.requested_at).join(Erasure, together).where(Attempt.account_id == account_id)


def among(column: str, *values: Any) -> Any:
    return st.lists(st.sampled_from(values), max_size=3), lambda row, chosen: row[column] in chosen


def equal(column: str, *values: Any) -> Any:
    return st.sampled_from(values), lambda row, value: row[column] == value


def since(column: str) -> Any:
    return st.sampled_from(MOMENTS), lambda row, moment: row[column] is not None and row[column] >= moment


def until(column: str) -> Any:
    return st.sampled_from(MOMENTS), lambda row, moment: row[column] is not None and row[column] < moment


TEXTS = st.sampled_from(["BERG", "anne", "ß", "ss", "a", "%", "_", "00 %", "a_b", "müller", "cand_1_01", "@", "", "nobody"])


def containing(*columns: str) -> Any:
    return TEXTS, lambda row, text: any(folded(text) in row[column] for column in columns)


def lying(*columns: str) -> Any:
    """How closely a text lies: as a whole word, at the beginning of one, or somewhere."""

    def holds(row: Row, asked: tuple[Closeness, str]) -> bool:
        close, needle = asked[0], folded(asked[1])
        if not any(needle in row[column] for column in columns):
            return False
        words = "  ".join(row[column] for column in columns)
        spaced = " " + "".join(" " if sign in BETWEEN_WORDS else sign for sign in words) + " "
        plain = " ".join("".join(" " if sign in BETWEEN_WORDS else sign for sign in needle).split())
        told = Closeness.WORD if f" {plain} " in spaced else Closeness.BEGINNING if f" {plain}" in spaced else Closeness.PART
        return told is close

    texts = st.sampled_from(["BERG", "ber", "erg", "anne", "ß", "a", "o'n", "neil", "cand", "1", "x@müller", "example.com", "@", "%", "李"])
    return st.tuples(st.sampled_from(list(Closeness)), texts), holds


def anonymized(column: str) -> Any:
    return st.sampled_from([[True], [False], [True, False]]), lambda row, chosen: (row[column] is not None) in chosen


def state(key: Row) -> str:
    return "inactive" if key["revoked_at"] or (key["expires_at"] and key["expires_at"] <= NOW) else "active"


STATUSES = ("pending", "started", "completed", "expired", "canceled")
PEOPLE = [f"cand_1_{number:03}" for number in range(6)]
ABOUT: tuple[st.SearchStrategy[Any], Callable[[Row, Any], bool]] = (
    st.sampled_from([("", "inv_1_001"), ("Invite", "inv_1_001"), ("Result", "1"), ("Team", "1"), ("", "1"), ("Event", "1")]),
    lambda row, asked: row["subject"] == asked[1] and asked[0] in ("", CATALOGUE[row["type"]].subject.name),
)
"""What events, and deliveries of events, are about: a kind or any, and a key."""
TOLD = {
    "candidates": Told(
        CANDIDATES,
        own(Candidate),
        {
            "text": containing("sort_name", "search_email"),
            "email": equal("email", "cand_1_001@example.com", "nobody@example.com"),
            "gender": among("gender", "female", "male", "diverse"),
            "language": among("language", "en", "de"),
            "protected": equal("protected", True, False),
            "anonymized": anonymized("anonymized_at"),
            "created_from": since("created_at"),
            "created_until": until("created_at"),
        },
        {"newest": (("created_at", "key"), True), "oldest": (("created_at", "key"), False), "name": (("sort_name", "key"), False)},
    ),
    "invites": Told(
        INVITES,
        own(Invite),
        {
            "key": among("key", "inv_1_001", "inv_1_002", "inv_2_001"),
            "status": (
                st.lists(st.sampled_from(STATUSES), min_size=1, max_size=3),
                lambda row, chosen: derived(row["status"], row["expires_at"], NOW) in chosen,
            ),
            "origin": among("origin", "direct", "open_link"),
            "candidate": among("candidate_key", *PEOPLE, "cand_2_001"),
            "instrument": equal("instrument", "escprofile", "other", "none"),
            "email": equal("email", "anna@example.com", "inv_1_003@example.com"),
            "created_from": since("created_at"),
            "created_until": until("created_at"),
        },
        {"newest": (("created_at", "key"), True), "oldest": (("created_at", "key"), False)},
        Invite.candidate_key,
    ),
    "attempts": Told(
        ATTEMPTS,
        own_attempts,
        {
            "status": among("status", "in_progress", "completed"),
            "source": among("source", "api", "manual"),
            "candidate": among("candidate_key", *PEOPLE),
            "instrument": equal("instrument", "escprofile", "other"),
            "anonymized": anonymized("candidate_anonymized_at"),
            "text": containing("candidate_sort_name", "candidate_search_email"),
            "name": containing("candidate_sort_name"),
            "email": containing("candidate_search_email"),
            "closeness": lying("candidate_sort_name", "candidate_search_email"),
            "completed_from": since("completed_at"),
            "completed_until": until("completed_at"),
        },
        {
            "newest": (("last_at", "attempt_id"), True),
            "oldest": (("last_at", "attempt_id"), False),
            "name": (("candidate_sort_name", "candidate_key", "attempt_id"), False),
        },
        Attempt.candidate_key,
    ),
    "results": Told(
        RESULTS,
        own(Result),
        {
            "candidate": among("candidate_key", *PEOPLE),
            "instrument": equal("instrument", "escprofile", "other"),
            "norm_group": equal("norm_group", 1, 1001, 2**40),
            "completed_from": since("completed_at"),
            "completed_until": until("completed_at"),
        },
        {"newest": (("completed_at", "attempt_id"), True), "oldest": (("completed_at", "attempt_id"), False)},
        Result.candidate_key,
    ),
    "measured": Told(
        MEASURED,
        own(Result),
        {
            "candidate": among("candidate_key", *PEOPLE),
            "instrument": equal("instrument", "escprofile", "other"),
            "norm_group": equal("norm_group", 1, 1001, 2**40),
            "team": (st.just(1), lambda _row, _team: False),
            "completed_from": since("completed_at"),
            "completed_until": until("completed_at"),
        },
        {"newest": (("completed_at", "attempt_id"), True)},
    ),
    "exports": Told(EXPORTS, own(Export), {}, {"newest": (("created_at", "key"), True), "oldest": (("created_at", "key"), False)}),
    "job profiles": Told(
        JOB_PROFILES,
        lambda account_id: own(JobProfile)(account_id).where(JobProfile.deleted_at.is_(None)),
        {
            "text": containing("sort_name"),
            "type": equal("type", "standard", "leadership", "none"),
            "active": equal("active", True, False),
        },
        {"newest": (("created_at", "key"), True), "oldest": (("created_at", "key"), False), "name": (("sort_name", "key"), False)},
    ),
    "saved matches": Told(
        SAVED_MATCHES,
        own(SavedMatch),
        {},
        {"newest": (("saved_at", "key"), True), "oldest": (("saved_at", "key"), False)},
        SavedMatch.candidate_key,
    ),
    "keys": Told(
        KEYS,
        own(ApiKey),
        {"status": (st.lists(st.sampled_from(["active", "inactive"]), min_size=1, max_size=2), lambda row, chosen: state(row) in chosen)},
        {"newest": (("created_at", "key"), True)},
    ),
    "teams": Told(
        TEAMS,
        own(Team),
        {"active": equal("active", True, False), "text": containing("sort_title")},
        {"newest": (("created_at", "team_id"), True), "title": (("sort_title", "team_id"), False)},
    ),
    "flows": Told(
        FLOWS,
        own(Flow),
        {"status": among("status", "active", "inactive", "deleted")},
        {"newest": (("created_at", "flow_id"), True), "oldest": (("created_at", "flow_id"), False)},
    ),
    "assignments of a flow": Told(
        ASSIGNMENTS_OF_ONE,
        lambda account_id: own(FlowAssignment)(account_id).where(FlowAssignment.flow_id == 11),
        {
            "text": (TEXTS, lambda row, text: folded(text) in row["sort_name"] or text.lower() in row["email"]),
            "status": among("status", "not_started", "in_progress", "completed", "failed"),
            "assigned_from": since("assigned_at"),
            "assigned_until": until("assigned_at"),
        },
        {"newest": (("assigned_at", "assignment_id"), True), "oldest": (("assigned_at", "assignment_id"), False)},
        within={"flow": 11},
    ),
    "questionnaires": Told(
        QUESTIONNAIRES,
        own(Questionnaire),
        {"active": equal("active", True, False)},
        {"newest": (("created_at", "key"), True), "oldest": (("created_at", "key"), False)},
    ),
    "participants": Told(
        PARTICIPANTS,
        own(Participant),
        {
            "text": (
                st.sampled_from(["irn", "IRN-1", "@", "x_", "%", "nobody"]),
                lambda row, text: any(text.lower() in (row[column] or "").lower() for column in ("irn", "external_ref", "email")),
            ),
            "interview_reference": equal("irn", "IRN-1", "IRN-2", "nobody"),
            "outcome": among("outcome", "HIRED", "LEFT", "none"),
            "allowed": equal("allowed", True, False),
            "created_from": since("created_at"),
            "created_until": until("created_at"),
        },
        {"newest": (("created_at", "key"), True), "oldest": (("created_at", "key"), False)},
        Participant.questionnaire_key,
    ),
    "blocked numbers": Told(BLOCKED, own(BlockedNumber), {}, {"number": (("number",), False)}),
    "deliveries": Told(
        DELIVERIES,
        own(Delivery),
        {
            "status": among("status", "pending", "succeeded", "failed", "canceled"),
            "type": among("type", "invite.sent", "team.created"),
            "webhook": equal("webhook_key", "wh_1_000", "wh_1_001", "wh_2_000"),
            "subject": ABOUT,
            "created_from": since("created_at"),
            "created_until": until("created_at"),
        },
        {"newest": (("created_at", "key"), True), "oldest": (("created_at", "key"), False)},
        Delivery.webhook_key,
    ),
    "erasures": Told(
        ERASURES,
        own(Erasure),
        {"erased_from": since("requested_at"), "erased_until": until("requested_at")},
        {"newest": (("requested_at", "key"), True), "oldest": (("requested_at", "key"), False)},
    ),
    "erased attempts": Told(
        ERASED_ATTEMPTS,
        erased_attempts,
        {"instrument": equal("instrument", "escprofile", "other")},
        {"newest": (("requested_at", "attempt_id"), True)},
    ),
    "events": Told(
        EVENTS,
        own(Event),
        {
            "after_sequence": (st.sampled_from([0, 1_005, 10_015, 2**40]), lambda row, number: row["sequence"] > number),
            "type": among("type", "invite.sent", "team.created", "account.registered", "result.recorded"),
            "subject": ABOUT,
            "actor": equal("actor", "system", "key:key_1", "nobody"),
            "at_from": since("at"),
            "at_until": until("at"),
        },
        {"oldest": (("sequence",), False)},
    ),
    "ledger": Told(
        LEDGER,
        own(CreditEntry),
        {
            "kind": among("kind", "grant", "purchase", "completion", "refund"),
            "at_from": since("at"),
            "at_until": until("at"),
        },
        {"newest": (("at", "key"), True)},
    ),
}
