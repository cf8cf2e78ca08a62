"""Our gateway with teams; `BENCH_REFERENCE=1` puts graphql-core in the place of the engine."""

import os
from typing import Any

from bench import teams
from gateway.execution import engine
from gateway.execution.conditions import NotCovered


def _left(*_: Any, **__: Any) -> Any:
    raise NotCovered("benchmark")


if __name__ == "__main__":
    teams.extend()
    if os.environ.get("BENCH_REFERENCE"):
        engine.Plans = _left  # type: ignore[misc,assignment,attr-defined]
    from gateway.__main__ import main

    main()
