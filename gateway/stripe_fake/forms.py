"""Forms with nested names in brackets, as Stripe's libraries send them: a[b][0][c]=d."""

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

from gateway.stripe_fake.refusals import Refusal

Tree: TypeAlias = dict[str, "str | Tree"]
MOST_FIELDS = 1000
DEEPEST = 10
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def tree(form: str) -> Tree:
    """The parameters of a form or a query; lists are groups with the indexes as names, for only who knows a parameter can tell.

    Raises Refusal.
    """
    try:
        pairs = parse_qsl(form, keep_blank_values=True, strict_parsing=bool(form), max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise Refusal("The parameters are no form that can be read: application/x-www-form-urlencoded is expected.") from None
    root: Tree = {}
    for name, value in pairs:
        _put(root, name, value)
    return root


def _put(root: Tree, name: str, value: str) -> None:
    found = _NAME.fullmatch(name)
    if not found:
        raise Refusal(f"Invalid parameter name: {name[:200]}", param=name[:200])
    path = [found[1], *_PART.findall(found[2])]
    if len(path) > DEEPEST:
        raise Refusal(f"Parameters are nested too deeply: {name[:200]}", param=name[:200])
    at = root
    for part in path[:-1]:
        below = at.setdefault(part or str(len(at)), {})
        if isinstance(below, str):
            raise _twofold(name)
        at = below
    last = path[-1] or str(len(at))
    if isinstance(at.get(last), dict):
        raise _twofold(name)
    at[last] = value  # Stripe takes the last of two equal names


def _twofold(name: str) -> Refusal:
    return Refusal(f"A parameter is both a value and a hash: {name}", param=name)
