"""Made-up people: names in two languages, ages, and answers that hang together."""

import math
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from domain.instruments.bank import POINTS, Instrument
from domain.results.scoring import Norm, item_score

_NAMES = {key: text.split() for key, text in tomllib.loads((files(__package__) / "data" / "names.toml").read_text("utf-8")).items()}
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ö": "oe", "Ä": "ae", "Ü": "ue", "ß": "ss", "ı": "i", "'": ""})
_FACTORS = {
    "goal_orientation": (0.6, 0.3, 0.0),
    "problem_solving": (0.1, -0.3, 0.4),
    "proactive": (0.7, 0.2, -0.1),
    "reflective": (-0.1, -0.1, 0.6),
    "internal": (0.4, -0.2, 0.1),
    "external": (-0.1, 0.6, 0.1),
    "sameness": (-0.4, 0.1, 0.4),
    "difference": (0.6, 0.2, -0.3),
    "global": (0.4, 0.1, -0.2),
    "detail": (-0.1, 0.0, 0.7),
    "failure_tolerance": (0.5, 0.1, -0.1),
    "stability": (0.4, 0.0, 0.1),
    "procedural": (-0.3, 0.1, 0.7),
    "options": (0.6, 0.2, -0.4),
    "practical": (0.2, -0.1, 0.3),
    "people": (0.1, 0.7, -0.1),
    "process": (0.2, -0.1, 0.4),
    "graves2_security": (-0.3, 0.4, 0.3),
    "graves3_power": (0.5, -0.4, -0.1),
    "graves4_order": (-0.2, 0.1, 0.7),
    "graves5_success": (0.6, -0.2, 0.1),
    "graves6_community": (-0.1, 0.7, 0.0),
    "graves7_growth": (0.5, 0.2, -0.1),
}
"""How far drive, warmth and order show in each scale; invented, and enough to make scales correlate as people do."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could be a candidate."""

    given_name: str
    family_name: str
    email: str
    language: str
    gender: str | None
    birth_year: int | None


class Population:
    """People and their answers, the same for the same seed."""

    def __init__(self, seed: int, instrument: Instrument, norms: dict[str, Norm]) -> None:
        self.dice = random.Random(seed)  # noqa: S311  invented data, not secrets
        self._instrument = instrument
        self._norms = {key: (float(norm.mean), float(norm.sd), float(norm.alpha)) for key, norm in norms.items()}

    def people(self, known: int = 0) -> Iterator[Person]:
        """People without end, each with an email address of their own, which those known before do not have either."""
        dice, number = self.dice, known
        while True:
            number += 1
            german = dice.random() < 0.6
            language = "de" if german else "en"
            gender = dice.choices(("male", "female", "diverse"), (48, 50, 2))[0]
            named = gender if gender != "diverse" else dice.choice(("male", "female"))
            given, family = dice.choice(_NAMES[f"{language}_{named}"]), dice.choice(_NAMES[f"{language}_family"])
            local = f"{given}.{family}.{number}".lower().translate(_FOLD)
            told = dice.random() < 0.8
            yield Person(
                given_name=given,
                family_name=family,
                email=f"{local}@example.{'org' if german else 'com'}",
                language=language,
                gender=gender if told else None,
                birth_year=dice.randint(1962, 2005) if told else None,
            )

    def answers(self) -> dict[str, int]:
        """Answers to every item, from latent traits: items of a scale agree as its alpha says, scales as their factors say."""
        dice = self.dice
        factors = [dice.gauss(0, 1) for _ in range(3)]
        given: dict[str, int] = {}
        for scale in self._instrument.scales:
            loadings = _FACTORS[scale.key]
            shared = sum(loading * factor for loading, factor in zip(loadings, factors, strict=True))
            trait = shared + math.sqrt(max(1 - sum(loading**2 for loading in loadings), 0.05)) * dice.gauss(0, 1)
            mean, sd, alpha = self._norms[scale.key]
            middle = 1 + (POINTS - 1) / 100 * (mean + sd * math.sqrt(alpha) * trait)
            noise = (POINTS - 1) / 100 * sd * math.sqrt((1 - alpha) * len(scale.items))
            for item in scale.items:
                score = min(max(round(dice.gauss(middle, noise)), 1), POINTS)
                given[item.key] = item_score(score, reverse=item.reverse)
        return given
