"""What commands need to know of the installation: its address, its secret as something that signs, and who sells."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from domain.kernel.seller import EXAMPLE_SELLER, Seller

SIGNATURE_BYTES = 16
"""128 bits of signature (Q-5)."""
NONCE_BYTES = 12


class Locked(Exception):
    """Something that was encrypted cannot be read with this installation's secret."""


class Signer:
    """Sign and recognise what this installation gave out; each purpose has a key of its own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._keys: dict[str, bytes] = {}

    def lock(self, purpose: str, text: str) -> str:
        """Encrypt a text that has to be read again, such as a secret that signs; `purpose` names the very place it lies in."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # only where something is kept secret

        nonce = secrets.token_bytes(NONCE_BYTES)
        return _encode(nonce + AESGCM(self._key("lock")).encrypt(nonce, text.encode(), purpose.encode()))

    def unlock(self, purpose: str, locked: str) -> str:
        """Read it again.

        Raises Locked when it lies in another place, or was locked with the secret of another installation.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            data = _decode(locked)
            return AESGCM(self._key("lock")).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], purpose.encode()).decode()
        except (ValueError, InvalidTag):
            raise Locked from None

    def digest(self, purpose: str, text: str) -> str:
        """HMAC-SHA-256 in hex: how a secret is stored and found again without being kept (Q-4)."""
        return hmac.digest(self._key(purpose), text.encode(), "sha256").hex()

    def seal(self, purpose: str, payload: str) -> str:
        """Make a token that carries a payload in the open and cannot be changed or made by others."""
        return f"{_encode(payload.encode())}.{_encode(self._mac(purpose, payload))}"

    def open(self, purpose: str, token: str) -> str | None:
        """The payload of a token made for this purpose, or None."""
        try:
            body, signature = token.split(".")
            payload = _decode(body).decode()
            genuine = hmac.compare_digest(_decode(signature), self._mac(purpose, payload))
        except ValueError:
            return None
        return payload if genuine else None

    def _mac(self, purpose: str, payload: str) -> bytes:
        return hmac.digest(self._key(purpose), payload.encode(), "sha256")[:SIGNATURE_BYTES]

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._keys:
            self._keys[purpose] = hmac.digest(self._secret, purpose.encode(), "sha256")
        return self._keys[purpose]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise ValueError("more than one spelling")
    return data


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What this installation does about messages to webhooks."""

    retries: tuple[timedelta, ...] = tuple(
        timedelta(seconds=seconds) for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
    )
    """How long before each try, the first included; after the last one a message is given up (Q-21)."""
    to_loopback: bool = False
    """Whether webhooks may lie on this very machine, and there without TLS: for development (Q-20)."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The installation as the domain sees it."""

    base_url: str
    """Where people and machines reach it, without a slash at the end."""
    signer: Signer
    seller: Seller = EXAMPLE_SELLER
    """Who invoices come from."""
    operator_email: str = ""
    """Who is told of what only an operator can decide; empty when nobody is."""
    webhooks: Webhooks = field(default_factory=Webhooks)
