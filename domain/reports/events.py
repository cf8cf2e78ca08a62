"""What happens to reports of teams."""

from domain.kernel.event_types import Thing, happening, reference
from domain.teams.events import TEAM

TEAM_REPORT = Thing("TeamReport", "trep_")
_TEAM = reference("The team.", TEAM)

TEAM_REPORT_ASKED_FOR = happening("team_report.asked_for", TEAM_REPORT, "The report of a team was asked for.", team=_TEAM)
TEAM_REPORT_READY = happening("team_report.ready", TEAM_REPORT, "The report of a team can be fetched.", team=_TEAM)
TEAM_REPORT_FAILED = happening("team_report.failed", TEAM_REPORT, "The report of a team could not be made.", team=_TEAM)
