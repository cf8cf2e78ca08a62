"""Exports: results as files, made in the background."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

import strawberry

from domain.exports import commands, files, queries
from domain.exports.status import ExportStatus, Format, derived, needed, progress
from domain.instruments import bank
from domain.kernel.language import Language
from domain.kernel.permissions import Permission
from domain.kernel.spreadsheets import Delimiter
from resolvers import ids
from resolvers import teams as _teams  # noqa: F401  declares the enum of delimiters
from resolvers.context import Context
from resolvers.downloads import Download
from resolvers.enums import ListOrder, graph_enum
from resolvers.fields import Connection, Info, arg, attribute, computed, graph_type, listing, mutation, query, read_by
from resolvers.inputs import defaulted, given, required
from resolvers.nodes import Node, findable
from resolvers.paging import filters
from resolvers.scalars import BigInt

READ, WRITE = Permission.EXPORTS_READ, Permission.EXPORTS_WRITE
graph_enum(
    Format,
    name="ResultExportFormat",
    description="As what kind of file results are exported.",
    values={
        Format.CSV: "A line a result with a column a scale (RFC 4180, UTF-8): for spreadsheets and statistics programs.",
        Format.JSON_LINES: "A JSON object a line: for programs.",
    },
)
graph_enum(
    ExportStatus,
    name="ExportStatus",
    description="Where an export stands.",
    values={
        ExportStatus.PENDING: "It waits for its turn.",
        ExportStatus.RUNNING: "It is being made.",
        ExportStatus.READY: "Its file can be downloaded.",
        ExportStatus.FAILED: "It could not be made, after several tries.",
        ExportStatus.WITHDRAWN: "Somebody was erased meanwhile, so its file was deleted. Ask for a new one.",
        ExportStatus.EXPIRED: "Its day is over, and its file deleted.",
    },
)


def _status(context: Context, stored: str, expires_at: datetime) -> ExportStatus:
    return derived(stored, expires_at, context.now)


def _download(context: Context, row: Any) -> Any:
    """A link to the file, if it is there and whoever asks may read what is in it."""
    if _status(context, row.stored_status, row.expires_at) is not ExportStatus.READY:
        return None
    if not set(needed(people=row.people, answers=row.answers)) <= context.actor.permissions:
        return None
    return files.link(context.environment, context.now, context.account_id, row.key, row.format)


_PARTS = ("key", "format", "people", "answers", "stored_status", "expires_at")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a link depends on."""

    key: str
    format: str
    people: bool
    answers: bool
    stored_status: str
    expires_at: datetime


@graph_type(requires=READ, description="Results as one file. The file and this are kept for a day.")
class Export(Node):
    id: strawberry.ID = computed(ids.encoder("Export"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key: `exp_…`.")
    format: Format = attribute("As what kind of file.")
    people: bool = attribute("Whether names and email addresses are in it.")
    labels: bool = attribute("Whether a word for each C-value is in it.")
    answers: bool = attribute("Whether answers are in it.")
    status: ExportStatus = computed(_status, columns=("stored_status", "expires_at"), context=True, description="Where it stands.")
    progress_percent: int = computed(
        progress, columns=("stored_status", "done", "total"), description="How much of it is made, 0 to 100; 100 when it is ready."
    )
    rows: int = computed(int, columns=("done",), description="How many results are written so far; when it is ready, how many it has.")
    total: int | None = attribute("How many results it will have; null until it is begun.")
    size: BigInt | None = attribute("How many bytes the file has; null until it is ready.")
    created_at: datetime = attribute("When it was asked for: results completed later are not in it.")
    finished_at: datetime | None = attribute("When it was ready, or failed.")
    expires_at: datetime = attribute("When it is deleted: 24 hours after it was ready.")
    download: Download | None = computed(
        lambda context, *parts: _download(context, _Parts(*parts)),
        columns=_PARTS,
        context=True,
        description="The file; null until it is ready, and for a credential that may not read what is in it: results, with `people` "
        "candidates, with `answers` attempts.",
    )


@dataclass(frozen=True, slots=True)
class Deleted:
    graph_type: ClassVar[str] = "DeletedExport"
    key: str


@graph_type(requires=READ, description="An export that is no more.")
class DeletedExport:
    key: str = attribute("Its key.")


@strawberry.input(description="Which results to export.")
class ExportFilter:
    candidate: list[strawberry.ID] | None = defaulted("Those of these candidates, at most 1,000.", None)
    instrument: strawberry.ID = defaulted(
        "Those of this instrument, in any version or, as `key@version`, in one.", strawberry.ID(bank.PROFILE)
    )
    norm_group: strawberry.ID | None = defaulted("Those compared with this norm group.", None)
    team: strawberry.ID | None = defaulted("Those of people who are in this team, by its number or id; needs `teams:read`.", None)
    completed_from: datetime | None = defaulted("Completed at this moment or later.", None)
    completed_until: datetime | None = defaulted("Completed before this moment.", None)


@strawberry.input(description="What to export, and how.")
class ExportResultsInput:
    format: Format = required("As what kind of file.")
    filter: ExportFilter | None = defaulted("Which results; left out: all of the profile questionnaire.", None)
    people: bool = defaulted(
        "Whether to write names and email addresses beside the candidates' keys; needs the permission to read candidates.", False
    )
    labels: bool = defaulted("Whether to write a word for each C-value, such as `Above Average`.", False)
    answers: bool = defaulted("Whether to write the answer to every item; needs the permission to read attempts.", False)
    delimiter: Delimiter = defaulted("What stands between the cells of a CSV.", Delimiter.COMMA)
    language: Language = defaulted("In which language those words are; columns have the same names in each.", Language.EN)


@strawberry.input(description="Which export to delete.")
class DeleteExportInput:
    key: strawberry.ID = required("Its key (`exp_…`) or id.")


@strawberry.type
class ExportQuery:
    @query(requires=READ, description="One export; null when there is no such key, or its day is over.")
    async def export(context: Context, *, key: Annotated[strawberry.ID, arg("Its key (`exp_…`) or id.")]) -> Export | None:
        wanted = ids.key_of("Export", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    exports: Connection[Export] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=Export,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        offset=False,
        description="The account's exports of the last day.",
    )


async def _as_is(_context: Context, made: Any) -> Any:
    return made


@strawberry.type
class ExportMutation:
    @mutation(
        requires=WRITE,
        answers=Export,
        then=read_by(queries.by_keys),
        description="Have results written to a file; ask for the export again until it is ready. Needs the permission to read results, "
        "too. An account has five in the making at most.",
    )
    async def export_results(self, info: Info, input: Annotated[ExportResultsInput, arg("What to export, and how.")]) -> str:
        conditions = filters(input.filter or ExportFilter())
        if "team" in conditions:
            info.context.require(Permission.TEAMS_READ)
        return await commands.request(info.context.work, conditions=conditions, **given(input, "filter"))

    @mutation(requires=WRITE, answers=DeletedExport, then=_as_is, description="Delete an export with its file; one in the making stops.")
    async def delete_export(self, info: Info, input: Annotated[DeleteExportInput, arg("Which one.")]) -> Deleted:
        return Deleted(await commands.remove(info.context.work, ids.key_of("Export", input.key)))


findable("Export", READ, queries.by_keys)
