"""Who may do what: asked in one place."""

import pytest

from domain.kernel.actor import Actor, ActorKind, authorize, authorize_type
from domain.kernel.errors import Forbidden, Unauthenticated
from domain.kernel.permissions import ANALYST, EVERYTHING, TAKING, Access, Permission

READER = Actor(ActorKind.KEY, 1, frozenset({Permission.INVITES_READ}), "key_1")
CANDIDATE = Actor.candidate(1, "inv_1")
ANONYMOUS = Actor.anonymous()


class TestAuthorize:
    @pytest.mark.parametrize("actor", [ANONYMOUS, CANDIDATE, READER, Actor.system()])
    def test_what_is_public_is_open_to_all(self, actor: Actor) -> None:
        authorize(actor, Access.PUBLIC)
        authorize_type(actor, Access.PUBLIC)

    @pytest.mark.parametrize("requirement", [Access.SIGNED_IN, *Permission])
    def test_nobody_may_do_anything_else(self, requirement: Access | Permission) -> None:
        with pytest.raises(Unauthenticated):
            authorize(ANONYMOUS, requirement, admits_candidates=True)
        with pytest.raises(Unauthenticated):
            authorize_type(ANONYMOUS, requirement)

    @pytest.mark.parametrize("permission", Permission)
    def test_a_key_may_do_what_it_carries(self, permission: Permission) -> None:
        authorize(Actor(ActorKind.KEY, 1, frozenset({permission})), permission)
        with pytest.raises(Forbidden, match=f"lacks the permission '{permission.value}'") as refused:
            authorize(Actor(ActorKind.KEY, 1, EVERYTHING - {permission}), permission)
        assert refused.value.details == {"permission": permission.value}

    def test_candidates_only_enter_what_admits_them(self) -> None:
        """ARCHITECTURE section 4: whatever their link carries."""
        for requirement in (Access.SIGNED_IN, *TAKING):
            with pytest.raises(Forbidden):
                authorize(CANDIDATE, requirement)
            authorize(CANDIDATE, requirement, admits_candidates=True)
            authorize_type(CANDIDATE, requirement)

    @pytest.mark.parametrize("permission", sorted(EVERYTHING - TAKING))
    def test_candidates_never_see_the_rest(self, permission: Permission) -> None:
        with pytest.raises(Forbidden):
            authorize(CANDIDATE, permission, admits_candidates=True)


class TestActor:
    def test_the_account_comes_from_the_credential(self) -> None:
        """Q-1."""
        assert READER.account_id == 1
        with pytest.raises(Unauthenticated):
            _ = ANONYMOUS.account_id

    def test_has_a_name_for_the_audit_log(self) -> None:
        """Q-23: the key of a credential, never a secret."""
        assert [actor.name for actor in (READER, CANDIDATE, ANONYMOUS, Actor.system())] == [
            "key:key_1",
            "candidate:inv_1",
            "anonymous",
            "system",
        ]

    def test_of_a_candidate_acts_on_one_invite(self) -> None:
        assert (CANDIDATE.invite_key, READER.invite_key) == ("inv_1", None)


class TestSets:
    def test_a_link_reads_no_keys_bills_or_results(self) -> None:
        assert {permission.value for permission in TAKING} == {
            "account:read",
            "candidates:read",
            "candidates:write",
            "invites:read",
            "attempts:read",
            "attempts:write",
        }

    def test_an_analyst_only_reads(self) -> None:
        assert all(permission.value.endswith(":read") for permission in ANALYST)
        assert ANALYST < EVERYTHING
