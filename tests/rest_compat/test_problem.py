"""However the graph says that something failed, it is one value."""

from typing import Any

import pytest

from rest_compat.problem import NOT_FOUND, Problem, bad_input, problem_in

NOBODY = {"__typename": "Problem", "kind": "WRONG_STATE", "code": "NOT_PENDING", "message": "Only a pending one."}


class TestProblemIn:
    @pytest.mark.parametrize("data", [{"invite": {"key": "inv_1"}}, {"products": []}, {"x": {"__typename": "Invite"}}, {"n": 0}])
    def test_is_none_in_an_answer(self, data: Any) -> None:
        assert problem_in(data, None) is None

    def test_of_a_root_that_is_null_is_not_found(self) -> None:
        assert problem_in({"invite": None}, None) == NOT_FOUND == Problem("NOT_FOUND", "NOT_FOUND", "Resource not found")

    def test_in_its_place_is_taken_as_it_is(self) -> None:
        fields = [{"path": ["answers", "detail_3"], "message": "From 1 to 5."}]
        assert problem_in({"x": {**NOBODY, "retryAfter": 60, "fields": fields}}, None) == Problem(
            "WRONG_STATE", "NOT_PENDING", "Only a pending one.", 60, (("answers.detail_3", "From 1 to 5."),)
        )

    @pytest.mark.parametrize("more", [{}, {"fields": None, "retryAfter": None}, {"fields": []}])
    def test_in_its_place_needs_no_more_than_kind_code_and_message(self, more: Any) -> None:
        assert problem_in({"x": {**NOBODY, **more}}, None) == Problem("WRONG_STATE", "NOT_PENDING", "Only a pending one.")

    def test_of_an_error_comes_from_its_extensions(self) -> None:
        extensions = {"kind": "UNAVAILABLE", "code": "UNAVAILABLE", "retryAfter": 1, "requestId": "x"}
        errors = [{"message": "Busy.", "extensions": extensions}, {"message": "Another.", "extensions": {"kind": "INTERNAL", "code": "X"}}]
        for data in (None, {"invite": None}, {"invite": {"key": "inv_1"}}):
            assert problem_in(data, errors) == Problem("UNAVAILABLE", "UNAVAILABLE", "Busy.", 1)

    def test_of_an_error_that_says_nothing_is_internal(self) -> None:
        assert problem_in(None, [{"message": "?"}]) == Problem("INTERNAL", "INTERNAL", "?")

    def test_of_bad_input_has_the_code_of_every_api(self) -> None:
        assert bad_input("No.") == Problem("BAD_INPUT", "BAD_REQUEST", "No.")
