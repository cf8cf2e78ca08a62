"""What each call of the API does; each gives the object that is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.stripe_fake import objects, parameters
from gateway.stripe_fake.bank import Bank
from gateway.stripe_fake.forms import Tree
from gateway.stripe_fake.refusals import Refusal
from gateway.stripe_fake.store import Record

Call: TypeAlias = Callable[[Bank, dict[str, str], Tree], dict[str, Any]]
REFERENCES = {"payment_intent": "payment_intent", "latest_charge": "charge", "charge": "charge"}
"""Properties that hold the key of another object, and may be expanded."""
USUAL_PAGE = 10


@dataclass(frozen=True, slots=True)
class Path:
    """A path of the API: what can be done there."""

    method: str
    path: str
    call: Call


def _shown(bank: Bank, record: Record, expand: list[str]) -> dict[str, Any]:
    """An object as it is answered, with what was asked to be expanded."""
    shown = dict(record.shown)
    for path in expand:
        _expand(bank, shown, path.split("."), path)
    return shown


def _expand(bank: Bank, shown: dict[str, Any], parts: list[str], path: str) -> None:
    name, *rest = parts
    if name == "data" and shown["object"] == "list" and rest:
        for one in shown["data"]:
            _expand(bank, one, rest, path)
        return
    if name == "line_items" and shown["object"] == "checkout.session":
        lines = bank.found("checkout.session", shown["id"], "session").hidden["lines"]
        shown[name] = objects.page([dict(line) for line in lines], f"/v1/checkout/sessions/{shown['id']}/line_items", more=False)
    elif name == "refunds" and shown["object"] == "charge":
        rows = [dict(one.shown) for one in bank.store.all("refund") if one.shown["charge"] == shown["id"]]
        shown[name] = objects.page(rows, f"/v1/charges/{shown['id']}/refunds", more=False)
    elif name in REFERENCES and name in shown:
        if isinstance(shown[name], str):
            shown[name] = dict(bank.found(REFERENCES[name], shown[name], name).shown)
    else:
        raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
    if rest and isinstance(shown[name], dict):
        _expand(bank, shown[name], rest, path)


def _create_session(bank: Bank, _path: dict[str, str], form: Tree) -> dict[str, Any]:
    asked = parameters.SESSION(form, "")
    return _shown(bank, bank.open_session(asked), asked.get("expand", []))


def _expire_session(bank: Bank, path: dict[str, str], form: Tree) -> dict[str, Any]:
    asked = parameters.ONLY_EXPAND(form, "")
    session = bank.found("checkout.session", path["id"], "session")
    bank.expire(session)
    return _shown(bank, session, asked.get("expand", []))


def _refund(bank: Bank, _path: dict[str, str], form: Tree) -> dict[str, Any]:
    asked = parameters.REFUND(form, "")
    return _shown(bank, bank.refund(asked), asked.get("expand", []))


def _line_items(bank: Bank, path: dict[str, str], form: Tree) -> dict[str, Any]:
    asked = parameters.LISTS["item"](form, "")
    lines = bank.found("checkout.session", path["id"], "session").hidden["lines"]
    return _page([dict(line) for line in lines], asked, f"/v1/checkout/sessions/{path['id']}/line_items")


def _account(bank: Bank, _path: dict[str, str], form: Tree) -> dict[str, Any]:
    parameters.ONLY_EXPAND(form, "")
    return objects.account(bank.now)


def _balance(bank: Bank, _path: dict[str, str], form: Tree) -> dict[str, Any]:
    parameters.ONLY_EXPAND(form, "")
    sums: dict[str, int] = {"eur": 0}
    for charge in bank.store.all("charge"):
        if charge.shown["paid"]:
            currency = charge.shown["currency"]
            sums[currency] = sums.get(currency, 0) + charge.shown["amount"] - charge.shown["amount_refunded"]
    return objects.balance(sums)


def _get(kind: str, param: str) -> Call:
    """The call for one object."""

    def get(bank: Bank, path: dict[str, str], form: Tree) -> dict[str, Any]:
        asked = parameters.ONLY_EXPAND(form, "")
        return _shown(bank, bank.found(kind, path["id"], param), asked.get("expand", []))

    return get


def _list(kind: str, url: str) -> Call:
    """The call for objects of a kind, newest first, filtered."""

    def get(bank: Bank, _path: dict[str, str], form: Tree) -> dict[str, Any]:
        asked = parameters.LISTS[kind](form, "")
        rows = [dict(one.shown) for one in bank.store.all(kind) if _fits(one.shown, asked)]
        answer = _page(rows, asked, url)
        for path in asked.get("expand", []):
            _expand(bank, answer, path.split("."), path)
        return answer

    return get


def _fits(shown: dict[str, Any], asked: dict[str, Any]) -> bool:
    """Whether an object is what a list's filters ask for."""
    at, span = shown["created"], asked.get("created", {})
    bounds = {
        "gt": at > span.get("gt", -1),
        "gte": at >= span.get("gte", 0),
        "lt": at < span.get("lt", at + 1),
        "lte": at <= span.get("lte", at),
    }
    same = all(shown[name] == asked[name] for name in ("payment_intent", "charge", "status", "type") if name in asked)
    return all(bounds.values()) and same and shown.get("type") in asked.get("types", [shown.get("type")])


def _page(rows: list[dict[str, Any]], asked: dict[str, Any], url: str) -> dict[str, Any]:
    limit, keys = asked.get("limit", USUAL_PAGE), [row["id"] for row in rows]
    for name in ("starting_after", "ending_before"):
        if name in asked and asked[name] not in keys:
            raise Refusal(f"No such object: '{asked[name]}'", code="resource_missing", param=name)
    if "ending_before" in asked:
        before = rows[: keys.index(asked["ending_before"])]
        return objects.page(before[-limit:], url, more=len(before) > limit)
    first = keys.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
    return objects.page(rows[first : first + limit], url, more=len(rows) > first + limit)


PATHS = (
    Path("POST", "/v1/checkout/sessions", _create_session),
    Path("GET", "/v1/checkout/sessions", _list("checkout.session", "/v1/checkout/sessions")),
    Path("GET", "/v1/checkout/sessions/{id}", _get("checkout.session", "session")),
    Path("GET", "/v1/checkout/sessions/{id}/line_items", _line_items),
    Path("POST", "/v1/checkout/sessions/{id}/expire", _expire_session),
    Path("GET", "/v1/payment_intents", _list("payment_intent", "/v1/payment_intents")),
    Path("GET", "/v1/payment_intents/{id}", _get("payment_intent", "intent")),
    Path("GET", "/v1/charges", _list("charge", "/v1/charges")),
    Path("GET", "/v1/charges/{id}", _get("charge", "id")),
    Path("POST", "/v1/refunds", _refund),
    Path("GET", "/v1/refunds", _list("refund", "/v1/refunds")),
    Path("GET", "/v1/refunds/{id}", _get("refund", "id")),
    Path("GET", "/v1/events", _list("event", "/v1/events")),
    Path("GET", "/v1/events/{id}", _get("event", "id")),
    Path("GET", "/v1/account", _account),
    Path("GET", "/v1/balance", _balance),
)
