"""What commands need to know of the installation: its address, its secret as something that signs, and who sells."""

import base64
import hmac
from dataclasses import dataclass

from domain.kernel.seller import EXAMPLE_SELLER, Seller

SIGNATURE_BYTES = 16
"""128 bits of signature (Q-5)."""


class Signer:
    """Sign and recognise what this installation gave out; each purpose has a key of its own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._keys: dict[str, bytes] = {}

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
class Environment:
    """The installation as the domain sees it."""

    base_url: str
    """Where people and machines reach it, without a slash at the end."""
    signer: Signer
    seller: Seller = EXAMPLE_SELLER
    """Who invoices come from."""
    operator_email: str = ""
    """Who is told of what only an operator can decide; empty when nobody is."""
