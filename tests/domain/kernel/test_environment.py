"""What the installation signs, and what it recognises again (Q-5)."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.kernel.environment import Signer

SIGNER = Signer("a secret")
PAYLOADS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


class TestSeal:
    @given(PAYLOADS, st.sampled_from(["a", "b"]))
    def test_opens_to_what_was_sealed(self, payload: str, purpose: str) -> None:
        assert SIGNER.open(purpose, SIGNER.seal(purpose, payload)) == payload

    @given(PAYLOADS)
    def test_is_for_one_purpose_and_one_installation(self, payload: str) -> None:
        token = SIGNER.seal("invite", payload)
        assert SIGNER.open("entry", token) is None
        assert Signer("another secret").open("invite", token) is None

    @given(PAYLOADS, st.data())
    def test_cannot_be_changed(self, payload: str, data: st.DataObject) -> None:
        token = SIGNER.seal("invite", payload)
        place = data.draw(st.integers(0, len(token) - 1))
        letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_.="))
        assume(token[place] != letter)
        assert SIGNER.open("invite", token[:place] + letter + token[place + 1 :]) is None

    @given(PAYLOADS, PAYLOADS)
    def test_signature_of_one_does_not_serve_another(self, one: str, other: str) -> None:
        assume(one != other)
        body, signature = SIGNER.seal("invite", one).split(".")
        assert SIGNER.open("invite", f"{SIGNER.seal('invite', other).split('.')[0]}.{signature}") is None
        assert SIGNER.open("invite", f"{body}.{signature}") == one

    def test_has_one_spelling(self) -> None:
        """Another spelling of the same bytes would get around whatever remembers tokens."""
        token = SIGNER.seal("invite", "1:inv_1")
        body, signature = token.split(".")
        last = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
        twin = signature[:-1] + last[last.index(signature[-1]) + 1]
        spellings = [f"{body}=.{signature}", f"{token}=", f"{token}==", f" {token}", f"{token}\n", f"{body}.{twin}", f"{token}."]
        assert [SIGNER.open("invite", spelling) for spelling in spellings] == [None] * len(spellings)

    @pytest.mark.parametrize("token", ["", ".", "..", "a", "a.b.c", "ä.ö", "\ud800.a", "\x00.\x00", "_.", "._", "w6Q." + "A" * 22, "/w.+w"])
    def test_of_nobody_is_refused(self, token: str) -> None:
        assert SIGNER.open("invite", token) is None

    def test_carries_128_bits_of_signature(self) -> None:
        assert len(SIGNER.seal("invite", "x").split(".")[1]) * 6 >= 128


class TestDigest:
    def test_depends_on_text_purpose_and_secret(self) -> None:
        digests = {
            SIGNER.digest("api-key", "pk_live_1"),
            SIGNER.digest("api-key", "pk_live_2"),
            SIGNER.digest("other", "pk_live_1"),
            Signer("another secret").digest("api-key", "pk_live_1"),
        }
        assert len(digests) == 4
        assert {len(digest) for digest in digests} == {64}
        assert SIGNER.digest("api-key", "pk_live_1") == SIGNER.digest("api-key", "pk_live_1")
