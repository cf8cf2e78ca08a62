"""Participants and blocked numbers at the same time: an index and a turn decide, whoever comes first."""

import asyncio

from domain.candidates.model import Candidate
from domain.questionnaires import blocking, participants
from domain.questionnaires.model import Participant, QuestionnaireAttempt
from tests.domain.at_once import all_at_once, failures, held_up
from tests.domain.questionnaires.acting import join, make
from tests.support.world import World

NUMBER = "+442079460018"
AT_ONCE = 8


class TestReferences:
    async def test_belong_to_one_of_those_who_come_together(self, world: World) -> None:
        """R-QST-7: of many with the same number and the same address one is added, as one person with one attempt."""
        questionnaire = await make(world)
        outcomes = await all_at_once(join(world, questionnaire, "IRN-1", email="anna@example.com") for _ in range(AT_ONCE))
        assert failures(outcomes) == ["DuplicateInterviewReference"] * (AT_ONCE - 1)
        assert [await world.count(kind) for kind in (Participant, QuestionnaireAttempt, Candidate)] == [1, 1, 1]

    async def test_of_one_person_go_to_different_participants(self, world: World) -> None:
        one, two = await make(world), await make(world, "Another one")
        works = (join(world, (one, two)[turn % 2], f"IRN-{turn}", email="anna@example.com") for turn in range(AT_ONCE))
        assert failures(await all_at_once(works)) == []
        assert [await world.count(kind) for kind in (Participant, Candidate)] == [AT_ONCE, 1]

    async def test_of_retakes_get_numbers_in_turn(self, world: World) -> None:
        questionnaire = await make(world)
        key = await join(world, questionnaire)

        async def again(turn: int) -> None:
            async with world.work() as uow:
                await participants.retake(uow, key, questionnaire, "IRN-1", {"phone_number1": NUMBER, "language": str(turn)})

        async def block(_turn: int) -> None:
            async with world.work() as uow:
                await blocking.block(uow, number=NUMBER)

        assert failures(await all_at_once([again(1), block(0), again(2), again(3), block(0), again(4)])) == []
        assert await world.count(QuestionnaireAttempt) == 5
        async with world.work() as uow:
            row = await uow.session.get(Participant, (world.account_id, key))
            assert row is not None
            assert not row.allowed


class TestBlocking:
    async def test_waits_for_who_is_added_with_the_number(self, world: World) -> None:
        """Neither would see the other without their turns."""
        questionnaire = await make(world)

        async def block() -> None:
            async with world.work() as uow:
                await blocking.block(uow, number=NUMBER)

        async with world.work() as uow:
            key = await participants.add(uow, questionnaire, "IRN-1", {"phone_number1": NUMBER})
            waiting = await held_up(world, block())
        await asyncio.wait_for(waiting, 20)
        async with world.work() as uow:
            row = await uow.session.get(Participant, (world.account_id, key))
            assert row is not None
            assert not row.allowed

    async def test_sees_what_is_done_about_another_number_of_the_same_person(self, world: World) -> None:
        """Two numbers of one person are allowed again at once: whoever is last finds none that is blocked."""
        questionnaire, other = await make(world), "+442079460019"
        for number in (NUMBER, other):
            async with world.work() as uow:
                await blocking.block(uow, number=number)
        key = await join(world, questionnaire, phone_number1=NUMBER, phone_number2=other)

        async def unblock() -> None:
            async with world.work() as uow:
                await blocking.unblock(uow, number=other)

        async with world.work() as uow:
            await blocking.unblock(uow, number=NUMBER)
            waiting = await held_up(world, unblock())
        await asyncio.wait_for(waiting, 20)
        async with world.work() as uow:
            row = await uow.session.get(Participant, (world.account_id, key))
            assert row is not None
            assert row.allowed

    async def test_sees_who_gets_another_number_instead(self, world: World) -> None:
        """A number that is blocked while its owner, who was not allowed for another number, gives that one up."""
        questionnaire, other = await make(world), "+442079460019"
        async with world.work() as uow:
            await blocking.block(uow, number=other)
        key = await join(world, questionnaire, phone_number1=NUMBER, phone_number2=other)

        async def block() -> None:
            async with world.work() as uow:
                await blocking.block(uow, number=NUMBER)

        async with world.work() as uow:
            await participants.retake(uow, key, questionnaire, "IRN-1", {"phone_number2": None})
            await uow.flush()
            waiting = await held_up(world, block())
        await asyncio.wait_for(waiting, 20)
        async with world.work() as uow:
            row = await uow.session.get(Participant, (world.account_id, key))
            assert row is not None
            assert not row.allowed
