"""Declared fields keep their promises: a level answers like each parent alone, and no answer outlives its parent."""

import inspect
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import GraphQLField, GraphQLInt
from strawberry.extensions import FieldExtension
from strawberry.schema.schema_converter import GraphQLCoreConverter

from domain.kernel.statements import Row
from domain.matching import commands as matching
from domain.orders.payments import NoticeKind
from domain.webhooks import commands as webhooks_of
from gateway.app import build
from resolvers.context import Context
from resolvers.declared import Declared, computed, declaration, level_field
from resolvers.job_profiles import TargetInput
from resolvers.schema import declared
from resolvers.teams import Added, Removed
from tests.domain.matching.test_coverage import WANTED
from tests.domain.orders.buying import buy, tell
from tests.domain.teams.acting import add, create
from tests.domain.trials.acting import approve, ask
from tests.support.world import World

SCHEMA = build()
ARGUMENTS: dict[str, Any] = {
    "_curves": lambda _profile: {"step": 1},
    "calibrations": lambda _profile: {"positive_evaluations": ["LR"], "positive_outcomes": ["hired"]},
    "match": lambda profile: {"job_profile": profile},
    "match_with": lambda _profile: {"targets": [TargetInput(scale="detail", ideal=6.0)]},
}
"""What fields need, by the name of their function."""


class Parent:
    def __init__(self, value: int) -> None:
        self.value = value


async def _doubled(parents: Any, context: Context) -> list[int]:
    return [parent.value * 2 for parent in parents]


class TestLevels:
    async def test_an_answer_does_not_outlive_its_parent(self, world: World) -> None:
        """Q-3: a new object may stand where one stood that is gone."""
        field: Any = level_field(Declared("batched", _doubled), (), int, "Twice.")
        resolve = field.base_resolver.wrapped_func
        context = Context(world.actor, world.database)
        info = SimpleNamespace(context=context)
        first = Parent(1)
        place = id(first)
        assert await resolve(first, info) == 2
        del first
        others = [Parent(number) for number in range(2, 200)]
        assert any(id(other) == place for other in others), "an object stands where the first one stood"
        assert [await resolve(other, info) for other in others] == [number * 2 for number in range(2, 200)]


ELSEWHERE = {"InviteChanged"}
"""Their parents are made by a stream."""


def levels() -> dict[str, list[Declared]]:
    """Every declared field that is answered for a whole level of rows, by the type it is of."""
    found: dict[str, list[Declared]] = {}
    for kind in SCHEMA._schema.type_map.values():
        if kind.name in ELSEWHERE or kind.name.endswith("Connection"):
            continue  # their parents are made by a stream or a page
        for field in getattr(kind, "fields", {}).values():
            backref = getattr(field, "extensions", {}).get("strawberry-definition")
            declared = declaration(backref) if backref and hasattr(backref, "metadata") else None
            if isinstance(declared, Declared) and declared.level and declared.kind in ("edge", "batched") and declared.once_per_level:
                found.setdefault(kind.name, []).append(declared)
    return found


class TestOncePerLevel:
    async def rows(self, world: World) -> dict[str, list[Any]]:
        """Some parents of each type, as resolvers get them."""
        from domain.access import queries as access
        from domain.billing import queries as billing
        from domain.candidates import queries as candidates
        from domain.invites import queries as invites
        from domain.kernel.paging import Window
        from domain.matching import queries as matching
        from domain.results import queries as results

        read, account, window = world.database.read(), world.account_id, Window(first=10)
        found: dict[str, list[Any]] = {"Account": [await access.by_id(read, account)], "Balance": [await billing.balance(read, account)]}
        found["Viewer"] = [SimpleNamespace()]
        found["Candidate"] = (await candidates.page(read, account, window, order="newest", given={})).rows
        found["Invite"] = (await invites.page(read, account, window, order="newest", given={}, now=world.clock.now())).rows
        found["Attempt"] = (await invites.attempts(read, account, window, order="newest", given={})).rows
        found["Result"] = (await results.page(read, account, window, order="newest", given={})).rows
        found["SavedMatch"] = (await matching.saved(read, account, window, order="newest")).rows
        found["CreditEntry"] = (await billing.ledger(read, account, window)).rows
        found["CandidateMerge"] = [SimpleNamespace(kept_key=row.key, absorbed_key=found["Candidate"][0].key) for row in found["Candidate"]]
        found |= await self.of_teams(world) | await self.of_many(world) | await self.of_flows(world)
        found |= await self.of_questionnaires(world)
        return found | await self.of_money(world) | await self.of_news(world)

    async def of_questionnaires(self, world: World) -> dict[str, list[Any]]:
        """The same for questionnaires that people took, one of which has a webhook."""
        from domain.questionnaires import queries, result_queries
        from domain.webhooks import result_hooks
        from tests.support import questionnaires

        read, account = world.database.read(), world.account_id
        kinds = [await questionnaires.questionnaire(world) for _ in range(2)]
        people = [await questionnaires.participant(world, kind, email="p@example.com") for kind in kinds]
        attempts = [await questionnaires.found(world, person) for person in people]
        async with world.work() as uow:
            hook = await result_hooks.put(uow, kinds[0], url="https://example.com/")
        return {
            "Questionnaire": [*(await queries.by_keys(read, account, kinds)).values()],
            "Participant": [*(await queries.participants_by_key(read, account, people)).values()],
            "QuestionnaireAttempt": [*(await queries.attempts_by_key(read, account, attempts)).values()],
            "QuestionnaireResult": [*(await result_queries.by_attempt(read, account, attempts)).values()],
            "ResentResults": [SimpleNamespace(webhook_key=hook.key), SimpleNamespace(webhook_key="wh_x")],
        }

    async def of_many(self, world: World) -> dict[str, list[Any]]:
        """The same for what many results are shown with."""
        from domain.instruments import bank
        from domain.kernel.paging import Window
        from domain.matching import queries
        from domain.matching.ranking import pages
        from domain.matching.targets import targets_of
        from domain.statistics import groups, samples
        from domain.statistics.tables import Matrix, spread

        read, account, window = world.database.read(), world.account_id, Window(first=10)
        profiles = [(row, targets_of(row.targets)) for row in await queries.everything(read, account)]
        tables = [(row, pages.tables(orjson.dumps(row.targets))) for row, _targets in profiles]
        [page] = await pages.best_candidates(world.database, read, account, [profiles[0][1]], window)
        ranked = page.rows
        sample = await samples.gather(read, account, bank.instrument("escprofile", "1.0"), {"instrument": "escprofile"})
        whole = groups.divided(sample, None).whole
        return {
            "RankedResult": ranked,
            "RankedProfile": pages.best_profiles((ranked[0].attempt_id, {"proactive": 50}), tables, window).rows,
            "StatisticsGroup": [whole, replace(whole, norm=(1, 1), team=1001)],
            "ScaleStatistics": [spread(scale, [number + 5] * 11) for number, scale in enumerate(sample.instrument.scales[:3])],
            "CorrelationMatrix": [Matrix(list(sample.instrument.scales[:2]), [[1.0, 0.5], [0.5, None]], [[9, 9], [9, 9]])],
            "TeamReport": [SimpleNamespace(team_id=number) for number in (1001, 1002, 4711)],
            "Erasure": [SimpleNamespace(candidate_key=row.candidate_key) for row in ranked],
        }

    async def of_flows(self, world: World) -> dict[str, list[Any]]:
        """The same for flows; two people on one, one on another."""
        from domain.flows import queries
        from domain.flows.analysis import analyses, cut_scores
        from domain.flows.analysis.periods import Period
        from tests.domain.flows.walking import make, put

        read, account, numbers = world.database.read(), world.account_id, [await make(world), await make(world, 50.0)]
        people = [await put(world, numbers[number % 2], f"f{number}@example.com") for number in range(3)]
        attempts = await queries.attempts_by_assignment(read, account, people)
        steps = await queries.steps_by_flow(read, account, numbers)
        funnels = [*(await analyses.funnels(read, account, numbers, Period.of(None, None))).values()]
        impacts = [*(await analyses.adverse_impacts(read, account, numbers, Period.of(None, None), None)).values()]
        first = [rows[0].step_id for rows in steps.values()]
        return {
            "Funnel": funnels,
            "FunnelStep": [step for one in funnels for step in one.steps],
            "SelectionRates": [rates for one in impacts for rates in (one.total, *one.steps)],
            "CutScoreCurve": [cut_scores.curve(step, 50.0, [(40.0, 3), (60.0, 4)], is_complete=True) for step in first],
            "Flow": [*(await queries.by_id(read, account, numbers)).values()],
            "FlowStep": [step for rows in steps.values() for step in rows],
            "FlowAssignment": [*(await queries.assignments_by_id(read, account, people)).values()],
            "FlowAttempt": [attempt for rows in attempts.values() for attempt in rows],
            "FlowAssignmentChanged": [SimpleNamespace(subject=number) for number in people],
        }

    async def of_teams(self, world: World) -> dict[str, list[Any]]:
        """The same for what teams are shown with."""
        from domain.kernel.paging import Window
        from domain.matching import coverage_queries, gaps
        from domain.teams import queries
        from resolvers.compositions import compositions

        read, account, numbers = world.database.read(), world.account_id, [1001, 1002]
        members = await queries.members(read, account, numbers, Window(first=10), order="newest")
        coverages = [*(await coverage_queries.coverages(read, account, numbers, "jp_1001")).values()]
        changes = [found for found in await gaps.joining(world.database, account, coverages) if found]
        return {
            "TeamComposition": [*(await compositions(Context(world.actor, world.database), numbers)).values()],
            "Team": [*(await queries.by_id(read, account, numbers)).values()],
            "TeamMember": [row for page in members.values() for row in page.rows],
            "TeamCoverage": coverages,
            "ScaleCoverage": [scale for one in coverages for scale in one.scales],
            "CoverageChange": changes,
            "AddedTeamMembers": [Added(number) for number in numbers],
            "RemovedTeamMembers": [Removed(number) for number in numbers],
        }

    async def of_money(self, world: World) -> dict[str, list[Any]]:
        """The same for what is bought, and for who asks for a trial."""
        from domain.billing import queries as billing
        from domain.invoices import queries as invoices
        from domain.kernel.paging import Window
        from domain.orders import queries as orders
        from domain.trials import queries as trials

        read, account, window, now = world.database.read(), world.account_id, Window(first=10), world.clock.now()
        return {
            "Order": (await orders.page(read, account, window, order="newest", given={}, now=now)).rows,
            "Invoice": (await invoices.page(read, account, window, order="newest", given={})).rows,
            "CreditPackage": await billing.packages(read, account),
            "TrialRequest": (await trials.requests(read, window)).rows,
        }

    async def of_news(self, world: World) -> dict[str, list[Any]]:
        """The same for what is told."""
        from domain.kernel import event_log
        from domain.kernel.paging import Window
        from domain.webhooks import queries as webhooks

        read, account, window = world.database.read(), world.account_id, Window(first=50)
        hooks = await webhooks.all_of(read, account)
        return {
            "Event": (await event_log.page(read, account, window)).rows,
            "Webhook": hooks,
            "Delivery": (await webhooks.deliveries(read, account, window, order="newest", given={})).rows,
            "ReplayedDeliveries": [SimpleNamespace(webhook_key=hook.key) for hook in hooks],
        }

    async def scene(self, world: World) -> str:
        """Have something of everything, twice where it can be; return the job profile."""
        async with world.work() as uow:
            profile = await matching.create(uow, name="Vertrieb", targets=[*WANTED.items()])
            for number in range(2):
                await webhooks_of.create(uow, url=f"https://{number}.example.com/hook", events=["invite.sent"])
        attempts = [(await world.complete(f"p{number}@example.com", seed=number))[1] for number in range(2)]
        for attempt in attempts:
            async with world.work() as uow:
                await matching.save_match(uow, attempt_id=attempt, job_profile=profile)
        await world.invite("pending@example.com")
        for number in range(2):
            await add(world, await create(world), attempts.pop())
            await tell(world, await buy(world, "pa-single"), NoticeKind.PAID, f"evt_{number}")
            await approve(world, await ask(world, email=f"dev{number}@ai-startup.com"))
        return profile

    async def test_one_call_answers_what_a_call_for_each_does(self, world: World) -> None:
        """Of every such field of every type."""
        profile = await self.scene(world)
        rows = await self.rows(world)
        for kind, fields in levels().items():
            assert rows.get(kind), f"{kind} has no parents here"
            for field in fields:
                await self.try_level(Context(world.actor, world.database), field, rows[kind], profile)

    async def try_level(self, context: Context, field: Declared, parents: list[Any], profile: str) -> None:
        assert field.level is not None
        name = field.level.__name__
        taken = inspect.signature(field.level).parameters
        arguments = ARGUMENTS.get(name, lambda profile: {"job_profile": profile} if "job_profile" in taken else {})(profile)
        together = await field.level(parents, context, **arguments)
        apart = [(await field.level([parent], context, **arguments))[0] for parent in parents]
        assert [plain(value) for value in together] == [plain(value) for value in apart], name


def plain(value: Any) -> Any:
    """A value that can be compared: rows by what is in them."""
    if isinstance(value, list):
        return [plain(part) for part in value]
    return tuple(value) if isinstance(value, Row) else value


def test_a_field_with_an_extension_is_asked_by_its_resolver() -> None:
    """Else what the extension is there for would not happen."""

    class Anything(FieldExtension):
        def resolve(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
            return next_(source, info, **arguments)

    plain, extended = (computed(len, columns=("word",), description="Its length.") for _ in range(2))
    extended.extensions.append(Anything())
    fields = [GraphQLField(GraphQLInt, extensions={GraphQLCoreConverter.DEFINITION_BACKREF: field}) for field in (plain, extended)]
    assert [declared(field) is not None for field in fields] == [True, False]
