"""The settings that say who sells: all that an invoice must name, or nothing, which is an example."""

from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings

from domain.kernel import countries
from domain.kernel.seller import EXAMPLE_SELLER, Seller

NEEDED = ("company", "street", "postal_code", "city", "country", "email")


class SellerSettings(BaseSettings):
    """Who sells. The example stands until one of these is given; then all that an invoice must name is asked for."""

    seller_company: str = Field("", description="Who sells, as invoices name it. Without any of these, an example that says so.")
    seller_street: str = Field("", description="Street and number of the seller.")
    seller_postal_code: str = Field("", description="Postal code of the seller.")
    seller_city: str = Field("", description="City of the seller.")
    seller_country: str = Field("", description="Country of the seller, as an ISO code of two letters.")
    seller_vat_id: str = Field("", description="VAT number of the seller; outside the EU, the number it is taxed under.")
    seller_vat_rate: float | None = Field(
        None, ge=0, lt=100, description="VAT in percent that the seller charges at home. Default: the standard rate of the country."
    )
    seller_email: str = Field("", description="Where questions about invoices go.")
    seller_iban: str = Field("", description="Account to which invoices are paid that were not paid by card.")
    seller_bic: str = Field("", description="BIC of its bank.")
    seller_bank: str = Field("", description="Name of its bank.")
    seller_register: str = Field("", description="Commercial register and who must be named, for the foot of invoices.")
    seller_time_zone: str = Field("", description="Whose calendar dates invoices, such as Europe/Vienna. Default: Europe/Berlin.")

    @field_validator("seller_country")
    @classmethod
    def _two_letters(cls, value: str) -> str:
        found = countries.country(value)
        if value and found is None:
            raise ValueError("must be an ISO code of two letters, such as DE")
        return found or ""

    @field_validator("seller_iban")
    @classmethod
    def _account(cls, value: str) -> str:
        from stdnum import iban

        if value and not iban.is_valid(value):
            raise ValueError("is no IBAN: its check digits do not fit")
        return iban.compact(value)

    @field_validator("seller_bic")
    @classmethod
    def _bank(cls, value: str) -> str:
        from stdnum import bic

        if value and not bic.is_valid(value):
            raise ValueError("is no BIC of 8 or 11 characters")
        return bic.compact(value)

    @field_validator("seller_time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            if value:
                ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"'{value}' is no time zone such as Europe/Berlin") from None
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self._given():
            return self
        for name in NEEDED:
            if not getattr(self, f"seller_{name}"):
                raise ValueError(f"CENTIL_SELLER_{name.upper()}: invoices must name it; give it with the other CENTIL_SELLER_ settings")
        self._taxed()
        return self

    def _taxed(self) -> None:
        """Refuse a seller whose invoices would be wrong; raises ValueError."""
        from domain.billing.vat import EU, vat_number

        rate = _standard_rate(self.seller_country) if self.seller_vat_rate is None else self.seller_vat_rate
        if rate is None:
            raise ValueError(f"CENTIL_SELLER_VAT_RATE: say what is charged in {self.seller_country}; 0 for none")
        if self.seller_country in EU and not rate:
            raise ValueError("CENTIL_SELLER_VAT_RATE: 0 is an exemption, which invoices cannot state; a seller in the EU charges VAT")
        if self.seller_country in EU and vat_number(self.seller_country, self.seller_vat_id) is None:
            raise ValueError(f"CENTIL_SELLER_VAT_ID: must be a VAT number of {self.seller_country}, such as DE123456788")
        if rate and not self.seller_vat_id:
            raise ValueError("CENTIL_SELLER_VAT_ID: who charges VAT must give the number it is charged under")

    def _given(self) -> bool:
        return any(getattr(self, name) for name in SellerSettings.model_fields)

    @property
    def seller(self) -> Seller:
        """Who sells, whole."""
        if not self._given():
            return EXAMPLE_SELLER
        from domain.billing.vat import vat_number

        rate = _standard_rate(self.seller_country) if self.seller_vat_rate is None else self.seller_vat_rate
        return Seller(
            company=self.seller_company,
            street=self.seller_street,
            postal_code=self.seller_postal_code,
            city=self.seller_city,
            country=self.seller_country,
            vat_id=vat_number(self.seller_country, self.seller_vat_id) or self.seller_vat_id,
            email=self.seller_email,
            iban=self.seller_iban,
            bic=self.seller_bic,
            bank=self.seller_bank,
            rate=round((rate or 0) * 100),
            register=self.seller_register,
            time_zone=self.seller_time_zone or EXAMPLE_SELLER.time_zone,
        )


def _standard_rate(country: str) -> float | None:
    import eu_vat_rates_data

    return eu_vat_rates_data.get_standard_rate(country)
