"""What an Idempotency-Key finds and opens, and nobody without it (Q-10)."""

import hashlib

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from domain.idempotency.errors import KeyNotValid
from domain.idempotency.sealing import Sealer, check
from domain.kernel.environment import Signer

SIGNER = Signer("a secret of this installation")
KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255)
SCOPES = st.tuples(st.none() | st.integers(1, 5), st.sampled_from(["POST", "PUT"]), st.text(max_size=12).map("/".__add__), KEYS)


def sealer(account: int | None = 1, method: str = "POST", path: str = "/invites", key: str = "k", signer: Signer = SIGNER) -> Sealer:
    return Sealer(signer, account, method, path, key)


@given(SCOPES, SCOPES, st.binary())
def test_only_the_same_key_in_the_same_scope_finds_and_opens(one: tuple[object, ...], other: tuple[object, ...], content: bytes) -> None:
    first, second = Sealer(SIGNER, *one), Sealer(SIGNER, *other)  # type: ignore[arg-type]
    sealed = first.seal(content, "made")
    assert Sealer(SIGNER, *one).open(sealed, "made") == content  # type: ignore[arg-type]
    assert (first.name == second.name) == (one == other)
    if one != other:
        with pytest.raises(InvalidTag):
            second.open(sealed, "made")


def test_what_was_sealed_is_bound_to_what_it_is_about() -> None:
    sealed = sealer().seal(b"secret", "made")
    for wrong in (sealed[:-1], sealed[1:], sealed + b"x", bytes([sealed[0] ^ 1]) + sealed[1:]):
        with pytest.raises(InvalidTag):
            sealer().open(wrong, "made")
    with pytest.raises(InvalidTag):
        sealer().open(sealed, "answer")


def test_the_same_is_never_sealed_alike() -> None:
    assert len({sealer().seal(b"secret", "made") for _ in range(50)}) == 50


def test_the_secret_of_the_installation_is_needed_too() -> None:
    """A key that can be guessed opens nothing for whoever has the database alone."""
    other = sealer(signer=Signer("another secret"))
    assert other.name != sealer().name
    with pytest.raises(InvalidTag):
        other.open(sealer().seal(b"secret", "made"), "made")


def test_a_body_is_known_again_by_those_who_have_the_key_alone() -> None:
    body = hashlib.sha256(b"anna@example.com").digest()
    prints = {sealer(key=key).fingerprint(body) for key in ("a", "b")} | {sealer(account=account).fingerprint(body) for account in (1, 2)}
    assert len(prints) == 4
    assert sealer().fingerprint(body) == sealer().fingerprint(body)


@given(KEYS)
def test_keys_are_visible_ascii(key: str) -> None:
    assert check(key, public=False) == key


@pytest.mark.parametrize("key", ["", " ", "a b", "a\n", "\x7f", "ü", "x" * 256])
def test_others_are_none(key: str) -> None:
    with pytest.raises(KeyNotValid):
        check(key, public=False)


@pytest.mark.parametrize(("length", "well"), [(21, False), (22, True)])
def test_without_an_account_they_are_long(length: int, well: bool) -> None:
    if well:
        assert check("x" * length, public=True)
        return
    with pytest.raises(KeyNotValid, match="22 characters"):
        check("x" * length, public=True)
