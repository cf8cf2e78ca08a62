"""JSON as it should be: what readers disagree about is refused, with a sentence that helps (Q-17)."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import strict_json
from gateway.strict_json import BadJson


class TestRefuses:
    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"", "not valid JSON"),
            (b" ", "not valid JSON"),
            (b"{", "not valid JSON"),
            (b'{"a": 1,}', "not valid JSON"),
            (b"{'a': 1}", "not valid JSON"),
            (b'{"a": 1} {}', "not valid JSON: Extra data at line 1, column 10"),
            (b'\n{"a"\n 1}', "line 3, column 2"),
            (b'["', "Unterminated string starting at line 1, column 2"),
            (b"[01]", "not valid JSON"),
            (b"[.5]", "not valid JSON"),
            (b"[+1]", "not valid JSON"),
            (b"[0x10]", "not valid JSON"),
            (b'["\t"]', "not valid JSON"),
            (b'["\\x41"]', "not valid JSON"),
            (b"\xef\xbb\xbf{}", "not valid JSON"),
            (b'"\xff"', "not valid UTF-8"),
            (b'"\xed\xa0\x80"', "not valid UTF-8"),
            (b'"\xc0\x80"', "not valid UTF-8"),
            ("{}".encode("utf-16"), "not valid UTF-8"),
            (b'{"a": 1, "b": 2, "a": 1}', "The key 'a' stands twice"),
            (b'{"x": [{"a": 1, "\\u0061": 2}]}', "The key 'a' stands twice"),
            (b"[9223372036854775808]", "more than 64 bits"),
            (b"[-9223372036854775809]", "more than 64 bits"),
            (b"[" + b"9" * 5000 + b"]", "more than 64 bits"),
            (b"[1e400]", "too large"),
            (b"[-1e400]", "too large"),
            (b"[NaN]", "NaN is not valid JSON"),
            (b"[Infinity]", "Infinity is not valid JSON"),
            (b"[-Infinity]", "-Infinity is not valid JSON"),
            (b'["a\x00"]', "not valid JSON"),
            (b'["a\\u0000"]', "NUL"),
            (b'{"a\\u0000": 1}', "NUL"),
            (b'["\\ud800"]', "lone surrogates"),
            (b'["\\udfff x"]', "lone surrogates"),
            (b'["\\ude00\\ud83d"]', "lone surrogates"),
            (b'{"\\uD800": 1}', "lone surrogates"),
            (b'{"a": [{"b": "\\uDBFF"}]}', "lone surrogates"),
            (b"[" * 65 + b"]" * 65, "more than 64 levels deep"),
            (b'{"a":' * 65 + b"1" + b"}" * 65, "more than 64 levels deep"),
            (b'[{"a":' * 33 + b"1" + b"}]" * 33, "more than 64 levels deep"),
            (b"[" * 100_000, "more than 64 levels deep|not valid JSON"),
            (b'{"a":' * 100_000, "more than 64 levels deep|not valid JSON"),
        ],
    )
    def test_with_a_sentence(self, body: bytes, says: str) -> None:
        with pytest.raises(BadJson, match=says) as refusal:
            strict_json.loads(body)
        assert str(refusal.value).endswith(".")
        assert len(str(refusal.value)) < 200

    def test_a_long_key_is_cut(self) -> None:
        with pytest.raises(BadJson) as refusal:
            strict_json.loads(b'{"%s": 1, "%s": 2}' % (b"k" * 5_000, b"k" * 5_000))
        assert len(str(refusal.value)) < 200

    @pytest.mark.parametrize(
        "body",
        [
            b"[" * 65 + b'"' + b'\\"' * 500_000,
            b"[" * 65 + b'"' + b"\\" * 1_000_000,
            b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b',"99999":1}',
            b"[" * 500_000,
            b'"' * 1_000_000,
        ],
        ids=["quotes", "backslashes", "keys", "brackets", "strings"],
    )
    def test_a_megabyte_in_linear_time(self, body: bytes) -> None:
        """Q-17: nobody stops the server with one body; process CPU, a hundred times what it takes."""
        begun = time.process_time()
        with pytest.raises(BadJson):
            strict_json.loads(body)
        assert time.process_time() - begun < 3


class TestAccepts:
    @pytest.mark.parametrize(
        ("body", "value"),
        [
            (b"null", None),
            (b' {"a": [1, -2.5, true, "\xc3\xa4"]} ', {"a": [1, -2.5, True, "ä"]}),
            (b"[9223372036854775807, -9223372036854775808]", [2**63 - 1, -(2**63)]),
            (b"[1e308, 1E-400, -0.0]", [1e308, 0.0, -0.0]),
            (b'"\\ud83d\\ude00"', "😀"),
            (b'"\\u0001\\u001f\\n"', "\x01\x1f\n"),
            (b'{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}', {"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}),
            (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
            (b"[" + b"[]," * 500 + b'"[[[[["]', [[]] * 500 + ["[[[[["]),
        ],
    )
    def test_what_everybody_reads_alike(self, body: bytes, value: Any) -> None:
        assert strict_json.loads(body) == value


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
PIECES = st.sampled_from(
    ['"', "\\", "\\u00", "\\ud8", "00", "{", "}", "[", "]", ":", ",", "1", "-", "e9", ".", "a", '"a":', "null", " ", "\0"]
)


class TestAgainstTheStandardLibrary:
    @given(value=VALUES, ascii_only=st.booleans())
    def test_reads_what_json_writes(self, value: Any, ascii_only: bool) -> None:
        text = json.dumps(value, ensure_ascii=ascii_only)
        try:
            body = text.encode()
            found = strict_json.loads(body)
        except (BadJson, UnicodeEncodeError):
            assert self.is_suspect(value)
        else:
            assert found == json.loads(body)
            assert not self.is_suspect(value)

    @given(parts=st.lists(PIECES, max_size=30))
    def test_what_it_accepts_json_reads_alike(self, parts: list[str]) -> None:
        body = "".join(parts).encode()
        try:
            found = strict_json.loads(body)
        except BadJson:
            return
        assert found == json.loads(body)
        json.dumps(found, ensure_ascii=False).encode()

    @given(body=st.binary(max_size=60))
    def test_any_bytes_are_read_or_refused(self, body: bytes) -> None:
        try:
            found = strict_json.loads(body)
        except BadJson:
            return
        assert found == json.loads(body)

    def is_suspect(self, value: Any) -> bool:
        if isinstance(value, dict):
            return any(map(self.is_suspect, [*value, *value.values()]))
        if isinstance(value, list):
            return any(map(self.is_suspect, value))
        if isinstance(value, str):
            return "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
        return isinstance(value, int) and not -(2**63) <= value < 2**63


class TestOnce:
    def test_reads_parameters_by_their_names(self) -> None:
        assert strict_json.once([("a", "1"), ("b", ""), ("A", "2")]) == {"a": "1", "b": "", "A": "2"}

    @pytest.mark.parametrize(
        ("parameters", "says"), [([("q", "a"), ("q", "a")], "'q' stands twice"), ([("q", "a\0")], "NUL"), ([("\ud800", "a")], "surrogates")]
    )
    def test_refuses_what_could_be_read_in_two_ways(self, parameters: list[tuple[str, str]], says: str) -> None:
        """Q-17."""
        with pytest.raises(BadJson, match=says):
            strict_json.once(parameters)


class TestText:
    @pytest.mark.parametrize("text", ["", "ä😀", "a\nb", "\x01"])
    def test_passes(self, text: str) -> None:
        assert strict_json.check_text(text) == text

    @pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "a\udfff"])
    def test_refuses(self, text: str) -> None:
        with pytest.raises(BadJson):
            strict_json.check_text(text)
