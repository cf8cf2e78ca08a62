"""Names of people: a guess at their parts, and back."""

import pytest

from domain.kernel import names


class TestSplit:
    @pytest.mark.parametrize(
        ("name", "given", "family"),
        [
            ("Anna Berg", "Anna", "Berg"),
            ("Anna Maria Berg", "Anna Maria", "Berg"),
            ("Berg, Anna", "Anna", "Berg"),
            ("von der Berg, Anna Maria", "Anna Maria", "von der Berg"),
            ("Anna", "Anna", ""),
            ("Berg,", "", "Berg"),
            (", Anna", "Anna", ""),
            ("Anna-Lena Müller-Berg", "Anna-Lena", "Müller-Berg"),
            ("", "", ""),
        ],
    )
    def test_guesses(self, name: str, given: str, family: str) -> None:
        assert names.split(name) == (given, family)


class TestJoined:
    @pytest.mark.parametrize(
        ("given", "family", "name"),
        [("Anna", "Berg", "Anna Berg"), ("Anna", None, "Anna"), (None, "Berg", "Berg"), ("", "Berg", "Berg"), (None, None, "")],
    )
    def test_leaves_out_what_is_missing(self, given: str | None, family: str | None, name: str) -> None:
        assert names.joined(given, family) == name
