"""Steps of flows: an instrument each, and the score from which it is passed."""

from collections.abc import Sequence
from typing import Any

import strawberry

from domain.flows.steps import Step
from domain.instruments import port
from domain.kernel.permissions import Permission
from domain.matching import queries as matching
from resolvers import ids
from resolvers.context import Context
from resolvers.fields import attribute, batched, computed, edge, graph_type
from resolvers.inputs import defaulted, required
from resolvers.inputs import given as given_in
from resolvers.job_profiles import JobProfile
from resolvers.scalars import BigInt
from resolvers.texts import LocalizedText

READ = Permission.FLOWS_READ


async def _offered(context: Context, parents: Sequence[Any]) -> dict[str, Any]:
    """The instruments of steps, asked for once by the fields of one level."""
    keys = sorted({parent.instrument for parent in parents})
    return await context.once(("offered", *keys), lambda: port.offered(context.read, context.account_id, keys))


@graph_type(requires=READ, description="One instrument of a flow, and the score from which it is passed.")
class FlowStep:
    key: BigInt = computed(int, columns=("step_id",), description="Its number.")
    position: int = attribute("Its place in the flow, from 1.")
    instrument: strawberry.ID = attribute("What is taken: the key of an instrument, or of a questionnaire.")
    instrument_type: str = attribute("What kind of instrument it is, in the word that was given, else in that of the instrument.")
    pass_threshold: float = attribute("The score, 0 to 100, from which it is passed.")
    name: str | None = attribute("What it is called.")
    instructions: str | None = attribute("What candidates are told beside the instrument's own words.")
    pass_action: str | None = attribute("The account's own word for what follows when it is passed.")
    job_profile: JobProfile | None = edge(
        matching.by_keys, key="job_profile_key", description="What results are matched to here; null where it is what the flow says."
    )

    @batched("What the instrument is called; null when the account does not have it any more.")
    async def instrument_name(parents: Sequence[Any], context: Context) -> list[LocalizedText | None]:
        found = await _offered(context, parents)
        return [found[parent.instrument][0].name if parent.instrument in found else None for parent in parents]

    @batched("About how long it takes, in minutes; null where nobody said.")
    async def duration_minutes(parents: Sequence[Any], context: Context) -> list[int | None]:
        found = await _offered(context, parents)
        return [found[parent.instrument][0].duration_minutes if parent.instrument in found else None for parent in parents]


@strawberry.input(description="A step of a flow.")
class FlowStepInput:
    instrument: strawberry.ID = required("What is taken: the key of an instrument, or of a questionnaire, or its id.")
    pass_threshold: float = required("The score, 0 to 100, from which it is passed.")
    instrument_type: str | None = defaulted("Your own word for what kind of instrument it is; left out: the instrument's.", None)
    name: str | None = defaulted("What to call it; at most 200 characters.", None)
    instructions: str | None = defaulted("What candidates are told; at most 5,000 characters.", None)
    pass_action: str | None = defaulted("Your own word for what follows when it is passed.", None)
    job_profile: strawberry.ID | None = defaulted("What to match results to; left out: what the flow says.", None)


def steps_of(given: Sequence[FlowStepInput]) -> list[Step]:
    """Steps of an input as the domain takes them."""
    return [_step(given_in(step), step) for step in given]


def _step(told: dict[str, Any], given: FlowStepInput) -> Step:
    return Step(**told | {"instrument": _instrument(given.instrument), "job_profile": profile_of(given.job_profile)})


def _instrument(key: str) -> str:
    """The key that an id of an instrument or a questionnaire has, or the key itself; instruments are taken in their current version."""
    return ids.key_of("Questionnaire", ids.key_of("Instrument", key).partition("@")[0])


def profile_of(key: str | None) -> str | None:
    return None if key is None else ids.key_of("JobProfile", key)
