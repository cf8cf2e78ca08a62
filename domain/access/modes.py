"""The two sides of an account: itself and its sandbox twin."""

from typing import Any

from domain.kernel.errors import BadInput


def account_in(account: Any, mode: str) -> int:
    """The number of the account itself or of its twin, whichever has a mode.

    Raises BadInput when a sandbox credential asks for the live account.
    """
    if account.mode == mode:
        return int(account.account_id)
    if mode == "live":
        raise BadInput.field("mode", message="A sandbox credential has no access to keys of the live account.")
    return int(account.twin)
