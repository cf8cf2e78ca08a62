"""The settings that say how money is taken: by Stripe, with a key, or not at all."""

import re

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

STRIPE = "https://api.stripe.com"
_KEY = re.compile(r"(sk|rk)_(live|test)_\w+")
_SECRET = re.compile(r"whsec_\S+")


class PaymentSettings(BaseSettings):
    """How money is taken."""

    stripe_key: str = Field("", description="Secret key of Stripe (sk_live_… or sk_test_…). Without one, nothing can be ordered.")
    stripe_webhook_secret: str = Field("", description="Signing secret of Stripe's webhook at /webhooks/stripe (whsec_…).")
    stripe_url: str = Field(STRIPE, description="Where Stripe's API is reached.")

    @field_validator("stripe_key")
    @classmethod
    def _stripe_key(cls, value: str) -> str:
        if value and not _KEY.fullmatch(value):
            raise ValueError("must be a secret key of Stripe, such as sk_live_… or rk_test_…")
        return value

    @field_validator("stripe_webhook_secret")
    @classmethod
    def _stripe_secret(cls, value: str) -> str:
        if value and not _SECRET.fullmatch(value):
            raise ValueError("must be the signing secret of a webhook of Stripe: whsec_…")
        return value

    @field_validator("stripe_url")
    @classmethod
    def _stripe_url(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#]+/?", value):
            raise ValueError("must be an address without a path, such as https://api.stripe.com")
        return value.rstrip("/")

    @property
    def takes_real_money(self) -> bool:
        """Whether what is paid is money, not Stripe's play money."""
        return "_live_" in self.stripe_key
