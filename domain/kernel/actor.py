"""Who is asking, and whether they may."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.kernel.errors import Forbidden, Unauthenticated
from domain.kernel.permissions import EVERYTHING, OPERATING, TAKING, Access, Permission, Requirement

RATE_LIMIT = 100
"""Requests a minute of one key unless its row says otherwise (R-ESC-2)."""
INSTALLATION = 0
"""The account of the installation itself, which nobody has: what lies in it belongs to no customer, such as trial requests."""


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    KEY = "key"
    TOKEN = "token"
    CANDIDATE = "candidate"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who asks, for one request: made from a credential, never from input (Q-1)."""

    kind: ActorKind
    account: int | None = None
    permissions: frozenset[Permission] = frozenset()
    credential: str = ""
    """The key of the API key, or of the invite whose link was opened; never a secret."""
    rate_limit: int = field(default=RATE_LIMIT, compare=False)
    questionnaire: str | None = None
    """The one questionnaire that a key is narrowed to; None for everybody else."""

    @property
    def account_id(self) -> int:
        """The account every query is held to.

        Raises Unauthenticated when the request carries no credential.
        """
        if self.account is None:
            raise Unauthenticated
        return self.account

    @property
    def name(self) -> str:
        """How the audit log calls the actor: `key:key_…`, `candidate:inv_…`, `system`."""
        return f"{self.kind}:{self.credential}" if self.credential else str(self.kind)

    @property
    def invite_key(self) -> str | None:
        """The invite a candidate acts on; None for everybody else."""
        return self.credential if self.kind is ActorKind.CANDIDATE else None

    @classmethod
    def anonymous(cls) -> "Actor":
        return cls(ActorKind.ANONYMOUS)

    @classmethod
    def system(cls, account_id: int | None = None) -> "Actor":
        """The operator at the command line, or a job: may do everything in the account, and what operators alone may."""
        return cls(ActorKind.SYSTEM, account_id, EVERYTHING | OPERATING)

    @classmethod
    def candidate(cls, account_id: int, invite_key: str) -> "Actor":
        return cls(ActorKind.CANDIDATE, account_id, TAKING, invite_key)


def authorize(actor: Actor, requirement: Requirement, *, admits_candidates: bool = False, admits_narrowed: bool = False) -> None:
    """Refuse an actor that lacks what a field needs.

    Candidates may use the fields that admit them and no other, whatever permissions their link carries; so may keys that
    are narrowed to one questionnaire, to which the commands of those fields hold them.

    Raises Unauthenticated or Forbidden.
    """
    if requirement is Access.PUBLIC:
        return
    if actor.kind is ActorKind.ANONYMOUS:
        raise Unauthenticated
    if actor.kind is ActorKind.CANDIDATE and not admits_candidates:
        raise Forbidden
    if actor.questionnaire is not None and not admits_narrowed:
        raise Forbidden("This key works for its questionnaire alone.")
    authorize_type(actor, requirement)


def authorize_type(actor: Actor, requirement: Requirement) -> None:
    """Refuse an actor that lacks what reading a type needs.

    Raises Unauthenticated or Forbidden.
    """
    if requirement is Access.PUBLIC:
        return
    if actor.kind is ActorKind.ANONYMOUS:
        raise Unauthenticated
    if requirement is not Access.SIGNED_IN and requirement not in actor.permissions:
        raise Forbidden(f"This credential lacks the permission '{requirement.value}'.", details={"permission": requirement.value})
