"""Searching attempts by what their candidates are called, the closest first."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from domain.candidates.search import Closeness
from domain.invites.queries import ATTEMPTS
from domain.kernel.errors import BadInput
from domain.kernel.paging import Listed, Page, Window, decode_cursor, encode_cursor
from domain.kernel.statements import Read, Row

ORDER = "Attempt.relevance"
CLOSEST_FIRST = tuple(Closeness)


async def closest(read: Read, account_id: int, window: Window, text: str, given: Mapping[str, Any]) -> Page:
    """The account's attempts by how closely a text lies in the name or address of the candidate, then the newest first.

    Whole words come before beginnings of words, those before parts. `given` are filters beside the text. Raises BadInput
    for a window that does not go forward by cursor.
    """
    if window.backward or window.offset:
        raise BadInput.field("first", message="By relevance, pages go forward: give 'first', and 'after' from the second on.")
    begun, after = _begun(window)
    rows: list[Row] = []
    closeness: dict[int, Closeness] = {}
    more = False
    for close in CLOSEST_FIRST[begun:]:
        lacking = window.size - len(rows)
        part = Window(first=max(lacking, 1), after=after, reads=window.reads)
        page = await ATTEMPTS.page(read, account_id, part, order="newest", given={**given, "closeness": (close, text)})
        after = None
        if lacking:
            rows += page.rows
            closeness |= {row.attempt_id: close for row in page.rows}
        more = page.has_next if lacking else bool(page.rows)
        if more:
            break
    count = partial(_count, read, account_id, {**given, "text": text})
    listed = Listed(partial(_cursor, closeness), (ORDER, text, repr(sorted(given.items()))), count)
    return Page(rows, more, bool(window.after), 0, listed)


async def _count(read: Read, account_id: int, given: Mapping[str, Any], _keys: Any) -> dict[Any, int]:
    return {0: await ATTEMPTS.count(read, account_id, given=given)}


def _begun(window: Window) -> tuple[int, str | None]:
    """With which closeness a page begins, and after which place among the newest of it."""
    if not window.after:
        return 0, None
    close, *values = decode_cursor(window.after, ORDER, [str, *ATTEMPTS.orders["newest"].kinds()])
    if close not in CLOSEST_FIRST:
        raise BadInput.field("after", message="The cursor does not belong to this list in this order.")
    return CLOSEST_FIRST.index(close), encode_cursor("Attempt.newest", values)


def _cursor(closeness: Mapping[int, Closeness], row: Row) -> str:
    return encode_cursor(ORDER, [closeness[row.attempt_id].value, *ATTEMPTS.place("newest", row)])
