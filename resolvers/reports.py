"""Reports of results, and their pictures."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from domain.instruments import bank
from domain.kernel.errors import BadInput
from domain.kernel.language import Language
from domain.kernel.permissions import Permission
from domain.reports import assessment, charts, documents
from domain.reports.focus import ReportFocus
from domain.results import norms, queries
from resolvers.context import Context
from resolvers.downloads import Download
from resolvers.drawing import drawn
from resolvers.enums import graph_enum
from resolvers.fields import arg, attribute, graph_type

READ = Permission.REPORTS_READ
OPERATIVE = "operative"
NARROWEST, WIDEST = 100, 2_000

graph_enum(
    ReportFocus,
    name="ReportFocus",
    description="From which side the report of a person is written.",
    values={
        ReportFocus.STANDARD: "How the person works, in general.",
        ReportFocus.LEADERSHIP: "The same, with what each scale means in leading people, and questions about it.",
        ReportFocus.SALES: "The same, with what each scale means in working with customers, and questions about it.",
    },
)
InLanguage = Annotated[Language, arg("In which language.")]
Width = Annotated[int | None, arg(f"How wide it shows itself, {NARROWEST} to {WIDEST} pixels; its natural size when left out.")]


@graph_type(requires=READ, description="A PDF about one result, for those who talk with the person: pictures, texts, questions, method.")
class Report:
    focus: ReportFocus = attribute("From which side it is written.")
    language: Language = attribute("In which language it is written.")
    download: Download = attribute("A link to the file. It is made at the first download, and kept until something in it changes.")


def report(
    context: Context,
    attempt_id: int,
    *,
    focus: Annotated[ReportFocus, arg("From which side.")] = ReportFocus.STANDARD,
    language: InLanguage = Language.EN,
) -> documents.Report:
    context.require(Permission.CANDIDATES_READ)
    return documents.report(context.environment, context.now, context.account_id, attempt_id, focus, language)


async def radar(parents: Sequence[Any], context: Context, *, language: InLanguage = Language.EN, width: Width = None) -> list[str]:
    return await drawn(parents, partial(_radar, language=language, width=checked(width)))


def _radar(result: Any, *, language: Language, width: int | None) -> str:
    instrument = bank.instrument(result.instrument, result.instrument_version)
    # the norm group does not show in this picture
    scales = [
        charts.Shown(scale.name.in_language(language), "", value)
        for scale, value in zip(instrument.scales, result.c_tenths, strict=True)
        if scale.kind == OPERATIVE
    ]
    return charts.radar(scales, language, width)


def checked(width: int | None) -> int | None:
    """A width that can be shown.

    Raises BadInput.
    """
    if width is not None and not NARROWEST <= width <= WIDEST:
        raise BadInput.field("width", message=f"'width' must be from {NARROWEST} to {WIDEST}.")
    return width


async def bars(parents: Sequence[Any], context: Context, *, language: InLanguage = Language.EN, width: Width = None) -> list[str]:
    shown = checked(width)
    pinned = list(dict.fromkeys((parent.norm_group, parent.norm_version) for parent in parents))
    groups = await queries.norm_groups_by_version(context.read, context.account_id, pinned)
    return await drawn(parents, lambda parent: _bars(parent, groups[parent.norm_group, parent.norm_version], language, shown))


def _bars(result: Any, group: norms.NormGroup, language: Language, width: int | None) -> str:
    instrument = bank.instrument(result.instrument, result.instrument_version)
    return charts.bars(assessment.shown(instrument, group, result.c_tenths, language), language, width)
