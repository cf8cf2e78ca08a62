"""What reports are about."""

from enum import StrEnum

from domain.kernel.permissions import Permission


class ReportFocus(StrEnum):
    """From which side the report of one person is written."""

    STANDARD = "standard"
    LEADERSHIP = "leadership"
    SALES = "sales"


class TeamFocus(StrEnum):
    """For whom the report of a team is written."""

    LEADERSHIP = "leadership"
    SALES = "sales"
    EMPLOYEE = "employee"


def needed(focus: TeamFocus) -> list[Permission]:
    """What somebody must be allowed to read for what is in the report of a team; people are named in all but one."""
    found = [Permission.TEAMS_READ, Permission.RESULTS_READ]
    if focus is not TeamFocus.EMPLOYEE:
        found.append(Permission.CANDIDATES_READ)
    return found
