"""What a participant is told at their link, in their language where there is a page in it."""

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel.environment import Environment
from domain.kernel.language import Language
from domain.kernel.statements import Read
from domain.questionnaires import languages, links, queries


@dataclass(frozen=True, slots=True)
class Guide:
    """What somebody is told, tagged for the type of the graph that shows it."""

    graph_type: ClassVar[str] = "ParticipantGuide"
    company: str
    questionnaire: str
    duration_minutes: int | None
    guide_en: str | None
    guide_de: str | None
    language: Language
    spoken: str | None
    spoken_tag: str | None
    access_code: str
    taken: bool
    imprint: str | None
    privacy: str | None


async def guide_at(read: Read, environment: Environment, token: str) -> Guide | None:
    """What the link with this token tells; None for one that leads nowhere (any more)."""
    target = links.guide_of(environment, token)
    found = await queries.guide(read, *target) if target else None
    if target is None or found is None or found.irn is None or not found.active or found.status == "inactive":
        return None
    language, spoken, tag = told(found.language, found.account_language)
    [attempt] = (await queries.attempts_by_participant(read, target[0], [target[1]]))[target[1]][-1:]
    latest = (await queries.standing(read, target[0], [target[1]]))[target[1]]
    return Guide(
        company=found.company,
        questionnaire=found.name,
        duration_minutes=found.duration_minutes,
        guide_en=found.guide_en,
        guide_de=found.guide_de,
        language=language,
        spoken=spoken,
        spoken_tag=tag,
        access_code=attempt.access_code,
        taken=latest.recorded_at is not None,
        imprint=found.imprint,
        privacy=found.privacy,
    )


def told(given: str | None, otherwise: str) -> tuple[Language, str | None, str | None]:
    """The language that a page begins in, and where that is not the one given: its own name and its tag.

    Without a language it is the account's; where there is no page in it, it is English.
    """
    if not given:
        return Language(otherwise), None, None
    code = languages.code_of(given)
    if code is None:
        return Language.EN, given, None
    ours = next((language for language in Language if code.partition("_")[0] == language.value), None)
    return (ours, None, None) if ours else (Language.EN, languages.own_name(code), languages.tag(code))
