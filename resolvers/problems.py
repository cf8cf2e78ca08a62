"""Failures as data: what a mutation answers instead of its object."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

import strawberry

from domain.kernel.errors import DomainError, Kind
from domain.kernel.permissions import Access, Requirement
from resolvers.context import Context
from resolvers.declared import DECLARED, Answering, Guarded, Requires, Transaction, attribute, graph_type
from resolvers.once import Once


@graph_type(requires=Access.PUBLIC, description="One field of the input that is wrong.")
class ProblemField:
    path: list[str] = attribute('Where it stands in the input, from the outside in: `["answers", "detail_3"]`.')
    message: str = attribute("What is wrong with it, for people.")


@strawberry.interface(description="Numbers that belong to a problem.")
class ProblemDetails:
    code: str = attribute("The code of the problem they belong to.")


@graph_type(requires=Access.PUBLIC, description="How many of something were needed, and how many there are: credits, attempts.")
class Shortage(ProblemDetails):
    required: int = attribute("How many were needed.")
    available: int = attribute("How many there are.")


@graph_type(requires=Access.PUBLIC, description="A limit that was reached.")
class LimitReached(ProblemDetails):
    limit: int = attribute("How many are allowed.")


@graph_type(
    requires=Access.PUBLIC,
    description="Why a mutation did nothing. Nothing was changed when this is the answer, unless the mutation says otherwise.",
)
class Problem:
    kind: Kind = attribute("What sort of failure it is.")
    code: str = attribute("A stable, documented code, such as `INSUFFICIENT_CREDITS`.")
    message: str = attribute("What happened and what to do, for people; its wording may change.")
    fields: list[ProblemField] = attribute("The fields of the input that are wrong; empty when it is not about the input.")
    retry_after: int | None = attribute("Seconds after which trying again makes sense.")
    details: ProblemDetails | None = attribute("The numbers behind it, where there are any.")


def problem_of(error: DomainError) -> Problem:
    """A failure of the domain as data."""
    return Problem(
        kind=error.kind,
        code=error.code,
        message=error.message,
        fields=[ProblemField(path=list(fault.path), message=fault.message) for fault in error.fields],
        retry_after=error.retry_after,
        details=_details(error),
    )


def _details(error: DomainError) -> ProblemDetails | None:
    details = error.details
    if {"required", "available"} <= details.keys():
        return Shortage(code=error.code, required=details["required"], available=details["available"])
    if "limit" in details:
        return LimitReached(code=error.code, limit=details["limit"])
    return None


def mutation(
    *,
    requires: Requirement,
    answers: type,
    description: str,
    then: Callable[[Context, Any], Awaitable[Any]],
    admits_candidates: bool = False,
    admits_narrowed: bool = False,
    within: Callable[[Context, Any], Awaitable[int]] | None = None,
    transaction: bool = True,
    told_once: bool = False,
) -> Callable[..., Any]:
    """Declare a root field of the mutation: the function runs in a transaction and returns a key, `then` reads the row.

    `then` is given the context and what the function returned, after the commit. `within` finds, from the input and
    before the transaction opens, the account that an anonymous caller works in. The field answers `<answers> | Problem`.
    Without a `transaction` the function calls out, and opens short ones before and after, of which the first goes through
    `context.first_work`. What is `told_once` is kept for no Idempotency-Key.
    Permission is asked before all that: Strawberry runs the last extension first.
    """
    guarded = Guarded(requires, admits_candidates, admits_narrowed)

    def declare(function: Callable[..., Any]) -> Any:
        name = "".join(part.title() for part in function.__name__.split("_")) + "Result"
        once = Once(function, told_once=told_once)
        answering = Transaction(then, problem_of, once, within) if transaction else Answering(then, problem_of, once)
        shown = f"What `{name[0].lower()}{name.removesuffix('Result')[1:]}` answers: the {answers.__name__}, or why nothing was done."
        union = strawberry.union(name, description=shown)
        return strawberry.mutation(
            resolver=function,
            description=description,
            extensions=[answering, Requires(guarded)],
            metadata={DECLARED: guarded},
            graphql_type=Annotated[answers | Problem, union],
        )

    return declare


def read_by(
    query: Callable[..., Awaitable[Any]], *, key: Callable[[Any], Any] = lambda made: made
) -> Callable[[Context, Any], Awaitable[Any]]:
    """Read the row that a mutation answers with by the batch query that everything else uses."""

    async def read(context: Context, made: Any) -> Any:
        wanted = key(made)
        return (await query(context.read, context.account_id, [wanted])).get(wanted)

    return partial(read)
