"""Links of candidates: for one row and one purpose (Q-5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.invites import links
from domain.kernel.environment import Environment, Signer
from domain.kernel.identifiers import new_key

HERE = Environment("https://centil.example", Signer("a secret"))
ELSEWHERE = Environment("https://centil.example", Signer("another secret"))
ACCOUNTS = st.integers(1, 2**63 - 1)
KEYS = st.text("0123456789abcdefghjkmnpqrstvwxyz_", min_size=1, max_size=40)


class TestLinks:
    @given(ACCOUNTS, KEYS)
    def test_lead_back_to_what_they_were_made_for_and_nowhere_else(self, account: int, key: str) -> None:
        invite, entry = links.invite_link(HERE, account, key), links.entry_link(HERE, account, key)
        assert invite.startswith("https://centil.example/a/")
        assert entry.startswith("https://centil.example/enter/")
        tokens = [link.rsplit("/", 1)[1] for link in (invite, entry)]
        assert [links.invite_of(HERE, token) for token in tokens] == [(account, key), None]
        assert [links.entry_of(HERE, token) for token in tokens] == [None, (account, key)]
        assert [links.invite_of(ELSEWHERE, token) for token in tokens] == [None, None]

    def test_are_the_same_every_time_and_fit_into_an_address(self) -> None:
        key = new_key("inv")
        link = links.invite_link(HERE, 9_000_001, key)
        assert link == links.invite_link(HERE, 9_000_001, key)
        assert len(link) < 120
        assert not {"=", "+", "%", " "} & set(link)

    def test_of_neighbours_cannot_be_guessed_from_one(self) -> None:
        """The key stands in it in the open; the signature is what counts."""
        one, other = (links.invite_link(HERE, 1, key).rsplit("/", 1)[1] for key in ("inv_1", "inv_2"))
        assert links.invite_of(HERE, f"{other.split('.')[0]}.{one.split('.')[1]}") is None

    @pytest.mark.parametrize("token", ["", ".", "a.b", "a" * 199, "a" * 200, "a" * 100_000, "\x00", "ä"])
    def test_of_nobody_lead_nowhere(self, token: str) -> None:
        assert links.invite_of(HERE, token) is links.entry_of(HERE, token) is None

    def test_open_link_is_the_accounts_own_word(self) -> None:
        assert links.open_link(HERE, "nordlicht-1a2b") == "https://centil.example/open/nordlicht-1a2b"
