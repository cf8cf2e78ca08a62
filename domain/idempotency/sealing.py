"""What a caller's Idempotency-Key is good for: finding a record, knowing a body again, and reading what was kept.

Each takes the key and the installation's secret together, so neither the database nor a guessed key alone tells anything.
"""

import secrets
from dataclasses import dataclass, field

from domain.idempotency.errors import KeyNotValid
from domain.kernel.environment import Signer

LONGEST = 255
SHORTEST_PUBLIC = 22
"""128 random bits in base64: without an account the key is all that keeps others from an answer."""
NONCE_BYTES = 12


def check(key: str, *, public: bool) -> str:
    """Refuse a key that is none.

    Raises KeyNotValid.
    """
    if not 1 <= len(key) <= LONGEST or not all("!" <= character <= "~" for character in key):
        raise KeyNotValid
    if public and len(key) < SHORTEST_PUBLIC:
        raise KeyNotValid(f"Without an API key, an Idempotency-Key needs at least {SHORTEST_PUBLIC} characters, such as a random UUID.")
    return key


@dataclass(slots=True)
class Sealer:
    """The digests and the cipher of one key in its scope: account, method and path."""

    signer: Signer
    account: int | None
    method: str
    path: str
    key: str
    _cipher: bytes | None = field(default=None, repr=False)

    @property
    def _scope(self) -> str:
        return f"{'' if self.account is None else self.account}\n{self.method}\n{self.path}\n{self.key}"

    @property
    def name(self) -> str:
        """Under which the request is recorded."""
        return self.signer.digest("idempotency-name", self._scope)

    def fingerprint(self, body: bytes) -> str:
        """By which a body is known again; `body` is its SHA-256."""
        return self.signer.digest("idempotency-body", f"{self._scope}\n{body.hex()}")

    def seal(self, content: bytes, about: str) -> bytes:
        """Encrypt, bound to what it is about."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # only for those who send the header

        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._secret()).encrypt(nonce, content, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """Decrypt what was sealed under the same key about the same.

        Raises InvalidTag for anything else.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._secret()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())

    def _secret(self) -> bytes:
        if self._cipher is None:
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF

            known = bytes.fromhex(self.signer.digest("idempotency-seal", self._scope))
            self._cipher = HKDF(SHA256(), length=32, salt=None, info=b"centil idempotent answers").derive(known)
        return self._cipher
