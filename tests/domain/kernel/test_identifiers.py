"""Keys of rows and random secrets."""

import re

from domain.kernel.identifiers import new_key, new_secret


class TestNewKey:
    def test_has_its_prefix_and_26_plain_characters(self) -> None:
        assert re.fullmatch(r"inv_[0-9a-hjkmnp-tv-z]{26}", new_key("inv"))

    def test_sorts_by_the_time_it_was_made(self) -> None:
        made = [new_key("inv") for _ in range(2000)]
        assert made == sorted(made)
        assert len(set(made)) == len(made)


class TestNewSecret:
    def test_is_128_random_bits_in_hex(self) -> None:
        """Q-4."""
        made = {new_secret() for _ in range(1000)}
        assert len(made) == 1000
        assert all(re.fullmatch(r"[0-9a-f]{32}", secret) for secret in made)
        assert len(new_secret(32)) == 8
