"""The signed link to what a participant has to do (Q-5)."""

from domain.kernel.environment import Environment

GUIDE_PURPOSE = "guide-link"


def guide_link(environment: Environment, account_id: int, participant: str) -> str:
    """The address at which a participant is told what will happen; the same every time."""
    return f"{environment.base_url}/guide/{environment.signer.seal(GUIDE_PURPOSE, f'{account_id}:{participant}')}"


def guide_of(environment: Environment, token: str) -> tuple[int, str] | None:
    """The account and the participant that a link was made for, or None."""
    payload = environment.signer.open(GUIDE_PURPOSE, token) if len(token) < 200 else None
    if payload is None:
        return None
    account_id, _, participant = payload.partition(":")
    return int(account_id), participant
