"""Analyses of many flows at once: what was counted of them, under the rules."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from domain.flows.analysis import queries
from domain.flows.analysis.adverse_impact import BANDS, AdverseImpact, Counted, adverse_impact
from domain.flows.analysis.cut_scores import CutScoreCurve, curve
from domain.flows.analysis.funnel import Funnel, funnel
from domain.flows.analysis.periods import Period
from domain.flows.queries import steps_by_flow, steps_by_id
from domain.kernel.statements import Read, Row, by_key, group

_BANDS = tuple(BANDS)


async def funnels(read: Read, account_id: int, flows: Collection[int], period: Period) -> dict[int, Funnel]:
    """The funnel of each flow, over those who were assigned in a period."""
    steps, (people, reached) = await read.all(steps_by_flow(read, account_id, flows), queries.counts(read, account_id, flows, period))
    whole, counts = by_key(people, "flow_id"), by_key(reached, "step_id")
    return {flow: funnel(whole.get(flow), steps.get(flow, []), counts) for flow in flows}


async def curves(read: Read, account_id: int, flows: Collection[int], step: int, period: Period) -> dict[int, CutScoreCurve]:
    """The curve of a step, by the flow that it belongs to if that is one of these."""
    found = (await steps_by_id(read, account_id, [step])).get(step)
    if found is None or found.flow_id not in flows:
        return {}
    rows, is_complete = await queries.scores(read, account_id, found.flow_id, step, period)
    made = curve(step, found.pass_threshold, [(row.score, row.people) for row in rows], is_complete=is_complete)
    return {found.flow_id: made}


async def adverse_impacts(
    read: Read, account_id: int, flows: Collection[int], period: Period, as_of: int | None
) -> dict[int, AdverseImpact]:
    """The selection rates of each flow, over those who were assigned in a period; `as_of` is the year for which age is told."""
    steps, (whole, at_steps) = await read.all(
        steps_by_flow(read, account_id, flows), queries.selected(read, account_id, flows, period, as_of)
    )
    return await asyncio.to_thread(_impacts, flows, steps, group(whole, "flow_id"), group(at_steps, "step_id"))


def _impacts(
    flows: Collection[int], steps: Mapping[int, list[Row]], whole: Mapping[int, list[Row]], at_steps: Mapping[int, list[Row]]
) -> dict[int, AdverseImpact]:
    return {
        flow: adverse_impact(
            _counted(whole.get(flow, [])), [(step.step_id, _counted(at_steps.get(step.step_id, []))) for step in steps.get(flow, [])]
        )
        for flow in flows
    }


def _counted(rows: Sequence[Row]) -> Counted:
    return {(row.gender, None if row.band == queries.UNKNOWN else _BANDS[row.band]): (row.people, row.selected) for row in rows}
