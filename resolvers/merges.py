"""Merges: two candidates who turned out to be one person, and how that is done and undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.candidates import queries as candidates
from domain.kernel.permissions import Permission
from domain.merging import commands, queries
from resolvers import ids
from resolvers.context import Context
from resolvers.fields import Info, arg, attribute, computed, edge, graph_type, mutation, query, read_by
from resolvers.inputs import required
from resolvers.nodes import Node, findable

if TYPE_CHECKING:
    from resolvers.candidates import Candidate

READ, WRITE = Permission.CANDIDATES_READ, Permission.CANDIDATES_WRITE


def _rows(moved: Mapping[str, Sequence[object]]) -> int:
    return sum(map(len, moved.values()))


@graph_type(requires=READ, description="Two candidates who turned out to be one person: one was kept and has everything of both since.")
class CandidateMerge(Node):
    id: strawberry.ID = computed(ids.encoder("CandidateMerge"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `mrg_…`.")
    kept: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="kept_key", description="Who was kept."
    )
    absorbed: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="absorbed_key", description="Who is the same person: read by their key alone until it is undone."
    )
    reason: str | None = attribute("Why, in the account's own words; null once the person was anonymised.")
    moved_rows: int = computed(
        _rows, columns=("moved",), description="How many invites, attempts, results and other things moved from one to the other."
    )
    merged_at: datetime = attribute("When it was done.")
    merged_by: str = attribute("Who did it: `key:` and the key of a credential, or `system`.")
    undone_at: datetime | None = attribute("When it was undone; null unless it was.")
    undone_by: str | None = attribute("Who undid it.")


@strawberry.input(description="Two candidates who are one person.")
class MergeCandidatesInput:
    keep: strawberry.ID = required("The key (`cand_…`) or id of the candidate who has everything from then on.")
    absorb: strawberry.ID = required("The key or id of the candidate who is hidden; their address finds the other one from then on.")
    reason: str = required("Why they are the same person, at most 500 characters.")


@strawberry.input(description="A merge that is to be undone.")
class UnmergeCandidatesInput:
    merge: strawberry.ID = required("Its key (`mrg_…`) or id.")


@strawberry.type
class MergeQuery:
    @query(requires=READ, description="One merge of candidates; null when there is no such key.")
    async def candidate_merge(context: Context, *, key: Annotated[strawberry.ID, arg("Its key (`mrg_…`) or id.")]) -> CandidateMerge | None:
        wanted = ids.key_of("CandidateMerge", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]


@strawberry.type
class MergeMutation:
    @mutation(
        requires=WRITE,
        answers=CandidateMerge,
        then=read_by(queries.by_keys),
        description="Make one person of two candidates: everything of one belongs to the other from then on. It can be undone.",
    )
    async def merge_candidates(self, info: Info, input: Annotated[MergeCandidatesInput, arg("Who, and why.")]) -> str:
        keep, absorb = (ids.key_of("Candidate", key) for key in (input.keep, input.absorb))
        return await commands.merge(info.context.work, keep=keep, absorb=absorb, reason=input.reason)

    @mutation(
        requires=WRITE,
        answers=CandidateMerge,
        then=read_by(queries.by_keys),
        description="Make two candidates of a merged one again: each thing that moved goes back, with what has become of it since; what "
        "else came since stays with the one kept.",
    )
    async def unmerge_candidates(self, info: Info, input: Annotated[UnmergeCandidatesInput, arg("Which one.")]) -> str:
        return await commands.unmerge(info.context.work, ids.key_of("CandidateMerge", input.merge))


findable("CandidateMerge", READ, queries.by_keys)
