"""How a message proves where it comes from: the headers of Standard Webhooks, and the one of the esc Profile API.

Both are an HMAC-SHA-256. While a secret is being replaced, the headers are made with the old one as well, so that a receiver
may change over whenever it likes.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
ESC_HEADER = "X-Webhook-Signature"
ESC_PREVIOUS_HEADER = "X-Webhook-Signature-Previous"


def new_secret() -> str:
    """Make a secret as Standard Webhooks writes them: `whsec_` and 256 random bits in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def standard_headers(valid: Sequence[str], *, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks, with one signature for each valid secret; `at` is when this try is made."""
    moment = str(int(at.timestamp()))
    signed = f"{key}.{moment}.".encode() + body
    signatures = [f"v1,{base64.b64encode(hmac.digest(_standard_key(secret), signed, 'sha256')).decode()}" for secret in valid]
    return {"webhook-id": key, "webhook-timestamp": moment, "webhook-signature": " ".join(signatures)}


def esc_headers(valid: Sequence[str], body: bytes) -> dict[str, str]:
    """The header of the esc Profile API, made with the text of the secret over the raw body (I-ESC-22).

    `valid` has the newest secret first; a second one has a header of its own, for a receiver that still holds that.
    """
    signatures = [f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}" for secret in valid]
    return dict(zip((ESC_HEADER, ESC_PREVIOUS_HEADER), signatures, strict=False))


def _standard_key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))
