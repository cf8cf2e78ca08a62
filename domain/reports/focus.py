"""What reports are about."""

from enum import StrEnum


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
