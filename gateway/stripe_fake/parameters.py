"""The parameters that each call takes; of Stripe's many, those that Centil has a use for."""

from typing import Any

from gateway.stripe_fake.readers import Reader, address, currency, email, group, many, metadata, one_of, text, whole

_LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv "
    "th tr vi zh zh-HK zh-TW"
)
LOCALES = tuple(_LOCALES.split())
METHODS = ("card", "customer_balance", "eps", "klarna", "link", "paypal", "sepa_debit", "twint")
"""Ways of Stripe's that people may name; those that this server has are the bank's."""
EXPAND: Reader = many(text(200), most=20)
_OFF = group(required=("enabled",), enabled=one_of("false"))
"""Something of Stripe's that this server does not have; asking for it plainly is better than getting it silently not."""

PRODUCT = group(
    required=("name",),
    name=text(1500),
    description=text(40_000),
    images=many(address, most=8),
    metadata=metadata,
    tax_code=text(100),
    unit_label=text(12),
)
PRICE = group(
    required=("currency", "product_data", "unit_amount"),
    currency=currency,
    product_data=PRODUCT,
    unit_amount=whole(),
    tax_behavior=one_of("exclusive", "inclusive", "unspecified"),
)
LINE_ITEM = group(required=("price_data",), price_data=PRICE, quantity=whole(1, 999_999), metadata=metadata)
PAYMENT = group(
    description=text(1000),
    metadata=metadata,
    receipt_email=email,
    statement_descriptor=text(22),
    statement_descriptor_suffix=text(22),
    capture_method=one_of("automatic", "automatic_async"),
)
MESSAGE = group(required=("message",), message=text(1200))
SESSION = group(
    required=("mode",),
    adaptive_pricing=_OFF,
    allowed_payment_method_types=many(one_of(*METHODS)),
    allow_promotion_codes=one_of("false"),
    automatic_tax=_OFF,
    billing_address_collection=one_of("auto"),
    cancel_url=address,
    client_reference_id=text(200),
    currency=currency,
    custom_text=group(submit=MESSAGE, after_submit=MESSAGE),
    customer_creation=one_of("if_required"),
    customer_email=email,
    excluded_payment_method_types=many(one_of(*METHODS)),
    expand=EXPAND,
    expires_at=whole(0, 2**53),
    invoice_creation=_OFF,
    line_items=many(LINE_ITEM),
    locale=one_of(*LOCALES),
    metadata=metadata,
    mode=one_of("payment"),
    origin_context=one_of("mobile_app", "web"),
    payment_intent_data=PAYMENT,
    submit_type=one_of("auto", "book", "donate", "pay"),
    success_url=address,
    tax_id_collection=_OFF,
    ui_mode=one_of("hosted_page"),
)
REFUND = group(
    amount=whole(1),
    charge=text(),
    expand=EXPAND,
    metadata=metadata,
    payment_intent=text(),
    reason=one_of("duplicate", "fraudulent", "requested_by_customer"),
)
ONLY_EXPAND = group(expand=EXPAND)

_PAGE: dict[str, Any] = {"limit": whole(1, 100), "starting_after": text(), "ending_before": text(), "expand": EXPAND}
_SPAN = group(gt=whole(0, 2**53), gte=whole(0, 2**53), lt=whole(0, 2**53), lte=whole(0, 2**53))
LISTS: dict[str, Reader] = {
    "checkout.session": group(**_PAGE, created=_SPAN, payment_intent=text(), status=one_of("complete", "expired", "open")),
    "item": group(**_PAGE),
    "payment_intent": group(**_PAGE, created=_SPAN),
    "charge": group(**_PAGE, created=_SPAN, payment_intent=text()),
    "refund": group(**_PAGE, created=_SPAN, charge=text(), payment_intent=text()),
    "event": group(**_PAGE, created=_SPAN, type=text(), types=many(text(), most=20)),
}
