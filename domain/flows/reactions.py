"""What flows do when what they asked for was begun, completed, or is over: only for what was asked as part of one."""

from domain.flows.advancing import advance
from domain.invites import events as invites
from domain.invites.status import Origin
from domain.kernel.reactions import Facts, reacts
from domain.questionnaires import events as questionnaires


def _of_flow(facts: Facts) -> bool:
    return facts.get("origin") == Origin.FLOW


_INVITES = (invites.INVITE_STARTED, invites.INVITE_COMPLETED, invites.INVITE_EXPIRED, invites.INVITE_CANCELED)
for _happened in (*_INVITES, questionnaires.PARTICIPANT_DELETED):
    reacts(_happened, advance, when=_of_flow)
reacts(questionnaires.QUESTIONNAIRE_RESULT_RECORDED, advance, when=lambda facts: bool(facts["flow"]))
