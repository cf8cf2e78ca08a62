"""Questionnaires as steps of something greater."""

from domain.instruments.port import Asked, Offered, Scored, Standing, offered
from domain.kernel.language import Text
from domain.questionnaires import commands, participants
from domain.questionnaires.instrument import Questionnaires
from domain.questionnaires.links import guide_link
from domain.questionnaires.model import Participant
from tests.domain.questionnaires.acting import attempts_of, judge, make
from tests.support.world import START, World

PROVIDER = Questionnaires()


async def test_from_asking_to_the_score(world: World) -> None:
    """The score is that of the latest attempt; a result without one is a beginning."""
    questionnaire = await make(world, duration_minutes=20)
    await world.invite("anna@example.com")
    [candidate] = await _candidates(world)
    read, account = world.database.read(), world.account_id
    [(found, provider)] = (await offered(read, account, [questionnaire, "other"])).values()
    assert isinstance(provider, Questionnaires)
    assert found == Offered(questionnaire, "QUESTIONNAIRE", Text(*["Integrity interview"] * 2), 20)
    async with world.work() as uow:
        await commands.update(uow, questionnaire, {"active": False})  # whoever is under way goes on
        asked = Asked(candidate, "anna@example.com", "Anna", "de", "flow-301-1")
        taking = await PROVIDER.ask(uow, questionnaire, asked)
        other = await PROVIDER.ask(uow, questionnaire, Asked(candidate, "anna@example.com", "Anna", None, "flow-301-2"))
    async with world.work() as uow:
        row = await uow.session.get(Participant, (account, taking))
        assert row is not None
        assert (row.origin, row.irn, row.candidate_key, row.language) == ("flow", "flow-301-1", candidate, "de")
        await commands.update(uow, questionnaire, {"active": True})
    environment = world.database.environment
    assert PROVIDER.link(environment, account, taking) == guide_link(environment, account, taking)
    takings = [taking, other]
    assert await PROVIDER.standing(read, account, takings) == dict.fromkeys(takings, Standing())

    [first] = await attempts_of(world, taking)
    await judge(world, first, taking, questionnaire, score=41.5)
    assert await PROVIDER.standing(read, account, [taking]) == {taking: Standing(START, START)}
    assert await PROVIDER.scores(read, account, [Scored(taking), Scored(other)]) == {taking: 41.5}
    async with world.work() as uow:
        await participants.retake(uow, taking, questionnaire, "flow-301-1", {"email": "other@example.com"})
    assert await PROVIDER.scores(read, account, [Scored(taking)]) == {}
    second = (await attempts_of(world, taking))[1]
    world.advance(hours=1)
    await judge(world, second, taking, questionnaire)
    assert await PROVIDER.standing(read, account, [taking]) == {taking: Standing(world.clock.now(), None)}
    async with world.work() as uow:
        row = await uow.session.get(Participant, (account, taking))
        assert row is not None
        assert row.candidate_key == candidate  # who takes part in a flow is known already
        for key in (*takings, other):
            await PROVIDER.withdraw(uow, key)
    assert await PROVIDER.standing(read, account, takings) == {taking: Standing(world.clock.now(), None)}


async def _candidates(world: World) -> list[str]:
    from sqlalchemy import select

    from domain.candidates.model import Candidate

    async with world.work() as uow:
        return list((await uow.session.execute(select(Candidate.key).where(Candidate.account_id == world.account_id))).scalars())
