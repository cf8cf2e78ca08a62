"""What participants of questionnaires are told at their link."""

from typing import Annotated, Any

import strawberry

from domain.kernel.language import Language
from domain.kernel.permissions import Access
from domain.questionnaires import guiding
from resolvers.context import Context
from resolvers.fields import arg, attribute, graph_type, query


@graph_type(requires=Access.PUBLIC, description="What a participant of a questionnaire is told at the link they were given.")
class ParticipantGuide:
    company: str = attribute("Who asks them.")
    questionnaire: str = attribute("What it is called.")
    duration_minutes: int | None = attribute("How long it takes, in minutes.")
    guide_en: str | None = attribute("What the account tells of it in English.")
    guide_de: str | None = attribute("The same in German.")
    language: Language = attribute("The language the page begins in.")
    spoken: str | None = attribute(
        "The language in which they are asked, as it is called in itself; null when none was given or the page speaks it."
    )
    spoken_tag: str | None = attribute("The same as a tag, such as `pt-BR`; null when nobody knows a language of this name.")
    access_code: str = attribute("Ten digits by which it is begun.")
    taken: bool = attribute("Whether they took it already, and were not asked once more.")
    imprint: str | None = attribute("The account's own imprint.")
    privacy: str | None = attribute("The account's own words on how data is handled.")


@strawberry.type
class GuideQuery:
    @query(
        requires=Access.PUBLIC,
        description="What a participant is told at their link; null when they were deleted or erased, or the questionnaire was put aside.",
    )
    async def participant_guide(context: Context, *, token: Annotated[str, arg("The token of the link.")]) -> ParticipantGuide | None:
        found: Any = await guiding.guide_at(context.read, context.environment, token)
        return found  # type: ignore[no-any-return]
