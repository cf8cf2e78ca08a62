"""What other systems call candidates, and finding candidates by it."""

from typing import Annotated

import strawberry

from domain.candidates import queries, references
from domain.kernel.permissions import Permission
from resolvers import ids
from resolvers.candidates import Candidate
from resolvers.context import Context
from resolvers.fields import Info, arg, mutation, query, read_by
from resolvers.inputs import required
from resolvers.scalars import Reference

READ, WRITE = Permission.CANDIDATES_READ, Permission.CANDIDATES_WRITE
SYSTEM = "The system's name, such as `JOB_CANDIDATE`."


@strawberry.input(description="What another system calls a candidate.")
class AddExternalReferenceInput:
    candidate: strawberry.ID = required("The candidate's key (`cand_…`) or id.")
    system: str = required(SYSTEM)
    reference: Reference = required("Its number or text for them; it leads to one candidate alone.")


@strawberry.input(description="What another system calls a candidate no longer.")
class RemoveExternalReferenceInput:
    candidate: strawberry.ID = required("The candidate's key (`cand_…`) or id.")
    system: str = required(SYSTEM)
    reference: Reference = required("Its number or text for them.")


@strawberry.type
class ExternalReferenceQuery:
    @query(requires=READ, description="The candidate whom another system calls so; null when it names nobody.")
    async def candidate_by_reference(
        context: Context,
        *,
        system: Annotated[str, arg(SYSTEM)],
        reference: Annotated[Reference, arg("Its number or text for them; the number 5 and the text `5` are two.")],
    ) -> Candidate | None:
        key = await references.key_by(context.read, context.account_id, system, reference)  # type: ignore[arg-type]
        found = await queries.by_keys(context.read, context.account_id, [key]) if key else {}
        return found.get(key)  # type: ignore[arg-type, return-value]


@strawberry.type
class ExternalReferenceMutation:
    @mutation(
        requires=WRITE,
        answers=Candidate,
        then=read_by(queries.by_keys),
        description="Note what another system calls a candidate; again changes nothing.",
    )
    async def add_external_reference(self, info: Info, input: Annotated[AddExternalReferenceInput, arg("Whom, and what.")]) -> str:
        key = ids.key_of("Candidate", input.candidate)
        return await references.add(info.context.work, key, input.system, input.reference)  # type: ignore[arg-type]

    @mutation(requires=WRITE, answers=Candidate, then=read_by(queries.by_keys), description="Forget what another system calls a candidate.")
    async def remove_external_reference(self, info: Info, input: Annotated[RemoveExternalReferenceInput, arg("Whom, and what.")]) -> str:
        key = ids.key_of("Candidate", input.candidate)
        return await references.remove(info.context.work, key, input.system, input.reference)  # type: ignore[arg-type]
