"""What happens to teams."""

from domain.invites.events import ATTEMPT
from domain.kernel.event_types import Thing, codes, happening, number, reference, references

TEAM = Thing("Team")

TEAM_CREATED = happening("team.created", TEAM, "A team was made.")
TEAM_CHANGED = happening(
    "team.changed",
    TEAM,
    "Details of a team were changed.",
    fields=codes("Which of them.", ["title", "subtitle", "description", "active"]),
)
TEAM_DELETED = happening("team.deleted", TEAM, "A team was deleted; the people stay.", members=number("How many members it had."))
TEAM_MEMBERS_ADDED = happening(
    "team.members_added", TEAM, "Attempts became members of a team.", attempts=references("Which attempts.", ATTEMPT)
)
TEAM_MEMBER_REMOVED = happening(
    "team.member_removed", TEAM, "A member was taken out of a team.", attempt=reference("Which attempt.", ATTEMPT)
)
TEAM_MEMBERS_REMOVED = happening(
    "team.members_removed", TEAM, "All members were taken out of a team.", members=number("How many there were.", least=1)
)
