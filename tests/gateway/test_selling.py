"""Who sells: the example, or all that an invoice must name."""

from pathlib import Path

import pytest

from domain.kernel.seller import EXAMPLE_SELLER, Seller
from gateway.app import environment
from gateway.settings import WrongSettings, load

WHOLE = {
    "COMPANY": "Beispiel AG",
    "STREET": "Ring 1",
    "POSTAL_CODE": "1010",
    "CITY": "Wien",
    "COUNTRY": "at",
    "VAT_ID": "at u13585627",
    "EMAIL": "rechnung@beispiel.example",
    "IBAN": "AT61 1904 3002 3457 3201",
    "BIC": "COBADEFF",
    "BANK": "Bank",
    "TIME_ZONE": "Europe/Vienna",
}


@pytest.fixture(autouse=True)
def whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CENTIL_VAR", str(tmp_path))
    for name, value in WHOLE.items():
        monkeypatch.setenv(f"CENTIL_SELLER_{name}", value)


def test_is_an_example_until_somebody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WHOLE:
        monkeypatch.delenv(f"CENTIL_SELLER_{name}")
    assert load().seller == EXAMPLE_SELLER
    assert "example" in EXAMPLE_SELLER.company


def test_is_what_commands_see() -> None:
    assert environment(load()).seller == Seller(
        company="Beispiel AG",
        street="Ring 1",
        postal_code="1010",
        city="Wien",
        country="AT",
        vat_id="ATU13585627",
        email="rechnung@beispiel.example",
        iban="AT611904300234573201",
        bic="COBADEFF",
        bank="Bank",
        rate=2000,
        register="",
        time_zone="Europe/Vienna",
    )


@pytest.mark.parametrize(
    ("country", "vat_id", "rate", "hundredths"),
    [("AT", "ATU13585627", "", 2000), ("AT", "ATU13585627", "10", 1000), ("CH", "CHE116281710", "", 810), ("US", "", "0", 0)],
)
def test_charges_the_rate_of_its_country(monkeypatch: pytest.MonkeyPatch, country: str, vat_id: str, rate: str, hundredths: int) -> None:
    monkeypatch.setenv("CENTIL_SELLER_COUNTRY", country)
    monkeypatch.setenv("CENTIL_SELLER_VAT_ID", vat_id)
    monkeypatch.setenv("CENTIL_SELLER_VAT_RATE", rate)
    assert load().seller.rate == hundredths


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("COMPANY", "", "invoices must name it"),
        ("STREET", "", "invoices must name it"),
        ("POSTAL_CODE", "", "invoices must name it"),
        ("CITY", "", "invoices must name it"),
        ("COUNTRY", "", "invoices must name it"),
        ("EMAIL", "", "invoices must name it"),
        ("COUNTRY", "Austria", "ISO code of two letters"),
        ("VAT_ID", "", "must be a VAT number of AT"),
        ("VAT_ID", "DE136695976", "must be a VAT number of AT"),
        ("VAT_ID", "ATU13585628", "must be a VAT number of AT"),
        ("VAT_RATE", "0", "0 is an exemption"),
        ("VAT_RATE", "100", "less than 100"),
        ("VAT_RATE", "nan", "less than 100"),
        ("IBAN", "AT611904300234573202", "check digits do not fit"),
        ("BIC", "GIBA", "is no BIC"),
        ("TIME_ZONE", "Wien", "is no time zone"),
        ("TIME_ZONE", "../etc/passwd", "is no time zone"),
    ],
)
def test_a_wrong_one_is_one_sentence_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(f"CENTIL_SELLER_{name}", value)
    with pytest.raises(WrongSettings) as refusal:
        load()
    [sentence] = str(refusal.value).splitlines()
    assert sentence.startswith(f"CENTIL_SELLER_{name}: ")
    assert says in sentence


def test_outside_the_union_the_rate_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTIL_SELLER_COUNTRY", "US")
    with pytest.raises(WrongSettings, match="CENTIL_SELLER_VAT_RATE: say what is charged in US"):
        load()


def test_who_charges_vat_gives_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTIL_SELLER_COUNTRY", "CH")
    monkeypatch.setenv("CENTIL_SELLER_VAT_ID", "")
    with pytest.raises(WrongSettings, match="CENTIL_SELLER_VAT_ID: who charges VAT"):
        load()
