"""Results: every scale against its norm group, the Wir/Ich ratio, and the norm groups themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry

from domain.candidates import queries as candidates
from domain.instruments import bank
from domain.invites import queries as invites
from domain.kernel.language import Text
from domain.kernel.permissions import Permission
from domain.kernel.statements import row_type
from domain.kernel.tables import Table
from domain.results import norms, queries, scoring
from resolvers import ids
from resolvers import reports as pictures
from resolvers.context import Context
from resolvers.drawing import PICTURE
from resolvers.enums import ListOrder, ScaleLabel, Tendency
from resolvers.fields import Connection, arg, attribute, batched, computed, edge, graph_type, listing, query, unfold
from resolvers.inputs import defaulted
from resolvers.instruments import Instrument, Scale, of_version
from resolvers.job_profiles import TargetInput
from resolvers.matches import MATCH, Match, with_job_profile, with_targets
from resolvers.nodes import Node, findable
from resolvers.scalars import BigInt
from resolvers.texts import LocalizedText

if TYPE_CHECKING:
    from resolvers.attempts import Attempt
    from resolvers.candidates import Candidate

READ = Permission.RESULTS_READ
_DESIGNED = Text(
    en="Designed, not empirical: its values are set by the authors; nobody was measured for it.",
    de="Entworfen, nicht empirisch: Die Werte sind von den Autoren gesetzt; es wurde niemand dafür gemessen.",
)


@graph_type(requires=READ, description="How one scale lies in a norm group.")
class NormScale:
    scale: Scale = attribute("Which scale.")
    mean: float = attribute("Mean of the raw percents, 0 to 100.")
    standard_deviation: float = attribute("Standard deviation of the raw percents.")
    alpha: float = attribute("Cronbach's alpha, 0 to 1.")
    standard_error: float = attribute("Standard error of measurement on the C-scale: 2 × √(1 − alpha).")


@graph_type(requires=READ, description="Whom results are compared with.")
class NormGroup(Node):
    id: strawberry.ID = computed(ids.encoder("NormGroup"), columns=("key",), description="Opaque id.")
    key: BigInt = attribute("Its number.")
    version: int = attribute("Its version.")
    name: LocalizedText = attribute("What it is called.")
    empirical: bool = attribute("Whether people were measured for it; false for the designed group that every account begins with.")
    remark: LocalizedText = computed(
        lambda empirical, n: Text(en=f"Empirical: {n} people.", de=f"Empirisch: {n} Personen.") if empirical else _DESIGNED,
        columns=("empirical", "n"),
        description="What to know before trusting it.",
    )
    n: int = attribute("How many people were measured; 0 for the designed group.")
    created_at: datetime = attribute("When it was made.")
    instrument: Instrument = computed(of_version, columns=("instrument", "instrument_version"), description="The instrument it is for.")
    scales: list[NormScale] = unfold(
        lambda key, version, values: _norm_scales(bank.instrument(key, version), values),
        columns=("instrument", "instrument_version", "norms"),
        description="Every scale in its published order.",
    )


def _norm_scales(instrument: bank.Instrument, values: dict[str, scoring.Norm]) -> list[NormScale]:
    return [
        NormScale(
            scale=scale,  # type: ignore[arg-type]
            mean=float(norm.mean),
            standard_deviation=float(norm.sd),
            alpha=float(norm.alpha),
            standard_error=scoring.sem(norm),
        )
        for scale in instrument.scales
        for norm in (values[scale.key],)
    ]


Score = row_type("ScaleScore", ("scale", "raw", "c"))
"""One scale of a result, from its place in the row's arrays."""
_TENTHS: dict[int | None, float | None] = {None: None, **{tenths: tenths / 10 for tenths in range(1001)}}
_tenth = _TENTHS.__getitem__
"""Tenths as a number; looked up, since a page of results asks thousands of times."""


def _of_c(function: Any) -> Any:
    """A function of a C-value as a function of a column that may be null."""
    return lambda value: None if value is None else function(value)


@graph_type(requires=READ, description="What one scale came out as.")
class ScaleScore:
    scale: Scale = attribute("Which scale.")
    raw_percent: float | None = computed(
        _tenth, columns=("raw",), description="How far its items were agreed with, 0 to 100; null when under 80 % were answered."
    )
    c_value: float | None = computed(_tenth, columns=("c",), description="On the C-scale: 0 to 10, mean 5, standard deviation 2.")
    class_: int | None = computed(
        _of_c(scoring.class_of), columns=("c",), name="class", description="The class 0 to 10: the C-value rounded half up."
    )
    label: ScaleLabel | None = computed(_of_c(scoring.label_of), columns=("c",), description="A word for it.")
    percentile: float | None = computed(
        _of_c(scoring.percentile), columns=("c",), description="The percent of a normal population that lies below, 0 to 100."
    )
    t_value: float | None = computed(_of_c(scoring.t_value), columns=("c",), description="On the T-scale: mean 50, standard deviation 10.")


@graph_type(requires=READ, description="How far the Graves values speak for the group (Wir) and for oneself (Ich).")
class WirIch:
    wir_percent: float = computed(_tenth, columns=("wir_tenths",), description="The share of G2, G4 and G6, 0 to 100.")
    ich_percent: float = computed(
        lambda wir: (1000 - wir) / 10, columns=("wir_tenths",), description="The share of G3, G5 and G7; both sum to 100."
    )
    tendency: Tendency = attribute("Which way it leans.")


def _scores(key: str, version: str, raw: Sequence[int | None], values: Sequence[int | None]) -> Table:
    return Table(Score, bank.instrument(key, version).scales, raw, values)


@dataclass(frozen=True, slots=True)
class Ratio:
    """The Wir/Ich ratio of a result, from its row."""

    graph_type: ClassVar[str] = "WirIch"
    wir_tenths: int
    tendency: str


def _wir_ich(wir_tenths: int | None, tendency: str | None) -> Ratio | None:
    return Ratio(wir_tenths, tendency) if wir_tenths is not None and tendency is not None else None


@graph_type(requires=READ, description="What one attempt measured.")
class Result(Node):
    id: strawberry.ID = computed(ids.encoder("Result"), columns=("attempt_id",), description="Opaque id.")
    key: BigInt = computed(int, columns=("attempt_id",), description="The number of its attempt.")
    attempt: Annotated["Attempt", strawberry.lazy("resolvers.attempts")] = edge(
        invites.attempts_by_id, key="attempt_id", description="The attempt it came from."
    )
    candidate: Annotated["Candidate", strawberry.lazy("resolvers.candidates")] = edge(
        candidates.by_keys, key="candidate_key", description="Whose it is."
    )
    instrument: Instrument = computed(
        of_version, columns=("instrument", "instrument_version"), description="What was taken, in which version."
    )
    norm_group: NormGroup = edge(
        queries.norm_groups_by_version, key=("norm_group", "norm_version"), description="Whom it was compared with, as that was then."
    )
    norm_version: int = attribute("The version of the norm group at that time.")
    scales: list[ScaleScore] = unfold(
        _scores,
        columns=("instrument", "instrument_version", "raw_tenths", "c_tenths"),
        description="Every scale in the published order: 17 operative ones, then six Graves values.",
    )
    wir_ich: WirIch | None = unfold(
        _wir_ich,
        columns=("wir_tenths", "tendency"),
        description="The Wir/Ich ratio; null when a Graves value is missing.",
    )
    completed_at: datetime = attribute("When the attempt was completed.")
    report: pictures.Report = unfold(
        pictures.report,
        columns=("attempt_id",),
        context=True,
        description="Its report as a PDF, with a link that works for a quarter of an hour. "
        "Needs `candidates:read` as well, for it names the person.",
    )
    radar: str = batched(
        "The 17 operative scales as a radar: an SVG picture without scripts and without anything from elsewhere.", weight=PICTURE
    )(pictures.radar)
    bars: str = batched(
        "All scales as bars with their confidence bands of 95 %, by groups: an SVG picture of the same kind.", weight=PICTURE
    )(pictures.bars)

    @batched("How it fits a job profile, as both are now; null when there is no such profile, or it was deleted.", weight=MATCH)
    async def match(
        parents: Sequence[Any],
        context: Context,
        *,
        job_profile: Annotated[strawberry.ID, arg("The key of the job profile (`jp_…`) or its id.")],
    ) -> list[Match | None]:
        return await with_job_profile(parents, context, ids.key_of("JobProfile", job_profile))  # type: ignore[return-value]

    @batched("What if: how it would fit a job profile with these targets, which are saved nowhere.", weight=MATCH)
    async def match_with(
        parents: Sequence[Any],
        context: Context,
        *,
        targets: Annotated[list[TargetInput], arg("What is asked of scales, checked as those of a job profile are.")],
    ) -> list[Match]:
        return await with_targets(parents, context, targets)  # type: ignore[return-value]


@strawberry.input(description="Which results.")
class ResultFilter:
    candidate: list[strawberry.ID] | None = defaulted("Those of these candidates.", None)
    instrument: strawberry.ID | None = defaulted("Those of this instrument, in any version or, as `key@version`, in one.", None)
    norm_group: strawberry.ID | None = defaulted("Those compared with this norm group.", None)
    completed_from: datetime | None = defaulted("Completed at this moment or later.", None)
    completed_until: datetime | None = defaulted("Completed before this moment.", None)


@strawberry.type
class ResultQuery:
    @query(requires=READ, description="The result of an attempt; null when there is none.")
    async def result(
        context: Context, *, attempt: Annotated[strawberry.ID, arg("The number of the attempt, its id, or the id of the result.")]
    ) -> Result | None:
        key = max(ids.number_of("Result", attempt), ids.number_of("Attempt", attempt))
        return (await queries.by_attempt(context.read, context.account_id, [key])).get(key)  # type: ignore[return-value]

    results: Connection[Result] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=Result,
        requires=READ,
        order=ListOrder,
        default=ListOrder.NEWEST,
        filter=ResultFilter,
        description="The account's results.",
    )

    @query(requires=READ, description="One norm group; null when there is no such number.")
    async def norm_group(context: Context, *, key: Annotated[strawberry.ID, arg("Its number, or its id.")]) -> NormGroup | None:
        number = ids.number_of("NormGroup", key)
        return (await queries.norm_groups_by_key(context.read, context.account_id, [number])).get(number)  # type: ignore[return-value]

    @query(
        requires=READ,
        most=norms.MOST_GROUPS + 1,
        description="All norm groups of the account, newest first, at last the designed one; an account has at most 100 of its own.",
    )
    async def norm_groups(context: Context) -> list[NormGroup]:
        return await queries.norm_groups(context.read, context.account_id)  # type: ignore[return-value]


findable("Result", READ, queries.by_attempt, number=True)
findable("NormGroup", READ, queries.norm_groups_by_key, number=True)
