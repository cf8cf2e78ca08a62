"""Through which doors participants come."""

from enum import StrEnum


class Origin(StrEnum):
    """How somebody became a participant."""

    DIRECT = "direct"
    FLOW = "flow"
