"""To which questionnaire a verb is held: one of the account, and for a narrowed key its own."""

from domain.kernel.actor import Actor
from domain.kernel.work import UnitOfWork
from domain.questionnaires.errors import NotAssociated, QuestionnaireNotFound
from domain.questionnaires.model import Questionnaire


def hold(actor: Actor, questionnaire: str) -> None:
    """Refuse a key that is narrowed to another questionnaire.

    Raises NotAssociated (R-QST-2).
    """
    if actor.questionnaire not in (None, questionnaire):
        raise NotAssociated


async def one_of_mine(uow: UnitOfWork, key: str) -> Questionnaire:
    """A questionnaire of the account that the actor may work on.

    Raises QuestionnaireNotFound, NotAssociated, in this order.
    """
    await uow.session.flush()
    found = await uow.session.get(Questionnaire, (uow.account_id, key))
    if found is None:
        raise QuestionnaireNotFound
    hold(uow.actor, key)
    return found
