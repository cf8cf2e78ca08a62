"""The words, statuses and envelopes of the esc Profile API."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from domain.invites import errors as invites
from domain.kernel.errors import Kind
from domain.results.scoring import LABELS
from resolvers import enums
from rest_compat.esc import dialect
from rest_compat.problem import Problem


def refused(kind: str, code: str = "ANYTHING", **options: Any) -> tuple[int, str]:
    status, body = dialect.failure(Problem(kind, code, "So it is.", **options))
    assert body == {"success": False, "error": {"message": body["error"]["message"], "code": body["error"]["code"]}}
    return status, body["error"]["code"]


def values(enum: Any) -> list[str]:
    """The values of a graph's enum as operations answer them."""
    return [member.name for member in enum]


class TestFailure:
    def test_knows_every_kind(self) -> None:
        """I-ESC-12."""
        assert {kind: refused(kind) for kind in Kind} == {
            "BAD_INPUT": (400, "BAD_REQUEST"),
            "UNAUTHENTICATED": (401, "UNAUTHORIZED"),
            "FORBIDDEN": (403, "FORBIDDEN"),
            "NOT_FOUND": (404, "NOT_FOUND"),
            "CONFLICT": (409, "CONFLICT"),
            "PAYMENT_REQUIRED": (402, "INSUFFICIENT_CREDITS"),
            "WRONG_STATE": (400, "BAD_REQUEST"),
            "TOO_MANY": (429, "RATE_LIMIT_EXCEEDED"),
            "UNAVAILABLE": (503, "UNAVAILABLE"),
            "INTERNAL": (500, "INTERNAL"),
        }

    @pytest.mark.parametrize("error", [invites.TooManyPendingInvites, invites.ReminderLimitReached, invites.ReminderTooSoon])
    def test_tells_the_meanings_of_429_apart(self, error: Any) -> None:
        """I-ESC-11."""
        assert refused(error.kind, error.code) == (429, error.code)

    def test_does_not_find_what_was_canceled(self) -> None:
        """I-ESC-26: in the very words of what never was."""
        canceled = invites.AlreadyCanceled()
        told = dialect.failure(Problem(canceled.kind, canceled.code, canceled.message))
        assert told == dialect.failure(Problem("NOT_FOUND", "NOT_FOUND", "Resource not found"))

    def test_says_each_fault_of_the_input_once(self) -> None:
        fields = (("a", "Wrong."), ("b", "Empty."), ("c", "Wrong."))
        _, body = dialect.failure(Problem("BAD_INPUT", "BAD_REQUEST", "Some are.", fields=fields))
        assert body["error"]["message"] == "Wrong. Empty."


class TestCredential:
    @pytest.mark.parametrize(
        ("header", "key"),
        [
            ("Bearer pk_live_x", "pk_live_x"),
            ("bearer  pk_live_x ", "pk_live_x"),
            ("pk_live_x", None),
            ("Basic pk_live_x", None),
            ("Bearer", None),
            ("Bearer ", None),
            ("", None),
        ],
    )
    def test_stands_after_bearer(self, header: str, key: str | None) -> None:
        """R-ESC-1."""
        assert dialect.credential({"Authorization": header}) == key
        assert dialect.credential({}) is None


class TestWords:
    @pytest.mark.parametrize(
        ("enum", "word", "wire"),
        [
            (enums.ScaleLabel, dialect.Label, list(LABELS)),
            (enums.Tendency, dialect.Tendency, ["Wir", "Ich", "balanced"]),
            (enums.Gender, dialect.Gender, ["male", "female", "diverse"]),
            (enums.Gender, dialect.SearchGender, ["male", "female", "other"]),
            (enums.Gender, dialect.AnyGender, ["male", "female", "diverse"]),
            (enums.Mode, dialect.Mode, ["live", "test"]),
            (enums.AttemptSource, dialect.Source, ["api", "manual"]),
            (enums.AttemptStatus, dialect.AttemptStatus, ["in_progress", "completed"]),
            (enums.AccountType, dialect.AccountType, ["standard", "API", "enterprise"]),
            (enums.AccountStatus, dialect.AccountStatus, ["active", "inactive", "api_only"]),
        ],
    )
    def test_of_the_wire_for_every_value_of_the_graph(self, enum: Any, word: Any, wire: list[str]) -> None:
        """I-ESC-2, R-ESC-31."""
        reader: TypeAdapter[str] = TypeAdapter(word)
        assert sorted(reader.validate_python(value) for value in values(enum)) == sorted(wire)

    def test_of_an_invite_leave_out_canceled(self) -> None:
        """I-ESC-26."""
        reader: TypeAdapter[str] = TypeAdapter(dialect.InviteStatus)
        shown = [value for value in values(enums.InviteStatus) if value != "CANCELED"]
        assert [reader.validate_python(value) for value in shown] == [value.lower() for value in shown]

    def test_of_permissions_are_written_with_a_colon(self) -> None:
        reader: TypeAdapter[str] = TypeAdapter(dialect.Permission)
        assert {reader.validate_python(value.name) for value in enums.Permission} == {value.value for value in enums.Permission}
