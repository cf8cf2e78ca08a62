"""Countries, as callers write them."""

import pytest

from domain.kernel.countries import CODES, country


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("DE", "DE"),
        (" de ", "DE"),
        ("UK", "GB"),
        ("EL", "GR"),
        ("xi", "GB"),
        ("ZZ", None),
        ("XK", None),
        ("", None),
        ("DEU", None),
        ("ß", None),
    ],
)
def test_are_written_as_iso_does(given: str, found: str | None) -> None:
    assert country(given) == found


def test_are_all_their_own() -> None:
    assert all(country(code) == code for code in CODES)
