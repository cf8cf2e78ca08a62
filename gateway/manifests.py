"""Manifests of trusted documents, as the tools of frontends write them."""

from pathlib import Path
from typing import Any

import orjson


class ManifestUnreadable(Exception):
    """The file of trusted documents is none."""


def manifest(path: Path) -> dict[str, str]:
    """Read a manifest: from ids to texts, as Relay and GraphQL Code Generator write it, or that of Apollo.

    Raises ManifestUnreadable.
    """
    try:
        read: Any = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ManifestUnreadable(f"cannot read {path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise ManifestUnreadable(f"{path} is not JSON: {error}") from error
    if isinstance(read, dict) and isinstance(read.get("operations"), list):
        read = {operation.get("id"): operation.get("body") for operation in read["operations"] if isinstance(operation, dict)}
    if not isinstance(read, dict) or not all(isinstance(part, str) for pair in read.items() for part in pair):
        raise ManifestUnreadable(f'{path} must map ids to texts: {{"<id>": "query … {{ … }}"}}')
    return read
