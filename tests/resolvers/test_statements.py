"""How many SQL statements operations take: the same, however long the lists are (Q-26)."""

import pytest
from graphql import OperationDefinitionNode, parse

from domain.kernel.actor import Actor
from domain.orders.payments import NoticeKind
from gateway import graph
from gateway.consoles import examples
from resolvers.context import Context
from resolvers.schema import build
from tests.domain.orders.buying import buy, tell
from tests.structure.places import stored_operations
from tests.support.world import World, some_answers

NESTED = """query Nested($n: Int!) { candidates(first: $n) { nodes { name
  invites(first: 10) { totalCount nodes { status attempt { status
    result { completedAt wirIch { wirPercent } normGroup { name { en } scales { mean } } candidate { name }
      scales { rawPercent cValue label scale { key name { de text(language: DE) } } } } } } }
  attempts(last: 5) { nodes { progressPercent answers { value item { key } } } }
  results(first: 5) { totalCount nodes { key norm: normGroup { n } } } } } }"""
MONEY = """query Money($n: Int!) {
  orders(first: $n) { nodes { product { key } invoice { number order { key } } invoices { number creditNotes { number } } } }
  invoices(first: $n) { nodes { number order { key invoice { key } } } }
  creditEntries(first: $n) { nodes { order { key invoices { key } } attempt { key } } }
  balance { packages { order { key } product { name { en } } } } }"""
EXECUTOR = graph.executor(build())


async def statements(world: World, text: str, variables: dict[str, object]) -> tuple[int, object]:
    """How many statements an operation takes, and its data."""
    context = Context(world.actor, world.database)
    prepared = EXECUTOR.prepare(text, None, context)
    answer = await EXECUTOR.run(prepared, variables, context)
    assert answer.errors is None, answer.errors
    return context.read.statements, answer.data  # type: ignore[attr-defined]


async def fill(world: World, candidates: int) -> None:
    """Candidates with two invites each, of which one is completed; one transaction, the clock standing still."""
    from domain.invites import attempts, commands
    from domain.invites.status import Origin

    answers = some_answers(3)
    async with world.work(Actor.system(world.account_id)) as uow:
        for number in range(candidates):
            who = {"email": f"p{number}@example.com", "name": f"Person {number}"}
            for _ in range(2):
                invite = await commands.issue(uow, Origin.DIRECT, **who)
            attempt = await attempts.start(uow, invite)
            await attempts.save(uow, attempt, answers)
            await attempts.complete(uow, attempt)


class TestNested:
    async def test_ten_and_a_hundred_candidates_take_the_same(self, world: World) -> None:
        """50 candidates with invites, attempts, results, scales and norm group: at most eight statements."""
        await fill(world, 100)
        few, data = await statements(world, NESTED, {"n": 10})
        many, _ = await statements(world, NESTED, {"n": 50})
        assert few == many
        assert few <= 10
        nodes = data["candidates"]["nodes"]  # type: ignore[index]
        assert len(nodes) == 10
        assert all(node["invites"]["totalCount"] == 2 and node["results"]["totalCount"] == 1 for node in nodes)
        assert len(nodes[0]["results"]["nodes"]) == 1

    async def test_each_parent_gets_its_own(self, world: World) -> None:
        """Q-3."""
        await fill(world, 20)
        _, data = await statements(
            world,
            "query($n: Int!) { candidates(first: $n) { nodes { key name results(first: 1) { nodes { candidate { key } } } } } }",
            {"n": 20},
        )
        for node in data["candidates"]["nodes"]:  # type: ignore[index]
            assert [result["candidate"]["key"] for result in node["results"]["nodes"]] == [node["key"]]


class TestMoney:
    async def test_two_orders_and_twelve_take_the_same(self, world: World) -> None:
        """From orders to invoices, credit notes and movements, and back."""
        for number in range(12):
            order = await buy(world, "pa-single")
            await tell(world, order, NoticeKind.PAID, f"evt_{number}")
            await tell(world, order, NoticeKind.REFUNDED, f"evt_{number}_back", 1_000)
        few, _ = await statements(world, MONEY, {"n": 2})
        many, data = await statements(world, MONEY, {"n": 12})
        assert few == many
        assert [len(order["invoices"]) for order in data["orders"]["nodes"]] == [2] * 12  # type: ignore[index]


LISTS = {
    "GetBalance": {},
    "GetAccount": {},
    "ListInvites": {"status": ["PENDING", "STARTED", "COMPLETED", "EXPIRED"], "offset": 0},
    "ListProfiles": {"status": ["COMPLETED"], "orderBy": "NAME", "scores": True, "offset": 0},
    "ListGdprCandidates": {"anonymized": None, "offset": 0},
    "ListGdprDeletions": {"offset": 0},
    "Search": {"text": "person", "scores": True, "offset": 0},
}


class TestStoredOperations:
    @pytest.mark.parametrize("name", LISTS)
    async def test_a_list_takes_the_same_for_three_and_for_thirty(self, world: World, name: str) -> None:
        await fill(world, 30)
        text = dict(stored_operations())[name]
        has_limit = "$limit" in text
        few, _ = await statements(world, text, {**LISTS[name], **({"limit": 3} if has_limit else {})})
        many, _ = await statements(world, text, {**LISTS[name], **({"limit": 30} if has_limit else {})})
        assert few == many <= 6

    @pytest.mark.parametrize(
        "name", [name for name, text in examples().items() if isinstance(parse(text).definitions[0], OperationDefinitionNode)]
    )
    async def test_the_examples_run(self, world: World, name: str) -> None:
        text = examples()[name]
        if text.lstrip().startswith("#") and "subscription" in text:
            return
        await fill(world, 12)
        count, _ = await statements(world, text, {})
        assert count <= 10
