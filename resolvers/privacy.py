"""Erasing people, the log of that, and what is held about somebody."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.candidates import queries as candidates
from domain.kernel.errors import BadInput
from domain.kernel.permissions import Permission
from domain.privacy import commands, queries
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ListOrder
from resolvers.fields import Connection, Info, arg, attribute, computed, edge, graph_type, listing, mutation, query
from resolvers.inputs import defaulted
from resolvers.nodes import Node, findable

if TYPE_CHECKING:
    from resolvers.candidates import Candidate

READ, WRITE = Permission.PRIVACY_READ, Permission.PRIVACY_WRITE


@graph_type(requires=READ, description="One erasure of a candidate, as the audit log keeps it: keys and numbers alone.")
class Erasure(Node):
    id: strawberry.ID = computed(ids.encoder("Erasure"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `era_…`.")
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Who was erased; what is left of them has no name."
    )
    attempts: int = attribute("How many attempts of theirs were anonymised.")
    tables: list[str] = attribute("In which tables something was erased.")
    actor: str = attribute("Who did it: the key of a credential (`key:key_…`), or `system`.")
    erased_at: datetime = computed(
        lambda requested_at: requested_at, columns=("requested_at",), description="When their rows were erased, all at once."
    )
    finished_at: datetime | None = attribute(
        "When files, search index and write-ahead log were rid of them, some seconds later; null while that is being done."
    )


@graph_type(requires=WRITE, description="An erasure just done; whom it was about is told here once and kept nowhere.")
class CandidateErased:
    erasure: Erasure = attribute("The erasure as it is listed.")
    original_name: str = attribute("The name of the person; empty when nobody gave one. It cannot be asked for again.")
    original_email: str = attribute("The email address of the person. It cannot be asked for again.")


@strawberry.input(description="Whom to erase: a candidate, or the candidate of an attempt. Give one of the two.")
class EraseCandidateInput:
    key: strawberry.ID | None = defaulted("The candidate's key (`cand_…`) or id.", None)
    attempt: strawberry.ID | None = defaulted("The number of one of their attempts, or its id; all of their attempts are anonymised.", None)


@strawberry.input(description="Which erasures.")
class ErasureFilter:
    erased_from: datetime | None = defaulted("Done at this moment or later.", None)
    erased_until: datetime | None = defaulted("Done before this moment.", None)


async def _erased(context: Context, made: commands.Erased) -> CandidateErased:
    rows = await queries.by_keys(context.read, context.account_id, [made.key])
    erasure: Any = rows[made.key]
    return CandidateErased(erasure=erasure, original_name=made.name, original_email=made.email or "")


@strawberry.type
class PrivacyQuery:
    @query(requires=READ, description="One erasure; null when there is no such key.")
    async def erasure(context: Context, *, key: Annotated[strawberry.ID, arg("Its key (`era_…`) or id.")]) -> Erasure | None:
        wanted = ids.key_of("Erasure", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    erasures: Connection[Erasure] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=Erasure,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=ErasureFilter,
        description="The log of erasures.",
    )


@strawberry.type
class PrivacyMutation:
    @mutation(
        requires=WRITE,
        answers=CandidateErased,
        then=_erased,
        description="Anonymise a candidate for good: names, addresses, details, mails, reports, teams and saved matches go; scores and "
        "answers stay. Their open invites are canceled. A protected candidate is refused.",
    )
    async def erase_candidate(self, info: Info, input: Annotated[EraseCandidateInput, arg("Whom.")]) -> commands.Erased:
        work = info.context.work
        if input.key is not None and input.attempt is None:
            return await commands.erase(work, ids.key_of("Candidate", input.key))
        if input.attempt is not None and input.key is None:
            return await commands.erase_by_attempt(work, ids.number_of("Attempt", input.attempt))
        raise BadInput.field("key", message="Give either 'key' or 'attempt'.")


findable("Erasure", READ, queries.by_keys)
