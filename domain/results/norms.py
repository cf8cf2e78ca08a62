"""Norm groups: the designed one that every account has, and empirical ones made from an account's own results."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from domain.instruments.bank import POINTS, Instrument, Item
from domain.kernel.language import Text
from domain.results.scoring import Norm

FEWEST_ATTEMPTS = 200
MOST_GROUPS = 100
"""Empirical norm groups that an account may have, so that they can be listed as a whole."""
DESIGNED = 1
DESIGNED_VERSION = 1
"""The version that new results are compared with."""


@dataclass(frozen=True, slots=True)
class NormGroup:
    """Whom results are compared with, the same shape for both kinds."""

    graph_type: ClassVar[str] = "NormGroup"
    key: int
    version: int
    name: Text
    empirical: bool
    instrument: str
    instrument_version: str
    n: int
    created_at: datetime
    norms: dict[str, Norm]


@cache
def designed(version: int = DESIGNED_VERSION) -> NormGroup:
    """The first norm group: designed, so it has no people in it (n = 0); older versions stay for the results they made."""
    raw = tomllib.loads((files(__package__) / "data" / f"norm_designed_{version}.toml").read_text("utf-8"), parse_float=Fraction)
    head = raw["norm"]
    return NormGroup(
        key=head["key"],
        version=head["version"],
        name=Text.of(head["name"]),
        empirical=False,
        instrument=head["instrument"],
        instrument_version=head["instrument_version"],
        n=0,
        created_at=head["created_at"],
        norms={scale: Norm(values["mean"], values["sd"], values["alpha"]) for scale, values in raw["scales"].items()},
    )


def stored(row: Any) -> NormGroup:
    """An empirical norm group from its row; numbers are kept as decimal text, so that nothing is lost."""
    return NormGroup(
        key=row.key,
        version=row.version,
        name=Text(row.name, row.name),
        empirical=row.empirical,
        instrument=row.instrument,
        instrument_version=row.instrument_version,
        n=row.n,
        created_at=row.created_at,
        norms={
            scale: Norm(Fraction(values["mean"]), Fraction(values["sd"]), Fraction(values["alpha"])) for scale, values in row.scales.items()
        },
    )


def compute(instrument: Instrument, answers: Sequence[Sequence[int]]) -> dict[str, dict[str, str]]:
    """Mean, standard deviation and alpha of each scale from complete answers, one sequence a person, as decimal text.

    Sample statistics (n - 1), raw percents 0 to 100; Cronbach's alpha = k / (k - 1) × (1 - sum of the items' variances
    / variance of their sum).
    """
    import numpy as np  # only when a norm group is computed: it would slow every start

    matrix = np.array(answers, dtype=float)
    return {scale.key: _statistics(scale.items, matrix) for scale in instrument.scales}


def _statistics(items: Sequence[Item], matrix: Any) -> dict[str, str]:
    scored = matrix[:, [item.position for item in items]]
    reverse = [item.reverse for item in items]
    scored[:, reverse] = POINTS + 1 - scored[:, reverse]
    total = scored.sum(axis=1)
    count = len(items)
    percent = (total / count - 1) / (POINTS - 1) * 100
    variance = total.var(ddof=1)
    alpha = count / (count - 1) * (1 - scored.var(axis=0, ddof=1).sum() / variance) if variance else 0.0
    return {"mean": f"{percent.mean():.4f}", "sd": f"{max(percent.std(ddof=1), 0.1):.4f}", "alpha": f"{min(max(alpha, 0.0), 1.0):.4f}"}
