"""The body of a message in the graph's own words, for whoever sends one: the server to a webhook, `centil listen` to a program."""

from collections.abc import Mapping
from typing import Any

import orjson


def in_own_words(*, type: str, timestamp: str, sequence: int, subject: str, facts: Mapping[str, Any]) -> bytes:
    """An event as it is: its type, its moment, its number, the key of what it is about, and its facts; nothing personal."""
    return orjson.dumps({"type": type, "timestamp": timestamp, "sequence": sequence, "data": {"subject": subject, **facts}})
