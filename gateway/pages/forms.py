"""What browsers send to the pages, read strictly: forms, and answers as JSON."""

from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from gateway import bodies, strict_json
from gateway.bodies import BodyRefused

LARGEST = 64 * 1024
MOST_FIELDS = 100
MOST_ANSWERS = 500


async def read(request: web.Request) -> dict[str, str]:
    """The fields of a form.

    Raises BodyRefused for another kind of body, one that is too large, and fields that stand in it twice.
    """
    pairs = _pairs(await _body(request, "application/x-www-form-urlencoded"))
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BodyRefused("A field stands in the form twice.")
    return fields


def _pairs(body: bytes) -> list[tuple[str, str]]:
    if not body:
        return []
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS)
        for pair in pairs:
            for part in pair:
                strict_json.check_text(part)
    except ValueError as error:
        raise BodyRefused("The form is not readable.") from error
    return pairs


async def answers(request: web.Request) -> list[dict[str, Any]]:
    """Answers that a script sends: `{"answers": [{"item": …, "value": …}]}`.

    Raises BodyRefused.
    """
    match bodies.json(await _body(request, "application/json")):
        case {"answers": [_, *_] as given, **others} if not others and len(given) <= MOST_ANSWERS:
            return [_answer(one) for one in given]
    raise BodyRefused("The body must be a JSON object with 'answers', a list that is not empty.")


def _answer(given: object) -> dict[str, Any]:
    match given:
        case {"item": str(item), "value": int(value), **others} if not others and value is not True and value in range(10):
            return {"item": item, "value": value}
    raise BodyRefused("An answer is an object with 'item', a text, and 'value', a digit.")


async def _body(request: web.Request, kind: str) -> bytes:
    if request.content_type != kind or (request.charset or "utf-8").lower() != "utf-8":
        raise BodyRefused(f"Send Content-Type: {kind}.", 415)
    if (request.content_length or 0) > LARGEST:
        raise BodyRefused(f"The body is larger than {LARGEST // 1024} kB.", 413)
    body = await bodies.read(request)
    if len(body) > LARGEST:
        raise BodyRefused(f"The body is larger than {LARGEST // 1024} kB.", 413)
    return body
