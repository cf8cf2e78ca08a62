"""Erasing people, the log of that, and what is held about somebody."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.candidates import queries as candidates
from domain.kernel.downloads import offer
from domain.kernel.errors import BadInput
from domain.kernel.language import Language
from domain.kernel.permissions import Permission
from domain.privacy import commands, dossier, queries, record
from resolvers import ids
from resolvers.attempts import Attempt
from resolvers.context import Context
from resolvers.downloads import Download
from resolvers.enums import ListOrder, graph_enum
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


@strawberry.input(description="Which attempts of candidates who were erased.")
class ErasedAttemptFilter:
    instrument: strawberry.ID | None = defaulted("Those of this instrument, in any version or, as `key@version`, in one.", None)


class DossierFormat(Enum):
    JSON = "json"
    PDF = "pdf"


class RecordFormat(Enum):
    JSON = "json"
    MARKDOWN = "md"
    PDF = "pdf"


graph_enum(
    DossierFormat,
    name="DossierFormat",
    description="How a dossier is written.",
    values={DossierFormat.JSON: "For programs: to carry it elsewhere.", DossierFormat.PDF: "For people: to be read and printed."},
)
graph_enum(
    RecordFormat,
    name="ProcessingRecordFormat",
    description="How the record of processing is written.",
    values={
        RecordFormat.JSON: "For programs.",
        RecordFormat.MARKDOWN: "To be filled in and kept with other documents.",
        RecordFormat.PDF: "To be read and printed.",
    },
)
FORMATS = {DossierFormat.JSON: "application/json", DossierFormat.PDF: "application/pdf"}
InLanguage = Annotated[Language, arg("In which language.")]


def _document(
    context: Context,
    key: str,
    *,
    format: Annotated[DossierFormat, arg("How it is written.")] = DossierFormat.PDF,
    language: InLanguage = Language.EN,
) -> Download:
    context.require(Permission.RESULTS_READ, Permission.ATTEMPTS_READ)
    by = context.actor.name
    media_type = FORMATS[format]
    facts = {"candidate": key, "format": format.value, "language": language.value, "by": by}
    return offer(context.environment, context.now, context.account_id, dossier.KIND, media_type=media_type, **facts)  # type: ignore[return-value]


@graph_type(requires=READ, description="Everything held about a candidate, across the whole product (Art. 15 and 20 GDPR).")
class Dossier:
    document: Download = computed(
        _document,
        columns=("key",),
        context=True,
        description="A link to it. It is made when the link is followed; each time is noted in the audit log, with who asked for the link. "
        "Needs `results:read` and `attempts:read` as well, for that is in it.",
    )


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

    @query(
        requires=READ,
        description="The record of processing activities (Art. 30 GDPR), made from the product's registry of personal data; "
        "what only the controller knows is left to be filled in.",
    )
    async def processing_record(
        context: Context,
        *,
        format: Annotated[RecordFormat, arg("How it is written.")] = RecordFormat.PDF,
        language: InLanguage = Language.EN,
    ) -> Download:
        media_type = record.MEDIA_TYPES[format.value]
        facts = {"format": format.value, "language": language.value}
        return offer(  # type: ignore[return-value]
            context.environment, context.now, context.account_id, record.KIND, media_type=media_type, **facts
        )

    erased_attempts: Connection[Attempt] = listing(
        lambda context, window, _order, given: queries.erased_attempts(context.read, context.account_id, window, given=given),
        of=Attempt,
        requires=READ,
        filter=ErasedAttemptFilter,
        description="The attempts of candidates who were erased, the latest erasure first.",
    )

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
        told_once=True,
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
