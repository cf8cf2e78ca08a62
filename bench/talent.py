"""What talent takes on a large account: rankings, reports and searches, as a section of its own in the results."""

import os
import platform
from datetime import UTC, datetime

from bench import ranking, reports, search
from bench.servers import HERE

TITLE = "# Talent"
PAGE = HERE / "RESULTS.md"


def main() -> int:
    """Measure all of it, print it and put it in the place of what was measured before."""
    section = [
        TITLE,
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}; `bench/run talent`.",
        "",
        "## Rankings",
        "",
        *ranking.lines(ranking.measure()),
        "",
        "## Reports",
        "",
        *reports.lines(reports.measured()),
        "",
        f"## Searches among {search.PEOPLE:,} people",
        "",
        f"First pages of twenty over HTTP, {search.ROUNDS} of each in turn; to stay under {search.BOUND} ms.",
        "",
        *search.lines(search.measure()),
    ]
    print("\n".join(section))
    PAGE.write_text(before() + "\n".join(section) + "\n")
    return 0


def before() -> str:
    """The page up to this section."""
    return PAGE.read_text().partition(TITLE)[0]


def kept() -> str:
    """This section as it was measured last."""
    _, title, section = PAGE.read_text().partition(TITLE)
    return "\n" + title + section if title else ""
