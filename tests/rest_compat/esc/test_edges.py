"""What is not in the contract: other paths, other methods, bodies and texts that nobody should send."""

import pytest

from tests.rest_compat.esc.conftest import DOCUMENT, ON_ONE_DATABASE, Esc
from tests.support.world import World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
JSON = {"Content-Type": "application/json"}
GOOD = b'{"email": "anna@example.com"}'


def error(code: str, message: str) -> object:
    return {"success": False, "error": {"message": message, "code": code}}


PLACES = {"inviteId": "inv_x", "sessionId": 1, "teamId": 1, "profileId": "jp_1", "orderId": "ord_x", "invoiceId": "inv_y"}


@ON_ONE_DATABASE
class TestPaths:
    @pytest.mark.parametrize("key", ["", None], ids=["with a key", "without"])
    async def test_that_are_not_documented_are_404_in_the_envelope(self, esc: Esc, key: str | None) -> None:
        paths = ("/order", "/nothing", "/invites/", "/invites/a/b", "/Invites", "/search/", "//", "/invites/x/results/", "/.env", "/%00")
        for path in paths:
            for method in ("GET", "POST", "DELETE"):
                reply = await esc.http.esc(method, path, key=key)
                assert reply.status == 404, (method, path)
                assert reply.json() == error("NOT_FOUND", "There is no such path. See the reference.")
                assert reply.headers["Content-Type"] == "application/json; charset=utf-8"

    async def test_with_other_methods_are_405_and_say_which_there_are(self, esc: Esc) -> None:
        for path, operations in DOCUMENT["paths"].items():
            allowed = {method.upper() for method in operations}
            for method in set(METHODS) - allowed:
                reply = await esc.http.esc(method, path.format(**PLACES))
                assert reply.status == 405, (method, path)
                assert set(reply.headers["Allow"].split(", ")) == allowed
                if method != "HEAD":
                    assert reply.json() == error("METHOD_NOT_ALLOWED", f"The method {method} is not allowed here.")

    async def test_take_ids_as_text_and_nothing_else(self, esc: Esc) -> None:
        """Q-17."""
        for key in ("a" * 3000, "..%2F..", "inv_%F0%9F%99%82", "'", "%25", "%3Fx=1", "inv_x%0a", "%ff", "%ED%A0%80", "inv;x", "*"):
            for path in (f"/invites/{key}", f"/invites/{key}/results", f"/results/{key}"):
                assert await esc.refusal("GET", path) == (404, "NOT_FOUND"), path
        assert await esc.refusal("GET", "/invites/inv%00x") == (400, "BAD_REQUEST")
        assert await esc.refusal("DELETE", "/invites/%00") == (400, "BAD_REQUEST")


@ON_ONE_DATABASE
class TestBodies:
    async def test_must_be_json(self, esc: Esc, world: World) -> None:
        before = await world.rows()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", None):
            headers = {"Content-Type": kind} if kind else {}
            skip = [] if kind else ["Content-Type"]
            status, code, message = await esc.told("POST", "/invites", data=GOOD, headers=headers, skip_auto_headers=skip)
            assert (status, code) == (415, "UNSUPPORTED_MEDIA_TYPE"), kind
            assert message == "Send JSON: Content-Type: application/json."
        assert await world.rows() == before
        for kind in ("application/json; charset=utf-8", "Application/JSON"):
            assert (await esc.call("POST", "/invites", data=GOOD, headers={"Content-Type": kind})).status == 201

    async def test_are_read_strictly(self, esc: Esc, world: World) -> None:
        """Q-17."""
        wrong = {
            b"{": "not valid JSON",
            b'{"email": "a@example.com",}': "not valid JSON",
            b"{'email': 'a@example.com'}": "not valid JSON",
            b'{"email": "a@example.com"} {}': "not valid JSON",
            b'\xef\xbb\xbf{"email": "a@example.com"}': "not valid JSON",
            b'{"email": "\xff@example.com"}': "not valid UTF-8",
            b'{"email": "a@example.com", "email": "b@example.com"}': "'email' stands twice",
            b'{"email": "a@example.com", "note": {"a": 1, "a": 2}}': "'a' stands twice",
            b'{"email": "a@example.com", "note": NaN}': "NaN is not valid JSON",
            b'{"email": "a@example.com", "note": -Infinity}': "-Infinity is not valid JSON",
            b'{"email": "a@example.com", "note": 1e999}': "too large",
            b'{"email": "a@example.com", "note": 9223372036854775808}': "more than 64 bits",
            b'{"email": "a@example.com", "note": ' + b"9" * 5000 + b"}": "more than 64 bits",
            b'{"email": "a@example.com", "name": "A\\u0000"}': "NUL",
            b'{"email": "a@example.com", "name": "\\ud800"}': "lone surrogates",
            b'{"email": "a@example.com", "\\udfff": 1}': "lone surrogates",
            b'{"note": ' + b"[" * 64 + b"]" * 64 + b"}": "64 levels",
            b"[" * 100_000: "64 levels",
            b"": "'email' is required",
            b"null": "'email' is required",
            b"[]": "must be a JSON object",
            b'"a@example.com"': "must be a JSON object",
            b"7": "must be a JSON object",
        }
        before = await world.rows()
        for body, word in wrong.items():
            status, code, message = await esc.told("POST", "/invites", data=body, headers=JSON)
            assert (status, code) == (400, "BAD_REQUEST"), body[:80]
            assert word in message, body[:80]
            assert len(message) < 300
        assert await world.rows() == before

    async def test_are_bounded(self, esc: Esc, world: World) -> None:
        """Q-16: 1 MB, and never compressed."""
        before = await world.rows()
        large = b'{"email": "a@example.com", "note": "' + b"x" * 1024 * 1024 + b'"}'
        assert await esc.refusal("POST", "/invites", data=large, headers=JSON) == (413, "PAYLOAD_TOO_LARGE")
        packed = {**JSON, "Content-Encoding": "gzip"}
        assert await esc.refusal("POST", "/invites", data=GOOD, headers=packed) == (415, "UNSUPPORTED_MEDIA_TYPE")
        assert await world.rows() == before
        just = b'{"email": "a@example.com", "note": "' + b"x" * 1_000_000 + b'"}'
        assert (await esc.call("POST", "/invites", data=just, headers=JSON)).status == 201

    async def test_of_registrations_are_read_as_strictly(self, esc: Esc) -> None:
        body = b'{"email": "a@example.com", "company": "X", "company": "Y"}'
        assert await esc.refusal("POST", "/register", key=None, data=body, headers=JSON) == (400, "BAD_REQUEST")
        assert await esc.refusal("POST", "/register", key=None, data=body) == (415, "UNSUPPORTED_MEDIA_TYPE")

    async def test_where_none_is_wanted_are_passed_over(self, esc: Esc) -> None:
        assert (await esc.call("GET", "/balance", data=b"{broken", headers=JSON)).status == 200
