"""Rankings are those of brute force: whole, page by page both ways, filtered, and right after every change."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from domain.kernel.errors import BadInput
from domain.kernel.paging import Page, Window
from domain.matching.formula import curve
from domain.matching.ranking.cache import matrices
from domain.matching.ranking.pages import EVERYBODY, Among, best_candidates
from domain.results.scoring import half_up
from tests.domain.matching.ranking.people import People, some_targets
from tests.support.world import World


async def page(world: World, targets: Any, among: Among = EVERYBODY, **window: Any) -> Page:
    [found] = await best_candidates(world.database, world.database.read(), world.account_id, [targets], Window(**window), among)
    return found


async def walked(
    world: World, targets: Any, among: Among = EVERYBODY, *, size: int = 7, backward: bool = False
) -> list[tuple[int, Fraction]]:
    """The whole ranking, page by page."""
    found: list[Any] = []
    cursor = None
    while True:
        window = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        part = await page(world, targets, among, **window)
        found = [*part.rows, *found] if backward else [*found, *part.rows]
        if not (part.has_previous if backward else part.has_next):
            assert [row.rank for row in found] == list(range(1, len(found) + 1))
            return [(row.attempt_id, Fraction(row.exact.numerator, row.exact.denominator)) for row in found]
        cursor = part.cursor(part.rows[0 if backward else -1])


@pytest.fixture
async def people(world: World) -> People:
    made = People(world)
    await made.add(60)
    return made


class TestRanking:
    @pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
    async def test_is_that_of_brute_force(self, people: People, backward: bool) -> None:
        for count in (1, 3, 23):
            targets = some_targets(people.dice, count)
            assert await walked(people.world, targets, size=17, backward=backward) == people.ranking(targets)

    async def test_a_page_says_what_is_around_it(self, people: People) -> None:
        targets = some_targets(people.dice, 5)
        first = await page(people.world, targets, first=10)
        assert (first.has_previous, first.has_next, len(first.rows)) == (False, True, 10)
        assert first.key == 0
        second = await page(people.world, targets, first=10, after=first.cursor(first.rows[-1]))
        assert (second.has_previous, second.has_next, second.rows[0].rank) == (True, True, 11)
        assert await first.total.count([0]) == {0: len(people.ranking(targets))}
        whole = await page(people.world, targets, first=100, after=second.cursor(second.rows[-1]))
        assert (whole.has_previous, whole.has_next) == (True, False)

    async def test_says_whose_the_results_are(self, people: People) -> None:
        found = await page(people.world, some_targets(people.dice, 4), first=100)
        owners = {person.attempt_id: key for key, person in people.known.items()}
        assert all(row.candidate_key == owners[row.attempt_id] for row in found.rows)

    async def test_of_nobody_is_empty(self, world: World) -> None:
        found = await page(world, some_targets(People(world).dice, 2), first=10)
        assert (found.rows, found.has_next, found.has_previous) == ([], False, False)

    async def test_shows_nobody_of_another_account(self, people: People) -> None:
        """Q-1."""
        other, _key = await people.world.other_account()
        database = people.world.database
        [found] = await best_candidates(database, database.read(), other.account_id, [some_targets(people.dice, 2)], Window(first=10))
        assert found.rows == []

    @pytest.mark.parametrize("cursor", ["x", "WyJDYW5kaWRhdGUubmFtZSIsMV0"])
    async def test_a_foreign_cursor_is_refused(self, people: People, cursor: str) -> None:
        with pytest.raises(BadInput, match="cursor"):
            await page(people.world, some_targets(people.dice, 2), first=10, after=cursor)


class TestFilters:
    @pytest.mark.parametrize("minimum", [0, 50, 71, 100])
    async def test_a_least_score_is_of_the_shown_one(self, people: People, minimum: int) -> None:
        targets = some_targets(people.dice, 3)
        expected = [pair for pair in people.ranking(targets) if half_up(pair[1]) >= minimum]
        assert await walked(people.world, targets, Among(minimum=minimum)) == expected

    async def test_nobody_in_a_red_zone(self, people: People) -> None:
        targets = some_targets(people.dice, 3)

        def has_no_red(person: Any, scores: Any) -> bool:
            return all(curve(targets[scale]).zones[person.values[scale]] != "red" for scale in scores)

        expected = people.ranking(targets, has_no_red)
        assert 0 < len(expected) < len(people.ranking(targets))
        assert await walked(people.world, targets, Among(no_red_zone=True)) == expected

    async def test_by_when_they_were_measured(self, people: People) -> None:
        targets = some_targets(people.dice, 3)
        moments = sorted(person.completed_at for person in people.known.values())
        since, until = moments[15], moments[45]
        expected = people.ranking(targets, lambda person, _scores: since <= person.completed_at < until)
        assert await walked(people.world, targets, Among(completed_from=since, completed_until=until)) == expected

    async def test_by_attempts(self, people: People) -> None:
        targets = some_targets(people.dice, 3)
        some = [person.attempt_id for person in people.known.values()][::3]
        expected = people.ranking(targets, lambda person, _scores: person.attempt_id in some)
        assert await walked(people.world, targets, Among(attempts=[*some, 1])) == expected
        assert await walked(people.world, targets, Among(attempts=[])) == []


async def more(people: People) -> None:
    await people.add(5)


async def again(people: People) -> None:
    await people.measure(people.dice.sample(sorted(people.known), 12))


async def newest(people: People) -> None:
    people.world.advance(hours=1)
    await people.measure(people.dice.sample(sorted(people.known), 3), at=people.world.clock.now())


async def erased(people: People) -> None:
    await people.anonymize(people.dice.choice([key for key, person in people.known.items() if not person.anonymized]))


async def many(people: People) -> None:
    """More events than are taken in at a time."""
    await people.add(1_050)


class TestNews:
    @pytest.mark.parametrize("change", [more, again, newest, erased, pytest.param(many, marks=pytest.mark.long)])
    async def test_is_in_the_next_ranking(self, people: People, change: Callable[[People], Any]) -> None:
        targets = some_targets(people.dice, 4)
        assert await walked(people.world, targets, size=100) == people.ranking(targets)
        await change(people)
        assert await walked(people.world, targets, size=100) == people.ranking(targets)

    async def test_one_after_another(self, people: People) -> None:
        targets = some_targets(people.dice, 6)
        for _ in range(12):
            await people.dice.choice((more, again, newest, erased))(people)
            assert await walked(people.world, targets, size=100) == people.ranking(targets)

    async def test_a_database_that_went_back_in_time_is_read_anew(self, people: People) -> None:
        targets = some_targets(people.dice, 4)
        await walked(people.world, targets)
        kept = matrices(people.world.database)._kept[people.world.account_id]
        kept.seen += 1_000_000
        await people.add(3)
        assert await walked(people.world, targets, size=100) == people.ranking(targets)

    async def test_nothing_new_costs_one_statement_for_the_matrix(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        """And one for whose results they are."""
        targets = some_targets(people.dice, 4)
        await page(people.world, targets, first=5)
        asked = []
        begin = people.world.database.read

        def counted(*arguments: Any) -> Any:
            asked.append(arguments)
            return begin(*arguments)

        monkeypatch.setattr(people.world.database, "read", counted)
        await page(people.world, targets, first=5)
        assert len(asked) == 2


class TestMemory:
    async def test_matrices_not_used_for_longest_go_first(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        world, targets = people.world, some_targets(people.dice, 2)
        other, _key = await world.other_account()
        await page(world, targets, first=1)
        kept = matrices(world.database)
        monkeypatch.setattr("domain.matching.ranking.cache.LARGEST", 1)
        await best_candidates(world.database, world.database.read(), other.account_id, [targets], Window(first=1))
        assert list(kept._kept) == [other.account_id]
        assert await walked(world, targets, size=100) == people.ranking(targets)
