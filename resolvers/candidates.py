"""Candidates, with everything that hangs on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

from domain.candidates import commands, queries, references
from domain.flows import queries as flows
from domain.invites import commands as invite_commands
from domain.invites import queries as invites
from domain.kernel import names
from domain.kernel.errors import Forbidden
from domain.kernel.language import Language
from domain.kernel.permissions import Permission
from domain.matching import queries as matching
from domain.privacy import queries as privacy
from domain.questionnaires import queries as questionnaires
from domain.results import queries as results
from domain.teams import queries as teams
from resolvers import attempts as attempt_types
from resolvers import flow_assignments as flow_types
from resolvers import ids
from resolvers import invites as invite_types
from resolvers import participants as participant_types
from resolvers import privacy as privacy_types
from resolvers import results as result_types
from resolvers.context import Context
from resolvers.enums import DetailSource, Gender, ListOrder, PersonOrder
from resolvers.fields import Connection, Info, arg, attribute, computed, connection, edge, graph_type, listing, mutation, query, read_by
from resolvers.inputs import defaulted, optional, required
from resolvers.inputs import given as given_in
from resolvers.nodes import Node, findable
from resolvers.rankings import RankedProfile, best_profiles
from resolvers.saved_matches import SavedMatch
from resolvers.scalars import Reference

if TYPE_CHECKING:
    from resolvers.teams import Team

READ = Permission.CANDIDATES_READ


@dataclass(frozen=True, slots=True)
class Held:
    """A candidate as the subject of a dossier."""

    graph_type: ClassVar[str] = "Dossier"
    key: str


@graph_type(requires=READ, description="What another system calls a candidate.")
class ExternalReference:
    system: str = attribute("The system's name, such as `JOB_CANDIDATE`.")
    reference: Reference = computed(references.read, columns=("reference",), description="Its number or text for them, as it was given.")
    created_at: datetime = attribute("When the account told it.")


@graph_type(requires=READ, description="One person in one account, found by their email address, whichever door they came through.")
class Candidate(Node):
    id: strawberry.ID = computed(ids.encoder("Candidate"), columns=("key",), description="Opaque id.")
    key: str = attribute("Their key: `cand_…`.")
    email: str | None = attribute("Their email address in its normal form; null once anonymised.")
    name: str = attribute("Their name as it was given last; empty when nobody gave one.")
    given_name: str | None = computed(
        lambda given, name: given or names.split(name)[0] or None,
        columns=("given_name", "name"),
        description="Their given name: as told, else guessed from the name (`givenNameSource` is null then).",
    )
    given_name_source: DetailSource | None = attribute("Who told their given name.")
    family_name: str | None = computed(
        lambda family, name: family or names.split(name)[1] or None,
        columns=("family_name", "name"),
        description="Their family name: as told, else guessed from the name (`familyNameSource` is null then).",
    )
    family_name_source: DetailSource | None = attribute("Who told their family name.")
    gender: Gender | None = attribute("Their gender, when they told it; never used in scoring.")
    gender_source: DetailSource | None = attribute("Who told their gender.")
    birth_year: int | None = attribute("Their year of birth, when they told it; never used in scoring.")
    birth_year_source: DetailSource | None = attribute("Who told their year of birth.")
    language: Language | None = attribute("The language they use.")
    language_source: DetailSource | None = attribute("Who told their language.")
    protected: bool = attribute("Whether they are kept from being erased.")
    anonymized_at: datetime | None = attribute("When they were anonymised.")
    can_erase: bool = computed(
        lambda protected, anonymized_at: not protected and anonymized_at is None,
        columns=("protected", "anonymized_at"),
        description="Whether they can be erased: neither protected nor anonymised already.",
    )
    erasure: privacy_types.Erasure | None = edge(
        privacy.by_candidate, key="key", description="How they were erased; null unless they were."
    )
    dossier: privacy_types.Dossier = computed(
        Held, columns=("key",), description="Everything held about them, as a document for programs or for people."
    )
    created_at: datetime = attribute("When they became known to the account.")
    updated_at: datetime = attribute("When something about them changed last.")
    external_references: list[ExternalReference] = edge(
        references.by_candidates, key="key", otherwise=(), description="What other systems call them, the oldest first; at most 100."
    )
    invites: Connection[invite_types.Invite] = connection(
        lambda context, keys, window, order, given: invites.pages_by_candidate(
            context.read, context.account_id, keys, window, order=order, given=given, now=context.now
        ),
        of=invite_types.Invite,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=invite_types.InviteFilter,
        description="What they were invited to.",
    )
    attempts: Connection[attempt_types.Attempt] = connection(
        lambda context, keys, window, order, given: invites.attempts_by_candidate(
            context.read, context.account_id, keys, window, order=order, given=given
        ),
        of=attempt_types.Attempt,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=attempt_types.AttemptFilter,
        description="What they took.",
    )
    results: Connection[result_types.Result] = connection(
        lambda context, keys, window, order, given: results.pages_by_candidate(
            context.read, context.account_id, keys, window, order=order, given=given
        ),
        of=result_types.Result,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=result_types.ResultFilter,
        description="What was measured.",
    )
    best_profiles: Connection[RankedProfile] = best_profiles
    saved_matches: Connection[SavedMatch] = connection(
        lambda context, keys, window, order, _given: matching.saved_by_candidate(
            context.read, context.account_id, keys, window, order=order
        ),
        of=SavedMatch,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        description="The job profiles they were assigned to, with their scores.",
    )
    flow_assignments: Connection[flow_types.FlowAssignment] = connection(
        lambda context, keys, window, order, given: flows.assignments_by_candidate(
            context.read, context.account_id, keys, window, order=order, given=given
        ),
        of=flow_types.FlowAssignment,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=flow_types.FlowAssignmentFilter,
        description="The flows they are on.",
    )
    participants: Connection[participant_types.Participant] = connection(
        lambda context, keys, window, order, given: questionnaires.participants_by_candidate(
            context.read, context.account_id, keys, window, order=order, given=given
        ),
        of=participant_types.Participant,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=participant_types.ParticipantFilter,
        description="The questionnaires that they are asked to take.",
    )
    teams: list[Annotated["Team", strawberry.lazy("resolvers.teams")]] = edge(
        teams.by_candidate, key="key", otherwise=(), description="The teams that they are in, newest first; at most 100."
    )


@strawberry.input(description="Which candidates.")
class CandidateFilter:
    text: str | None = defaulted("Whose name or email address contains this, without regard to case and accents.", None)
    email: str | None = defaulted("The one with exactly this email address.", None)
    gender: list[Gender] | None = defaulted("Those of these genders.", None)
    language: list[Language] | None = defaulted("Those who use one of these languages.", None)
    protected: bool | None = defaulted("Those that are kept from being erased, or are not.", None)
    anonymized: bool | None = defaulted("Those that were anonymised, or were not.", None)
    created_from: datetime | None = defaulted("Known since this moment or later.", None)
    created_until: datetime | None = defaulted("Known before this moment.", None)


@strawberry.input(description="What to change about a candidate; what is left out stays, null takes away.")
class UpdateCandidateInput:
    key: strawberry.ID = required("The candidate's key (`cand_…`) or id.")
    name: str | None = optional("Their name as one text.")
    given_name: str | None = optional("Their given name.")
    family_name: str | None = optional("Their family name.")
    gender: Gender | None = optional("Their gender.")
    birth_year: int | None = optional("Their year of birth, 1900 or later.")
    language: Language | None = optional("The language they use.")


@strawberry.input(description="Whether to keep a candidate from being erased.")
class ProtectCandidateInput:
    key: strawberry.ID = required("The candidate's key (`cand_…`) or id.")
    protected: bool = defaulted("True to protect, false to allow erasure again.", True)


@strawberry.type
class CandidateQuery:
    @query(requires=READ, description="One candidate; null when there is no such key.")
    async def candidate(context: Context, *, key: Annotated[strawberry.ID, arg("Their key (`cand_…`) or id.")]) -> Candidate | None:
        wanted = ids.key_of("Candidate", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    candidates: Connection[Candidate] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=Candidate,
        requires=READ,
        order=PersonOrder,
        default=PersonOrder.NEWEST,
        filter=CandidateFilter,
        description="The account's candidates.",
    )


@strawberry.type
class CandidateMutation:
    @mutation(
        requires=Permission.CANDIDATES_WRITE,
        answers=Candidate,
        then=read_by(queries.by_keys),
        admits_candidates=True,
        description="Change what is known about a candidate; a candidate may change what is known about themselves.",
    )
    async def update_candidate(self, info: Info, input: Annotated[UpdateCandidateInput, arg("What to change.")]) -> str:
        context = info.context
        key = ids.key_of("Candidate", input.key)
        if (invite := context.actor.invite_key) and not await invite_commands.is_for(context.work, invite, key):
            raise Forbidden
        return await commands.update(context.work, key, given_in(input, "key"))

    @mutation(
        requires=Permission.CANDIDATES_WRITE,
        answers=Candidate,
        then=read_by(queries.by_keys),
        description="Keep a candidate from being erased, or allow it again.",
    )
    async def protect_candidate(self, info: Info, input: Annotated[ProtectCandidateInput, arg("Whom.")]) -> str:
        return await commands.protect(info.context.work, ids.key_of("Candidate", input.key), protected=input.protected)


findable("Candidate", READ, queries.by_keys)
