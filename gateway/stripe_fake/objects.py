"""Stripe's objects as its API writes them, at the version that our stripe library speaks."""

import copy
import secrets
import string
from typing import Any

API_VERSION = "2026-10-28.endive"
"""That of the installed stripe library; a test holds it."""
ACCOUNT = "acct_1CentilTestPayments"
_LETTERS = string.ascii_letters + string.digits
_NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def new_key(prefix: str, length: int = 24) -> str:
    """A key that cannot be guessed."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


_SESSION: dict[str, Any] = {
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "client_secret": None,
    "collected_information": {"business_name": None, "individual_name": None, "shipping_details": None},
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "custom_fields": [],
    "customer": None,
    "customer_account": None,
    "customer_creation": "if_required",
    "discounts": [],
    "invoice": None,
    "invoice_creation": {
        "enabled": False,
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": None,
            "metadata": {},
            "rendering_options": None,
        },
    },
    "livemode": False,
    "mode": "payment",
    "payment_intent": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": None,
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "payment_status": "unpaid",
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "status": "open",
    "subscription": None,
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted_page",
    "wallet_options": None,
}
"""What is the same in all Checkout Sessions here, for want of what would make it another."""


def session(key: str, asked: dict[str, Any], *, total: int, currency: str, now: int, methods: list[str], url: str) -> dict[str, Any]:
    """An open Checkout Session."""
    own = {
        "id": key,
        "object": "checkout.session",
        "allow_promotion_codes": asked.get("allow_promotion_codes"),
        "allowed_payment_method_types": asked.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "billing_address_collection": asked.get("billing_address_collection"),
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "created": now,
        "currency": currency,
        "custom_text": {
            "after_submit": asked.get("custom_text", {}).get("after_submit"),
            "shipping_address": None,
            "submit": asked.get("custom_text", {}).get("submit"),
            "terms_of_service_acceptance": None,
        },
        "customer_details": _details(asked["customer_email"]) if "customer_email" in asked else None,
        "customer_email": asked.get("customer_email"),
        "excluded_payment_method_types": asked.get("excluded_payment_method_types"),
        "expires_at": asked["expires_at"],
        "locale": asked.get("locale"),
        "metadata": asked.get("metadata", {}),
        "origin_context": asked.get("origin_context"),
        "payment_method_types": methods,
        "submit_type": asked.get("submit_type"),
        "success_url": asked["success_url"],
        "url": url,
    }
    return _whole(_SESSION, own)


def _whole(always: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """An object as Stripe writes it: its key and kind, then the rest by name."""
    rest = copy.deepcopy(always) | own
    return {"id": rest.pop("id"), "object": rest.pop("object"), **dict(sorted(rest.items()))}


def _details(email: str) -> dict[str, Any]:
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def payer(email: str, name: str) -> dict[str, Any]:
    """The customer's details once they have paid."""
    return {**_details(email), "name": name, "address": {**_NO_ADDRESS, "country": "DE"}, "tax_ids": []}


def line_item(asked: dict[str, Any], *, now: int) -> dict[str, Any]:
    """One line of a session, with the price that was made for it."""
    price, product = asked["price_data"], asked["price_data"]["product_data"]
    quantity = asked.get("quantity", 1)
    total = price["unit_amount"] * quantity
    return {
        "id": new_key("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": asked.get("metadata", {}),
        "price": {
            "id": new_key("price_"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": now,
            "currency": price["currency"],
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": new_key("prod_", 14),
            "recurring": None,
            "tax_behavior": price.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": quantity,
    }


def payment_intent(session: dict[str, Any], asked: dict[str, Any], *, now: int) -> dict[str, Any]:
    """What a session's payment is, before any money came."""
    key = new_key("pi_3")
    own = {
        "id": key,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "capture_method": asked.get("capture_method", "automatic_async"),
        "client_secret": f"{key}_secret_{new_key('', 25)}",
        "created": now,
        "currency": session["currency"],
        "description": asked.get("description"),
        "metadata": asked.get("metadata", {}),
        "payment_method_types": session["payment_method_types"],
        "receipt_email": asked.get("receipt_email"),
        "statement_descriptor": asked.get("statement_descriptor"),
        "statement_descriptor_suffix": asked.get("statement_descriptor_suffix"),
    }
    return _whole(_PAYMENT_INTENT, own)


def charge(intent: dict[str, Any], *, email: str, name: str, method: dict[str, Any], now: int) -> dict[str, Any]:
    """A try to get the money of a payment, which waits for its end."""
    own = {
        "id": new_key("ch_3"),
        "object": "charge",
        "amount": intent["amount"],
        "billing_details": {"address": {**_NO_ADDRESS, "country": "DE"}, "email": email, "name": name, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": intent["statement_descriptor"] or "CENTIL TEST PAYMENT",
        "created": now,
        "currency": intent["currency"],
        "description": intent["description"],
        "metadata": dict(intent["metadata"]),
        "payment_intent": intent["id"],
        "payment_method": new_key("pm_1"),
        "payment_method_details": method,
        "receipt_email": intent["receipt_email"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
    }
    return _whole(_CHARGE, own)


def card(last4: str, amount: int) -> dict[str, Any]:
    """Payment method details of a test card."""
    return {
        "type": "card",
        "card": {
            "amount_authorized": amount,
            "authorization_code": None,
            "brand": "visa",
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "DE",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "CentilTestCard00",
            "funding": "credit",
            "installments": None,
            "last4": last4,
            "mandate": None,
            "network": "visa",
            "three_d_secure": None,
            "wallet": None,
        },
    }


def debit() -> dict[str, Any]:
    """Payment method details of a SEPA direct debit, which takes its time."""
    return {
        "type": "sepa_debit",
        "sepa_debit": {
            "bank_code": "37040044",
            "branch_code": "",
            "country": "DE",
            "fingerprint": "CentilTestDebit0",
            "last4": "3000",
            "mandate": None,
        },
    }


def refund(charge: dict[str, Any], amount: int, asked: dict[str, Any], *, now: int) -> dict[str, Any]:
    """Money that goes back, at once."""
    return {
        "id": new_key("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_key("txn_3"),
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
            "type": "card",
        },
        "metadata": asked.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": asked.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


_PAYMENT_INTENT: dict[str, Any] = {
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "confirmation_method": "automatic",
    "customer": None,
    "customer_account": None,
    "excluded_payment_method_types": None,
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "processing": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "source": None,
    "status": "requires_payment_method",
    "transfer_data": None,
    "transfer_group": None,
}
"""What is the same in all payments when they begin."""


def event(type: str, snapshot: dict[str, Any], *, now: int, request: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """Something that happened, with the object as it was then, and with what it changed of it."""
    data = {"object": snapshot} if before is None else {"object": snapshot, "previous_attributes": before}
    return {
        "id": new_key("evt_1"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": request,
        "type": type,
    }


def account(now: int) -> dict[str, Any]:
    """The account that all keys belong to."""
    return {
        "id": ACCOUNT,
        "object": "account",
        "business_profile": {"name": "Centil test payments", "url": None, "mcc": None, "support_email": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "sepa_debit_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "DE",
        "created": now,
        "default_currency": "eur",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "Centil test payments", "timezone": "Etc/UTC"}},
        "type": "standard",
    }


def balance(sums: dict[str, int]) -> dict[str, Any]:
    """The money there is, by currency."""
    available = [{"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in sorted(sums.items())]
    nothing = [{"amount": 0, "currency": one["currency"], "source_types": {"card": 0}} for one in available]
    return {"object": "balance", "available": available, "livemode": False, "pending": nothing}


def page(rows: list[dict[str, Any]], url: str, *, more: bool) -> dict[str, Any]:
    return {"object": "list", "data": rows, "has_more": more, "url": url}


_CHARGE: dict[str, Any] = {
    "amount_captured": 0,
    "amount_refunded": 0,
    "application": None,
    "application_fee": None,
    "application_fee_amount": None,
    "balance_transaction": None,
    "captured": False,
    "customer": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "fraud_details": {},
    "livemode": False,
    "on_behalf_of": None,
    "outcome": None,
    "paid": False,
    "radar_options": {},
    "receipt_number": None,
    "receipt_url": None,
    "refunded": False,
    "review": None,
    "shipping": None,
    "source": None,
    "source_transfer": None,
    "status": "pending",
    "transfer_data": None,
    "transfer_group": None,
}
"""What is the same in all charges when they begin."""
