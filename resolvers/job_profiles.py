"""Job profiles: what a job asks of the scales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any, ClassVar

import strawberry

from domain.instruments import bank
from domain.kernel.permissions import Permission
from domain.matching import commands, formula, queries
from domain.matching.targets import ORDERED, Given, targets_of
from resolvers import ids
from resolvers.context import Context
from resolvers.enums import ListOrder, NamedOrder
from resolvers.fields import Connection, Info, arg, attribute, computed, connection, graph_type, listing, mutation, query, read_by, unfold
from resolvers.inputs import defaulted, optional, required
from resolvers.inputs import given as given_in
from resolvers.instruments import Scale
from resolvers.nodes import Node, findable
from resolvers.rankings import RankedResult, ranking
from resolvers.saved_matches import SavedMatch

READ = Permission.JOB_PROFILES_READ
WRITE = Permission.JOB_PROFILES_WRITE


@graph_type(requires=READ, description="What a target comes to when bounds that nobody gave are filled in, on the scale of 0 to 10.")
class EffectiveTarget:
    ok_min: float = attribute("From here on it is green; when not given, 1.5 below the ideal, but not below a given `criticalLow`.")
    ok_max: float = attribute("Up to here it is green; when not given, 1.5 above the ideal, but not above a given `criticalHigh`.")
    critical_low: float = attribute("Below this it is red; when not given, 3 below the ideal or at `okMin`, whichever is lower.")
    critical_high: float = attribute("Above this it is red; when not given, 3 above the ideal or at `okMax`, whichever is higher.")


@graph_type(requires=READ, description="What a job profile asks of one scale, in C-values from 0 to 10.")
class Target:
    scale: Scale = attribute("Which scale.")
    ideal: float = attribute("The value that fits best.")
    ok_min: float | None = attribute("From here on it is green; null when not given.")
    ok_max: float | None = attribute("Up to here it is green; null when not given.")
    critical_low: float | None = attribute("Below this it is red; null when not given.")
    critical_high: float | None = attribute("Above this it is red; null when not given.")
    effective: EffectiveTarget = attribute("The bounds that hold, with those that nobody gave filled in, cut to the scale.")


@dataclass(frozen=True, slots=True)
class Effective:
    """The bounds of a target, cut to the scale for showing."""

    graph_type: ClassVar[str] = "EffectiveTarget"
    ok_min: float
    ok_max: float
    critical_low: float
    critical_high: float

    @classmethod
    def of(cls, target: formula.Target) -> "Effective":
        return cls(*(_cut(bound) for bound in (target.ok_min, target.ok_max, target.critical_low, target.critical_high)))


def _cut(bound: Fraction) -> float:
    return float(min(max(bound, formula.LOWEST), formula.HIGHEST))


@dataclass(frozen=True, slots=True)
class Asked:
    """A target of a job profile's row."""

    graph_type: ClassVar[str] = "Target"
    scale: bank.Scale
    ideal: float
    ok_min: float | None
    ok_max: float | None
    critical_low: float | None
    critical_high: float | None
    effective: Effective


def _targets(stored: Mapping[str, Mapping[str, float]]) -> list[Asked]:
    instrument = bank.current(bank.PROFILE)
    assert instrument is not None
    effective = targets_of(stored)
    return [_asked(scale, stored[scale.key], effective[scale.key]) for scale in instrument.scales if scale.key in effective]


def _asked(scale: bank.Scale, numbers: Mapping[str, float], target: formula.Target) -> Asked:
    ok_min, ok_max, low, high = (numbers.get(name) for name in ("okMin", "okMax", "criticalLow", "criticalHigh"))
    return Asked(scale, numbers["ideal"], ok_min, ok_max, low, high, Effective.of(target))


@graph_type(requires=READ, description="What a job asks for: a target on some of the 23 scales. Results are matched with it.")
class JobProfile(Node):
    id: strawberry.ID = computed(ids.encoder("JobProfile"), columns=("key",), description="Opaque id.")
    key: str = attribute("Its key in the documented API: `jp_…`.")
    name: str = attribute("Its name, in German where it has two.")
    name_en: str | None = attribute("Its English name.")
    type: str = attribute("The account's own word for what kind it is; `standard` unless said otherwise.")
    description: str | None = attribute("What the job is.")
    active: bool = attribute("Whether it is in use; one that is not is still matched with when asked for.")
    version: int = attribute("Counts the changes of its targets, from 1; matches say which one they were made with.")
    targets: list[Target] = unfold(_targets, columns=("targets",), description="What it asks of scales, in their published order.")
    target_count: int = attribute("On how many scales it has a target.")
    ranking: Connection[RankedResult] = ranking
    saved_matches: Connection[SavedMatch] = connection(
        lambda context, keys, window, order, _given: queries.saved_by_job_profile(
            context.read, context.account_id, keys, window, order=order
        ),
        of=SavedMatch,
        key="key",
        order=ListOrder,
        default=ListOrder.NEWEST,
        description="The candidates that were assigned to it, with their scores.",
    )
    created_at: datetime = attribute("When it was made.")
    updated_at: datetime = attribute("When it was changed last.")


@graph_type(requires=READ, description="A job profile that was deleted.")
class DeletedJobProfile:
    key: str = attribute("The key it had.")


@strawberry.input(description="What is asked of one scale, in C-values from 0 to 10: criticalLow ≤ okMin ≤ ideal ≤ okMax ≤ criticalHigh.")
class TargetInput:
    scale: str = required("The key of the scale, such as `goal_orientation` or `graves5_success`.")
    ideal: float = required("The value that fits best.")
    ok_min: float | None = defaulted("From here on it is green; left out: 1.5 below the ideal, but not below a given `criticalLow`.", None)
    ok_max: float | None = defaulted("Up to here it is green; left out: 1.5 above the ideal, but not above a given `criticalHigh`.", None)
    critical_low: float | None = defaulted("Below this it is red; left out: 3 below the ideal, or at `okMin` if that is lower.", None)
    critical_high: float | None = defaulted("Above this it is red; left out: 3 above the ideal, or at `okMax` if that is higher.", None)


@strawberry.input(description="A new job profile.")
class CreateJobProfileInput:
    name: str = required("Its name, 1 to 200 characters; in German where it has two.")
    name_en: str | None = defaulted("Its English name.", None)
    type: str | None = defaulted("Your own word for what kind it is; left out: `standard`.", None)
    description: str | None = defaulted("What the job is, up to 5,000 characters.", None)
    active: bool = defaulted("Whether it is in use.", True)
    targets: list[TargetInput] = required("What it asks of scales, at most one target on each; may be empty, then nothing can be matched.")


@strawberry.input(description="What to change about a job profile; what is left out stays.")
class UpdateJobProfileInput:
    key: strawberry.ID = required("Its key (`jp_…`) or id.")
    name: str | None = optional("Its name, 1 to 200 characters.")
    name_en: str | None = optional("Its English name; null takes it away.")
    type: str | None = optional("What kind it is; null means `standard` again.")
    description: str | None = optional("What the job is; null takes it away.")
    active: bool | None = optional("Whether it is in use.")
    targets: list[TargetInput] | None = optional("What it asks of scales; these replace all it had.")


@strawberry.input(description="Which job profile to delete.")
class DeleteJobProfileInput:
    key: strawberry.ID = required("Its key (`jp_…`) or id.")


@strawberry.input(description="Which job profiles.")
class JobProfileFilter:
    text: str | None = defaulted("Those with this in one of their names, without regard to case and accents.", None)
    type: str | None = defaulted("Those of exactly this kind.", None)
    active: bool | None = defaulted("Those in use, or those that are not.", None)


def asked_of(targets: Sequence[TargetInput]) -> list[tuple[str, Given]]:
    """Targets of an input as the domain takes them."""
    return [(target.scale, {name: getattr(target, name) for name in ORDERED}) for target in targets]


async def _gone(_context: Context, key: str) -> DeletedJobProfile:
    return DeletedJobProfile(key=key)


@strawberry.type
class JobProfileQuery:
    @query(requires=READ, description="One job profile; null when there is no such key, or it was deleted.")
    async def job_profile(context: Context, *, key: Annotated[strawberry.ID, arg("Its key (`jp_…`) or id.")]) -> JobProfile | None:
        wanted = ids.key_of("JobProfile", key)
        return (await queries.by_keys(context.read, context.account_id, [wanted])).get(wanted)  # type: ignore[return-value]

    job_profiles: Connection[JobProfile] = listing(
        lambda context, window, order, given: queries.page(context.read, context.account_id, window, order=order, given=given),
        of=JobProfile,
        requires=READ,
        order=NamedOrder,
        default=NamedOrder.NEWEST,
        filter=JobProfileFilter,
        description="The account's job profiles.",
    )

    @query(
        requires=READ,
        most=commands.MOST_PROFILES,
        description=f"All job profiles of the account at once, newest first; an account has at most {commands.MOST_PROFILES}.",
    )
    async def all_job_profiles(context: Context) -> list[JobProfile]:
        return await queries.everything(context.read, context.account_id)  # type: ignore[return-value]


@strawberry.type
class JobProfileMutation:
    @mutation(
        requires=WRITE,
        answers=JobProfile,
        then=read_by(queries.by_keys),
        description=f"Make a job profile. An account has at most {commands.MOST_PROFILES} that are not deleted.",
    )
    async def create_job_profile(self, info: Info, input: Annotated[CreateJobProfileInput, arg("What it is to be.")]) -> str:
        return await commands.create(info.context.work, **given_in(input, "targets"), targets=asked_of(input.targets))

    @mutation(
        requires=WRITE,
        answers=JobProfile,
        then=read_by(queries.by_keys),
        description="Change a job profile. Matches are made with it as it is now; saved ones stay as they were.",
    )
    async def update_job_profile(self, info: Info, input: Annotated[UpdateJobProfileInput, arg("What to change.")]) -> str:
        changes: dict[str, Any] = given_in(input, "key")
        if changes.get("targets") is not None:
            changes["targets"] = asked_of(changes["targets"])
        return await commands.update(info.context.work, ids.key_of("JobProfile", input.key), changes)

    @mutation(
        requires=WRITE,
        answers=DeletedJobProfile,
        then=_gone,
        description="Delete a job profile: it is found and matched with no more, and the matches that were saved for it go.",
    )
    async def delete_job_profile(self, info: Info, input: Annotated[DeleteJobProfileInput, arg("Which one.")]) -> str:
        return await commands.delete(info.context.work, ids.key_of("JobProfile", input.key))


findable("JobProfile", READ, queries.by_keys)
