"""Keys of rows and random secrets."""

import secrets

from uuid_utils.compat import uuid7

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_key(prefix: str) -> str:
    """Make a key that sorts by the time it was made: `inv_01k…`, 26 characters after the prefix (74 random bits)."""
    number = uuid7().int
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"


def new_secret(bits: int = 128) -> str:
    """Random hex digits from the operating system."""
    return secrets.token_hex(bits // 8)
