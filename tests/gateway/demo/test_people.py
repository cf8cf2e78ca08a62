"""Made-up people: the same for the same seed, and answers that hang together as the latent model says."""

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from itertools import islice

import pytest

from domain.instruments import bank
from domain.kernel.inputs import email_address
from domain.results import norms, scoring
from gateway.demo import people
from gateway.demo.people import Person, Population

INSTRUMENT = bank.current(bank.PROFILE)
assert INSTRUMENT is not None
NORMS = norms.designed().norms


def population(seed: int) -> Population:
    assert INSTRUMENT is not None
    return Population(seed, INSTRUMENT, NORMS)


def raw_percents(answers: dict[str, int]) -> list[float]:
    """The raw percent of each scale."""
    assert INSTRUMENT is not None
    given = [answers[item.key] for item in sorted(INSTRUMENT.items, key=lambda item: item.position)]
    return [float(scoring.raw_percent(scale, given) or 0) for scale in INSTRUMENT.scales]


def implied_correlation(one: str, other: str) -> float:
    """How two scales correlate by the model: through the factors they share, as far as each is reliable."""
    first, second = people._FACTORS[one], people._FACTORS[other]
    shared = sum(a * b for a, b in zip(first, second, strict=True))
    spread = math.prod(math.sqrt(max(1.0, sum(loading**2 for loading in loadings) + 0.05)) for loadings in (first, second))
    return shared / spread * math.sqrt(float(NORMS[one].alpha * NORMS[other].alpha))


def cronbach(items: Sequence[Sequence[int]]) -> float:
    """Alpha of the scores of items, a sequence for each item."""
    totals = [sum(scores) for scores in zip(*items, strict=True)]
    return len(items) / (len(items) - 1) * (1 - sum(map(statistics.variance, items)) / statistics.variance(totals))


@pytest.fixture(scope="module")
def some() -> list[Person]:
    return list(islice(population(1).people(), 2000))


@pytest.fixture(scope="module")
def given() -> list[dict[str, int]]:
    """What people answer."""
    made = population(7)
    return [made.answers() for _ in range(1500)]


@pytest.fixture(scope="module")
def raws(given: list[dict[str, int]]) -> dict[str, list[float]]:
    """The raw percents of all people, by scale."""
    assert INSTRUMENT is not None
    columns = zip(*map(raw_percents, given), strict=True)
    return {scale.key: list(values) for scale, values in zip(INSTRUMENT.scales, columns, strict=True)}


class TestPeople:
    def test_are_the_same_for_the_same_seed_and_others_for_another(self, some: list[Person]) -> None:
        assert list(islice(population(1).people(), 2000)) == some
        assert sum(a == b for a, b in zip(islice(population(2).people(), 2000), some, strict=True)) == 0

    def test_each_have_an_address_that_is_one_and_goes_nowhere(self, some: list[Person]) -> None:
        """RFC 2606: nobody has an address at example.com or example.org."""
        addresses = [person.email for person in some]
        assert len(set(addresses)) == len(addresses)
        assert [email_address(address) for address in addresses] == addresses
        assert {address.partition("@")[2] for address in addresses} == {"example.com", "example.org"}

    def test_that_come_later_have_other_addresses(self, some: list[Person]) -> None:
        more = islice(population(1).people(2000), 2000)
        assert {person.email for person in more}.isdisjoint(person.email for person in some)

    def test_are_as_mixed_as_people_are(self, some: list[Person]) -> None:
        languages, told = Counter(person.language for person in some), [person for person in some if person.gender]
        assert 0.55 < languages["de"] / 2000 < 0.65
        assert 0.75 < len(told) / 2000 < 0.85
        genders = Counter(person.gender for person in told)
        assert set(genders) == {"male", "female", "diverse"}
        assert all(genders[gender] > 0.4 * len(told) for gender in ("male", "female"))
        assert all((person.birth_year is None) == (person.gender is None) for person in some)
        assert {person.birth_year for person in told} == set(range(1962, 2006))

    def test_have_names_that_fit_them(self, some: list[Person]) -> None:
        for person in some:
            assert person.family_name in people._NAMES[f"{person.language}_family"]
            named = [person.gender] if person.gender in ("male", "female") else ["male", "female"]
            assert any(person.given_name in people._NAMES[f"{person.language}_{gender}"] for gender in named)


class TestAnswers:
    def test_are_whole_valid_and_the_same_for_the_same_seed(self, given: list[dict[str, int]]) -> None:
        assert INSTRUMENT is not None
        again = population(7)
        assert [again.answers() for _ in range(5)] == given[:5]
        assert given[0] != given[1]
        for answers in given[:50]:
            assert answers.keys() == {item.key for item in INSTRUMENT.items}
            assert set(answers.values()) <= {1, 2, 3, 4, 5}

    def test_spread_as_the_norms_say(self, raws: dict[str, list[float]]) -> None:
        for key, values in raws.items():
            assert statistics.mean(values) == pytest.approx(float(NORMS[key].mean), abs=2.5), key
            assert statistics.stdev(values) == pytest.approx(float(NORMS[key].sd), rel=0.15), key

    def test_to_one_scale_agree_as_its_alpha_says(self, given: list[dict[str, int]]) -> None:
        assert INSTRUMENT is not None
        for scale in INSTRUMENT.scales:
            items = [[scoring.item_score(answers[item.key], reverse=item.reverse) for answers in given] for item in scale.items]
            assert cronbach(items) == pytest.approx(float(NORMS[scale.key].alpha), abs=0.08), scale.key

    def test_to_two_scales_correlate_as_the_factors_say(self, raws: dict[str, list[float]]) -> None:
        strongest = 0.0
        for one, other in itertools.combinations(raws, 2):
            implied = implied_correlation(one, other)
            assert statistics.correlation(raws[one], raws[other]) == pytest.approx(implied, abs=0.12), (one, other)
            strongest = max(strongest, abs(implied))
        assert strongest > 0.35
