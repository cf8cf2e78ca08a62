"""JSON as it should be: what readers disagree about is refused with a sentence that helps (Q-17)."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

DEEPEST = 64
_TOO_DEEP = f"The body is nested more than {DEEPEST} levels deep."
_LARGEST = 2**63
_SUSPECT = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)|\x00|\\u00[01]")


class BadJson(ValueError):
    """A text that is not accepted as JSON; the message is for the sender."""


def loads(body: bytes) -> Any:
    """Read JSON text.

    Raises BadJson for text that is not JSON, and for what is JSON but means different things to different readers:
    duplicate keys, numbers over 64 bit, NaN, NUL, lone surrogates, nesting over 64.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise BadJson("The body is not valid UTF-8.") from None
    if text.startswith("\ufeff"):
        raise BadJson("The body is not valid JSON: it begins with a byte order mark.")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        fault = error.msg.removesuffix(" at")
        raise BadJson(f"The body is not valid JSON: {fault} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise BadJson(_TOO_DEEP) from None
    if body.count(b"{") + body.count(b"[") > DEEPEST:
        _check_depth(value, DEEPEST)
    if _SUSPECT.search(body):
        _check_texts(value)
    return value


def check_text(text: str) -> str:
    """Pass text without NUL and lone surrogates.

    Raises BadJson.
    """
    if "\x00" in text:
        raise BadJson("Text must not contain the NUL character.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadJson("Text must not contain lone surrogates.") from None
    return text


def once(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters of a query by their names.

    Raises BadJson for one that stands there twice, and for text that is none.
    """
    found: dict[str, str] = {}
    for name, value in parameters:
        if name in found:
            raise BadJson(f"The parameter {name[:80]!r} stands twice in the address.")
        found[check_text(name)] = check_text(value)
    return found


def _check_depth(value: Any, left: int) -> None:
    if not isinstance(value, (dict, list)):
        return
    if not left:
        raise BadJson(_TOO_DEEP)
    for part in value.values() if isinstance(value, dict) else value:
        _check_depth(part, left - 1)


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            check_text(key)
            _check_texts(part)
    elif isinstance(value, list):
        for part in value:
            _check_texts(part)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise BadJson(f"The key {twice[:80]!r} stands twice in one object.")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -_LARGEST <= (number := int(digits)) < _LARGEST:
        raise BadJson("A whole number has more than 64 bits.")
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise BadJson("A number is too large.")
    return number


def _constant(name: str) -> Any:
    raise BadJson(f"{name} is not valid JSON.")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)
