"""What other systems call candidates: one number or text leads to one person, and is given back as it came."""

import asyncio
from typing import Any

import pytest

from domain.candidates import commands as candidates
from domain.candidates import references
from domain.candidates.errors import TooManyReferences
from domain.kernel.errors import DomainError
from domain.privacy import commands as privacy
from tests.support.http import Http
from tests.support.world import World

PROBLEM = "... on Problem { kind code message fields { path } }"
CANDIDATE = "... on Candidate { key externalReferences { system reference } }"
ADD = f"mutation($i: AddExternalReferenceInput!) {{ addExternalReference(input: $i) {{ {CANDIDATE} {PROBLEM} }} }}"
REMOVE = f"mutation($i: RemoveExternalReferenceInput!) {{ removeExternalReference(input: $i) {{ {CANDIDATE} {PROBLEM} }} }}"
BY = "query($s: String!, $r: Reference!) { candidateByReference(system: $s, reference: $r) { key } }"


async def known(world: World, *names: str) -> list[str]:
    async with world.work() as uow:
        return [await candidates.find_or_add(uow, email=f"{name}@example.com", name=name) for name in names]


async def answer(http: Http, text: str, **variables: Any) -> Any:
    [found] = (await http.graph(text, **variables)).values()
    return found


class TestReferences:
    async def test_lead_to_one_person_and_come_back_as_they_came(self, http: Http) -> None:
        anna, bert = await known(http.world, "anna", "bert")
        for key, reference in ((anna, 5), (anna, 2**63 - 1), (bert, "5"), (anna, 5)):
            await answer(http, ADD, i={"candidate": key, "system": "JOB_CANDIDATE", "reference": reference})
        same = await answer(http, ADD, i={"candidate": anna, "system": "OTHER", "reference": "5"})
        assert [each["reference"] for each in same["externalReferences"]] == [5, 2**63 - 1, "5"]
        found = [(await answer(http, BY, s="JOB_CANDIDATE", r=reference)) for reference in (5, "5", 2**63 - 1, 6)]
        assert found == [{"key": anna}, {"key": bert}, {"key": anna}, None]
        taken = await answer(http, ADD, i={"candidate": bert, "system": "JOB_CANDIDATE", "reference": 5})
        assert (taken["kind"], taken["code"]) == ("CONFLICT", "REFERENCE_TAKEN")
        assert await answer(http, REMOVE, i={"candidate": bert, "system": "JOB_CANDIDATE", "reference": "5"}) == {
            "key": bert,
            "externalReferences": [],
        }
        gone = await answer(http, REMOVE, i={"candidate": bert, "system": "JOB_CANDIDATE", "reference": "5"})
        assert gone["code"] == "NOT_FOUND"
        assert await answer(http, BY, s="JOB_CANDIDATE", r=5) == {"key": anna}

    @pytest.mark.parametrize(
        ("system", "reference"), [(" ", 5), ("x" * 65, 5), ("JOB", " "), ("JOB", "x" * 201), ("JOB", "a\u0007")], ids=lambda value: None
    )
    async def test_have_a_shape(self, http: Http, system: str, reference: int | str) -> None:
        [anna] = await known(http.world, "anna")
        assert (await answer(http, ADD, i={"candidate": anna, "system": system, "reference": reference}))["kind"] == "BAD_INPUT"

    async def test_are_one_account_s_own_and_go_with_the_person(self, world: World) -> None:
        [anna] = await known(world, "anna")
        other, _key = await world.other_account()
        async with world.work() as uow:
            await references.add(uow, anna, "JOB_CANDIDATE", 7)
            assert await references.candidate_by(uow, "JOB_CANDIDATE", 7) == anna
        async with world.work(other) as uow:
            assert await references.candidate_by(uow, "JOB_CANDIDATE", 7) is None
        async with world.work() as uow:
            await privacy.erase(uow, anna)
        async with world.work() as uow:
            assert await references.candidate_by(uow, "JOB_CANDIDATE", 7) is None

    async def test_are_taken_once_by_two_at_once(self, world: World) -> None:
        people = await known(world, *(f"p{number}" for number in range(6)))

        async def take(key: str) -> str:
            try:
                async with world.work() as uow:
                    return await references.add(uow, key, "JOB_CANDIDATE", 1)
            except DomainError as error:
                return error.code

        told = await asyncio.gather(*map(take, people))
        async with world.work() as uow:
            [winner] = set(told) - {"REFERENCE_TAKEN"}
            assert await references.candidate_by(uow, "JOB_CANDIDATE", 1) == winner
        assert told.count("REFERENCE_TAKEN") == len(people) - 1

    async def test_have_a_bound(self, world: World) -> None:
        [anna] = await known(world, "anna")
        async with world.work() as uow:
            for number in range(references.MOST):
                await references.add(uow, anna, "S", number)
            await references.add(uow, anna, "S", 0)
            with pytest.raises(TooManyReferences):
                await references.add(uow, anna, "S", references.MOST)
